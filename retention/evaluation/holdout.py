"""The orders split at a cut: the customers as they were known then, and what they did later."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
import pandas as pd

from retention.customers.summary import (
    customer_table,
    daily_repeats,
    purchase_days,
    query_of_days,
)
from retention.daily_repeats import carry
from retention.engines import keep, let_go, rows_by_customer
from retention.orders.orders import Orders

#: Days in a week.
WEEK = 7


@dataclass(frozen=True, slots=True)
class Holdout:
    """What was known at a cut, and what came after it.

    Attributes:
        customers: What `summarise_customers` returns for the day of the cut, without the
            `first_*` columns and the discount.
        later: `orders` (purchase days) and `revenue` of the same customers after the cut; the
            revenue is NaN where the orders have no amounts.
        weekly: `week` (1 begins the day after the cut) and `actual`, the repeat purchase days of
            these customers. Weeks without a repeat purchase may be left out.
        daily: `since` (1 is the day after the cut), `purchases` (purchase days) and `revenue` of
            the same customers. Days without a purchase are left out.
    """

    customers: pd.DataFrame
    later: pd.DataFrame
    weekly: pd.DataFrame
    daily: pd.DataFrame


def hold_out(orders: Orders, cut: date) -> Holdout:
    """Split the orders at a cut.

    Args:
        orders: The orders.
        cut: The last day that is known.

    Returns:
        The customers as they stood at the cut, and what they did later.

    Raises:
        DataError: There is no order by that day.
    """
    table = orders.table.select("customer_id", "ordered_at", "revenue")
    with _stored(purchase_days(table)) as days:
        rows = rows_by_customer(query_of_days(days, cut, later=True))
        by_day = _purchases_by_day(days, cut).to_pandas()
    known = customer_table(rows, orders.start, cut)
    first_purchases = np.bincount(known["T"].to_numpy())
    carry(known, daily_repeats(by_day, first_purchases, cut))
    later = {name: rows[f"later_{name}"].to_numpy() for name in ("orders", "revenue")}
    if not orders.has_amounts:
        later["revenue"] = np.full(len(known), np.nan)
    return Holdout(
        customers=known,
        later=pd.DataFrame(later, index=known.index).astype(float),
        weekly=_by_week(by_day, first_purchases),
        daily=by_day[by_day["since"] > 0].sort_values("since", ignore_index=True),
    )


@contextmanager
def _stored(table: ibis.Table) -> Iterator[ibis.Table]:
    kept = keep(table)
    try:
        yield kept
    finally:
        let_go(kept)


def _purchases_by_day(days: ibis.Table, cut: date) -> ibis.Table:
    """Purchase days of the customers known at the cut, by days `since` it (negative before)."""
    early = days.filter(days.day <= ibis.literal(cut))
    later = days.filter(days.day > ibis.literal(cut)).semi_join(early, "customer_id")
    parts = [
        part.group_by(since=part.day.delta(ibis.literal(cut), unit="day")).agg(
            purchases=part.count(), revenue=part.revenue.sum()
        )
        for part in (early, later)
    ]
    return parts[0].union(parts[1])


def _by_week(by_day: pd.DataFrame, first_purchases: np.ndarray) -> pd.DataFrame:
    purchases = by_day.set_index("since")["purchases"]
    # On the day of the first purchase it is not a repeat one.
    first = pd.Series(first_purchases).rename(lambda age: -age)
    repeat = purchases.sub(first, fill_value=0)
    week = (repeat.index.to_numpy() - 1) // WEEK + 1
    return repeat.groupby(week).sum().rename_axis("week").rename("actual").reset_index()
