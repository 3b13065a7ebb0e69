"""How much of a period's money rests on a few customers, and how it changed without them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, nan
from typing import NamedTuple

import ibis.expr.types as ir

from retention.history.order_history import OrderHistory
from retention.periods import Period

#: A large customer is among the largest of this share, or of these few, and holds this share of
#: the revenue alone. All of them must hold that share to be named.
_LARGEST_SHARE, _FEW, _ALONE, _TOGETHER = 0.001, 5, 0.01, 0.05
#: Customers of a period below which each is large.
_FEWEST_CUSTOMERS = 100


@dataclass(frozen=True, slots=True)
class LargeCustomers:
    """A few customers who move what a period's money says.

    Attributes:
        customers: How many they are.
        share: Their share of the period's revenue.
        share_before: Their share of the earlier period's; NaN without one.
        values: `revenue`, `average_order_value` and `revenue_per_customer` without them, in money.
        changes: How much each of these changed since the earlier period without them, a fraction;
            empty without an earlier period.
    """

    customers: int
    share: float
    share_before: float
    values: Mapping[str, float]
    changes: Mapping[str, float]


def large_customers(
    history: OrderHistory, period: Period, earlier: Period | None
) -> LargeCustomers | None:
    """Return the few customers on whom a period's money rests.

    Args:
        history: The history of the orders.
        period: The period.
        earlier: The period that it is compared with; None without one.

    Returns:
        The customers, largest in either period; None where no few of them hold 5 % of the revenue.
    """
    if not history.has_amounts:
        return None
    periods = [period] if earlier is None else [period, earlier]
    sums = [_by_customer(history, part) for part in periods]
    totals = [_totals(grouped) for grouped in sums]
    if totals[0].customers < _FEWEST_CUSTOMERS or not totals[0].revenue:
        return None
    large: set[int] = set()
    for grouped, total in zip(sums, totals, strict=True):
        large |= _largest(grouped, total)
    if not large:
        return None
    parts = [_totals(grouped.filter(grouped.customer.isin(sorted(large)))) for grouped in sums]
    shares = [
        part.revenue / (total.revenue or 1) for part, total in zip(parts, totals, strict=True)
    ]
    if max(shares) < _TOGETHER:
        return None
    values = [_values(total, part) for total, part in zip(totals, parts, strict=True)]
    changes: dict[str, float] = {}
    if earlier is not None:
        changes = {name: now / values[1][name] - 1 for name, now in values[0].items()}
    return LargeCustomers(
        customers=len(large),
        share=shares[0],
        share_before=shares[1] if earlier is not None else nan,
        values=values[0],
        changes=changes,
    )


class _Totals(NamedTuple):
    customers: float
    orders: float
    revenue: float


def _by_customer(history: OrderHistory, period: Period) -> ir.Table:
    table = history.table
    begin, end = ((day - history.start).days for day in (period.start, period.end))
    inside = table.filter((table.day >= begin) & (table.day < end))
    return inside.group_by("customer").agg(revenue=inside.revenue.sum(), orders=inside.count())


def _totals(grouped: ir.Table) -> _Totals:
    row = grouped.agg(
        customers=grouped.count(), orders=grouped.orders.sum(), revenue=grouped.revenue.sum()
    )
    return _Totals(*row.to_pandas().fillna(0).iloc[0].astype(float))


def _largest(grouped: ir.Table, total: _Totals) -> set[int]:
    """The customers who hold enough of a period's revenue alone, of the largest few."""
    number = max(_FEW, ceil(_LARGEST_SHARE * total.customers))
    top = grouped.order_by([grouped.revenue.desc(), grouped.customer]).limit(number).to_pandas()
    return set(top.loc[top["revenue"] >= _ALONE * total.revenue, "customer"].astype(int))


def _values(total: _Totals, part: _Totals) -> dict[str, float]:
    """The figures in money without a part of the customers; NaN where nothing is left."""
    revenue = total.revenue - part.revenue
    orders, customers = total.orders - part.orders, total.customers - part.customers
    return {
        "revenue": revenue or nan,
        "average_order_value": revenue / orders if orders and revenue else nan,
        "revenue_per_customer": revenue / customers if customers and revenue else nan,
    }
