"""The expected orders of each distinct purchase history, month by month."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from retention.models.histories import Histories
from retention.models.purchases import PurchaseModel
from retention.periods import DAYS_PER_MONTH, DAYS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Forecast:
    """The expected orders of a horizon, month by month, of every distinct history.

    Attributes:
        histories: The distinct histories.
        ends: The last day of each month of 30.4375 days, the last one cut at the horizon. Further
            stops may part a month.
        elapsed: How far the model's clock has run by each of these days.
        discount: The discount factor of each month.
        active: Each history's probability to be active.
        pairs: Each history's row in `increments`, its distinct (frequency, T).
        increments: The orders expected of active customers: a column for each month.
    """

    histories: Histories
    ends: np.ndarray
    elapsed: np.ndarray
    discount: np.ndarray
    active: np.ndarray
    pairs: np.ndarray
    increments: np.ndarray

    @property
    def orders(self) -> np.ndarray:
        """Expected orders of each history."""
        return np.asarray(self.active * self.increments.sum(axis=1)[self.pairs])

    @property
    def discounted_orders(self) -> np.ndarray:
        """Expected orders of each history, each counted with its month's discount factor."""
        return np.asarray(self.active * (self.increments @ self.discount)[self.pairs])

    @property
    def by_end(self) -> np.ndarray:
        """Expected orders of each history up to each end: a row for each history."""
        until: np.ndarray = np.cumsum(self.increments, axis=1)
        return np.asarray(self.active[:, None] * until[self.pairs])

    def until(self, spans: int) -> Forecast:
        """Return the same forecast of a shorter horizon.

        Args:
            spans: How many of the first months or stops it has.

        Returns:
            The forecast that ends with the last of them.
        """
        return replace(
            self,
            ends=self.ends[:spans],
            elapsed=self.elapsed[:spans],
            discount=self.discount[:spans],
            increments=self.increments[:, :spans],
        )

    def of_some(self, customers: slice) -> Forecast:
        """Return the same forecast of some of the customers.

        Args:
            customers: Which of them.

        Returns:
            The forecast, whose histories are theirs.
        """
        kept, codes = np.unique(self.histories.codes[customers], return_inverse=True)
        histories = Histories(
            frequency=self.histories.frequency[kept],
            recency=self.histories.recency[kept],
            T=self.histories.T[kept],
            counts=np.bincount(codes),
            codes=codes,
        )
        return replace(self, histories=histories, active=self.active[kept], pairs=self.pairs[kept])

    @property
    def mean_discount(self) -> np.ndarray:
        """The discount factor of each history's expected orders taken together."""
        whole = np.maximum(self.increments.sum(axis=1), np.finfo(float).tiny)
        return np.asarray(((self.increments @ self.discount) / whole)[self.pairs])

    @property
    def discounted_days(self) -> float:
        """The horizon in days of the model's clock, each month's times its discount factor."""
        return float(np.diff(self.elapsed, prepend=0.0) @ self.discount)


def forecast(
    purchases: PurchaseModel,
    histories: Histories,
    horizon_days: float,
    annual_discount_rate: float = 0.0,
    stops: np.ndarray | None = None,
) -> Forecast:
    """Return the expected orders of every history over a horizon.

    Args:
        purchases: The purchase model.
        histories: Grouped customers.
        horizon_days: How far to look ahead, in days.
        annual_discount_rate: What money a year from now loses, as a fraction; 0 or more.
        stops: Days within the horizon at which months are parted too. Money of both parts is
            discounted from the month's end, so that no sum changes.

    Returns:
        The orders by history and month of the horizon.
    """
    count = int(np.ceil(horizon_days / DAYS_PER_MONTH))
    ends = np.minimum(np.arange(1, count + 1) * DAYS_PER_MONTH, float(horizon_days))
    paid = ends
    if stops is not None:
        months, ends = ends, np.union1d(ends, stops)
        paid = months[np.searchsorted(months, ends)]
    undiscounted = forecast_by(purchases, histories, ends)
    return replace(undiscounted, discount=(1 + annual_discount_rate) ** (-paid / DAYS_PER_YEAR))


def forecast_by(purchases: PurchaseModel, histories: Histories, ends: npt.ArrayLike) -> Forecast:
    """Return the expected orders of every history in spans of one's own, undiscounted.

    Args:
        purchases: The purchase model.
        histories: Grouped customers.
        ends: The last day of each span, in days ahead, ascending.

    Returns:
        The orders by history and span.
    """
    ends = np.asarray(ends, dtype=float)
    pairs, frequency, age = histories.without_recency()
    expected = purchases.expected_purchases_if_active(frequency, age, ends)
    return Forecast(
        histories=histories,
        ends=ends,
        elapsed=purchases.ahead(ends),
        discount=np.ones(len(ends)),
        active=purchases.probability_active(histories.frequency, histories.recency, histories.T),
        pairs=pairs,
        increments=np.diff(expected, axis=1, prepend=0.0),
    )
