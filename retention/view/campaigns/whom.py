"""The planner's controls for whom to address: segments, strategy, name and channel.

Another strategy begins another campaign. What else is chosen here changes the one on the table.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from retention.campaigns.campaign import BEST, CHANNELS, Campaign
from retention.playbook import strategies
from retention.view import text
from retention.view.campaigns import segments
from retention.view.campaigns.beginning import (
    LONGEST_NAME,
    OWN,
    begin_again,
    campaign_name,
    for_segments,
    has_lift,
    learned,
    on_table,
    usual_name,
    with_channel,
    with_lift,
)
from retention.view.campaigns.controls import lift_in_100
from retention.view.session import campaigns as state
from retention.view.session.loaded import Loaded


def draw_whom(data: Loaded, campaign: Campaign) -> None:
    """Segments, strategy, name and channel."""
    with st.container(border=True):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _draw_segments(data, campaign)
        with right:
            _draw_strategy(data, campaign)
        if len(campaign.segments) > 1:
            _draw_one_each(data)
        left, right = st.columns([3, 2], gap="medium")
        left.text_input("Name", campaign.name, max_chars=LONGEST_NAME, key=state.key("name"))
        channels = list(CHANNELS)
        right.selectbox(
            "Channel",
            channels,
            index=channels.index(campaign.channel),
            format_func=lambda channel: CHANNELS[channel],
            key=state.key("channel"),
            on_change=_channel_chosen,
            args=(data,),
        )


def _draw_segments(data: Loaded, campaign: Campaign) -> None:
    choices, missing = segments.choices(data)
    not_here = text.plain(", ".join(missing), limit=600)
    groups = set(segments.groups_of(campaign.segments))
    suited = [strategy.name for strategy in strategies() if groups & set(strategy.audience)]
    st.multiselect(
        "Segments",
        choices,
        default=[name for name in campaign.segments if name in choices],
        format_func=segments.with_kind,
        key=state.key("segments"),
        placeholder="Choose one or several",
        on_change=_segments_chosen,
        args=(data,),
        help=text.one_help(
            {
                "Segments": "Customers of any of them; nobody is addressed twice. Own segments "
                "come from the page “Segments: Mine”."
                + (f" Not in these orders: {not_here}." if missing else ""),
                "Strategy": "From the playbook. Choosing another one sets its usual sequence, "
                "offers, channel, lift and holdout."
                + (f" For these segments: {', '.join(suited)}." if suited else ""),
            }
        ),
    )


def _draw_strategy(data: Loaded, campaign: Campaign) -> None:
    names = {strategy.key: strategy.name for strategy in strategies()}
    names |= {OWN: "None, a campaign of your own"}
    keys = list(names)
    st.selectbox(
        "Strategy",
        keys,
        index=keys.index(campaign.strategy if campaign.strategy in keys else OWN),
        format_func=lambda key: names[key],
        key=state.key("strategy"),
        on_change=_strategy_chosen,
        args=(data,),
        # The same options whatever the segments are: the choice is kept by its label.
    )


def _draw_one_each(data: Loaded) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "One lift and one sequence hold for all of them. Where the segments differ, give each "
            "its own campaign: nobody is addressed twice.",
            width="stretch",
        )
        st.button(
            "Plan one for each",
            icon=":material/call_split:",
            key=state.key("each"),
            on_click=_one_each,
            args=(data,),
            help="Keeps a campaign for each segment, with this strategy and offers, and "
            "the lift that such a segment starts from where you have not set one.",
        )


def _segments_chosen(data: Loaded) -> None:
    """Other segments: settings stay; the name and the lift follow if they are as they began."""
    campaign = on_table(data)
    chosen = tuple(st.session_state.get(state.key("segments"), ()))
    if not chosen:
        # Without a segment there is nothing to plan: the ones before stay.
        state.change(campaign, segments=list(campaign.segments))
        return
    changed = for_segments(data, campaign, chosen)
    state.change(changed, name=changed.name, lift=lift_in_100(changed.terms.lift))


def _one_each(data: Loaded) -> None:
    """A campaign for each segment instead of the one on the table, in the order of choice."""
    campaign = on_table(data)
    named = campaign.name != usual_name(campaign)
    follows = has_lift(campaign, learned(data, campaign).start)
    campaigns: list[Campaign] = []
    for segment in campaign.segments:
        name = (
            f"{campaign.name[:60]}: {segment}"[:LONGEST_NAME]
            if named
            else campaign_name(campaign.strategy, (segment,))
        )
        name = state.free_name(name, state.edited(), [other.name for other in campaigns])
        lift = learned(data, campaign, (segment,)).start
        campaigns.append(
            replace(
                with_lift(campaign, lift) if follows else campaign,
                segments=(segment,),
                name=name,
                holdout_key=name,
                # A cut counted the customers of all of them.
                size=campaign.size if isinstance(campaign.size, str) else BEST,
            )
        )
    state.keep_each(tuple(campaigns), data.orders.digest)


def _strategy_chosen(data: Loaded) -> None:
    strategy, before = st.session_state.get(state.key("strategy")), on_table(data)
    if strategy is None:
        return
    if strategy != OWN:
        begin_again(data, strategy)
        return
    # The playbook knows nothing usual of it: all stays as it was set.
    name = before.name
    if state.edited() is None and name == usual_name(before):
        name = state.free_name(campaign_name(OWN, before.segments), name)
    state.change(replace(before, strategy=OWN, name=name), name=name)


def _channel_chosen(data: Loaded) -> None:
    channel = st.session_state.get(state.key("channel"))
    if channel is None:
        return
    campaign = with_channel(data, on_table(data), channel)
    state.change(campaign, contact=campaign.terms.contact_cost)
