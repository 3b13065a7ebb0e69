"""Fit the season of a store: from the purchases of each day, and what the model makes of them.

The purchase model and the index are fitted in turn. Each turn takes the likelihood of both as a
quadratic function of the log index of each week, with what the model's own parameters could make
up for taken out. The index then has a Gaussian prior over its harmonics. Beside it stand a level
that wanders and weeks that vary beyond chance, so that neither is taken for a season.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from retention.daily_repeats import DailyRepeats
from retention.models.fitting import on_one_thread
from retention.models.histories import Histories
from retention.models.purchases import PurchaseModel, fit_purchases
from retention.models.season.clock import Clock
from retention.models.season.index import SeasonIndex, day_number, harmonics
from retention.models.season.likelihood import (
    WEEK,
    Bins,
    Likelihood,
    bins_of,
    expected_by_day,
    likelihood_of,
    open_days,
)
from retention.periods import DAYS_PER_YEAR

#: Days of history from which there are two of each season, or nearly.
LEAST_DAYS = 1.5 * DAYS_PER_YEAR
#: The logarithm of the evidence ratio from which a season is taken for one: 20 to 1.
LEAST_EVIDENCE = 3.0
#: Repeat purchases from which weeks can be told from chance.
LEAST_PURCHASES = 100
#: Numbers of harmonics to choose from.
HARMONICS = (3, 4, 6, 8, 12)
TOO_SHORT = "less than a year and a half of history"
TOO_FEW = "too few repeat purchases to tell a season from chance"
CHANCE = "no season that stands out from chance"
TOO_SHARP = "purchases on few days alone, which no smooth season follows"
#: The log of the busiest over the quietest day beyond which an index is none: 1 to 20,000.
_SHARPEST = 10.0

_TURNS = 4
_CONVERGED = 0.005  # in the log of the index
_WEEKS_AROUND = 4  # on either side, that a week is compared with
_USUAL_LEVEL = 0.2  # the standard deviation of a store's level, before its orders are seen
_KNOT_DAYS = 60.0
_STEPS, _STEP, _LONGEST_STEP = 20, 0.01, 1.5  # of the search, in logs
_FLAT = 0.01  # of the log of the evidence: what is left to gain
_LEAST, _MOST = np.log(0.003), np.log(1.5)  # of a standard deviation
_SHORTEST_MEMORY, _LONGEST_MEMORY = np.log(45.0), np.log(730.0)  # of the level, in days


@dataclass(frozen=True, slots=True)
class _Scatter:
    """What moves the store beside its season, and how far the season may go.

    Attributes:
        season: Standard deviation of the first harmonic's coefficients; 0 without a season.
        level: Standard deviation of the level.
        memory: Days after which the level has forgotten most.
        weeks: Standard deviation of a week beyond chance.
    """

    season: float
    level: float
    memory: float
    weeks: float


def fit_season(
    histories: Histories, repeats: DailyRepeats, kind: str = "bg_nbd"
) -> tuple[SeasonIndex, PurchaseModel]:
    """Fit a season and a purchase model to the same customers, in turn.

    Args:
        histories: Grouped customers, all of those who made the repeat purchases.
        repeats: The repeat purchases of each day.
        kind: "bg_nbd" or "mbg_nbd".

    Returns:
        The season and the purchase model on its clock. Where no season stands out, or the history
        is too short to show one, the index is plain, with the reason. It still says how far weeks
        and level vary.

    Raises:
        ModelError: The purchase model cannot be fitted.

    Source: the likelihood of both is the one of Fader, Hardie and Lee (2005) on the season's clock,
    times the index on each purchase day. Evidence: Rasmussen and Williams (2006), Gaussian
    Processes for Machine Learning, sections 3.4 and 5.4.
    """
    model = fit_purchases(histories, kind)
    with on_one_thread():
        return _fit_season(histories, repeats, model)


def _fit_season(
    histories: Histories, repeats: DailyRepeats, model: PurchaseModel
) -> tuple[SeasonIndex, PurchaseModel]:
    today = day_number(repeats.end)
    bins = bins_of(today, int(histories.T.max()), max(HARMONICS))
    purchases = np.zeros(len(bins.days))
    counts = repeats.counts[-len(bins.days) :]
    purchases[len(bins.days) - len(counts) :] = counts
    plain = SeasonIndex(
        reason="", start=repeats.end - timedelta(days=len(bins.days) - 1), end=repeats.end
    )
    if purchases.sum() < LEAST_PURCHASES or bins.number < 2 * len(HARMONICS):
        return replace(plain, reason=TOO_FEW), model
    bins = replace(bins, is_open=open_days(purchases, expected_by_day(histories, model, bins)))
    first = likelihood_of(histories, purchases, model, plain, bins)
    without, still = _best_scatter(first, bins, 0, _Scatter(0.0, 0.1, 180.0, 0.1))
    settled = replace(
        plain,
        weekly_spread=_uneven_weeks(still, _weekly_spread(histories, purchases, model, bins)),
        level_spread=_or_nothing(still.level),
        level_days=still.memory,
    )
    if len(bins.days) - 1 < LEAST_DAYS:
        return replace(settled, reason=TOO_SHORT), model
    with_season, number, scatter = _best_number(first, bins, still, HARMONICS[1])
    evidence = with_season - without
    if evidence < LEAST_EVIDENCE:
        return replace(settled, reason=CHANCE, evidence=evidence), model
    seasonal = _in_turn(
        histories, purchases, model, bins, replace(plain, evidence=evidence), (number, scatter)
    )
    if seasonal is None:
        return replace(settled, reason=TOO_SHARP, evidence=evidence), model
    return seasonal


def _in_turn(
    histories: Histories,
    purchases: np.ndarray,
    model: PurchaseModel,
    bins: Bins,
    plain: SeasonIndex,
    first: tuple[int, _Scatter],
) -> tuple[SeasonIndex, PurchaseModel] | None:
    """Fit the index and the model in turn, from a first guess of the harmonics and the scatter.

    None where the index would say that nobody buys on some days of the year.
    """
    number, scatter = first
    season, today = plain, int(bins.days[-1])
    for turn in range(_TURNS):
        likelihood = likelihood_of(histories, purchases, model, season, bins)
        if turn == 1:
            # With the season on the clock, what is left shows better how far weeks and level vary.
            _, number, scatter = _best_number(likelihood, bins, scatter, number)
        coefficients, covariance = _coefficients(likelihood, bins, number, scatter)
        if _span(coefficients) > _SHARPEST:
            return None
        moved = _moved(season, coefficients)
        season = replace(
            plain,
            coefficients=tuple(coefficients.tolist()),
            covariance=tuple(map(tuple, covariance.tolist())),
            level_spread=_or_nothing(scatter.level),
            level_days=scatter.memory,
        )
        model = fit_purchases(histories, model.kind, start=model, clock=Clock(season, today))
        if turn and moved < _CONVERGED:
            break
    weekly = _weekly_spread(histories, purchases, model, bins)
    season = replace(season, weekly_spread=_uneven_weeks(scatter, weekly))
    return season, replace(model, clock=Clock(season, today))


def _moved(season: SeasonIndex, coefficients: np.ndarray) -> float:
    """How far the log index moves on any day."""
    before = np.zeros(len(coefficients))
    shared = min(len(coefficients), len(season.coefficients))
    before[:shared] = season.coefficients[:shared]
    days = np.arange(0, 365, 7)
    return float(np.abs(harmonics(days, len(before) // 2) @ (coefficients - before)).max())


def _span(coefficients: np.ndarray) -> float:
    """How far the log index of the busiest day lies above that of the quietest one."""
    return float(np.ptp(harmonics(np.arange(365), len(coefficients) // 2) @ coefficients))


def _uneven_weeks(scatter: _Scatter, measured: float) -> float:
    """How far weeks vary: as the evidence has it, or as measured, whichever is more."""
    return max(_or_nothing(scatter.weeks), measured)


def _or_nothing(deviation: float) -> float:
    """A standard deviation; 0 where it is as small as the search allows."""
    return 0.0 if np.log(deviation) < _LEAST + 0.7 else float(deviation)


def _weekly_spread(
    histories: Histories, purchases: np.ndarray, model: PurchaseModel, bins: Bins
) -> float:
    """How much single weeks differ from the weeks around them, beyond chance, as a share.

    It also holds what the index is too smooth to follow.
    """
    # Whole weeks, counted back from the end.
    weeks = len(bins.days) // WEEK
    actual, foreseen = (
        (values * bins.is_open)[-weeks * WEEK :].reshape(weeks, WEEK).sum(axis=1)
        for values in (purchases, expected_by_day(histories, model, bins))
    )
    around = np.ones(2 * _WEEKS_AROUND + 1)
    around[_WEEKS_AROUND] = 0
    near, near_foreseen = (np.convolve(x, around, "same") for x in (actual, foreseen))
    usable = (near > 0) & (near_foreseen > 0) & (foreseen > 0)
    if usable.sum() < _WEEKS_AROUND:
        return 0.0
    actual, foreseen, near, near_foreseen = (
        x[usable] for x in (actual, foreseen, near, near_foreseen)
    )
    mean = foreseen * near / near_foreseen
    by_chance = 1 / mean + 1 / near
    squares = (actual / mean - 1) ** 2 - by_chance
    variance = 0.0
    for _ in range(5):
        weight = (variance + by_chance) ** -2
        variance = max(float(weight @ squares / weight.sum()), 0.0)
    # The weeks around vary, too.
    return float(np.sqrt(variance / (1 + 1 / (2 * _WEEKS_AROUND))))


def _best_number(
    likelihood: Likelihood, bins: Bins, still: _Scatter, number: int
) -> tuple[float, int, _Scatter]:
    """The highest evidence of a season, its number of harmonics, and the scatter beside it.

    Args:
        likelihood: The log-likelihood.
        bins: The bins of its days.
        still: The scatter without a season, or the one of the turn before.
        number: The harmonics to begin with.
    """
    begin = replace(still, season=still.season or 0.2)
    evidence, scatter = _best_scatter(likelihood, bins, number, begin)
    point = _logs(scatter, number)
    by_number = {
        other: evidence if other == number else _evidence(likelihood, bins, other)(point)
        for other in HARMONICS
    }
    best = max(by_number, key=lambda key: by_number[key])
    if best != number:
        evidence, scatter = _best_scatter(likelihood, bins, best, scatter)
    return evidence, best, scatter


def _best_scatter(
    likelihood: Likelihood, bins: Bins, number: int, start: _Scatter
) -> tuple[float, _Scatter]:
    """The highest evidence for this number of harmonics, and the scatter that has it."""
    log_evidence = _evidence(likelihood, bins, number)
    low = np.array([_LEAST, _LEAST, _SHORTEST_MEMORY, _LEAST])
    high = np.array([_MOST, _MOST, _LONGEST_MEMORY, _MOST])
    size = 4 if number else 3
    point = np.clip(_logs(start, number), low[:size], high[:size])
    value, point = _climb(log_evidence, point, low[:size], high[:size])
    level, weeks, memory, *season = np.exp(point).tolist()
    return value, _Scatter(season[0] if season else 0.0, level, memory, weeks)


def _logs(scatter: _Scatter, number: int) -> np.ndarray:
    """The logs that the evidence is a function of."""
    season = [max(scatter.season, 1e-9)] if number else []
    return np.log([scatter.level, scatter.weeks, scatter.memory, *season])


def _climb(
    height: Callable[[np.ndarray], float], point: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[float, np.ndarray]:
    """The highest value of a function of a few numbers within bounds, by the BFGS method."""
    value, slope = height(point), None
    bend = np.eye(len(point))
    for _ in range(_STEPS):
        if slope is None:
            slope = _gradient(height, point, value, high)
        at_edge = ((point <= low) & (slope < 0)) | ((point >= high) & (slope > 0))
        uphill = np.where(at_edge, 0.0, bend @ np.where(at_edge, 0.0, slope))
        if uphill @ slope <= 0:
            bend, uphill = np.eye(len(point)), np.where(at_edge, 0.0, slope)
        uphill *= min(1.0, _LONGEST_STEP / max(np.abs(uphill).max(), 1e-12))
        for _ in range(6):
            ahead = np.clip(point + uphill, low, high)
            higher = height(ahead)
            if higher > value:
                break
            uphill = uphill / 4
        else:
            break
        gained, moved = higher - value, ahead - point
        value, point = higher, ahead
        if gained < _FLAT:
            break
        turned = _gradient(height, point, value, high)
        change = slope - turned
        along = float(moved @ change)
        if along > 1e-10:
            step = np.eye(len(point)) - np.outer(moved, change) / along
            bend = step @ bend @ step.T + np.outer(moved, moved) / along
        slope = turned
    return value, point


def _gradient(
    height: Callable[[np.ndarray], float], point: np.ndarray, value: float, high: np.ndarray
) -> np.ndarray:
    """The slopes of a function, by differences that stay within bounds."""
    slope = np.empty(len(point))
    for place in range(len(point)):
        step = _STEP if point[place] + _STEP <= high[place] else -_STEP
        moved = point.copy()
        moved[place] += step
        slope[place] = (height(moved) - value) / step
    return slope


def _evidence(likelihood: Likelihood, bins: Bins, number: int) -> Callable[[np.ndarray], float]:
    """The log of the evidence: a function of the logs of level, weeks, memory and season."""
    basis, unit, apart = _basis(likelihood, bins, number)
    # A diagonal in the likelihood's axes, but for the directions that hold no information.
    strength = (likelihood.axes**2).sum(axis=0)

    def log_evidence(logs: np.ndarray) -> float:
        level, weeks, memory, *season = np.exp(logs)
        noise = 1 + weeks**2 / bins.weeks * strength
        weighted = basis / noise[:, None]
        curvature, pull = basis.T @ weighted, weighted.T @ likelihood.score
        root = _prior_root(unit, apart, level, memory, season[0] if season else 0.0)
        inner = root.T @ curvature @ root
        inner.flat[:: len(inner) + 1] += 1
        factor = np.linalg.cholesky(inner)
        solved = np.linalg.solve(factor, root.T @ pull)
        fit = (likelihood.score**2 / noise).sum() - solved @ solved
        scale = np.log(noise).sum() + 2 * np.log(np.diagonal(factor)).sum()
        # A level that doubles and halves is rare, and a short history can hardly tell.
        return float(-0.5 * (fit + scale + (level / _USUAL_LEVEL) ** 2))

    return log_evidence


def _basis(
    likelihood: Likelihood, bins: Bins, number: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Harmonics and level in the likelihood's axes, the harmonics' units, the knots' distances."""
    rows = bins.harmonics[:, : 2 * number]
    knots = np.linspace(0, bins.middle[-1], max(int(bins.middle[-1] / _KNOT_DAYS), 1) + 1)
    level = np.stack([np.interp(bins.middle, knots, row) for row in np.eye(len(knots))], axis=1)
    unit = np.repeat(1 / np.arange(1.0, number + 1), 2)
    apart = np.abs(knots[:, None] - knots)
    return likelihood.axes.T @ np.concatenate([rows, level], axis=1), unit, apart


