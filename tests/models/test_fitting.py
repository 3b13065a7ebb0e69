"""The optimiser: known minima, edges, and the same end by every way."""

import numpy as np
import pytest

from retention import ModelError
from retention.models import fitting
from retention.models.fitting import by_log_parameters, log_covariance, minimise, total
from retention.models.histories import group_histories
from retention.models.purchases import fit_purchases, purchase_objective
from tests.support.histories import cdnow, simulated


def bowl(point: np.ndarray) -> fitting.Derivatives:
    """A quadratic with its minimum at (1, -2)."""
    away = point - np.array([1.0, -2.0])
    scale = np.array([3.0, 0.5])
    return float(scale @ away**2), 2 * scale * away, np.diag(2 * scale)


def plateau(point: np.ndarray) -> fitting.Derivatives:
    """A function of the first parameter alone: the second one is open."""
    away = point[0] - 1.0
    return float(away**2), np.array([2 * away, 0.0]), np.diag([2.0, 0.0])


def test_newton_finds_the_minimum_of_a_bowl():
    point, value, hessian = minimise(bowl, [np.zeros(2)])
    assert point == pytest.approx([1.0, -2.0], abs=1e-9)
    assert value == pytest.approx(0.0, abs=1e-12)
    assert np.diag(hessian).tolist() == [6.0, 1.0]


def test_the_best_end_is_taken_where_a_parameter_stays_open():
    starts = [np.array([5.0, 3.0]), np.array([0.0, -3.0])]
    point, value, _ = minimise(plateau, starts)
    assert point[0] == pytest.approx(1.0, abs=1e-6)
    assert value == pytest.approx(0.0, abs=1e-10)


def test_another_method_takes_over_where_newton_fails():
    calls = []

    def no_hessian(point: np.ndarray) -> fitting.Derivatives:
        calls.append(point)
        value, gradient, hessian = bowl(point)
        return value, gradient, np.full_like(hessian, np.nan)

    point, _, _ = minimise(no_hessian, [np.zeros(2)])
    assert point == pytest.approx([1.0, -2.0], abs=1e-5)
    assert len(calls) > 1


def test_what_never_converges_is_refused():
    def slope(point: np.ndarray) -> fitting.Derivatives:
        return float(point.sum()), np.ones(2), np.full((2, 2), np.nan)

    with pytest.raises(ModelError, match="no best one could be found"):
        minimise(slope, [np.zeros(2)])


def test_the_covariance_is_the_inverse_information_and_finite_where_it_is_open():
    covariance = np.array(log_covariance(np.diag([4.0, 0.0]), 100))
    assert covariance == pytest.approx(np.diag([1 / 400, 1.5**2]))


def test_derivatives_by_log_parameters_follow_the_chain_rule():
    """The log-likelihood 3 log(x) - 2 x is 3 y - 2 exp(y) of y = log(x)."""
    x = np.array([0.7])
    value = 3 * np.log(x[0]) - 2 * x[0]
    result = by_log_parameters(x, value, 3 / x - 2, np.diag(-3 / x**2))
    assert result[0] == -value
    assert result[1] == pytest.approx(-(3 - 2 * x))
    assert result[2] == pytest.approx(np.diag(2 * x))


def test_a_weighted_sum_is_one():
    assert total(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.25, 2.0])) == 7.0


def test_sampled_start_ends_at_the_same_maximum(monkeypatch):
    histories = group_histories(simulated(4_000))
    directly = fit_purchases(histories)
    monkeypatch.setattr(fitting, "_SAMPLE_ROWS", 200)
    by_sample = fit_purchases(histories)
    assert by_sample.log_likelihood == pytest.approx(directly.log_likelihood, abs=1e-6)
    assert by_sample.b == pytest.approx(directly.b, rel=1e-6)


def test_long_data_in_parts_have_the_same_derivatives(monkeypatch):
    histories = group_histories(cdnow())
    data = [
        histories.frequency,
        histories.recency.astype(float),
        histories.T.astype(float),
        histories.counts,
    ]

    def objective(*columns: np.ndarray) -> fitting.Objective:
        return purchase_objective(*columns, kind="bg_nbd")

    point = np.log([0.24, 30.0, 0.8, 2.4])
    whole = objective(*data)(point)
    monkeypatch.setattr(fitting, "_LONG_ROWS", 100)
    monkeypatch.setattr(fitting.os, "cpu_count", lambda: 3)
    for one, other in zip(fitting._in_parts(objective, data)(point), whole, strict=True):
        assert one == pytest.approx(other, rel=1e-10)
