import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from retention import (
    Period,
    Target,
    compare,
    read_scorecard,
)
from retention.history.order_history import order_history
from retention.reports.scorecard import scorecard_of
from retention.reports.scorecard_verdict import READ
from tests.support.sample_store import shared_sample
from tests.support.scorecards import april, benchmark, target, with_verdicts


@pytest.fixture(scope="module")
def card():
    return april()


# --- Ahead, behind, better, worse -----------------------------------------------------------------


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
        "repeat_within_90_days": ("unknown", "no clear change", "unknown"),
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
        "Of 4 metrics with a benchmark or target, 2 are ahead, 1 is on par and 1 is behind. Of 8 "
        "metrics against the "
        "30 days before, 1 is better, 1 is worse and 6 show no clear change. Of 8 metrics against "
        "the same days a "
        "year before, 8 show no clear change."
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


# --- What holds the store back --------------------------------------------------------------------


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
        "No metric is behind a benchmark or target, and none got clearly worse. Watch this one: "
        "Repeat purchase rate."
    )
    assert read.strategies[0].key == "loyalty"


def test_totals_that_fell_are_named_where_no_rate_did(card):
    fell = {"revenue": "down", "new_customers": "down", "orders": "down"}
    read = read_scorecard(with_verdicts(card, fell, {"orders": "up"}))
    assert read.main is None
    assert (
        "and none got clearly worse. But the totals fell: Revenue and new customers are clearly "
        "lower than before." in read.finding
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
        "No metric is behind a benchmark or target, and none can be compared with what it was. "
        "Ahead by the least: "
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


def test_a_whole_store_is_read():
    orders = shared_sample("cdnow")
    history = order_history(orders)
    card = scorecard_of(history, Period(date(1998, 4, 1), date(1998, 7, 1)))
    found = read_scorecard(
        card, compare(history, card, "CBD", [Target("average_order_value", 50.0)])
    )
    assert found.main.metric == "average_order_value"
    assert found.main.arithmetic == pytest.approx(50 * card.counts.orders - card.counts.revenue)
    assert isinstance(found.main.arithmetic, float)
    assert not np.isnan(found.main.change)
