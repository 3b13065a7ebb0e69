"""What a test can show: the stated power is reached, and proposals show what they say."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.power import NormalIndPower, TTestIndPower

from retention import (
    Campaign,
    DataError,
    Message,
    ModelError,
    Offer,
    Terms,
    detectable_lift,
    experiment_power,
    fit_cltv,
    plan_campaign,
)
from retention.experiments.power import ENOUGH_SHARE, MOST_TESTS, proposed_test
from tests.support.histories import cdnow

RUNS = 4_000


@pytest.fixture(scope="module")
def store():
    customers = cdnow()
    return fit_cltv(customers), customers


@pytest.fixture(scope="module")
def power(store):
    model, customers = store
    return experiment_power(customers, model)


def row(power, **wanted):
    chosen = power
    for name, value in wanted.items():
        chosen = chosen[chosen[name] == value]
    [only] = chosen.to_dict("records")
    return only


def test_there_is_a_row_for_each_metric_share_window_and_adjustment(power, store):
    keys = ["metric", "customers", "share_held_out", "days", "adjusted"]
    assert len(power) == len(power.drop_duplicates(keys)) == 3 * 1 * 4 * 4 * 2
    assert (power["addressed"] + power["held_out"] == len(store[1])).all()
    assert power["relative"].to_numpy() == pytest.approx(power["difference"] / power["expected"])


def test_means_are_compared_as_in_a_textbook(power):
    """The t test of statsmodels, which is the normal one at these sizes."""
    orders = row(power, metric="orders", share_held_out=0.3, days=28, adjusted=False)
    effect = TTestIndPower().solve_power(
        nobs1=orders["held_out"],
        ratio=orders["addressed"] / orders["held_out"],
        alpha=0.05,
        power=0.8,
    )
    assert orders["difference"] / orders["deviation"] == pytest.approx(effect, rel=3e-3)
    bought = row(power, metric="bought", share_held_out=0.3, days=28, adjusted=False)
    lift = detectable_lift(bought["addressed"], bought["held_out"], bought["expected"])
    assert bought["difference"] == pytest.approx(lift * (1 - bought["expected"]))
    share = bought["expected"] + bought["difference"]
    effect = 2 * (np.arcsin(share**0.5) - np.arcsin(bought["expected"] ** 0.5))
    reached = NormalIndPower().power(
        effect, bought["held_out"], 0.05, bought["addressed"] / bought["held_out"]
    )
    assert reached == pytest.approx(0.8, abs=1e-3)


def test_the_forecast_explains_as_much_of_cdnow_as_was_measured(power):
    # Measured on CDNOW's orders of the 28 days after a hidden end: 22 %.
    orders = row(power, metric="orders", share_held_out=0.5, days=28, adjusted=False)
    assert orders["explained"] == pytest.approx(0.22, abs=0.02)
    adjusted = row(power, metric="orders", share_held_out=0.5, days=28, adjusted=True)
    ratio = adjusted["difference"] / orders["difference"]
    assert ratio == pytest.approx((1 - orders["explained"]) ** 0.5)
    assert (power.groupby("days")["explained"].mean().diff().dropna() > 0).all()


def test_more_held_out_up_to_a_half_and_more_customers_show_smaller_differences(store):
    model, customers = store
    power = experiment_power(
        customers, model, days=[28], shares=[0.05, 0.1, 0.3, 0.5], sizes=[500, 5_000, 50_000]
    )
    for _, group in power.groupby(["metric", "adjusted", "customers"]):
        assert group.sort_values("share_held_out")["difference"].dropna().is_monotonic_decreasing
    orders = power[(power["metric"] == "orders") & ~power["adjusted"]]
    widest = orders[orders["share_held_out"] == 0.5].set_index("customers")["difference"]
    assert widest[500] / widest[50_000] == pytest.approx(10, rel=0.01)


@pytest.mark.parametrize("adjusted", [False, True])
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_power_of_orders_is_reached_in_simulated_tests(adjusted, share):
    """Customers with a known expected number of orders each: Poisson around a gamma."""
    rng = np.random.default_rng(11)
    shape, mean, size = 0.5, 0.3, 2_000
    between, within = mean**2 / shape, mean
    explained = between / (between + within)
    held = round(share * size)
    deviation = ((between + within) * (1 - explained if adjusted else 1)) ** 0.5
    difference = 2.8015852 * deviation * (1 / held + 1 / (size - held)) ** 0.5
    shown = 0
    for _ in range(RUNS // 4):
        expected = rng.gamma(shape, mean / shape, size)
        out = np.arange(size) < held
        orders = rng.poisson(expected).astype(float)
        # An effect that leaves the variance: it shifts everybody addressed.
        orders[~out] += difference
        outcome = orders - expected if adjusted else orders
        one, other = outcome[~out], outcome[out]
        error = (one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)) ** 0.5
        shown += abs(one.mean() - other.mean()) > 1.96 * error
    assert shown / (RUNS // 4) == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_power_of_the_share_who_order_is_reached_in_simulated_tests(power, share):
    shown = row(power, metric="bought", share_held_out=share, days=60, adjusted=False)
    rng = np.random.default_rng(12)
    addressed, held = shown["addressed"], shown["held_out"]
    buys = shown["expected"]
    one = rng.binomial(addressed, buys + shown["difference"], RUNS) / addressed
    other = rng.binomial(held, buys, RUNS) / held
    both = (one * addressed + other * held) / (addressed + held)
    error = (both * (1 - both) * (1 / addressed + 1 / held)) ** 0.5
    assert np.mean(np.abs(one - other) > 1.96 * error) == pytest.approx(0.8, abs=0.06)


def test_a_plan_says_what_its_own_window_shows(store):
    model, customers = store
    campaign = Campaign("Win back", holdout_share=0.3, window_days=28)
    plan = plan_campaign(model, customers, campaign)
    power = experiment_power(plan, shares=[0.3])
    bought = row(power, metric="bought", adjusted=False)
    assert (bought["days"], bought["addressed"], bought["held_out"]) == (
        28,
        plan.economics.customers,
        plan.held,
    )
    assert bought["difference"] == pytest.approx(plan.power.difference, rel=0.01)
    everybody = experiment_power(customers, model, days=[28], shares=[0.3])
    pd.testing.assert_frame_equal(power, everybody)
    with pytest.raises(DataError, match="28 days alone"):
        experiment_power(plan, days=[60])


def test_without_amounts_there_is_no_revenue(store):
    model, customers = store
    power = experiment_power(customers, replace(model, spend=None), days=[28], shares=[0.5])
    assert set(power["metric"]) == {"bought", "orders"}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"model": None}, DataError),
        ({"shares": [1.5]}, DataError),
        ({"shares": [0.0]}, DataError),
        ({"sizes": [1]}, DataError),
        ({"days": [0]}, ModelError),
    ],
)
def test_what_cannot_be_is_refused(store, wrong, error):
    model, customers = store
    with pytest.raises(error):
        experiment_power(customers, **({"model": model} | wrong))


def plan_of_lift(store, lift, **settings):
    model, customers = store
    terms = Terms(lift=lift, offer=Offer("percentage", 0.1))
    campaign = Campaign("Win back", messages=(Message(0), Message(10)), terms=terms)
    return plan_campaign(model, customers, replace(campaign, **settings))


def test_the_share_proposed_is_the_smallest_that_shows_the_lift(store):
    plan = plan_of_lift(store, 0.05, window_days=60)
    proposal = proposed_test(plan)
    assert not plan.power.suffices
    assert proposal.power.suffices
    assert 0.1 < proposal.share < 0.5
    # Two weeks after the message of day 10, in whole weeks.
    assert proposal.days == 28
    taken = plan_of_lift(store, 0.05, holdout_share=proposal.share, window_days=proposal.days)
    assert taken.held == proposal.held_out
    assert taken.power.shown == pytest.approx(proposal.power.shown, rel=0.01)
    assert taken.power.suffices
    assert proposed_test(taken) is None
    less = replace(taken.campaign, holdout_share=proposal.share - 0.02)
    assert not plan_campaign(*store, less).power.suffices


def test_the_same_lift_shows_better_in_the_days_proposed_than_in_more(store):
    shown = [
        plan_of_lift(store, 0.05, window_days=days, holdout_share=0.5).power.shown
        for days in (28, 60, 90, 180)
    ]
    assert shown == sorted(shown)


def test_a_window_close_to_the_best_one_stays(store):
    assert proposed_test(plan_of_lift(store, 0.05, window_days=30)).days == 30
    assert proposed_test(plan_of_lift(store, 0.05, window_days=14)).days == 28


def test_a_half_is_proposed_where_a_few_tests_show_the_lift_and_nothing_where_many_would(store):
    few = proposed_test(plan_of_lift(store, 0.02, window_days=28))
    assert few.share == 0.5
    half = plan_of_lift(store, 0.02, window_days=28, holdout_share=0.5)
    assert few.forgone == pytest.approx(half.forgone, rel=0.15)
    assert not few.power.suffices
    assert few.power.campaigns_needed <= MOST_TESTS
    assert proposed_test(plan_of_lift(store, 0.002, window_days=28)) is None
    assert proposed_test(plan_of_lift(store, 0.0, window_days=28)) is None
    assert proposed_test(plan_of_lift(store, 0.0, window_days=28, size="best")) is None


def test_more_held_out_than_it_takes_is_proposed_to_be_less(store):
    proposal = proposed_test(plan_of_lift(store, 0.3, window_days=28, holdout_share=0.5))
    assert proposal.share == ENOUGH_SHARE
    assert proposed_test(plan_of_lift(store, 0.3, window_days=28, holdout_share=0.1)) is None
    assert proposed_test(plan_of_lift(store, 0.3, window_days=28, holdout_share=0.05)) is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"model": None}, "Customers need a model beside them: give one from fit_cltv."),
        ({"shares": [0.0]}, "The share held out is 0.0. Give a share between 0 and 1."),
        ({"shares": [1.01]}, "The share held out is 1.01. Give a share between 0 and 1."),
        ({"sizes": [1]}, "The number of customers is 1. Give 2 or more."),
        ({"sizes": [20.5]}, "The number of customers is 20.5. Give 2 or more."),
    ],
)
def test_a_refusal_says_what_to_give(store, asked, said):
    model, customers = store
    with pytest.raises(DataError) as refusal:
        experiment_power(customers, **({"model": model} | asked))
    assert str(refusal.value) == said


def test_a_plan_is_asked_about_its_own_window_or_none(store):
    plan = plan_campaign(*store, Campaign("Win back", window_days=28))
    own = experiment_power(plan, shares=[0.1])
    pd.testing.assert_frame_equal(experiment_power(plan, days=[28], shares=[0.1]), own)
    with pytest.raises(DataError) as refusal:
        experiment_power(plan, days=[28, 60])
    assert str(refusal.value) == (
        "The plan knows its window of 28 days alone. Give the customers and the model to look at "
        "other days."
    )


def test_a_plan_for_nobody_has_nothing_to_compare(store):
    hopeless = Campaign("Win back", terms=Terms(0.0, contact_cost=1), size="best")
    with pytest.raises(DataError) as refusal:
        experiment_power(plan_campaign(*store, hopeless), sizes=[100])
    assert str(refusal.value) == "Nobody is addressed, so there is nothing to compare."


def test_the_table_has_a_row_for_each_question(store):
    model, customers = store
    power = experiment_power(customers, model, days=[14, 28], shares=[0.1, 0.5], sizes=[1_000, 50])
    assert power.columns.tolist() == [
        *("metric", "customers", "share_held_out", "days", "adjusted", "addressed", "held_out"),
        *("expected", "deviation", "explained", "difference", "relative"),
    ]
    assert len(power) == 2 * 2 * 2 * 3 * 2
    first = power.iloc[0]
    assert first[:7].tolist() == ["bought", 1_000, 0.1, 14, False, 900, 100]
    assert power.iloc[1]["adjusted"]
    assert power["relative"].tolist() == pytest.approx(
        (power["difference"] / power["expected"]).tolist(), nan_ok=True
    )
    few = power[(power["customers"] == 50) & (power["share_held_out"] == 0.1)]
    assert few["held_out"].eq(5).all()


@pytest.mark.parametrize("metric", ["bought", "orders", "revenue"])
def test_adjusted_by_the_forecast_the_explained_share_of_the_variance_is_gone(power, metric):
    wanted = {"metric": metric, "share_held_out": 0.2, "days": 60}
    plain = row(power, adjusted=False, **wanted)
    adjusted = row(power, adjusted=True, **wanted)
    assert 0 < plain["explained"] < 1
    assert adjusted["explained"] == plain["explained"]
    assert (adjusted["difference"] / plain["difference"]) ** 2 == pytest.approx(
        1 - plain["explained"], rel=0.05
    )


def test_a_group_of_one_shows_nothing(store):
    model, customers = store
    power = experiment_power(customers, model, days=[28], shares=[0.1], sizes=[10, 20])
    alone = power[power["customers"] == 10]
    assert alone["held_out"].eq(1).all()
    assert alone["difference"].isna().all()
    # Two held out of twenty are the fewest that orders are compared of.
    two = power[(power["customers"] == 20) & (power["metric"] == "orders")]
    assert two["difference"].notna().all()


def test_what_a_proposal_forgoes_is_what_its_share_would_gain(store):
    plan = plan_of_lift(store, 0.05, window_days=28)
    proposal = proposed_test(plan)
    whole = plan_of_lift(store, 0.05, window_days=28, holdout_share=0.0)
    assert proposal.forgone == pytest.approx(proposal.share * whole.economics.gain.expected)
    assert proposal.held_out == round(proposal.share * plan.size)
    assert proposal.power.customers == plan.size
    # What other days than the plan's would gain is not known.
    assert np.isnan(proposed_test(plan_of_lift(store, 0.05, window_days=60)).forgone)


def test_a_share_a_little_larger_than_needed_stays(store):
    needed = proposed_test(plan_of_lift(store, 0.05, window_days=28)).share
    close = plan_of_lift(store, 0.05, window_days=28, holdout_share=needed + 0.04)
    assert proposed_test(close) is None
    far = plan_of_lift(store, 0.05, window_days=28, holdout_share=needed + 0.06)
    assert proposed_test(far).share == needed


@pytest.fixture(scope="module")
def dear(store):
    """A plan whose messages cost so much that they pay for some customers alone."""
    terms = Terms(lift=0.1, offer=Offer("percentage", 0.1), contact_cost=0.5)
    plan = plan_of_lift(store, 0.1, terms=terms, window_days=28, size="best")
    assert 100 < plan.size < len(store[1]) / 10
    return plan


def test_a_plan_for_some_customers_is_judged_by_these_alone(store, dear):
    model, customers = store
    addressed = dear.chosen[dear.reachable.ledger.cell] > 0
    alone = experiment_power(customers[addressed], model, days=[28], shares=[0.5])
    power = experiment_power(dear, shares=[0.5])
    pd.testing.assert_frame_equal(power, alone)
    everybody = experiment_power(customers, model, days=[28], shares=[0.5])
    assert not np.isclose(power["expected"], everybody["expected"], rtol=0.1).any()


def test_a_proposal_for_some_customers_shows_what_the_plan_then_shows(store, dear):
    proposal = proposed_test(dear)
    taken = plan_campaign(*store, replace(dear.campaign, holdout_share=proposal.share))
    assert taken.held == proposal.held_out
    assert taken.power.shown == pytest.approx(proposal.power.shown, rel=0.01)


def test_who_orders_or_not_varies_as_one_draw_does(power):
    bought = power[power["metric"] == "bought"]
    chance = bought["expected"].to_numpy()
    assert bought["deviation"].to_numpy() ** 2 == pytest.approx(chance * (1 - chance))
