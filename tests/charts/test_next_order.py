"""Charts of one customer draw few rows, and are valid Vega-Lite."""

import pandas as pd
import pytest

from retention import (
    active_curve,
    backtest,
    frequency_recency_map,
    order_distribution,
)
from retention.charts import next_order as charts
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def drawn():
    model = backtest(shared_sample("cdnow"), 273).model
    today = pd.DataFrame({"silence": [30.0], "p_alive": [0.5]})
    counts = order_distribution(model, 2, 213, 272)
    cells = frequency_recency_map(model, 272)
    here = pd.DataFrame({"frequency": [70], "silence": [30.0]})
    return {
        "curve": charts.active_curve_chart(active_curve(model, 2, 213), today),
        "orders": charts.order_distribution_chart(counts.assign(inside=counts["orders"] <= 4)),
        "map": charts.frequency_recency_chart(cells, "p_purchase", "USD", here),
        "worth": charts.frequency_recency_chart(cells, "expected_value", "USD"),
    }


def test_charts_are_valid_and_small(drawn):
    for name, chart in drawn.items():
        spec = chart.to_dict()
        rows = sum(len(data) for data in spec["datasets"].values())
        assert 0 < rows < 1000, name
        assert spec["height"] > 0, name


def test_a_customer_beyond_the_map_stands_at_its_edge(drawn):
    spec = drawn["map"].to_dict()
    marked = next(data for data in spec["datasets"].values() if len(data) == 1)
    assert marked[0]["x"] == 12.5
