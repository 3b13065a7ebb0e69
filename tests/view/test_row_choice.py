"""A choice among rows: by a click on a chart, a tick in a table, or a box."""

from types import SimpleNamespace

import pytest
import streamlit as st

from retention.view.row_choice import RowChoice


@pytest.fixture
def choice():
    st.session_state.clear()
    yield RowChoice("picked_row", ("Tea", "Pot", "Cup"))
    st.session_state.clear()


def selected(**selection):
    """A widget's state, as a click leaves it."""
    return SimpleNamespace(selection=SimpleNamespace(**selection))


def click(choice, name):
    """Click a row of the chart "bars", as the browser reports it."""
    picked = {"picked": [] if name is None else [{"name": name}]}
    st.session_state[choice.chart_key("bars")] = SimpleNamespace(selection=picked)
    choice.take_from_chart("bars", "name")


def test_the_first_name_is_chosen_until_another_one_is(choice):
    assert choice.chosen == "Tea"
    assert RowChoice("other", ("Tea", "Pot"), "Pot").chosen == "Pot"
    assert RowChoice("other", ()).chosen is None
    click(choice, "Cup")
    assert choice.chosen == "Cup"
    st.session_state["table"] = selected(rows=[1])
    choice.take_from_table("table", ["Tea", "Pot", "All others"])
    assert choice.chosen == "Pot"


def test_a_row_that_is_no_choice_changes_nothing(choice):
    click(choice, "Cup")
    click(choice, "All others")
    st.session_state["table"] = selected(rows=[0])
    choice.take_from_table("table", ["All others"])
    assert choice.chosen == "Cup"


def test_the_chart_begins_anew_once_something_else_is_chosen_elsewhere(choice):
    before = choice.chart_key("bars")
    click(choice, "Cup")
    # The click stands: another key would draw the chart again for nothing.
    assert choice.chart_key("bars") == before
    st.session_state["picked_row"] = "Pot"
    after = choice.chart_key("bars")
    assert after != before
    assert choice.chart_key("bars") == after
    click(choice, "Cup")
    assert choice.chosen == "Cup"


def test_a_choice_of_other_orders_is_forgotten(choice):
    st.session_state["picked_row"] = "Coffee"
    assert choice.chosen == "Tea"
