"""Which channels, regions and products bring customers who stay? A period's numbers for every value of a dimension."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.models.uncertainty import Uncertainty
from retention.orders.orders import Orders
from retention.periods import Period
from retention.reports.breakdown_history import MISSING, DimensionHistory, dimension_history
from retention.reports.breakdown_verdict import (
    compare_rates,
    compare_values,
    growth,
    median_intervals,
)
from retention.statistics import wilson

#: Values with a row of their own, the largest by revenue in the period.
MOST_VALUES = 20
#: What grows, of the columns of `Breakdown.values`.
GROWING = ("customers", "new_customers", "orders", "revenue", "average_order_value")
# Code of the row of all values without one of their own, beside the hashes of values and `MISSING`.
_OTHERS = 1


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The values of a dimension in a period.

    - `values`: a row a value (index: its name), the largest revenue first, then what is folded and what is missing:
      `kind` ("value", "others" for all values without a row of their own, "missing" for orders without one);
      `customers` who ordered in the period, `new_customers` (first order ever in the period; they count to the value
      of that order in both attributions), `orders`, `revenue`, `average_order_value`, each with `<name>_growth`
      against the previous period (a fraction), `<name>_growth_low`, `<name>_growth_high` (95 % interval) and
      `<name>_growth_verdict` ("up", "down", "no clear change", "too little data" below 30 customers in either period);
      `repeat_purchase_rate` (of the customers, the share with two orders or more, of whichever value, by the period's
      end) with `_low`, `_high` (95 %); `days_to_second_order` (median, of second orders placed in the period) with
      `_low`, `_high` (95 %) and how many `second_orders`; for first orders and with a model, of the new customers:
      `value_per_customer` (expected by the model) with `_low`, `_high` (80 %) and `revenue_per_customer` (so far); else
      NaN. Last `average`, `compare_low`, `compare_high` and `verdict`: see `basis`.
    - `store`: `customers`, `new_customers`, `orders`, `revenue`, `average_order_value`, their `_growth`, and
      `repeat_purchase_rate`, of all orders together.
    - `basis`: the column that the `verdict` compares, "value_per_customer" or "repeat_purchase_rate". `average` is that
      of all values together, each with the weight of its customers; `compare_low` to `compare_high` is where the value
      lies beside it (95 %, of all values at once), so that it is "more" where all of this lies above the average,
      "less" where all lies below, "no clear difference" otherwise, and "too little data" below 30 customers in it or in
      all others together.
    - `folded`: how many values have no row of their own.
    - `previous`: the period before, None where the orders do not reach back to its first day.
    """

    dimension: str
    attribution: str
    period: Period
    previous: Period | None
    values: pd.DataFrame
    store: pd.Series
    basis: str
    folded: int


def breakdown(
    orders: Orders,
    dimension: str,
    period: Period | None = None,
    attribution: str = "first_order",
    *,
    customers: pd.DataFrame | None = None,
    uncertainty: Uncertainty | None = None,
    most: int = MOST_VALUES,
) -> Breakdown:
    """Return the numbers of each value of a dimension in a period of the orders.

    Args:
        orders: The orders.
        dimension: One of `dimensions_of(orders)`.
        period: The period; all of the orders unless given.
        attribution: "first_order" (all orders of a customer count to the value on the first order ever) or "all_orders"
            (each order counts to its own value, and a customer to every value ordered from). Where an order has several
            lines, its product and category are the first line's by first order; by all orders it counts to each in it,
            with `revenue` split by what the lines cost, so that customers and orders add up to more than the store's.
        customers: From `summarise_customers(orders)`, for the value per customer; not needed otherwise.
        uncertainty: From `value_uncertainty` of these customers.
        most: Values with a row of their own.

    Raises:
        DataError: The orders do not have the dimension, the attribution does not exist, or the period lies outside the
            orders.
    """
    history = dimension_history(orders, dimension, attribution)
    try:
        whole = Period(orders.start, (pd.Timestamp(orders.end) + pd.Timedelta(days=1)).date())
        return breakdown_of(
            history, period or whole, customers=customers, uncertainty=uncertainty, most=most
        )
    finally:
        history.release()


