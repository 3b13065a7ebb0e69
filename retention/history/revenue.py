"""Revenue month by month, so far and expected."""

import math
from datetime import date

import ibis
import pandas as pd

from retention.errors import DataError
from retention.orders.orders import Orders
from retention.periods import DAYS_PER_MONTH


def revenue_history(orders: Orders, months: int = 24) -> pd.DataFrame:
    """Return the revenue of each month, counted back from the last order day.

    Months are 30.4375 days long, as in `expected_by_month`, so that past and expected bars
    compare. The oldest month may reach back before the first order.

    Args:
        orders: The orders.
        months: The most months to return.

    Returns:
        A row a month, the oldest first. `start_day` and `end_day` are days relative to the last
        order day, negative. `first_revenue` and `repeat_revenue` come from customers' first and
        later purchase days; both are NaN where the orders have no amounts. `orders` are all of
        the month.

    Raises:
        DataError: `months` is below 1.
    """
    if months < 1:
        raise DataError(f"{months} months cannot be shown. Ask for one or more.")
    table = orders.table.mutate(
        age=ibis.literal(orders.end).delta(orders.table.ordered_at.date(), unit="day")
    )
    table = table.mutate(first_age=table.age.max().over(group_by=table.customer_id))
    table = table.mutate(month=(table.age / DAYS_PER_MONTH).floor().cast("int64"))
    table = table.filter(table.month < months)
    first = table.age == table.first_age
    sums = table.group_by("month").agg(
        first_revenue=first.ifelse(table.revenue, 0.0).sum(),
        repeat_revenue=first.ifelse(0.0, table.revenue).sum(),
        orders=table.count(),
    )
    frame: pd.DataFrame = sums.to_pandas().set_index("month")
    oldest = min(months - 1, int((orders.end - orders.start).days / DAYS_PER_MONTH))
    frame = frame.reindex(range(oldest, -1, -1), fill_value=0)
    if not orders.has_amounts:
        frame[["first_revenue", "repeat_revenue"]] = math.nan
    frame.insert(0, "start_day", -(frame.index + 1) * DAYS_PER_MONTH)
    frame.insert(1, "end_day", -frame.index * DAYS_PER_MONTH)
    return frame.reset_index(drop=True)


def past_and_expected(history: pd.DataFrame, months: pd.DataFrame, end: date) -> pd.DataFrame:
    """Return past revenue and what today's customers are expected to bring, as one tidy frame.

    Args:
        history: From `revenue_history`.
        months: From `month_ranges`.
        end: The last order day.

    Returns:
        The columns `start`, `end` (timestamps), `kind` ("first", "repeat" or "expected"),
        `revenue`, `revenue_low` and `revenue_high`. The last two are the 80 % interval of what is
        expected, else NaN.
    """
    parts = [
        history.assign(kind=kind, revenue=history[f"{kind}_revenue"])
        for kind in ("first", "repeat")
    ] + [months.assign(kind="expected", revenue=months["expected_revenue"])]
    ranges = ["revenue_low", "revenue_high"]
    columns = ["start_day", "end_day", "kind", "revenue", *ranges]
    tidy = pd.concat([part.reindex(columns=columns) for part in parts], ignore_index=True)
    return pd.DataFrame(
        {
            "start": day_to_date(tidy["start_day"], end),
            "end": day_to_date(tidy["end_day"], end),
            "kind": tidy["kind"],
            "revenue": tidy["revenue"].astype(float),
            **{name: tidy[name].astype(float) for name in ranges},
        }
    )


def placed_and_expected(history: pd.DataFrame, months: pd.DataFrame, end: date) -> pd.DataFrame:
    """Return past orders and those expected of today's customers, as one tidy frame.

    Args:
        history: From `revenue_history`.
        months: From `expected_by_month`.
        end: The last order day.

    Returns:
        The columns `start`, `end` (timestamps), `kind` ("placed" or "expected") and `orders`.
        Expected are purchase days: several orders on a day are one.
    """
    parts = [
        history.assign(kind="placed"),
        months.assign(kind="expected", orders=months["expected_orders"]),
    ]
    columns = ["start_day", "end_day", "kind", "orders"]
    tidy = pd.concat([part[columns] for part in parts], ignore_index=True)
    return pd.DataFrame(
        {
            "start": day_to_date(tidy["start_day"], end),
            "end": day_to_date(tidy["end_day"], end),
            "kind": tidy["kind"],
            "orders": tidy["orders"].astype(float),
        }
    )


def day_to_date(days: pd.Series, end: date) -> pd.Series:
    """Return days relative to the last order day as timestamps.

    Args:
        days: Days after `end`; negative before it.
        end: The last order day.

    Returns:
        Timestamps, rounded to whole days.
    """
    return pd.Timestamp(end) + pd.to_timedelta(days.round().astype("int64"), unit="D")
