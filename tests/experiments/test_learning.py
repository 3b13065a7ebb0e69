"""What finished tests teach the next plan."""

from datetime import date

import numpy as np
import pytest

from retention import DataError, MeasuredLift, learned_lift, lift_source, measured_lift
from retention.campaigns.usual import StartingLift, usual_campaign
from retention.experiments.learning import (
    BETWEEN,
    BETWEEN_KINDS,
    PRIOR_TESTS,
    LiftPrior,
    usual_prior,
)

END = date(2026, 3, 1)
PRIOR = LiftPrior(lift=0.05, spread=0.05)


def finished(lift, error, stages=("at_risk",), strategy="reactivation"):
    return MeasuredLift(
        name="Spring",
        strategy=strategy,
        stages=stages,
        lift=lift,
        standard_error=error,
        addressed=900,
        held_out=100,
        end=END,
    )


def test_the_lift_of_two_shares_has_the_error_of_the_delta_method():
    measured = measured_lift(
        "Spring",
        strategy="deals",
        stages=["vip"],
        addressed=900,
        held_out=100,
        bought_addressed=0.15,
        bought_held_out=0.10,
        end=END,
    )
    assert measured.lift == pytest.approx(0.05 / 0.9)
    # By hand: sqrt(.15 x .85 / 900 + (.85 / .9)² x .1 x .9 / 100) / .9
    assert measured.standard_error == pytest.approx(0.0341465, abs=1e-6)
    assert (measured.name, measured.strategy, measured.stages) == ("Spring", "deals", ("vip",))


def test_the_error_is_that_of_simulated_tests():
    rng = np.random.default_rng(3)
    addressed, held_out, buys, lift = 2_000, 500, 0.2, 0.06
    one = rng.binomial(addressed, buys + lift * (1 - buys), 20_000) / addressed
    other = rng.binomial(held_out, buys, 20_000) / held_out
    lifts = (one - other) / (1 - other)
    measured = measured_lift(
        "x",
        strategy="",
        stages=(),
        addressed=addressed,
        held_out=held_out,
        bought_addressed=buys + lift * (1 - buys),
        bought_held_out=buys,
        end=END,
    )
    assert measured.lift == pytest.approx(lift)
    assert measured.standard_error == pytest.approx(lifts.std(), rel=0.03)


@pytest.mark.parametrize("bought", [(0.0, 0.0), (1.0, 0.0), (0.1, 0.0)])
def test_where_nobody_bought_the_lift_is_not_taken_as_certain(bought):
    measured = measured_lift(
        "x",
        strategy="deals",
        stages=(),
        addressed=90,
        held_out=10,
        bought_addressed=bought[0],
        bought_held_out=bought[1],
        end=END,
    )
    assert measured.lift == pytest.approx(bought[0])
    assert measured.standard_error > 0.005


def test_where_everybody_held_out_bought_nothing_is_known_and_nothing_learned():
    measured = measured_lift(
        "x",
        strategy="deals",
        stages=("vip",),
        addressed=90,
        held_out=10,
        bought_addressed=0.5,
        bought_held_out=1.0,
        end=END,
    )
    assert np.isnan([measured.lift, measured.standard_error]).all()
    assert learned_lift([measured], "deals", ["vip"]).source == "assumption"


@pytest.mark.parametrize("wrong", [{"addressed": 0}, {"held_out": 2.5}, {"bought_addressed": 1.2}])
def test_groups_and_shares_that_cannot_be_are_refused(wrong):
    right = {"addressed": 90, "held_out": 10, "bought_addressed": 0.2, "bought_held_out": 0.1}
    with pytest.raises(DataError):
        measured_lift("x", strategy="", stages=(), end=END, **(right | wrong))


def test_without_a_test_the_lift_is_the_prior():
    learned = learned_lift([], "deals", ["vip"], PRIOR)
    assert (learned.lift, learned.tests, learned.source) == (0.05, 0, "assumption")
    assert learned.low == pytest.approx(0.05 - 1.2815516 * 0.05)
    assert learned.start == StartingLift(0.05, error=0.0, tests=0)


def test_one_test_is_joined_with_the_prior_by_precision():
    learned = learned_lift([finished(0.031, 0.016)], "reactivation", ["at_risk"], PRIOR)
    # By hand: variances .0025 x .25 between campaigns and .0025 x .75 of their mean.
    weight, of_mean = 1 / (0.016**2 + 0.000625), 1 / 0.001875
    assert learned.lift == pytest.approx((weight * 0.031 + of_mean * 0.05) / (weight + of_mean))
    assert learned.lift == pytest.approx(0.037074, abs=1e-6)
    assert learned.error == pytest.approx((1 / (weight + of_mean) + 0.000625) ** 0.5)
    assert learned.high - learned.low == pytest.approx(2 * 1.2815516 * learned.error)
    assert learned.source == "same strategy and stages"


