"""What do I do about each group, at what cost, for what return?"""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention.campaigns import Campaign, CampaignPlan
from retention.errors import DataError
from retention.suppression import unreachable
from retention.view import campaign_audience as audience
from retention.view import campaign_brief as brief
from retention.view import campaign_controls as controls
from retention.view import campaign_data as data_of
from retention.view import campaign_mix as mix
from retention.view import campaign_results as results
from retention.view import campaign_segments as segments
from retention.view import campaign_state as state
from retention.view import loaded as session
from retention.view import shell, text, widgets

data = shell.open_page("Campaigns", "Whom to address, with what, at what cost, for what return?")
st.html(results.STYLE)


@st.fragment
@widgets.guarded("A campaign cannot be planned with these orders")
def campaigns() -> None:
    """The planner, the kept campaigns and what new customers may cost; only the open tab is computed."""
    session.model_for(data)  # without a model nothing here can be told: the page says why
    tabs = [mix.PLAN, mix.FILES, mix.ALL_CAMPAIGNS, mix.NEW]
    plan, files, every, new = st.tabs(tabs, key=mix.TAB, on_change="rerun")
    if plan.open:
        with plan:
            draw_planner()
    if files.open:
        with files:
            draw_files()
    if every.open:
        with every:
            mix.draw_all(data)
    if new.open:
        with new:
            mix.draw_new_customers(data)


def draw_planner() -> None:
    """Controls and what follows from them; the verdict is drawn as soon as the assumptions are read."""
    if state.on_table() is None:
        controls.begin(data)
    campaign = controls.whom(data, state.on_table())
    verdict = st.empty()
    left, right = st.columns([4, 7], gap="large")
    with left:
        campaign = controls.assumptions(data, campaign)
        # What stands below is as it was, unless it has just been changed: then the verdict is drawn once more.
        found, told = draw_verdict(campaign, verdict), campaign
        if found is not None:
            campaign = controls.audience(campaign, found)
    # On a phone the tabs stand below the controls, on a screen beside them.
    with right:
        numbers = st.container()
        what, turns, when, offer, rest = st.tabs(results.PARTS, key="plan_part", on_change="rerun")
    with when:
        if when.open:
            campaign = controls.sequence(campaign)
    with rest:
        if rest.open:
            rules = data_of.rules()
            controls.leave_alone(data)
            told = told if rules == data_of.rules() else None
    state.update(campaign, data.orders.digest)
    if campaign != told:
        found = draw_verdict(campaign, verdict)
    if found is None:
        draw_another()
        return
    currency = data.orders.currency
    with numbers:
        results.draw_metrics(found, currency)
    for tab, draw in (
        (what, results.draw_bridge),
        (turns, results.draw_turns),
        (when, results.draw_when),
        (offer, results.draw_offers),
        (rest, results.draw_left_out),
    ):
        if tab.open:
            with tab:
                draw(data, found)
    with when:
        if when.open:
            controls.evidence(campaign)
    widgets.forecast_caution(session.checks_for(data))
    draw_keep(found, currency)


def draw_verdict(campaign: Campaign, place: DeltaGenerator) -> CampaignPlan | None:
    """The verdict in its place, and the plan; what is wrong and None where nobody can be addressed."""
    try:
        found = data_of.plan_for(data, campaign)
    except DataError as error:
        with place.container():
            widgets.problem("Nobody to address", error)
        return None
    with place.container():
        results.draw_verdict(found, data.orders.currency)
        if why := unreachable(campaign.channel, data_of.people_for(data).contacts):
            st.warning(text.plain(why, limit=600), icon=":material/unsubscribe:")
        if state.elsewhere(data.orders.digest):
            st.warning(
                "This campaign was planned for other orders: check its amounts, the margin and the lift.",
                icon=":material/currency_exchange:",
            )
    return found


def draw_files() -> None:
    """The files of the campaign on the table: they take longer than a slider may, and so have a tab of their own."""
    if state.on_table() is None:
        controls.begin(data)
    st.subheader(text.plain(state.on_table().name), anchor=False)
    found = draw_verdict(state.on_table(), st.empty())
    if found is not None:
        audience.draw_audience(data, found)


def draw_another() -> None:
    """Put this campaign aside and begin the next one."""
    st.button("Plan another one", icon=":material/add:", key="plan_another", on_click=controls.begin, args=(data,))


def draw_keep(found: CampaignPlan, currency: str | None) -> None:
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
            args=(found.campaign,),
        )
        draw_another()
        st.download_button(
            "Brief (HTML)",
            # Written when it is clicked, outside the session: everything it needs is passed in.
            partial(
                brief.brief_html,
                data.name,
                data.orders.end,
                currency,
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
        st.warning(f"Another kept campaign is called “{text.plain(name)}”. Give this one a name of its own.")
    elif state.edited():
        st.caption(f"Kept as “{text.plain(state.edited())}”. See “All campaigns” for its place among the others.")


campaigns()
