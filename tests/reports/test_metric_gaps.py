"""What closing a gap is worth, by a calculation on the period and by the model."""

from dataclasses import replace

import numpy as np
import pytest

from retention import (
    DataError,
    Levers,
    fit_cltv,
    read_scorecard,
    what_if,
)
from retention.history.metrics import METRICS
from retention.reports.metric_gaps import LARGEST_MOVE, LEVERS
from tests.support.histories import cdnow
from tests.support.scorecards import april, benchmark, target, with_verdicts


@pytest.fixture(scope="module")
def card():
    return april()


TERMS = {"horizon_days": 365, "annual_discount_rate": 0.1, "margin": 0.4}


def test_without_a_model_the_gaps_are_calculated_on_the_period(card):
    """41 orders of 20 by 40 customers, 31 of them by 30 who came back."""
    assert (card.counts.orders, card.counts.customers, card.counts.revenue) == (41, 40, 820.0)
    comparisons = [
        target("average_order_value", 25.0, 20.0),
        target("orders_per_customer", 1.525, 1.025),
        benchmark("repeat_purchase_rate", 0.28, 0.2, n=500),
        benchmark("returning_order_value", 0.16, 0.0, computed_as="later_order_value"),
        target("days_to_second_order", 50.0, 100.0),
    ]
    read = read_scorecard(with_verdicts(card), comparisons)
    # 0.08 x 500 customers x 20; 0.5 x 40 x 20; 5 x 41; 16 % of 31 x 20; a wait is not worth money.
    assert [(gap.metric, gap.arithmetic) for gap in read.gaps[:-1]] == [
        ("repeat_purchase_rate", pytest.approx(800)),
        ("orders_per_customer", pytest.approx(400)),
        ("average_order_value", pytest.approx(205)),
        ("returning_order_value", pytest.approx(99.2)),
    ]
    assert read.gaps[-1].metric == "days_to_second_order"
    assert read.main.gain is None
    assert read.main.against == "benchmark"
    assert "no fitted model" in read.main.basis
    assert "One order more from each of the 40 customers" in read.main.arithmetic_basis
    assert read.finding == (
        "Repeat purchase rate is behind its benchmark, and of the 4 of 5 gaps that can be put in "
        "money closing this "
        "one is worth most by a simple calculation on the period."
    )
    assert read.strategies[0].key == "loyalty"


def test_a_lift_is_closed_by_the_ratio_of_what_orders_are_worth(card):
    comparison = benchmark("returning_order_value", 0.1615, 0.10, computed_as="later_order_value")
    assert read_scorecard(card, [comparison]).main.change == pytest.approx(1.1615 / 1.10 - 1)


@pytest.fixture(scope="module")
def customers():
    return cdnow()


@pytest.fixture(scope="module")
def model(customers):
    return fit_cltv(customers)


def gain_of(card, comparison, model, customers):
    return read_scorecard(card, [comparison], model, customers, **TERMS).main


def test_a_tenth_more_an_order_is_worth_a_tenth_of_todays_value(card, model, customers):
    gap = gain_of(card, target("average_order_value", 22.0, 20.0), model, customers)
    today = what_if(model, customers, Levers(), **TERMS).today.expected
    assert (gap.lever, gap.moved, gap.capped) == ("order_value", pytest.approx(0.1), False)
    assert gap.gain.expected == pytest.approx(0.1 * today)
    assert gap.gain.low < gap.gain.expected < gap.gain.high
    assert "365 days" in gap.basis
    assert "(+10.0%;" in gap.basis


@pytest.mark.parametrize("metric", ["repeat_purchase_rate", "orders_per_customer"])
def test_missing_orders_move_the_repeat_rate(card, model, customers, metric):
    gap = gain_of(card, benchmark(metric, 0.30, 0.24), model, customers)
    assert (
        gap.gain.expected
        == what_if(model, customers, Levers(repeat_rate=0.30 / 0.24 - 1), **TERMS).gain.expected
    )
    assert not gap.capped


def test_the_range_of_the_worth_holds_what_is_not_known_of_the_gap(card, model, customers):
    """Orders that are worth between 2.5 and 10.1 % too little: nearly all of the range is the
    gap's.
    """

    def found(width):
        held = target("average_order_value", 25.5, 24.0)
        store = replace(held.store, low=24.0 * (1 - width), high=24.0 * (1 + width))
        return read_scorecard(card, [replace(held, store=store)], model, customers, **TERMS).main

    sure, unsure = found(1e-9), found(0.035)
    alone = what_if(model, customers, Levers(order_value=1.5 / 24), **TERMS).gain
    assert (sure.gain.low, sure.gain.high) == pytest.approx((alone.low, alone.high))
    assert unsure.gain.expected == sure.gain.expected == alone.expected
    # 80 % ends of the store: 0.654 of the 95 % ones.
    low, high = (24.0 * (1 + side * 0.035 * 1.2815516 / 1.9599640) for side in (-1, 1))
    assert (unsure.low, unsure.high) == pytest.approx((low, high))
    worth = [
        what_if(model, customers, Levers(order_value=25.5 / end - 1), **TERMS).gain.expected
        for end in (high, low)
    ]
    assert unsure.gain.low == pytest.approx(
        alone.expected - np.hypot(alone.expected - alone.low, alone.expected - worth[0])
    )
    assert unsure.gain.high == pytest.approx(
        alone.expected + np.hypot(alone.high - alone.expected, worth[1] - alone.expected)
    )
    assert "+3.9% to +8.7%" in unsure.basis


