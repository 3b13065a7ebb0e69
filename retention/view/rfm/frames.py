"""What the RFM page draws and lists, as small frames."""

from collections.abc import Hashable, Mapping
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from retention import wording
from retention.customers.search import best_first
from retention.history.changes import ENOUGH
from retention.segments.rfm import (
    MEASURES,
    RFM_GROUPS,
    SCORES,
    RfmRules,
    group_codes,
    scores_of_places,
)
from retention.segments.rfm_totals import members
from retention.validation import all_unknown
from retention.view.rfm.words import score_words

COLUMNS = {
    "Customers": "customers",
    "Revenue so far": "revenue",
    "Expected value": "expected_value",
}


def grid_frame(
    cells: pd.DataFrame,
    cuts: RfmRules,
    measure: str,
    group: str | None,
    cell: tuple[int, int] | None,
    currency: str | None,
) -> pd.DataFrame:
    """The rows of `grid_chart`.

    Args:
        cells: The cells of `summarise_rfm`.
        cuts: The cut points in force.
        measure: What each cell shows: a key of `COLUMNS`.
        group: The chosen group.
        cell: The chosen cell of it; None for the whole group.
        currency: The orders' currency.
    """
    amounts = np.maximum(cells[COLUMNS[measure]].to_numpy(float), 0)
    most = max(np.nanmax(amounts, initial=0), 1e-300)
    rows = []
    for place, row, amount in zip(cells.index, cells.to_dict("records"), amounts, strict=True):
        recency, mean = place
        customers = int(row["customers"])
        in_group = cell is None and row["group"] == group
        rows.append(
            {
                "recency": recency,
                "mean": mean,
                "group": row["group"],
                "words": _amount(measure, amount, currency) if customers else wording.MISSING,
                # Square roots: a few hundred customers stay visible beside many thousands.
                "strength": (amount / most) ** 0.5 if customers and not isnan(amount) else 0.0,
                "chosen": "cell" if place == cell else "group" if in_group else "",
                "small": customers < ENOUGH,
                "last": score_words("days", cuts, recency, currency),
                "customers": customers,
                "share": row["customer_share"],
                "revenue": wording.money(row["revenue"], currency, short=True),
                "value": wording.money(row["expected_value"], currency, short=True),
                "between": value_range(row, currency),
                "days": wording.days(row["median_days"]),
            }
        )
    return pd.DataFrame(rows)


def value_range(row: Mapping[Hashable, Any] | pd.Series, currency: str | None) -> str:
    """The 80 % range of a row's expected value in words; a dash where there is none."""
    if not row["customers"] or "expected_value_low" not in row:
        return wording.MISSING
    return wording.money_range(row["expected_value_low"], row["expected_value_high"], currency)


def score_frame(places: np.ndarray, cuts: RfmRules, currency: str | None) -> pd.DataFrame:
    """Which values have each score, and which share of the customers has it.

    Returns:
        One row per score, the best first: `score`, for each scored measure its values in words, and
        the share of customers in `<measure>_share`.
    """
    counts = np.bincount(places, minlength=len(group_codes()))
    scores = scores_of_places()
    rows = []
    for score in reversed(SCORES):
        row: dict[str, object] = {"score": score}
        for name, scored in zip(MEASURES, scores.T, strict=True):
            if getattr(cuts, name) is None:
                continue
            words = score_words(name, cuts, score, currency)
            row[name] = words[0].upper() + words[1:]
            row[f"{name}_share"] = counts[scored == score].sum() / max(len(places), 1)
        rows.append(row)
    return pd.DataFrame(rows)


def group_list(
    customers: pd.DataFrame,
    scores: pd.DataFrame | None,
    places: np.ndarray,
    group: str | None,
    cell: tuple[int, int] | None,
) -> pd.DataFrame:
    """The customers of a group or of a cell with their scores, highest expected value first."""
    inside = members(places, group, cell)
    recency, frequency, monetary = scores_of_places()[places[inside]].T
    table = customers[inside]
    table.insert(0, "rfm_group", _names(places[inside]))
    for name, score in (("monetary", monetary), ("frequency", frequency), ("recency", recency)):
        if name != "monetary" or not all_unknown(customers["revenue"]):
            table.insert(1, f"{name}_score", score)
    return best_first(table if scores is None else table.join(scores[inside]))


def _names(places: np.ndarray) -> np.ndarray:
    return np.array(RFM_GROUPS)[group_codes()[places]]


def _amount(measure: str, amount: float, currency: str | None) -> str:
    if measure == "Customers":
        return wording.count(amount, short=amount >= 1e5)
    return wording.money(amount, currency, short=True)
