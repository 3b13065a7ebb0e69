"""Charts of the base's value draw aggregates with their ranges, and are valid Vega-Lite."""

import numpy as np
import pandas as pd
import pytest

from retention.charts import axes as charts
from retention.charts.value import (
    concentration_chart,
    expected_months_chart,
    levers_chart,
    value_histogram_chart,
)
from retention.models import value_distribution as value
from tests.support.chart_data import CURRENCIES, drawn_rows, expected_months


def scored(n=5000):
    rng = np.random.default_rng(0)
    index = pd.Index([f"c{i}" for i in range(n)])
    return pd.DataFrame({"frequency": rng.integers(0, 3, n)}, index), pd.DataFrame(
        {"cltv": rng.gamma(0.5, 50, n)}, index
    )


def every_chart(currency):
    customers, scores = scored()
    worth = scores["cltv"]
    return {
        "histogram": value_histogram_chart(value.value_histogram(customers, scores), currency),
        "concentration": concentration_chart(
            value.concentration(worth), value.top_shares(worth), currency
        ),
        "months": expected_months_chart(expected_months(), currency),
    }


@pytest.mark.parametrize("currency", CURRENCIES)
def test_charts_are_valid_and_small(currency):
    for name, chart in every_chart(currency).items():
        spec = chart.to_dict()
        assert 0 < drawn_rows(spec) < 500, name
        assert spec["height"] == charts.HEIGHT, name


def test_a_gain_is_drawn_with_its_range():
    levers = pd.DataFrame({"lever": ["Margin +5%"], "gain": [5.0], "low": [4.0], "high": [6.0]})
    spec = levers_chart(levers, "USD").to_dict()
    assert 0 < drawn_rows(spec) < 1000
    assert spec["height"] > 0
    ends = [layer["encoding"].get("x2", {}).get("field") for layer in spec["layer"]]
    assert "high" in ends
