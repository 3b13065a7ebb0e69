"""What the movement page draws and lists, as small frames."""

from collections.abc import Hashable, Mapping
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from retention import wording
from retention.charts import palette
from retention.csv_export import to_csv
from retention.customers.search import best_first
from retention.segments import labels
from retention.segments.movement import NOT_YET

LABELS = {NOT_YET: "No order yet"} | labels.STAGE_LABELS
COLOURS = {NOT_YET: palette.NEUTRAL} | palette.STAGE_COLOURS
CUSTOMERS, VALUE = "Customers", "Expected value"
#: Stages from the top down: the best first, and customers who came in at the bottom.
ORDER = ("vip", "loyal", "repeat", "new", "first_time", "at_risk", "lapsed", NOT_YET)
#: Free space between two stages, and the least height of a stage, as shares of the drawing.
GAP, LEAST = 0.018, 0.004
#: Lines of words may not stand closer than this share of the drawing.
LINE = 0.07


def columns_of(measure: str) -> tuple[str, str]:
    """The columns of `movement` that are drawn on the left and on the right."""
    return ("customers", "customers") if measure == CUSTOMERS else ("value_before", "value_after")


def flow_frames(
    moves: pd.DataFrame, measure: str, stayed: bool, currency: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the drawing: bands, and the stages that they join.

    Args:
        moves: `movement`.
        measure: What the width of a band says: `CUSTOMERS` or `VALUE`.
        stayed: Whether customers who did not move are drawn, too.
        currency: The orders' currency.

    Returns:
        Bands: `flow` (its name), `origin`, `target`, `top_left`, `bottom_left`, `top_right`,
        `bottom_right` (0 at the top, 1 at the bottom), `colour` (of the target), `moved`, and the
        tooltip's `customers`, `before`, `after`, `between`, `share`, `revenue`. Stages: `side` (0
        start, 1 end), `stage`, `top`, `bottom`, `words_at`, `name`, `amount`, `colour`, `about`.
    """
    left, right = columns_of(measure)
    drawn = moves if stayed else moves[moves["from"].astype(str) != moves["to"].astype(str)]
    if drawn.empty:
        return pd.DataFrame(), pd.DataFrame()
    drawn = drawn.assign(left=np.maximum(drawn[left], 0.0), right=np.maximum(drawn[right], 0.0))
    gaps = max(drawn["from"].nunique(), drawn["to"].nunique()) - 1
    room = (1 - GAP * gaps) / max(drawn["left"].sum(), drawn["right"].sum(), 1e-300)
    nodes = [_nodes(drawn, column, side, room, measure, currency) for column, side in _SIDES]
    return _bands(drawn, nodes, room, currency), pd.concat(nodes, ignore_index=True)


_SIDES = (("from", "left"), ("to", "right"))


def _nodes(
    drawn: pd.DataFrame, column: str, side: str, room: float, measure: str, currency: str | None
) -> pd.DataFrame:
    sums = drawn.astype({column: str}).groupby(column)[[side, "customers"]].sum()
    place, when = (0, "at the start") if side == "left" else (1, "at the end")
    rows, top = [], 0.0
    for stage in (stage for stage in ORDER if stage in sums.index):
        amount, customers = float(sums[side][stage]), int(sums["customers"][stage])
        bottom = top + max(amount * room, LEAST)
        words = (
            wording.count(amount, short=amount >= 1e5)
            if measure == CUSTOMERS
            else wording.money(amount, currency, short=True)
        )
        rows.append(
            {
                "side": place,
                "stage": stage,
                "top": top,
                "bottom": bottom,
                "name": LABELS[stage],
                "amount": words,
                "colour": COLOURS[stage],
                "about": f"{wording.plural(customers, 'customer')} {when}",
            }
        )
        top = bottom + GAP
    frame = pd.DataFrame(rows)
    frame["words_at"] = _apart((frame["top"] + frame["bottom"]).to_numpy() / 2)
    return frame


def _bands(
    drawn: pd.DataFrame, nodes: list[pd.DataFrame], room: float, currency: str | None
) -> pd.DataFrame:
    rows = drawn.astype({"from": str, "to": str}).to_dict("records")
    total = max(int(drawn["customers"].sum()), 1)
    ends = _band_ends(rows, nodes, room)

    def money(amount: float) -> str:
        return wording.money(amount, currency, short=True)

    return pd.DataFrame(
        [
            ends[row["from"], row["to"]]
            | {
                "flow": flow_name(row["from"], row["to"]),
                "origin": row["from"],
                "target": row["to"],
                "colour": COLOURS[row["to"]],
                "moved": row["from"] != row["to"],
                "customers": row["customers"],
                "share": row["customers"] / total,
                "before": money(row["value_before"]),
                "after": money(row["value_after"]),
                "between": value_range(row, currency),
                "revenue": money(row["revenue_between"]),
            }
            for row in rows
        ]
    )


def _band_ends(
    rows: list[dict[Hashable, Any]], nodes: list[pd.DataFrame], room: float
) -> dict[tuple[str, str], dict[str, float]]:
    """Where each movement's band begins and ends on both sides, by its two stages.

    Bands leave a stage in the order of their targets, and arrive in the order of their origins.
    """
    place = {stage: number for number, stage in enumerate(ORDER)}
    ends: dict[tuple[str, str], dict[str, float]] = {(row["from"], row["to"]): {} for row in rows}
    sides = (("from", "to", "left"), ("to", "from", "right"))
    for frame, (column, other, side) in zip(nodes, sides, strict=True):
        free = dict(zip(frame["stage"], frame["top"], strict=True))
        for row in sorted(rows, key=lambda row: (place[row[column]], place[row[other]])):
            top = free[row[column]]
            bottom = free[row[column]] = top + row[side] * room
            ends[row["from"], row["to"]] |= {f"top_{side}": top, f"bottom_{side}": bottom}
    return ends


def _apart(places: np.ndarray) -> np.ndarray:
    """The places, moved as little as possible so that words on them do not touch."""
    moved = np.array(places, float)
    for n in range(1, len(moved)):
        moved[n] = max(moved[n], moved[n - 1] + LINE)
    over = moved[-1] - (1 + LINE / 2) if len(moved) else 0
    if over > 0:
        moved[-1] -= over
        for n in range(len(moved) - 2, -1, -1):
            moved[n] = min(moved[n], moved[n + 1] - LINE)
    return moved


def flow_name(origin: str, target: str) -> str:
    """A movement in words: "Repeat → At risk", or "Lapsed, stayed"."""
    return (
        f"{LABELS[origin]}, stayed" if origin == target else f"{LABELS[origin]} → {LABELS[target]}"
    )


def value_range(row: Mapping[Hashable, Any], currency: str | None) -> str:
    """The 80 % range of the value at the end; a dash without a model."""
    low, high = row["value_after_low"], row["value_after_high"]
    return wording.MISSING if isnan(low) else wording.money_range(low, high, currency)


def table_frame(moves: pd.DataFrame, stayed: bool, currency: str | None) -> pd.DataFrame:
    """The table of movements, the largest first; `change` is the end's value less the start's."""
    shown = moves if stayed else moves[moves["from"].astype(str) != moves["to"].astype(str)]
    shown = shown.assign(
        origin=shown["from"].astype(str).map(LABELS),
        target=shown["to"].astype(str).map(LABELS),
        change=shown["value_after"] - shown["value_before"],
        between=[value_range(row, currency) for row in shown.to_dict("records")],
    )
    weight = shown[["value_before", "value_after"]].max(axis=1).fillna(shown["customers"])
    return shown.assign(weight=weight).sort_values(
        "weight", ascending=False, kind="stable", ignore_index=True
    )


def moves_csv(moves: pd.DataFrame) -> bytes:
    """All movements as a file, by the keys of the stages."""
    amounts = [name for name in moves.columns if name.startswith(("revenue", "value"))]
    if moves["revenue_between"].isna().all():
        moves, amounts = moves.drop(columns=amounts), []
    rounded = moves.astype({"from": str, "to": str}).round(dict.fromkeys(amounts, 2))
    return to_csv(rounded, index=False)


def movers_list(
    customers: pd.DataFrame, scores: pd.DataFrame | None, origin: str, target: str
) -> pd.DataFrame:
    """The customers who made a movement, as they are today."""
    table = customers.copy()
    table.insert(0, "stage_before", origin)
    table.insert(1, "stage_after", target)
    return best_first(table if scores is None else table.join(scores))
