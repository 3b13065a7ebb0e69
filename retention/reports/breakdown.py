"""Which channels, regions and products bring customers who stay? Numbers of each value."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention import wording
from retention.display import displayed
from retention.models.uncertainty import Uncertainty
from retention.orders.orders import Orders
from retention.periods import Period
from retention.reports.breakdown_history import (
    MISSING,
    Attribution,
    DimensionHistory,
    dimension_history,
)
from retention.reports.breakdown_verdict import (
    compare_rates,
    compare_values,
    growth,
    median_intervals,
    without_unnamed,
)
from retention.reports.scorecard import check_inside
from retention.statistics import wilson
from retention.validation import all_unknown

#: Values with their own row, the largest by revenue in the period.
MOST_VALUES = 20
#: The columns of `Breakdown.values` that have a growth.
GROWING = ("customers", "new_customers", "orders", "revenue", "average_order_value")
# Code of the row of all values without their own, beside the hashes of values and `MISSING`.
_OTHERS = 1
_PLACES = {"value": 0, "others": 1, "missing": 2}
_COUNT_COLUMNS = ("customers", "new_customers", "orders")
_VALUE_COLUMNS = (
    "value_per_customer",
    "value_per_customer_low",
    "value_per_customer_high",
    "revenue_per_customer",
)


@displayed
@dataclass(frozen=True, slots=True)
class Breakdown:
    """The values of a dimension in a period.

    Attributes:
        dimension: The dimension, a column of the orders.
        attribution: What an order counts to, a key of `ATTRIBUTIONS`.
        period: The period.
        previous: The period before; None where the orders begin later.
        values: A row a value (index: its name), the largest revenue first (the most orders where
            there are no amounts), then the folded and the missing ones. The columns are below.
        store: `customers`, `new_customers`, `orders`, `revenue` and `average_order_value` of all
            orders together, each with its `_growth`, and `repeat_purchase_rate`.
        basis: The column that the `verdict` compares: "value_per_customer" or
            "repeat_purchase_rate".
        folded: How many values have no row of their own.

    The columns of `values`:

    - `kind`: "value", "others" (all values without their own row) or "missing" (orders without a
      value).
    - `customers` who ordered in the period, `new_customers` (whose first order ever falls into
      it), `orders`, `revenue`, `average_order_value`. A new customer counts to the value of the
      first order in both attributions.
    - For each of these, `<name>_growth` (a fraction) against the period before, with
      `<name>_growth_low` and `<name>_growth_high` (95 % interval). `<name>_growth_verdict` is
      "up", "down", "no clear change", or "too little data" below 30 customers in either period.
    - `repeat_purchase_rate`: share of the customers with two orders or more, to any value, by the
      end of the period; with `_low` and `_high` (95 %).
    - `days_to_second_order`: median days of the second orders placed in the period; with `_low`
      and `_high` (95 %). `second_orders`: their number.
    - `value_per_customer`: what the new customers are expected to bring, in money, with `_low` and
      `_high` (80 %). `revenue_per_customer`: what they brought so far. NaN unless by first order
      and with a model.
    - `average`: the `basis` of all values together, each with the weight of its customers.
      `compare_low` to `compare_high` is where the value lies beside it (95 %, for all values at
      once).
    - `verdict`: "more" where this interval lies above the average, "less" where it lies below,
      else "no clear difference". It is "too little data" below 30 customers in the value or in
      all others together. It is "many orders without a customer" where far more of the value's
      orders than of the others' were left out for that.
    - `without_customer`: the share of the value's orders that name no customer and were left out.
    """

    dimension: str
    attribution: Attribution
    period: Period
    previous: Period | None
    values: pd.DataFrame
    store: pd.Series
    basis: Literal["value_per_customer", "repeat_purchase_rate"]
    folded: int


class _Rows(NamedTuple):
    """The `codes` of the values with their own row, and how many others are `folded`."""

    codes: list[int]
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
        attribution: "first_order" or "all_orders". By first order, all orders of a customer count
            to the value on the first order ever. By all orders, each order counts to its own
            value, and a customer to every value ordered from. An order of several lines has the
            product and category of the first line by first order. By all orders it counts to each
            in it, with `revenue` split by what the lines cost. Customers and orders then add up
            to more than the store's.
        customers: From `summarise_customers(orders)`, for the value per customer; else not needed.
        uncertainty: From `group_value_uncertainty` of these customers and the dimension's values,
            so that each value has its own model. That of `value_uncertainty` draws all values to
            the store.
        most: Values with their own row.

    Returns:
        The numbers by value, and those of the whole store.

    Raises:
        DataError: The orders do not have the dimension, the attribution does not exist, or the
            period lies outside the orders.
    """
    history = dimension_history(orders, dimension, attribution)
    try:
        whole = Period(
            start=orders.start, end=(pd.Timestamp(orders.end) + pd.Timedelta(days=1)).date()
        )
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
    """Return the breakdown of a period from a history that is there already.

    Args:
        history: From `dimension_history`.
        period: The period.
        customers: From `summarise_customers`, for the value per customer; else not needed.
        uncertainty: As in `breakdown`.
        most: Values with their own row.

    Returns:
        As `breakdown`.

    Raises:
        DataError: The period lies outside the orders.
    """
    check_inside(period, history.start, history.end)
    previous = period.previous() if period.previous().start >= history.start else None
    shown = _largest(history, period, most)
    rows = _row_names(history, shown)
    orders = _labelled(history, period, previous, shown)
    now = _counts(history, orders, period, shown)
    before = _counts(history, orders, previous, shown) if previous else None
    store = _store(now, before)
    # A value with orders in the previous period alone has no row.
    now = _filled(now, rows, history)
    before = None if before is None else _filled(before, rows, history)
    worth = None
    if history.attribution == "first_order" and uncertainty is not None and customers is not None:
        worth = compare_values(customers, uncertainty, history.dimension, period, rows)
    parts = [
        rows,
        _totals(now),
        _growths(now, before, _moments(history, orders)),
        _repeat_rates(now),
        median_intervals(_waits(history, orders, period)).reindex(rows.index),
        _rates_compared(now, store) if worth is None else worth,
    ]
    values = pd.concat(parts, axis=1)
    values["second_orders"] = values["second_orders"].fillna(0).astype(int)
    values["without_customer"] = values["name"].map(history.without_customer).fillna(0.0)
    values["verdict"] = without_unnamed(
        values["verdict"], values["without_customer"], values["orders"]
    )
    return Breakdown(
        dimension=history.dimension,
        attribution=history.attribution,
        period=period,
        previous=previous,
        values=_sorted(values).set_index("name").rename_axis(history.dimension),
        store=store,
        basis="repeat_purchase_rate" if worth is None else "value_per_customer",
        folded=shown.folded,
    )


