"""Weeks, months and quarters as numbers that follow each other, and as days."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import DataError

PERIODS = ("week", "month", "quarter")
_MONDAY = date(1900, 1, 1)
_MONTHS = {"month": 1, "quarter": 3}


def check_period(period: str) -> None:
    """Raise a DataError unless there is such a period."""
    if period not in PERIODS:
        raise DataError(f"There are no cohorts by {period!r}. Choose one of {', '.join(PERIODS)}.")


def period_numbers(days: np.ndarray, period: str) -> np.ndarray:
    """Number the periods that days (datetime64) fall into, so that each is one above the one before."""
    if period == "week":
        return (days.astype("datetime64[D]") - np.datetime64(_MONDAY, "D")).astype(np.int64) // 7
    return days.astype("datetime64[M]").astype(np.int64) // _MONTHS[period]


def last_period(period: str, end: date, whole: bool = False) -> int:
    """Return the number of the period of the last order day; of the last one that was over by then if `whole`."""
    day = np.datetime64(end, "D") + int(whole)
    return int(period_numbers(np.array([day]), period)[0]) - int(whole)


def period_days(starts: pd.Series | pd.DatetimeIndex, period: str) -> np.ndarray:
    """Return how many days the periods that begin on these days have."""
    days = np.asarray(starts).astype("datetime64[D]")
    return (
        period_starts(period_numbers(days, period) + 1, period).astype("datetime64[D]") - days
    ).astype(int)


def period_starts(numbers: np.ndarray, period: str) -> np.ndarray:
    """Turn `period_numbers` into the periods' first days."""
    if period == "week":
        return (np.datetime64(_MONDAY, "D") + numbers * 7).astype("datetime64[s]")
    return (numbers * _MONTHS[period]).astype("datetime64[M]").astype("datetime64[s]")


def number_expression(moment: ir.TimestampValue, period: str) -> ir.IntegerValue:
    """Return `period_numbers` of a moment as an Ibis expression."""
    if period == "week":
        return moment.date().delta(ibis.literal(_MONDAY), unit="day") // 7
    if period == "month":
        return (moment.year() - 1970) * 12 + moment.month() - 1
    return (moment.year() - 1970) * 4 + moment.quarter() - 1