def test_the_differences_between_campaigns_are_those_of_dersimonian_and_laird():
    # Four tests by hand: weights 400, 400, 100 and 100.
    values, errors = [0.10, 0.30, 0.20, 0.60], [0.05, 0.05, 0.10, 0.10]
    weights = np.array([1 / error**2 for error in errors])
    mean = weights @ values / weights.sum()
    scatter = weights @ (np.array(values) - mean) ** 2
    assert scatter == pytest.approx(22.4)
    between = (scatter - 3) / (weights.sum() - (weights**2).sum() / weights.sum())
    assert between == pytest.approx(19.4 / 660)
    # A prior that knows nothing of the mean leaves the estimate of the random-effects model.
    prior = LiftPrior(lift=0.0, spread=1e-9)
    tests = [finished(value, error) for value, error in zip(values, errors, strict=True)]
    wide = learned_lift(tests, "reactivation", ["at_risk"], LiftPrior(0.0, 10.0))
    shrunk = (PRIOR_TESTS * BETWEEN * 100 + 3 * between) / (PRIOR_TESTS + 3)
    random = 1 / (np.array(errors) ** 2 + shrunk)
    assert wide.lift == pytest.approx(random @ values / (random.sum() + 1 / 75))
    sure = learned_lift(tests, "reactivation", ["at_risk"], prior)
    assert sure.lift == pytest.approx(0.0, abs=1e-9)
    assert sure.error == pytest.approx((3 * between / (PRIOR_TESTS + 3)) ** 0.5, rel=1e-6)


def test_more_tests_that_agree_make_the_range_of_the_next_campaign_narrower():
    widths = []
    for number in (0, 1, 2, 5, 20):
        tests = [finished(0.03 + 0.002 * (n % 2), 0.012) for n in range(number)]
        learned = learned_lift(tests, "reactivation", ["at_risk"], PRIOR)
        widths.append(learned.high - learned.low)
    assert widths == sorted(widths, reverse=True)
    assert learned.lift == pytest.approx(0.031, abs=0.002)


def test_tests_on_other_customers_count_less_and_only_where_there_are_none_on_these():
    elsewhere, here = finished(0.02, 0.005, ("vip",)), finished(0.04, 0.005)
    both = learned_lift([elsewhere, here], "reactivation", ["at_risk"], PRIOR)
    alone = learned_lift([here], "reactivation", ["at_risk"], PRIOR)
    assert both == alone
    other = learned_lift([elsewhere], "reactivation", ["at_risk"], PRIOR)
    assert other.source == "same strategy"
    same = learned_lift([elsewhere], "reactivation", ["vip"], PRIOR)
    assert same.lift < other.lift < PRIOR.lift
    assert same.error < other.error < PRIOR.spread
    assert BETWEEN < BETWEEN_KINDS < 1


def test_another_strategy_teaches_nothing_and_own_campaigns_only_on_the_same_stages():
    assert learned_lift([finished(0.02, 0.005)], "deals", ["at_risk"]).source == "assumption"
    own = [finished(0.02, 0.005, strategy="")]
    assert learned_lift(own, "", ["at_risk"]).tests == 1
    assert learned_lift(own, "", ["vip"]).source == "assumption"
    assert learned_lift([finished(0.02, 0.005, ())], "reactivation", ()).source == "same strategy"


def test_a_campaign_that_drives_away_starts_from_no_lift_and_its_range_says_so():
    tests = [finished(-0.03, 0.005), finished(-0.04, 0.005), finished(-0.035, 0.005)]
    learned = learned_lift(tests, "reactivation", ["at_risk"], PRIOR)
    assert learned.low < learned.lift < 0
    assert learned.start.lift == 0
    assert learned.start.tests == 3


def test_a_prior_without_a_spread_is_refused():
    with pytest.raises(DataError, match="above 0"):
        learned_lift([], "deals", prior=LiftPrior(0.05, 0.0))


def test_the_next_plan_starts_from_what_was_learned():
    tests = [finished(0.031, 0.016), finished(0.025, 0.012)]
    learned = learned_lift(tests, "reactivation", ["at_risk"], usual_prior())
    campaign = usual_campaign("reactivation", groups=("at_risk",), lift_source=lift_source(tests))
    assert campaign.terms.lift == round(learned.lift, 3)
    assert campaign.terms.lift_error == pytest.approx(learned.error, abs=1e-4)
    assert campaign.terms.lift_tests == 2
    assert usual_campaign("deals", lift_source=lift_source(tests)).terms.lift_tests == 0


