"""Periods of days, half-open: the first day belongs to it, the day after the last does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from retention.display import displayed
from retention.errors import DataError
from retention.validation import check_known

DAYS_PER_YEAR = 365.25
#: A twelfth of a year.
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
#: What `calendar_days` returns.
CALENDAR_COLUMNS = ["start", "end", "first_day", "last_day"]
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

    Args:
        value: The day.

    Returns:
        The day; a moment loses its time.

    Raises:
        DataError: It is no day. In 04/05/2024, either number may be the month.
    """
    given: object = pd.Timestamp(value) if isinstance(value, np.datetime64) else value
    if given is pd.NaT or given is None or given == "":
        raise DataError("A day is empty. Give it as year-month-day, such as 2024-06-30.")
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    try:
        return datetime.fromisoformat(given).date()  # type: ignore[arg-type]  # refused below
    except (ValueError, TypeError) as error:
        raise DataError(
            f"{value!r} is not a date. Give the day as year-month-day, such as 2024-06-30."
        ) from error


@displayed
@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` to the one before `end`.

    Texts such as 2024-06-30 and moments become days.

    Attributes:
        start: The first day.
        end: The day after the last one.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            object.__setattr__(self, name, as_date(getattr(self, name)))
        if self.start >= self.end:
            raise DataError(
                f"The period from {self.start} to {self.end} holds no day: its end is the day "
                "after its last, so it must come after the start."
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
        return Period(start=self.start - timedelta(days=self.days), end=self.start)

    def year_before(self) -> Period:
        """Return the same days of the year before, where 29 February stands for 28 February."""
        start, end = (pd.Timestamp(day) - pd.DateOffset(years=1) for day in (self.start, self.last))
        return Period(
            start=start.date(),
            end=max(end.date() + timedelta(days=1), start.date() + timedelta(days=1)),
        )


@displayed
@dataclass(frozen=True, slots=True)
class Window:
    """The days on which orders count as a campaign's, both ends included.

    It is the one place that says when a test is over, and when it can be read.

    Attributes:
        start: The first day that counts: that of the first message.
        end: The last day that counts.
    """

    start: date
    end: date

    @classmethod
    def of_days(cls, start: date, days: int) -> Window:
        """Return the window of so many days.

        Args:
            start: The first day that counts.
            days: How many days count; at least 1.

        >>> Window.of_days(date(2026, 10, 1), 30).end
        datetime.date(2026, 10, 30)
        """
        return cls(start=start, end=start + timedelta(days=days - 1))

    @property
    def days(self) -> int:
        """How many days count."""
        return (self.end - self.start).days + 1

    @property
    def look_on(self) -> date:
        """The day of the verdict: the first one on which an export can hold every day.

        >>> Window(date(2026, 10, 1), date(2026, 10, 30)).look_on
        datetime.date(2026, 10, 31)
        """
        return self.end + timedelta(days=1)

    def is_held_by(self, last_order: date) -> bool:
        """Return whether orders hold every day, the last one whole.

        An export of midday ends on the last day as one of midnight does. So an order of a later day
        has to be there.

        Args:
            last_order: The last day with an order.

        >>> window = Window(date(2026, 10, 1), date(2026, 10, 30))
        >>> window.is_held_by(date(2026, 10, 30)), window.is_held_by(date(2026, 10, 31))
        (False, True)
        """
        return last_order >= self.look_on

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def preset_period(preset: str, first: date, last: date) -> Period:
    """Return a preset as it falls on orders from `first` to `last`.

    "This" is the quarter or year of the last order. A preset that would reach back farther begins
    with the first order. One that lies before all orders stays what it is.

    Args:
        preset: One of `PRESETS`.
        first: The day of the first order.
        last: The day of the last order.

    Returns:
        The period, cut at the first order.

    Raises:
        DataError: There is no such preset.
    """
    whole = whole_preset(preset, first, last)
    return Period(start=max(whole.start, first), end=whole.end) if whole.end > first else whole


def whole_preset(preset: str, first: date, last: date) -> Period:
    """Return a preset with all its days, whether or not the orders reach back to them.

    Args:
        preset: One of `PRESETS`.
        first: The day of the first order.
        last: The day of the last order.

    Returns:
        The period, uncut.

    Raises:
        DataError: There is no such preset.
    """
    after = last + timedelta(days=1)
    if preset.isdigit():
        return Period(start=after - timedelta(days=int(preset)), end=after)
    if preset == "all":
        return Period(start=first, end=after)
    check_known("period", preset, PRESETS)
    whole = pd.Period(last, "Q" if preset.endswith("quarter") else "Y")
    if preset.startswith("last"):
        whole -= 1
        return Period(start=whole.start_time.date(), end=whole.end_time.date() + timedelta(days=1))
    return Period(start=whole.start_time.date(), end=after)


def months_of(start: date, end: date) -> list[Period]:
    """Return the calendar months that the days `start` to `end` touch.

    Args:
        start: The first day.
        end: The last day, included.

    Returns:
        Whole months, oldest first.
    """
    months = pd.period_range(start, end, freq="M")
    return [
        Period(start=month.start_time.date(), end=(month + 1).start_time.date()) for month in months
    ]


def calendar_days(first: date, last: date) -> pd.DataFrame:
    """Part days into calendar months.

    Args:
        first: The first day.
        last: The last day; it belongs to the days.

    Returns:
        A row a month, as timestamps: `start` (the first of the month), `end` (the first of the next
        one), and of the given days `first_day` and `last_day` that fall into it.
    """
    starts = pd.date_range(pd.Timestamp(first).replace(day=1), pd.Timestamp(last), freq="MS")
    ends = starts + pd.DateOffset(months=1)
    return pd.DataFrame(
        {
            "start": starts,
            "end": ends,
            "first_day": starts.where(starts > pd.Timestamp(first), pd.Timestamp(first)),
            "last_day": (ends - pd.Timedelta(days=1)).where(
                ends <= pd.Timestamp(last), pd.Timestamp(last)
            ),
        }
    )
