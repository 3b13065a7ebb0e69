"""Each order with the value of one dimension that it counts to, from which any period follows."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention.customers.summary import FIRST_ORDER_COLUMNS
from retention.engines import keep, let_go, text_number
from retention.errors import DataError
from retention.history.order_history import NEVER, sampling_step
from retention.orders.orders import Orders
from retention.orders.rows import BOUGHT

#: What an order counts to: the value on the customer's first order ever, or its own.
Attribution = Literal["first_order", "all_orders"]
ATTRIBUTIONS: dict[Attribution, str] = {"first_order": "First order", "all_orders": "All orders"}
#: The code of no value, beside the hashes of values.
MISSING = 0


@dataclass(frozen=True, slots=True)
class DimensionHistory:
    """What the numbers of any period are counted from, for one dimension and one attribution.

    Attributes:
        dimension: The dimension, a column of the orders.
        attribution: What an order counts to, a key of `ATTRIBUTIONS`.
        table: An Ibis table with a row an order, or a row for each value in it where the orders
            are `parted`. Its columns, with days counted from `start`:

            - `customer`: the customer's number;
            - `value`: the code that the order counts to;
            - `day`: the day of the order;
            - `first_day`: the day of the customer's first order;
            - `place`: 0 for the first order, 1 for the second;
            - `next_day`: the day of the next order, `NEVER` if there is none;
            - `next_same`: the day of the next order that counts to the same value;
            - `revenue`: of the order, or of the part;
            - `whole`: true on one row of each order.
        names: An Ibis table with the `name` of each `value`.
        parted: Whether an order counts to each value in it.
        parts: One in this many customers is sampled to measure how far customers differ.
        start: Day of the first order.
        end: Day of the last order.
        has_amounts: Whether the orders have amounts; without them all revenue is NaN.
        without_customer: The share of each value's orders that name no customer and were left out,
            by its name; values without such orders are not there.
    """

    dimension: str
    attribution: Attribution
    table: ir.Table
    names: ir.Table
    parted: bool
    parts: int
    start: date
    end: date
    has_amounts: bool = True
    without_customer: pd.Series = field(
        default_factory=lambda: pd.Series(dtype=float), repr=False, compare=False
    )

    def number(self, day: date) -> int:
        """Return the number of a day.

        Args:
            day: The day.

        Returns:
            Days since `start`.
        """
        return (day - self.start).days

    def release(self) -> None:
        """Drop the tables from the database, where the history is not needed any more."""
        for table in (self.table, self.names):
            let_go(table)


def dimensions_of(orders: Orders) -> tuple[str, ...]:
    """Return the dimensions that the orders have.

    Args:
        orders: The orders.

    Returns:
        Those of "channel", "region", "category", "product" and "coupon" that the file has a column
        for.
    """
    return tuple(name for name in FIRST_ORDER_COLUMNS if name in orders.table.columns)


def is_parted(orders: Orders, dimension: str, attribution: str) -> bool:
    """Return whether an order counts to each product or category in it.

    The file must have a row for each product of an order.

    Args:
        orders: The orders.
        dimension: One of `dimensions_of` the orders.
        attribution: A key of `ATTRIBUTIONS`.

    Returns:
        True for products and categories by all orders, where the file has such rows.
    """
    return attribution == "all_orders" and dimension in BOUGHT and orders.items is not None


def dimension_query(
    table: ir.Table, dimension: str, attribution: str, start: date, items: ir.Table | None = None
) -> ir.Table:
    """Return the `table` of a `DimensionHistory` as an Ibis expression over the order table.

    It runs on any engine. Of a customer's orders of one moment, the alphabetically first value
    comes first, as in `summarise_customers`.

    Args:
        table: The canonical order table.
        dimension: One of `dimensions_of` the orders.
        attribution: A key of `ATTRIBUTIONS`.
        start: The day of the first order.
        items: The `items` of `Orders`. With them, an order counts to each value in it.

    Returns:
        The columns of `DimensionHistory.table`.
    """
    orders = table.select(
        "revenue",
        *(["order_id", "customer_id"] if items is not None else []),
        customer=text_number(table.customer_id),
        moment=table.ordered_at,
        day=table.ordered_at.date().delta(ibis.literal(start), unit="day").cast("int32"),
        name=table[dimension].nullif(""),
    )
    orders = orders.mutate(value=_code(orders.name))
    of_customer = ibis.window(
        group_by=orders.customer, order_by=[orders.moment, orders.name.asc(nulls_first=False)]
    )
    first = attribution == "first_order"
    orders = orders.mutate(
        value=orders.value.first().over(of_customer) if first else orders.value,
        first_day=orders.day.first().over(of_customer),
        next_day=orders.day.lead().over(of_customer).fill_null(NEVER),
        place=ibis.row_number().over(of_customer).cast("int32"),
        whole=True,
    ).drop("moment", "name")
    if first:
        return orders.mutate(next_same=orders.next_day)
    if items is not None:
        orders = _parted(orders, items, dimension)
    of_value = ibis.window(group_by=[orders.customer, orders.value], order_by=orders.day)
    return orders.mutate(next_same=orders.day.lead().over(of_value).fill_null(NEVER))


def dimension_history(
    orders: Orders, dimension: str, attribution: str = "first_order"
) -> DimensionHistory:
    """Read the history behind all periods of a dimension.

    Args:
        orders: The orders.
        dimension: One of `dimensions_of` the orders.
        attribution: A key of `ATTRIBUTIONS`.

    Returns:
        The history. Release it after use.

    Raises:
        DataError: The orders do not have the dimension, or the attribution does not exist.
    """
    _check_dimension(orders, dimension)
    known = _known_attribution(attribution)
    items = orders.items if is_parted(orders, dimension, known) else None
    query = dimension_query(orders.table, dimension, known, orders.start, items)
    table = keep(query)
    source = orders.table if items is None else items
    values = source.select(name=source[dimension].nullif("")).filter(lambda row: row.name.notnull())
    values = values.distinct()
    names = keep(values.mutate(value=text_number(values.name)))
    customers = int(table.filter((table.place == 0) & table.whole).count().to_pyarrow().as_py())
    return DimensionHistory(
        dimension=dimension,
        attribution=known,
        table=table,
        names=names,
        parted=items is not None,
        parts=sampling_step(customers),
        start=orders.start,
        end=orders.end,
        has_amounts=orders.has_amounts,
        without_customer=_without_customer(orders, dimension),
    )


def _without_customer(orders: Orders, dimension: str) -> pd.Series:
    """The share of each value's orders that name no customer."""
    unnamed = orders.without_customer
    lost = unnamed[unnamed["dimension"] == dimension].groupby("value")["orders"].sum()
    if lost.empty:
        return pd.Series(dtype=float)
    table = orders.table
    kept = table.group_by(value=table[dimension]).agg(orders=table.count()).to_pandas()
    number = kept.set_index("value")["orders"].reindex(lost.index, fill_value=0)
    shares: pd.Series = lost.astype(float) / (lost + number)
    return shares


