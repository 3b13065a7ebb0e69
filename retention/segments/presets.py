"""Ready-made thresholds: the published scheme, and one fitted to a store's own reorder times."""

import math
from dataclasses import dataclass, replace

import ibis
import pandas as pd

from retention import wording
from retention.orders.orders import Orders
from retention.segments.rules import SegmentRules, thresholds
from retention.statistics import weighted_quantile

FEWEST_REORDERS = 50
"""Below this many observed reorders their quantiles are guesswork.

The next wider group's are taken instead.
"""

CLOCKWORK, APART = 1.1, 1.25
"""Lapsed begins at 1.25 times the threshold before it where it would begin below 1.1 times.

There reorders come so regularly that there would be no time to win anybody back.
"""

# The share of a group's reorders that has come in by each threshold.
_SHARES = {
    "one order": {"new_days": 0.50, "one_order_lapsed": 0.90},
    "repeat customers": {"repeat_at_risk": 0.75, "repeat_lapsed": 0.90},
    "loyal customers": {"loyal_at_risk": 0.75, "loyal_lapsed": 0.90},
}
# Whose waits stand in where a group has too few of its own.
_WIDER = {
    "one order": ("all customers",),
    "repeat customers": ("all customers",),
    "loyal customers": ("repeat customers", "all customers"),
}


@dataclass(frozen=True, slots=True)
class FittedRules:
    """Rules fitted to a store.

    Attributes:
        rules: The thresholds.
        method: How they were fitted, in a sentence.
        notes: Where the data did not suffice, a sentence each.
    """

    rules: SegmentRules
    method: str
    notes: tuple[str, ...]


def published_rules() -> SegmentRules:
    """Return the published 30/60/90/120/180-day scheme.

    Returns:
        The rules with every threshold at its default.

    Source: Barilliance (2021).
    """
    return SegmentRules()


def fitted_rules(orders: Orders, rules: SegmentRules | None = None) -> FittedRules:
    """Return rules whose days come from the store's own reorder times.

    Each class of customers is judged by its own waits between purchase days: after the first
    purchase, after the second up to `loyal_orders` - 1, and after later ones. A customer stays new
    until half of the second purchases have come (median). The customer is at risk when three in
    four reorders have come (75th percentile) and lapsed when nine in ten have (90th). Lapsed begins
    a quarter later where both come at the same time. Only waits that ended are counted.

    With fewer than 50 waits a class takes the repeat customers' waits, then all of them, then the
    published days; each such step is a note.

    Args:
        orders: The orders.
        rules: Every other threshold stays as in these.

    Returns:
        The rules, and notes on the classes with too few waits.
    """
    return rules_from_gaps(reorder_gaps(orders), rules)


def reorder_gaps(orders: Orders) -> pd.DataFrame:
    """Return how long customers waited between purchase days.

    Args:
        orders: The orders.

    Returns:
        A frame with a row for each length of wait after each purchase:

        - `purchase`: number of the purchase day before the wait, from 1;
        - `days`: length of the wait;
        - `reorders`: how often it happened.
    """
    table = orders.table
    visits = table.select("customer_id", day=table.ordered_at.date()).distinct()
    in_order = ibis.window(group_by="customer_id", order_by="day")
    waits = visits.mutate(
        purchase=ibis.row_number().over(in_order),  # counts from 0: the number of the visit before
        days=visits.day.delta(visits.day.lag().over(in_order), unit="day"),
    )
    counts: pd.DataFrame = (
        waits.filter(waits.days.notnull())
        .group_by("purchase", "days")
        .agg(reorders=lambda wait: wait.count())
        .order_by("purchase", "days")
        .to_pandas()
    )
    return counts


def rules_from_gaps(gaps: pd.DataFrame, rules: SegmentRules | None = None) -> FittedRules:
    """Return what `fitted_rules` does, from waits that are counted already.

    Args:
        gaps: From `reorder_gaps`.
        rules: Every other threshold stays as in these.

    Returns:
        The rules, and notes on the classes with too few waits.
    """
    rules = rules or SegmentRules()
    purchase = gaps["purchase"]
    waits = {
        "one order": gaps[purchase == 1],
        "repeat customers": gaps[(purchase >= 2) & (purchase < rules.loyal_orders)],
        "loyal customers": gaps[purchase >= rules.loyal_orders],
        "all customers": gaps,
    }
    notes: list[str] = []
    days: dict[str, int] = {}
    for group, shares in _SHARES.items():
        pool = _enough(waits, group, notes)
        if pool is None:
            continue
        (soon, soon_share), (late, late_share) = shares.items()
        days[soon] = _within_bounds(soon, _wait_of(pool, soon_share), notes)
        days[late] = _within_bounds(late, _wait_of(pool, late_share), notes)
        if days[late] < CLOCKWORK * days[soon]:
            notes.append(_clockwork_note(group, days[late]))
            days[late] = _within_bounds(late, math.ceil(APART * days[soon]), notes)
    method = (
        f"From {wording.count(int(gaps['reorders'].sum()))} reorders in this data: customers "
        "are new until half "
        "of the second purchases have come, at risk when three in four reorders of customers like "
        "them have come, and lapsed when nine in ten have."
    )
    fitted = replace(rules, **days)  # type: ignore[arg-type]  # days are no unit of value
    return FittedRules(rules=fitted, method=method, notes=tuple(notes))


def _enough(waits: dict[str, pd.DataFrame], group: str, notes: list[str]) -> pd.DataFrame | None:
    """The waits of the group, or of the next wider group that has enough, with a note."""
    for source in (group, *_WIDER[group]):
        pool = waits[source]
        if pool["reorders"].sum() < FEWEST_REORDERS:
            continue
        if source != group:
            notes.append(f"Too few reorders of {_words(group)}: the days of {source} stand in.")
        return pool
    notes.append(
        f"Too few reorders of {_words(group)} ({int(waits[group]['reorders'].sum())}, "
        f"{FEWEST_REORDERS} are needed): those days stay as they were."
    )
    return None


def _words(group: str) -> str:
    return "customers with one order" if group == "one order" else group


def _wait_of(waits: pd.DataFrame, share: float) -> int:
    """The shortest wait within which this share of the reorders came."""
    return int(weighted_quantile(waits["days"], waits["reorders"], share))


def _clockwork_note(group: str, late: int) -> str:
    return (
        f"Reorders of {_words(group)} come so regularly that nine in ten are there within "
        f"{wording.count(late)} days of silence: lapsed begins a quarter later than the "
        "threshold before it, "
        "so that there is time to act."
    )


def _within_bounds(name: str, days: int, notes: list[str]) -> int:
    threshold = thresholds()[name]
    if days > threshold.high:
        notes.append(
            f"“{threshold.label}” would be {wording.count(days)} days; "
            f"{wording.general(threshold.high, 6)} is "
            "the most it can be."
        )
    return int(min(max(days, threshold.low), threshold.high))
