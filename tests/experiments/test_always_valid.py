"""The always-valid interval: looked at each week, it is wrong in one test of twenty at most."""

import numpy as np
import pytest

from retention.experiments.always_valid import always_valid_width


def test_the_width_is_that_of_the_paper():
    """Waudby-Smith et al. (2024), equation 9, with rho optimised for the end of the window."""
    alpha, size = 0.05, 400
    rho = np.sqrt((-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)) / size)
    for at in (50, 200, 400):
        radius = np.sqrt(
            2 * (at * rho**2 + 1) / (at * rho) ** 2 * np.log(np.sqrt(at * rho**2 + 1) / alpha)
        )
        assert always_valid_width(1 / np.sqrt(at), at / size) == pytest.approx(radius)


def test_weekly_looks_raise_few_false_alarms():
    rng = np.random.default_rng(4)
    tests, size, weeks = 1_500, 2_000, 8
    fixed, sequence = np.zeros(tests, bool), np.zeros(tests, bool)
    bought = np.zeros((tests, 2))
    for week in range(1, weeks + 1):
        bought += rng.binomial((size - bought).astype(int), 0.02)
        share = bought / size
        difference = share[:, 0] - share[:, 1]
        error = np.sqrt((share * (1 - share)).sum(axis=1) / size)
        fixed |= np.abs(difference) > 1.96 * error
        sequence |= np.abs(difference) > error * always_valid_width(1.0, week / weeks)
    assert fixed.mean() > 0.12
    assert sequence.mean() < 0.05
