"""What the purchases of each day say of a season: the likelihood of the log index of each week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from retention.models.histories import Histories
from retention.models.purchases import PurchaseModel
from retention.models.season.index import SeasonIndex, harmonics

#: Days in a week.
WEEK = 7
#: The most bins that a history is cut into: its weeks are taken together where there are more.
MOST_BINS = 104
#: Purchases expected in a run of days without any from which the run is a gap and no chance.
MISSED = 12.0


@dataclass(frozen=True, slots=True)
class Bins:
    """The days of the history in bins of whole weeks, counted back from the end.

    Attributes:
        days: The number of each day since 1970.
        place: The bin of each day.
        weeks: The weeks of a bin.
        middle: The middle of each bin, in days from the first.
        harmonics: The means of the most harmonics that are tried, a row each.
        is_open: Which days count: not those of a gap, whose orders are missing.
    """

    days: np.ndarray
    place: np.ndarray
    weeks: int
    middle: np.ndarray
    harmonics: np.ndarray
    is_open: np.ndarray

    @property
    def number(self) -> int:
        """How many bins there are."""
        return len(self.middle)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Add values of open days up by bin."""
        return np.bincount(self.place, values * self.is_open, minlength=self.number)

    def means(self, values: np.ndarray) -> np.ndarray:
        """Average values of days by bin."""
        return _means(values, self.place)


def bins_of(today: int, length: int, most_harmonics: int) -> Bins:
    """Return the bins of a history, all days open.

    Args:
        today: The last day, in days since 1970.
        length: Days from the first to the last day.
        most_harmonics: How many harmonics of the year to average by bin.

    Returns:
        The bins, the oldest first. The first one may be shorter than the others.
    """
    days = today - np.arange(length, -1, -1)
    weeks = int(np.ceil(len(days) / WEEK / MOST_BINS))
    back = (today - days) // (WEEK * weeks)
    place = back.max() - back
    return Bins(
        days=days,
        place=place,
        weeks=weeks,
        middle=_means(days - days[0], place),
        harmonics=_means(harmonics(days, most_harmonics), place),
        is_open=np.ones(len(days), dtype=bool),
    )


