from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention import Benchmark, Comparison, Period
from retention.history.changes import CANNOT, DOWN, NOISE, THIN, UP
from retention.history.metrics import METRICS
from retention.reports.industry import ALL
from retention.reports.store_values import COMPUTATIONS, StoreValue
from retention.view.scorecard import words


def row(change, low, high, verdict=UP):
    return pd.Series({"change": change, "low": low, "high": high, "verdict": verdict})


@pytest.mark.parametrize(
    ("name", "value", "currency", "shown"),
    [
        ("churn_rate", 0.1234, None, "12.3%"),
        ("revenue", 12_345.0, "USD", "$12.3k"),
        ("orders_per_customer", 1.614, None, "1.61"),
        ("customers", 12_345.0, None, "12,345"),
        ("days_to_second_order", 285.0, None, "285 days"),
        ("days_to_second_order", 1.0, None, "1 day"),
        ("revenue", np.nan, "USD", "–"),
    ],
)
def test_values_stand_in_their_unit(name, value, currency, shown):
    assert words.shown(name, value, currency) == shown


def test_changes_stand_in_points_days_or_percent_with_their_range():
    assert words.change("churn_rate", row(-0.0162, -0.027, -0.0049)) == "−1.6 points (−2.7 to −0.5)"
    assert words.change("days_to_second_order", row(-1.2, -31.0, 30.4)) == "−1 day (−31 to +30)"
    assert words.change("revenue", row(0.164, 0.073, 0.263)) == "+16.4% (+7.3% to +26.3%)"
    assert words.change("churn_rate", row(-0.0002, -0.01, 0.01)) == "0.0 points (−1.0 to +1.0)"
    assert words.change("revenue", row(0.1, 0.0, 0.2, THIN)) == "Too little data"
    assert words.change("churn_rate", row(np.nan, np.nan, np.nan, CANNOT)) == "No equal ages"
    assert words.change("days_to_second_order", row(1.0, -2.0, 4.0)) == "+1 day (−2 to +4)"


@pytest.mark.parametrize(
    ("name", "verdict", "found"),
    [
        ("churn_rate", UP, "worse"),
        ("churn_rate", DOWN, "better"),
        ("repeat_purchase_rate", UP, "better"),
        ("returning_revenue_share", UP, "up"),
        ("revenue", UP, "up"),
        ("new_customers", DOWN, "down"),
        ("repeat_purchase_rate", NOISE, "noise"),
        ("repeat_purchase_rate", THIN, "unknown"),
        ("repeat_purchase_rate", CANNOT, "unknown"),
    ],
)
def test_more_churn_is_worse_and_more_repeats_are_better(name, verdict, found):
    assert words.direction(name, row(0.1, 0.05, 0.2, verdict)) == found


def test_every_metric_can_be_shown():
    for name in METRICS:
        assert words.shown(name, 0.5, "EUR")
        assert words.change(name, row(0.1, -0.1, 0.2, NOISE))


@pytest.mark.parametrize(
    ("values", "note", "side", "doubt"),
    [
        ((0.5, 0.4, 0.6, 100), "", "50.0% (40.0% to 60.0%)", ""),
        ((0.0, np.nan, np.nan, 100), "", "0.0%", "too little data to tell"),
        (
            (0.87, 0.84, 0.9, 573),
            "Too short.",
            "87.0% (84.0% to 90.0%)",
            "the orders do not reach back far enough to tell",
        ),
    ],
)
def test_the_stores_side_of_a_benchmark_has_a_range_or_none(values, note, side, doubt):
    benchmark = Benchmark("repeat_purchase_rate", ALL, 0.28, 0.28, "repeat_customers", "", "", 2020)
    store = StoreValue(
        *values,
        Period(date(2024, 1, 1), date(2025, 1, 1)),
        note,
        higher=bool(note),
        lower=bool(note),
    )
    comparison = Comparison("repeat_purchase_rate", benchmark, store)
    assert words.store_side(comparison, None) == side
    assert words.doubt(comparison) == doubt


def test_a_card_says_which_number_is_judged_where_it_shows_another():
    period = Period(date(2024, 1, 1), date(2025, 1, 1))
    store = StoreValue(0.644, 0.6, 0.7, 500, period)
    benchmark = Benchmark(
        "returning_revenue_share", ALL, 0.25, 0.35, "later_revenue_share", "", "", 2020
    )
    comparison = Comparison("returning_revenue_share", benchmark, store)
    assert words.judged_on(comparison, None, "43.5%") == (
        "judged on 64.4%, revenue after the day of the first order"
    )
    assert words.judged_on(comparison, None, "64.4%") == ""


def test_every_definition_of_a_benchmark_has_few_words():
    assert set(words.JUDGED_ON) == set(COMPUTATIONS)


def test_the_help_says_what_part_of_a_change_is_judged():
    change = pd.Series(
        {
            **row(-0.036, -0.162, 0.108, NOISE),
            "value": 66.74,
            "now": 66.52,
            "total": -0.003,
            "mix": 0.034,
            "why": "",
            "basis": "",
        }
    )
    assert words.pair("average_order_value", change, "the period before", "USD") == (
        "In the period before it was $66.74, and is $66.52 by the same rule. That is −0.3% in all: "
        "−3.6% in what customers of the same age do, which is judged, and +3.4% as customers’ ages "
        "differ."
    )


def test_new_customers_say_what_is_new():
    change = pd.Series({**row(1.09, 0.9, 1.3), "look_back": 244, "mix": np.nan})
    assert words.terms("new_customers", change, "the period before", seasonal=False) == (
        "Since the period before, new: no order in the 244 days before"
    )


def test_the_retention_of_a_month_has_a_name_of_its_own():
    assert words.month_label("customer_retention_rate") == "Monthly retention rate"
    assert words.month_label("revenue") == METRICS["revenue"].label
