"""Which products customers are due to buy again, this week and the next."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, NamedTuple, get_args

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.history.order_history import NEVER
from retention.orders.orders import Orders
from retention.products.intervals import ENOUGH_REORDERS, reorder_intervals
from retention.products.product_history import ProductHistory, products_of
from retention.validation import check_choice

#: Own intervals from which a customer has a usual interval of a product.
FEWEST_OWN = 2
#: A reorder is overdue after the third quartile of the intervals, times this.
OVERDUE_AFTER = 1.5
#: Days in a week.
WEEK = 7

DueWeek = Literal["this week", "next week", "late", "overdue"]
DUE_WEEKS: tuple[DueWeek, ...] = get_args(DueWeek)
THIS_WEEK: Final = "this week"
NEXT_WEEK: Final = "next week"
LATE: Final = "late"
OVERDUE: Final = "overdue"
Basis = Literal["own", "product"]

_COLUMNS = (
    "customer_id",
    "product",
    "last_bought",
    "interval",
    "due",
    "week",
    "basis",
    "rests_on",
    "overdue_from",
)


class DueRows(NamedTuple):
    """What is due, by the numbers of a `ProductHistory`; days are counted from its start.

    Attributes:
        customer: The customer.
        product: The product.
        last: The day on which the customer last bought it.
        orders: On how many days the customer did.
        interval: The usual interval in days.
        patience: Days after which a reorder is overdue.
        own: Whether the interval is the customer's own.
        rests_on: How many intervals it rests on.
    """

    customer: np.ndarray
    product: np.ndarray
    last: np.ndarray
    orders: np.ndarray
    interval: np.ndarray
    patience: np.ndarray
    own: np.ndarray
    rests_on: np.ndarray

    def kept(self, rows: np.ndarray) -> "DueRows":
        """Return some of the rows.

        Args:
            rows: True or False for each.

        Returns:
            Those that are True.
        """
        return DueRows(*(column[rows] for column in self))


def reorders_due(
    orders: Orders | ProductHistory,
    by: str = "product",
    *,
    weeks: Sequence[str] = (THIS_WEEK, NEXT_WEEK),
) -> pd.DataFrame:
    """Return which customers are due to buy which product again, this week or the next.

    The usual interval is the median of the customer's own intervals of the product, where there are
    two or more. Otherwise it is the product's, where that rests on 30 reorders or more. The due day
    is the last purchase of the product plus that interval.

    Today is the last day that counts. This week is the 7 days after it, and next week the 7 days
    after those. So a customer is on the list of one week for each order of a product. Earlier due
    days are "late". After one and a half times the third quartile of the same intervals they are
    "overdue": most of these customers buy it elsewhere or not at all.

    A customer who has bought a substitute is still due: the orders do not say what replaces what.

    Args:
        orders: The orders, or their `product_history`.
        by: "product" or "category"; a history has its own.
        weeks: Which of "this week", "next week", "late" and "overdue" to return.

    Returns:
        A row for each customer and product, the first due day first:

        - `customer_id`, and `product`: its name;
        - `last_bought`: the day; `interval`: the usual one in days;
        - `due`: the day on which the interval is over;
        - `week`: one of `weeks`;
        - `basis`: "own" or "product", whose interval it is; `rests_on`: how many intervals;
        - `overdue_from`: the day from which it is overdue.

    Raises:
        DataError: The orders name no products or categories, or there is no such week.
    """
    for week in weeks:
        check_choice("The week", week, DUE_WEEKS)
    with products_of(orders, by) as history:
        rows = due_rows(history, reorder_intervals(history))
        return _frame(history, rows, weeks)


def due_columns(due: pd.DataFrame) -> pd.DataFrame:
    """Return what each customer is due to buy first, as columns for an audience file.

    Args:
        due: From `reorders_due`.

    Returns:
        Indexed by `customer_id`: `due_product` and `due_on` (its day, as text), by the customer's
        own interval where one is due, else by the product's.
    """
    own_first = due.assign(is_usual=due["basis"] != "own")
    rows = own_first.sort_values(["is_usual", "due"], kind="stable").drop_duplicates("customer_id")
    return pd.DataFrame(
        {
            "due_product": rows["product"].astype(object).to_numpy(),
            "due_on": rows["due"].dt.strftime("%Y-%m-%d").to_numpy(),
        },
        index=pd.Index(rows["customer_id"], name="customer_id"),
    )


def due_rows(history: ProductHistory, intervals: pd.DataFrame) -> DueRows:
    """Return the customers and products whose usual interval is known and soon over, or is over.

    Args:
        history: From `product_history`.
        intervals: From `reorder_intervals`.

    Returns:
        The rows of which the interval is over within two weeks, or has been for long.
    """
    known = (intervals["reorders"] >= ENOUGH_REORDERS).to_numpy()
    usual = np.where(known, intervals["interval_median"], np.nan)
    patience = OVERDUE_AFTER * intervals["interval_q3"].to_numpy()
    frame = own_query(history.table).to_pandas()
    customer, product = frame["customer"].to_numpy(), frame["product"].to_numpy()
    number = frame["intervals"].to_numpy()
    own = number >= FEWEST_OWN
    rows = DueRows(
        customer=customer,
        product=product,
        last=frame["last"].to_numpy(),
        orders=number + 1,
        interval=np.where(own, frame["own_median"], usual[product]),
        patience=np.where(own, OVERDUE_AFTER * frame["own_q3"], patience[product]),
        own=own,
        rests_on=np.where(own, number, intervals["reorders"].to_numpy()[product]),
    )
    with np.errstate(invalid="ignore"):
        return rows.kept(rows.last + rows.interval <= history.last_day + 2 * WEEK)


def own_query(table: ir.Table) -> ir.Table:
    """Return each customer's own intervals of each product as an Ibis expression, for any engine.

    Args:
        table: The `table` of a `ProductHistory`.

    Returns:
        `customer`, `product`, `last` (the day of the last order), `intervals` (how many), and
        `own_median` and `own_q3`, their quartiles in days, NULL without any.
    """
    gap = ibis.ifelse(table.next_day < NEVER, table.next_day - table.day, NEVER)
    gaps = table.select("customer", "product", "day", gap=gap)
    # The order without a next one has the longest gap, and so the last place.
    of_pair = ibis.window(group_by=[gaps.customer, gaps["product"]], order_by=gaps.gap)
    whole = ibis.window(group_by=[gaps.customer, gaps["product"]])
    gaps = gaps.mutate(
        rank=ibis.row_number().over(of_pair) + 1, intervals=gaps.count().over(whole) - 1
    )
    # The smallest gap at or below which a half, or three quarters, of the gaps lie.
    median = gaps["rank"] == ((gaps.intervals + 1) / 2).floor()
    third = gaps["rank"] == ((3 * gaps.intervals + 3) / 4).floor()
    return gaps.group_by("customer", "product").agg(
        last=gaps.day.max(),
        intervals=gaps.intervals.max(),
        own_median=gaps.gap.max(where=median & (gaps.intervals > 0)),
        own_q3=gaps.gap.max(where=third & (gaps.intervals > 0)),
    )


def due_weeks(rows: DueRows, last_day: int) -> np.ndarray:
    """Return in which week each of the rows is due.

    Args:
        rows: From `due_rows`.
        last_day: The last day that counts.

    Returns:
        Of each row one of `DUE_WEEKS`.
    """
    due = rows.last + rows.interval
    is_overdue = last_day >= overdue_days(rows)
    weeks: np.ndarray = np.select(
        [is_overdue, due <= last_day, due <= last_day + WEEK],
        [OVERDUE, LATE, THIS_WEEK],
        NEXT_WEEK,
    )
    return weeks


def overdue_days(rows: DueRows) -> np.ndarray:
    """Return the day from which each of the rows is overdue.

    Args:
        rows: From `due_rows`.

    Returns:
        Days from the start of the history, after the due day.
    """
    days: np.ndarray = rows.last + np.maximum(np.ceil(rows.patience), rows.interval + 1)
    return days


def _frame(history: ProductHistory, rows: DueRows, weeks: Sequence[str]) -> pd.DataFrame:
    of_row = due_weeks(rows, history.last_day)
    asked = np.isin(of_row, list(weeks))
    rows, of_row = rows.kept(asked), of_row[asked]
    frame = pd.DataFrame(
        {
            "customer_id": history.customers[rows.customer],
            "product": history.products[rows.product],
            "last_bought": _days(history.start, rows.last),
            "interval": rows.interval.astype(np.int64),
            "due": _days(history.start, rows.last + rows.interval),
            "week": of_row.astype(object),
            "basis": np.where(rows.own, "own", "product").astype(object),
            "rests_on": rows.rests_on.astype(np.int64),
            "overdue_from": _days(history.start, overdue_days(rows)),
        },
        columns=list(_COLUMNS),
    )
    return frame.sort_values(["due", "customer_id", "product"], kind="stable", ignore_index=True)


def _days(start: date, numbers: np.ndarray) -> np.ndarray:
    days: np.ndarray = (
        np.datetime64(start, "D") + numbers.astype(np.int64).astype("timedelta64[D]")
    ).astype("datetime64[s]")
    return days
