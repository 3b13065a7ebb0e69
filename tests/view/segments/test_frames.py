"""The rows of the segments page's charts."""

import numpy as np
import pandas as pd
import pytest

from retention import STAGES
from retention.charts import palette
from retention.segments.inputs import MapGrid
from retention.view.segments import frames


def test_a_strip_is_split_where_the_slider_cuts_it():
    bins = frames.bin_rows(np.array([4, 0, 1]), np.array([0, 10, 20, 30]), ["a", "b", "c"])
    assert bins["height"].tolist() == [1.0, 0.0, 0.5]
    rows = frames.cut_rows(bins, 0.0, (5.0, 20.0), 30.0, ("red", "green", "blue"), "20")
    assert rows["zones"]["start"].tolist() == [0, 5, 20]
    assert rows["zones"]["label"].tolist() == ["", "", "20"]
    assert rows["bins"]["start"].tolist() == [0, 5, 10, 20]
    assert rows["bins"]["end"].tolist() == [5, 10, 20, 30]
    assert rows["bins"]["colour"].tolist() == ["red", "green", "green", "blue"]
    assert rows["bins"]["about"].tolist() == ["4 at a", "4 at a", "0 at b", "1 at c"]


def test_a_cut_beyond_the_slider_stands_at_its_end():
    bins = frames.bin_rows(np.array([4, 1]), np.array([0, 10, 20]), ["a", "b"])
    zones = frames.cut_rows(bins, 0.0, (50.0,), 20.0, ("red", "green"))["zones"]
    assert zones["end"].tolist() == [20, 20]


def summary_of(**columns) -> pd.DataFrame:
    frame = pd.DataFrame(0.0, index=list(STAGES), columns=["customers", "revenue"])
    frame["expected_value"] = np.nan
    for name, values in columns.items():
        frame[name] = values
    return frame


def test_a_measure_without_anything_has_no_bar():
    definitions = dict.fromkeys(STAGES, "")
    half = [1.0, 1.0, *[0.0] * (len(STAGES) - 2)]
    rows = frames.share_rows(summary_of(customers=half), definitions, "EUR")
    assert rows["measure"].unique().tolist() == ["Customers"]
    assert rows["share"].tolist()[:3] == [0.5, 0.5, 0.0]
    assert rows["end"].iloc[-1] == 1
    assert rows["label"].tolist()[:3] == ["50%", "50%", ""]


def test_a_range_needs_customers_and_a_model():
    row = {"customers": 3, "expected_value_low": 10.0, "expected_value_high": 20.0}
    assert frames.value_range(row, "EUR") == "€10.00 to €20.00"
    assert frames.value_range(row | {"customers": 0}, "EUR") == ""
    assert frames.value_range({"customers": 3}, "EUR") == ""


@pytest.mark.parametrize("group", [None, "vip"])
def test_the_map_has_the_cells_that_hold_customers(group):
    grid = MapGrid(
        probability_edges=np.array([0.0, 0.5, 1.0]),
        value_edges=np.array([1.0, 10.0, 100.0]),
        **dict.fromkeys(("cell", "pair_place", "pair_cell", "pair_count"), np.array([], int)),
    )
    counts = np.zeros((4, len(STAGES) + 1), int)
    counts[1, STAGES.index("vip")], counts[3, STAGES.index("lapsed")] = 2, 5
    rows = frames.map_rows(grid, counts, group, frames.map_words(grid, "EUR"))
    assert rows["customers"].tolist() == [2, 5]
    assert rows["low_probability"].tolist() == [0.5, 0.5]
    assert rows["low_value"].tolist() == [1.0, 10.0]
    assert rows["chance"].tolist() == ["50% to 100%"] * 2
    assert rows["worth"].tolist() == ["up to €10.00", "€10.00 to €100"]
    vip, lapsed = palette.STAGE_COLOURS["vip"], palette.STAGE_COLOURS["lapsed"]
    assert rows["colour"].tolist() == [vip, palette.NEUTRAL if group else lapsed]
    assert rows["who"].tolist() == (["2 VIP", "0 VIP"] if group else ["2 VIP", "5 Lapsed"])
