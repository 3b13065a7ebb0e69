"""Each order with the value that it counts to, of one dimension: from it the numbers of any period follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import ibis
import ibis.expr.types as ir

from retention.customers.summary import FIRST_ORDER_COLUMNS
from retention.errors import DataError
from retention.history.order_history import NEVER, sampling_step
from retention.orders.orders import Orders
from retention.orders.rows import BOUGHT

#: What an order counts to: the value on the customer's first order ever, or its own.
ATTRIBUTIONS = {"first_order": "First order", "all_orders": "All orders"}
#: Stands for no value, beside the hashes of values.
MISSING = 0


@dataclass(frozen=True, slots=True)
class DimensionHistory:
    """What the numbers of any period are counted from, for one dimension and one attribution.

    - `table`: Ibis, a row an order, or where an order counts to each value in it (`parted`) a row for each of these:
      `customer` (number), `value` (number of the value that the order counts to),
      `day` (from `start` on, which is day 0), `first_day` (of the customer's first order), `place` (0 for that, 1 for
      the second order ...), `next_day` (of the next order, `NEVER` if there is none), `next_same` (of the next that
      counts to the same value), `revenue` (of a part, its own), `whole` (true on one row of each order).
    - `names`: Ibis, the `name` of each `value`.
    - `parts`: one in so many customers shows how far customers differ.
    - `start`, `end`: the first and the last order day.
    """

    dimension: str
    attribution: str
    table: ir.Table
    names: ir.Table
    parted: bool
    parts: int
    start: date
    end: date

    def number(self, day: date) -> int:
        """Return the number of a day."""
        return (day - self.start).days

    def release(self) -> None:
        """Let go of the tables, where the history is not needed any more."""
        for table in (self.table, self.names):
            table.get_backend().drop_table(table.op().name, force=True)


def dimensions_of(orders: Orders) -> tuple[str, ...]:
    """Return the dimensions that the orders have, of "channel", "region", "category", "product" and "coupon"."""
    return tuple(name for name in FIRST_ORDER_COLUMNS if name in orders.table.columns)


def is_parted(orders: Orders, dimension: str, attribution: str) -> bool:
    """Return whether an order counts to several values: by what it held, where the file has a row for each product."""
    return attribution == "all_orders" and dimension in BOUGHT and orders.items is not None


def dimension_query(
    table: ir.Table, dimension: str, attribution: str, start: date, items: ir.Table | None = None
) -> ir.Table:
    """Return the `table` of a `DimensionHistory` as an Ibis expression over the canonical order table, for any engine.

    With `items`, as `Orders` has them, an order counts to each value in it. Of orders of one moment that with the
    alphabetically first value is the earlier one, as in `summarise_customers`.
    """
    orders = table.select(
        "revenue",
        *(["order_id", "customer_id"] if items is not None else []),
        customer=table.customer_id.hash(),
        moment=table.ordered_at,
        day=table.ordered_at.date().delta(ibis.literal(start), unit="day").cast("int32"),
        name=table[dimension].nullif(""),
    )
    orders = orders.mutate(value=_code(orders.name))
    own = ibis.window(
        group_by=orders.customer, order_by=[orders.moment, orders.name.asc(nulls_first=False)]
    )
    first = attribution == "first_order"
    orders = orders.mutate(
        value=orders.value.first().over(own) if first else orders.value,
        first_day=orders.day.first().over(own),
        next_day=orders.day.lead().over(own).fill_null(NEVER),
        place=ibis.row_number().over(own).cast("int32"),
        whole=True,
    ).drop("moment", "name")
    if first:
        return orders.mutate(next_same=orders.next_day)
    if items is not None:
        orders = _parted(orders, items, dimension)
    same = ibis.window(group_by=[orders.customer, orders.value], order_by=orders.day)
    return orders.mutate(next_same=orders.day.lead().over(same).fill_null(NEVER))


def _code(name: ir.StringValue) -> ir.IntegerValue:
    return ibis.ifelse(name.isnull(), MISSING, name.hash())


def _parted(orders: ir.Table, items: ir.Table, dimension: str) -> ir.Table:
    """Return a row for each value in an order, with its part of the revenue."""
    key = ["order_id", "customer_id"]
    held = items.group_by(*key, value=_code(items[dimension].nullif(""))).agg(
        share=items.share.sum()
    )
    parts = orders.drop("value").inner_join(held, key)
    order = ibis.window(group_by=[parts.customer, parts.place], order_by=parts.value)
    parts = parts.mutate(
        revenue=parts.revenue * parts.share, whole=ibis.row_number().over(order) == 0
    )
    return parts.drop(*key, "share")


def dimension_history(
    orders: Orders, dimension: str, attribution: str = "first_order"
) -> DimensionHistory:
    """Read the history behind all periods of a dimension; arguments and errors as in `breakdown`."""
    present = dimensions_of(orders)
    if dimension not in present:
        has = (
            f"It has {', '.join(present)}."
            if present
            else f"It has none of {', '.join(FIRST_ORDER_COLUMNS)}."
        )
        raise DataError(
            f"The order table has no column {dimension!r} to break the numbers down by. {has}"
        )
    if attribution not in ATTRIBUTIONS:
        raise DataError(
            f"There is no attribution {attribution!r}. Choose one of {', '.join(ATTRIBUTIONS)}."
        )
    database, key = orders.table.get_backend(), uuid4().hex
    parted = is_parted(orders, dimension, attribution)
    items = orders.items if parted else None
    query = dimension_query(orders.table, dimension, attribution, orders.start, items)
    table = database.create_table(f"dimension_{key}", query)
    source = items if parted else orders.table
    named = source.select(name=source[dimension].nullif("")).filter(lambda row: row.name.notnull())
    named = named.distinct()
    names = database.create_table(f"names_{key}", named.mutate(value=named.name.hash()))
    customers = int(table.filter((table.place == 0) & table.whole).count().to_pyarrow().as_py())
    parts = sampling_step(customers)
    return DimensionHistory(
        dimension, attribution, table, names, parted, parts, orders.start, orders.end
    )
