"""All kept campaigns: who comes first, one budget over them, the plan as a file, and what a new customer may cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html import escape

import pandas as pd
import streamlit as st

from retention.acquisition import ALL, USUAL_RATIO
from retention.budgets import budget_curve, queue, split_budget
from retention.campaign_files import SavedPlan, campaigns_from_json, campaigns_to_json
from retention.campaigns import CHANNELS, CampaignPlan, plan_of
from retention.errors import DataError, RetentionError
from retention.exports import to_csv
from retention.own_segments import Library, merge_libraries
from retention.view import campaign_data as data_of
from retention.view import campaign_frames as frames
from retention.view import campaign_segments as segments
from retention.view import campaign_state as state
from retention.view import campaign_words as words
from retention.view import loaded as session
from retention.view import own_segments_state as own
from retention.view import text, widgets
from retention.view.campaign_results import spec
from retention.view.loaded import Loaded
from retention.view.segment_charts import live_chart

_LOAD, _PROBLEM, _LOADED, _CAUTION = "plan_load", "plan_problem", "plan_loaded", "plan_caution"
_BUDGET = "plan_budget_said"
HORIZONS = (90, 180, 365, 730)


def plans_of(data: Loaded) -> tuple[dict[str, CampaignPlan], dict[str, RetentionError]]:
    """The plan of each kept campaign by its name, and why each of the others has none."""
    plans, problems = {}, {}
    campaigns = state.kept()
    for number, campaign in enumerate(campaigns):
        try:
            plans[campaign.name] = plan_of(data_of.reachable_for(data, campaign, campaigns[:number]), campaign)
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
        draw_load()
        return
    plans, problems = plans_of(data)
    if state.kept_elsewhere(data.orders.digest):
        st.warning(
            "These campaigns were kept for other orders: check their amounts, margins and lifts.",
            icon=":material/currency_exchange:",
        )
    st.caption("A customer belongs to the first campaign in the list that addresses them or holds them out.")
    for number, campaign in enumerate(state.kept()):
        _row(data, number, campaign.name, plans.get(campaign.name), problems.get(campaign.name))
    if plans:
        _budget(data, plans)
    draw_files(data, plans)


def _row(data: Loaded, number: int, name: str, plan: CampaignPlan | None, problem: RetentionError | None) -> None:
    currency = data.orders.currency
    with st.container(border=True, gap="xsmall"):
        one, two = st.columns([7, 4], vertical_alignment="center")
        with one:
            st.markdown(f"**{number + 1}. {text.plain(name, limit=80)}**")
            if problem is not None:
                st.markdown(f":orange[:material/warning: {text.plain(problem, limit=600)}]")
            else:
                found, campaign = plan.economics, plan.campaign
                where = f"{CHANNELS[campaign.channel]}, {text.plural(len(campaign.sent), 'message')}"
                st.caption(
                    text.plain(
                        f"To {' + '.join(campaign.segments)}. {where} in {campaign.window_days} days, from "
                        f"{text.day(campaign.first_day(data.orders.end))}.",
                        limit=300,
                    )
                )
                between = text.money_range(found.gain.low, found.gain.high, currency)
                st.markdown(
                    text.plain(
                        f"{text.plural(found.customers, 'customer')}, cost "
                        f"{text.money(found.cost, currency, short=True)}, gain "
                        f"{text.money(found.gain.expected, currency, short=True)} (80% range {between}), chance of a "
                        f"loss {text.percent(found.loss_chance)}",
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
            st.button("Change", icon=":material/edit:", key=f"campaign_edit_{number}", on_click=_open, args=(name,))
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
        st.info("No customer of these campaigns is worth addressing as they stand.", icon=":material/info:")
        return
    most = float(line.spent[-1])
    if most <= 0:
        st.info("These campaigns cost nothing: there is no budget to split.", icon=":material/info:")
        return
    budget = st.slider(
        f"Budget{f' ({currency})' if currency else ''}",
        *(0.0, most, min(st.session_state.get(_BUDGET, most / 2), most), most / 200),
        format=f"%.{0 if most > 200 else 2}f",
        key="plan_budget",
        help=f"Up to {text.money(most, currency)}: more money finds nobody else worth addressing.",
    )
    st.session_state[_BUDGET] = budget  # the slider forgets it when another part of the page is opened
    found = split_budget(line, budget)
    best, even = float(found["gain"].sum()), float(found["even_gain"].sum())
    now = pd.DataFrame(
        {
            "budget": [budget, budget],
            "gain": [best, even],
            "label": ["Best split", "Even split"],
            "said": [text.money(value, currency, short=True) for value in (best, even)],
        }
    )
    more = f", {text.money(best - even, currency, short=True)} more than an even split" if len(plans) > 1 else ""
    st.html(
        '<div class="plan-verdict"><b class=plan-budget>A budget of '
        f"{escape(text.money(budget, currency, short=True))} gains "
        f"{escape(text.money(best, currency, short=True))}</b><br>{text.count(found['customers'].sum())} customers"
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
            f"<td>{text.count(found.loc[n, f'{kind}customers'])}<small>"
            f"{escape(text.money(found.loc[n, f'{kind}cost'], currency, short=True))}</small></td>"
            f"<td>{escape(text.money(found.loc[n, f'{kind}gain'], currency, short=True))}</td>"
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
    sizes = {name: _size_for(plan, int(found.loc[n, "customers"])) for n, (name, plan) in enumerate(plans.items())}
    idle = [name for name, size in sizes.items() if size is None]
    st.button(
        "Cut the campaigns to the best split",
        icon=":material/content_cut:",
        key="plan_cut",
        on_click=_cut,
        args=({name: size for name, size in sizes.items() if size is not None},),
        help="Each campaign goes as far down its list as this budget pays for, those held out included.",
    )
    if idle:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"This budget has nothing for {text.plain(', '.join(idle))}.", width="content")
            st.button(
                "Delete what it has nothing for",
                icon=":material/delete:",
                key="plan_idle",
                type="tertiary",
                on_click=_delete_all,
                args=(tuple(idle),),
            )


def _size_for(plan: CampaignPlan, addressed: int) -> int | None:
    """So far down a campaign's list as to address so many; None for nobody."""
    share = plan.held / max(plan.held + plan.economics.customers, 1)
    return min(max(round(addressed / (1 - share)), 1), plan.size) if addressed else None


