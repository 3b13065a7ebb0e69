"""All kept campaigns: who comes first, and one budget over them."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from retention import wording
from retention.campaigns.budget import budget_curve, cut_to, queue, split_budget
from retention.campaigns.campaign import CHANNELS, Campaign
from retention.campaigns.plan import CampaignPlan, plan_of
from retention.errors import RetentionError
from retention.view import text
from retention.view.campaigns import data as data_of, saving, words
from retention.view.campaigns.results import spec
from retention.view.charts import live_chart
from retention.view.session import campaigns as state
from retention.view.session.loaded import Loaded

_BUDGET = "plan_budget_said"


def plans_of(data: Loaded) -> tuple[dict[str, CampaignPlan], dict[str, RetentionError]]:
    """The plan of each kept campaign by its name, and why each of the others has none."""
    plans, problems = {}, {}
    campaigns = state.kept()
    for number, campaign in enumerate(campaigns):
        try:
            plans[campaign.name] = plan_of(
                data_of.reachable_for(data, campaign, campaigns[:number]), campaign
            )
        except RetentionError as error:
            problems[campaign.name] = error
    return plans, problems


def draw_all(data: Loaded) -> None:
    """The kept campaigns in their order, the budget over them, and the plan as a file."""
    if not state.kept():
        st.info(
            "No campaign is kept yet. Plan one, then choose “Keep this campaign”: here they stand in the order of "
            "their priority, so that nobody is addressed twice, and share one budget.",
            icon=":material/playlist_add:",
        )
        saving.draw_load()
        return
    plans, problems = plans_of(data)
    if state.kept_elsewhere(data.orders.digest):
        st.warning(
            "These campaigns were kept for other orders: check their amounts, margins and lifts.",
            icon=":material/currency_exchange:",
        )
    st.caption(
        "A customer belongs to the first campaign in the list that addresses them or holds them out."
    )
    for number, campaign in enumerate(state.kept()):
        _row(data, number, campaign.name, plans.get(campaign.name), problems.get(campaign.name))
    if plans:
        _budget(data, plans)
    saving.draw_files(data, plans)


def _row(
    data: Loaded, number: int, name: str, plan: CampaignPlan | None, problem: RetentionError | None
) -> None:
    currency = data.orders.currency
    with st.container(border=True, gap="xsmall"):
        one, two = st.columns([7, 4], vertical_alignment="center")
        with one:
            st.markdown(f"**{number + 1}. {text.plain(name, limit=80)}**")
            if problem is not None:
                st.markdown(f":orange[:material/warning: {text.plain(problem, limit=600)}]")
            else:
                found, campaign = plan.economics, plan.campaign
                where = (
                    f"{CHANNELS[campaign.channel]}, {wording.plural(len(campaign.sent), 'message')}"
                )
                st.caption(
                    text.plain(
                        f"To {' + '.join(campaign.segments)}. {where} in {campaign.window_days} days, from "
                        f"{wording.day(campaign.first_day(data.orders.end))}.",
                        limit=300,
                    )
                )
                between = wording.money_range(found.gain.low, found.gain.high, currency)
                st.markdown(
                    text.plain(
                        f"{wording.plural(found.customers, 'customer')}, cost "
                        f"{wording.money(found.cost, currency, short=True)}, gain "
                        f"{wording.money(found.gain.expected, currency, short=True)} (80% range {between}), chance of a "
                        f"loss {wording.percent(found.loss_chance)}",
                        limit=400,
                    )
                )
        with two, st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
            last = len(state.kept()) - 1
            for icon, by, off in (
                (":material/arrow_upward:", -1, not number),
                (":material/arrow_downward:", 1, number == last),
            ):
                label = "Up" if by < 0 else "Down"
                st.button(
                    label,
                    icon=icon,
                    key=f"campaign_move_{number}_{by}",
                    type="tertiary",
                    disabled=off,
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
    campaign = next(one for one in state.kept() if one.name == name)
    state.put_on_table(campaign, name)
    st.session_state[state.PLACE] = state.PLAN


def _budget(data: Loaded, plans: dict[str, CampaignPlan]) -> None:
    currency = data.orders.currency
    st.subheader(
        "One budget",
        anchor=False,
        help="Customers of all campaigns are paid for by expected gain for each unit of cost until the money is spent; "
        "those whose expected gain is not above zero are never paid for. Held-out customers cost nothing.",
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
    budget = st.slider(
        f"Budget{f' ({currency})' if currency else ''}",
        *(0.0, most, min(st.session_state.get(_BUDGET, most / 2), most), most / 200),
        format=f"%,.{0 if most > 200 else 2}f",
        key="plan_budget",
        help=f"Up to {wording.money(most, currency)}: more money finds nobody else worth addressing.",
    )
    st.session_state[_BUDGET] = (
        budget  # the slider forgets it when another part of the page is opened
    )
    found = split_budget(line, budget)
    best, even = float(found["gain"].sum()), float(found["even_gain"].sum())
    now = pd.DataFrame(
        {
            "budget": [budget, budget],
            "gain": [best, even],
            "label": ["Best split", "Even split"],
            "said": [wording.money(value, currency, short=True) for value in (best, even)],
        }
    )
    more = (
        f", {wording.money(best - even, currency, short=True)} more than an even split"
        if len(plans) > 1
        else ""
    )
    st.html(
        '<div class="plan-verdict"><b class=plan-budget>A budget of '
        f"{escape(wording.money(budget, currency, short=True))} gains "
        f"{escape(wording.money(best, currency, short=True))}</b><br>{wording.count(found['customers'].sum())} customers"
        f"{escape(more)}.</div>"
    )
    live_chart(
        spec("budget", currency),
        {"curve": budget_curve(line), "now": now},
        key="plan_budget_chart",
        alt_text="Expected gain of the best split by budget",
    )
    rows = "".join(
        f"<tr><td>{escape(name)}</td>"
        + "".join(
            f"<td>{wording.count(found.loc[n, f'{kind}customers'])}<small>"
            f"{escape(wording.money(found.loc[n, f'{kind}cost'], currency, short=True))}</small></td>"
            f"<td>{escape(wording.money(found.loc[n, f'{kind}gain'], currency, short=True))}</td>"
            for kind in ("", "even_")
        )
        + "</tr>"
        for n, name in enumerate(plans)
    )
    st.html(
        f'<table class="plan-table" title="{escape(words.DEFINITIONS["even"])}"><thead><tr><th>Campaign</th>'
        "<th>Best split<small>customers, cost</small></th><th>Gain</th>"
        "<th>Even split<small>customers, cost</small></th>"
        f"<th>Gain</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    parts = dict(zip(plans, found["cost"], strict=True))
    idle = [name for name, people in zip(plans, found["customers"], strict=True) if not people]
    st.button(
        "Cut the campaigns to the best split",
        icon=":material/content_cut:",
        key="plan_cut",
        on_click=_cut,
        args=(data, {name: part for name, part in parts.items() if name not in idle}),
        help="Each campaign keeps the customers for whom its part of the budget brings most, by gain for each unit of "
        "cost; those held out come on top. Whom one campaign lets go, a later one may address.",
    )
    if any(
        reason.startswith(data_of.TAKEN)
        for plan in plans.values()
        for reason in plan.reachable.left_out
    ):
        st.caption(
            "These campaigns share customers, who stay with the first one here. After the cut a later one may find "
            "better customers among those whom an earlier one lets go, and gain more than this."
        )
    if idle:
        st.caption(
            f"This budget has nothing for {text.plain(', '.join(idle))}: the cut takes them off the list."
        )


def _cut(data: Loaded, parts: dict[str, float]) -> None:
    """Cut the campaigns to their parts of a budget, the first one first: whom it lets go, the next may address.

    What one leaves of its part goes to the next. A campaign that gets nobody goes off the list: it would take whom the
    others let go.
    """
    done: list[Campaign] = []
    left = 0.0
    for campaign in state.kept():
        try:
            plan = plan_of(data_of.reachable_for(data, campaign, tuple(done)), campaign)
        except RetentionError:
            done.append(campaign)  # nobody is left for it: it costs nothing
            continue
        left += parts.get(campaign.name, 0.0)
        found = cut_to(plan, left) if campaign.name in parts else None
        if found is not None:
            left -= plan_of(plan.reachable, found).economics.cost
            done.append(found)
    if done:
        for name in {one.name for one in state.kept()} - {one.name for one in done}:
            state.delete(name)
        state.keep_all(tuple(done))
        return
    st.toast(
        "This budget pays for nobody at the head of their lists: nothing was cut.",
        icon=":material/info:",
    )
