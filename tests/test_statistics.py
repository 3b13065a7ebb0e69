"""Intervals and quantiles: published examples, edges, and agreement with plain numpy."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from retention.statistics import difference_interval, normal_width, weighted_quantile, wilson


@pytest.mark.parametrize(("level", "width"), [(0.8, 1.2816), (0.95, 1.9600), (0.99, 2.5758)])
def test_the_width_of_a_normal_interval(level, width):
    assert normal_width(level) == pytest.approx(width, abs=5e-5)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # Table I of Newcombe (1998), Statistics in Medicine 17, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals_of_shares(successes, trials, low, high):
    ends = [float(end) for end in wilson(successes, trials)]
    assert ends == pytest.approx([low, high], abs=5e-5)


def test_nobody_and_everybody_end_at_zero_and_one():
    low, high = wilson([0, 7, 0], [5, 7, 0])
    assert low[0] == 0.0
    assert high[1] == 1.0
    assert np.isnan([low[2], high[2]]).all()


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_mirrors(counts):
    successes, trials = counts
    low, high = wilson(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    other_low, other_high = wilson(trials - successes, trials)
    assert [low, high] == pytest.approx([1 - other_high, 1 - other_low], abs=1e-12)


def test_a_published_interval_of_a_difference():
    """Newcombe (1998), Statistics in Medicine 17, 873-890, table II: 56/70 and 48/80, method 10."""
    first, second = wilson(56, 70), wilson(48, 80)
    low, high = difference_interval(56 / 70, first, 48 / 80, second)
    assert [float(low), float(high)] == pytest.approx([0.0524, 0.3339], abs=5e-5)


def test_a_difference_from_a_known_value_has_the_interval_of_the_other():
    low, high = difference_interval(0.3, (0.2, 0.45), 0.1, (0.1, 0.1))
    assert [float(low), float(high)] == pytest.approx([0.1, 0.35])


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 5)), min_size=1, max_size=30),
    st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9, 1.0]),
)
def test_a_weight_is_a_number_of_repetitions(rows, share):
    values, weights = np.array(rows).T
    repeated = np.sort(np.repeat(values, weights))
    quantile = weighted_quantile(values, weights, share)
    if not len(repeated):
        assert np.isnan(quantile)
    else:
        place = int(np.ceil(share * len(repeated) - 1e-9)) - 1
        assert quantile == repeated[max(place, 0)]


def test_several_shares_give_an_array_of_their_shape():
    assert weighted_quantile([10, 20, 30], [1, 2, 1], [0.25, 0.5, 1.0]).tolist() == [10, 20, 30]
    assert np.isnan(weighted_quantile([10], [0], [0.1, 0.9])).tolist() == [True, True]
