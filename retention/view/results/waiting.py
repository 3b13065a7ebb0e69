"""A campaign that is planned, or whose groups are not kept: how to measure it one day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import streamlit as st

from retention import wording
from retention.campaigns.campaign import Campaign
from retention.campaigns.plan import CampaignPlan
from retention.errors import RetentionError
from retention.experiments.campaign_test import CampaignTest
from retention.experiments.words import planned_sentence
from retention.view import page_table, text, widgets
from retention.view.results.data import Entry
from retention.view.results.forgetting import draw_forget
from retention.view.session import campaign_tests
from retention.view.session.campaigns import CALENDAR_PAGE
from retention.view.session.loaded import Loaded


@dataclass(frozen=True, slots=True)
class Planner:
    """What the page of results asks of the planner, which it does not know.

    Attributes:
        plan: Plans a kept campaign with the orders that are loaded.
        draw_again: Draws the groups of a kept campaign as of the day before its start.
    """

    plan: Callable[[Loaded, Campaign], CampaignPlan]
    draw_again: Callable[[Loaded, Campaign, date], CampaignTest]


def sentence_of(entry: Entry) -> str:
    """Return what to conclude of a campaign without a result."""
    called = f"“{entry.name}”"
    if entry.test is not None:
        return planned_sentence(called, entry.test.start, entry.test.end)
    if entry.first is None:
        return (
            f"{called} has not gone out. Say when it does: both groups are kept then, and newer "
            "orders tell what it brought."
        )
    return (
        f"{called} went out on {wording.day(entry.first)}, and its groups were not kept. They can "
        "be drawn again: the draw follows from its name."
    )


def draw_waiting(data: Loaded, entry: Entry, planner: Planner) -> None:
    """Draw a campaign that no order has met yet, with the way to its test.

    Args:
        data: The session's data.
        entry: The campaign.
        planner: Plans it.
    """
    st.subheader(text.plain(entry.name, limit=80), anchor=False)
    if entry.test is not None:
        _draw_planned(data, entry.test)
    elif entry.first is None:
        _draw_not_out(data, entry, planner)
    else:
        _draw_not_kept(data, entry, entry.first, planner)


def _draw_planned(data: Loaded, test: CampaignTest) -> None:
    customers, held_out = campaign_tests.sizes_of(test)
    addressed = wording.plural(customers, "customer")
    st.markdown(
        f"{addressed} addressed, {wording.count(held_out)} held out. Orders count from "
        f"{wording.day(test.start)} to {wording.day(test.end)}, {wording.days(test.days)}. Look on "
        f"{wording.day(test.window.look_on)}."
    )
    rest = (
        "Its groups stay as they are."
        if campaign_tests.has_begun(test, data.orders.end)
        else "Until its first day is over, a new download of its files replaces these groups."
    )
    st.caption(f"Your orders end on {wording.day(data.orders.end)}. {rest}")
    if not held_out:
        st.caption(":orange[:material/warning: Nobody is held out: nothing will be proved.]")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            page_table.FRONT_PAGE,
            label="Load newer orders",
            icon=":material/upload_file:",
            query_params={"load": "other"},
        )
        draw_forget(test)


def _draw_not_out(data: Loaded, entry: Entry, planner: Planner) -> None:
    try:
        plan = planner.plan(data, entry.campaign)
    except RetentionError as error:
        widgets.problem("This campaign cannot be planned with these orders", error)
        return
    first = plan.campaign.first_day(data.orders.end)
    st.markdown(
        f"{wording.plural(len(plan.addressed), 'customer')} to address and "
        f"{wording.count(len(plan.held_out))} to hold out, with the first message on "
        f"{wording.day(first)}."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "It goes out",
            icon=":material/send:",
            key="results_goes_out",
            type="primary",
            disabled=not len(plan.addressed),
            on_click=campaign_tests.goes_out,
            args=(plan, data.orders.end),
            help="Keeps both groups as they are drawn now. Downloading the audience files does the "
            "same.",
        )
        st.page_link(CALENDAR_PAGE, label="To the calendar", icon=":material/calendar_month:")


def _draw_not_kept(data: Loaded, entry: Entry, first: date, planner: Planner) -> None:
    st.caption(
        f"The audience is computed again from the orders before {wording.day(first)}, with your "
        "segments of today. Who was left out by hand since is not known."
    )
    if not st.button(
        "Draw its groups again", icon=":material/replay:", key="results_draw_again", type="primary"
    ):
        return
    try:
        with st.spinner("Planning it as of the day before its start…"):
            test = planner.draw_again(data, entry.campaign, first)
    except RetentionError as error:
        widgets.problem("Its groups cannot be drawn again", error)
        return
    campaign_tests.keep_drawn_again(test)
    st.rerun()
