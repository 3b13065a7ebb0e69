"""The season of a store: how much more or less its customers buy on each day of the year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from retention.display import displayed
from retention.periods import as_date
from retention.statistics import FORECAST_LEVEL, normal_width

#: Why there is no season, where nobody has asked for one.
NOT_ASKED = "the plain model was asked for"
_WIDTH = normal_width(FORECAST_LEVEL)
_DAY = "datetime64[D]"
# Days beyond the calendar of NumPy's arithmetic: a clock that far away runs evenly.
_FARTHEST_DAY = 2_000_000.0


@displayed
@dataclass(frozen=True, slots=True)
class SeasonIndex:
    """How much more or less the customers of a store buy on each day of the year.

    While active, a customer buys at a rate that is the customer's own times this index. Its mean
    over every calendar year is 1. Its logarithm is a sum of harmonics of the year. Its integral is
    the model's clock: a day of the high season lets more time pass than a day of the low season.

    Attributes:
        coefficients: Of the cosine and the sine of each harmonic of the year, in this order; empty
            where the store is taken to have no season.
        covariance: Of these coefficients; empty where they are taken as known.
        reason: Why there is no season, in words; empty where there is one.
        evidence: The logarithm of the evidence ratio, of a season to none. None where it was not
            measured, which equals itself as NaN does not.
        weekly_spread: How much weeks vary beyond chance: the standard deviation of a week's orders
            as a share of what is expected.
        level_spread: How far the store's level wanders: its standard deviation, as a share.
        level_days: Days after which the level has forgotten all but 37 % of where it was.
        start: The first day of the orders that the index was measured on; None without any.
        end: The last day of these orders.
    """

    coefficients: tuple[float, ...] = ()
    covariance: tuple[tuple[float, ...], ...] = ()
    reason: str = NOT_ASKED
    evidence: float | None = None
    weekly_spread: float = 0.0
    level_spread: float = 0.0
    level_days: float = 365.0
    start: date | None = None
    end: date | None = None

    @property
    def harmonics(self) -> int:
        """The number of harmonics; 0 where there is no season."""
        return len(self.coefficients) // 2

    @property
    def is_plain(self) -> bool:
        """Whether the store is taken to have no season."""
        return not self.coefficients

    def on(self, days: npt.ArrayLike) -> np.ndarray:
        """Return the index on days.

        Args:
            days: Dates, or numbers of days since 1970.

        Returns:
            The index of each day, above 0, with a mean of 1 over every year.
        """
        numbers = _day_numbers(days)
        if self.is_plain or not numbers.size:
            return np.ones(numbers.shape)
        at = np.floor(numbers)
        first, index, _ = _calendar(self.coefficients, *_years(at))
        return np.asarray(index[(at - first).astype(np.int64)])

    def elapsed(self, start: npt.ArrayLike, end: npt.ArrayLike) -> np.ndarray:
        """Return how far the clock has run between two moments: the integral of the index.

        A day's number stands for its end. So the first day that counts is the day after `start`.

        Args:
            start: The earlier days: dates, or numbers of days since 1970, also with fractions.
            end: The later days.

        Returns:
            Days of the clock. A calendar year has as many of them as it has days.
        """
        return np.asarray(self._clock(end) - self._clock(start))

    def days_until(self, start: npt.ArrayLike, elapsed: npt.ArrayLike) -> np.ndarray:
        """Return after how many days the clock has run this far: the inverse of `elapsed`.

        Args:
            start: The first moments: dates, or numbers of days since 1970.
            elapsed: Days of the clock; may be infinite.

        Returns:
            Days.
        """
        begin, run = np.broadcast_arrays(_day_numbers(start), np.asarray(elapsed, dtype=float))
        if self.is_plain:
            return run.copy()
        target = self._clock(begin) + run
        near = target < _FARTHEST_DAY
        days = run.copy()
        if near.any():
            # The clock is right at the end of every year, so the moment lies in the same year.
            first, _, clock = _calendar(self.coefficients, *_years(target[near]))
            days[near] = np.interp(target[near], clock, first - 1.0 + np.arange(len(clock)))
            days[near] -= begin[near]
        return days

    def basis_over(self, start: float, end: npt.ArrayLike) -> np.ndarray:
        """Return the mean of the harmonics between moments, weighted by the index.

        It is the slope of log(`elapsed`) by the coefficients.

        Args:
            start: The first moment, in days since 1970.
            end: The last moments.

        Returns:
            A row for each end, and a column for each coefficient.
        """
        ends = np.atleast_1d(np.asarray(end, dtype=float))
        days = np.arange(np.floor(start) + 1, np.ceil(ends.max()) + 1)
        run = self.on(days)[:, None] * (harmonics(days, self.harmonics) - self._mean_basis())
        sums = np.concatenate([np.zeros((1, run.shape[1])), np.cumsum(run, axis=0)])
        places = np.concatenate([[np.floor(start)], days])
        at_end = np.stack([np.interp(ends, places, column) for column in sums.T], axis=1)
        return np.asarray(at_end / np.maximum(self.elapsed(start, ends), 1e-9)[:, None])

    def _mean_basis(self) -> np.ndarray:
        """What the scaling to a mean of 1 takes off the slope."""
        days = np.arange(365.0)
        index = self.on(days)
        return np.asarray(index @ harmonics(days, self.harmonics) / len(days))

    def by_month(self) -> pd.DataFrame:
        """Return the index of each month of the year.

        Returns:
            A row a month: `month` (1 to 12) and `index`, the mean over the month's days of a common
            year, with its 80 % range `low` and `high`.
        """
        days = pd.date_range("2023-01-01", "2023-12-31")
        numbers = _day_numbers(days)
        index = pd.Series(self.on(numbers)).groupby(days.month).mean()
        deviation = np.zeros(12)
        if self.covariance:
            covariance = np.array(self.covariance)
            for row, month in enumerate(range(1, 13)):
                inside = numbers[days.month == month]
                slope = self.basis_over(inside[0] - 1, [inside[-1]])[0]
                deviation[row] = np.sqrt(max(slope @ covariance @ slope, 0.0))
        width = np.exp(_WIDTH * deviation)
        return pd.DataFrame(
            {
                "month": index.index.to_numpy(),
                "index": index.to_numpy(),
                "low": index.to_numpy() / width,
                "high": index.to_numpy() * width,
            }
        )

    def common_variance(self, today: float, ends: npt.ArrayLike) -> np.ndarray:
        """Return by how much what moves all customers together may change the orders up to days.

        It joins the error of the index, the wandering level and the weeks that vary beyond chance.

        Args:
            today: The last day that is known, in days since 1970.
            ends: Numbers of days ahead.

        Returns:
            Variances of the orders from today to each end, as a share of their expected number
            squared.
        """
        days = np.atleast_1d(np.asarray(ends, dtype=float))
        ratio = days / self.level_days
        # The mean correlation of two moments of the span.
        together = 2 * (ratio + np.expm1(-ratio)) / ratio**2
        variance = self.level_spread**2 * together
        variance = variance + self.weekly_spread**2 * np.minimum(7 / days, 1.0)
        if not self.covariance:
            return np.asarray(variance)
        slopes = self.basis_over(today, today + days)
        return np.asarray(
            variance + np.einsum("ij,jk,ik->i", slopes, np.array(self.covariance), slopes)
        )

    def span_variance(self, today: float, ends: npt.ArrayLike) -> np.ndarray:
        """Return `common_variance` of single spans: each from the end before it to its own.

        Args:
            today: The last day that is known, in days since 1970.
            ends: Numbers of days ahead, ascending.

        Returns:
            Variances of the orders of each span, as a share of their expected number squared.
        """
        days = np.atleast_1d(np.asarray(ends, dtype=float))
        begins = np.concatenate([[0.0], days[:-1]])
        return np.concatenate(
            [
                self.common_variance(today + begin, [end - begin])
                for begin, end in zip(begins, days, strict=True)
            ]
        )

    def without_scatter(self) -> SeasonIndex:
        """Return the same index with weeks and level that never vary beyond chance."""
        return replace(self, weekly_spread=0.0, level_spread=0.0)

    def _clock(self, days: npt.ArrayLike) -> np.ndarray:
        """The clock's time at the end of days; it is right at the end of every year."""
        numbers = _day_numbers(days)
        if self.is_plain or not numbers.size:
            return numbers
        near = np.clip(numbers, -_FARTHEST_DAY, _FARTHEST_DAY)
        first, index, clock = _calendar(self.coefficients, *_years(near))
        since = near - (first - 1)
        whole = np.minimum(np.floor(since).astype(np.int64), len(index) - 1)
        return np.asarray(clock[whole] + (since - whole) * index[whole] + (numbers - near))


