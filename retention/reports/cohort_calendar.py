"""Weeks, months and quarters as numbers that follow each other, and as days."""

from datetime import date
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import DataError

#: The periods that make cohorts.
CohortPeriod = Literal["week", "month", "quarter"]
PERIODS: tuple[CohortPeriod, ...] = ("week", "month", "quarter")
_FIRST_MONDAY = date(1900, 1, 1)
_MONTHS = {"month": 1, "quarter": 3}


def check_period(period: str) -> None:
    """Refuse a period that there is not.

    Args:
        period: The period.

    Raises:
        DataError: `period` is none of `PERIODS`.
    """
    if period not in PERIODS:
        raise DataError(f"There are no cohorts by {period!r}. Choose one of {', '.join(PERIODS)}.")


def period_numbers(days: np.ndarray, period: str) -> np.ndarray:
    """Return the numbers of the periods that days fall into.

    The number of a period is one above that of the period before.

    Args:
        days: An array of datetime64.
        period: One of `PERIODS`.

    Returns:
        Whole numbers, in the shape of `days`.
    """
    if period == "week":
        return (days.astype("datetime64[D]") - np.datetime64(_FIRST_MONDAY, "D")).astype(
            np.int64
        ) // 7
    return days.astype("datetime64[M]").astype(np.int64) // _MONTHS[period]


def last_period(period: str, end: date, whole: bool = False) -> int:
    """Return the number of the period of the last order day.

    Args:
        period: One of `PERIODS`.
        end: The last order day.
        whole: Whether to take the last period that was over on that day.

    Returns:
        The number, as in `period_numbers`.
    """
    day = np.datetime64(end, "D") + int(whole)
    return int(period_numbers(np.array([day]), period)[0]) - int(whole)


def period_days(starts: pd.Series | pd.DatetimeIndex, period: str) -> np.ndarray:
    """Return how many days the periods that begin on these days have.

    Args:
        starts: First days of periods.
        period: One of `PERIODS`.

    Returns:
        The numbers of days.
    """
    days = np.asarray(starts).astype("datetime64[D]")
    following = period_starts(period_numbers(days, period) + 1, period).astype("datetime64[D]")
    lengths: np.ndarray = (following - days).astype(int)
    return lengths


def period_starts(numbers: np.ndarray, period: str) -> np.ndarray:
    """Return the first days of the periods with these numbers.

    Args:
        numbers: From `period_numbers`.
        period: One of `PERIODS`.

    Returns:
        An array of datetime64.
    """
    if period == "week":
        return (np.datetime64(_FIRST_MONDAY, "D") + numbers * 7).astype("datetime64[s]")
    return (numbers * _MONTHS[period]).astype("datetime64[M]").astype("datetime64[s]")


def number_expression(moment: ir.TimestampValue, period: str) -> ir.IntegerValue:
    """Return `period_numbers` of a moment as an Ibis expression.

    Args:
        moment: A column of timestamps.
        period: One of `PERIODS`.

    Returns:
        The number of the period.
    """
    if period == "week":
        return moment.date().delta(ibis.literal(_FIRST_MONDAY), unit="day") // 7
    if period == "month":
        return (moment.year() - 1970) * 12 + moment.month() - 1
    return (moment.year() - 1970) * 4 + moment.quarter() - 1
