"""The planner's controls for the size of the audience, the holdout and the window."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from retention import wording
from retention.campaigns.campaign import Campaign
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.starting import lapsed_share
from retention.view import text
from retention.view.campaigns import segments, words
from retention.view.campaigns.controls import OWN_CUT, RANKINGS, SIZES, ranking_name, size_name
from retention.view.campaigns.sequence import WINDOWS
from retention.view.session import campaigns as state
from retention.view.session.loaded import Loaded

#: The share of lapsed customers from which, and up to which, an audience is mixed.
FEW_LAPSED = 0.05


def draw_audience_size(data: Loaded, campaign: Campaign, plan: CampaignPlan) -> Campaign:
    """Draw how far down the list to go, who is held out, and for how long orders count.

    Args:
        data: The loaded orders.
        campaign: As the controls have it.
        plan: Its plan.

    Returns:
        The campaign. Its cut and ranking may differ, if their controls have just appeared or the
        list has become shorter.
    """
    with st.container(border=True):
        about = {
            "How far down the list": words.DEFINITIONS["size"],
            "Ranked by": words.DEFINITIONS["ranked"],
            "Held out": words.DEFINITIONS["holdout"],
            "Orders count for": words.DEFINITIONS["window"],
        }
        st.markdown("**Audience**", help=text.one_help(about))
        mode = st.segmented_control(
            "How far down the list",
            [*SIZES, OWN_CUT],
            default=size_name(campaign),
            key=state.key("mode"),
            required=True,
        )
        if mode == OWN_CUT and plan.available_customers > 1:
            campaign = _draw_cut(campaign, plan)
            _draw_mixed(data, campaign)
        left, right = st.columns(2, gap="medium")
        held_out = round(campaign.holdout_share * 100)
        left.slider(
            "Held out",
            min_value=0,
            max_value=state.slider_end("holdout", max(50, held_out)),
            value=held_out,
            step=1,
            format=text.percent_format(),
            key=state.key("holdout"),
        )
        last = campaign.messages[-1].day
        right.select_slider(
            "Orders count for",
            [days for days in sorted({*WINDOWS, campaign.window_days}) if days > last],
            value=campaign.window_days,
            format_func=lambda days: f"{days} days",
            key=state.key("window"),
        )
    return campaign


def _draw_cut(campaign: Campaign, plan: CampaignPlan) -> Campaign:
    customers = plan.available_customers
    ranking = st.segmented_control(
        "Ranked by",
        list(RANKINGS),
        default=ranking_name(campaign),
        key=state.key("ranked"),
        required=True,
    )
    start = campaign.size if isinstance(campaign.size, int) else plan.best_size or customers
    cut = st.slider(
        "Customers, the first in the list",
        min_value=1,
        max_value=customers,
        value=min(start, customers),
        step=max(customers // 200, 1),
        key=state.key("size"),
    )
    return replace(campaign, size=cut, ranked_by=RANKINGS[ranking])


def _draw_mixed(data: Loaded, campaign: Campaign) -> None:
    lapsed = lapsed_share(segments.lapsed(data), segments.mask(data, campaign.segments))
    if FEW_LAPSED < lapsed < 1 - FEW_LAPSED:
        st.caption(
            f"{wording.percent(lapsed)} of these customers have lapsed. With one lift for all the "
            "longest silent come first, since they would not order anyway; early beats late: plan "
            "them apart, at their lift."
        )
