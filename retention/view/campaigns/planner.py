"""One campaign: the verdict and the numbers, the controls, what is open below, and keeping it."""

from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.campaigns.campaign import Campaign
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.suppression import unreachable
from retention.errors import DataError
from retention.experiments.power import ProposedTest, proposed_test
from retention.view import forecast_panels, text, widgets
from retention.view.campaigns import (
    audience,
    beginning,
    brief,
    controls,
    data as data_of,
    parts,
    rules,
    segments,
    sequence,
    words,
)
from retention.view.campaigns.assumptions import draw_assumptions
from retention.view.campaigns.audience_size import draw_audience_size
from retention.view.campaigns.verdict import draw_metrics, draw_verdict
from retention.view.campaigns.whom import draw_whom
from retention.view.session import campaign_tests, campaigns as state, choices, people
from retention.view.session.loaded import Loaded


def choose_order_value() -> bool:
    """Ask for the average order value that the orders lack; whether it is there."""
    amount = st.number_input(
        "Average order value (yours)",
        min_value=0.0,
        value=choices.order_value(),
        step=1.0,
        placeholder="Such as 40",
        key="given_order_value_input",
        width=280,
        help="What an order brings on average, in your currency, before costs. Every amount on "
        "this page follows from it, for all customers alike.",
    )
    choices.keep_order_value(amount or None)
    if not amount:
        st.info(
            "A campaign weighs what orders bring against what messages and offers cost. Say what "
            "an order of yours brings on average to plan one.",
            icon=":material/payments:",
        )
    return bool(amount)


def draw_planner(data: Loaded, verdict: DeltaGenerator) -> None:
    """The verdict and the numbers first, then the controls around them, then what is open below.

    Args:
        data: The session's data.
        verdict: The place of the verdict.
    """
    campaign = controls.as_set(beginning.on_table(data), data.orders.end)
    if campaign_tests.is_out(campaign, data.orders.end):
        _draw_out(data, campaign, verdict)
        return
    learned = beginning.learned_for(data, campaign)
    as_read = campaign = beginning.with_basis(campaign, learned)
    top = st.container()
    # On a phone the numbers stand below the controls, on a screen beside them.
    left, right = st.columns([4, 7], gap="large")
    numbers = right.empty()
    plan = _draw_plan(data, campaign, verdict, numbers)
    with top:
        draw_whom(data, campaign)
    with left:
        draw_assumptions(campaign, data.orders.currency, learned)
        if plan is not None:
            campaign = draw_audience_size(data, campaign, plan)
    with right:
        part = widgets.choose_part(parts.PARTS, "plan_part")
        if part == parts.MESSAGES:
            campaign = sequence.draw_sequence(campaign, data.orders.end)
        elif part == parts.LEFT_OUT:
            rules.draw_leave_alone(data)
    state.update(campaign, data.orders.digest)
    if campaign != as_read:  # a message was edited, or a cut has just appeared
        plan = _draw_plan(data, campaign, verdict, numbers, "plan-again")
    if plan is None:
        _draw_another(data)
        return
    with right:
        with forecast_panels.expected(f"plan-{parts.PARTS.index(part)}"):
            parts.DRAW[part](data, plan)
        if part == parts.MESSAGES:
            sequence.draw_evidence(campaign)
    _draw_keep(data, plan)


def draw_files(data: Loaded, verdict: DeltaGenerator) -> None:
    """The files of the campaign on the table.

    They take longer than a slider may, and so have a place of their own.

    Args:
        data: The session's data.
        verdict: The place of the verdict.
    """
    campaign = beginning.on_table(data)
    st.subheader(text.plain(campaign.name), anchor=False)
    if campaign_tests.is_out(campaign, data.orders.end):
        verdict.markdown(_out_words(campaign))
        plan = _plan_or_problem(data, campaign)
    else:
        plan = _draw_verdict_or_problem(data, campaign, verdict)
    if plan is not None:
        audience.draw_audience(data, plan)


