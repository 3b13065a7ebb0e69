"""What the movement page draws and lists, as small frames: computing here, drawing in `movement_charts`."""

from collections.abc import Mapping
from math import isnan

import numpy as np
import pandas as pd

from retention import wording
from retention.csv_export import to_csv
from retention.segments.movement import NOT_YET
from retention.view import palette, text

LABELS = {NOT_YET: "No order yet"} | text.STAGE_LABELS
COLOURS = {NOT_YET: palette.NEUTRAL} | palette.STAGE_COLOURS
CUSTOMERS, VALUE = "Customers", "Expected value"
#: From the top down: the best first, and those who came in below all others.
ORDER = ("vip", "loyal", "repeat", "new", "first_time", "at_risk", "lapsed", NOT_YET)
#: Free space between two stages, and the least height of one that anybody is in, as shares of the drawing.
GAP, LEAST = 0.018, 0.004
#: Lines of words may not stand closer than this share of the drawing.
LINE = 0.07


def columns_of(measure: str) -> tuple[str, str]:
    """The columns of `movement` that are drawn on the left and on the right."""
    return ("customers", "customers") if measure == CUSTOMERS else ("value_before", "value_after")


def flow_frames(
    moves: pd.DataFrame, measure: str, stayed: bool, currency: str | None
) -> tuple[pd.DataFrame, ...]:
    """Rows of the drawing: bands, and the stages they join.

    Bands: `flow` (its name), `origin`, `target`, `top_left`, `bottom_left`, `top_right`, `bottom_right` (0 at the top,
    1 at the bottom), `colour` (of where it goes), `moved`, and the tooltip's `customers`, `before`, `after`, `between`,
    `share`, `revenue`. Stages: `side` (0 start, 1 end), `stage`, `top`, `bottom`, `words_at`, `name`, `amount`,
    `colour`, `about`. `stayed` draws those too who did not move.
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
    rows, top = [], 0.0
    for stage in (stage for stage in ORDER if stage in sums.index):
        amount = float(sums.loc[stage, side])
        bottom = top + max(amount * room, LEAST)
        words = (
            wording.count(amount, short=amount >= 1e5)
            if measure == CUSTOMERS
            else _money(amount, currency)
        )
        when = "at the start" if side == "left" else "at the end"
        rows.append(
            {
                "side": 0 if side == "left" else 1,
                "stage": stage,
                "top": top,
                "bottom": bottom,
                "name": LABELS[stage],
                "amount": words,
                "colour": COLOURS[stage],
                "about": f"{wording.plural(int(sums.loc[stage, 'customers']), 'customer')} {when}",
            }
        )
        top = bottom + GAP
    frame = pd.DataFrame(rows)
    frame["words_at"] = _apart((frame["top"] + frame["bottom"]).to_numpy() / 2)
    return frame


def _bands(
    drawn: pd.DataFrame, nodes: list[pd.DataFrame], room: float, currency: str | None
) -> pd.DataFrame:
    ends = [dict(zip(frame["stage"], frame["top"], strict=True)) for frame in nodes]
    total = max(int(drawn["customers"].sum()), 1)
    place = {stage: n for n, stage in enumerate(ORDER)}
    rows = drawn.astype({"from": str, "to": str}).to_dict("records")
    found: dict[tuple[str, str], dict] = {}
    # Bands leave a stage in the order of where they go, and arrive in the order of where they come from.
    for key, other, side, n in (("from", "to", "left", 0), ("to", "from", "right", 1)):
        for row in sorted(rows, key=lambda row: (place[row[key]], place[row[other]])):
            start = ends[n][row[key]]
            ends[n][row[key]] = start + row[side] * room
            found.setdefault((row["from"], row["to"]), {}).update(
                {f"top_{side}": start, f"bottom_{side}": start + row[side] * room}
            )
    return pd.DataFrame(
        [
            found[row["from"], row["to"]]
            | {
                "flow": flow_name(row["from"], row["to"]),
                "origin": row["from"],
                "target": row["to"],
                "colour": COLOURS[row["to"]],
                "moved": row["from"] != row["to"],
                "customers": row["customers"],
                "share": row["customers"] / total,
                "before": _money(row["value_before"], currency),
                "after": _money(row["value_after"], currency),
                "between": value_range(row, currency),
                "revenue": _money(row["revenue_between"], currency),
            }
            for row in rows
        ]
    )


def _apart(places: np.ndarray) -> np.ndarray:
    """The places, moved as little as need be so that words on them do not touch."""
    found = np.array(places, float)
    for n in range(1, len(found)):
        found[n] = max(found[n], found[n - 1] + LINE)
    over = found[-1] - (1 + LINE / 2) if len(found) else 0
    if over > 0:
        found[-1] -= over
        for n in range(len(found) - 2, -1, -1):
            found[n] = min(found[n], found[n + 1] - LINE)
    return found


def flow_name(origin: str, target: str) -> str:
    """A movement in words: "Repeat → At risk", or "Lapsed, stayed"."""
    return (
        f"{LABELS[origin]}, stayed" if origin == target else f"{LABELS[origin]} → {LABELS[target]}"
    )


def value_range(row: Mapping[str, float], currency: str | None) -> str:
    """The 80 % range of the value at the end; a dash without a model."""
    low, high = row["value_after_low"], row["value_after_high"]
    return wording.MISSING if isnan(low) else wording.money_range(low, high, currency)


def table_frame(moves: pd.DataFrame, stayed: bool, currency: str | None) -> pd.DataFrame:
    """The table of movements, the largest first; `change` is what the value at the end lacks or has more."""
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
    money = {name: 2 for name in moves if name.startswith(("revenue", "value"))}
    return to_csv(moves.astype({"from": str, "to": str}).round(money), index=False)


def movers_csv(
    customers: pd.DataFrame, scores: pd.DataFrame | None, origin: str, target: str
) -> bytes:
    """The customers who made a movement, with what they are today; runs outside the session, when it is clicked."""
    table = customers.copy()
    table.insert(0, "stage_before", origin)
    table.insert(1, "stage_after", target)
    if scores is None:
        return to_csv(table.sort_values("revenue", ascending=False, kind="stable"))
    return to_csv(table.join(scores).sort_values("cltv", ascending=False, kind="stable"))


def _money(amount: float, currency: str | None) -> str:
    return wording.money(amount, currency, short=True)
