"""Charts draw aggregates, quote what a file may name, and describe themselves to Vega-Lite."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention import wording
from retention.history import revenue
from retention.models import value_distribution as value
from retention.view import charts
from retention.view.value.charts import (
    concentration_chart,
    expected_months_chart,
    past_and_expected_chart,
    value_histogram_chart,
)

CURRENCIES = [None, "USD", "THB", "'+alert(1)+\""]


def months():
    return pd.DataFrame(
        {
            "month": [1, 2],
            "start_day": [0.0, 30.4375],
            "end_day": [30.4375, 60.0],
            "expected_orders": [3.0, 2.0],
            "expected_revenue": [90.0, 60.0],
            "revenue_low": [70.0, 41.0],
            "revenue_high": [113.0, 84.0],
            "expected_value": [45.0, 29.0],
        }
    )


def history():
    return pd.DataFrame(
        {
            "start_day": [-60.875, -30.4375],
            "end_day": [-30.4375, 0.0],
            "first_revenue": [10.0, 5.0],
            "repeat_revenue": [0.0, 7.0],
            "orders": [2, 3],
        }
    )


def scored(n=5000):
    rng = np.random.default_rng(0)
    index = pd.Index([f"c{i}" for i in range(n)])
    return pd.DataFrame({"frequency": rng.integers(0, 3, n)}, index), pd.DataFrame(
        {"cltv": rng.gamma(0.5, 50, n)}, index
    )


def dated():
    frame, end = months(), date(2024, 3, 31)
    return frame.assign(
        start=revenue.day_to_date(frame["start_day"], end),
        end=revenue.day_to_date(frame["end_day"], end),
    )


def every_chart(currency):
    customers, scores = scored()
    worth = scores["cltv"]
    return {
        "past": past_and_expected_chart(
            revenue.past_and_expected(history(), months(), date(2024, 3, 31)), currency
        ),
        "histogram": value_histogram_chart(value.value_histogram(customers, scores), currency),
        "concentration": concentration_chart(
            value.concentration(worth), value.top_shares(worth), currency
        ),
        "months": expected_months_chart(dated(), currency),
    }


@pytest.mark.parametrize("currency", CURRENCIES)
def test_charts_are_valid_and_small(currency):
    for name, chart in every_chart(currency).items():
        spec = chart.to_dict()
        rows = sum(len(data) for data in spec["datasets"].values())
        assert 0 < rows < 500, name
        assert spec["height"] == charts.HEIGHT, name


def test_a_currency_cannot_end_the_label_expression():
    currency = "x\" + alert('1') + \""
    expression = charts.money_axis(currency).to_dict()["labelExpr"]
    sign = "(datum.value < 0 ? '−' : '') + "
    assert expression.startswith(sign)
    quoted, end = json.JSONDecoder().raw_decode(expression, len(sign))
    assert quoted == wording.symbol(currency)
    assert expression[end:].startswith(" + (abs(datum.value)")


def test_past_and_expected_meet_at_the_last_order_day():
    tidy = revenue.past_and_expected(history(), months(), date(2024, 3, 31))
    past, ahead = tidy[tidy["kind"] != "expected"], tidy[tidy["kind"] == "expected"]
    assert past["end"].max() == ahead["start"].min() == pd.Timestamp("2024-03-31")
    assert past["revenue"].sum() == 22
    assert ahead["revenue"].tolist() == [90, 60]
    assert (tidy["end"] > tidy["start"]).all()
