"""Week by week: the repeat orders that came, beside those that the model fits before a cut and foresees after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator
from scipy.stats import nbinom, poisson

from retention.evaluation.holdout import WEEK
from retention.models.histories import Histories
from retention.models.intervals import HIGH, LOW
from retention.models.purchases import PurchaseModel, log_slopes
from retention.orders.gaps import EXPECTED

#: Customers on whom the width of the band is measured, in a store that has more.
SAMPLE = 1_000

_KNOTS = 16
_NOTHING = 1e-300  # orders; stands for zero in a denominator
_POISSON = 1e-6  # orders; and the share of the mean up to which a larger variance is that of a Poisson number


def weekly_tracking(
    actual: pd.DataFrame, histories: Histories, model: PurchaseModel, cut: date, holdout_days: int
) -> pd.DataFrame:
    """Actual and expected repeat orders of all whole weeks before and after a cut.

    Args:
        actual: `week` and `actual`, the `weekly` of a `Holdout`.
        histories: Those of the customers at the cut, to whom the model was fitted.
        model: The purchase model.
        cut: The last day the model has seen.
        holdout_days: Days known after the cut.

    Returns:
        A row a week: `week` (1 is the first after the cut), `week_end` (timestamp), `actual`, `expected`,
        `low`, `high` (80 % interval, after the cut only) and `part` ("fitted" or "foreseen"). Before the cut
        customers are expected to do what the model says of any new customer, after it what it says of
        customers with their histories.

    Source: the tracking plots of Fader, Hardie and Lee (2005), section 4; eq. 9 before and eq. 10 after the cut.
    """
    before = int(histories.T.max()) // WEEK
    after = holdout_days // WEEK
    foreseen, low, high = _foreseen(model, histories, after)
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
    """Return which weeks belong to a run without a repeat order that is too long to be chance, or lie beside one."""
    empty = (weeks["actual"] == 0).to_numpy()
    run = np.cumsum(np.diff(empty, prepend=False))
    missed = (
        weeks["expected"].where(empty, 0.0).groupby(run).transform("sum").to_numpy() >= EXPECTED
    )
    return missed | np.r_[missed[1:], False] | np.r_[False, missed[:-1]]


def fitted_orders(model: PurchaseModel, histories: Histories, days: int) -> float:
    """Return the repeat purchases of the last so many days that the model expects of new customers like these."""
    return float(-np.diff(_expected_by(model, histories, [0, days]))[0])


def _fitted(model: PurchaseModel, histories: Histories, weeks: int) -> np.ndarray:
    """Expected repeat purchases of the last so many weeks, of customers about whom only the first day is known."""
    return -np.diff(_expected_by(model, histories, range(0, (weeks + 1) * WEEK, WEEK)))[::-1]


def _expected_by(model: PurchaseModel, histories: Histories, ago: Iterable[int]) -> list[float]:
    """Repeat purchases expected up to so many days ago."""
    joined = np.bincount(histories.T.astype(int), weights=histories.counts)
    days = np.arange(1, len(joined))
    new = (
        np.concatenate([[0.0], model.expected_purchases_of_new(days)]) if len(days) else np.zeros(1)
    )
    # By then, a customer of age T had been there for T - since days.
    return [joined[since:] @ new[: len(joined) - since] for since in ago]


def _foreseen(
    model: PurchaseModel, histories: Histories, weeks: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Expected repeat purchases of the next so many weeks, and their 80 % interval."""
    ends = np.arange(1, weeks + 1) * float(WEEK)
    expected = _totals(model, histories, ends)
    counts = histories.counts.astype(float)
    if len(counts) > SAMPLE:
        picked = np.random.default_rng(1).choice(
            len(counts), SAMPLE, replace=False, p=counts / counts.sum()
        )
        some = Histories(
            *(values[picked] for values in (histories.frequency, histories.recency, histories.T)),
            counts=np.ones(SAMPLE),
            codes=np.arange(SAMPLE),
        )
    else:
        some = histories
    mean, variance = _weekly(model, some, ends)
    of_sample = _totals(model, some, ends)
    # Weeks for which the sample expects nothing have no ratio of their own: customers stand for all of them there.
    scale = np.full(len(ends), counts.sum() / some.counts.sum())
    np.divide(expected, of_sample, out=scale, where=of_sample > _NOTHING)
    slopes = scale[:, None] * log_slopes(model, lambda moved: _totals(moved, some, ends))
    of_fit = np.einsum("ij,jk,ik->i", slopes, np.array(model.covariance), slopes)
    chance = expected * variance / np.maximum(mean, _NOTHING)
    low, high = _whole_range(expected, chance + of_fit)
    return expected, low, high


def _whole_range(mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 80 % range of numbers of orders, which are whole: negative binomial, and Poisson where they vary no more."""
    low, high = np.zeros(len(mean)), mean.copy()
    some = mean > _POISSON
    beyond = np.maximum(variance - mean, 0.0)
    spread = some & (beyond > mean * _POISSON)
    m, b = mean[spread], beyond[spread]
    for end, share in ((low, LOW), (high, HIGH)):
        end[some] = poisson.ppf(share, mean[some])
        end[spread] = nbinom.ppf(share, m**2 / b, m / (m + b))
    # Where no order is the most likely by far, the range is that alone, and the line just above it.
    return np.minimum(low, mean), np.maximum(high, mean)


def _totals(model: PurchaseModel, histories: Histories, ends: np.ndarray) -> np.ndarray:
    """Expected purchases of everybody in each week, read off a smooth curve through some of the weeks' ends."""
    knots = np.unique(
        np.concatenate([ends[:1], np.geomspace(ends[0], ends[-1], _KNOTS), ends[-1:]])
    )
    active = model.probability_active(histories.frequency, histories.recency, histories.T)
    pairs, frequency, age = histories.without_recency()
    weight = np.bincount(pairs, weights=active * histories.counts, minlength=len(age))
    curve = weight @ model.expected_purchases_if_active(frequency, age, knots)
    return np.diff(
        PchipInterpolator(np.append(0.0, knots), np.append(0.0, curve))(ends), prepend=0.0
    )


def _weekly(
    model: PurchaseModel, histories: Histories, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of everybody's purchases in each week, the parameters taken as known."""
    active = model.probability_active(histories.frequency, histories.recency, histories.T)
    expected = model.expected_purchases_if_active(histories.frequency, histories.T, ends)
    each = active[:, None] * np.diff(expected, axis=1, prepend=0.0)
    # Two purchases in a week: as likely as the rate of a customer who has just made one says.
    rate = ((model.r + histories.frequency + 1) / (model.alpha + histories.T))[:, None]
    square = each * (1 + rate * WEEK)
    return histories.counts @ each, histories.counts @ (square - each**2)
