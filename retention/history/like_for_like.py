"""The change between two periods, split into what customers did and how old they are.

Both periods look back equally far. Customers are then weighted so that each age (time since the
first order) counts alike in both periods. What changes under these weights is behaviour. The rest
of the change is mix: customers are older or younger than they were.

Source: direct standardisation with the mean of both age distributions as the standard, Kitagawa
(1955), Journal of the American Statistical Association 50.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from retention.history.windows import WindowCustomers
from retention.statistics import METRIC_LEVEL, normal_width, weighted_quantile

#: The most bands of age, the fewest days of a band and the customers that it has in the mean.
MOST_BANDS, LEAST_BAND_DAYS, BAND_CUSTOMERS = 24, 15, 30
#: Customers of a band from which their own mean is known well enough to measure the spread around.
_ENOUGH_FOR_MEAN = 5
_WIDTH = normal_width(METRIC_LEVEL)


class Estimate(NamedTuple):
    """A metric in a window.

    Attributes:
        value: In the metric's unit.
        n: The customers or waits that it rests on.
        pulls: How far each customer pulls the value; their squares add up to its variance.
    """

    value: float
    n: float
    pulls: np.ndarray


@dataclass(frozen=True, slots=True)
class Weights:
    """How often each customer of two windows counts, so that ages count alike.

    Attributes:
        now: Weights in the later window; 0 for ages that one of the windows does not have.
        before: Weights in the earlier window.
        bands: The bands of age of the customers, the later window's first.
    """

    now: np.ndarray
    before: np.ndarray
    bands: tuple[np.ndarray, np.ndarray]


def alike(now: WindowCustomers, before: WindowCustomers) -> Weights:
    """Return the weights that make customers of each age count alike.

    Args:
        now: The customers of the later window.
        before: The customers of the earlier window.

    Returns:
        The weights. The standard is the mean of both windows' customers by age.
    """
    fewest = max(min(len(now.first), len(before.first)), 1)
    number = int(np.clip(fewest / BAND_CUSTOMERS, 1, MOST_BANDS))
    width = max(LEAST_BAND_DAYS, -(-now.window.days // number))
    bands = [
        (group.first - group.window.begin) // width + (group.window.look_back // width + 1)
        for group in (now, before)
    ]
    size = 1 + max(int(band.max(initial=0)) for band in bands)
    counts = [np.bincount(band, minlength=size).astype(float) for band in bands]
    standard = np.where((counts[0] > 0) & (counts[1] > 0), (counts[0] + counts[1]) / 2, 0.0)
    weights = [
        (standard / np.maximum(count, 1.0))[band] for band, count in zip(bands, counts, strict=True)
    ]
    return Weights(now=weights[0], before=weights[1], bands=(bands[0], bands[1]))


def estimate(
    customers: WindowCustomers,
    name: str,
    weights: np.ndarray | None = None,
    bands: np.ndarray | None = None,
) -> Estimate:
    """Return a metric of a window's customers.

    Args:
        customers: The customers.
        name: Key of the metric.
        weights: How often each counts; all once unless given.
        bands: Their bands of age, where the weights come from these.

    Returns:
        The estimate.
    """
    weight = np.ones(len(customers.first)) if weights is None else weights
    if name in customers.spreads:
        return _median(customers, name, weight, bands)
    part = customers.parts[name]
    whole = customers.wholes.get(name)
    if whole is None:
        return Estimate(
            float((weight * part).sum()),
            float(np.count_nonzero((weight > 0) & (part > 0))),
            weight * part,
        )
    total = float((weight * whole).sum())
    number = float(np.count_nonzero((weight > 0) & ((whole != 0) | (part != 0))))
    if total <= 0:
        return Estimate(np.nan, number, np.zeros(len(weight)))
    value = float((weight * part).sum()) / total
    pulls = (part - value * whole) / total
    return Estimate(value, number, weight * _around_mean(pulls, bands))


class Difference(NamedTuple):
    """The difference of two estimates with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def difference(
    now: tuple[WindowCustomers, Estimate],
    before: tuple[WindowCustomers, Estimate],
    *,
    relative: bool,
) -> Difference:
    """Return how far two estimates differ. A customer of both windows counts as one.

    Args:
        now: The customers of the later window and their estimate.
        before: The customers of the earlier window and theirs.
        relative: Whether the difference is a share of the earlier value.

    Returns:
        The difference.

    Source: the delta method, with customers as the sampling unit (Cochran 1977, section 6.17).
    """
    values = [found.value for _, found in (now, before)]
    if not np.isfinite(values).all() or (relative and min(values) <= 0):
        return Difference(np.nan, np.nan, np.nan)
    scales = values if relative else [1.0, 1.0]
    size = 1 + max(int(group.customer.max(initial=-1)) for group, _ in (now, before))
    pulls = np.zeros(size)
    pulls[now[0].customer] += now[1].pulls / scales[0]
    pulls[before[0].customer] -= before[1].pulls / scales[1]
    number = max(min(now[1].n, before[1].n), 2.0)
    error = float(np.sqrt((pulls**2).sum() * number / (number - 1)))
    width = float(stdtrit(number - 1, 0.5 + METRIC_LEVEL / 2)) * error
    if not relative:
        change = values[0] - values[1]
        return Difference(change, change - width, change + width)
    change = np.log(values[0] / values[1])
    return Difference(*(float(np.expm1(end)) for end in (change, change - width, change + width)))


def _around_mean(pulls: np.ndarray, bands: np.ndarray | None) -> np.ndarray:
    """Return the pulls less the mean of their band, where a band's size is not left to chance."""
    if bands is None or not len(bands):
        return pulls
    number = np.bincount(bands).astype(float)
    mean = np.bincount(bands, weights=pulls) / np.maximum(number, 1.0)
    mean = np.where(number >= _ENOUGH_FOR_MEAN, mean, 0.0)
    stretch = np.sqrt(np.where(number > 1, number / np.maximum(number - 1, 1.0), 1.0))
    centred: np.ndarray = (pulls - mean[bands]) * stretch[bands]
    return centred


def _median(
    customers: WindowCustomers, name: str, weight: np.ndarray, bands: np.ndarray | None
) -> Estimate:
    """Return a median of waits.

    Source: Woodruff (1952), Journal of the American Statistical Association 47.
    """
    waits = customers.spreads[name]
    weights = weight[waits.place]
    number, total = float(np.count_nonzero(weights)), float(weights.sum())
    if total <= 0:
        return Estimate(np.nan, number, np.zeros(len(weight)))
    days = waits.days.astype(float)
    value = float(weighted_quantile(days, weights, 0.5))
    # Waits are whole days: within the median's day they count as spread evenly.
    below = np.where(days < value, 1.0, np.where(days == value, 0.5, 0.0))
    share = float((weights * below).sum()) / total
    pulls = np.bincount(waits.place, weights=(below - share) / total, minlength=len(weight))
    pulls = weight * _around_mean(pulls, bands)
    error = float(np.sqrt((pulls**2).sum()))
    if error <= 0:
        return Estimate(value, number, np.zeros(len(weight)))
    reach = np.clip([0.5 - _WIDTH * error, 0.5 + _WIDTH * error], 0.0, 1.0)
    low, high = weighted_quantile(days, weights, reach)
    # From shares to days, by the spread of the days within the interval of shares.
    slope = (high - low + 1.0) / (reach[1] - reach[0])
    return Estimate(value, number, -pulls * slope)
