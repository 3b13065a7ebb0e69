import math
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from retention import (
    Benchmark,
    Comparison,
    DataError,
    Period,
    Target,
    compare,
    lines_of_business,
    monthly_trend,
    sample_orders,
    scorecard,
)
from retention.history.metrics import METRICS
from retention.history.order_history import order_history
from retention.reports.industry import ALL, benchmarks, benchmarks_for
from retention.reports.scorecard import scorecard_of
from retention.reports.store_values import COMPUTATIONS, StoreValue, store_values
from tests.support.sample_store import shared_sample

MARCH = Period(date(2024, 3, 1), date(2024, 4, 1))


#: Published repeat purchase rates by line of business.
REPEAT = {
    ALL: 0.28,
    "Tea": 0.21,
    "Own food products": 0.245,
    "Beauty": 0.26,
    "Apparel": 0.26,
    "Meal delivery": 0.29,
    "Supplements": 0.29,
    "Coffee": 0.30,
    "Pet products": 0.315,
    "Sports clothing": 0.33,
    "CBD": 0.36,
}


def of_kind(computed_as: str) -> Benchmark:
    return next(row for row in benchmarks() if row.computed_as == computed_as)


def store_value(history, end: date, benchmark: Benchmark) -> StoreValue:
    return store_values(history, end)[benchmark.computed_as]


# --- The data file --------------------------------------------------------------------------------


def test_every_benchmark_says_what_it_is():
    for row in benchmarks():
        assert row.metric in METRICS
        assert row.computed_as in COMPUTATIONS
        assert 0 < row.low <= row.high < 1
        assert len(row.definition) > 40
        assert row.source
        assert row.year is None or 2010 <= row.year <= 2026
    assert {row.computed_as for row in benchmarks()} == set(COMPUTATIONS)


def test_the_published_figures_are_there():
    assert {
        r.line_of_business: r.low for r in benchmarks() if r.metric == "repeat_purchase_rate"
    } == REPEAT
    everybody = [(row.metric, row.low, row.high) for row in benchmarks_for(ALL)]
    assert everybody == [
        ("customer_retention_rate", 0.30, 0.40),
        ("customer_retention_rate", 0.38, 0.38),
        ("repeat_purchase_rate", 0.28, 0.28),
        ("returning_revenue_share", 0.40, 0.40),
        ("returning_order_value", 0.1615, 0.1615),
        ("returning_order_value", 0.67, 0.67),
    ]


def test_a_line_of_business_falls_back_on_all_for_what_it_does_not_have():
    tea, whole = benchmarks_for("tea"), benchmarks_for()
    assert [(row.metric, row.line_of_business) for row in tea] == [
        (row.metric, "Tea" if row.metric == "repeat_purchase_rate" else ALL) for row in whole
    ]
    largest = [
        row for row in benchmarks_for("Marketplaces") if row.metric == "customer_retention_rate"
    ]
    assert [(row.low, row.line_of_business) for row in largest] == [(0.90, "Marketplaces")]
    assert lines_of_business()[0] == ALL
    assert set(lines_of_business()) == {*REPEAT, "Marketplaces"}
    with pytest.raises(DataError, match=r"furniture.*Tea"):
        benchmarks_for("furniture")


@pytest.mark.parametrize(
    ("higher", "lower", "value", "status"),
    [
        (True, False, 0.5, "ahead"),  # a longer history would only put it farther ahead
        (True, False, 0.35, "unknown"),
        (True, False, 0.1, "unknown"),
        (False, True, 0.1, "behind"),
        (False, True, 0.5, "unknown"),
        (True, True, 0.5, "unknown"),
        (True, True, 0.1, "unknown"),
    ],
)
def test_what_a_longer_history_might_turn_is_not_judged(higher, lower, value, status):
    held = held_against("repeat_purchase_rate", 0.30, 0.40, value, 0.01)
    assert replace(held, store=replace(held.store, higher=higher, lower=lower)).status == status


def test_a_target_of_retention_waits_for_orders_that_reach_back_far_enough():
    history = order_history(shared_sample("cdnow"))
    for start, active_days, known in (
        (date(1997, 10, 1), 365, False),
        (date(1998, 4, 1), 365, True),
    ):
        card = scorecard_of(history, Period(start, start + timedelta(days=60)), active_days)
        targets = [Target("customer_retention_rate", 0.99), Target("average_order_value", 99)]
        found = {row.metric: row for row in compare(history, card, targets=targets)}
        assert (found["customer_retention_rate"].status == "behind") == known
        assert ("only recent customers" in found["customer_retention_rate"].store.note) != known
        assert found["average_order_value"].status == "behind"