def _out_words(campaign: Campaign) -> str:
    """That a campaign has gone out and stays as it is, as Markdown."""
    test = campaign_tests.test_named(campaign.name)
    on = "" if test is None else f" on {wording.day(test.start)}"
    return (
        f"**“{text.plain(campaign.name, limit=80)}” went out{on}.** Its plan, days and groups stay "
        "as they were. Results says what it brings."
    )


def _draw_out(data: Loaded, campaign: Campaign, verdict: DeltaGenerator) -> None:
    """A campaign that has gone out: nothing of it can be changed, and a copy can be planned."""
    verdict.markdown(_out_words(campaign))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Plan it again",
            icon=":material/replay:",
            key="plan_again",
            type="primary",
            on_click=beginning.plan_again,
            args=(campaign_tests.test_named(campaign.name),),
            help="A copy under a new name, with a new draw. This one stays as it is.",
        )
        _draw_another(data)
        st.page_link(campaign_tests.RESULTS_PAGE, label="Open Results", icon=":material/science:")
        st.page_link(state.CALENDAR_PAGE, label="To the calendar", icon=":material/calendar_month:")


def _plan_or_problem(data: Loaded, campaign: Campaign) -> CampaignPlan | None:
    """The plan; None, and the reason on the page, where its groups are not among the orders."""
    try:
        return data_of.plan_for(data, campaign)
    except DataError as error:
        widgets.problem("Nobody to address", error)
        return None


def _draw_plan(
    data: Loaded,
    campaign: Campaign,
    verdict: DeltaGenerator,
    numbers: DeltaGenerator,
    key: str = "plan",
) -> CampaignPlan | None:
    """The plan, with its verdict and numbers in their places; None without anybody to address."""
    plan = _draw_verdict_or_problem(data, campaign, verdict, key)
    widgets.show_so_far()
    if plan is None:
        numbers.empty()
    else:
        with numbers.container():
            draw_metrics(plan, data.orders.currency, key)
    return plan


def _draw_verdict_or_problem(
    data: Loaded, campaign: Campaign, place: DeltaGenerator, key: str = ""
) -> CampaignPlan | None:
    """The plan, with its verdict in its place; the problem and None without anybody to address.

    With a key, a button takes the test that is proposed.
    """
    try:
        plan = data_of.plan_for(data, campaign)
    except DataError as error:
        with place.container():
            widgets.problem("Nobody to address", error)
            rules.draw_phone_hint(data, campaign.channel)
        return None
    with place.container():
        draw_verdict(plan, data.orders.currency)
        _draw_test(data, plan, key)
        if reason := unreachable(campaign.channel, people.people_for(data).contacts):
            st.warning(text.plain(reason, limit=600), icon=":material/unsubscribe:")
        if state.elsewhere(data.orders.digest):
            st.warning(
                "This campaign was planned for other orders: check its amounts and the lift.",
                icon=":material/currency_exchange:",
            )
    return plan


def _draw_test(data: Loaded, plan: CampaignPlan, key: str) -> None:
    """What the test will show and what would show more; a file that ends long before it."""
    end, campaign, power = data.orders.end, plan.campaign, plan.power
    proposal = proposed_test(plan)
    would_show = power.suffices or (proposal is not None and proposal.power.suffices)
    bigger = None if would_show else beginning.bigger_audience(data, plan)
    sentences = words.holdout_words(
        power,
        plan.held,
        words.look_of(plan, end, data.orders.currency),
        proposal=proposal,
        bigger=bigger,
        measured=campaign.terms.lift_tests > 0,
    )
    if sentences:
        colour = "gray" if power.suffices else "orange"
        st.caption(
            f":{colour}[:material/science:] {text.plain(sentences, limit=800)}",
            help=words.DEFINITIONS["detectable"],
        )
    # Where the sentence advises a larger audience, a half of this one would show nothing.
    if proposal is not None and bigger is None and key:
        st.button(
            words.proposal_words(proposal),
            icon=":material/science:",
            key=f"take_test-{key}",
            help=words.price_of_holdout(proposal.forgone, data.orders.currency) or None,
            on_click=_take_test,
            args=(campaign, proposal),
        )
    if age := words.file_age(campaign.first_day(end), end):
        st.caption(f":orange[:material/event_busy:] {text.plain(age, limit=600)}")