def breakdown_of(
    history: DimensionHistory,
    period: Period,
    *,
    customers: pd.DataFrame | None = None,
    uncertainty: Uncertainty | None = None,
    most: int = MOST_VALUES,
) -> Breakdown:
    """Return the breakdown of a period from a history that is there already; arguments and errors as in `breakdown`."""
    if period.end <= history.start or period.start > history.end:
        raise DataError(
            f"The period from {period.start} to {period.last} lies outside the orders, which run from {history.start} "
            f"to {history.end}. Pick days among these."
        )
    previous = period.previous() if period.previous().start >= history.start else None
    kept, folded = _largest(history, period, most)
    rows = _row_names(history, kept, folded)
    orders = _labelled(history, period, previous, kept, folded)
    now = _counts(history, orders, period, folded)
    before = _counts(history, orders, previous, folded) if previous else None
    store = _store(now, before)
    # A value with orders in the previous period alone has no row.
    now, before = (
        part if part is None else part.reindex(rows.index).fillna(0) for part in (now, before)
    )
    frame = rows.join(now[["customers", "new_customers", "orders", "revenue"]].astype(_WHOLE))
    frame["average_order_value"] = now["revenue"] / now["orders"].replace(0, np.nan)
    moments = _moments(history, orders)
    for name in GROWING:
        frame = frame.join(growth(name, now, before, moments))
    frame["repeat_purchase_rate"] = now["repeat"] / now["customers"].replace(0, np.nan)
    frame["repeat_purchase_rate_low"], frame["repeat_purchase_rate_high"] = wilson(
        now["repeat"], now["customers"]
    )
    frame = frame.join(median_intervals(_waits(history, orders, period)))
    frame["second_orders"] = frame["second_orders"].fillna(0).astype(int)
    worth = None
    if history.attribution == "first_order" and uncertainty is not None and customers is not None:
        worth = compare_values(customers, uncertainty, history.dimension, period, rows)
        frame = frame.join(worth)
    else:
        frame = frame.assign(**dict.fromkeys(_VALUE_COLUMNS, np.nan))
        frame = frame.join(compare_rates(now["repeat"], now["customers"], store["customers"]))
    frame["rank"] = frame["kind"].map({"value": 0, "others": 1, "missing": 2})
    frame = frame.sort_values(["rank", "revenue", "name"], ascending=[True, False, True]).drop(
        columns="rank"
    )
    return Breakdown(
        dimension=history.dimension,
        attribution=history.attribution,
        period=period,
        previous=previous,
        values=frame.set_index("name").rename_axis(history.dimension),
        store=store,
        basis="repeat_purchase_rate" if worth is None else "value_per_customer",
        folded=folded,
    )


_WHOLE = dict.fromkeys(("customers", "new_customers", "orders"), int)
_VALUE_COLUMNS = (
    "value_per_customer",
    "value_per_customer_low",
    "value_per_customer_high",
    "revenue_per_customer",
)


def _inside(history: DimensionHistory, table: ir.Table, period: Period) -> ir.BooleanValue:
    return (table.day >= history.number(period.start)) & (table.day < history.number(period.end))


def _largest(history: DimensionHistory, period: Period, most: int) -> tuple[list[int], int]:
    """Return the codes of the values of a period, the largest `most` of them, and how many more there are."""
    table = history.table.filter(_inside(history, history.table, period))
    values = table.group_by("value").agg(revenue=table.revenue.sum())
    known = values.filter(values.value != MISSING)
    found = (
        known.order_by([known.revenue.desc(), known.value])
        .limit(most + 2)
        .to_pandas()["value"]
        .tolist()
    )
    missing = (
        [MISSING] if values.filter(values.value == MISSING).count().to_pyarrow().as_py() else []
    )
    if len(found) <= most + 1:  # a single one would take the same row
        return [*found, *missing], 0
    return [*found[:most], *missing], int(known.count().to_pyarrow().as_py()) - most


def _row_names(history: DimensionHistory, kept: list[int], folded: int) -> pd.DataFrame:
    """Return the rows (index: codes): `name`, unique, and `kind`."""
    names = history.names.filter(history.names.value.isin(kept or [MISSING])).to_pandas()
    names = names.drop_duplicates("value").set_index("value")["name"]
    rows = pd.DataFrame(
        {"name": names.reindex(kept), "kind": "value"}, index=pd.Index(kept, name="value")
    )
    special = {
        MISSING: (f"No {history.dimension}", "missing"),
        _OTHERS: (f"All others ({folded:,})", "others"),
    }
    for code, (name, kind) in special.items():
        if code in kept or (code == _OTHERS and folded):
            while name in set(rows["name"]):
                name += "*"
            rows.loc[code] = name, kind
    return rows


