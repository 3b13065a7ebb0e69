"""Intervals and quantiles that more than one package needs."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

#: The probability that the range of a forecast is to hold.
FORECAST_LEVEL = 0.8
#: The probability that the range of a measured metric is to hold.
METRIC_LEVEL = 0.95


def normal_width(level: float) -> float:
    """Return the half width of a central interval of a normal variable.

    Args:
        level: The probability of the interval.

    Returns:
        Standard deviations.

    >>> round(normal_width(0.95), 4)
    1.96
    """
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(
    successes: npt.ArrayLike, trials: npt.ArrayLike, level: float = METRIC_LEVEL
) -> tuple[np.ndarray, np.ndarray]:
    """Return both ends of Wilson's interval of the shares `successes` / `trials`.

    Args:
        successes: How many customers did it; a number or an array.
        trials: How many customers there were, of the same shape.
        level: The probability that the interval is to hold.

    Returns:
        Two arrays of that shape. They are NaN where there are no trials.

    Source: Wilson (1927), Journal of the American Statistical Association 22.

    >>> [round(float(end), 4) for end in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    z = normal_width(level)
    did = np.asarray(successes, dtype=float)
    tried = np.asarray(trials, dtype=float)
    known = np.where(tried > 0, tried, np.nan)
    share, weight = did / known, z**2 / known
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * np.sqrt(share * (1 - share) / known + weight / (4 * known))
    # Where nobody or everybody did, the end is 0 or 1 but for rounding.
    low = np.where(did > 0, np.maximum(middle - half, 0.0), 0 * known)
    high = np.where(did < known, np.minimum(middle + half, 1.0), 0 * known + 1)
    return low, high


def difference_interval(
    value: npt.ArrayLike,
    ends: tuple[npt.ArrayLike, npt.ArrayLike],
    other: npt.ArrayLike,
    other_ends: tuple[npt.ArrayLike, npt.ArrayLike],
) -> tuple[np.ndarray, np.ndarray]:
    """Return both ends of the interval of `value` - `other` from the intervals of the two.

    The two are taken as independent. They may be numbers or arrays of one shape.

    Args:
        value: The first value.
        ends: Both ends of its interval.
        other: The value to subtract.
        other_ends: Both ends of that interval.

    Returns:
        Two arrays, the lower and the upper ends.

    Source: the method of variance estimates recovery, Zou and Donner (2008), Statistics in
    Medicine 27.

    >>> [round(float(end), 3) for end in difference_interval(0.3, (0.2, 0.4), 0.1, (0.05, 0.2))]
    [0.059, 0.312]
    """
    (low, high), (other_low, other_high) = ends, other_ends
    change = np.subtract(value, other)
    below = np.hypot(np.subtract(value, low), np.subtract(other_high, other))
    above = np.hypot(np.subtract(high, value), np.subtract(other, other_low))
    return change - below, change + above


def weighted_quantile(
    values: npt.ArrayLike, weights: npt.ArrayLike, shares: npt.ArrayLike
) -> np.ndarray:
    """Return the smallest value at or below which each share of the weight lies.

    Args:
        values: What is counted.
        weights: How often each value counts, of the same length.
        shares: Fractions from 0 to 1; a number or an array.

    Returns:
        An array of the shape of `shares`; NaN where there is no weight at all.

    >>> float(weighted_quantile([10, 20, 30], [1, 2, 1], 0.5))
    20.0
    """
    counted = np.asarray(weights, dtype=float)
    if counted.sum() <= 0:
        return np.full(np.shape(shares), np.nan)
    # A hair less: sums of weights miss a share by their rounding.
    asked = np.asarray(shares, dtype=float) * (1 - 1e-12)
    present = counted > 0
    quantiles: np.ndarray = np.quantile(
        np.asarray(values)[present], asked, weights=counted[present], method="inverted_cdf"
    )
    return quantiles