def _prior_root(
    unit: np.ndarray, apart: np.ndarray, level: float, memory: float, season: float
) -> np.ndarray:
    """A square root of the prior covariance of harmonics and level."""
    wander = np.exp(-apart / memory)
    wander.flat[:: len(wander) + 1] += 1e-9
    harmonics, size = len(unit), len(unit) + len(apart)
    root = np.zeros((size, size))
    root.flat[: harmonics * size : size + 1] = season * unit
    root[harmonics:, harmonics:] = level * np.linalg.cholesky(wander)
    return root


def _coefficients(
    likelihood: Likelihood, bins: Bins, number: int, scatter: _Scatter
) -> tuple[np.ndarray, np.ndarray]:
    """The mean and the covariance of the harmonics' coefficients, given everything else."""
    basis, unit, apart = _basis(likelihood, bins, number)
    strength = (likelihood.axes**2).sum(axis=0)
    noise = 1 + scatter.weeks**2 / bins.weeks * strength
    weighted = basis / noise[:, None]
    root = _prior_root(unit, apart, scatter.level, scatter.memory, scatter.season)
    inner = np.eye(root.shape[1]) + root.T @ (basis.T @ weighted) @ root
    covariance = root @ np.linalg.solve(inner, root.T)
    mean = covariance @ (weighted.T @ likelihood.score)
    size = len(unit)
    return mean[:size], covariance[:size, :size]
