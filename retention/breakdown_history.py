"""Each order with the value that it counts to, of one dimension: from it the numbers of any period follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import ibis
import ibis.expr.types as ir

from retention.customers import FIRST_ORDER_COLUMNS
from retention.errors import DataError
from retention.order_history import NEVER, SAMPLE

if TYPE_CHECKING:
    from retention.orders import Orders

#: What an order counts to: the value on the customer's first order ever, or its own.
ATTRIBUTIONS = {"first_order": "First order", "all_orders": "All orders"}
#: Stands for no value, beside the hashes of values.
MISSING = 0


@dataclass(frozen=True, slots=True)
class DimensionHistory:
    """What the numbers of any period are counted from, for one dimension and one attribution.

    - `table`: Ibis, a row an order: `customer` (number), `value` (number of the value that the order counts to),
      `day` (from `start` on, which is day 0), `first_day` (of the customer's first order), `place` (0 for that, 1 for
      the second order ...), `next_day` (of the next order, `NEVER` if there is none), `next_same` (of the next that
      counts to the same value), `revenue`.
    - `names`: Ibis, the `name` of each `value`.
    - `parts`: one in so many customers shows how far customers differ.
    - `start`, `end`: the first and the last order day.
    """

    dimension: str
    attribution: str
    table: ir.Table
    names: ir.Table
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


def dimension_query(table: ir.Table, dimension: str, attribution: str, start: date) -> ir.Table:
    """Return the `table` of a `DimensionHistory` as an Ibis expression over the canonical order table, for any engine.

    Of orders of one moment that with the alphabetically first value is the earlier one, as in `summarise_customers`.
    """
    orders = table.select(
        "revenue",
        customer=table.customer_id.hash(),
        moment=table.ordered_at,
        day=table.ordered_at.date().delta(ibis.literal(start), unit="day").cast("int32"),
        name=table[dimension].nullif(""),
    )
    orders = orders.mutate(value=ibis.ifelse(orders.name.isnull(), MISSING, orders.name.hash()))
    own = ibis.window(group_by=orders.customer, order_by=[orders.moment, orders.name.asc(nulls_first=False)])
    first = attribution == "first_order"
    orders = orders.mutate(
        value=orders.value.first().over(own) if first else orders.value,
        first_day=orders.day.first().over(own),
        next_day=orders.day.lead().over(own).fill_null(NEVER),
        place=ibis.row_number().over(own).cast("int32"),
    ).drop("moment", "name")
    if first:
        return orders.mutate(next_same=orders.next_day)
    same = ibis.window(group_by=[orders.customer, orders.value], order_by=orders.day)
    return orders.mutate(next_same=orders.day.lead().over(same).fill_null(NEVER))


def dimension_history(orders: Orders, dimension: str, attribution: str = "first_order") -> DimensionHistory:
    """Read the history behind all periods of a dimension; arguments and errors as in `breakdown`."""
    present = dimensions_of(orders)
    if dimension not in present:
        has = f"It has {', '.join(present)}." if present else f"It has none of {', '.join(FIRST_ORDER_COLUMNS)}."
        raise DataError(f"The order table has no column {dimension!r} to break the numbers down by. {has}")
    if attribution not in ATTRIBUTIONS:
        raise DataError(f"There is no attribution {attribution!r}. Choose one of {', '.join(ATTRIBUTIONS)}.")
    database, key = orders.table.get_backend(), uuid4().hex
    table = database.create_table(
        f"dimension_{key}", dimension_query(orders.table, dimension, attribution, orders.start)
    )
    named = orders.table.select(name=orders.table[dimension].nullif("")).filter(lambda row: row.name.notnull())
    named = named.distinct()
    names = database.create_table(f"names_{key}", named.mutate(value=named.name.hash()))
    customers = int(table.filter(table.place == 0).count().to_pyarrow().as_py())
    return DimensionHistory(
        dimension, attribution, table, names, max(1, round(customers / SAMPLE)), orders.start, orders.end
    )
