"""80 % intervals of the orders and the spend of single customers over a horizon."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from retention.models.forecast import Forecast
from retention.models.order_counts import OrderCounts, order_counts, product
from retention.models.purchases import PurchaseModel
from retention.models.spend import SpendModel
from retention.statistics import FORECAST_LEVEL

#: The probabilities below the two ends of an interval.
LOW, HIGH = (1 - FORECAST_LEVEL) / 2, (1 + FORECAST_LEVEL) / 2

_STEP, _WIDEST = 0.08, 10.0  # of a table of spends, in logs


@dataclass(frozen=True, slots=True)
class HistoryIntervals:
    """Intervals of each distinct history, as arrays.

    Attributes:
        orders_low: The 10th percentile of the number of orders.
        orders_high: The 90th percentile of the number of orders.
        spend_low: The 10th percentile of the discounted spend, in units of `SpendModel.scale`.
        spend_high: The 90th percentile of the discounted spend, in the same units.
    """

    orders_low: np.ndarray
    orders_high: np.ndarray
    spend_low: np.ndarray
    spend_high: np.ndarray


def history_intervals(
    purchases: PurchaseModel, spend: SpendModel | None, ahead: Forecast
) -> HistoryIntervals:
    """Return the intervals of every distinct history.

    Money that comes later counts less. The discounted spend of a horizon is taken to be distributed
    as the spend of a horizon that is shorter by as much. That is exact for the mean at a constant
    rate, and a longer horizon never lowers an end.

    Args:
        purchases: The purchase model. The parameters of both models are taken as known. Next to
            chance, their uncertainty changes a single customer's interval little.
        spend: The spend model; without one the spends are left at zero.
        ahead: The forecast of the horizon.

    Returns:
        The ends of the 80 % intervals of orders and of spend.
    """
    histories, number = ahead.histories, len(ahead.active)
    intervals = HistoryIntervals(
        orders_low=np.zeros(number),
        orders_high=np.zeros(number),
        spend_low=np.zeros(number),
        spend_high=np.zeros(number),
    )
    order = np.argsort(histories.frequency, kind="stable")
    frequencies, begins = np.unique(histories.frequency[order], return_index=True)

    def fill(frequency: float, rows: np.ndarray) -> None:
        _fill(intervals, purchases, spend, ahead, int(frequency), rows)

    # Each frequency has rows of its own, and NumPy lets other threads run while it computes.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, frequencies, np.split(order, begins[1:])))
    return intervals


def _fill(
    intervals: HistoryIntervals,
    purchases: PurchaseModel,
    spend: SpendModel | None,
    ahead: Forecast,
    frequency: int,
    rows: np.ndarray,
) -> None:
    """Write the intervals of the histories in `rows`, which have one frequency."""
    elapsed, discounted = float(ahead.elapsed[-1]), ahead.discounted_days
    active = ahead.active[rows]
    ages, place = np.unique(ahead.histories.T[rows], return_inverse=True)
    ages = purchases.age(ages)
    counts = order_counts(purchases, frequency, ages, elapsed)
    # A level of all customers with a history, as a level of the active ones among them.
    levels = {level: 1 - (1 - level) / np.maximum(active, 1e-300) for level in (LOW, HIGH)}
    fewer = 1 - counts.reached
    for level, wanted in levels.items():
        positive = wanted > fewer[place, 0]
        reaches = _first_at_least(fewer, place[positive], wanted[positive])
        # Of numbers that share a bin the outer one, so that the interval is wide enough.
        if level == LOW:
            intervals.orders_low[rows[positive]] = np.append(0, counts.numbers)[reaches]
        else:
            intervals.orders_high[rows[positive]] = counts.numbers[reaches] - 1
    if spend is None:
        return
    if discounted < elapsed:
        counts = order_counts(purchases, frequency, ages, discounted)
    multiples, below = _spend_table(spend, counts, float(frequency))
    for level, ends in ((LOW, intervals.spend_low), (HIGH, intervals.spend_high)):
        wanted = levels[level]
        positive = wanted > 1 - counts.reached[place, 0]
        ends[rows[positive]] = _interpolated(multiples, below, place[positive], wanted[positive])


def whole_orders(ahead: Forecast, ranges: HistoryIntervals) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of each history's number of orders, widened to hold the expected number.

    Args:
        ahead: The forecast of the horizon.
        ranges: From `history_intervals`.

    Returns:
        The lower and the upper ends, whole numbers, one element a history.
    """
    expected = ahead.orders
    low = np.minimum(ranges.orders_low, np.floor(expected))
    return low, np.maximum(ranges.orders_high, np.ceil(expected))


def _spend_table(
    spend: SpendModel, counts: OrderCounts, frequency: float
) -> tuple[np.ndarray, np.ndarray]:
    """Multiples of the scale, and for each age the probability that active customers spend less."""
    reached = counts.reached.max(axis=0)
    rare = int(np.searchsorted(-reached, -(1 - HIGH) / 4))
    many = counts.middle[min(rare, len(reached) - 1)]
    most = np.log(spend.total_quantile(1 - (1 - HIGH) / 4, many, frequency))
    least = np.log(max(spend.total_quantile(1e-3, 1.0, frequency), np.exp(most - _WIDEST)))
    # The same grid whoever else is there, so that a customer's interval does not depend on others.
    multiples = np.exp(np.arange(np.floor(least / _STEP), np.ceil(most / _STEP) + 2) * _STEP)
    # Numbers of orders beyond those that one in ten thousand of an age reaches move no percentile.
    kept = counts.reached > 1e-4
    kept[:, 0] = True
    likely = kept.any(axis=0)
    below = product(
        np.where(kept, counts.share, 0.0)[:, likely],
        spend.probability_total_below(multiples, counts.middle[likely, None], frequency),
    )
    return multiples, below + 1 - counts.reached[:, :1]


def _first_at_least(table: np.ndarray, row: np.ndarray, level: np.ndarray) -> np.ndarray:
    """The first column of each given row that holds at least `level`; else the last one.

    No row of the table ever decreases.
    """
    columns = table.shape[1]
    # Rows one after the other, each lifted above the one before, are a single sorted array.
    lifted = (np.clip(table, 0, 1) + 2 * np.arange(len(table))[:, None]).ravel()
    position = np.searchsorted(lifted, np.minimum(level, 1) + 2 * row)
    return np.asarray(np.clip(position - row * columns, 0, columns - 1))


def _interpolated(
    multiples: np.ndarray, below: np.ndarray, row: np.ndarray, level: np.ndarray
) -> np.ndarray:
    """Where each given row reaches `level`, between the columns on a log scale."""
    right = np.maximum(_first_at_least(below, row, level), 1)
    start, end = below[row, right - 1], below[row, right]
    part = np.clip((level - start) / np.maximum(end - start, 1e-300), 0, 1)
    logs = np.log(multiples)
    return np.asarray(np.exp(logs[right - 1] + part * (logs[right] - logs[right - 1])))