def _cut(sizes: dict[str, int]) -> None:
    state.keep_all(tuple(replace(one, size=sizes.get(one.name, one.size)) for one in state.kept()))


def _delete_all(names: tuple[str, ...]) -> None:
    for name in names:
        state.delete(name)


def draw_files(data: Loaded, plans: dict[str, CampaignPlan]) -> None:
    """The plan with its assumptions as a file, and one loaded."""
    st.subheader("Save and load", anchor=False)
    names = {name.removeprefix("Own: ") for one in state.kept() for name in one.segments}
    rules = data_of.rules()
    library = tuple(segment for segment in own.session_library() if segment.name in names)
    with st.container(horizontal=True):
        st.download_button(
            "Save the plan",
            campaigns_to_json(
                SavedPlan(
                    state.kept(),
                    library,
                    session.segment_rules(),
                    rules.quiet_days,
                    rules.unknown_consent,
                    rules.home_country,
                    data.orders.currency,
                )
            ),
            file_name="campaigns.json",
            mime="application/json",
            icon=":material/save:",
            key="plan_save",
            on_click="ignore",
        )
        if plans:
            st.download_button(
                "Download the table",
                to_csv(plans_table(plans, data.orders.end), index=False),
                file_name="campaigns.csv",
                mime="text/csv",
                icon=":material/download:",
                key="plan_table_csv",
                on_click="ignore",
            )
    draw_load()


def plans_table(plans: dict[str, CampaignPlan], end: date) -> pd.DataFrame:
    """One row a campaign, of orders until `end`: what it assumes, and what it should bring."""
    rows = []
    for name, plan in plans.items():
        found, terms = plan.economics, plan.campaign.terms
        rows.append(
            {
                "campaign": name,
                "segments": " + ".join(plan.campaign.segments),
                "strategy": plan.campaign.strategy,
                "channel": plan.campaign.channel,
                "starts_on": plan.campaign.first_day(end),
                "window_days": plan.campaign.window_days,
                "lift": round(terms.lift, 6),
                "offer": terms.offer.kind,
                "offer_value": round(terms.offer.value, 6),
                "margin": round(terms.margin, 6),
                "addressed": found.customers,
                "held_out": plan.held,
                "cost": round(found.cost, 2),
                "gain": round(found.gain.expected, 2),
                "gain_low": round(found.gain.low, 2),
                "gain_high": round(found.gain.high, 2),
                "loss_chance": round(found.loss_chance, 4),
                "break_even_lift": round(found.break_even_lift, 5),
            }
        )
    return pd.DataFrame(rows)


def draw_load() -> None:
    """A saved plan put in the place of the kept campaigns."""
    st.file_uploader(
        "Load a saved plan",
        type=["json"],
        key=_LOAD,
        on_change=_load,
        max_upload_size=1,
        help="It replaces the list above, and brings its own segments, thresholds and whom to leave alone.",
    )
    if problem := st.session_state.get(_PROBLEM):
        widgets.problem("This plan could not be loaded", DataError(problem))
    if caution := st.session_state.get(_CAUTION):
        st.warning(text.plain(caution), icon=":material/currency_exchange:")
    if said := st.session_state.pop(_LOADED, None):
        st.success(said, icon=":material/check:")


