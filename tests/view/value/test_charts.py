"""Charts of the base's value draw aggregates with their ranges, and are valid Vega-Lite."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention.history import revenue
from retention.models import value_distribution as value
from retention.view import charts
from retention.view.value.charts import (
    concentration_chart,
    expected_months_chart,
    levers_chart,
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


def test_a_gain_is_drawn_with_its_range():
    levers = pd.DataFrame({"lever": ["Margin +5%"], "gain": [5.0], "low": [4.0], "high": [6.0]})
    spec = levers_chart(levers, "USD").to_dict()
    rows = sum(len(data) for data in spec["datasets"].values())
    assert 0 < rows < 1000
    assert spec["height"] > 0
    ends = [layer["encoding"].get("x2", {}).get("field") for layer in spec["layer"]]
    assert "high" in ends