def _check_dimension(orders: Orders, dimension: str) -> None:
    present = dimensions_of(orders)
    if dimension in present:
        return
    known = f"It has none of {', '.join(FIRST_ORDER_COLUMNS)}."
    if present:
        known = f"It has {', '.join(present)}."
    raise DataError(
        f"The order table has no column {dimension!r} to break the numbers down by. {known}"
    )


def _known_attribution(attribution: str) -> Attribution:
    for known in ATTRIBUTIONS:
        if known == attribution:
            return known
    raise DataError(
        f"There is no attribution {attribution!r}. Choose one of {', '.join(ATTRIBUTIONS)}."
    )


def _code(name: ir.StringValue) -> ir.IntegerValue:
    return ibis.ifelse(name.isnull(), MISSING, text_number(name))


def _parted(orders: ir.Table, items: ir.Table, dimension: str) -> ir.Table:
    """Return a row for each value in an order, with its part of the revenue."""
    key = ["order_id", "customer_id"]
    values = items.group_by(*key, value=_code(items[dimension].nullif(""))).agg(
        share=items.share.sum()
    )
    parts = orders.drop("value").inner_join(values, key)
    of_order = ibis.window(group_by=[parts.customer, parts.place], order_by=parts.value)
    parts = parts.mutate(
        revenue=parts.revenue * parts.share, whole=ibis.row_number().over(of_order) == 0
    )
    return parts.drop(*key, "share")