def _load() -> None:
    """Read the file when it is chosen, before the page is drawn."""
    st.session_state.pop(_PROBLEM, None)
    brought = st.session_state.get(_LOAD)
    if brought is None:
        return
    try:
        plan = campaigns_from_json(brought.getvalue())
        names = [one.name for one in plan.campaigns]
        if len(set(names)) < len(names):
            raise DataError("Two of its campaigns have one name. Give each a name of its own.")
        library, renamed = _with_library(plan.library)
    except DataError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    own.keep_library(library)
    campaigns = tuple(
        replace(one, segments=tuple(renamed.get(name, name) for name in one.segments), holdout_key=one.drawn_by)
        for one in plan.campaigns
    )
    state.keep_all(campaigns)
    if campaigns:
        # Whatever was being planned would stand beside the loaded ones, and take customers from nobody.
        state.put_on_table(campaigns[0], campaigns[0].name)
    st.session_state[_LOADED] = (
        f"{text.plural(len(plan.campaigns), 'campaign')} loaded, with whom to leave alone and segments' thresholds."
    )
    data = session.get()
    st.session_state[_CAUTION] = (
        f"This plan was saved for orders in {plan.currency}, and these are in "
        f"{data.orders.currency or 'an unknown currency'}: check its amounts."
        if plan.currency and data is not None and plan.currency != data.orders.currency
        else None
    )
    session.keep_segment_rules(plan.rules)
    data_of.keep_rules(
        replace(
            data_of.rules(),
            quiet_days=plan.quiet_days,
            unknown_consent=plan.unknown_consent,
            home_country=plan.home_country,
        )
    )


def _with_library(brought: Library) -> tuple[Library, dict[str, str]]:
    """The session's own segments with a plan's, and the names that those of the plan have now where others had them."""
    library, renamed = own.session_library(), {}
    for segment in brought:
        before, library = library, merge_libraries(library, (segment,))
        if segment not in before:
            renamed[segments.OWN + segment.name] = segments.OWN + library[-1].name
    return library, renamed


def draw_new_customers(data: Loaded) -> None:
    """What a new customer is worth and may cost, for all and by where they came from."""
    currency = data.orders.currency
    columns = [name for name in data.customers if name.startswith("first_") and name != "first_order"]
    one, two, three, four = st.columns(4, gap="medium")
    column = one.selectbox(
        "By first",
        columns or [None],
        format_func=lambda name: "No such column" if name is None else name.removeprefix("first_").capitalize(),
        key="new_by",
        disabled=not columns,
        help="Of the customer's first order.",
    )
    table = state.on_table()
    margin = two.slider(
        "Margin",
        *(1, 100, round(table.terms.margin * 100) if table else 40, 1, "%d%%"),
        key="new_margin",
        help=words.DEFINITIONS["margin"],
    )
    ratio = three.slider(
        "Value to cost",
        *(1.0, 6.0, USUAL_RATIO, 0.5),
        format="%.1f : 1",
        key="new_ratio",
        help=words.DEFINITIONS["allowed"],
    )
    horizon = four.select_slider(
        "Value over", HORIZONS, value=365, format_func=text.days, key="new_horizon", help=words.DEFINITIONS["new_value"]
    )
    found = data_of.acquisition_for(data, column, margin / 100, ratio, horizon)
    whole = found.groups.loc[ALL]
    if whole["problem"]:
        st.warning(text.plain(whole["problem"], limit=600), icon=":material/warning:")
        return
    span = text.money_range(whole["value_low"], whole["value_high"], currency)
    paid = frames.paid_back(whole["payback_days"])
    st.html(
        f'<div class="plan-verdict"><b>A new customer may cost {escape(text.money(whole["allowed"], currency))}</b><br>'
        f"Worth {escape(text.money(whole['value'], currency))} over {text.days(horizon)} (80% range {escape(span)}); "
        f"paid back {paid}.</div>"
    )
    frame = frames.groups_frame(found, currency)
    st.subheader("Value of a new customer, and what it may cost", anchor=False, help=words.DEFINITIONS["new_value"])
    live_chart(
        spec("allowed", currency), {"groups": frame}, key="new_groups", alt_text="Value of a new customer by group"
    )
    st.caption("Bar: value, thin line its 80% range. Orange mark: what winning one may cost.")
    st.subheader("When it is paid back", anchor=False, help=words.DEFINITIONS["payback"])
    curves = found.curves.assign(said=[text.money(value, currency) for value in found.curves["margin"]])
    live_chart(
        spec("payback", currency), {"curves": curves}, key="new_payback", alt_text="Margin by day since the first order"
    )
    thin = found.groups[found.groups["problem"] != ""]
    for name, row in thin.iterrows():
        st.caption(f"{text.plain(name)}: {text.plain(row['problem'], limit=600)}")
    st.download_button(
        "Download the table",
        to_csv(found.groups.round(2).reset_index(), index=False),
        file_name="new-customers.csv",
        mime="text/csv",
        icon=":material/download:",
        key="new_csv",
        on_click="ignore",
    )