def _labelled(
    history: DimensionHistory, period: Period, previous: Period | None, kept: list[int], folded: int
) -> ir.Table:
    """Return the orders of both periods: `value` (the code of its row), `now` (of the period itself), `end`."""
    table = history.table
    table = table.filter(
        _inside(history, table, Period(previous.start if previous else period.start, period.end))
    )
    begin, end = history.number(period.start), history.number(period.end)
    table = table.mutate(now=table.day >= begin, end=ibis.ifelse(table.day >= begin, end, begin))
    if not folded:
        return table
    table = table.mutate(value=ibis.ifelse(table.value.isin(kept), table.value, _OTHERS))
    return _one_part(table) if history.parted else table


def _one_part(table: ir.Table) -> ir.Table:
    """Return the orders with one row for all of an order that has no row of its own among the values."""
    rest = table.filter(table.value == _OTHERS)
    same = [name for name in table.columns if name not in ("customer", "place", "revenue", "whole")]
    merged = rest.group_by("customer", "place").agg(
        revenue=rest.revenue.sum(),
        whole=rest.whole.any(),
        **{name: rest[name].max() for name in same},
    )
    return table.filter(table.value != _OTHERS).union(merged.select(*table.columns))


def _counts(
    history: DimensionHistory, orders: ir.Table, period: Period, folded: int
) -> pd.DataFrame:
    """Return the counts of a period by `value`; `placed`, `started`, `ordered`, `ordered_repeat` count all but once."""
    orders = orders.filter(_inside(history, orders, period))
    # The last order before a period's end stands for its customer, of whom there is no other such order.
    last_same, last = orders.next_same >= orders.end, orders.next_day >= orders.end
    again = (orders.place > 0) | (orders.next_day < orders.end)
    found = orders.group_by("value").agg(
        customers=last_same.sum(),
        new_customers=(orders.place == 0).sum(),
        repeat=(last_same & again).sum(),
        orders=orders.count(),
        revenue=orders.revenue.sum(),
        placed=orders.whole.sum(),
        started=(orders.whole & (orders.place == 0)).sum(),
        ordered=(orders.whole & last).sum(),
        ordered_repeat=(orders.whole & last & again).sum(),
    )
    found = found.to_pandas().set_index("value")
    if folded and history.attribution == "all_orders" and _OTHERS in found.index:
        # Who ordered from several of the folded values is one of their customers.
        rest = orders.filter(orders.value == _OTHERS)
        each = rest.group_by("customer").agg(
            again=((rest.place > 0) | (rest.next_day < rest.end)).any()
        )
        one = each.agg(customers=each.count(), repeat=each.again.sum()).to_pandas()
        found.loc[_OTHERS, ["customers", "repeat"]] = one.loc[0, ["customers", "repeat"]].to_numpy()
    return found.astype(float)


def _store(now: pd.DataFrame, before: pd.DataFrame | None) -> pd.Series:
    def numbers(counts: pd.DataFrame) -> pd.Series:
        once = {"ordered": "customers", "started": "new_customers", "placed": "orders"}
        added = counts[[*once, "revenue"]].sum().rename(once)
        return pd.concat(
            [
                added,
                pd.Series({"average_order_value": added["revenue"] / (added["orders"] or np.nan)}),
            ]
        )

    store = numbers(now)
    changed = store * np.nan if before is None else store / numbers(before).replace(0, np.nan) - 1
    changed.index = [f"{name}_growth" for name in changed.index]
    store["repeat_purchase_rate"] = now["ordered_repeat"].sum() / (store["customers"] or np.nan)
    return pd.concat([store, changed])


def _moments(history: DimensionHistory, orders: ir.Table) -> pd.DataFrame:
    """Return the mean squares and the mean product of customers' orders and revenue, by `value` and `now`."""
    some = orders.filter(orders.customer % history.parts == 0) if history.parts > 1 else orders
    each = some.group_by("value", "now", "customer").agg(
        orders=some.count(), revenue=some.revenue.sum()
    )
    found = each.group_by("value", "now").agg(
        sampled=each.count(),
        orders=each.orders.sum(),
        revenue=each.revenue.sum(),
        orders_square=(each.orders * each.orders).sum(),
        revenue_square=(each.revenue * each.revenue).sum(),
        product=(each.orders * each.revenue).sum(),
    )
    return found.to_pandas().set_index(["value", "now"]).astype(float)


def _waits(history: DimensionHistory, orders: ir.Table, period: Period) -> pd.DataFrame:
    """Return how many second `orders` of the period came after how many `days`, by `value`."""
    second = orders.filter((orders.place == 1) & _inside(history, orders, period))
    found = second.group_by(second.value, days=second.day - second.first_day).agg(
        orders=second.count()
    )
    return found.to_pandas()
