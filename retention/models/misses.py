"""How far forecasts of a store's totals were off before, and what that adds to their ranges."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.special import ndtr

from retention.display import displayed
from retention.statistics import FORECAST_LEVEL, normal_width
from retention.wording import plural

#: What a total counts.
Measure = Literal["orders", "revenue"]

_WIDTH = normal_width(FORECAST_LEVEL)
_FILE = Path(__file__).with_name("forecast_misses.csv")
# Two tests of the same days share this much of their miss; the rest is of each alone.
_SHARED = 0.8
# Misses of revenue beside those of orders, in short histories: CDNOW and Online Retail, with 30 to
# 365 days hidden.
_REVENUE_BESIDE_ORDERS = 0.12


@dataclass(frozen=True, slots=True)
class Miss:
    """A forecast of a store's past, and how far it was off.

    Attributes:
        hidden_days: Days before the end at which the known orders stopped.
        days: How many days were foreseen.
        orders: The logarithm of the orders that came / the orders that were foreseen.
        orders_deviation: The standard deviation of this logarithm, as the model has it.
        revenue: The same of the revenue; NaN where the orders have no amounts.
        revenue_deviation: Its standard deviation, as the model has it.
    """

    hidden_days: int
    days: int
    orders: float
    orders_deviation: float
    revenue: float
    revenue_deviation: float


@dataclass(frozen=True, slots=True)
class MissSpread:
    """How far a total may be off beyond its model's own range.

    Attributes:
        chances: The probability of each spread of `store_spreads`.
        least: The least standard deviation of what moves the whole store, as a share.
    """

    chances: tuple[float, ...]
    least: float = 0.0

    def variance(self, own: float, common: float = 0.0) -> float:
        """Return the variance that makes the 80 % range of a total hold 80 %.

        Args:
            own: The variance that the model has for the total, as a share of its square.
            common: What of it moves the whole store.

        Returns:
            The variance to add, as a share of the total's square.
        """
        added = _equivalent(np.array(self.chances), store_spreads(), max(own, 0.0))
        return max(added, self.least**2 - common, 0.0)


@displayed
@dataclass(frozen=True, slots=True)
class PastMisses:
    """How far forecasts of this store's totals were off, and what they may be off.

    Attributes:
        tests: The forecasts of the store's past.
        is_short: Whether the history is too short to tell a season from growth.
        orders: How far totals of orders may be off.
        revenue: How far totals of revenue may be off.
    """

    tests: tuple[Miss, ...]
    is_short: bool
    orders: MissSpread
    revenue: MissSpread

    def variance(self, measure: Measure, own: float, common: float = 0.0) -> float:
        """Return the variance to add to the one that the model has for a total.

        Args:
            measure: What the total counts.
            own: The model's variance, as a share of the total's square.
            common: What of it moves the whole store.

        Returns:
            A variance, as a share of the total's square.
        """
        spread = self.orders if measure == "orders" else self.revenue
        return spread.variance(own, common)

    @property
    def words(self) -> str:
        """What the ranges allow for, in a sentence or two."""
        cuts = len({test.hidden_days for test in self.tests})
        tests = f"how far {plural(cuts, 'forecast')} of this store's past {_were(cuts)} off"
        words = f"Ranges of totals allow for chance, what the fit leaves open, and {tests}."
        if not cuts:
            words = "Ranges of totals allow for chance and what the fit leaves open."
        if self.is_short:
            words += (
                " No season can be told from less than a year and a half of orders: they are at "
                f"least as wide as the misses of {len(store_misses())} other stores."
            )
        elif not cuts:
            words += f" They also allow for the misses of {len(store_misses())} other stores."
        return words


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def past_misses_of(tests: Sequence[Miss], *, is_short: bool) -> PastMisses:
    """Return what the misses of a store's past say of its next forecast.

    Six other stores say what spreads there are, each as likely as the next one. The store's own
    misses, beside what the model allowed for, then say which of them fit.

    Args:
        tests: The forecasts of the store's past; may be empty.
        is_short: Whether the history is too short to tell a season from growth. What moves the
            whole store is then at least as wide as the misses of plain models of other stores.

    Returns:
        The misses and the spreads.

    Source: Bayes' rule on normal misses. Tests whose days overlap share the overlap's part of them.
    """
    spreads = {}
    for measure in ("orders", "revenue"):
        known = [test for test in tests if np.isfinite(getattr(test, measure))]
        spreads[measure] = MissSpread(
            chances=_chances(
                np.array([getattr(test, measure) for test in known]),
                np.array([getattr(test, f"{measure}_deviation") for test in known]),
                np.array([(test.hidden_days, test.days) for test in known], float).reshape(-1, 2),
            ),
            least=_least_spread(measure) if is_short else 0.0,
        )
    return PastMisses(tests=tuple(tests), is_short=is_short, **spreads)


@cache
def store_misses() -> dict[str, np.ndarray]:
    """Return how far forecasts of other stores' orders were off, one array a data set.

    Returns:
        A row for each test: the logarithm of the orders that came / those that a plain model
        foresaw, the same of the model with the season where there is one, and the latter's
        standard deviation as that model had it.
    """
    rows = defaultdict(list)
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            plain, miss = (-np.log1p(float(row[name])) for name in ("plain_miss", "miss"))
            rows[row["data_set"]].append(
                (plain, miss, abs(miss) / float(row["standard_deviations"]))
            )
    return {name: np.array(tests) for name, tests in rows.items()}


@cache
def store_spreads() -> np.ndarray:
    """Return how far totals of other stores were off beyond their model's own range.

    Returns:
        A standard deviation a data set, as a share, ascending.
    """
    beyond = [
        np.sqrt(np.maximum(tests[:, 1] ** 2 - tests[:, 2] ** 2, 0.0).mean())
        for tests in store_misses().values()
    ]
    return np.sort(beyond)


@cache
def _least_spread(measure: Measure) -> float:
    """The spread whose 80 % range holds 80 % of the misses of plain models, each store alike."""
    stores = store_misses().values()
    misses = np.concatenate([np.abs(tests[:, 0]) for tests in stores])
    shares = np.concatenate([np.full(len(tests), 1 / len(tests)) for tests in stores])
    order = np.argsort(misses)
    below = np.cumsum(shares[order]) / shares.sum()
    spread = float(np.interp(FORECAST_LEVEL, below, misses[order])) / _WIDTH
    return spread if measure == "orders" else float(np.hypot(spread, _REVENUE_BESIDE_ORDERS))


def _chances(misses: np.ndarray, deviations: np.ndarray, windows: np.ndarray) -> tuple[float, ...]:
    """The probability of each spread, given misses of windows (hidden days, days foreseen)."""
    spreads = store_spreads()
    if not len(misses):
        return (1 / len(spreads),) * len(spreads)
    together = _SHARED * _overlap(windows) + (1 - _SHARED) * np.eye(len(misses))
    heights = np.empty(len(spreads))
    for place, spread in enumerate(spreads):
        each = np.hypot(deviations, spread)
        root = np.linalg.cholesky(together * np.outer(each, each))
        scaled = np.linalg.solve(root, misses)
        heights[place] = -scaled @ scaled / 2 - np.log(np.diagonal(root)).sum()
    chances = np.exp(heights - heights.max())
    return tuple((chances / chances.sum()).tolist())


def _overlap(windows: np.ndarray) -> np.ndarray:
    """The days that two windows share, over the geometric mean of their lengths."""
    begin, length = -windows[:, 0], windows[:, 1]
    end = begin + length
    shared = np.minimum(end[:, None], end) - np.maximum(begin[:, None], begin)
    return np.asarray(np.maximum(shared, 0.0) / np.sqrt(np.outer(length, length)))


def _equivalent(chances: np.ndarray, spreads: np.ndarray, own: float) -> float:
    """The variance beside `own` of a normal miss whose 80 % range holds 80 % of the mixture."""
    from scipy.optimize import brentq  # loads 0.1 s of optimisers

    each = np.sqrt(np.maximum(own + spreads**2, 1e-300))

    def outside(width: float) -> float:
        return float(chances @ (2 * ndtr(width / each) - 1)) - FORECAST_LEVEL

    width = brentq(outside, 0.0, 2 * _WIDTH * each.max())
    return float((width / _WIDTH) ** 2 - own)
