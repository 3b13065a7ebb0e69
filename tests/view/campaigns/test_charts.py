"""The planner's charts are specifications without data, which fit the frames they are sent."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention.campaigns.offer_comparison import compare_offers
from retention.campaigns.send_times import due_table, sequence_table
from retention.charts.campaigns import spec
from retention.view.campaigns import frames
from tests.support.chart_data import CURRENCIES

NAMES = ["bridge", "size", "lift", "due", "sequence", "offers", "budget", "allowed", "payback"]


def drawn_fields(chart: dict) -> Iterator[tuple[str, str]]:
    """The data set and the column of everything that a specification draws."""
    for layer in chart.get("layer", [chart]):
        for channels in layer["encoding"].values():
            for channel in channels if isinstance(channels, list) else [channels]:
                if "field" in channel:
                    yield {**chart, **layer}["data"]["name"], channel["field"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_specification_has_no_data_of_its_own_and_is_made_once(name, currency):
    chart = spec(name, currency)
    assert "datasets" not in chart
    assert chart["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    assert spec(name, currency) is chart
    assert list(drawn_fields(chart))


def test_an_unknown_chart_is_an_error():
    with pytest.raises(KeyError):
        spec("pie", None)


@pytest.fixture(scope="module")
def data_of(plan) -> dict[str, dict[str, pd.DataFrame]]:
    """The data sets of the charts of a plan, by the charts' names."""
    days = np.zeros(len(plan.reachable.hashes))
    sequence = sequence_table(plan)
    return {
        "bridge": frames.bridge_frames(plan.economics, "USD"),
        "size": frames.size_frames(plan, "USD"),
        "lift": frames.lift_frames(plan, "USD"),
        "due": {"due": frames.due_frame(due_table(plan, days), "USD")},
        "sequence": {"messages": frames.sequence_frame(sequence, date(2024, 3, 1), plan, "USD")},
        "offers": {"bands": frames.offers_frame(compare_offers(plan), "USD")},
    }


@pytest.mark.parametrize("name", ["bridge", "size", "lift", "due", "sequence", "offers"])
def test_everything_that_is_drawn_is_in_the_frames(data_of, name):
    data = data_of[name]
    chart = spec(name, "USD")
    fields = set(drawn_fields(chart))
    assert {dataset for dataset, _ in fields} == set(data)
    assert [field for dataset, field in fields if field not in data[dataset]] == []


@pytest.mark.parametrize("name", ["bridge", "size", "lift", "due", "sequence", "offers"])
def test_what_is_sent_to_a_chart_is_small(data_of, name):
    assert 0 < sum(len(frame) for frame in data_of[name].values()) < 500
