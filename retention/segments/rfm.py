"""The RFM grid: customers scored 1 to 5 by their last order, their orders and their revenue.

Eleven names stand for the cells. `rfm` scores every customer. A page that moves cut points needs
only what the groups amount to: `prepare_rfm` once, then `place_rfm` and `summarise_rfm` (in
`rfm_totals`) for each new set of rules. Both ways cut alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from retention.display import displayed
from retention.errors import DataError
from retention.segments.inputs import usable_column
from retention.validation import all_unknown, is_number

SCORES = (1, 2, 3, 4, 5)
"""Scores of each of the three measures; 5 is best."""

Measure = Literal["days", "orders", "revenue"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
"""What is scored: days since the last order (fewer are better), orders, and revenue so far.

Without amounts there is no monetary score, and the frequency score stands for the mean of the two.
"""

NOBODY = math.inf
"""A cut point of orders or revenue that no customer reaches; of days it is `-NOBODY`."""

#: The names by recency (rows, 5 first) and by the mean of the other two scores (columns, 5 first).
_NAMES = (
    ("Champions", "Champions", "Loyal", "Potential loyalist", "New customers"),
    ("Champions", "Loyal", "Potential loyalist", "Potential loyalist", "Promising"),
    ("Loyal", "Loyal", "Potential loyalist", "Need attention", "Promising"),
    ("At risk", "At risk", "Need attention", "Need attention", "About to sleep"),
    ("Cannot lose them", "Cannot lose them", "At risk", "Hibernating", "Lost"),
)

RFM_CELLS: dict[tuple[int, int], str] = {
    (recency, mean): _NAMES[5 - recency][5 - mean] for recency in SCORES for mean in SCORES
}
"""The name of each cell of the grid: (recency score, mean of the other two)."""

RFM_GROUPS: tuple[str, ...] = (
    "Champions",
    "Loyal",
    "Potential loyalist",
    "New customers",
    "Promising",
    "Need attention",
    "About to sleep",
    "At risk",
    "Cannot lose them",
    "Hibernating",
    "Lost",
)
"""The eleven names, from the best to the worst; every cell of the grid has exactly one."""


#: Four cut points, ascending.
Cuts = tuple[float, float, float, float]


@displayed
@dataclass(frozen=True, slots=True)
class RfmRules:
    """Where the scores are cut: in fifths of the customers (None), or at own cut points.

    In fifths a customer's score follows from how many customers are strictly worse: s takes at
    least (s - 1) fifths of all. Customers who tie therefore score the same, the lower of the scores
    that the tie spans. Where 60 % of all have ordered once, they score 1, and the next ones 4.
    Groups are as uneven as the customers are, and a score that nobody has earned stays empty.

    Equal cut points leave a score empty.

    Attributes:
        days: Days since the last order, ascending. Up to the first cut point is a 5, up to the
            second a 4. Up to the third is a 3, up to the fourth a 2, and beyond a 1.
        orders: Numbers of orders, ascending. The first begins a 2, the second a 3, the third a 4
            and the fourth a 5.
        revenue: Revenue so far, cut as the orders are.

    Raises:
        DataError: There are not four cut points, or they do not ascend.
    """

    days: Cuts | None = None
    orders: Cuts | None = None
    revenue: Cuts | None = None

    def __post_init__(self) -> None:
        for name in MEASURES:
            cuts = getattr(self, name)
            if cuts is None:
                continue
            if not isinstance(cuts, tuple | list) or len(cuts) != 4:
                raise DataError(
                    f"{name} is {cuts!r}; it needs to be four cut points in ascending order, "
                    "or None."
                )
            if not all(_is_cut_point(cut) for cut in cuts):
                raise DataError(f"{name} is {cuts!r}; each cut point needs to be a number.")
            if list(cuts) != sorted(cuts):
                raise DataError(
                    f"{name} is {cuts!r}; cut points need to ascend, such as (30, 60, 120, 240)."
                )
            object.__setattr__(self, name, tuple(cuts))


def _is_cut_point(cut: object) -> bool:
    return is_number(cut) or (isinstance(cut, float) and math.isinf(cut))


def rfm(customers: pd.DataFrame, rules: RfmRules | None = None) -> pd.DataFrame:
    """Score every customer by the last order, the orders and the revenue so far.

    Args:
        customers: From `summarise_customers`; with `recency`, `T` (days), `orders` and `revenue`.
        rules: Where to cut; fifths of these customers unless given.

    Returns:
        A frame with the customers' index and the columns:

        - `recency_score`, `frequency_score`, `monetary_score`: 1 to 5, 5 is best;
        - `group`: categorical, one of `RFM_GROUPS`. It is the name in `RFM_CELLS` at the recency
          score and the mean of the other two, halves rounded up.

        Where the customers have no amounts (revenue NaN) there is no `monetary_score`, and the
        frequency score stands for the mean.

    Raises:
        DataError: A column is missing or not finite.

    Source: Hughes, Strategic Database Marketing (1994), for scores by fifths. The eleven names are
    a convention of practitioners: each of the 25 cells of recency and mean has one name.
    """
    measures = rfm_measures(customers)
    recency, frequency, monetary = score_measures(measures, rfm_cut_points(measures, rules))
    groups = pd.Categorical.from_codes(  # type: ignore[call-overload]  # takes lists and arrays
        group_codes()[places_of(recency, frequency, monetary)].astype(np.int8),
        categories=list(RFM_GROUPS),
        ordered=True,
    )
    scores = {"recency_score": recency, "frequency_score": frequency}
    if "revenue" in measures:
        scores["monetary_score"] = monetary
    return pd.DataFrame(scores | {"group": groups}, index=customers.index)


def rfm_cut_points(
    customers: pd.DataFrame | dict[str, np.ndarray], rules: RfmRules | None = None
) -> RfmRules:
    """Return the cut points in force: the rules' own, and what fifths of these customers come to.

    They give the same scores as `rules`. A cut point that nobody reaches is infinite (for days:
    minus infinite).

    Args:
        customers: From `summarise_customers`, or what `rfm_measures` made of them.
        rules: Where to cut; fifths of these customers unless given.

    Returns:
        Rules with four cut points for each measure: days, orders and revenue (money). Those of
        revenue are None without amounts.

    Raises:
        DataError: A column is missing or not finite.
    """
    measures = customers if isinstance(customers, dict) else rfm_measures(customers)
    rules = rules or RfmRules()
    cuts: dict[str, Cuts] = {}
    for name in measures:
        own = getattr(rules, name)
        cuts[name] = (
            own
            if own is not None
            else fifths(np.sort(measures[name]), fewer_is_better=name == "days")
        )
    return RfmRules(**cuts)


def rfm_measures(customers: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return what is scored.

    Args:
        customers: From `summarise_customers`.

    Returns:
        `days` (since the last order), `orders` and `revenue` (money): one element a customer each.
        Without amounts there is no `revenue`.

    Raises:
        DataError: A column is missing or not finite, or a last order comes after `T`.
    """
    recency, age, orders = (usable_column(customers, name) for name in ("recency", "T", "orders"))
    days = age - recency
    if len(days) and days.min() < 0:
        raise DataError(
            "A customer's last purchase is after the observation end: recency is larger than T."
        )
    measures = {"days": days.astype(np.int32), "orders": orders}
    if not ("revenue" in customers and all_unknown(customers["revenue"])):
        measures["revenue"] = usable_column(customers, "revenue")
    return measures


