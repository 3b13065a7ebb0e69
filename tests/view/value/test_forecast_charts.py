"""Charts of predictions draw aggregates with their uncertainty, and describe themselves to Vega-Lite."""

import pandas as pd
import pytest

from retention import (
    active_curve,
    backtest,
    frequency_recency_map,
    order_distribution,
    sample_orders,
)
from retention.view.value import forecast_charts as charts


@pytest.fixture(scope="module")
def result():
    return backtest(sample_orders("cdnow"), 273)


def encoded(spec, channel):
    """The field of a channel in every layer that has it."""
    layers = spec.get("layer", [spec])
    return [
        layer["encoding"][channel].get("field")
        for layer in layers
        if channel in layer.get("encoding", {})
    ]


@pytest.fixture(scope="module")
def drawn(result):
    today = pd.DataFrame({"silence": [30.0], "p_alive": [0.5]})
    counts = order_distribution(result.model, 2, 213, 272)
    cells = frequency_recency_map(result.model, 272)
    here = pd.DataFrame({"frequency": [70], "silence": [30.0]})
    levers = pd.DataFrame({"lever": ["Margin +5%"], "gain": [5.0], "low": [4.0], "high": [6.0]})
    return {
        "tracking": charts.tracking_chart(result.tracking, pd.Timestamp(result.cut)),
        "calibration": charts.calibration_chart(result.calibration),
        "frequency": charts.frequency_chart(result.by_frequency),
        "curve": charts.active_curve_chart(active_curve(result.model, 2, 213), today),
        "orders": charts.order_distribution_chart(counts.assign(inside=counts["orders"] <= 4)),
        "map": charts.frequency_recency_chart(cells, "p_purchase", "USD", here),
        "worth": charts.frequency_recency_chart(cells, "expected_value", "USD"),
        "levers": charts.levers_chart(levers, "USD"),
    }


def test_charts_are_valid_and_small(drawn):
    for name, chart in drawn.items():
        spec = chart.to_dict()
        rows = sum(len(data) for data in spec["datasets"].values())
        assert 0 < rows < 1000, name
        assert spec["height"] > 0, name


@pytest.mark.parametrize("name", ["tracking", "calibration", "frequency"])
def test_the_proof_is_drawn_with_its_range(drawn, name):
    assert "high" in encoded(drawn[name].to_dict(), "y2")


def test_a_gain_is_drawn_with_its_range(drawn):
    assert "high" in encoded(drawn["levers"].to_dict(), "x2")


def test_the_lines_meet_at_the_cut(drawn, result):
    spec = drawn["tracking"].to_dict()
    lines = pd.DataFrame(max(spec["datasets"].values(), key=len))
    lines["week_end"] = pd.to_datetime(lines["week_end"])
    foreseen = lines[lines["what"].str.startswith("Foreseen")]
    assert foreseen["week_end"].min() == pd.Timestamp(result.cut)
    assert lines[lines["what"].str.startswith("Fitted")]["week_end"].max() == pd.Timestamp(
        result.cut
    )


def test_a_customer_beyond_the_map_stands_at_its_edge(drawn):
    spec = drawn["map"].to_dict()
    marked = next(data for data in spec["datasets"].values() if len(data) == 1)
    assert marked[0]["x"] == 12.5
