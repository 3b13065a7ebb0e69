"""Customers who came before the file, by the assumptions of BG/NBD and MBG/NBD.

A shop has had new customers at a constant rate for some time when its file begins. Those who have
not left by then are elders. Their first purchase in the file is no first one. Elders have outlived
others: they buy more often, and are less likely to leave, than customers who are new. Both follow
from the same r, alpha, a and b.

A customer of rate l and chance to leave p has been there for u days with probability exp(-l p u).
Summed over all u up to the age of the shop, the customers at the file's start have the density of
new ones times (1 - exp(-l p before)) / (l p). Everything here is an integral of that density. Over
l it is a gamma function. Over p it is taken in logit(p) by the trapezoidal rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.polynomial import chebyshev
from scipy.special import betaln, digamma

#: Beyond this a shape parameter makes the grid of the integral too fine.
STEEPEST = 60.0

_LOW, _HIGH, _STEP = -22.0, 14.0, 0.8  # of logit(p)
_POINTS = 20  # of the interpolation by the day of the last purchase
_LINEAR = 1e-6  # relative to time: a chance to leave below it moves nothing but linearly


@dataclass(frozen=True, slots=True)
class Elders:
    """What a purchase model knows of the time before the file.

    Attributes:
        length: Days from the file's first day to the day that histories end on.
        before: For how many days the shop had had new customers when the file began, as many a day
            as in the file.
    """

    length: float
    before: float


class _Grid(NamedTuple):
    """Points of the integral over p.

    Attributes:
        p: The chances to leave.
        log_p: Their logarithms.
        log_stay: The logarithms of 1 - p.
        step: The distance of two points, in logit(p).
    """

    p: np.ndarray
    log_p: np.ndarray
    log_stay: np.ndarray
    step: float


@dataclass(frozen=True)
class Survivors:
    """Elders under given parameters. All times are of the model's clock.

    Logarithms of likelihoods leave out what new customers have as well: the gamma functions of the
    frequency and alpha ** r.

    Attributes:
        r: Shape of the purchase rates.
        alpha: Scale of the purchase rates.
        a: First shape of the chance to leave.
        b: Second shape of the chance to leave.
        modified: 1 where customers may leave right after the first purchase too, else 0.
        length: The length of the file.
        before: The age of the shop when the file began.
    """

    r: float
    alpha: float
    a: float
    b: float
    modified: int
    length: float
    before: float

    @cached_property
    def _grid(self) -> _Grid:
        step = _STEP / max(self.a, 1.0) ** 0.5
        logit = np.arange(_LOW, _HIGH + step, step)
        log_p = -np.logaddexp(0, -logit)
        return _Grid(
            p=np.exp(log_p), log_p=log_p, log_stay=-np.logaddexp(0, logit), step=float(step)
        )

    def _density(self, spared: np.ndarray) -> np.ndarray:
        """The density of p, times 1 - p for each time that p has spared the customer.

        Rows are the elements of `spared`, columns the points of the grid.
        """
        grid, b = self._grid, self.b + spared[:, None]
        density = np.exp(self.a * grid.log_p + b * grid.log_stay - betaln(self.a, self.b))
        density *= grid.step
        # Beyond its ends the integrand is an exponential, whose rest is a geometric series.
        density[:, 0] /= -np.expm1(-self.a * grid.step)
        density[:, -1] /= -np.expm1(-b[:, 0] * grid.step)
        return np.asarray(density)

    def _gone(self, shape: np.ndarray, time: np.ndarray, ahead: float | np.ndarray) -> np.ndarray:
        """1 - (1 + p ahead / time) ** -shape, a column for each p."""
        stretch = np.asarray(ahead / time)
        stretch = stretch[:, None] if stretch.ndim else stretch
        return np.asarray(-np.expm1(-shape[:, None] * np.log1p(self._grid.p * stretch)))

    def log_seen(self, first: np.ndarray) -> np.ndarray:
        """Return how many elders are first seen on a day, as a share of the new customers.

        Args:
            first: Times from the file's start to the first purchase in it.

        Returns:
            Logarithms of the shares.
        """
        time = self.alpha + first
        shape = np.full(len(first), self.r)
        density = self._density(np.array([float(self.modified)])) / self._grid.p
        seen = (self._gone(shape, time, self.before) * density).sum(axis=1)
        return np.asarray(np.log(seen) + self.r * (np.log(self.alpha) - np.log(time)))

    def log_active(self, frequency: np.ndarray) -> np.ndarray:
        """Return the likelihood of elders' histories with no leaving by the end of the file.

        Args:
            frequency: Repeat purchases in the file.

        Returns:
            Logarithms.
        """
        values, place = np.unique(frequency, return_inverse=True)
        shape, end = self.r + values, self.alpha + self.length
        weights = self._density(values + 1.0 + self.modified) / self._grid.p
        seen = (self._gone(shape, np.array(end), self.before) * weights).sum(axis=1)
        return np.asarray((_log(seen) - shape * np.log(end))[place])

    def log_left(self, frequency: np.ndarray, last: np.ndarray) -> np.ndarray:
        """Return the likelihood of elders' histories with leaving right after the last purchase.

        Args:
            frequency: Repeat purchases in the file.
            last: Times from the file's start to the last purchase.

        Returns:
            Logarithms.
        """
        return np.asarray(
            self._by_last_day(lambda *some: self._log_left(*some)[None], frequency, last)[0]
        )

    def _by_last_day(
        self,
        quantities: Callable[[np.ndarray, np.ndarray], np.ndarray],
        frequency: np.ndarray,
        last: np.ndarray,
    ) -> np.ndarray:
        """Quantities (rows) of histories (columns), smooth in the day of the last purchase."""
        values, place = np.unique(frequency, return_inverse=True)
        if len(frequency) <= _POINTS * len(values):
            return quantities(frequency, last)
        # Smooth functions of the logarithm of the time, which few points give for all days.
        low, high = np.log(self.alpha), np.log(self.alpha + self.length)
        half = max((high - low) / 2, 1e-9)
        points = chebyshev.chebpts1(_POINTS)
        at_points = np.exp(low + half * (points + 1)) - self.alpha
        table = quantities(np.repeat(values, _POINTS), np.tile(at_points, len(values)))
        basis = chebyshev.chebvander(points, _POINTS - 1)
        series = (table.reshape(len(table), len(values), _POINTS) @ basis) * (2 / _POINTS)
        series[:, :, 0] /= 2
        days, day = np.unique(last, return_inverse=True)
        position = np.clip((np.log(self.alpha + days) - low) / half - 1, -1, 1)
        rows = chebyshev.chebvander(position, _POINTS - 1)[day]
        return np.stack([np.einsum("ij,ij->i", each[place], rows) for each in series])

    def _log_left(self, frequency: np.ndarray, last: np.ndarray) -> np.ndarray:
        time, shape = self.alpha + last, self.r + frequency
        values, place = np.unique(frequency, return_inverse=True)
        weights = self._density(values.astype(float) + self.modified)[place]
        seen = (self._gone(shape, time, self.before) * weights).sum(axis=1)
        return np.asarray(_log(seen) - shape * np.log(time))

    def log_seen_moved(self, first: np.ndarray) -> np.ndarray:
        """Return `log_seen` and its derivatives by log(r, alpha, a, b, before).

        Args:
            first: Times from the file's start to the first purchase in it.

        Returns:
            Six rows, the value first.
        """
        moved = self._moved(np.zeros(len(first)), first, float(self.modified), over_p=True)
        # The new customers, of whom it is a share, have alpha ** r.
        moved[:2] += self.r * np.log(self.alpha)
        moved[2] += self.r
        return moved

    def log_active_moved(self, frequency: np.ndarray) -> np.ndarray:
        """Return `log_active` and its derivatives by log(r, alpha, a, b, before).

        Args:
            frequency: Repeat purchases in the file.

        Returns:
            Six rows, the value first.
        """
        values, place = np.unique(frequency, return_inverse=True)
        ends = np.full(len(values), self.length)
        return self._moved(values, ends, values + 1.0 + self.modified, over_p=True)[:, place]

    def log_left_moved(self, frequency: np.ndarray, last: np.ndarray) -> np.ndarray:
        """Return `log_left` and its derivatives by log(r, alpha, a, b, before).

        Args:
            frequency: Repeat purchases in the file.
            last: Times from the file's start to the last purchase.

        Returns:
            Six rows, the value first.
        """
        return self._by_last_day(
            lambda some, days: self._moved(some, days, some + self.modified, over_p=False),
            frequency,
            last,
        )

    def _moved(
        self, frequency: np.ndarray, last: np.ndarray, spared: float | np.ndarray, *, over_p: bool
    ) -> np.ndarray:
        """The logarithm of the mean of `_gone`, less shape log(time), and its derivatives."""
        grid, shape, time = self._grid, self.r + frequency, self.alpha + last
        values, place = np.unique(np.broadcast_to(spared, shape.shape), return_inverse=True)
        weights = self._density(values)[place] / (grid.p if over_p else 1.0)
        run = grid.p * (self.before / time)[:, None]
        rate = np.log1p(run)
        none = np.exp(-shape[:, None] * rate)
        gone = -np.expm1(-shape[:, None] * rate) * weights
        seen = gone.sum(axis=1)
        by_before = shape * (none * run / (1 + run) * weights).sum(axis=1)
        by_r = self.r * (none * rate * weights).sum(axis=1)
        # The rest beyond the ends of the grid moves with a and b, too.
        low, high = (
            grid.step * np.exp(-end) / np.expm1(-end)
            for end in (self.a * grid.step, (self.b + values[place]) * grid.step)
        )
        both = digamma(self.a + self.b)
        by_a = gone @ grid.log_p + gone[:, 0] * low + seen * (both - digamma(self.a))
        by_b = gone @ grid.log_stay + gone[:, -1] * high + seen * (both - digamma(self.b))
        slopes = np.stack(
            [by_r, -self.alpha / time * by_before, self.a * by_a, self.b * by_b, by_before]
        ) / np.maximum(seen, np.finfo(float).tiny)
        slopes[0] -= self.r * np.log(time)
        slopes[1] -= shape * self.alpha / time
        return np.concatenate([[_log(seen) - shape * np.log(time)], slopes])

    def purchase_probability(self, frequency: np.ndarray, ahead: float) -> np.ndarray:
        """Return the probability that elders who are active buy within the time ahead.

        Args:
            frequency: Repeat purchases in the file.
            ahead: How far to look.

        Returns:
            The probabilities.
        """
        values, place = np.unique(frequency, return_inverse=True)
        shape, now = self.r + values, np.array(self.alpha + self.length)
        weights = self._density(values + 1.0 + self.modified) / self._grid.p
        active = (self._gone(shape, now, self.before) * weights).sum(axis=1)
        later = (self._gone(shape, now + ahead, self.before) * weights).sum(axis=1)
        still = _log(later) - _log(active) - shape * np.log1p(ahead / now)
        return np.asarray(-np.expm1(np.minimum(still, 0.0))[place])

    def purchases(self, frequency: float, ahead: np.ndarray) -> np.ndarray:
        """Return the purchases expected of elders who are active.

        Args:
            frequency: Repeat purchases in the file.
            ahead: How far to look, one or several times.

        Returns:
            The expected number by each time.
        """
        shape = np.full(len(ahead), self.r + frequency)
        now = np.full(len(ahead), self.alpha + self.length)
        weights = self._density(np.array([frequency + 1.0 + self.modified])) / self._grid.p
        active = (self._gone(shape[:1], now[:1], self.before) * weights).sum()
        return np.asarray((self._gained(shape, now, ahead) * weights).sum(axis=1) / active)

    def purchases_since(self, first: np.ndarray, stretch: np.ndarray) -> np.ndarray:
        """Return the repeat purchases expected of elders, from their first day in the file alone.

        Args:
            first: Times from the file's start to the first purchase in it.
            stretch: The time after that.

        Returns:
            The expected numbers.
        """
        shape, now = np.full(len(first), self.r), self.alpha + first
        grid = self._grid
        weights = self._density(np.array([float(self.modified)])) / grid.p
        seen = (self._gone(shape, now, self.before) * weights).sum(axis=1)
        gained = self._gained(shape, now, stretch) * weights * np.exp(grid.log_stay)
        return np.asarray(gained.sum(axis=1) / seen)

    def _gained(self, shape: np.ndarray, now: np.ndarray, ahead: np.ndarray) -> np.ndarray:
        """Purchases times the share of survivors, a column for each p, but for a factor of p."""
        p = self._grid.p
        soon = self._gone(shape, now, ahead)
        kept = 1 - self._gone(shape, now, self.before)
        then = now[:, None] + p * self.before
        after = -np.expm1(-shape[:, None] * np.log1p(p * ahead[:, None] / then))
        far = (ahead + self.before) / now
        linear = (shape * (shape + 1) * self.before * ahead / now**2)[:, None]
        is_linear = p * (far * (shape + 2))[:, None] < _LINEAR
        return np.asarray(np.where(is_linear, linear * p, (soon - kept * after) / p))


def _log(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(np.maximum(values, np.finfo(float).tiny)))
