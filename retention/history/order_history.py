"""Each order beside the customer's next one, and the counts by day behind any period's numbers.

The questions about a period are who is new, who came back, who stopped coming and how long
customers waited. All are questions about pairs of days: the day of an order, and the day of the
same customer's next order. However many orders there are, there are at most half as many pairs as
the square of the days. So the pairs are counted once, and every period is a sum over them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.engines import keep, let_go, text_number
from retention.orders.gaps import OrderGap, order_gaps
from retention.orders.orders import Orders
from retention.validation import all_unknown

#: The day of a next order that has not come.
NEVER = 2**30
#: Customers from whom the spread of orders and revenue is measured, in a store that has many more.
SAMPLED_CUSTOMERS = 50_000
#: Columns of money that an order may have beside its revenue.
MONEY_COLUMNS = ("discount", "refunded")


@dataclass(frozen=True, slots=True)
class OrderHistory:
    """What the numbers of any period are counted from. Days are numbered; `start` is day 0.

    Attributes:
        table: An Ibis table with a row an order. Its columns:

            - `customer`: the customer's number;
            - `day`: the day of the order;
            - `next_day`: the day of the customer's next order, `NEVER` if there is none;
            - `first_day`: the day of the customer's first order;
            - `stage`: 0 for a customer's first order, 1 for another one on that day, 2 for a later
              one;
            - `revenue`;
            - `discount`, `refunded`: where the file has them.
        moves: Orders counted by `day`, `next_day` and `stage`, in the column `orders`.
        daily: By `first_day` and `day`: `orders`, `revenue` and, where known, `discount` and
            `refunded`.
        sample: All orders of a sample of the customers: `customer`, `day`, `next_day`,
            `first_day`, `revenue` and, where known, `discount` and `refunded`.
        start: Day of the first order.
        end: Day of the last order.
    """

    table: ir.Table
    moves: pd.DataFrame
    daily: pd.DataFrame
    sample: pd.DataFrame
    start: date
    end: date

    @property
    def has_amounts(self) -> bool:
        """Whether the orders have amounts; without them all revenue is NaN."""
        return not all_unknown(self.daily["revenue"])

    @property
    def length(self) -> int:
        """Days from the first to the last order, both counted."""
        return (self.end - self.start).days + 1

    def release(self) -> None:
        """Drop the table from the database, where the history is not needed any more."""
        let_go(self.table)

    def number(self, day: date) -> int:
        """Return the number of a day.

        Args:
            day: The day.

        Returns:
            Days since `start`.
        """
        return (day - self.start).days


def history_query(table: ir.Table, start: date) -> ir.Table:
    """Return the `table` of an `OrderHistory` as an Ibis expression over the order table.

    It runs on any engine. Customers are numbered by a 64-bit hash of their id. Two of a million
    customers share a number with a probability of 3 in 100 million.

    Args:
        table: The canonical order table.
        start: The day of the first order.

    Returns:
        One row an order, with the columns of `OrderHistory.table`.
    """
    money = _money_columns(table)
    orders = table.select(
        "revenue",
        *money,
        customer=text_number(table.customer_id),
        day=table.ordered_at.date().delta(ibis.literal(start), unit="day").cast("int32"),
    )
    of_customer = ibis.window(group_by=orders.customer, order_by=orders.day)
    orders = orders.mutate(
        next_day=orders.day.lead().over(of_customer).fill_null(NEVER),
        first_day=orders.day.first().over(of_customer),
        earlier=orders.day.lag().over(of_customer).notnull(),
    )
    stage = ibis.cases((~orders.earlier, 0), (orders.day == orders.first_day, 1), else_=2)
    return orders.select(
        "customer", "day", "next_day", "first_day", "revenue", *money, stage=stage.cast("int8")
    )


def order_history(orders: Orders) -> OrderHistory:
    """Read the history behind all periods: one pass over the orders, then counts of its result.

    Args:
        orders: The orders.

    Returns:
        The history. Release it after use.
    """
    table = keep(history_query(orders.table, orders.start))
    summed = ("revenue", *_money_columns(table))
    moves = table.group_by("day", "next_day", "stage").agg(orders=table.count()).to_pandas()
    daily = (
        table.group_by("first_day", "day")
        .agg(orders=table.count(), **{name: table[name].sum() for name in summed})
        .to_pandas()
    )
    customers = int(moves.loc[moves["stage"] == 0, "orders"].sum())
    sample = (
        table.filter(table.customer % sampling_step(customers) == 0)
        .select("customer", "day", "next_day", "first_day", *summed)
        .order_by("customer", "day", "next_day", "revenue")
        .to_pandas()
    )
    sample["customer"] = pd.factorize(sample["customer"])[0]
    # All in the same order every time, so that sums do not differ in their last digits.
    return OrderHistory(
        table=table,
        moves=moves.sort_values(["day", "next_day", "stage"], ignore_index=True),
        daily=daily.sort_values(["first_day", "day"], ignore_index=True),
        sample=sample,
        start=orders.start,
        end=orders.end,
    )


def sampling_step(customers: int) -> int:
    """Return n, where one in n of the customers belongs to the sample.

    Args:
        customers: The number of customers.

    Returns:
        The number n, 1 for all customers.
    """
    return max(1, round(customers / SAMPLED_CUSTOMERS))


@contextmanager
def history_of(source: Orders | OrderHistory) -> Iterator[OrderHistory]:
    """Provide the history of the orders and release it afterwards; a given history stays.

    Args:
        source: The orders, or their history.

    Yields:
        The history.
    """
    if isinstance(source, OrderHistory):
        yield source
        return
    history = order_history(source)
    try:
        yield history
    finally:
        history.release()


def gaps_of(history: OrderHistory) -> tuple[OrderGap, ...]:
    """Return `order_gaps` of a history that is there already.

    Args:
        history: From `history_of`.

    Returns:
        The gaps, oldest first.
    """
    numbers = history.daily["day"].unique().astype(np.int64)
    return order_gaps((np.datetime64(history.start, "D") + numbers).tolist())


def _money_columns(table: ir.Table) -> list[str]:
    return [name for name in MONEY_COLUMNS if name in table.columns]
