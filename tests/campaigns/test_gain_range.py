"""The range of a campaign's gain beside simulated campaigns, of a few persuaded orders to many."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from retention import Campaign, Offer, Terms, fit_cltv, plan_campaign
from retention.campaigns.gain_range import Persuaded, gain_range
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
