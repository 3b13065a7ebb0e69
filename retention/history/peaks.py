"""Peaks of a few days that come back every year, such as a sale. A smooth season cannot hold them.

A day is compared with the same weekday of the weeks around it, so that no weekend is a peak.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from retention.orders.orders import Orders

#: A day of a peak has this many times the usual orders, and this many standard deviations more.
TIMES_USUAL, DEVIATIONS = 2.0, 4.0
#: The weeks around a day by which its usual orders are told: not the next ones, nor far ones.
_NEAREST_WEEK, _FARTHEST_WEEK = 2, 6
#: Weeks that are needed to say what is usual.
_FEWEST_WEEKS = 4
#: Days between peak days of one peak at most, and between peaks of two years that are the same.
_GAP_DAYS, _SHIFT_DAYS = 3, 8
_YEAR = 365.25
_PARTS = ((10, "early"), (20, "mid"), (31, "late"))


@dataclass(frozen=True, slots=True)
class Peak:
    """A few days around the same date in two or more years.

    Attributes:
        day: A day in the middle of the latest one.
        times: How many times as many orders as usual its days had, the mean of the years.
        days: How many days it lasted, the mean of the years.
        years: In how many years it was seen.
    """

    day: date
    times: float
    days: float
    years: int

    @property
    def when(self) -> str:
        """About when it is: "late November"."""
        part = next(name for last, name in _PARTS if self.day.day <= last)
        return f"{part} {self.day:%B}"


@dataclass(frozen=True, slots=True)
class _Run:
    """Days of a peak in one year: the middle, how many, their orders and the usual ones."""

    middle: pd.Timestamp
    days: int
    orders: float
    usual: float


def yearly_peaks(orders: Orders) -> tuple[Peak, ...]:
    """Return the peaks of a few days that came around the same date in two or more years.

    Args:
        orders: The orders.

    Returns:
        The peaks, the highest first.
    """
    days = orders.table.select(day=orders.table.ordered_at.date())
    counts = days.group_by("day").agg(orders=days.count()).to_pandas()
    by_day = pd.Series(counts["orders"].to_numpy(float), pd.to_datetime(counts["day"]))
    whole = pd.date_range(orders.start, orders.end)
    return peaks_of(by_day.reindex(whole, fill_value=0.0))


def peaks_of(by_day: pd.Series) -> tuple[Peak, ...]:
    """Return the peaks of orders by day.

    Args:
        by_day: The number of orders of each day without gaps, by day.

    Returns:
        As `yearly_peaks`.
    """
    peaks = []
    runs = list(_runs(by_day))
    while runs:
        last = runs.pop()
        same = [last, *(run for run in runs if _is_same_date(run.middle, last.middle))]
        runs = [run for run in runs if not any(run is other for other in same)]
        years = len({run.middle.year for run in same})
        if years > 1:
            peaks.append(
                Peak(
                    day=last.middle.date(),
                    times=float(np.mean([run.orders / max(run.usual, 1.0) for run in same])),
                    days=float(np.mean([run.days for run in same])),
                    years=years,
                )
            )
    return tuple(sorted(peaks, key=lambda peak: -peak.times))


def _runs(by_day: pd.Series) -> Iterator[_Run]:
    """The days far above the usual, those next to each other together; the earliest first."""
    values = by_day.to_numpy(float)
    usual, spread = _usual(values)
    with np.errstate(invalid="ignore"):
        high = (values >= TIMES_USUAL * usual) & (values >= usual + DEVIATIONS * spread)
    places = np.flatnonzero(high)
    for run in np.split(places, np.flatnonzero(np.diff(places) > _GAP_DAYS) + 1):
        if len(run):
            yield _Run(
                middle=pd.Timestamp(by_day.index[run[len(run) // 2]]),
                days=len(run),
                orders=float(values[run].sum()),
                usual=float(usual[run].sum()),
            )


def _usual(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean of the same weekday in the weeks around, and the standard deviation of a day."""
    around = []
    for week in range(_NEAREST_WEEK, _FARTHEST_WEEK + 1):
        for shift in (-7 * week, 7 * week):
            moved = np.full(len(values), np.nan)
            if abs(shift) < len(values):
                kept = slice(shift, None) if shift > 0 else slice(None, shift)
                moved[slice(None, -shift) if shift > 0 else slice(-shift, None)] = values[kept]
            around.append(moved)
    weeks = np.array(around)
    known = np.isfinite(weeks).sum(axis=0)
    filled = np.where(np.isfinite(weeks), weeks, 0.0)
    number = np.maximum(known, 1)
    mean = filled.sum(axis=0) / number
    squares = np.where(np.isfinite(weeks), (weeks - mean) ** 2, 0.0).sum(axis=0)
    spread = np.sqrt(np.maximum(squares / np.maximum(number - 1, 1), np.maximum(mean, 1.0)))
    return np.where(known >= _FEWEST_WEEKS, mean, np.nan), spread


def _is_same_date(day: pd.Timestamp, other: pd.Timestamp) -> bool:
    """Whether two days of different years are around the same date."""
    apart = abs((other - day).days)
    return apart > _YEAR / 2 and abs((apart + _YEAR / 2) % _YEAR - _YEAR / 2) <= _SHIFT_DAYS
