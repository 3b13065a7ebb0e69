"""All kept campaigns: their order of priority, their calendar, and one budget over them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from html import escape

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.campaigns.budget import Queue, budget_curve, queue, split_budget
from retention.campaigns.campaign import CHANNELS
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.portfolio import Portfolio, budget_parts, cut_in_order
from retention.charts.campaigns import spec
from retention.orders.orders import Orders
from retention.view import text
from retention.view.campaigns import data as data_of, frames, saving, words
from retention.view.live_chart import live_chart
from retention.view.session import campaign_tests, campaigns as state
from retention.view.session.loaded import Loaded

_BUDGET = "plan_budget_said"


def draw_all(data: Loaded, conclusion: DeltaGenerator) -> None:
    """The kept campaigns in their order, the budget over them, and the plan as a file.

    Args:
        data: The session's data.
        conclusion: The place of the page's first sentence.
    """
    if not state.kept():
        conclusion.markdown(
            "**No campaign is kept yet.** Plan one, then choose “Keep this campaign”. Here kept "
            "campaigns stand in the order of their priority, so that nobody is addressed twice, "
            "and share one budget."
        )
        st.page_link(state.PLAN_PAGE, label="Plan a campaign", icon=":material/campaign:")
        saving.draw_load()
        return
    portfolio = data_of.portfolio_for(data)
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
    first_days = [campaign.first_day(end) for campaign in state.kept()]
    if age := words.file_age(min(first_days), end):
        st.caption(f":orange[:material/event_busy:] {text.plain(age, limit=600)}")
    if portfolio.plans:
        _draw_calendar(data, portfolio)
    st.subheader("In order of priority", anchor=False)
    st.caption(
        "A customer belongs to the first campaign in the list that addresses them or holds them "
        "out."
    )
    for number, campaign in enumerate(state.kept()):
        _draw_campaign(data, number, campaign.name, portfolio)
    if portfolio.plans:
        _draw_budget(data, portfolio)
    saving.draw_files(data, portfolio.plans)


def _draw_calendar(data: Loaded, portfolio: Portfolio) -> None:
    """When messages go out, and until when orders count."""
    st.subheader("Calendar", anchor=False)
    rows = frames.calendar_frames([plan.campaign for plan in portfolio.plans.values()], data.orders)
    first = rows["messages"].iloc[0]
    live_chart(
        spec("calendar", None),
        rows,
        key="plan_calendar",
        alt_text=f"Campaigns by day. The first message, of {first['campaign']}, goes out on "
        f"{first['said']}",
    )
    st.caption("A dot is a message. A bar ends when orders no longer count as the campaign's.")


def _draw_campaign(data: Loaded, number: int, name: str, portfolio: Portfolio) -> None:
    with st.container(border=True, gap="xsmall"):
        left, right = st.columns([7, 4], vertical_alignment="center")
        with left:
            st.markdown(f"**{number + 1}. {text.plain(name, limit=80)}**")
            if name in portfolio.problems:
                problem = text.plain(portfolio.problems[name], limit=600)
                st.markdown(f":orange[:material/warning: {problem}]")
            else:
                _draw_summary(data, portfolio.plans[name])
            _draw_test(data, number, name, portfolio.plans.get(name))
        with right, st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
            _draw_buttons(number, name)


def _draw_test(data: Loaded, number: int, name: str, plan: CampaignPlan | None) -> None:
    """Whether the campaign has gone out; if not, a button that keeps its groups."""
    test, end = campaign_tests.test_named(name), data.orders.end
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
    went = "Went out" if campaign_tests.has_begun(test, end) else "Goes out"
    st.page_link(
        campaign_tests.RESULTS_PAGE,
        label=f"{went} on {wording.day(test.start)}, both groups are kept: see Results",
        icon=":material/science:",
    )


def _draw_summary(data: Loaded, plan: CampaignPlan) -> None:
    figures, campaign, currency = plan.economics, plan.campaign, data.orders.currency
    messages = wording.plural(len(campaign.sent), "message")
    first = wording.day(campaign.first_day(data.orders.end))
    st.caption(
        text.plain(
            f"To {' + '.join(campaign.segments)}. {CHANNELS[campaign.channel]}, {messages} in "
            f"{campaign.window_days} days, from {first}.",
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


def _draw_buttons(number: int, name: str) -> None:
    last = len(state.kept()) - 1
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
            args=(name, by),
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
        on_click=state.delete,
        args=(name,),
    )


def _open(name: str) -> None:
    campaign = next(campaign for campaign in state.kept() if campaign.name == name)
    state.put_on_table(campaign, name)
    st.session_state[state.PLACE] = state.PLAN
    state.go_to(state.PLAN_PAGE)


def _draw_budget(data: Loaded, portfolio: Portfolio) -> None:
    plans, currency = portfolio.plans, data.orders.currency
    st.subheader(
        "One budget",
        anchor=False,
        help="Customers of all campaigns are paid for by expected gain for each unit of cost until "
        "the money is spent; those whose expected gain is not above zero are never paid for. "
        "Held-out customers cost nothing.",
    )
    line = queue(list(plans.values()))
    if not len(line.cost):
        st.info(
            "No customer of these campaigns is worth addressing as they stand.",
            icon=":material/info:",
        )
        return
    most = float(line.spent[-1])
    if most <= 0:
        st.info(
            "These campaigns cost nothing: there is no budget to split.", icon=":material/info:"
        )
        return
    budget = _choose_budget(most, currency)
    split = split_budget(line, budget)
    _draw_split(line, split, budget, currency)
    st.html(_split_table(split, list(plans), currency))
    _draw_cut(data, portfolio, split)


def _choose_budget(most: float, currency: str | None) -> float:
    budget = st.slider(
        f"Budget{words.in_currency(currency)}",
        min_value=0.0,
        max_value=most,
        value=min(st.session_state.get(_BUDGET, most / 2), most),
        step=most / 200,
        format=text.slider_format(f"%,.{0 if most > 200 else 2}f"),
        key="plan_budget",
        help=f"Up to {wording.money(most, currency)}: more money finds nobody else worth "
        "addressing.",
    )
    # The slider forgets it when another part of the page is opened.
    st.session_state[_BUDGET] = budget
    return budget


def _draw_split(line: Queue, split: pd.DataFrame, budget: float, currency: str | None) -> None:
    """The gain of the best split and of an even one, and by budget."""

    def money(amount: float) -> str:
        return wording.money(amount, currency, short=True)

    best, even = float(split["gain"].sum()), float(split["even_gain"].sum())
    unspent = budget - float(split["even_cost"].sum())
    more = f", {money(best - even)} more than an even split" if len(split) > 1 else ""
    if more and unspent > 0.01 * budget:
        more += f", which finds nobody for {money(unspent)} of it"
    customers = wording.count(split["customers"].sum())
    st.html(
        f'<div class="plan-verdict"><b class=plan-budget>A budget of {escape(money(budget))} gains '
        f"{escape(money(best))}</b><br>{customers} customers{escape(more)}.</div>"
    )
    now = pd.DataFrame(
        {
            "budget": [budget, budget],
            "gain": [best, even],
            "label": ["Best split", "Even split"],
            "said": [money(best), money(even)],
        }
    )
    live_chart(
        spec("budget", currency),
        {"curve": budget_curve(line), "now": now},
        key="plan_budget_chart",
        alt_text=f"Expected gain by budget. With {money(budget)} the best split gains "
        f"{money(best)}, an even one {money(even)}",
    )


def _split_table(split: pd.DataFrame, names: list[str], currency: str | None) -> str:
    rows = ""
    for name, row in zip(names, split.to_dict("records"), strict=True):
        rows += f"<tr><td>{escape(name)}</td>"
        for prefix in ("", "even_"):
            cost, gain = (
                escape(wording.money(row[f"{prefix}{amount}"], currency, short=True))
                for amount in ("cost", "gain")
            )
            customers = wording.count(row[f"{prefix}customers"])
            rows += f"<td>{customers}<small>{cost}</small></td><td>{gain}</td>"
        rows += "</tr>"
    return (
        f'<table class="plan-table" title="{escape(words.DEFINITIONS["even"])}"><thead><tr>'
        "<th>Campaign</th><th>Best split<small>customers, cost</small></th><th>Gain</th>"
        "<th>Even split<small>customers, cost</small></th>"
        f"<th>Gain</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _draw_cut(data: Loaded, portfolio: Portfolio, split: pd.DataFrame) -> None:
    parts = budget_parts(portfolio.plans, split)
    st.button(
        "Cut the campaigns to the best split",
        icon=":material/content_cut:",
        key="plan_cut",
        on_click=_cut,
        args=(data, parts),
        help="Each campaign keeps the customers for whom its part of the budget brings most, by "
        "gain for each unit of cost; those held out come on top. Whom one campaign lets go, a "
        "later one may address.",
    )
    if portfolio.shares_customers:
        st.caption(
            "Some customers are in several campaigns and stay with the first one here. After the "
            "cut a later one may find better customers among those whom an earlier one lets go, "
            "and gain more than this."
        )
    idle = [name for name in portfolio.plans if name not in parts]
    if idle:
        st.caption(
            f"This budget has nothing for {text.plain(', '.join(idle))}: the cut takes them off "
            "the list."
        )


def _cut(data: Loaded, parts: Mapping[str, float]) -> None:
    """Cut the kept campaigns to their parts of the budget."""
    campaigns = cut_in_order(state.kept(), parts, partial(data_of.reachable_for, data))
    if not campaigns:
        st.toast(
            "This budget pays for nobody at the head of their lists: nothing was cut.",
            icon=":material/info:",
        )
        return
    names = [campaign.name for campaign in campaigns]
    for campaign in state.kept():
        if campaign.name not in names:
            state.delete(campaign.name)
    state.keep_all(campaigns)


def portfolio_sentence(plans: Mapping[str, CampaignPlan], orders: Orders) -> str:
    """What the kept campaigns come to together; empty where none can be planned."""
    if not plans:
        return ""
    figures = [plan.economics for plan in plans.values()]
    customers = wording.plural(sum(figure.customers for figure in figures), "customer")
    cost, gain = (
        wording.money(amount, orders.currency, short=True)
        for amount in (
            sum(figure.cost for figure in figures),
            sum(figure.gain.expected for figure in figures),
        )
    )
    first = min(plan.campaign.first_day(orders.end) for plan in plans.values())
    verb = "addresses" if len(plans) == 1 else "address"
    return (
        f"{wording.plural(len(plans), 'campaign')} {verb} {customers} for {cost} and should gain "
        f"{gain} after that. The first message goes out on {wording.day(first)}."
    )