def fifths(ascending: np.ndarray, fewer_is_better: bool = False) -> Cuts:
    """Return the cut points at which a value is better than 1, 2, 3 and 4 fifths of the values.

    Args:
        ascending: The values in ascending order.
        fewer_is_better: Whether small values are the better ones.

    Returns:
        The four cut points.
    """
    size = len(ascending)

    def cut_point(beaten: int) -> float:
        # How many have to be strictly worse.
        least = -(-beaten * size // 5)
        if not size:
            return -NOBODY if fewer_is_better else NOBODY
        if fewer_is_better:
            better = int(np.searchsorted(ascending, ascending[size - least])) - 1
            return float(ascending[better]) if better >= 0 else -NOBODY
        better = int(np.searchsorted(ascending, ascending[least - 1], side="right"))
        return float(ascending[better]) if better < size else NOBODY

    first, second, third, fourth = map(cut_point, (4, 3, 2, 1) if fewer_is_better else (1, 2, 3, 4))
    return first, second, third, fourth


def score_measures(
    measures: dict[str, np.ndarray], cuts: RfmRules
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the recency, the frequency and the monetary scores.

    Args:
        measures: From `rfm_measures`.
        cuts: From `rfm_cut_points`.

    Returns:
        Three arrays of scores, 1 to 5, one element a customer each. Without amounts the frequency
        score stands for the monetary one.
    """
    scores = []
    for name, values in measures.items():
        score = np.ones(len(values), dtype=np.int8)
        for cut in getattr(cuts, name):
            score += values <= cut if name == "days" else values >= cut
        scores.append(score)
    recency, frequency, monetary = scores[0], scores[1], scores[-1]
    return recency, frequency, monetary


def mean_score(frequency: np.ndarray, monetary: np.ndarray) -> np.ndarray:
    """Return the mean of the frequency and the monetary scores, halves rounded up.

    Args:
        frequency: The frequency scores, 1 to 5.
        monetary: The monetary scores, 1 to 5.

    Returns:
        The means, 1 to 5, one element a customer.
    """
    mean: np.ndarray = (frequency + monetary + 1) // 2
    return mean


def places_of(recency: np.ndarray, frequency: np.ndarray, monetary: np.ndarray) -> np.ndarray:
    """Return one number for the three scores.

    Args:
        recency: The recency scores, 1 to 5.
        frequency: The frequency scores, 1 to 5.
        monetary: The monetary scores, 1 to 5.

    Returns:
        The places, 0 to 124, one element a customer.
    """
    place: np.ndarray = (recency - 1) * np.int8(25) + (frequency - 1) * np.int8(5) + (monetary - 1)
    return place


def scores_of_places() -> np.ndarray:
    """Return the three scores of each place.

    Returns:
        An array of 125 rows and 3 columns, of scores 1 to 5.
    """
    return np.stack(np.unravel_index(np.arange(125), (5, 5, 5)), axis=1) + 1


def group_codes() -> np.ndarray:
    """Return the position in `RFM_GROUPS` of each place's group.

    Returns:
        An array of 125 positions.
    """
    recency, frequency, monetary = scores_of_places().T
    means = mean_score(frequency, monetary)
    return np.array(
        [RFM_GROUPS.index(RFM_CELLS[r, m]) for r, m in zip(recency, means, strict=True)]
    )