def _means(values: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Average values, or rows, of days by the bin of each day."""
    begins = np.flatnonzero(np.diff(place, prepend=-1))
    sums = np.add.reduceat(values.astype(float), begins, axis=0)
    number = np.bincount(place)
    return np.asarray(sums / (number if sums.ndim == 1 else number[:, None]))


def open_days(purchases: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return the days outside of gaps.

    A gap is a run of days without a repeat purchase that is too long to be chance.

    Args:
        purchases: The repeat purchases of each day.
        expected: What the model makes of them.

    Returns:
        True or False for each day.
    """
    empty = purchases == 0
    run = np.cumsum(np.diff(empty, prepend=False))
    missed = np.bincount(run, expected * empty)
    return np.asarray(missed[run] < MISSED)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The log-likelihood of the log index of each bin, as a quadratic function, in its own axes.

    Attributes:
        axes: Directions of the log index, a column each, scaled by the root of their information.
        score: Independent observations of variance 1 along them.
    """

    axes: np.ndarray
    score: np.ndarray


def likelihood_of(
    histories: Histories,
    purchases: np.ndarray,
    model: PurchaseModel,
    season: SeasonIndex,
    bins: Bins,
) -> Likelihood:
    """Return the log-likelihood around the present index, the model's parameters profiled out.

    Args:
        histories: Grouped customers.
        purchases: The repeat purchases of each day.
        model: The purchase model on the clock of the present index.
        season: The present index.
        bins: The bins of the days.

    Returns:
        The quadratic function.
    """
    on_day = season.on(bins.days)
    run = bins.sums(on_day)
    slopes = _slopes(histories, model)
    stays = _stays(histories, len(bins.days))
    expected = -bins.sums(stays.by_day(slopes.age, slopes.recency) * on_day)
    by_parameters = np.stack(
        [
            bins.sums(stays.by_day(*pair) * on_day)
            for pair in zip(slopes.age_moved, slopes.recency_moved, strict=True)
        ],
        axis=1,
    )
    missing = _missing_information(bins, stays, slopes) * np.outer(run, run)
    information = np.diag(expected) - missing
    information -= by_parameters @ np.array(model.covariance) @ by_parameters.T
    current = bins.means(np.log(on_day))
    gradient = bins.sums(purchases) - expected + information @ current
    if not bins.is_open.all():
        information, gradient = _without_constant(information, gradient)
    strength, axes = np.linalg.eigh((information + information.T) / 2)
    kept = strength > 1e-6 * max(strength[-1], 1e-12)
    root = np.sqrt(strength[kept])
    return Likelihood(axes=axes[:, kept] * root, score=(axes[:, kept].T @ gradient) / root)


def _without_constant(
    information: np.ndarray, gradient: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Leave the mean of the log index open.

    The model's rates make up for it, but where a gap is left out: they are too low by its days.
    """
    of_all, whole = information.sum(axis=1), information.sum()
    if whole <= 1e-6 * np.trace(information):
        return information, gradient
    information = information - np.outer(of_all, of_all) / whole
    return information, gradient - of_all * (gradient.sum() / whole)


def expected_by_day(histories: Histories, model: PurchaseModel, bins: Bins) -> np.ndarray:
    """Return what the model makes of the purchases of each day, given each customer's history.

    Args:
        histories: Grouped customers.
        model: The purchase model, on its clock.
        bins: The bins of the days.

    Returns:
        The expected repeat purchases of each day. Their sum is the number that came, or nearly.
    """
    slopes = _slopes(histories, model)
    expected = -_stays(histories, len(bins.days)).by_day(slopes.age, slopes.recency)
    return expected if model.clock is None else expected * model.clock.season.on(bins.days)


@dataclass(frozen=True, slots=True)
class _Stays:
    """When customers first and last bought, as days of the history.

    Attributes:
        first: The day of the first purchase of each history.
        last: The day of the last one.
        counts: How many customers have it.
        days: The days of the history.
    """

    first: np.ndarray
    last: np.ndarray
    counts: np.ndarray
    days: int

    def by_day(self, of_age: np.ndarray, of_recency: np.ndarray) -> np.ndarray:
        """Sum up by day what a day of each history's age and of its recency adds."""
        daily = np.bincount(self.first, self.counts * (of_age + of_recency), minlength=self.days)
        daily -= np.bincount(self.last, self.counts * of_recency, minlength=self.days)
        # A customer's first day is no chance to come back, and the last one is one.
        return np.append(0.0, np.cumsum(daily)[:-1])


def _stays(histories: Histories, days: int) -> _Stays:
    """The stays of histories in this number of days."""
    first = (days - 1 - histories.T).astype(np.int64)
    return _Stays(
        first=first,
        last=first + histories.recency.astype(np.int64),
        counts=histories.counts.astype(float),
        days=days,
    )


@dataclass(frozen=True, slots=True)
class _Slopes:
    """Derivatives of each history's log-likelihood by its age and its recency on the clock.

    Attributes:
        age: By the age.
        recency: By the recency.
        age_twice: By the age, twice.
        recency_twice: By the recency, twice.
        both: By the age and the recency.
        age_moved: `age` by the log of each of the model's parameters.
        recency_moved: `recency` by the same.
    """

    age: np.ndarray
    recency: np.ndarray
    age_twice: np.ndarray
    recency_twice: np.ndarray
    both: np.ndarray
    age_moved: tuple[np.ndarray, ...]
    recency_moved: tuple[np.ndarray, ...]


def _slopes(histories: Histories, model: PurchaseModel) -> _Slopes:
    x = histories.frequency.astype(float)
    age = model.age(histories.T)
    recency = age - model.age(histories.T - histories.recency)
    shape = model.r + x
    u, v = 1 / (model.alpha + age), 1 / (model.alpha + recency)
    chances = np.maximum(model.b_active + x - 1, np.finfo(float).tiny)
    gap = np.log1p((age - recency) * v)
    left = expit(np.log(model.a) - np.log(chances) + shape * gap)
    if model.kind == "bg_nbd":
        left = np.where(x > 0, left, 0.0)
    unsure = left * (1 - left)
    # How the probability to have left moves with the log of r, alpha, a and b.
    left_moved = (
        unsure * model.r * gap,
        unsure * model.alpha * shape * (u - v),
        unsure,
        -unsure * model.b / chances,
    )
    stays = 1 - left
    age_moved = [shape * u * moved for moved in left_moved]
    age_moved[0] = age_moved[0] - model.r * stays * u
    age_moved[1] = age_moved[1] + model.alpha * shape * stays * u**2
    recency_moved = [-shape * v * moved for moved in left_moved]
    recency_moved[0] = recency_moved[0] - model.r * left * v
    recency_moved[1] = recency_moved[1] + model.alpha * shape * left * v**2
    return _Slopes(
        age=-shape * stays * u,
        recency=-shape * left * v,
        age_twice=shape * stays * u**2 * (1 + shape * left),
        recency_twice=shape * left * v**2 * (1 + shape * stays),
        both=-(shape**2) * u * v * unsure,
        age_moved=tuple(age_moved),
        recency_moved=tuple(recency_moved),
    )


def _missing_information(bins: Bins, stays: _Stays, slopes: _Slopes) -> np.ndarray:
    """What the purchases do not say of the index, because rates and leaving are not known either.

    A customer's second derivatives are spread over the pairs of bins in which the customer was
    there. They are added up by the bins of the first and of the last purchase.
    """
    number = bins.number
    begin, final = bins.place[stays.first], bins.place[stays.last]
    cell = begin * number + final

    def table(values: np.ndarray) -> np.ndarray:
        sums = np.bincount(cell, stays.counts * values, minlength=number**2)
        return sums.reshape(number, number)

    age, recency, both = map(table, (slopes.age_twice, slopes.recency_twice, slopes.both))
    crossed = both + recency
    weights = np.diag((age + both + crossed).sum(axis=1) + recency.sum(axis=0))
    weights -= crossed + crossed.T
    # Half of the bin of the purchase itself, and all bins after it.
    for axis in (0, 1):
        weights = np.cumsum(weights, axis=axis) - weights / 2
    return weights
