"""Headline numbers that more than one page shows: the same figures in the same words."""

from datetime import date
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from retention.view import widgets


def test_orders_are_summed_up_the_same_way_before_and_after_they_are_used():
    orders = SimpleNamespace(
        start=date(2024, 1, 1), end=date(2024, 3, 6), has_amounts=True, currency="EUR"
    )
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

        cards = [
            widgets.Metric("Back", "12%", "back", "of 30"),
            widgets.Metric("Fresh", "4", "fresh"),
        ]
        widgets.metric_row(cards, definitions={"back": "Came back.", "fresh": "Are new."}, key="x")

    at = AppTest.from_function(page).run()
    drawn = [(metric.label, metric.value, metric.help, metric.delta) for metric in at.metric]
    assert drawn == [("Back", "12\\%", "Came back\\.", "of 30"), ("Fresh", "4", "Are new\\.", "")]


def test_a_headline_number_that_the_glossary_explains_has_no_mark():
    def page():
        from retention.view import widgets

        widgets.metric_row([widgets.Metric("Customers", "4", "customers")])

    assert not AppTest.from_function(page).run().metric[0].help


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


def test_a_row_has_room_for_four_metrics():
    with pytest.raises(ValueError, match="four"):
        widgets.metric_row([widgets.Metric("Customers", "1", "customers")] * 5)
