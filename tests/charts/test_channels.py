"""The charts of the channels page."""

import numpy as np
import pandas as pd
import pytest

from retention import breakdown, preset_period
from retention.charts import channels as charts
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def regions():
    orders = shared_sample("store")
    return breakdown(orders, "region", preset_period("90", orders.start, orders.end), "all_orders")


def data_of(chart) -> pd.DataFrame:
    """The rows of the chart's values; the dashed rule's frame names none."""
    frames = [pd.DataFrame(rows) for rows in chart.to_dict()["datasets"].values()]
    return pd.concat(frame for frame in frames if "name" in frame).drop_duplicates("name")


def test_the_comparison_draws_every_value_once(regions):
    words = charts.VERDICTS["all_orders"]
    chart = charts.verdict_chart(
        regions.values, regions.basis, words, "Repeat purchase rate", "USD"
    )
    drawn = data_of(chart).set_index("name")
    assert set(drawn.index) == set(regions.values.index)
    assert drawn.loc["West", "at"] == pytest.approx(
        regions.values.loc["West", "repeat_purchase_rate"]
    )
    assert set(drawn["label"]) <= set(words.values())


def test_what_is_no_choice_has_no_verdict():
    frame = pd.DataFrame(
        {"kind": ["value", "others", "missing"]}, index=pd.Index(list("abc"), name="channel")
    )
    assert charts.judged(frame).tolist() == [True, False, False]
    assert charts.judged(frame.rename_axis("coupon")).tolist() == [True, False, True]


def test_values_far_off_with_too_little_data_are_counted_and_not_drawn():
    frame = pd.DataFrame(
        {
            "at": [10.0, 12.0, 18.0, 500.0],
            "low": [8.0, 9.0, 0.0, 0.0],
            "high": [11.0, 14.0, 30.0, 900.0],
            "verdict": ["less", "no clear difference", "too little data", "too little data"],
        },
        index=list("abcd"),
    )
    drawn, left_out = charts.in_reach(frame, "at", "low", "high", "verdict", 11.0)
    assert drawn.index.tolist() == ["a", "b", "c"]
    assert left_out == 1
    nothing_clear = frame[2:]
    drawn, left_out = charts.in_reach(nothing_clear, "at", "low", "high", "verdict", 11.0)
    assert (len(drawn), left_out) == (2, 0)


def test_growth_is_drawn_with_its_interval_and_none_where_data_is_too_little(regions):
    values = regions.values.copy()
    values.loc["Canada", "orders_growth_verdict"] = "too little data"
    drawn = data_of(
        charts.growth_chart(values, "orders", "Orders, change", regions.store["orders_growth"])
    )
    drawn = drawn.set_index("name")
    assert drawn.loc["West", "from"] == pytest.approx(values.loc["West", "orders_growth_low"])
    assert drawn.loc["Canada", "from"] is None or np.isnan(drawn.loc["Canada", "from"])
    assert drawn.loc["Canada", "label"] == "Too little data"
