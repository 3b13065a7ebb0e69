import io
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention import Period, Target, compare, monthly_trend, read_scorecard, to_csv
from retention.charts import scorecard as charts
from retention.history.metrics import METRICS
from retention.history.order_history import order_history
from retention.reports.scorecard import bridge, scorecard_of
from retention.view.scorecard import frames
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def history():
    return order_history(shared_sample("cdnow"))


@pytest.fixture(scope="module")
def card(history):
    return scorecard_of(history, Period(date(1998, 4, 1), date(1998, 7, 1)))


def test_files_hold_no_digits_that_adding_up_left_behind(history, card):
    tables = {
        "base": (frames.rounded(bridge(history, card)), 2),
        "buyers": (frames.buyers_table(card), 6),
        "trend": (frames.rounded(monthly_trend(history)), 6),
    }
    for name, (frame, digits) in tables.items():
        words = to_csv(frame, index=False).decode("utf-8-sig")
        assert not [
            word
            for word in words.replace("\r\n", ",").split(",")
            if len(word.partition(".")[2]) > digits
        ], name


def test_the_reading_as_a_table_has_the_gaps_in_their_order(history, card):
    found = read_scorecard(
        card, compare(history, card, "CBD", [Target("average_order_value", 50.0)])
    )
    table = frames.reading_table(found).set_index("metric")
    assert list(table.index) == [METRICS[row.metric].label for row in found.metrics]
    main = table.loc["Average order value"]
    assert (main["standing"], main["rank_of_the_gap"], main["gap_to"], main["aim"]) == (
        "behind",
        1,
        "target",
        50.0,
    )
    assert main["store_low_80"] < main["store"] < main["store_high_80"]
    assert main["gap_in_the_period"] == pytest.approx(
        50 * card.counts.orders - card.counts.revenue, abs=0.01
    )
    assert pd.isna(main["worth"])
    assert "cannot be compared" not in table["standing"].to_list()
    assert "reach back" in table.loc["Customer retention rate", "why_unknown"]
    back = pd.read_csv(io.BytesIO(to_csv(frames.reading_table(found), index=False)))
    assert len(back) == len(table)
    # The same columns whether or not there is a gap.
    assert list(frames.reading_table(replace(found, gaps=())).columns) == ["metric", *table.columns]


def trend_of(**values) -> pd.DataFrame:
    number = max(map(len, values.values()))
    frame = pd.DataFrame(np.nan, index=range(number), columns=list(METRICS))
    for name, months in values.items():
        frame[name] = months
    return frame.assign(month=pd.date_range("2026-01-01", periods=number, freq="MS"), complete=True)


def test_the_month_chart_begins_with_a_metric_that_makes_a_line():
    trend = trend_of(
        customer_retention_rate=[np.nan] * 7 + [0.97],
        retained_share=[np.nan] * 6 + [0.97, 0.96],
        repeat_purchase_rate=[np.nan] + [0.2] * 7,
        revenue=[5.0] * 8,
    )
    names = frames.trend_names(trend)
    assert names == ["retained_share", "repeat_purchase_rate", "revenue"]
    assert names[frames.first_trend(trend, names)] == "repeat_purchase_rate"
    single = frames.trend_names(trend_of(revenue=[5.0]))
    assert single == ["revenue"]
    assert frames.first_trend(trend_of(revenue=[5.0]), single) == 0


@pytest.mark.parametrize(("months", "ticks"), [(1, 1), (2, 2), (12, 12), (13, 7), (40, 10)])
def test_the_month_axis_names_no_month_twice(months, ticks):
    frame = frames.trend_frame(
        trend_of(repeat_purchase_rate=np.full(months, 0.97230626)),
        "repeat_purchase_rate",
        Period(date(2026, 1, 1), date(2026, 2, 1)),
        None,
    )
    spec = charts.trend_chart(frame, "Repeat purchase rate", "rate", None).to_dict()
    x, y = (spec["layer"][1]["encoding"][name] for name in "xy")
    named = [(tick["year"], tick["month"]) for tick in x["axis"]["values"]]
    assert len(named) == len(set(named)) == ticks
    # One value has an axis around it, of round numbers.
    low, high = y["scale"]["domain"]
    assert (low, high) == pytest.approx((0.97230626 - 0.025, 0.97230626 + 0.025))
    assert y["scale"]["nice"]


@pytest.mark.parametrize("kind", sorted({metric.kind for metric in METRICS.values()}))
def test_every_kind_of_metric_has_an_axis(kind):
    frame = frames.trend_frame(
        trend_of(revenue=[0.0, 0.0]), "revenue", Period(date(2026, 1, 1), date(2026, 2, 1)), "USD"
    )
    scale = charts.trend_chart(frame, "Metric", kind, "USD").to_dict()["layer"][1]["encoding"]["y"][
        "scale"
    ]
    assert scale.get("zero") or scale["domain"][0] == 0 < scale["domain"][1]


def test_every_step_of_the_bridge_has_a_name_below_it(history, card):
    spec = charts.bridge_chart(bridge(history, card), "revenue", None).to_dict()
    axis = spec["layer"][0]["encoding"]["x"]["axis"]
    assert axis["labelOverlap"] is False
    rows = next(iter(spec["datasets"].values()))
    assert max(len(line) for row in rows for line in row["short"].split("|")) <= 10