@pytest.mark.parametrize("metric", ["customer_retention_rate", "repeat_purchase_rate"])
def test_the_range_of_other_levers_is_that_of_the_gaps_ends(card, model, customers, metric):
    held = target(metric, 0.30, 0.27)
    store = replace(held.store, low=0.27 - 0.02, high=0.27 + 0.02)
    gap = read_scorecard(card, [replace(held, store=store)], model, customers, **TERMS).main
    narrow = target(metric, 0.30, gap.low), target(metric, 0.30, gap.high)
    most, least = (gain_of(card, one, model, customers).gain.expected for one in narrow)
    assert gap.gain.low < least < gap.gain.expected < most < gap.gain.high
    own = gain_of(
        card, replace(held, store=replace(held.store, low=0.27, high=0.27)), model, customers
    ).gain
    assert gap.gain.low == pytest.approx(
        own.expected - np.hypot(own.expected - own.low, own.expected - least), rel=0.02
    )
    assert gap.gain.high == pytest.approx(
        own.expected + np.hypot(own.high - own.expected, most - own.expected), rel=0.02
    )


def test_a_gap_to_the_past_is_as_unsure_as_the_change(card, model, customers):
    card = with_verdicts(card, {"average_order_value": "down"})
    gap = read_scorecard(card, [], model, customers, **TERMS).main
    # From 25 to 20: a fifth less, and 95 % sure that it is 15 to 25 % less.
    narrower = 1.2815516 / 1.9599640
    assert (gap.store, gap.aim) == (20.0, 25.0)
    assert (gap.low, gap.high) == pytest.approx((20 - 1.25 * narrower, 20 + 1.25 * narrower))
    assert gap.gain.low < gap.gain.expected < gap.gain.high


@pytest.mark.parametrize(
    ("metric", "aim", "value"), [("customer_retention_rate", 0.3, 0.2), ("churn_rate", 0.7, 0.8)]
)
def test_missing_customers_leave_less_often_by_the_same_share(
    card, model, customers, metric, aim, value
):
    """80 % lost instead of 70 %: an eighth fewer leave after an order."""
    gap = gain_of(card, target(metric, aim, value), model, customers)
    leave = model.a / (model.a + model.b)
    assert gap.lever == "retention"
    assert 1 - (1 - leave) * (1 + gap.moved) == pytest.approx(leave * 7 / 8)
    assert gap.gain.expected == pytest.approx(
        what_if(model, customers, Levers(retention=gap.moved), **TERMS).gain.expected
    )
    assert gap.gain.expected > 0


def test_a_gap_beyond_the_lever_is_capped(card, model, customers):
    gap = gain_of(card, benchmark("repeat_purchase_rate", 0.28, 0.1), model, customers)
    assert (gap.moved, gap.capped, gap.change) == (LARGEST_MOVE, True, pytest.approx(1.8))
    assert gap.gain.expected == pytest.approx(
        what_if(model, customers, Levers(repeat_rate=LARGEST_MOVE), **TERMS).gain.expected
    )
    assert "asks for +180%, and the forecast stops at +50%" in gap.basis
    assert "-" not in gap.basis


def test_the_gap_worth_most_by_the_forecast_comes_first(card, model, customers):
    comparisons = [
        benchmark("repeat_purchase_rate", 0.28, 0.27, n=1_000_000),
        target("average_order_value", 26.0, 20.0),
        target("days_to_second_order", 50.0, 100.0),
    ]
    read = read_scorecard(card, comparisons, model, customers, **TERMS)
    assert [gap.metric for gap in read.gaps] == [
        *("average_order_value", "repeat_purchase_rate", "days_to_second_order")
    ]
    assert read.gaps[0].arithmetic < read.gaps[1].arithmetic
    assert read.gaps[2].gain is None
    assert "No lever" in read.gaps[2].basis
    assert read.finding.endswith(
        "gaps that can be put in money closing this one is worth most by the forecast."
    )
    both = read_scorecard(card, comparisons[1:], model, customers, **TERMS)
    assert (
        both.finding
        == "Average order value is behind its target, the only one of 2 gaps that can be put in "
        "money."
    )


def test_what_cannot_be_forecast_says_why(card, model, customers):
    none = gain_of(card, benchmark("repeat_purchase_rate", 0.28, 0.0), model, customers)
    assert none.gain is None
    assert "nothing to rise from" in none.basis
    with pytest.raises(DataError, match="customers"):
        read_scorecard(card, [], model)


def test_every_lever_stands_for_a_metric_that_can_be_behind():
    assert all(METRICS[name].better for name in LEVERS)
    assert set(LEVERS.values()) <= set(Levers.__dataclass_fields__)
