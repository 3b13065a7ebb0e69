"""Scorecard, cohorts and channels of orders without amounts beside the same orders with them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention import (
    Target,
    breakdown,
    cohort_forecast,
    cohort_of,
    cohort_table,
    compare,
    fit_cltv,
    monthly_trend,
    read_scorecard,
    scorecard,
    summarise_customers,
)
from retention.history.metrics import IN_MONEY, METRICS, metrics_of
from retention.history.order_history import order_history
from retention.history.revenue import revenue_history
from retention.periods import Period
from retention.reports.scorecard import bridge, scorecard_of
from retention.wording import NO_AMOUNTS
from tests.support.bare_orders import both, read, store_rows

PERIOD = date(2025, 3, 1), date(2025, 9, 1)
KNOWN = [name for name in METRICS if name not in IN_MONEY]


@pytest.fixture(scope="module")
def stores():
    return both()


def test_metrics_without_money_are_the_same(stores):
    priced, bare = (scorecard(orders, *PERIOD, active_days=90) for orders in stores)
    pd.testing.assert_frame_equal(bare.metrics.loc[KNOWN], priced.metrics.loc[KNOWN])
    assert bare.metrics.loc[list(IN_MONEY), ["value", "low", "high"]].isna().all(axis=None)
    assert metrics_of(bare.counts) == tuple(KNOWN)
    assert set(metrics_of(priced.counts)) == set(METRICS)
    pd.testing.assert_frame_equal(
        bare.against_previous.loc[KNOWN], priced.against_previous.loc[KNOWN]
    )
    trends = [monthly_trend(orders, 90) for orders in stores]
    pd.testing.assert_frame_equal(trends[1][KNOWN], trends[0][KNOWN])
    assert trends[1][list(IN_MONEY)].isna().all(axis=None)


def test_the_base_is_counted_in_customers_alone(stores):
    tables = []
    for orders in stores:
        history = order_history(orders)
        tables.append(bridge(history, scorecard_of(history, Period(*PERIOD), 90)))
        history.release()
    assert tables[1]["customers"].tolist() == tables[0]["customers"].tolist()
    assert tables[1]["revenue"].isna().all()


def test_months_have_orders_and_no_revenue(stores):
    priced, bare = map(revenue_history, stores)
    assert bare["orders"].tolist() == priced["orders"].tolist()
    assert bare[["first_revenue", "repeat_revenue"]].isna().all(axis=None)


def test_a_gap_has_no_worth_in_money(stores):
    bare = stores[1]
    card, customers = scorecard(bare, *PERIOD, active_days=90), summarise_customers(bare)
    target = Target("repeat_purchase_rate", 0.99)
    reading = read_scorecard(
        card, compare(bare, card, targets=(target,)), fit_cltv(customers), customers
    )
    assert reading.main.metric == "repeat_purchase_rate"
    assert reading.main.gain is None
    assert np.isnan(reading.main.arithmetic)
    assert reading.main.basis == NO_AMOUNTS
    assert not IN_MONEY & {row.metric for row in reading.metrics}


@pytest.mark.parametrize("by", [None, "channel"])
def test_cohorts_count_the_same_customers_and_orders(stores, by):
    priced, bare = (cohort_table(orders, by=by) for orders in stores)
    money = ["revenue", "cumulative_revenue"]
    pd.testing.assert_frame_equal(bare.drop(columns=money), priced.drop(columns=money))
    assert bare[money].isna().all(axis=None)
    forecasts = []
    for orders in stores:
        customers = summarise_customers(orders)
        cohorts = cohort_of(customers, by=by)
        forecasts.append(cohort_forecast(fit_cltv(customers), customers, cohorts, [3, 12]))
    money = ["revenue", "revenue_low", "revenue_high"]
    pd.testing.assert_frame_equal(
        forecasts[1].drop(columns=money), forecasts[0].drop(columns=money)
    )
    assert forecasts[1][money].isna().all(axis=None)


@pytest.mark.parametrize("attribution", ["first_order", "all_orders"])
def test_channels_are_ranked_by_orders(stores, attribution):
    priced, bare = (
        breakdown(orders, "channel", Period(*PERIOD), attribution).values for orders in stores
    )
    money = [name for name in bare if "revenue" in name or "order_value" in name]
    money += [name for name in bare if name.startswith("value")]
    known = [name for name in bare if name not in money]
    pd.testing.assert_frame_equal(bare[known].sort_index(), priced[known].sort_index())
    assert bare["orders"].is_monotonic_decreasing
    numbers = [name for name in money if not name.endswith("verdict")]
    assert bare[numbers].isna().all(axis=None)


def test_the_folded_values_are_those_with_few_orders():
    rows = store_rows(customers=200).drop(columns="Total")
    rows["Channel"] = [f"c{n % 7}" if n % 3 else "most" for n in range(len(rows))]
    shown = breakdown(read(rows), "channel", attribution="all_orders", most=2)
    assert shown.values.index[0] == "most"
    assert shown.folded == 6
    assert shown.values["orders"].sum() == len(rows)
