"""What the page of results draws and writes of a test."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from retention import read_orders
from retention.charts.experiments.groups import days_chart, group_colours, groups_chart
from retention.charts.experiments.segments import segment_differences_chart
from retention.experiments.measure import measure_test
from retention.experiments.result import CampaignResult
from retention.experiments.words import best_group, result_sentence
from retention.view.results import frames
from retention.view.results.take_along import report_html
from tests.experiments.tested_shop import campaign_test, groups, order_csv

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def result() -> CampaignResult:
    return measure_test(read_orders(order_csv(), name="orders.csv"), campaign_test())


def test_groups_stand_in_order_with_their_ranges(result):
    for metric in frames.CHARTED:
        frame = frames.groups_frame(result, metric, "USD")
        assert frame["label"].tolist() == ["Addressed", "Held out"]
        assert (frame["low"] <= frame["value"]).all()
        assert (frame["value"] <= frame["high"]).all()
    shares = frames.groups_frame(result, "bought", None)
    plain = result.groups[0].unadjusted.set_index("metric").loc["bought"]
    assert shares["value"].tolist() == pytest.approx([plain["addressed"], plain["held_out"]])


@pytest.mark.parametrize(
    ("name", "control", "label"),
    [
        ("held_out", "held_out", "Held out"),
        ("Held out", "Held out", "Held out"),
        ("Addressed", "Held out", "Addressed"),
        ("Control", "Control", "Control (got nothing)"),
        ("Held out", "", "Held out"),
        ("held_out", "", "held_out"),
    ],
)
def test_a_group_says_once_that_it_got_nothing(name, control, label):
    assert frames.group_label(name, control) == label


def test_days_rise_to_what_each_group_has_bought(result):
    days = frames.days_frame(result)
    assert (
        days.groupby("label")["bought"].apply(lambda bought: bought.is_monotonic_increasing).all()
    )
    last = days.groupby("label")["bought"].last()
    bought = frames.groups_frame(result, "bought", None).set_index("label")["value"]
    assert last.to_dict() == pytest.approx(bought.to_dict())


def test_the_table_has_the_capped_row_beside_the_raw_one(result):
    rows = frames.metric_rows(result.groups[0], "USD", forecast=True)
    labels = [row[0] for row in rows]
    assert labels.index(frames.CAPPED) == labels.index("Revenue per customer") + 1
    assert labels[-1] == "Margin over a year, after the campaign's cost"
    assert all(len(row) == 5 for row in rows)
    plain = frames.metric_rows(result.groups[0], "USD", forecast=False)
    assert [row[0] for row in plain] == labels
    assert plain != rows


def test_segments_without_enough_customers_have_no_row(result):
    labels = result.outcomes["group"].mask(result.outcomes["bought"] >= 0, "Most")
    labels.iloc[:5] = "Few"
    differences = result.by_segment(labels, "revenue")
    frame = frames.segment_frame(differences, "revenue", "USD")
    assert set(frame["segment"]) == {"Most"}
    assert len(frame) == 2
    assert np.isfinite(frame[["value", "low", "high"]].to_numpy()).all()


def test_charts_hold_aggregates(result):
    colours = group_colours(["Addressed", "Held out"], "Held out")
    assert len(set(colours.values())) == 2
    frame = frames.groups_frame(result, "revenue", "USD")
    chart = groups_chart(frame, "Revenue", colours, is_share=False, unit="USD").to_dict()
    assert len(next(iter(chart["datasets"].values()))) == 2
    drawn = days_chart(frames.days_frame(result), colours).to_dict()
    assert len(next(iter(drawn["datasets"].values()))) == 2 * 28
    labels = result.outcomes["group"].mask(result.outcomes["bought"] >= 0, "Most")
    differences = result.by_segment(labels)
    segments = frames.segment_frame(differences, "bought", None)
    assert segment_differences_chart(segments, "Points", 1.0, unit=None).to_dict()["layer"]


def test_every_further_group_has_a_colour_of_its_own():
    colours = group_colours(["A", "B", "C", "D"], "D")
    assert len(set(colours.values())) == 4


def report(result: CampaignResult, name: str = "Spring mail") -> str:
    said = result_sentence(result, name, "USD")
    test = replace(campaign_test(), campaign=replace(campaign_test().campaign, name=name))
    made = date(2026, 5, 1)
    group = best_group(result)
    return report_html(HOSTILE, "USD", test, result, group, said, made=made).decode()


def test_the_report_stands_alone_and_escapes_every_text(result):
    page = report(result, HOSTILE)
    assert page.count("<svg") == 4
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    for words in ("Without the forecast", "Checks", "1 May 2026", "that would not have come"):
        assert words in page


def test_the_report_of_a_campaign_to_all_says_why_it_proves_nothing():
    test = replace(campaign_test(), groups=groups().assign(group="addressed"), control="")
    result = measure_test(read_orders(order_csv(), name="orders.csv"), test)
    page = report(result)
    assert "Only customers whom chance" in page
    assert "Expected before" in page
    assert "Both groups" not in page
