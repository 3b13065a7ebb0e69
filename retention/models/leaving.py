"""Means over a customer's chance to leave p, a beta variable, of what comes of the customer's rate.

Time u is in units of alpha + T. In it a customer of shape s who never leaves places a negative
binomial number of orders: none with the probability (1 + u) ** -s. All means are integrals over p
by the trapezoidal rule in logit(p), where it converges exponentially. They are smooth functions of
log u: many values are interpolated between those at Chebyshev points.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.polynomial import chebyshev

_NEAR = 1e-3  # of orders by a time: below it a series keeps more digits than a difference


class _Grid(NamedTuple):
    """Points of the integral over p.

    Attributes:
        p: The chances to leave.
        density: Their weights, which add up to 1.
        by_a: The derivatives of the logarithms of the weights by a.
        by_b: The same by b.
    """

    p: np.ndarray
    density: np.ndarray
    by_a: np.ndarray
    by_b: np.ndarray


def mean_purchases(stretch: np.ndarray, shape: float, a: float, b: float) -> np.ndarray:
    """Return E[(1 - (1 + p u)^-shape) / p] over p ~ Beta(a, b) for every u in `stretch`.

    Unlike in the hypergeometric form, nothing cancels or overflows for any positive parameters.

    Args:
        stretch: Times u above 0, in any shape.
        shape: The shape of the customers' rate.
        a: First shape of the chance to leave.
        b: Second shape of that chance.

    Returns:
        The expected purchases, in the shape of `stretch`; to a relative error below 1e-10.
    """

    def log_mean(times: np.ndarray) -> np.ndarray:
        grid = _grid(times.max(), shape, a, b)
        gone = -np.expm1(-shape * np.log1p(np.outer(times, grid.p)))
        return np.asarray(np.log(gone @ (grid.density / grid.p)))[:, None]

    return np.asarray(np.exp(_interpolated(log_mean, stretch)[0]))


def mean_square_purchases(stretch: np.ndarray, shape: float, a: float, b: float) -> np.ndarray:
    """Return the mean square of the number of purchases, for every u in `stretch`.

    Args:
        stretch: As in `mean_purchases`, as are the other arguments.
        shape: The shape of the customers' rate.
        a: First shape of the chance to leave.
        b: Second shape of that chance.

    Returns:
        The mean squares, in the shape of `stretch`.

    Source: who would place k orders and may leave after each stays for n of them with the
    probability (1 - p)^(n - 1), n up to k. The sum of n (1 - p)^(n - 1) is in closed form.
    """

    def logs(times: np.ndarray) -> np.ndarray:
        grid = _grid(times.max(), shape, a, b)
        run = np.outer(times, grid.p)
        gone = -np.expm1(-shape * np.log1p(run))
        one = shape * (1 - gone) / (1 + run)  # but for a factor of p u
        series = 1 - run * (shape + 2) * (2 - run * (shape + 3) * 3 / 4) / 3
        near = run * (shape + 4) < _NEAR
        # The probability of two orders or more until the customer leaves, over p².
        two = np.where(
            near,
            shape * (shape + 1) / 2 * times[:, None] ** 2 * series,
            (gone - run * one) / grid.p**2,
        )
        rising = (two + times[:, None] * one) @ grid.density
        mean = gone @ (grid.density / grid.p)
        return np.asarray(np.log(np.stack([mean, rising], axis=1)))

    mean, rising = np.exp(_interpolated(logs, stretch))
    return np.asarray(2 * rising - mean)


def purchase_slopes(
    stretch: np.ndarray, shape: float, a: float, b: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return `mean_purchases` and its derivatives, for every u in `stretch`.

    Args:
        stretch: As in `mean_purchases`, as are the other arguments.
        shape: The shape of the customers' rate.
        a: First shape of the chance to leave.
        b: Second shape of that chance.

    Returns:
        The mean, and its derivatives by shape, log u, a and b, in the shape of `stretch`.
    """

    def logs(times: np.ndarray) -> np.ndarray:
        grid = _grid(times.max(), shape, a, b)
        run = np.outer(times, grid.p)
        rate = np.log1p(run)
        gone = -np.expm1(-shape * rate)
        none, weights = 1 - gone, grid.density / grid.p
        mean = gone @ weights
        slopes = [
            (rate * none) @ weights,
            (run / (1 + run) * none) @ weights * shape,
            gone @ (weights * grid.by_a),
            gone @ (weights * grid.by_b),
        ]
        return np.stack([np.log(mean), *(slope / mean for slope in slopes)], axis=1)

    log_mean, *relative = _interpolated(logs, stretch)
    mean = np.exp(log_mean)
    by_shape, by_time, by_a, by_b = (mean * slope for slope in relative)
    return mean, by_shape, by_time, by_a, by_b


def _interpolated(values: Callable[[np.ndarray], np.ndarray], stretch: np.ndarray) -> np.ndarray:
    """Smooth functions of log u (columns) at all times: functions on the first axis."""
    low = np.log(stretch.min())
    half = max((np.log(stretch.max()) - low) / 2, 1e-6)
    # The functions are analytic within pi / 2 of the real line, which sets how fast errors fall.
    degree = int(34 / np.arcsinh(np.pi / 2 / half)) + 6
    if stretch.size <= degree:
        return values(stretch.ravel()).T.reshape(-1, *stretch.shape)

    def at_position(position: np.ndarray) -> np.ndarray:
        return values(np.exp(low + half * (position + 1)))

    series: np.ndarray = chebyshev.chebinterpolate(at_position, degree)
    return np.asarray(chebyshev.chebval((np.log(stretch) - low) / half - 1, series))


def _grid(longest: float, shape: float, a: float, b: float) -> _Grid:
    """The points of the integral for times up to the longest."""
    spread = np.sqrt(1 / a + 1 / b)
    step = min(0.25, spread / 2)
    # Beyond these ends the integrand is a pure exponential. The geometric series of the rest is
    # added below.
    centre = np.log(a / b)
    low = -38 - np.log(a + b + (shape + 1) * longest)
    high = 38 + np.log(a + b + 1)
    low, high = max(low, centre - 40 * spread - 40 / a), min(high, centre + 40 * spread + 40 / b)
    y = np.arange(low, high + step, step)
    log_p, log_stay = -np.logaddexp(0, -y), -np.logaddexp(0, y)
    log_density = a * log_p + b * log_stay
    density = np.exp(log_density - log_density.max())
    density[0] /= -np.expm1(-a * step)
    density[-1] /= -np.expm1(-b * step)
    density /= density.sum()
    log_p[0] += step * np.exp(-a * step) / np.expm1(-a * step)
    log_stay[-1] += step * np.exp(-b * step) / np.expm1(-b * step)
    p = np.exp(-np.logaddexp(0, -y))
    keep = density * np.minimum(shape * longest, 1 / p) > 0
    return _Grid(
        p=p[keep],
        density=density[keep],
        by_a=(log_p - density @ log_p)[keep],
        by_b=(log_stay - density @ log_stay)[keep],
    )
