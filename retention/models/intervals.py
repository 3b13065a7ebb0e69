"""What each customer may do: 80 % intervals of the orders and the spend of a horizon, and their variances."""

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

    `orders_low`, `orders_high`: the 10th and the 90th percentile of the number of orders. `spend_low`,
    `spend_high`: those of the discounted spend, in units of `SpendModel.scale`. `orders_square`: the mean square
    of the number of orders.
    """

    orders_low: np.ndarray
    orders_high: np.ndarray
    spend_low: np.ndarray
    spend_high: np.ndarray
    orders_square: np.ndarray


def history_intervals(
    purchases: PurchaseModel, spend: SpendModel | None, ahead: Forecast
) -> HistoryIntervals:
    """Return the intervals of every distinct history.

    Money that comes later counts less: the discounted spend of a horizon is taken to be distributed as the spend
    of a horizon shorter by as much. That is exact for the mean at a constant rate, and a longer horizon never
    lowers an end.

    Args:
        purchases, spend: The models. Their parameters are taken as known: next to chance, what is not known of
            them changes a single customer's interval little. Without a spend model the spends are left at zero.
        ahead: The forecast of the horizon.
    """
    histories = ahead.histories
    found = HistoryIntervals(*(np.zeros(len(ahead.active)) for _ in range(5)))
    order = np.argsort(histories.frequency, kind="stable")
    values, begins = np.unique(histories.frequency[order], return_index=True)

    groups = zip(values, np.split(order, begins[1:]), strict=False)
    # Each frequency has rows of its own, and NumPy lets other threads run while it computes.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(
            pool.map(
                lambda group: _fill(found, purchases, spend, ahead, int(group[0]), group[1]), groups
            )
        )
    return found


def _fill(
    found: HistoryIntervals,
    purchases: PurchaseModel,
    spend: SpendModel | None,
    ahead: Forecast,
    frequency: int,
    rows: np.ndarray,
) -> None:
    """Write the intervals of the histories in `rows`, which have one frequency."""
    days, discounted_days = float(ahead.ends[-1]), ahead.discounted_days
    active = ahead.active[rows]
    ages, place = np.unique(ahead.histories.T[rows], return_inverse=True)
    counts = order_counts(purchases, frequency, ages, days)
    # The mean square from the forecast's mean, which knows no bins.
    expected = ahead.increments[ahead.pairs[rows]].sum(axis=1)
    found.orders_square[rows] = active * (counts.moments()[1][place] + expected**2)
    # A level of all customers with a history, as a level of those of them who are active.
    levels = {level: 1 - (1 - level) / np.maximum(active, 1e-300) for level in (LOW, HIGH)}
    fewer = 1 - counts.reached
    for level, wanted in levels.items():
        some = wanted > fewer[place, 0]
        reaches = _first_at_least(fewer, place[some], wanted[some])
        # Of numbers that share a bin the outer one, so that the interval holds what it is to hold.
        if level == LOW:
            found.orders_low[rows[some]] = np.append(0, counts.numbers)[reaches]
        else:
            found.orders_high[rows[some]] = counts.numbers[reaches] - 1
    if spend is None:
        return
    if discounted_days < days:
        counts = order_counts(purchases, frequency, ages, discounted_days)
    multiples, below = _spend_table(spend, counts, float(frequency))
    for wanted, ends in zip(levels.values(), (found.spend_low, found.spend_high), strict=True):
        some = wanted > 1 - counts.reached[place, 0]
        ends[rows[some]] = _interpolated(multiples, below, place[some], wanted[some])


def whole_orders(ahead: Forecast, ranges: HistoryIntervals) -> tuple[np.ndarray, np.ndarray]:
    """The interval of each history's number of orders, widened to hold the expected number."""
    expected = ahead.orders
    return np.minimum(ranges.orders_low, np.floor(expected)), np.maximum(
        ranges.orders_high, np.ceil(expected)
    )


def _spend_table(
    spend: SpendModel, counts: OrderCounts, frequency: float
) -> tuple[np.ndarray, np.ndarray]:
    """Multiples of the scale, and for each age the probability that active customers spend less than that."""
    reached = counts.reached.max(axis=0)
    many = counts.middle[min(np.searchsorted(-reached, -(1 - HIGH) / 4), len(reached) - 1)]
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
    """The first column of each given row, which never decreases, that holds at least `level`; else the last."""
    columns = table.shape[1]
    # Rows one after the other, each lifted above the one before, are a single sorted array.
    lifted = (np.clip(table, 0, 1) + 2 * np.arange(len(table))[:, None]).ravel()
    found = np.searchsorted(lifted, np.minimum(level, 1) + 2 * row)
    return np.clip(found - row * columns, 0, columns - 1)


def _interpolated(
    multiples: np.ndarray, below: np.ndarray, row: np.ndarray, level: np.ndarray
) -> np.ndarray:
    """Where each given row reaches `level`, between the columns on a log scale."""
    right = np.maximum(_first_at_least(below, row, level), 1)
    start, end = below[row, right - 1], below[row, right]
    part = np.clip((level - start) / np.maximum(end - start, 1e-300), 0, 1)
    logs = np.log(multiples)
    return np.exp(logs[right - 1] + part * (logs[right] - logs[right - 1]))
