import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention import (
    Benchmark,
    Comparison,
    DataError,
    Levers,
    Period,
    Target,
    compare,
    fit_cltv,
    read_scorecard,
    sample_orders,
    what_if,
)
from retention.history.metrics import METRICS
from retention.history.order_history import order_history
from retention.reports.metric_gaps import LEVERS, LARGEST_MOVE
from retention.reports.industry import ALL
from retention.reports.scorecard import scorecard_of
from retention.reports.store_values import StoreValue
from retention.reports.scorecard_verdict import READ
from tests.support.histories import cdnow
from tests.support.orders_stub import orders_of

TERMS = {"horizon_days": 365, "annual_discount_rate": 0.1, "margin": 0.4}


@pytest.fixture(scope="module")
def card():
    """April 2024: 40 customers with an order of 20 each, 10 of them new; the same 30 in March and a year before."""
    months = ["2023-04-10", "2024-03-10", "2024-04-10"]
    rows = [(f"C{number}", month, 20.0) for number in range(30) for month in months]
    rows += [(f"N{number}", "2024-04-12", 20.0) for number in range(10)]
    rows += [("C0", "2023-03-01", 20.0), ("C0", "2024-04-30", 20.0)]
    history = order_history(
        orders_of(pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"]))
    )
    return scorecard_of(history, Period(date(2024, 4, 1), date(2024, 5, 1)))


def with_verdicts(card, previous: dict[str, str] | None = None, year: dict[str, str] | None = None):
    """The card with these verdicts, and no clear change elsewhere; None where there is no such period."""

    def changed(verdicts):
        if verdicts is None:
            return pd.DataFrame(columns=["value", "change", "low", "high", "verdict", "why"])
        frame = pd.DataFrame(
            {"value": 1.25 * card.metrics["value"], "change": -0.2, "low": -0.25, "high": -0.15}
        )
        verdict = [verdicts.get(name, "no clear change") for name in frame.index]
        return frame.assign(
            verdict=verdict,
            why=[f"Why {name}." if name in verdicts else "" for name in frame.index],
        )

    return replace(
        card,
        previous=None if previous is None else card.period.previous(),
        year_before=None if year is None else card.period.year_before(),
        against_previous=changed(previous),
        against_year=changed(year),
    )


def benchmark(metric, low, value, n=1000, high=None, computed_as="repeat_customers"):
    """A store at `value`, give or take a hundredth of it."""
    against = Benchmark(metric, ALL, low, low if high is None else high, computed_as, "", "", 2020)
    period = Period(date(2024, 1, 1), date(2025, 1, 1))
    return Comparison(metric, against, StoreValue(value, 0.99 * value, 1.01 * value, n, period))


def target(metric, aim, value, n=1000):
    return replace(benchmark(metric, 0.5, value, n), against=Target(metric, aim))


# --- Ahead, behind, better, worse -------------------------------------------------------------------


def test_each_metric_says_where_it_stands(card):
    card = with_verdicts(
        card,
        {
            "repeat_purchase_rate": "up",
            "average_order_value": "down",
            "days_to_second_order": "down",
            "returning_revenue_share": "up",
            "orders_per_customer": "too little data",
        },
    )
    comparisons = [
        benchmark("customer_retention_rate", 0.3, 0.45, high=0.4),
        benchmark("repeat_purchase_rate", 0.28, 0.28),
        benchmark("returning_revenue_share", 0.4, 0.6),
        benchmark("returning_order_value", 0.16, 0.2, n=12),
        target("average_order_value", 25.0, 20.0),
    ]
    found = {row.metric: row for row in read_scorecard(card, comparisons).metrics}
    assert tuple(found) == READ
    assert {name: (row.status, row.previous, row.year) for name, row in found.items()} == {
        "customer_retention_rate": ("ahead", "no clear change", "unknown"),
        "repeat_purchase_rate": ("on par", "better", "unknown"),
        "average_order_value": ("behind", "worse", "unknown"),
        "orders_per_customer": ("unknown", "unknown", "unknown"),
        "days_to_second_order": ("unknown", "better", "unknown"),
        "returning_revenue_share": ("above", "higher", "unknown"),
        "returning_order_value": ("unknown", "no clear change", "unknown"),
    }
    assert found["orders_per_customer"].why[:2] == (
        "There is no benchmark, and no target is set.",
        "Why orders_per_customer.",
    )
    assert (
        found["returning_order_value"].why[0]
        == "Too little data: 12 customers or waits, of 30 that it takes."
    )
    assert found["repeat_purchase_rate"].why[:2] == ("", "")
    assert "do not reach back" in found["repeat_purchase_rate"].why[2]


def test_the_summary_counts_them(card):
    comparisons = [
        benchmark("customer_retention_rate", 0.3, 0.45),
        benchmark("repeat_purchase_rate", 0.28, 0.5),
        benchmark("returning_order_value", 0.16, 0.1),
        target("average_order_value", 20.0, 20.0),
    ]
    card = with_verdicts(card, {"repeat_purchase_rate": "up", "average_order_value": "down"}, {})
    assert read_scorecard(card, comparisons).summary == (
        "Of 4 metrics with a benchmark or target, 2 are ahead, 1 is on par and 1 is behind. Of 7 metrics against the "
        "30 days before, 1 is better, 1 is worse and 5 show no clear change. Of 7 metrics against the same days a "
        "year before, 7 show no clear change."
    )
    alone = read_scorecard(with_verdicts(card), [])
    assert alone.summary == "No metric has a benchmark or a target to be held against."
    assert alone.finding == "There is too little data to tell what holds the store back."
    assert (alone.main, alone.watch, alone.strategies) == (None, None, ())


def test_a_target_of_any_metric_is_read(card):
    comparison = target("discount_share", 0.1, 0.2)
    read = read_scorecard(with_verdicts(card), [comparison])
    assert [row.metric for row in read.metrics] == [*READ, "discount_share"]
    assert read.metrics[-1].status == "behind"
    assert read.main.metric == "discount_share"
    assert math.isnan(read.main.arithmetic)
    assert [strategy.key for strategy in read.strategies] == ["deals"]


def test_a_target_of_what_the_file_does_not_have_cannot_be_told(card):
    assert math.isnan(card.metrics.loc["refund_share", "value"])
    row = read_scorecard(card, [target("refund_share", 0.1, math.nan, n=math.nan)]).metrics[-1]
    assert (row.status, row.why[0]) == (
        "unknown",
        "The orders do not have what it is computed from.",
    )


def test_the_first_benchmark_of_a_metric_counts(card):
    pair = [
        benchmark("customer_retention_rate", 0.3, 0.35, high=0.4),
        benchmark("customer_retention_rate", 0.38, 0.35),
    ]
    assert read_scorecard(card, pair).metrics[0].status == "on par"
    assert read_scorecard(card, pair[::-1]).metrics[0].status == "behind"


# --- What holds the store back ----------------------------------------------------------------------


def test_nothing_behind_names_what_to_watch(card):
    comparisons = [
        benchmark("customer_retention_rate", 0.3, 0.45),  # half as much again
        benchmark("repeat_purchase_rate", 0.28, 0.282),  # on par
        benchmark("returning_revenue_share", 0.4, 0.4),  # neither side is better
        target("average_order_value", 19.0, 20.0),  # 5 % above
    ]
    read = read_scorecard(with_verdicts(card, {}), comparisons)
    assert read.main is None
    assert read.watch == "repeat_purchase_rate"
    assert read.finding == (
        "No metric is behind a benchmark or target, and none got clearly worse. Watch this one: Repeat purchase rate."
    )
    assert read.strategies[0].key == "loyalty"


def test_totals_that_fell_are_named_where_no_rate_did(card):
    fell = {"revenue": "down", "new_customers": "down", "orders": "down"}
    read = read_scorecard(with_verdicts(card, fell, {"orders": "up"}))
    assert read.main is None
    assert (
        "and none got clearly worse. But the totals fell: Revenue and new customers are clearly lower than before."
        in read.finding
    )
    assert "totals" not in read_scorecard(with_verdicts(card, {}, {})).finding


def test_what_is_ahead_is_named_as_such_and_not_to_be_watched(card):
    comparisons = [
        benchmark("customer_retention_rate", 0.3, 0.45),
        benchmark("repeat_purchase_rate", 0.28, 0.30),
    ]
    read = read_scorecard(with_verdicts(card), comparisons)
    assert read.watch == "repeat_purchase_rate"
    assert read.finding == (
        "No metric is behind a benchmark or target, and none can be compared with what it was. Ahead by the least: "
        "Repeat purchase rate."
    )


def test_what_cannot_be_compared_is_no_gap_and_says_why(card):
    cannot = "cannot be compared"
    read = read_scorecard(
        with_verdicts(card, {"customer_retention_rate": cannot}, {"repeat_purchase_rate": cannot})
    )
    found = {row.metric: row for row in read.metrics}
    assert (found["customer_retention_rate"].previous, found["repeat_purchase_rate"].year) == (
        "unknown",
        "unknown",
    )
    assert found["customer_retention_rate"].why[1] == "Why customer_retention_rate."
    assert read.gaps == ()


def test_a_period_that_is_also_the_year_before_is_counted_once(card):
    card = with_verdicts(card, {}, {})
    same = replace(card, year_before=card.previous)
    assert read_scorecard(card).summary.count("show no clear change") == 2
    assert read_scorecard(same).summary.count("show no clear change") == 1


def test_a_season_holds_nothing_back(card):
    read = read_scorecard(
        with_verdicts(card, {"average_order_value": "down"}, {"average_order_value": "up"})
    )
    assert read.main is None
    assert "what got worse since one period is better than in the other" in read.finding


def test_without_benchmarks_the_change_that_leans_worst_is_watched(card):
    metrics = card.metrics.copy()
    metrics.loc["days_to_second_order", "value"] = 60.0
    card = with_verdicts(replace(card, metrics=metrics), {})
    leaning = card.against_previous.assign(
        value=0.9 * card.metrics["value"]
    )  # higher now, but for:
    leaning.loc["average_order_value", "value"] = (
        1.1 * card.metrics.loc["average_order_value", "value"]
    )
    leaning.loc["days_to_second_order", "value"] = 50.0
    assert read_scorecard(replace(card, against_previous=leaning)).watch == "days_to_second_order"
    leaning.loc["days_to_second_order", "value"] = 120.0
    assert read_scorecard(replace(card, against_previous=leaning)).watch == "average_order_value"


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
        "Repeat purchase rate is behind its benchmark, and of the 4 of 5 gaps that can be put in money closing this "
        "one is worth most by a simple calculation on the period."
    )
    assert read.strategies[0].key == "loyalty"


