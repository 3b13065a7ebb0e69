"""The 80 % interval of a campaign's gain, and its chance of a loss, from the gain's moments.

Large campaigns: a shifted gamma variable of the same mean, variance and third cumulant
(Pearson III). Small campaigns, where a handful of orders decide: a Poisson number of persuaded
orders, each of a gamma size, less a random cost. If no customer is persuaded, the gain is minus
the cost. A plan without costs cannot lose.

A lift that tests have measured is uncertain. It is taken as a gamma variable: the number of
persuaded orders of a small campaign is then negative binomial.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc, gammaincinv, gammaln, ndtr, ndtri

from retention.campaigns.arrays import Floats
from retention.models.intervals import HIGH, LOW

#: The most that the lift's variance may be beside its square in small campaigns.
_MOST_DOUBT = 25.0
#: The number of persuaded orders from which their sum is smooth enough for one gamma variable.
MANY = 40


class Persuaded(NamedTuple):
    """The orders that a campaign adds.

    Attributes:
        orders: Their expected number.
        earned: The expected sum of what they earn, in money.
        squared: The expected sum of the squares of what each earns.
        doubt: The variance of the lift beside its square; 0 where the lift is taken as it is.
    """

    orders: float
    earned: float
    squared: float
    doubt: float = 0.0


def gain_range(
    mean: float, variance: float, third: float, persuaded: Persuaded
) -> tuple[float, float, float]:
    """Return the ends of the gain's 80 % interval, and the probability that the gain is below 0.

    Args:
        mean: The expected gain, in money.
        variance: Its variance at this lift, with the uncertainty of the fit.
        third: Its third cumulant at this lift.
        persuaded: The orders that the campaign adds.

    Returns:
        The lower and the upper end, in money, and the probability.
    """
    earned, doubt = persuaded.earned, persuaded.doubt
    whole = variance + doubt * earned**2
    width = whole**0.5
    if width <= 1e-12 * abs(mean) or width < 1e-100:
        return mean, mean, float(mean < 0)
    if (persuaded.orders < MANY and persuaded.earned > 0) or persuaded.orders == 0:
        low, high, loss = _few(mean, variance, persuaded)
    else:
        third += doubt * earned * (3 * persuaded.squared + 2 * doubt * earned**2)
        low, high, loss = _many(mean, width, third)
    return float(min(low, mean)), float(max(high, mean)), min(max(float(loss), 0.0), 1.0)


def _many(mean: float, width: float, third: float) -> tuple[float, float, float]:
    skew = third / width**3
    if skew < 1e-3:
        # A skewness this small changes nothing, and the gamma's shape would be too large to
        # compute.
        return *(mean + width * ndtri([LOW, HIGH])), ndtr(-mean / width)
    shape, scale = 4 / skew**2, width * skew / 2
    start = mean - shape * scale
    low, high = start + scale * gammaincinv(shape, [LOW, HIGH])
    return low, high, min(gammainc(shape, max(-start / scale, 0.0)), 1.0)


def _few(mean: float, variance: float, persuaded: Persuaded) -> tuple[float, float, float]:
    cost, others = max(persuaded.earned - mean, 0.0), max(variance - persuaded.squared, 0.0)
    counts, chances = _numbers(persuaded.orders, min(persuaded.doubt, _MOST_DOUBT))
    if persuaded.orders > 0:
        each = persuaded.earned / persuaded.orders
        spread = max(persuaded.squared / persuaded.orders - each**2, 0.0)
        means, variances = counts * each, counts * spread + others
    else:
        means = variances = np.ones(len(counts))

    def below(gain: float) -> float:
        """Probability of a gain of at most this."""
        with_orders = _gamma_below(gain + cost, means, variances)
        without = 1 - _gamma_below(np.nextafter(-gain, -np.inf), cost, others) if gain < 0 else 1.0
        return float(chances @ with_orders + max(1 - chances.sum(), 0.0) * without)

    # What costs nothing cannot lose: a gain of exactly 0 is none.
    variance += persuaded.doubt * persuaded.earned**2
    loss = below(-1e-9 * (abs(mean) + variance**0.5))
    low, high = (_quantile(below, level, mean, variance, -cost) for level in (LOW, HIGH))
    return low, high, loss


def _numbers(orders: float, doubt: float) -> tuple[Floats, Floats]:
    """Numbers of persuaded orders from 1 on, and the chance of each: Poisson for a known lift."""
    most = int(orders + 8 * (orders + doubt * orders**2) ** 0.5) + 10
    counts = np.arange(1, most, dtype=float)
    with np.errstate(divide="ignore"):
        if doubt < 1e-6:
            logs = counts * np.log(orders) - orders
        else:
            shape = 1 / doubt
            logs = gammaln(counts + shape) - gammaln(shape) - shape * np.log1p(orders * doubt)
            logs += counts * np.log(orders * doubt / (1 + orders * doubt))
    return counts, np.exp(logs - gammaln(counts + 1))


def _gamma_below(value: float, means: npt.ArrayLike, variances: npt.ArrayLike) -> Floats:
    """Probability that gamma variables of these moments are at most a value.

    A variable without a variance is its mean.
    """
    means, variances = np.asarray(means, float), np.asarray(variances, float)
    fixed = variances <= 1e-12 * means**2
    safe = np.where(fixed, 1.0, variances)
    # A shape that underflows to 0 has no distribution; the smallest one is all but 0 always.
    shape = np.maximum(np.where(fixed, 1.0, means**2 / safe), np.finfo(float).tiny)
    random = gammainc(shape, max(value, 0.0) * np.where(fixed, 1.0, means / safe))
    return np.where(fixed, means <= value, random)


def _quantile(
    below: Callable[[float], float], level: float, mean: float, variance: float, jump: float
) -> float:
    from scipy.optimize import brentq  # loads 0.1 s of optimisers

    width = variance**0.5
    if below(jump) >= level > below(jump - 1e-9 * width):
        return jump
    low, high = mean - width, mean + width
    while below(low) > level:
        low -= 2 * (high - low)
    while below(high) < level:
        high += 2 * (high - low)
    return float(brentq(lambda gain: below(gain) - level, low, high, xtol=1e-4 * width))