#: The season of a store that is taken to have none, because nobody has asked for one.
PLAIN = SeasonIndex()


def harmonics(days: npt.ArrayLike, number: int) -> np.ndarray:
    """Return the harmonics of the year on days.

    A day stands at its middle, and every calendar year is a full turn, also a leap year.

    Args:
        days: Dates, or numbers of days since 1970.
        number: How many harmonics.

    Returns:
        A row a day: the cosine and the sine of each harmonic.
    """
    numbers = np.floor(_day_numbers(days)).astype(np.int64)
    year = numbers.astype(_DAY).astype("datetime64[Y]")
    begin, following = (years.astype(_DAY).astype(np.int64) for years in (year, year + 1))
    turn = 2 * np.pi * (numbers - begin + 0.5) / (following - begin)
    angles = turn[:, None] * np.arange(1, number + 1)
    return np.stack([np.cos(angles), np.sin(angles)], axis=2).reshape(len(numbers), 2 * number)


def day_number(day: date | str | pd.Timestamp) -> int:
    """Return the number of a day.

    Args:
        day: The day.

    Returns:
        Days since 1970.
    """
    return int(np.datetime64(as_date(day), "D").astype(np.int64))


def _day_numbers(days: npt.ArrayLike) -> np.ndarray:
    values = np.asarray(days)
    if values.dtype.kind in "OMU":
        values = values.astype(_DAY).astype(np.int64)
    return values.astype(float)