def test_a_lift_is_closed_by_the_ratio_of_what_orders_are_worth(card):
    comparison = benchmark("returning_order_value", 0.1615, 0.10, computed_as="later_order_value")
    assert read_scorecard(card, [comparison]).main.change == pytest.approx(1.1615 / 1.10 - 1)


def test_benchmarks_come_before_the_own_past(card):
    card = with_verdicts(card, {"average_order_value": "down"})
    read = read_scorecard(card, [benchmark("repeat_purchase_rate", 0.28, 0.2)])
    assert [gap.metric for gap in read.gaps] == ["repeat_purchase_rate"]
    assert read.finding == ("Repeat purchase rate is behind its benchmark; no other metric is.")


def test_what_got_worse_holds_back_where_nothing_is_behind(card):
    card = with_verdicts(
        card,
        {
            "average_order_value": "down",
            "orders_per_customer": "down",
            "returning_revenue_share": "down",
        },
        {"orders_per_customer": "up", "repeat_purchase_rate": "down"},
    )
    read = read_scorecard(card, [benchmark("customer_retention_rate", 0.3, 0.5)])
    # Orders per customer fell since the period before, but are above the year before: a season.
    assert [(gap.metric, gap.against) for gap in read.gaps] == [
        ("average_order_value", "period before"),
        ("repeat_purchase_rate", "year before"),
    ]
    assert read.main.aim == pytest.approx(25)
    assert read.main.arithmetic == pytest.approx(5 * 41)
    assert read.finding.startswith(
        "Average order value is worse than in the period before, and of the 2 gaps"
    )


# --- What closing the gap is worth ------------------------------------------------------------------


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
    """Orders that are worth between 2.5 and 10.1 % too little: nearly all of the range is the gap's."""

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
        == "Average order value is behind its target, the only one of 2 gaps that can be put in money."
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


def test_a_whole_store_is_read():
    orders = sample_orders("cdnow")
    history = order_history(orders)
    card = scorecard_of(history, Period(date(1998, 4, 1), date(1998, 7, 1)))
    found = read_scorecard(
        card, compare(history, card, "CBD", [Target("average_order_value", 50.0)])
    )
    assert found.main.metric == "average_order_value"
    assert found.main.arithmetic == pytest.approx(50 * card.counts.orders - card.counts.revenue)
    assert isinstance(found.main.arithmetic, float)
    assert not np.isnan(found.main.change)
