"""A plan's numbers become the rows of its charts, each with its amount in words."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from retention import Campaign, Message, plan_of, wording
from retention.campaigns.economics import Range
from retention.campaigns.new_customers import ALL, Acquisition
from retention.campaigns.offer_comparison import compare_offers
from retention.campaigns.send_times import DUE, due_table, sequence_table
from retention.charts import palette
from retention.charts.campaigns import GAIN, PLAIN, SPENT
from retention.view.campaigns import frames
from tests.experiments.tested_shop import campaign_test

FILE_END = date(2026, 4, 10)
NAN = float("nan")


def with_lift(plan, lift: float):
    terms = replace(plan.campaign.terms, lift=lift)
    return plan_of(plan.reachable, replace(plan.campaign, terms=terms))


# --- what it brings -------------------------------------------------------------------------------


def test_the_bridge_leads_from_the_margin_added_over_the_costs_to_the_gain(plan):
    figures = plan.economics
    steps = frames.bridge_frames(figures, "USD")["steps"]
    added = figures.margin_with.expected - figures.margin_without.expected
    assert steps["what"].tolist() == [GAIN, SPENT, SPENT, SPENT, PLAIN]
    assert (steps["top"] - steps["bottom"]).tolist() == pytest.approx(
        [
            added,
            -figures.contacts_cost,
            -figures.offers_anyway,
            -figures.offers_persuaded,
            figures.gain.expected,
        ]
    )
    assert steps["bottom"].tolist()[1:4] == steps["top"].tolist()[:3]
    assert steps["top"].iloc[-1] == pytest.approx(steps["top"].iloc[-2])


def test_the_bridge_has_the_range_of_the_gain_and_room_for_it(plan):
    figures = replace(plan.economics, gain=Range(expected=-50.0, low=-120.0, high=30.0))
    drawn = frames.bridge_frames(figures, None)
    assert drawn["range"].to_dict("records") == [
        {"step": PLAIN, "low": -120.0, "high": 30.0, "between": "−120 to 30.00"}
    ]
    assert drawn["steps"]["above"].iloc[-1] >= 30.0
    assert (drawn["steps"]["above"] >= drawn["steps"][["bottom", "top"]].max(axis=1)).all()


# --- how far down the list ------------------------------------------------------------------------


def test_the_size_of_the_plan_and_the_best_one_are_marked_on_the_curve(plan):
    drawn = frames.size_frames(plan, "USD")
    marks = drawn["marks"].set_index("label")
    assert plan.best_size < plan.size
    assert marks["customers"].to_dict() == {"This plan": plan.size, "Best size": plan.best_size}
    assert marks.loc["Best size", "gain"] == pytest.approx(drawn["curve"]["gain"].max())
    assert drawn["curve"]["said"].str.contains("$", regex=False).all()


def test_a_plan_of_the_best_size_has_one_mark_whose_label_stays_inside(plan):
    best = plan_of(plan.reachable, replace(plan.campaign, size="best"))
    (mark,) = frames.size_frames(best, None)["marks"].to_dict("records")
    assert mark["label"] == "This plan, the best size"
    assert mark["customers"] == best.size
    assert mark["side"] == ("right" if best.size > 0.75 * plan.available_customers else "left")


# --- by lift --------------------------------------------------------------------------------------


def test_gains_are_drawn_from_no_lift_to_twice_the_assumed_one_each_with_its_range(plan):
    lifts = frames.lift_frames(plan, "USD")["lifts"]
    assert len(lifts) == frames.LIFTS
    assert (lifts["lift"].iloc[0], lifts["lift"].iloc[-1]) == (0, pytest.approx(10))
    assert lifts["gain"].is_monotonic_increasing
    assert lifts["gain"].iloc[4] == pytest.approx(plan.economics.gain.expected)
    assert (lifts["low"] <= lifts["gain"]).all()
    assert (lifts["gain"] <= lifts["high"]).all()


def test_the_assumed_lift_and_the_one_that_breaks_even_are_marked(plan):
    marks = frames.lift_frames(plan, "USD")["marks"].set_index("label")
    assert marks.loc["You assume", "lift"] == pytest.approx(5)
    assert marks.loc["Breaks even", "lift"] == pytest.approx(100 * plan.economics.break_even_lift)


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_labels_of_lifts_that_are_close_stand_on_different_sides(plan, factor):
    near = with_lift(plan, factor * plan.economics.break_even_lift)
    marks = frames.lift_frames(near, None)["marks"].set_index("label")
    assert set(marks["side"]) == {"left", "right"}
    right_of_its_line = "You assume" if factor > 1 else "Breaks even"
    assert marks.loc[right_of_its_line, "side"] == "left"


def test_where_no_lift_breaks_even_only_the_assumed_one_is_marked(plan_for_nobody):
    marks = frames.lift_frames(plan_for_nobody, None)["marks"]
    assert marks["label"].tolist() == ["You assume"]


# --- when -----------------------------------------------------------------------------------------


def test_every_customer_who_is_addressed_is_due_at_some_time(plan):
    days = np.resize([-3, 0, 5, 20, 90, NAN], len(plan.reachable.hashes))
    due = frames.due_frame(due_table(plan, days), "USD")
    assert due["when"].tolist() == [frames.WHEN[name] for name in (*DUE, "unknown")]
    assert due["customers"].sum() == pytest.approx(plan.economics.customers, abs=3)
    assert due["colour"].tolist() == [palette.ACCENT] * 4 + [palette.NEUTRAL] * 2


def test_messages_have_their_days_and_the_offers_that_hold_on_them(plan):
    drawn = frames.sequence_frame(sequence_table(plan), date(2024, 2, 27), plan, "USD")
    assert drawn["date"].dt.date.tolist() == [
        date(2024, 2, 27),
        date(2024, 3, 1),
        date(2024, 3, 8),
    ]
    assert drawn["message"].tolist() == ["We have missed you", "A reminder", "It has ended"]
    assert drawn["offer"].tolist() == ["Free delivery (costs $2.00)", "10% off", "None"]
    assert drawn["colour"].nunique() == 3
    assert drawn["customers"].is_monotonic_decreasing


def test_a_bar_ends_with_the_last_day_that_counts_and_says_when_to_look():
    later = date.today() + timedelta(days=400)
    campaign = Campaign("Spring", messages=(Message(0), Message(7)), starts_on=later)
    drawn = frames.calendar_frames([campaign], [], FILE_END)
    (bar,) = drawn["bars"].to_dict("records")
    assert (bar["first"], bar["last"]) == (str(later), str(later + timedelta(days=30)))
    last, look = (wording.day(later + timedelta(days=days)) for days in (29, 30))
    assert bar["said"] == (
        f"Orders count from {wording.day(later)} to {last}, 30 days: look on {look}"
    )
    assert drawn["messages"]["day"].tolist() == [
        str(later),
        str(later + timedelta(days=7)),
    ]
    assert frames.calendar_words(drawn) == (
        f"Campaigns by day. The first message, of Spring, goes out on {wording.day(later)}."
    )


def test_what_has_gone_out_stands_on_its_own_days_in_grey():
    test = campaign_test("Reminder")
    planned = Campaign("Spring")
    drawn = frames.calendar_frames([planned], [test], FILE_END)
    bars = drawn["bars"].set_index("campaign")
    assert bars.index.tolist() == ["Spring", "Reminder"]
    assert (bars.loc["Reminder", "first"], bars.loc["Reminder", "last"]) == (
        "2026-03-01",
        "2026-03-29",
    )
    assert bars["colour"].nunique() == 2
    dots = drawn["messages"].set_index("campaign")["colour"]
    assert dots["Reminder"] == palette.NEUTRAL != dots["Spring"]
    said = frames.calendar_words(drawn)
    assert "of Spring, goes out on" in said
    assert said.endswith("Gone out: Reminder")


# --- offers ---------------------------------------------------------------------------------------


def test_both_offers_are_drawn_for_each_band_of_order_values(plan):
    comparison = compare_offers(plan)
    drawn = frames.offers_frame(comparison, "USD")
    amounts, percentages = (drawn[drawn["kind"] == kind] for kind in ("Amount", "Percentage"))
    assert len(amounts) == len(percentages) == len(comparison.bands)
    assert amounts["worth"].tolist() == pytest.approx([comparison.amount] * len(amounts))
    assert percentages["worth"].tolist() == pytest.approx(
        (comparison.percentage * percentages["order_value"]).tolist()
    )
    assert amounts["people"].tolist() == percentages["people"].tolist()


# --- new customers --------------------------------------------------------------------------------


def test_groups_without_numbers_are_not_drawn_and_the_others_in_words():
    groups = pd.DataFrame(
        {
            "value": [60.0, NAN],
            "value_low": [50.0, NAN],
            "value_high": [75.0, NAN],
            "allowed": [20.0, NAN],
            "payback_days": [40.0, NAN],
            "problem": ["", "Too few customers"],
        },
        index=pd.Index([ALL, "Post"], name="group"),
    )
    curves = pd.DataFrame({"group": [ALL] * 2, "day": [0, 40], "margin": [12.5, 20.0]})
    acquisition = Acquisition(groups=groups, curves=curves)
    (row,) = frames.groups_frame(acquisition, "USD").to_dict("records")
    assert row["group"] == ALL
    assert (row["said"], row["cost"], row["payback"]) == ("$60.00", "$20.00", "after 40 days")
    assert row["between"] == "$50.00 to $75.00"
    assert frames.curves_frame(acquisition, "USD")["said"].tolist() == ["$12.50", "$20.00"]