def _years(numbers: np.ndarray) -> tuple[int, int]:
    """The first and the last year of days, with a year to spare on either side."""
    ends = np.array([numbers.min(), numbers.max()]).astype(np.int64).astype(_DAY)
    first, last = ends.astype("datetime64[Y]").astype(np.int64)
    return int(first) - 1, int(last) + 1


@lru_cache(maxsize=64)
def _calendar(
    coefficients: tuple[float, ...], first_year: int, last_year: int
) -> tuple[float, np.ndarray, np.ndarray]:
    """The first day of years (since 1970), the index of each day, and the clock before each."""
    edges = np.arange(first_year, last_year + 2).astype("datetime64[Y]").astype(_DAY)
    numbers = edges.astype(np.int64)
    years = [_year(coefficients, int(length)) for length in np.diff(numbers)]
    # Each year is added up from its own begin, so that a day's time is the same in every calendar.
    clock = [begin - 1.0 + run for begin, (_, run) in zip(numbers[:-1], years, strict=True)]
    return (
        float(numbers[0]),
        np.concatenate([index for index, _ in years]),
        np.append(np.concatenate(clock), numbers[-1] - 1.0),
    )


@lru_cache(maxsize=64)
def _year(coefficients: tuple[float, ...], length: int) -> tuple[np.ndarray, np.ndarray]:
    """The index of each day of a year of this length, and how far the clock has run before it."""
    begin = 0 if length == 365 else 730  # 1970 and 1972
    index = np.exp(harmonics(begin + np.arange(length), len(coefficients) // 2) @ coefficients)
    index /= index.mean()
    return index, np.append(0.0, np.cumsum(index)[:-1])
