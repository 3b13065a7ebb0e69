"""Week by week: the repeat orders that came, beside those that the model expects."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from retention.evaluation.holdout import WEEK
from retention.models.forecast import forecast_by
from retention.models.histories import Histories
from retention.models.intervals import HIGH, LOW
from retention.models.order_moments import order_slopes
from retention.models.purchases import PurchaseModel
from retention.orders.gaps import EXPECTED

#: Customers on whom the width of the band is measured, in a store that has more.
SAMPLED_CUSTOMERS = 1_000

# Week ends at which the expected orders are computed; a smooth curve gives the others.
_KNOTS = 16
# How far log parameters are moved, where the curve between the knots moves with them.
_STEP = 1e-3
# Orders that stand for zero in a denominator.
_NOTHING = 1e-300
# Orders, and excess variance as a share of the mean, below which a number counts as Poisson.
_POISSON = 1e-6


def weekly_tracking(
    actual: pd.DataFrame,
    histories: Histories,
    model: PurchaseModel,
    cut: date,
    holdout_days: int,
    common: np.ndarray | None = None,
) -> pd.DataFrame:
    """Return actual and expected repeat orders of all whole weeks before and after a cut.

    Before the cut the model expects what any new customer would do. After it the model expects
    what customers with these histories will do.

    Args:
        actual: `week` and `actual`, the `weekly` of a `Holdout`.
        histories: Purchase histories at the cut of the customers that the model was fitted to.
        model: The purchase model.
        cut: The last day the model has seen.
        holdout_days: Days known after the cut.
        common: The variance of what moves the whole store in each week after the cut, as a share of
            the square of its orders: `CltvModel.span_variance`. None of it if None.

    Returns:
        A row for each week:

        - `week`: 1 is the first after the cut;
        - `week_end`: timestamp;
        - `actual`, `expected`: repeat orders;
        - `low`, `high`: 80 % interval, after the cut only;
        - `part`: "fitted" before the cut, "foreseen" after it.

    Source: the tracking plots of Fader, Hardie and Lee (2005), section 4; eq. 9 before and eq. 10
    after the cut.
    """
    before = int(histories.T.max()) // WEEK
    after = holdout_days // WEEK
    foreseen, low, high = _foreseen(model, histories, np.zeros(after) if common is None else common)
    weeks = np.arange(1 - before, after + 1)
    frame = pd.DataFrame(
        {"week": weeks, "week_end": pd.Timestamp(cut) + pd.to_timedelta(weeks * WEEK, unit="D")}
    )
    counted = actual.set_index("week")["actual"].reindex(weeks, fill_value=0).to_numpy()
    nothing = np.full(before, np.nan)
    return frame.assign(
        actual=counted,
        expected=np.concatenate([_fitted(model, histories, before), foreseen]),
        low=np.concatenate([nothing, low]),
        high=np.concatenate([nothing, high]),
        part=np.where(weeks <= 0, "fitted", "foreseen"),
    )


def weeks_in_gap(weeks: pd.DataFrame) -> np.ndarray:
    """Return which weeks lie in or beside a gap in the orders.

    A gap is a run of weeks without a repeat order that is too long to be chance.

    Args:
        weeks: From `weekly_tracking`.

    Returns:
        True or False for each week.
    """
    empty = (weeks["actual"] == 0).to_numpy()
    run = np.cumsum(np.diff(empty, prepend=False))
    expected = weeks["expected"].where(empty, 0.0).groupby(run).transform("sum")
    missed: np.ndarray = expected.to_numpy() >= EXPECTED
    is_before, is_after = np.append(missed[1:], False), np.append(False, missed[:-1])
    in_gap: np.ndarray = missed | is_before | is_after
    return in_gap


def fitted_orders(model: PurchaseModel, histories: Histories, days: int) -> float:
    """Return the repeat purchases of the last days that the model expects of new customers.

    Args:
        model: The purchase model.
        histories: Histories that say how long ago the customers came.
        days: How many of the last days.

    Returns:
        The expected number.
    """
    by_then = _expected_by(model, histories, [0, days])
    return float(by_then[0] - by_then[1])


def _fitted(model: PurchaseModel, histories: Histories, weeks: int) -> np.ndarray:
    """Expected repeat purchases in each of the last weeks, if only first days are known."""
    return -np.diff(_expected_by(model, histories, range(0, (weeks + 1) * WEEK, WEEK)))[::-1]


def _expected_by(model: PurchaseModel, histories: Histories, ago: Iterable[int]) -> list[float]:
    """Repeat purchases expected until each of these numbers of days ago."""
    joined = np.bincount(histories.T.astype(int), weights=histories.counts)
    ages = np.arange(len(joined))
    if model.elders is not None:
        return [float(joined @ model.expected_purchases_so_far(ages, until)) for until in ago]
    if model.clock is not None:
        return [float(joined @ by_then) for by_then in _by_age_and_day(model, ages, ago)]
    new = model.expected_purchases_so_far(ages)
    # At that time a customer of age T had been there for T - since days.
    return [float(joined[since:] @ new[: len(joined) - since]) for since in ago]


def _by_age_and_day(model: PurchaseModel, ages: np.ndarray, ago: Iterable[int]) -> np.ndarray:
    """Purchases expected of customers of each age (columns) until numbers of days ago (rows)."""
    until = model.age(np.array(list(ago)))
    stretch = np.maximum(model.age(ages) - until[:, None], 0.0)
    # The curve is smooth on the clock: its values on a grid of days give those in between.
    grid = np.arange(0.0, np.ceil(stretch.max()) + 1)
    curve = np.append(0.0, model.on_its_clock.expected_purchases_of_new(grid[1:]))
    return np.asarray(np.interp(stretch, grid, curve))


def _foreseen(
    model: PurchaseModel, histories: Histories, common: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Expected repeat purchases in each of the next weeks, and the ends of their 80 % interval.

    `common` is the variance of what moves the whole store in each week, as a share of the square.
    """
    ends = np.arange(1, len(common) + 1) * float(WEEK)
    expected = _totals(model, histories, ends)
    counts = histories.counts.astype(float)
    sample = _sample(histories)
    mean, variance = _weekly(model, sample, ends)
    expected_of_sample = _totals(model, sample, ends)
    # Where the sample expects nothing, the number of customers stands for the ratio.
    scale = np.full(len(ends), counts.sum() / sample.counts.sum())
    np.divide(expected, expected_of_sample, out=scale, where=expected_of_sample > _NOTHING)
    slopes = scale[:, None] * _total_slopes(model, sample, ends)
    variance_of_fit = np.einsum("ij,jk,ik->i", slopes, np.array(model.covariance), slopes)
    chance = expected * variance / np.maximum(mean, _NOTHING)
    low, high = _whole_range(expected, chance + variance_of_fit + expected**2 * common)
    return expected, low, high


