"""Ready-made thresholds: the published scheme, and one fitted to a store's own reorder times."""

import math
from dataclasses import dataclass, replace

import ibis
import numpy as np
import pandas as pd

from retention.orders.orders import Orders
from retention.segments.rules import SegmentRules, thresholds

FEWEST_REORDERS = 50
"""Below this many observed reorders their quantiles are guesswork; the next wider group's are taken
instead."""

CLOCKWORK, APART = 1.1, 1.25
"""Where lapsed would begin less than 1.1 times the days of the threshold before it, it begins at 1.25 times: reorders
come so regularly that there would be no time to win anybody back."""

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
    """Rules fitted to a store, the method in a sentence, and notes on what the data did not carry."""

    rules: SegmentRules
    method: str
    notes: tuple[str, ...]


def published_rules() -> SegmentRules:
    """The published 30/60/90/120/180-day scheme (Barilliance 2021): the defaults of `SegmentRules`."""
    return SegmentRules()


def fitted_rules(orders: Orders, rules: SegmentRules | None = None) -> FittedRules:
    """Days thresholds from the store's own reorder times; every other threshold stays as in `rules`.

    Each class of customers is judged by its own waits between purchase days: after the first purchase,
    after the second up to `loyal_orders` - 1, and after later ones. A customer stays new until half of the
    second purchases have come (median), turns at risk when three in four reorders have come (75th
    percentile) and counts as lapsed when nine in ten have (90th), or a quarter later where both come at the same time.
    Only waits that ended are in it: who has not reordered yet has none.

    With fewer than 50 waits a class takes the repeat customers' waits, then all of them, then the published
    days; each such step is a note.
    """
    return rules_from_gaps(reorder_gaps(orders), rules)


def reorder_gaps(orders: Orders) -> pd.DataFrame:
    """How long customers waited between purchase days.

    Returns a frame with one row for each `purchase` (number of the purchase day before the wait, from 1) and
    `days` (length of the wait), and `reorders`, how often it happened.
    """
    table = orders.table
    visits = table.select("customer_id", day=table.ordered_at.date()).distinct()
    in_order = ibis.window(group_by="customer_id", order_by="day")
    waits = visits.mutate(
        purchase=ibis.row_number().over(in_order),  # counts from 0: the number of the visit before
        days=visits.day.delta(visits.day.lag().over(in_order), unit="day"),
    )
    return (
        waits.filter(waits.days.notnull())
        .group_by("purchase", "days")
        .agg(reorders=lambda wait: wait.count())
        .order_by("purchase", "days")
        .to_pandas()
    )


def rules_from_gaps(gaps: pd.DataFrame, rules: SegmentRules | None = None) -> FittedRules:
    """`fitted_rules` on the frame that `reorder_gaps` returns."""
    rules = rules or SegmentRules()
    purchase = gaps["purchase"]
    waits = {
        "one order": gaps[purchase == 1],
        "repeat customers": gaps[(purchase >= 2) & (purchase < rules.loyal_orders)],
        "loyal customers": gaps[purchase >= rules.loyal_orders],
        "all customers": gaps,
    }
    notes, days = [], {}
    for group, shares in _SHARES.items():
        pool = _enough(waits, group, notes)
        for name, share in shares.items():
            days[name] = (
                getattr(rules, name)
                if pool is None
                else _within_bounds(name, _quantile(pool, share), notes)
            )
        if pool is not None:
            days |= _apart(*(days[name] for name in shares), tuple(shares), group, notes)
    method = (
        f"From {int(gaps['reorders'].sum()):,} reorders in this data: customers are new until half of the "
        "second purchases have come, at risk when three in four reorders of customers like them have come, "
        "and lapsed when nine in ten have."
    )
    return FittedRules(replace(rules, **days), method, tuple(notes))


def _enough(waits: dict[str, pd.DataFrame], group: str, notes: list[str]) -> pd.DataFrame | None:
    """The group's own waits, or those of the next wider group that has enough, or None; a step aside is a
    note."""
    for source in (group, *_WIDER[group]):
        pool = waits[source]
        if pool["reorders"].sum() < FEWEST_REORDERS:
            continue
        if source != group:
            notes.append(f"Too few reorders of {_words(group)}: the days of {source} stand in.")
        return pool
    notes.append(
        f"Too few reorders of {_words(group)} ({int(waits[group]['reorders'].sum())}, {FEWEST_REORDERS} are "
        "needed): those days stay as they were."
    )
    return None


def _words(group: str) -> str:
    return "customers with one order" if group == "one order" else group


def _quantile(waits: pd.DataFrame, share: float) -> int:
    """The shortest wait within which `share` of the reorders came."""
    by_length = waits.groupby("days")["reorders"].sum()
    come = by_length.cumsum() / by_length.sum()
    return int(come.index[np.argmax(come.to_numpy() >= share - 1e-12)])


def _apart(
    soon: int, late: int, names: tuple[str, str], group: str, notes: list[str]
) -> dict[str, int]:
    """Days between the two thresholds in which something can still be done, where reorders come like clockwork."""
    if late >= CLOCKWORK * soon:
        return {}
    notes.append(
        f"Reorders of {_words(group)} come so regularly that nine in ten are there within {late:,} days of silence: "
        "lapsed begins a quarter later than the threshold before it, so that there is time to act."
    )
    return {names[1]: _within_bounds(names[1], math.ceil(APART * soon), notes)}


def _within_bounds(name: str, days: int, notes: list[str]) -> int:
    threshold = thresholds()[name]
    if days > threshold.high:
        notes.append(
            f"“{threshold.label}” would be {days:,} days; {threshold.high:g} is the most it can be."
        )
    return int(min(max(days, threshold.low), threshold.high))
