"""Headline numbers that more than one page shows: the same figures in the same words."""

from contextlib import nullcontext
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from retention import Check, Total
from retention.view import widgets
from retention.view.session.choices import Plan

TOTAL = Total(expected=40.0, low=31.5, high=48.2, chance=5.0, parameters=3.0)
SCORES = pd.DataFrame(
    {"cltv": [10.0, 30.0], "p_purchase": [0.2, 0.8], "expected_orders": [0.5, 2.5]}
)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(), "Before margin, discounted 10% a year"),
        (Plan(margin=0.4), "At 40% margin, discounted 10% a year"),
        (Plan(margin=0.4, annual_discount_rate=0), "At 40% margin, not discounted"),
        (Plan(annual_discount_rate=0), "Before margin, not discounted"),
    ],
)
def test_a_value_says_what_it_is_net_of(plan, words):
    assert widgets.terms(plan) == words


def test_a_value_stands_with_its_range():
    value, _, _ = widgets.forecast_metrics(SCORES, TOTAL, "EUR", label="Value", about="cltv")
    assert value == widgets.Metric("Value", "€40.00", "cltv", "80% range: €31.50 to €48.20")


def test_a_forecast_adds_everybody_up():
    _, returning, orders = widgets.forecast_metrics(
        SCORES, TOTAL, None, label="Value", about="cltv"
    )
    assert (returning.value, returning.note) == ("50%", "About 1 of 2")
    assert (orders.value, orders.note) == ("3", "1.50 per customer")


@pytest.mark.parametrize("link", [True, False])
def test_no_caution_where_every_check_is_good(monkeypatch, link):
    drawn = []
    monkeypatch.setattr(widgets.st, "container", lambda **options: drawn.append(options))
    widgets.forecast_caution(
        [Check("History", "good", "The orders reach back 400 days.")], link=link
    )
    assert not drawn


def test_what_cannot_be_told_is_no_doubt_and_no_good_news(monkeypatch):
    drawn, said = [], []
    monkeypatch.setattr(
        widgets.st, "container", lambda **options: drawn.append(options) or nullcontext()
    )
    monkeypatch.setattr(widgets.st, "markdown", said.append)
    unknown = Check("Rhythm", "unknown", "There are too few waits.", "Load a longer period.")
    widgets.forecast_caution([unknown])
    assert not drawn
    widgets.check_list(
        [Check("History", "good", "Long enough."), unknown, Check("Drift", "bad", "Down.", "Look.")]
    )
    said = [line.replace("\\", "") for line in said]
    assert said[0].startswith(":red[")
    assert "Drift" in said[0]
    assert said[3] == ":gray[:material/help: **Cannot be told yet:** Rhythm]"
    assert "Load a longer period." in said[5]
    assert said[6] == ":green[:material/check_circle: **History:**] Long enough."


def test_orders_are_summed_up_the_same_way_before_and_after_they_are_used():
    orders = SimpleNamespace(start=date(2024, 1, 1), end=date(2024, 3, 6), currency="EUR")
    found = [
        (metric.label, metric.value, metric.note)
        for metric in widgets.order_metrics(4, 10, 25.0, orders)
    ]
    assert found == [
        ("Customers", "4", "Over 66 days"),
        ("Orders", "10", "2.5 per customer"),
        ("Revenue", "€25.00", "€2.50 per order"),
    ]


def test_a_headline_number_takes_its_definition_from_the_page():
    def page():
        from retention.view import widgets

        cards = [widgets.Metric("Back", "12%", "back", "of 30"), widgets.Metric("New", "4", "new")]
        widgets.metric_row(cards, definitions={"back": "Came back.", "new": "Are new."}, key="x")

    at = AppTest.from_function(page).run()
    drawn = [(metric.label, metric.value, metric.help, metric.delta) for metric in at.metric]
    assert drawn == [("Back", "12%", "Came back\\.", "of 30"), ("New", "4", "Are new\\.", "")]


def test_without_a_model_the_reason_and_what_it_costs_are_said():
    def page():
        from retention.view import widgets

        widgets.no_model_panel("Only **3** customers.", "The grid works as usual.")

    at = AppTest.from_function(page).run()
    reason, consequence = at.warning[0].value.split("  \n")
    assert reason.endswith("no model of future purchases.** Only \\*\\*3\\*\\* customers\\.")
    assert consequence == "The grid works as usual."


def test_a_period_is_chosen_by_its_words_and_known_by_its_key():
    def page():
        import streamlit as st

        from retention.view import widgets

        chosen = widgets.choose_period(
            ("90", "365"), key="my_period", opens_on="365", about="Which days?", own_dates=True
        )
        st.text(chosen)

    at = AppTest.from_function(page).run()
    assert at.selectbox(key="my_period").options == ["Last 90 days", "Last 365 days", "Own dates"]
    assert at.text[0].value == "365"
    assert at.selectbox(key="my_period").set_value("Last 90 days").run().text[0].value == "90"
    assert at.selectbox(key="my_period").set_value("Own dates").run().text[0].value == "None"
