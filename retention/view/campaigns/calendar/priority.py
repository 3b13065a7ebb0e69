"""The campaigns that are not out, in their order of priority."""

from __future__ import annotations

import streamlit as st

from retention import wording
from retention.campaigns.campaign import CHANNELS, Campaign
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.portfolio import Portfolio
from retention.view import text
from retention.view.campaigns.calendar.card import campaign_card
from retention.view.session import campaign_tests, campaigns as state
from retention.view.session.loaded import Loaded


def draw_priority(
    data: Loaded, campaigns: tuple[Campaign, ...], portfolio: Portfolio, settled: frozenset[str]
) -> None:
    """The campaigns that are not out, each with its plan and with what can be done with it.

    Args:
        data: The session's data.
        campaigns: In their order of priority.
        portfolio: Their plans.
        settled: The names of those whose groups are kept.
    """
    st.subheader("In order of priority", anchor=False)
    first = "Customers of a campaign whose groups are kept stay with it. Else a" if settled else "A"
    st.caption(
        f"{first} customer belongs to the first campaign in the list that addresses them or holds "
        "them out."
    )
    for number in range(len(campaigns)):
        _draw_campaign(data, number, campaigns, portfolio)


def _draw_campaign(
    data: Loaded, number: int, campaigns: tuple[Campaign, ...], portfolio: Portfolio
) -> None:
    names = tuple(campaign.name for campaign in campaigns)
    name = names[number]
    left, right = campaign_card()
    with left:
        st.markdown(f"**{number + 1}. {text.plain(name, limit=80)}**")
        if name in portfolio.problems:
            problem = text.plain(portfolio.problems[name], limit=600)
            st.markdown(f":orange[:material/warning: {problem}]")
        else:
            _draw_summary(data, portfolio.plans[name])
        _draw_test(data, number, name, portfolio.plans.get(name))
        _draw_doubt(data, campaigns[number])
    with right:
        _draw_buttons(data, number, names)


def _draw_test(data: Loaded, number: int, name: str, plan: CampaignPlan | None) -> None:
    """The day on which it goes out, where its groups are kept; else a button that keeps them."""
    end = data.orders.end
    test = campaign_tests.waiting_test(name, end)
    if test is None:
        st.button(
            "It goes out",
            icon=":material/send:",
            key=f"campaign_goes_out_{number}",
            type="tertiary",
            disabled=plan is None or not len(plan.addressed),
            on_click=campaign_tests.goes_out,
            args=(plan, end),
            help="Keeps both groups as they are drawn now, so that Results can tell what it "
            "brought. Downloading the audience files does the same.",
        )
        return
    st.page_link(
        campaign_tests.RESULTS_PAGE,
        label=f"Goes out on {wording.day(test.start)}, both groups are kept",
        icon=":material/science:",
    )


def _draw_doubt(data: Loaded, campaign: Campaign) -> None:
    """What keeps a campaign without groups from being what it seems, if anything does."""
    first, test = campaign.starts_on, campaign_tests.test_named(campaign.name)
    if test is not None and campaign_tests.has_begun(test, data.orders.end):
        st.caption(
            ":orange[:material/warning: Another campaign of this name has gone out: give this one "
            "a name of its own before it does.]"
        )
    elif test is None and first is not None and data.orders.start < first <= data.orders.end:
        st.caption(
            f":orange[:material/warning: Its first day was {wording.day(first)}. If it went out "
            "then, let Results draw its groups again.]"
        )


def _draw_summary(data: Loaded, plan: CampaignPlan) -> None:
    figures, campaign, currency = plan.economics, plan.campaign, data.orders.currency
    messages = wording.plural(len(campaign.sent), "message")
    window = campaign.window(data.orders.end)
    first, look_on = wording.day(window.start), wording.day(window.look_on)
    st.caption(
        text.plain(
            f"To {' + '.join(campaign.segments)}. {CHANNELS[campaign.channel]}, {messages} in "
            f"{campaign.window_days} days, from {first}. Look on {look_on}.",
            limit=300,
        )
    )
    between = wording.money_range(figures.gain.low, figures.gain.high, currency)
    st.markdown(
        text.plain(
            f"{wording.plural(figures.customers, 'customer')}, cost "
            f"{wording.money(figures.cost, currency, short=True)}, gain "
            f"{wording.money(figures.gain.expected, currency, short=True)} (80% range {between}), "
            f"chance of a loss {wording.percent(figures.loss_chance)}",
            limit=400,
        )
    )


def _draw_buttons(data: Loaded, number: int, names: tuple[str, ...]) -> None:
    name, last = names[number], len(names) - 1
    for label, icon, by, disabled in (
        ("Up", ":material/arrow_upward:", -1, number == 0),
        ("Down", ":material/arrow_downward:", 1, number == last),
    ):
        st.button(
            label,
            icon=icon,
            key=f"campaign_move_{number}_{by}",
            type="tertiary",
            disabled=disabled,
            on_click=state.move,
            args=(name, names[min(max(number + by, 0), last)]),
        )
    st.button(
        "Change",
        icon=":material/edit:",
        key=f"campaign_edit_{number}",
        on_click=_open,
        args=(name,),
    )
    st.button(
        "Delete",
        icon=":material/delete:",
        key=f"campaign_delete_{number}",
        type="tertiary",
        on_click=_delete,
        args=(data, name),
    )


def _delete(data: Loaded, name: str) -> None:
    """Drop a campaign that is not out, and the groups that are kept for its day."""
    state.delete(name)
    if campaign_tests.waiting_test(name, data.orders.end) is not None:
        campaign_tests.forget_test(name)


def _open(name: str) -> None:
    campaign = next(campaign for campaign in state.kept() if campaign.name == name)
    state.put_on_table(campaign, name)
    st.session_state[state.PLACE] = state.PLAN
    state.go_to(state.PLAN_PAGE)
