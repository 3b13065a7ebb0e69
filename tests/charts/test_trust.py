"""Charts of the backtest draw aggregates with their uncertainty, and are valid Vega-Lite."""

import pandas as pd
import pytest

from retention import backtest
from retention.charts import trust as charts
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def result():
    return backtest(shared_sample("cdnow"), 273)


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
    return {
        "tracking": charts.tracking_chart(result.tracking, pd.Timestamp(result.cut)),
        "calibration": charts.calibration_chart(result.calibration),
        "frequency": charts.frequency_chart(result.by_frequency),
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


def test_the_lines_meet_at_the_cut(drawn, result):
    spec = drawn["tracking"].to_dict()
    lines = pd.DataFrame(max(spec["datasets"].values(), key=len))
    lines["week_end"] = pd.to_datetime(lines["week_end"])
    foreseen = lines[lines["what"].str.startswith("Foreseen")]
    assert foreseen["week_end"].min() == pd.Timestamp(result.cut)
    assert lines[lines["what"].str.startswith("Fitted")]["week_end"].max() == pd.Timestamp(
        result.cut
    )
