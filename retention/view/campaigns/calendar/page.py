"""All campaigns: what goes out when, in which order and for which budget, and what has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.campaigns.campaign import soonest_day
from retention.campaigns.plan import CampaignPlan
from retention.charts.campaigns import spec
from retention.experiments.campaign_test import CampaignTest
from retention.orders.orders import Orders
from retention.view import text
from retention.view.campaigns import data as data_of, frames, going_out, saving, words
from retention.view.campaigns.calendar.budget import draw_budget
from retention.view.campaigns.calendar.gone_out import draw_gone_out
from retention.view.campaigns.calendar.priority import draw_priority
from retention.view.live_chart import live_chart
from retention.view.session import campaign_tests, campaigns as state
from retention.view.session.loaded import Loaded

#: Days after its end for which a campaign that has gone out stays in the chart.
RECENT_DAYS = 90


def draw_all(
    data: Loaded, conclusion: DeltaGenerator, standing: Callable[[CampaignTest], str]
) -> None:
    """What is planned in its order, the budget over it, what has gone out, and the plan as a file.

    Args:
        data: The session's data.
        conclusion: The place of the page's first sentence.
        standing: Says where a campaign that has gone out stands, in the words of Results.
    """
    campaigns = going_out.planned(data)
    history = _history(data)
    if campaigns:
        _draw_planned(data, conclusion, history)
    else:
        conclusion.markdown(_nothing_planned(len(history)))
        st.page_link(state.PLAN_PAGE, label="Plan a campaign", icon=":material/campaign:")
        _draw_calendar(data, {}, history)
    if history:
        draw_gone_out(data.orders.end, history, standing)
    if campaigns:
        saving.draw_files(data, data_of.portfolio_for(data).plans)
    else:
        saving.draw_load()


def _history(data: Loaded) -> tuple[CampaignTest, ...]:
    """The campaigns that have gone out, and those whose groups wait without a plan."""
    end, planned = data.orders.end, {one.name for one in going_out.planned(data)}
    return tuple(
        test
        for test in campaign_tests.tests()
        if campaign_tests.has_begun(test, end) or test.name not in planned
    )


def _nothing_planned(gone: int) -> str:
    """The page's first sentence where no campaign is planned, as Markdown."""
    how = (
        "Plan one, then choose “Keep this campaign”. Here kept campaigns stand in the order of "
        "their priority, so that nobody is addressed twice, and share one budget."
    )
    if not gone:
        return f"**No campaign is kept yet.** {how}"
    verb = "has" if gone == 1 else "have"
    return f"**No campaign is planned, and {wording.count(gone)} {verb} gone out.** {how}"


def _draw_planned(
    data: Loaded, conclusion: DeltaGenerator, history: tuple[CampaignTest, ...]
) -> None:
    """The campaigns that are not out: their calendar, their order and their budget."""
    campaigns, portfolio = going_out.planned(data), data_of.portfolio_for(data)
    conclusion.markdown(
        text.plain(portfolio_sentence(portfolio.plans, data.orders), limit=600)
        or "**None of the kept campaigns can be planned with these orders.**"
    )
    if state.kept_elsewhere(data.orders.digest):
        st.warning(
            "These campaigns were kept for other orders: check their amounts and lifts.",
            icon=":material/currency_exchange:",
        )
    end = data.orders.end
    first_days = [campaign.first_day(end) for campaign in going_out.in_turn(data)]
    if age := words.file_age(min(first_days), end):
        st.caption(f":orange[:material/event_busy:] {text.plain(age, limit=600)}")
    _draw_calendar(data, portfolio.plans, history)
    settled = frozenset(one.name for one in going_out.settled_campaigns(data))
    draw_priority(data, campaigns, portfolio, settled)
    draw_budget(data, portfolio)


def _draw_calendar(
    data: Loaded, plans: Mapping[str, CampaignPlan], history: tuple[CampaignTest, ...]
) -> None:
    """When messages go out, and on which days orders count; what went out lately beside it."""
    end = data.orders.end
    recent = [test for test in history if (soonest_day(end) - test.end).days <= RECENT_DAYS]
    if not plans and not recent:
        return
    st.subheader("Calendar", anchor=False)
    rows = frames.calendar_frames([plan.campaign for plan in plans.values()], recent, end)
    live_chart(
        spec("calendar", None), rows, key="plan_calendar", alt_text=frames.calendar_words(rows)
    )
    grey = " Grey ones have gone out." if recent else ""
    st.caption(f"A dot is a message. A bar holds the days on which orders count.{grey}")


def portfolio_sentence(plans: Mapping[str, CampaignPlan], orders: Orders) -> str:
    """What the planned campaigns come to together; empty where none can be planned."""
    if not plans:
        return ""
    figures = [plan.economics for plan in plans.values()]
    customers = wording.plural(sum(figure.customers for figure in figures), "customer")
    total = sum(figure.gain.expected for figure in figures)
    cost, gain = (
        wording.money(amount, orders.currency, short=True)
        for amount in (sum(figure.cost for figure in figures), abs(total))
    )
    first = min(plan.campaign.first_day(orders.end) for plan in plans.values())
    verb = "addresses" if len(plans) == 1 else "address"
    outcome = "gain" if total >= 0 else "lose"
    return (
        f"{wording.plural(len(plans), 'campaign')} {verb} {customers} for {cost} and should "
        f"{outcome} {gain} after that. The first message goes out on {wording.day(first)}."
    )