def test_the_range_holds_the_next_campaign_in_simulated_stores():
    """Lifts of a strategy around a mean from the prior, and tests of some of them."""
    rng = np.random.default_rng(5)
    held = []
    for _ in range(2_000):
        mean = rng.normal(PRIOR.lift, (1 - BETWEEN) ** 0.5 * PRIOR.spread)
        lifts = rng.normal(mean, BETWEEN**0.5 * PRIOR.spread, 4)
        tests = [finished(rng.normal(lift, 0.02), 0.02) for lift in lifts[:3]]
        learned = learned_lift(tests, "reactivation", ["at_risk"], PRIOR)
        held.append(learned.low <= lifts[3] <= learned.high)
    # Three tests tell little of how much campaigns differ.
    assert 0.74 < np.mean(held) < 0.83


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"addressed": 0}, "0 customers were addressed. Give a whole number above 0."),
        ({"held_out": -1}, "-1 customers were held out. Give a whole number above 0."),
        ({"held_out": 2.5}, "2.5 customers were held out. Give a whole number above 0."),
        (
            {"bought_addressed": 1.2},
            "The share of those addressed who ordered is 1.2. Give a share from 0 to 1.",
        ),
        (
            {"bought_held_out": -0.1},
            "The share of those held out who ordered is -0.1. Give a share from 0 to 1.",
        ),
    ],
)
def test_a_refusal_says_which_group_and_what_to_give(wrong, said):
    right = {"addressed": 1, "held_out": 1, "bought_addressed": 1, "bought_held_out": 0}
    assert measured_lift("x", strategy="", stages=(), end=END, **right).addressed == 1
    with pytest.raises(DataError) as refusal:
        measured_lift("x", strategy="", stages=(), end=END, **(right | wrong))
    assert str(refusal.value) == said


def test_a_measured_lift_holds_what_was_counted():
    measured = measured_lift(
        "Spring",
        strategy="deals",
        stages=["vip", "loyal"],
        addressed=900,
        held_out=100,
        bought_addressed=0.15,
        bought_held_out=0.10,
        end=END,
    )
    assert (measured.stages, measured.addressed, measured.held_out, measured.end) == (
        ("vip", "loyal"),
        900,
        100,
        END,
    )


def test_a_share_of_nobody_counts_as_half_a_buyer_in_one_customer_more():
    def measured(bought_addressed: float):
        return measured_lift(
            "x",
            strategy="",
            stages=(),
            addressed=90,
            held_out=10,
            bought_addressed=bought_addressed,
            bought_held_out=0.0,
            end=END,
        )

    # By hand: 90.5 of 91 addressed ordered; the ratio of those who stayed away is 0.
    share = 1 - 0.5 / 91
    assert measured(1.0).standard_error == pytest.approx((share * (1 - share) / 91) ** 0.5)
    one, other = 0.5 / 91, 0.5 / 11
    assert measured(0.0).standard_error == pytest.approx(
        (one * (1 - one) / 91 + other * (1 - other) / 11) ** 0.5
    )


@pytest.mark.parametrize("spread", [0.0, -0.1, float("nan")])
def test_a_prior_without_a_spread_is_refused_with_its_spread(spread):
    with pytest.raises(DataError) as refusal:
        learned_lift([], "deals", prior=LiftPrior(0.05, spread))
    assert str(refusal.value) == f"The prior's spread is {spread!r}. Give a number above 0."


def test_a_lift_to_start_from_lies_from_0_to_1_and_has_three_digits():
    learned = learned_lift([], "deals", ["vip"], LiftPrior(lift=1.2, spread=0.5))
    assert learned.start == StartingLift(1.0, error=0.0, tests=0)
    wide = learned_lift([finished(0.0312345, 50.0)], "reactivation", ["at_risk"], LiftPrior(0.5, 9))
    assert wide.start.error == 1.0
    close = learned_lift([finished(0.0312345, 0.0)], "reactivation", ["at_risk"], PRIOR)
    assert close.start.lift == round(close.lift, 3)
    assert close.start.error == round(close.error, 4)


def test_a_test_of_an_unknown_or_impossible_error_does_not_count():
    for error in (float("nan"), float("inf"), -0.01):
        assert learned_lift([finished(0.02, error)], "reactivation", ["at_risk"]).tests == 0
    assert learned_lift([finished(0.02, 0.0)], "reactivation", ["at_risk"]).tests == 1


def test_the_prior_of_a_store_is_as_wide_as_its_lift_and_never_certain():
    assert usual_prior(1.0) == LiftPrior(lift=0.008, spread=0.008)
    assert lift_source([])("deals", (), 0.0) == StartingLift(0.0)
    none = learned_lift([], "deals")
    assert (none.lift, none.error) == usual_prior()


def test_tests_that_agree_more_than_chance_would_leave_the_priors_differences_alone():
    # Both lifts are the same, so that the tests see no difference between campaigns.
    learned = learned_lift([finished(0.04, 0.01)] * 2, "reactivation", ["at_risk"], PRIOR)
    differ = PRIOR_TESTS * BETWEEN * PRIOR.spread**2 / (PRIOR_TESTS + 1)
    of_mean = (1 - BETWEEN) * PRIOR.spread**2
    precision = 2 / (0.01**2 + differ) + 1 / of_mean
    assert learned.error == pytest.approx((1 / precision + differ) ** 0.5)
    assert learned.lift == pytest.approx(
        (2 * 0.04 / (0.01**2 + differ) + 0.05 / of_mean) / precision
    )
