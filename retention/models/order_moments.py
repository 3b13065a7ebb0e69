"""The mean square of the orders ahead, and how their mean moves with the model's parameters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from retention.models.forecast import forecast_by
from retention.models.histories import Histories
from retention.models.leaving import mean_square_purchases, purchase_slopes
from retention.models.purchases import PurchaseModel, log_slopes


def mean_square_orders(model: PurchaseModel, histories: Histories, ends: np.ndarray) -> np.ndarray:
    """Return the mean square of the number of orders of each history.

    Args:
        model: The purchase model.
        histories: Grouped customers.
        ends: How far to look ahead, in days, ascending; length m.

    Returns:
        A row for each history, and a column for each end.

    Source: the second moment of the distribution that `order_counts` gives.
    """
    elapsed = model.ahead(ends)
    pairs, frequency, age = histories.without_recency()
    age = model.age(age)
    square = np.empty((len(age), len(elapsed)))
    for x, rows in _by_frequency(frequency):
        # Elders buy as new customers of another age would, as far as the mean goes.
        alike = np.stack([model.age_as_new(x, age[rows], end) for end in elapsed], axis=1)
        square[rows] = mean_square_purchases(
            elapsed / (model.alpha + alike), model.r + x, model.a, model.b_active + x
        )
    active = model.probability_active(histories.frequency, histories.recency, histories.T)
    return np.asarray(active[:, None] * square[pairs])


def order_slopes(model: PurchaseModel, histories: Histories, ends: np.ndarray) -> np.ndarray:
    """Return the derivatives of each history's expected orders by log(r, alpha, a, b).

    Args:
        model: The purchase model.
        histories: Grouped customers.
        ends: How far to look ahead, in days, ascending; length m.

    Returns:
        Histories on the first axis, ends on the second, parameters on the last.
    """
    if model.elders is not None:
        return log_slopes(model, lambda moved: forecast_by(moved, histories, ends).by_end)
    elapsed = model.ahead(ends)
    pairs, frequency, age = histories.without_recency()
    start = model.alpha + model.age(age)
    expected = np.empty((len(start), len(elapsed)))
    slopes = np.empty((*expected.shape, 4))
    for x, rows in _by_frequency(frequency):
        expected[rows], by_shape, by_time, by_a, by_b = purchase_slopes(
            elapsed / start[rows, None], model.r + x, model.a, model.b_active + x
        )
        by_alpha = -by_time * (model.alpha / start[rows, None])
        slopes[rows] = np.stack(
            [model.r * by_shape, by_alpha, model.a * by_a, model.b * by_b], axis=2
        )
    active = model.probability_active(histories.frequency, histories.recency, histories.T)
    moved = _active_slopes(model, histories, active)
    return np.asarray(
        active[:, None, None] * slopes[pairs] + moved[:, None, :] * expected[pairs, :, None]
    )


def _active_slopes(model: PurchaseModel, histories: Histories, active: np.ndarray) -> np.ndarray:
    """The derivatives of the probability to be active: a row for each history."""
    x, age = histories.frequency.astype(float), model.age(histories.T)
    recency = age - model.age(histories.T - histories.recency)
    to_end, to_last = model.alpha + age, model.alpha + recency
    leaving = np.maximum(model.b_active + x - 1, np.finfo(float).tiny)
    log_odds = [
        -model.r * np.log(to_end / to_last),
        (model.r + x) * model.alpha * (1 / to_last - 1 / to_end),
        -np.ones_like(x),
        model.b / leaving,
    ]
    unsure = active * (1 - active)
    return np.asarray(np.stack(log_odds, axis=1) * unsure[:, None])


def _by_frequency(frequency: np.ndarray) -> Iterator[tuple[float, np.ndarray]]:
    """Each frequency with the rows that have it."""
    order = np.argsort(frequency, kind="stable")
    values, begins = np.unique(frequency[order], return_index=True)
    for value, rows in zip(values, np.split(order, begins[1:]), strict=False):
        yield float(value), rows