def _sample(histories: Histories) -> Histories:
    """Histories drawn by the number of their customers; all of them in a small store."""
    counts = histories.counts.astype(float)
    if len(counts) <= SAMPLED_CUSTOMERS:
        return histories
    drawn = np.random.default_rng(1).choice(
        len(counts), SAMPLED_CUSTOMERS, replace=False, p=counts / counts.sum()
    )
    return Histories(
        frequency=histories.frequency[drawn],
        recency=histories.recency[drawn],
        T=histories.T[drawn],
        counts=np.ones(SAMPLED_CUSTOMERS),
        codes=np.arange(SAMPLED_CUSTOMERS),
    )


def _whole_range(mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 80 % range of whole numbers of orders.

    They are negative binomial, and Poisson where they vary no more than that.
    """
    from scipy.stats import nbinom, poisson  # loads 0.3 s of distributions

    low, high = np.zeros(len(mean)), mean.copy()
    likely = mean > _POISSON
    excess = np.maximum(variance - mean, 0.0)
    spread = likely & (excess > mean * _POISSON)
    m, b = mean[spread], excess[spread]
    for end, share in ((low, LOW), (high, HIGH)):
        end[likely] = poisson.ppf(share, mean[likely])
        end[spread] = nbinom.ppf(share, m**2 / b, m / (m + b))
    # Where no order is by far the most likely number, the range runs from it to the mean.
    return np.minimum(low, mean), np.maximum(high, mean)


def _totals(model: PurchaseModel, histories: Histories, ends: np.ndarray) -> np.ndarray:
    """Expected purchases of all customers in each week, from a smooth curve through the knots."""
    knots = _knots(model, ends)
    active = model.probability_active(histories.frequency, histories.recency, histories.T)
    pairs, frequency, age = histories.without_recency()
    weight = np.bincount(pairs, weights=active * histories.counts, minlength=len(age))
    curve = weight @ model.on_its_clock.expected_purchases_if_active(
        frequency, model.age(age), knots
    )
    return _between(knots, curve, model.ahead(ends))


def _total_slopes(model: PurchaseModel, histories: Histories, ends: np.ndarray) -> np.ndarray:
    """The derivatives of `_totals` by the log parameters: a row for each week."""
    knots, weeks = _knots(model, ends), model.ahead(ends)
    curve = histories.counts @ forecast_by(model, histories, model.days_ahead(knots)).by_end
    slopes = order_slopes(model, histories, model.days_ahead(knots))
    by_parameter = np.einsum("i,ijk->kj", histories.counts, slopes) * _STEP
    moved = [
        _between(knots, curve + move, weeks) - _between(knots, curve - move, weeks)
        for move in by_parameter
    ]
    return np.stack(moved, axis=1) / (2 * _STEP)


def _knots(model: PurchaseModel, ends: np.ndarray) -> np.ndarray:
    """Times of the model's clock. On it the expected purchases are a smooth curve."""
    first, last = model.ahead(ends[[0, -1]])
    return np.unique(np.concatenate([[first], np.geomspace(first, last, _KNOTS), [last]]))


def _between(knots: np.ndarray, curve: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """What a curve through the knots, from 0 on, gains from each end to the next."""
    from scipy.interpolate import PchipInterpolator

    smooth = PchipInterpolator(np.append(0.0, knots), np.append(0.0, curve))
    return np.diff(smooth(ends), prepend=0.0)


def _weekly(
    model: PurchaseModel, histories: Histories, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of all customers' purchases in each week, with known parameters."""
    active = model.probability_active(histories.frequency, histories.recency, histories.T)
    expected = model.expected_purchases_if_active(histories.frequency, histories.T, ends)
    each = active[:, None] * np.diff(expected, axis=1, prepend=0.0)
    # The chance of a second purchase in a week follows the rate of a customer who just bought.
    rate = ((model.r + histories.frequency + 1) / (model.alpha + model.age(histories.T)))[:, None]
    square = each * (1 + rate * np.diff(model.ahead(ends), prepend=0.0))
    return histories.counts @ each, histories.counts @ (square - each**2)
