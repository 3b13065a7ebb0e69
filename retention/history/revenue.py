"""Revenue month by month, so far and expected."""

import math
from datetime import date

import ibis
import pandas as pd

from retention.errors import DataError
from retention.orders.orders import Orders
from retention.periods import CALENDAR_COLUMNS, calendar_days


def revenue_history(orders: Orders, months: int = 24) -> pd.DataFrame:
    """Return the revenue of each calendar month up to that of the last order day.

    Args:
        orders: The orders.
        months: The most months to return.

    Returns:
        A row a month, the oldest first: the columns of `calendar_days`, cut at the first and the
        last order day. `first_revenue` and `repeat_revenue` come from customers' first and later
        purchase days; both are NaN where the orders have no amounts. `orders` are all of the month.

    Raises:
        DataError: `months` is below 1.
    """
    if months < 1:
        raise DataError(f"{months} months cannot be shown. Ask for one or more.")
    ordered = orders.table.ordered_at
    table = orders.table.mutate(
        age=ibis.literal(orders.end).delta(ordered.date(), unit="day"),
        month=(ordered.year() * 12 + ordered.month() - 1).cast("int64"),
    )
    table = table.mutate(first_age=table.age.max().over(group_by=table.customer_id))
    latest = _month_number(orders.end)
    oldest = max(latest - months + 1, _month_number(orders.start))
    table = table.filter(table.month >= oldest)
    first = table.age == table.first_age
    sums = table.group_by("month").agg(
        first_revenue=first.ifelse(table.revenue, 0.0).sum(),
        repeat_revenue=first.ifelse(0.0, table.revenue).sum(),
        orders=table.count(),
    )
    frame: pd.DataFrame = sums.to_pandas().set_index("month")
    frame = frame.reindex(range(oldest, latest + 1), fill_value=0)
    if not orders.has_amounts:
        frame[["first_revenue", "repeat_revenue"]] = math.nan
    days = calendar_days(max(orders.start, date(oldest // 12, oldest % 12 + 1, 1)), orders.end)
    return pd.concat([days, frame.reset_index(drop=True)], axis=1)


def past_and_expected(history: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Return past revenue and what today's customers are expected to bring, as one tidy frame.

    Args:
        history: From `revenue_history`.
        months: From `expected_by_calendar_month`, with the ranges of `month_ranges`.

    Returns:
        The columns of `calendar_days`, `kind` ("first", "repeat" or "expected"), `revenue`,
        `revenue_low` and `revenue_high`. The last two are the 80 % interval of what is expected,
        else NaN.
    """
    parts = [
        history.assign(kind=kind, revenue=history[f"{kind}_revenue"])
        for kind in ("first", "repeat")
    ] + [months.assign(kind="expected", revenue=months["expected_revenue"])]
    amounts = ["revenue", "revenue_low", "revenue_high"]
    columns = [*CALENDAR_COLUMNS, "kind", *amounts]
    tidy = pd.concat([part.reindex(columns=columns) for part in parts], ignore_index=True)
    return tidy.astype(dict.fromkeys(amounts, float))


def placed_and_expected(history: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Return past orders and those expected of today's customers, as one tidy frame.

    Args:
        history: From `revenue_history`.
        months: From `expected_by_calendar_month`.

    Returns:
        The columns of `calendar_days`, `kind` ("placed" or "expected") and `orders`. Expected are
        purchase days: several orders on a day are one.
    """
    parts = [
        history.assign(kind="placed"),
        months.assign(kind="expected", orders=months["expected_orders"]),
    ]
    columns = [*CALENDAR_COLUMNS, "kind", "orders"]
    tidy = pd.concat([part[columns] for part in parts], ignore_index=True)
    return tidy.astype({"orders": float})


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1
