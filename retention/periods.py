"""Periods of days, half-open: the first day belongs to it, the day after the last does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from retention.errors import DataError

#: Presets by key, with the words for them.
PRESETS = {
    "30": "Last 30 days",
    "90": "Last 90 days",
    "365": "Last 365 days",
    "quarter": "This quarter",
    "last_quarter": "Last quarter",
    "year": "This year",
    "last_year": "Last year",
    "all": "All",
}


def as_date(value: date | str | pd.Timestamp) -> date:
    """Return a day given as a date, a moment, or text such as 2024-06-30.

    Raises:
        DataError: It is none: of 04/05/2024 nobody knows which is the month.
    """
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if value is pd.NaT or value is None or value == "":
        raise DataError("A day is empty. Give it as year-month-day, such as 2024-06-30.")
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(value).date()
    except (ValueError, TypeError) as error:
        raise DataError(
            f"{value!r} is not a date. Give the day as year-month-day, such as 2024-06-30."
        ) from error


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` to the one before `end`; texts such as 2024-06-30 and moments become days."""

    start: date
    end: date

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            object.__setattr__(self, name, as_date(getattr(self, name)))
        if self.start >= self.end:
            raise DataError(
                f"The period from {self.start} to {self.end} holds no day: its end is the day after its last, so it "
                "must come after the start."
            )

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    def previous(self) -> Period:
        """Return the period of equal length right before it."""
        return Period(self.start - timedelta(days=self.days), self.start)

    def year_before(self) -> Period:
        """Return the same days of the year before, where 29 February stands for 28 February."""
        start, end = (pd.Timestamp(day) - pd.DateOffset(years=1) for day in (self.start, self.last))
        return Period(
            start.date(), max(end.date() + timedelta(days=1), start.date() + timedelta(days=1))
        )


def preset_period(preset: str, first: date, last: date) -> Period:
    """Return a preset as it falls on orders from `first` to `last`; "this" is the quarter or year of the last order.

    It begins with the first order where it would reach back farther, as `whole_preset` does; one that lies before all
    orders stays what it is.
    """
    whole = whole_preset(preset, first, last)
    return Period(max(whole.start, first), whole.end) if whole.end > first else whole


def whole_preset(preset: str, first: date, last: date) -> Period:
    """Return a preset with all its days, whether or not the orders reach back to them.

    Raises:
        DataError: There is no such preset.
    """
    after = last + timedelta(days=1)
    if preset.isdigit():
        return Period(after - timedelta(days=int(preset)), after)
    if preset == "all":
        return Period(first, after)
    unit = {"quarter": "Q", "last_quarter": "Q", "year": "Y", "last_year": "Y"}.get(preset)
    if unit is None:
        raise DataError(f"There is no period {preset!r}. Choose one of {', '.join(PRESETS)}.")
    whole = pd.Period(last, unit)
    if preset.startswith("last"):
        whole -= 1
        return Period(whole.start_time.date(), whole.end_time.date() + timedelta(days=1))
    return Period(whole.start_time.date(), after)


def months_of(start: date, end: date) -> list[Period]:
    """Return the calendar months that days `start` to `end` touch, oldest first; the first and last may be partial."""
    months = pd.period_range(start, end, freq="M")
    return [Period(month.start_time.date(), (month + 1).start_time.date()) for month in months]


#: Days in a month: a twelfth of a year of 365.25 days.
DAYS_PER_MONTH = 30.4375


DAYS_PER_YEAR = 365.25
