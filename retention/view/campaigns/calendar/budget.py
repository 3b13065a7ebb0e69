"""One budget over the campaigns that can still choose their customers."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd
import streamlit as st

from retention import wording
from retention.campaigns.budget import Queue, budget_curve, queue, split_budget
from retention.campaigns.campaign import Campaign
from retention.campaigns.plan import CampaignPlan, Reachable
from retention.campaigns.portfolio import Portfolio, budget_parts, cut_in_order
from retention.charts.campaigns import spec
from retention.view import text
from retention.view.campaigns import data as data_of, going_out, words
from retention.view.live_chart import live_chart
from retention.view.session import campaigns as state
from retention.view.session.loaded import Loaded

#: The budget that the visitor has chosen, and the slider's own.
_BUDGET, _SLIDER = "plan_budget_said", "plan_budget"


def draw_budget(data: Loaded, portfolio: Portfolio) -> None:
    """One budget, its best split, and the cut to it.

    Campaigns whose groups are kept are no part of it: whom they address is settled.

    Args:
        data: The session's data.
        portfolio: The plans of the campaigns that are not out.
    """
    settled = {campaign.name for campaign in going_out.settled_campaigns(data)}
    plans = {name: plan for name, plan in portfolio.plans.items() if name not in settled}
    if not plans:
        return
    currency = data.orders.currency
    st.subheader(
        "One budget",
        anchor=False,
        help="Customers of all campaigns are paid for by expected gain for each unit of cost until "
        "the money is spent; those whose expected gain is not above zero are never paid for. "
        "Held-out customers cost nothing.",
    )
    if apart := _kept_apart(portfolio, settled, currency):
        st.caption(text.plain(apart, limit=600))
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
    _draw_cut(data, portfolio, plans, split)


def _choose_budget(most: float, currency: str | None) -> float:
    chosen = st.session_state.get(_BUDGET)
    if chosen is None or chosen > most:
        # What the slider stood at belongs to other plans.
        st.session_state.pop(_SLIDER, None)
    budget: float = st.slider(
        f"Budget{words.in_currency(currency)}",
        min_value=0.0,
        max_value=most,
        value=most / 2 if chosen is None else min(chosen, most),
        step=most / 200,
        format=text.slider_format(f"%,.{0 if most > 200 else 2}f"),
        key=_SLIDER,
        on_change=_keep_budget,
        help=f"Up to {wording.money(most, currency)}: more money finds nobody else worth "
        "addressing.",
    )
    return budget


def _keep_budget() -> None:
    """Keep what was chosen: the slider forgets it when another part of the page is opened."""
    st.session_state[_BUDGET] = st.session_state[_SLIDER]


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


def _kept_apart(portfolio: Portfolio, settled: set[str], currency: str | None) -> str:
    """What the campaigns cost that are no part of the budget; "" where there are none."""
    costs = [plan.economics.cost for name, plan in portfolio.plans.items() if name in settled]
    if not costs:
        return ""
    cost = wording.money(sum(costs), currency, short=True)
    return (
        f"The groups of {wording.plural(len(costs), 'campaign')} are kept, for {cost}: no cut "
        "changes them."
    )


def _draw_cut(
    data: Loaded, portfolio: Portfolio, plans: Mapping[str, CampaignPlan], split: pd.DataFrame
) -> None:
    parts = budget_parts(plans, split)
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
    idle = [name for name in plans if name not in parts]
    if idle:
        st.caption(
            f"This budget has nothing for {text.plain(', '.join(idle))}: the cut takes them off "
            "the list."
        )


def _cut(data: Loaded, parts: Mapping[str, float]) -> None:
    """Cut the campaigns that can still choose to their parts of the budget."""
    settled = going_out.settled_campaigns(data)
    free = going_out.in_turn(data)[len(settled) :]

    def reachable_for(campaign: Campaign, before: tuple[Campaign, ...]) -> Reachable:
        return data_of.reachable_for(data, campaign, (*settled, *before))

    campaigns = {campaign.name: campaign for campaign in cut_in_order(free, parts, reachable_for)}
    if not campaigns:
        st.toast(
            "This budget pays for nobody at the head of their lists: nothing was cut.",
            icon=":material/info:",
        )
        return
    for campaign in free:
        if campaign.name not in campaigns:
            state.delete(campaign.name)
    state.keep_all(tuple(campaigns.get(campaign.name, campaign) for campaign in state.kept()))