def _take_test(campaign: Campaign, proposal: ProposedTest) -> None:
    """Let the campaign on the table have the share held out and the days that are proposed."""
    changed = replace(campaign, holdout_share=proposal.share, window_days=proposal.days)
    state.change(changed, holdout=round(proposal.share * 100), window=proposal.days)


def _is_name_of_another_test(data: Loaded, campaign: Campaign) -> bool:
    """Whether a campaign that has gone out has this name, and is another one."""
    test = campaign_tests.test_named(campaign.name)
    begun = test is not None and campaign_tests.has_begun(test, data.orders.end)
    return begun and not campaign_tests.is_out(campaign, data.orders.end)


def _about_kept_groups(data: Loaded, plan: CampaignPlan) -> str:
    """What keeping does to groups that are kept already; "" where there are none."""
    test = campaign_tests.waiting_test(state.edited() or plan.campaign.name, data.orders.end)
    if test is None:
        return ""
    head = f"It goes out on {wording.day(test.start)}, and both groups are kept."
    if plan.reachable.held is not None:
        return f"{head} The numbers are theirs."
    return f"{head} Keeping the changes draws them anew: download the audience files again then."


def _keep(data: Loaded, plan: CampaignPlan) -> None:
    """Keep the campaign on the table; groups that are kept for its day follow what has changed."""
    before, end = state.edited() or plan.campaign.name, data.orders.end
    test = campaign_tests.waiting_test(before, end)
    state.keep(plan.campaign, data.orders.digest)
    if test is None or plan.reachable.held is not None:
        return
    campaign_tests.forget_test(before)
    if len(plan.addressed):
        campaign_tests.goes_out(plan, end)


def _draw_another(data: Loaded) -> None:
    st.button(
        "Plan another one",
        icon=":material/add:",
        key="plan_another",
        on_click=beginning.begin_another,
        args=(data,),
    )


def _draw_keep(data: Loaded, plan: CampaignPlan) -> None:
    """Keep the campaign, begin another one, take the brief along."""
    st.subheader("Keep it", anchor=False)
    name, edited = plan.campaign.name, state.edited()
    taken = name in {campaign.name for campaign in state.kept() if campaign.name != edited}
    taken |= _is_name_of_another_test(data, plan.campaign)
    if caution := _about_kept_groups(data, plan):
        st.caption(f":material/science: {text.plain(caution, limit=400)}")
    with st.container(horizontal=True):
        st.button(
            "Keep the changes" if edited else "Keep this campaign",
            icon=":material/bookmark_add:",
            key="plan_keep",
            # Nothing is left to keep where the kept one is as it stands here.
            type="secondary" if plan.campaign in state.kept() else "primary",
            disabled=taken,
            on_click=_keep,
            args=(data, plan),
        )
        _draw_another(data)
        widgets.download_button(
            "Brief (HTML)",
            # Written when it is clicked, outside the session: everything it needs is passed in.
            partial(
                brief.brief_html,
                data.name,
                data.orders.end,
                data.orders.currency,
                plan,
                segments.in_words(data, plan.campaign.segments),
                order_value=data_of.given_order_value(data),
            ),
            file_name=f"{widgets.file_name(name)}.html",
            mime="text/html",
            icon=":material/description:",
            key="plan_brief",
            on_click="ignore",
        )
    if taken:
        st.warning(
            f"Another campaign is called “{text.plain(name)}”. Give this one a name of its own."
        )
    elif edited:
        st.page_link(
            state.CALENDAR_PAGE,
            label=f"Kept as “{text.plain(edited)}”. See its place among the others",
            icon=":material/calendar_month:",
        )
