"""Each order beside the customer's next one, and the counts by day from which any period's numbers follow.

A period's customers, who of them is new, came back or stopped coming, and how long they waited, are questions about
pairs of days: that of an order and that of the same customer's next order. There are at most half as many such pairs
as the square of the days, however many orders there are, so they are counted once and every period is a sum over them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.orders.gaps import OrderGap, order_gaps
from retention.orders.orders import Orders

#: Stands for the day of a next order that has not come.
NEVER = 2**30
#: Customers from whom the spread of orders and revenue is measured, in a store that has many more.
SAMPLE = 50_000
#: Columns of money that an order may have beside its revenue.
MONEY = ("discount", "refunded")


@dataclass(frozen=True, slots=True)
class OrderHistory:
    """What the numbers of any period are counted from. Days are numbered from `start`, which is day 0.

    - `table`: Ibis, a row an order: `customer` (number), `day`, `next_day` (of the customer's next order, `NEVER` if
      there is none), `first_day` (of the first), `stage` (0 a customer's first order, 1 another on that day, 2 a later
      one), `revenue` and, where the file has them, `discount`, `refunded`.
    - `moves`: orders counted by `day`, `next_day` and `stage`; column `orders`.
    - `daily`: by `first_day` and `day`: `orders`, `revenue` and, where known, `discount`, `refunded`.
    - `sample`: `customer`, `day`, `next_day`, `first_day`, `revenue` (and `discount`, `refunded`) of all orders of some
      customers.
    - `start`, `end`: the first and the last order day.
    """

    table: ir.Table
    moves: pd.DataFrame
    daily: pd.DataFrame
    sample: pd.DataFrame
    start: date
    end: date

    @property
    def length(self) -> int:
        """Days from the first to the last order, both counted."""
        return (self.end - self.start).days + 1

    def release(self) -> None:
        """Let go of the table, where the history is not needed any more."""
        self.table.get_backend().drop_table(self.table.op().name, force=True)

    def number(self, day: date) -> int:
        """Return the number of a day."""
        return (day - self.start).days


def history_query(table: ir.Table, start: date) -> ir.Table:
    """Return the `table` of an `OrderHistory` as an Ibis expression over the canonical order table, for any engine.

    Customers are numbered by a 64-bit hash of their id: a million of them share a number with a probability of 3 in
    100 million.
    """
    money = [name for name in MONEY if name in table.columns]
    orders = table.select(
        "revenue",
        *money,
        customer=table.customer_id.hash(),
        day=table.ordered_at.date().delta(ibis.literal(start), unit="day").cast("int32"),
    )
    own = ibis.window(group_by=orders.customer, order_by=orders.day)
    orders = orders.mutate(
        next_day=orders.day.lead().over(own).fill_null(NEVER),
        first_day=orders.day.first().over(own),
        earlier=orders.day.lag().over(own).notnull(),
    )
    stage = ibis.cases((~orders.earlier, 0), (orders.day == orders.first_day, 1), else_=2)
    return orders.select(
        "customer", "day", "next_day", "first_day", "revenue", *money, stage=stage.cast("int8")
    )


def order_history(orders: Orders) -> OrderHistory:
    """Read the history behind all periods: one pass over the orders, then counts of its result."""
    database = orders.table.get_backend()
    table = database.create_table(
        f"history_{uuid4().hex}", history_query(orders.table, orders.start)
    )
    money = [name for name in MONEY if name in table.columns]
    moves = table.group_by("day", "next_day", "stage").agg(orders=table.count())
    daily = table.group_by("first_day", "day").agg(
        orders=table.count(), **{name: table[name].sum() for name in ("revenue", *money)}
    )
    moves, daily = moves.to_pandas(), daily.to_pandas()
    customers = int(moves.loc[moves["stage"] == 0, "orders"].sum())
    parts = max(1, round(customers / SAMPLE))
    some = (
        table.filter(table.customer % parts == 0)
        .select("customer", "day", "next_day", "first_day", "revenue", *money)
        .to_pandas()
    )
    some["customer"] = pd.factorize(some["customer"])[0]
    # In the same order every time, so that sums do not differ in their last digits.
    return OrderHistory(
        table=table,
        moves=moves.sort_values(["day", "next_day", "stage"], ignore_index=True),
        daily=daily.sort_values(["first_day", "day"], ignore_index=True),
        sample=some,
        start=orders.start,
        end=orders.end,
    )


@contextmanager
def history_of(source: Orders | OrderHistory) -> Iterator[OrderHistory]:
    """The history of the orders, let go of afterwards; a history that is there already stays."""
    if isinstance(source, OrderHistory):
        yield source
        return
    history = order_history(source)
    try:
        yield history
    finally:
        history.release()


def gaps_of(history: OrderHistory) -> tuple[OrderGap, ...]:
    """Return `order_gaps` of a history that is there already."""
    return order_gaps(
        (np.datetime64(history.start, "D") + pd.unique(history.daily["day"])).tolist()
    )