# --- Ahead or behind ------------------------------------------------------------------------------


def held_against(
    metric: str, low: float, high: float, value: float, width: float, n: float = 100
) -> Comparison:
    benchmark = Benchmark(metric, ALL, low, high, "repeat_customers", "", "", 2020)
    return Comparison(metric, benchmark, StoreValue(value, value - width, value + width, n, MARCH))


@pytest.mark.parametrize(
    ("metric", "value", "width", "n", "status"),
    [
        ("repeat_purchase_rate", 0.50, 0.05, 100, "ahead"),
        ("repeat_purchase_rate", 0.42, 0.05, 100, "on par"),
        ("repeat_purchase_rate", 0.35, 0.01, 100, "on par"),
        ("repeat_purchase_rate", 0.28, 0.02, 100, "on par"),  # the ends touch
        ("repeat_purchase_rate", 0.20, 0.05, 100, "behind"),
        ("repeat_purchase_rate", 0.20, 0.05, 29, "unknown"),
        ("repeat_purchase_rate", 0.20, math.nan, 100, "unknown"),
        ("repeat_purchase_rate", 0.20, 0.05, math.nan, "unknown"),
        ("churn_rate", 0.50, 0.05, 100, "behind"),
        ("churn_rate", 0.20, 0.05, 100, "ahead"),
        ("returning_revenue_share", 0.50, 0.05, 100, "above"),
        ("returning_revenue_share", 0.20, 0.05, 100, "below"),
    ],
)
def test_where_a_store_stands_to_30_to_40_percent(metric, value, width, n, status):
    assert held_against(metric, 0.30, 0.40, value, width, n).status == status


def test_what_is_behind_aims_at_the_nearer_end():
    assert held_against("repeat_purchase_rate", 0.3, 0.4, 0.1, 0.01).aim == 0.3
    assert held_against("churn_rate", 0.3, 0.4, 0.6, 0.01).aim == 0.4
    assert math.isnan(held_against("returning_revenue_share", 0.3, 0.4, 0.6, 0.01).aim)


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        *(("nothing", 0.3), ("repeat_purchase_rate", 30), ("repeat_purchase_rate", 0.0)),
        *(
            ("average_order_value", -5),
            ("average_order_value", math.nan),
            ("average_order_value", math.inf),
        ),
    ],
)
def test_targets_that_make_no_sense_are_refused(metric, value):
    with pytest.raises(DataError, match=metric):
        Target(metric, value)


def test_a_target_takes_the_place_of_the_benchmark_and_is_held_against_the_metric_itself():
    orders = shared_sample("cdnow")
    history = order_history(orders)
    card = scorecard_of(history, Period(date(1998, 4, 1), date(1998, 7, 1)))
    targets = (Target("customer_retention_rate", 0.5), Target("average_order_value", 30))
    found = compare(history, card, "Coffee", targets)
    assert [comparison.metric for comparison in found] == [
        *(
            "customer_retention_rate",
            "repeat_purchase_rate",
            "average_order_value",
            "returning_revenue_share",
        ),
        *("returning_order_value", "returning_order_value"),
    ]
    by_metric = {comparison.metric: comparison for comparison in found}
    retention, order = by_metric["customer_retention_rate"], by_metric["average_order_value"]
    assert retention.store.value == card.metrics.loc["customer_retention_rate", "value"]
    assert (retention.low, retention.high, retention.definition) == (
        *(0.5, 0.5),
        METRICS["customer_retention_rate"].definition,
    )
    assert order.store.n == card.metrics.loc["average_order_value", "n"]
    # Everybody of CDNOW's quarter came before it, but 28 % are not all that a repeat rate of the
    # quarter would say.
    repeat = by_metric["repeat_purchase_rate"]
    assert repeat.low == REPEAT["Coffee"]
    assert repeat.store.value == pytest.approx(0.4895, abs=0.001)
    assert card.metrics.loc["repeat_purchase_rate", "value"] == 1


def test_orders_alone_are_enough_to_compare_and_to_see_months():
    orders = sample_orders("store", customers=400)
    card, history = scorecard(orders), order_history(orders)
    assert repr(compare(orders, card)) == repr(compare(history, card))
    pd.testing.assert_frame_equal(monthly_trend(orders), monthly_trend(history))
