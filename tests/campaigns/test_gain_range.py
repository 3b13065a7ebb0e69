"""The range of a campaign's gain beside simulated campaigns, of a few persuaded orders to many."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.stats import gamma, nbinom, norm, pearson3, poisson

from retention import Campaign, Offer, Terms, fit_cltv, plan_campaign
from retention.campaigns.gain_range import (
    MANY,
    Persuaded,
    _gamma_below,
    _numbers,
    gain_range,
)
from tests.support.histories import cdnow


def simulated(orders, each, shape, cost, cost_shape, runs=200_000):
    """Gains of a number of campaigns, and their moments and orders as `gain_range` takes them."""
    rng = np.random.default_rng(7)
    came = rng.poisson(orders, runs)
    earned = np.where(came > 0, rng.gamma(np.maximum(came, 1) * shape, each / shape), 0.0)
    spent = rng.gamma(cost_shape, cost / cost_shape, runs) if cost else 0.0
    squared = orders * each**2 * (1 + 1 / shape)
    third = orders * each**3 * (1 + 1 / shape) * (1 + 2 / shape) - 2 * cost**3 / cost_shape**2
    variance = squared + cost**2 / cost_shape
    return earned - spent, (
        orders * each - cost,
        variance,
        third,
        Persuaded(orders, orders * each, squared),
    )


@pytest.mark.parametrize("orders", [0.05, 0.5, 2, 8, 35, 45, 400])
@pytest.mark.parametrize(("cost", "cost_shape"), [(0.0, 1.0), (0.4, 25.0), (1.2, 50.0)])
def test_the_range_and_the_chance_of_a_loss_are_those_of_simulated_campaigns(
    orders, cost, cost_shape
):
    gains, moments = simulated(orders, 10.0, 1.5, cost * orders * 10, cost_shape)
    low, high, loss = gain_range(*moments)
    assert loss == pytest.approx((gains < 0).mean(), abs=0.03)
    width = np.sqrt(moments[1])
    for end, level in ((low, 0.1), (high, 0.9)):
        exact = np.quantile(gains, level)
        # The expected gain is always inside. Where few orders decide, it may lie beyond nine
        # tenths of all gains.
        exact = min(exact, moments[0]) if level == 0.1 else max(exact, moments[0])
        assert end == pytest.approx(exact, abs=0.08 * width)


@pytest.mark.parametrize("orders", [0.5, 3, 15, 35, 45, 400])
@pytest.mark.parametrize("doubt", [0.05, 0.3, 1.0])
def test_a_lift_that_is_uncertain_widens_the_range_as_in_simulated_campaigns(orders, doubt):
    rng = np.random.default_rng(9)
    each, shape, cost = 10.0, 1.5, 4.0 * orders
    lift = rng.gamma(1 / doubt, doubt, 200_000)
    came = rng.poisson(orders * lift)
    earned = np.where(came > 0, rng.gamma(np.maximum(came, 1) * shape, each / shape), 0.0)
    gains = earned - cost
    squared = orders * each**2 * (1 + 1 / shape)
    third = squared * each * (1 + 2 / shape)
    low, high, loss = gain_range(
        orders * each - cost, squared, third, Persuaded(orders, orders * each, squared, doubt)
    )
    assert loss == pytest.approx((gains < 0).mean(), abs=0.03)
    mean = orders * each - cost
    assert low == pytest.approx(min(np.quantile(gains, 0.1), mean), abs=0.08 * gains.std())
    assert high == pytest.approx(max(np.quantile(gains, 0.9), mean), abs=0.08 * gains.std())


@given(
    st.floats(0, 200),
    st.floats(0.01, 1e6),
    st.floats(0.2, 50),
    st.floats(0, 3),
    st.floats(0.5, 100),
    st.floats(0, 100),
)
def test_ranges_hold_the_mean_and_stay_in_order(orders, each, shape, cost, cost_shape, doubt):
    squared = orders * each**2 * (1 + 1 / shape)
    spent = cost * orders * each
    variance = squared + spent**2 / cost_shape
    third = squared * each * (1 + 2 / shape)
    low, high, loss = gain_range(
        orders * each - spent, variance, third, Persuaded(orders, orders * each, squared, doubt)
    )
    assert low <= orders * each - spent <= high
    assert 0 <= loss <= 1
    assert np.isfinite([low, high, loss]).all()


@pytest.mark.parametrize("size", [1, 5, 20, 200])
def test_a_small_campaign_without_costs_cannot_lose(size):
    customers = cdnow()
    model, few = fit_cltv(customers), customers.head(size)
    free = plan_campaign(model, few, Campaign("x", terms=Terms(0.05), holdout_share=0)).economics
    assert free.loss_chance == 0
    assert free.gain.low >= 0
    paid = Terms(0.0, Offer("amount", 2), contact_cost=0.1)
    nothing = plan_campaign(model, few, Campaign("x", terms=paid, holdout_share=0)).economics
    assert nothing.loss_chance > 0.99
    assert nothing.gain.high < 0


def test_a_measured_lift_leaves_the_expected_gain_and_widens_its_range():
    customers = cdnow()
    model = fit_cltv(customers)

    def figures(**terms):
        campaign = Campaign("x", terms=Terms(0.05, contact_cost=0.05, **terms))
        return plan_campaign(model, customers, campaign).economics

    assumed, measured = figures(), figures(lift_error=0.02, lift_tests=2)
    assert measured.gain.expected == pytest.approx(assumed.gain.expected)
    assert measured.gain.low < assumed.gain.low < assumed.gain.high < measured.gain.high
    assert measured.orders_with.high > assumed.orders_with.high
    assert measured.orders_without == assumed.orders_without
    # The lift alone makes a range of 1.28 x .02 / .05 of what the persuaded orders earn.
    half = (measured.gain.high - measured.gain.low) / 2
    assert half > 1.2 * 0.02 / 0.05 * measured.gain.expected


def test_a_large_campaign_without_skewness_has_the_range_of_a_normal_variable():
    low, high, loss = gain_range(100.0, 400.0, 0.0, Persuaded(500.0, 300.0, 200.0))
    assert (low, high) == pytest.approx((100 - 1.2815516 * 20, 100 + 1.2815516 * 20))
    assert loss == pytest.approx(norm.cdf(-5))


@pytest.mark.parametrize("mean", [100.0, -10.0, -60.0])
def test_a_large_campaign_has_the_range_of_its_three_moments(mean):
    variance, third = 400.0, 6_400.0  # a skewness of 0.8
    low, high, loss = gain_range(mean, variance, third, Persuaded(MANY, 300.0, 200.0))
    exact = pearson3(0.8, loc=mean, scale=20.0)
    assert (low, high) == pytest.approx((exact.ppf(0.1), exact.ppf(0.9)), rel=1e-9)
    assert loss == pytest.approx(exact.cdf(0), abs=1e-12)


def test_a_large_campaign_whose_lift_is_uncertain_has_the_moments_of_the_mixture():
    # N is Poisson of 100 times a gamma of mean 1 and variance 0.2; each order earns 3 or 5.
    orders, doubt, sizes = 100.0, 0.2, np.array([3.0, 5.0])
    one, two, three = (orders * (sizes**power).mean() for power in (1, 2, 3))
    variance = two + doubt * one**2
    # Third cumulant of a compound Poisson under a gamma intensity.
    third = three + 3 * doubt * one * two + 2 * doubt**2 * one**3
    low, high, loss = gain_range(one - 50, two, three, Persuaded(orders, one, two, doubt))
    exact = pearson3(third / variance**1.5, loc=one - 50, scale=variance**0.5)
    assert (low, high) == pytest.approx((exact.ppf(0.1), exact.ppf(0.9)), rel=1e-9)
    assert loss == pytest.approx(exact.cdf(0), abs=1e-12)


def test_a_campaign_that_persuades_nobody_loses_its_random_cost():
    low, high, loss = gain_range(-20.0, 16.0, 0.0, Persuaded(0.0, 0.0, 0.0))
    cost = gamma(25.0, scale=0.8)
    assert (low, high) == pytest.approx((-cost.ppf(0.9), -cost.ppf(0.1)), abs=2e-3)
    assert loss == pytest.approx(1.0)


@pytest.mark.parametrize(("orders", "cost"), [(3.0, 12.0), (8.0, 55.0), (0.05, 0.2)])
def test_a_small_campaign_is_a_poisson_number_of_orders_less_its_cost(orders, cost):
    each = 10.0  # every order earns the same, and the cost is certain
    low, high, loss = gain_range(
        orders * each - cost, orders * each**2, 0.0, Persuaded(orders, orders * each, orders * 100)
    )
    number = poisson(orders)
    mean = orders * each - cost
    near = 2e-4 * each * orders**0.5  # a quantile is searched for to that share of the width
    assert low == pytest.approx(min(each * number.ppf(0.1) - cost, mean), abs=near)
    assert high == pytest.approx(max(each * number.ppf(0.9) - cost, mean), abs=near)
    assert loss == pytest.approx(number.cdf(np.ceil(cost / each) - 1), abs=1e-9)


@pytest.mark.parametrize("doubt", [0.0, 0.3, 2.0, 25.0])
def test_the_number_of_persuaded_orders_is_poisson_or_negative_binomial(doubt):
    counts, chances = _numbers(4.0, doubt)
    exact = poisson(4.0) if doubt == 0 else nbinom(1 / doubt, 1 / (1 + 4.0 * doubt))
    assert counts[0] == 1
    assert np.diff(counts).tolist() == [1.0] * (len(counts) - 1)
    assert chances == pytest.approx(exact.pmf(counts), rel=1e-9)
    # Eight standard deviations hold all of it but for nothing that a range could show.
    assert chances.sum() + exact.pmf(0) == pytest.approx(1, abs=5e-3)


def test_the_doubt_of_a_small_campaign_has_an_end():
    at, beyond = (
        gain_range(10.0, 300.0, 0.0, Persuaded(2.0, 20.0, 300.0, doubt)) for doubt in (25.0, 400.0)
    )
    assert beyond[2] == pytest.approx(at[2])


def test_a_variable_below_a_value_is_gamma_or_its_mean():
    found = _gamma_below(5.0, [4.0, 5.0, 6.0, 4.0], [0.0, 0.0, 0.0, 8.0])
    assert found.tolist() == [1, 1, 0, pytest.approx(gamma(2.0, scale=2.0).cdf(5.0))]
    assert _gamma_below(-1.0, 4.0, 8.0) == 0
    # A variance of rounding is none.
    assert _gamma_below(4.1, 4.0, 1e-12) == 1


def test_a_gain_without_a_spread_is_certain():
    assert gain_range(5.0, 0.0, 0.0, Persuaded(3.0, 5.0, 0.0)) == (5.0, 5.0, 0.0)
    assert gain_range(-5.0, 0.0, 0.0, Persuaded(0.0, 0.0, 0.0)) == (-5.0, -5.0, 1.0)
    assert gain_range(0.0, 0.0, 0.0, Persuaded(0.0, 0.0, 0.0)) == (0.0, 0.0, 0.0)


def test_small_money_has_a_range_as_large_money_has():
    moments = (10.0, 400.0, 6_400.0, Persuaded(100.0, 60.0, 200.0))
    cents = (0.1, 0.04, 0.0064, Persuaded(100.0, 0.6, 0.02))
    low, high, loss = gain_range(*moments)
    assert gain_range(*cents) == pytest.approx((low / 100, high / 100, loss))


def test_a_spread_of_rounding_is_none():
    assert gain_range(1.0, 1e-26, 0.0, Persuaded(100.0, 1.0, 0.0)) == (1.0, 1.0, 0.0)
    low, high, _ = gain_range(1.0, 1e-20, 0.0, Persuaded(100.0, 1.0, 0.0))
    assert low < 1 < high
