"""The randomisation test: exact shares, published counts, intervals, and the level it holds."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from retention.experiments.randomisation import (
    Sample,
    expected_buyers,
    randomisation_test,
    share_test,
    skewness_of_difference,
)


def group(*amounts, of):
    return Sample(of, np.array(amounts, dtype=float))


def exact_p(addressed, held_out):
    """The p-value of the plain difference over every draw there is."""
    values = np.zeros(addressed.customers + held_out.customers)
    values[: len(addressed.amounts)] = addressed.amounts
    start = addressed.customers
    values[start : start + len(held_out.amounts)] = held_out.amounts
    made = abs(addressed.mean - held_out.mean)
    differences = []
    for chosen in combinations(range(len(values)), held_out.customers):
        held = values[list(chosen)].sum()
        rest = values.sum() - held
        differences.append(abs(rest / addressed.customers - held / held_out.customers))
    differences = np.array(differences)
    return np.mean(differences > made + 1e-9) + np.mean(np.abs(differences - made) <= 1e-9) / 2


def test_few_customers_have_the_share_of_all_draws():
    addressed, held_out = group(30, 20, 10, 5, of=8), group(of=4)
    test = randomisation_test(addressed, held_out, draws=40_000)
    assert test.p_value == pytest.approx(exact_p(addressed, held_out), abs=0.01)


def test_shares_agree_with_the_draws_and_with_newcombes_table():
    """Newcombe (1998), table II: 56/70 less 48/80 is 0.0524 to 0.3339 by method 10."""
    test = share_test(group(*[1] * 56, of=70), group(*[1] * 48, of=80))
    assert (round(test.low, 4), round(test.high, 4)) == (0.0524, 0.3339)
    by_draws = randomisation_test(group(*[1] * 56, of=70), group(*[1] * 48, of=80), draws=40_000)
    assert test.p_value == pytest.approx(by_draws.p_value, abs=0.005)


def test_an_effect_inside_the_interval_is_not_rejected_and_one_outside_is():
    rng = np.random.default_rng(3)
    addressed = Sample(900, rng.lognormal(3, 1, 60))
    held_out = Sample(300, rng.lognormal(3, 1, 12))
    test = randomisation_test(addressed, held_out)
    step = (test.high - test.low) / 50
    for effect in (test.low + step, test.high - step):
        assert randomisation_test(addressed, held_out, null=effect).p_value > 0.05
    for effect in (test.low - step, test.high + step):
        assert randomisation_test(addressed, held_out, null=effect).p_value <= 0.05


def test_nobody_bought_so_nothing_is_known():
    test = randomisation_test(group(of=50), group(of=50))
    assert (test.value, test.p_value) == (0.0, 1.0)
    assert (test.low, test.high) == (-np.inf, np.inf)


def test_an_empty_group_has_no_difference():
    assert np.isnan(randomisation_test(group(1, of=5), group(of=0)).p_value)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0.01, 1e4), min_size=0, max_size=20),
    st.lists(st.floats(0.01, 1e4), min_size=0, max_size=20),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_exchanged_groups_have_the_opposite_difference(ours, theirs, idle, others_idle):
    first = Sample(len(ours) + idle + 1, np.array(ours))
    second = Sample(len(theirs) + others_idle + 1, np.array(theirs))
    there = randomisation_test(first, second, draws=400)
    back = randomisation_test(second, first, draws=400)
    assert there.value == pytest.approx(-back.value, abs=1e-9)
    assert 0 < there.p_value <= 1
    assert there.low <= there.value + 1e-6
    assert there.high >= there.value - 1e-6


def test_it_holds_its_level_where_welch_does_not():
    """Rare, skewed amounts and a tenth held out: Welch's 5 % test fails one time in six."""
    rng = np.random.default_rng(11)
    rejected = 0
    for _ in range(400):
        pair = [
            Sample(size, rng.lognormal(4.4, 0.8, rng.binomial(size, 0.009)))
            for size in (4_500, 500)
        ]
        rejected += randomisation_test(*pair, draws=1_000).p_value <= 0.05
    assert 0.015 <= rejected / 400 <= 0.075


def test_skewness_is_that_of_the_draws():
    rng = np.random.default_rng(5)
    addressed = Sample(450, rng.lognormal(3, 1, 40))
    held_out = Sample(50, rng.lognormal(3, 1, 4))
    values = np.zeros(500)
    values[:44] = [*addressed.amounts, *held_out.amounts]
    drawn = []
    for _ in range(40_000):
        held = rng.permutation(values)[:50]
        drawn.append((values.sum() - held.sum()) / 450 - held.mean())
    drawn = np.array(drawn)
    skewness = ((drawn - drawn.mean()) ** 3).mean() / drawn.std() ** 3
    # A draw without replacement is a little less skewed than two independent groups.
    assert skewness_of_difference(addressed, held_out) == pytest.approx(skewness, rel=0.25)
    assert skewness_of_difference(group(5, 9, of=20), group(2, of=20)) == pytest.approx(0)
    assert expected_buyers(addressed, held_out) == pytest.approx(4.4)