def _filled(counts: pd.DataFrame, rows: pd.DataFrame, history: DimensionHistory) -> pd.DataFrame:
    """Return the counts of every row: zeros without orders, and NaN for revenue nobody knows."""
    counts = counts.reindex(rows.index).fillna(0)
    return counts if history.has_amounts else counts.assign(revenue=np.nan)


def _totals(counts: pd.DataFrame) -> pd.DataFrame:
    totals = counts[[*_COUNT_COLUMNS, "revenue"]].astype(dict.fromkeys(_COUNT_COLUMNS, int))
    return totals.assign(
        average_order_value=counts["revenue"] / counts["orders"].replace(0, np.nan)
    )


def _growths(now: pd.DataFrame, before: pd.DataFrame | None, moments: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([growth(name, now, before, moments) for name in GROWING], axis=1)


def _repeat_rates(counts: pd.DataFrame) -> pd.DataFrame:
    low, high = wilson(counts["repeat"], counts["customers"])
    rate = counts["repeat"] / counts["customers"].replace(0, np.nan)
    return pd.DataFrame(
        {
            "repeat_purchase_rate": rate,
            "repeat_purchase_rate_low": low,
            "repeat_purchase_rate_high": high,
        },
        index=counts.index,
    )


def _rates_compared(counts: pd.DataFrame, store: pd.Series) -> pd.DataFrame:
    """Compare the repeat purchase rates, where there is no value per customer."""
    nothing = pd.DataFrame(np.nan, index=counts.index, columns=list(_VALUE_COLUMNS))
    compared = compare_rates(counts["repeat"], counts["customers"], store["customers"])
    return nothing.join(compared)


def _sorted(values: pd.DataFrame) -> pd.DataFrame:
    """The largest revenue or else the most orders first; what is folded and missing last."""
    places = values.assign(place=values["kind"].map(_PLACES))
    size = "orders" if all_unknown(values["revenue"]) else "revenue"
    order = places.sort_values(["place", size, "name"], ascending=[True, False, True])
    return order.drop(columns="place")


def _inside(history: DimensionHistory, table: ir.Table, period: Period) -> ir.BooleanValue:
    return (table.day >= history.number(period.start)) & (table.day < history.number(period.end))


def _largest(history: DimensionHistory, period: Period, most: int) -> _Rows:
    """Return the values with the largest revenue in a period, `most` of them or one more.

    Without amounts it is those with the most orders.
    """
    table = history.table.filter(_inside(history, history.table, period))
    size = table.revenue.sum() if history.has_amounts else table.count()
    sizes = table.group_by("value").agg(size=size)
    known = sizes.filter(sizes.value != MISSING)
    largest = known.order_by([known["size"].desc(), known.value]).limit(most + 2)
    codes = largest.to_pandas()["value"].tolist()
    missing = [MISSING] if _number(sizes.filter(sizes.value == MISSING)) else []
    # A single folded value would take a row as well, so it keeps its own.
    if len(codes) <= most + 1:
        return _Rows(codes=[*codes, *missing], folded=0)
    return _Rows(codes=[*codes[:most], *missing], folded=_number(known) - most)


def _number(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())


def _row_names(history: DimensionHistory, shown: _Rows) -> pd.DataFrame:
    """Return `name`, unique, and `kind` of each row (index: codes)."""
    codes = shown.codes
    names = history.names.filter(history.names.value.isin(codes or [MISSING])).to_pandas()
    names = names.drop_duplicates("value").set_index("value")["name"]
    rows = pd.DataFrame(
        {"name": names.reindex(codes), "kind": "value"}, index=pd.Index(codes, name="value")
    )
    special = {
        MISSING: (f"No {history.dimension}", "missing"),
        _OTHERS: (f"All others ({wording.count(shown.folded)})", "others"),
    }
    for code, (name, kind) in special.items():
        if code in codes or (code == _OTHERS and shown.folded):
            rows.loc[code] = _unique(name, set(rows["name"])), kind
    return rows


def _unique(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "*"
    return name


def _labelled(
    history: DimensionHistory, period: Period, previous: Period | None, shown: _Rows
) -> ir.Table:
    """Return the orders of both periods.

    `value` is the code of the row, `now` says whether an order belongs to the later period, and
    `end` is the end of its own.
    """
    both = Period(start=previous.start if previous else period.start, end=period.end)
    table = history.table.filter(_inside(history, history.table, both))
    begin, end = history.number(period.start), history.number(period.end)
    table = table.mutate(now=table.day >= begin, end=ibis.ifelse(table.day >= begin, end, begin))
    if not shown.folded:
        return table
    table = table.mutate(value=ibis.ifelse(table.value.isin(shown.codes), table.value, _OTHERS))
    return _one_part(table) if history.parted else table


def _one_part(table: ir.Table) -> ir.Table:
    """Join the folded parts of an order to one row."""
    rest = table.filter(table.value == _OTHERS)
    same = [name for name in table.columns if name not in ("customer", "place", "revenue", "whole")]
    merged = rest.group_by("customer", "place").agg(
        revenue=rest.revenue.sum(),
        whole=rest.whole.any(),
        **{name: rest[name].max() for name in same},
    )
    return table.filter(table.value != _OTHERS).union(merged.select(*table.columns))


def _counts(
    history: DimensionHistory, orders: ir.Table, period: Period, shown: _Rows
) -> pd.DataFrame:
    """Return the counts of a period by `value`.

    `placed`, `started`, `ordered` and `ordered_repeat` count every order or customer once.
    """
    orders = orders.filter(_inside(history, orders, period))
    # A customer has one last order before a period's end, which stands for the customer.
    last_same, last = orders.next_same >= orders.end, orders.next_day >= orders.end
    again = (orders.place > 0) | (orders.next_day < orders.end)
    sums = orders.group_by("value").agg(
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
    counts: pd.DataFrame = sums.to_pandas().set_index("value")
    if shown.folded and history.attribution == "all_orders" and _OTHERS in counts.index:
        customers, repeat = _customers_of_folded(orders)
        counts.loc[_OTHERS, "customers"] = customers
        counts.loc[_OTHERS, "repeat"] = repeat
    return counts.astype(float)


def _customers_of_folded(orders: ir.Table) -> tuple[int, int]:
    """Count the customers of the folded values, and those who came back.

    A customer who ordered from several of these values counts once.
    """
    rest = orders.filter(orders.value == _OTHERS)
    customers = rest.group_by("customer").agg(
        again=((rest.place > 0) | (rest.next_day < rest.end)).any()
    )
    row = customers.agg(customers=customers.count(), repeat=customers.again.sum()).to_pandas()
    return int(row["customers"].iloc[0]), int(row["repeat"].iloc[0])


def _store(now: pd.DataFrame, before: pd.DataFrame | None) -> pd.Series:
    store = _sums_of_store(now)
    growths: pd.Series = store * np.nan
    if before is not None:
        growths = store / _sums_of_store(before).replace(0, np.nan) - 1
    rate = now["ordered_repeat"].sum() / (store["customers"] or np.nan)
    numbers: pd.Series = pd.concat(
        [store, pd.Series({"repeat_purchase_rate": rate}), growths.add_suffix("_growth")]
    )
    return numbers


def _sums_of_store(counts: pd.DataFrame) -> pd.Series:
    sums = pd.Series(
        {
            "customers": counts["ordered"].sum(),
            "new_customers": counts["started"].sum(),
            "orders": counts["placed"].sum(),
            "revenue": counts["revenue"].sum(min_count=1),
        }
    )
    sums["average_order_value"] = sums["revenue"] / (sums["orders"] or np.nan)
    return sums


def _moments(history: DimensionHistory, orders: ir.Table) -> pd.DataFrame:
    """Return sums, squares and the product of sampled customers' orders and revenue.

    The index is `value` and `now`.
    """
    if history.parts > 1:
        orders = orders.filter(orders.customer % history.parts == 0)
    customers = orders.group_by("value", "now", "customer").agg(
        orders=orders.count(), revenue=orders.revenue.sum()
    )
    moments = customers.group_by("value", "now").agg(
        sampled=customers.count(),
        orders=customers.orders.sum(),
        revenue=customers.revenue.sum(),
        orders_square=(customers.orders * customers.orders).sum(),
        revenue_square=(customers.revenue * customers.revenue).sum(),
        product=(customers.orders * customers.revenue).sum(),
    )
    frame: pd.DataFrame = moments.to_pandas()
    return frame.set_index(["value", "now"]).astype(float)


def _waits(history: DimensionHistory, orders: ir.Table, period: Period) -> pd.DataFrame:
    """Return how many second `orders` of the period came after how many `days`, by `value`."""
    second = orders.filter((orders.place == 1) & _inside(history, orders, period))
    waits = second.group_by(second.value, days=second.day - second.first_day).agg(
        orders=second.count()
    )
    frame: pd.DataFrame = waits.to_pandas()
    return frame
