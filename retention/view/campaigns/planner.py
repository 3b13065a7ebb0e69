"""One campaign: the verdict and the numbers, the controls, what is open below, and keeping it."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention.campaigns.campaign import Campaign
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.suppression import unreachable
from retention.errors import DataError
from retention.view import text, widgets
from retention.view.campaigns import (
    audience,
    brief,
    controls,
    data as data_of,
    results,
    rules,
    segments,
    sequence,
)
from retention.view.session import campaigns as state, people
from retention.view.session.loaded import Loaded
from retention.view.session.results import checks_for

#: What each part of the page draws of a plan.
DRAW = {
    results.RESULT: results.draw_bridge,
    results.TURNS: results.draw_turns,
    results.MESSAGES: results.draw_when,
    results.OFFERS: results.draw_offers,
    results.LEFT_OUT: results.draw_left_out,
}


def draw_planner(data: Loaded) -> None:
    """The verdict and the numbers first, the controls around them next; then what is open below."""
    if state.on_table() is None:
        controls.begin(data)
    told = campaign = controls.as_set(state.on_table(), data.orders.end)
    top, verdict = st.container(), st.empty()
    # On a phone the numbers stand below the controls, on a screen beside them.
    left, right = st.columns([4, 7], gap="large")
    numbers = right.empty()
    found = draw_found(data, campaign, verdict, numbers)
    with top:
        controls.whom(data, campaign)
    with left:
        controls.assumptions(data, campaign)
        if found is not None:
            campaign = controls.audience(data, campaign, found)
    with right:
        part = widgets.choose_part(results.PARTS, "plan_part")
        if part == results.MESSAGES:
            campaign = sequence.draw(campaign, data.orders.end)
        elif part == results.LEFT_OUT:
            rules.leave_alone(data)
    state.update(campaign, data.orders.digest)
    if campaign != told:  # a message was edited, or a cut has just appeared
        found = draw_found(data, campaign, verdict, numbers, "plan-again")
    if found is None:
        draw_another(data)
        return
    with right:
        DRAW[part](data, found)
        if part == results.MESSAGES:
            sequence.evidence(campaign)
    widgets.forecast_caution(checks_for(data))
    draw_keep(data, found)


def draw_found(
    data: Loaded,
    campaign: Campaign,
    verdict: DeltaGenerator,
    numbers: DeltaGenerator,
    key: str = "plan",
) -> CampaignPlan | None:
    """The plan, with its verdict and its numbers in their places; None where nobody can be addressed."""
    found = draw_verdict(data, campaign, verdict)
    widgets.show_so_far()
    if found is None:
        numbers.empty()
    else:
        with numbers.container():
            results.draw_metrics(found, data.orders.currency, key)
    return found


def draw_verdict(data: Loaded, campaign: Campaign, place: DeltaGenerator) -> CampaignPlan | None:
    """The verdict in its place, and the plan; what is wrong and None where nobody can be addressed."""
    try:
        found = data_of.plan_for(data, campaign)
    except DataError as error:
        with place.container():
            widgets.problem("Nobody to address", error)
            rules.phone_hint(data, campaign.channel)
        return None
    with place.container():
        results.draw_verdict(found, data.orders.currency)
        if why := unreachable(campaign.channel, people.people_for(data).contacts):
            st.warning(text.plain(why, limit=600), icon=":material/unsubscribe:")
        if state.elsewhere(data.orders.digest):
            st.warning(
                "This campaign was planned for other orders: check its amounts, the margin and the lift.",
                icon=":material/currency_exchange:",
            )
    return found


def draw_files(data: Loaded) -> None:
    """The files of the campaign on the table: they take longer than a slider may, and so have a place of their own."""
    if state.on_table() is None:
        controls.begin(data)
    st.subheader(text.plain(state.on_table().name), anchor=False)
    found = draw_verdict(data, state.on_table(), st.empty())
    if found is not None:
        audience.draw_audience(data, found)


def draw_another(data: Loaded) -> None:
    """Put this campaign aside and begin the next one."""
    st.button(
        "Plan another one",
        icon=":material/add:",
        key="plan_another",
        on_click=controls.begin,
        args=(data,),
    )


def draw_keep(data: Loaded, found: CampaignPlan) -> None:
    """Keep the campaign, begin another one, take the brief along."""
    st.subheader("Keep it", anchor=False)
    taken = {one.name for one in state.kept() if one.name != state.edited()}
    name = found.campaign.name
    with st.container(horizontal=True):
        st.button(
            "Keep the changes" if state.edited() else "Keep this campaign",
            icon=":material/bookmark_add:",
            key="plan_keep",
            type="primary",
            disabled=name in taken,
            on_click=state.keep,
            args=(found.campaign, data.orders.digest),
        )
        draw_another(data)
        st.download_button(
            "Brief (HTML)",
            # Written when it is clicked, outside the session: everything it needs is passed in.
            partial(
                brief.brief_html,
                data.name,
                data.orders.end,
                data.orders.currency,
                found,
                segments.in_words(data, found.campaign.segments),
            ),
            file_name=f"{audience.file_name(name)}.html",
            mime="text/html",
            icon=":material/description:",
            key="plan_brief",
            on_click="ignore",
        )
    if name in taken:
        st.warning(
            f"Another kept campaign is called “{text.plain(name)}”. Give this one a name of its own."
        )
    elif state.edited():
        st.caption(
            f"Kept as “{text.plain(state.edited())}”. See “All campaigns” for its place among the others."
        )
