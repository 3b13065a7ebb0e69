"""The clock of a purchase model: days become days of the store's season, seen from one today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retention.models.season.index import SeasonIndex


@dataclass(frozen=True, slots=True)
class Clock:
    """A season seen from one day.

    Purchase histories say how many days ago something was. With the day they are counted from, the
    season says how far the clock has run since.

    Attributes:
        season: The index, whose integral the clock runs by.
        today: The day that histories are counted back from, in days since 1970.
    """

    season: SeasonIndex
    today: int

    def age(self, T: npt.ArrayLike) -> np.ndarray:
        """Return how far the clock has run since `T` days ago."""
        return self.season.elapsed(self.today - np.asarray(T, dtype=float), self.today)

    def recency(self, recency: npt.ArrayLike, T: npt.ArrayLike) -> np.ndarray:
        """Return how far the clock ran from `T` days ago in `recency` days."""
        first = self.today - np.asarray(T, dtype=float)
        return self.season.elapsed(first, first + np.asarray(recency, dtype=float))

    def ahead(self, days: npt.ArrayLike) -> np.ndarray:
        """Return how far the clock will run in the next `days`."""
        return self.season.elapsed(self.today, self.today + np.asarray(days, dtype=float))

    def days_ahead(self, elapsed: npt.ArrayLike, since: npt.ArrayLike = 0.0) -> np.ndarray:
        """Return after how many days the clock has run this far.

        Args:
            elapsed: Days of the clock; may be infinite.
            since: How many days ago the clock is taken from.

        Returns:
            Days, counted from `since`.
        """
        return self.season.days_until(self.today - np.asarray(since, dtype=float), elapsed)
