"""Differences by segment: real ones stand, noise is shrunk away."""

import numpy as np
import pandas as pd
import pytest

from retention.experiments.by_segment import compare_segments, pool_differences

#: Hillstrom's women's mail by past purchase: men's only, women's only, both. Customers of each arm
#: are a third of 28,818, 28,734 and 6,448; a tenth visits without a mail.
SIZES = np.array([28_818, 28_734, 6_448]) / 3


def test_hillstroms_visits_differ_between_segments():
    visits = np.array([0.011, 0.074, 0.071])
    errors = np.sqrt(2 * 0.12 * 0.88 / SIZES)
    pooled = pool_differences(visits, errors)
    assert 80 < pooled.q < 115
    assert pooled.p_value < 1e-10
    assert np.abs(pooled.shrunk - visits).max() < 0.004


def test_hillstroms_spend_does_not():
    """The data set gives Q 2.1 and shrinks to .45, .49 and .46; a spread of 15 comes near."""
    spend = np.array([0.28, 0.63, 0.16])
    pooled = pool_differences(spend, 15 * np.sqrt(2 / SIZES))
    assert pooled.q == pytest.approx(2.1, abs=0.5)
    assert pooled.p_value > 0.3
    assert np.ptp(pooled.shrunk) < 0.05
    assert pooled.shrunk == pytest.approx([0.45, 0.49, 0.46], abs=0.07)


def test_shrinking_comes_nearer_to_the_truth_than_measuring():
    rng = np.random.default_rng(1)
    raw, shrunk, covered = [], [], []
    for _ in range(300):
        truth = rng.normal(0.03, 0.02, 8)
        errors = rng.uniform(0.01, 0.05, 8)
        measured = rng.normal(truth, errors)
        pooled = pool_differences(measured, errors)
        raw.append((measured - truth) ** 2)
        shrunk.append((pooled.shrunk - truth) ** 2)
        covered.append(np.abs(pooled.shrunk - truth) < 1.96 * pooled.errors)
        assert (pooled.errors <= errors).all()
    assert np.mean(shrunk) < 0.6 * np.mean(raw)
    assert np.mean(covered) > 0.85


def test_segments_are_counted_and_small_ones_say_nothing():
    rng = np.random.default_rng(2)
    segments = pd.Series(["Loyal"] * 300 + ["New"] * 200 + ["VIP"] * 6 + [None] * 10)
    addressed = pd.Series(rng.random(516) < 0.6)
    values = pd.Series((rng.random(516) < 0.2).astype(float))
    result = compare_segments(segments, addressed, values)
    table = result.table
    assert list(table.index) == ["Loyal", "New", "VIP"]
    assert table["addressed"].sum() + table["held_out"].sum() == 506
    loyal = values[segments == "Loyal"].groupby(addressed).mean()
    assert table.loc["Loyal", "difference"] == pytest.approx(loyal[True] - loyal[False])
    assert np.isnan(table.loc["VIP", "difference"])
    assert not result.differ


def test_one_segment_is_what_it_is():
    pooled = pool_differences(np.array([0.02]), np.array([0.01]))
    assert (pooled.common, pooled.between) == (0.02, 0.0)
    assert pooled.shrunk[0] == pytest.approx(0.02)
    assert np.isnan(pooled.p_value)
    assert np.isnan(pool_differences(np.array([np.nan]), np.array([np.nan])).common)
