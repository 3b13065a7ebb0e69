"""The campaign on the table: begun where there is none, what is usual for it, and for others."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np

from retention.campaigns.campaign import Campaign, Channel
from retention.campaigns.holdout import share_needed
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.starting import (
    FIRST_STAGES,
    first_stage,
    lapsed_share,
    starting_campaign,
)
from retention.campaigns.suppression import unreachable
from retention.campaigns.usual import StartingLift
from retention.errors import RetentionError
from retention.experiments.campaign_test import CampaignTest
from retention.experiments.learning import LearnedLift, learned_lift, lift_source, usual_prior
from retention.playbook import strategy_of
from retention.segments.labels import LABELS, STAGE_LABELS
from retention.segments.rules import STAGES
from retention.view.campaigns import data as data_of, segments
from retention.view.campaigns.controls import lift_in_100
from retention.view.campaigns.words import Bigger
from retention.view.session import campaign_tests, campaigns as state, own_segments
from retention.view.session.contact import contact_costs
from retention.view.session.fixed_choices import CHOSEN
from retention.view.session.loaded import Loaded
from retention.view.session.people import people_for
from retention.view.session.store_settings import store_settings

#: The key of the strategy of a campaign that is not the playbook's.
OWN = ""
#: Characters of the longest name.
LONGEST_NAME = 80
#: The channel where a strategy's own one reaches nobody.
EMAIL: Channel = "email"
#: The share of a plan's customers who are in a segment that is called wider.
MOST_OF_THEM = 0.5


def on_table(data: Loaded) -> Campaign:
    """The campaign on the table; a new one is begun where there is none."""
    campaign = state.on_table()
    return begin(data) if campaign is None else campaign


def begin(data: Loaded, names: tuple[str, ...] = (), strategy: str | None = None) -> Campaign:
    """Put a new campaign on the table.

    Args:
        data: The loaded orders.
        names: The segments; by default the first stage with enough customers that no kept campaign
            addresses.
        strategy: The key of its strategy; by default the first that suits the segments.
    """
    names = names or (_first_segment(data),)
    inside = segments.mask(data, names)
    campaign = starting_campaign(
        data.customers,
        inside,
        segments.lapsed(data),
        segments=names,
        groups=_groups(data, names, inside),
        strategy=strategy,
        margin=store_settings().margin,
        currency=data.orders.currency,
        order_value=data_of.given_order_value(data),
        contact_costs=contact_costs(data),
        lift_source=lift_source(campaign_tests.lifts()),
    )
    contacts = people_for(data).contacts
    if unreachable(campaign.channel, contacts) and not unreachable(EMAIL, contacts):
        campaign = with_channel(data, campaign, EMAIL)
    name = state.free_name(campaign_name(campaign.strategy, names))
    campaign = replace(campaign, name=name, holdout_key=name)
    state.put_on_table(campaign)
    return campaign


def begin_as_asked(data: Loaded) -> None:
    """Begin the campaign that another page has asked for, if one has."""
    request = state.asked_for()
    if request is not None:
        begin(data, (request.segment,), request.strategy)


def begin_another(data: Loaded) -> None:
    """Put the campaign on the table aside, and begin the next one."""
    begin(data)


def plan_again(test: CampaignTest) -> None:
    """Put a copy of a campaign that has gone out on the table, with a name and a draw of its own.

    It has the store's margin of today, and starts as soon as possible.

    Args:
        test: The campaign.
    """
    name = state.free_name(test.name[: LONGEST_NAME - 4])
    terms = replace(test.campaign.terms, margin=store_settings().margin)
    state.put_on_table(
        replace(test.campaign, name=name, holdout_key=name, starts_on=None, terms=terms)
    )


def begin_again(data: Loaded, strategy: str) -> None:
    """Begin the campaign on the table anew with a strategy; a name that was chosen stays."""
    before, changed = on_table(data), state.edited()
    campaign = begin(data, before.segments, strategy)
    if changed is not None or before.name != usual_name(before):
        key = campaign.holdout_key if changed is None else before.holdout_key
        state.put_on_table(replace(campaign, name=before.name, holdout_key=key), changed)


def usual_name(campaign: Campaign) -> str:
    """The name that the campaign got when it was begun."""
    return state.free_name(campaign_name(campaign.strategy, campaign.segments), campaign.name)


def campaign_name(strategy: str, names: tuple[str, ...]) -> str:
    """The name of a new campaign, from its strategy and its segments."""
    known = strategy_of(strategy)
    groups = [name.removeprefix(own_segments.OWN).removeprefix(CHOSEN) for name in names]
    return f"{known.name if known else 'Own campaign'}: {' + '.join(groups)}"[:LONGEST_NAME]


def learned(data: Loaded, campaign: Campaign, names: tuple[str, ...] = ()) -> LearnedLift:
    """What finished tests say of a campaign's lift, or the assumption.

    Args:
        data: The loaded orders.
        campaign: The campaign, whose strategy counts.
        names: Other segments than its own.
    """
    names = names or campaign.segments
    inside = segments.mask(data, names)
    prior = usual_prior(lapsed_share(segments.lapsed(data), inside))
    groups = _groups(data, names, inside)
    return learned_lift(campaign_tests.lifts(), campaign.strategy, groups, prior)


def lift_of(campaign: Campaign) -> StartingLift:
    """The campaign's lift, and what it rests on."""
    terms = campaign.terms
    return StartingLift(lift=terms.lift, error=terms.lift_error, tests=terms.lift_tests)


def with_lift(campaign: Campaign, lift: StartingLift) -> Campaign:
    """The campaign with another lift, and what that rests on."""
    terms = replace(campaign.terms, lift=lift.lift, lift_error=lift.error, lift_tests=lift.tests)
    return replace(campaign, terms=terms)


def has_lift(campaign: Campaign, lift: StartingLift) -> bool:
    """Whether the campaign has this lift, as a slider shows it."""
    return abs(campaign.terms.lift - lift.lift) < 5e-4


def with_basis(campaign: Campaign, known: LearnedLift | None) -> Campaign:
    """The campaign with the uncertainty that tests found, where its lift is the one they say."""
    if known is None or not known.tests or not has_lift(campaign, known.start):
        return campaign
    return with_lift(campaign, known.start)


def learned_for(data: Loaded, campaign: Campaign) -> LearnedLift | None:
    """What finished tests say of a campaign's lift; None where no test is finished."""
    return learned(data, campaign) if campaign_tests.lifts() else None


def take_lift(campaign: Campaign, lift: StartingLift) -> None:
    """Let the campaign on the table start from this lift."""
    state.change(with_lift(campaign, lift), lift=lift_in_100(lift.lift))


def for_segments(data: Loaded, campaign: Campaign, names: tuple[str, ...]) -> Campaign:
    """The campaign to other segments: settings stay, and what is as it began follows.

    Name and lift follow the segments, unless they have been changed.

    Args:
        data: The loaded orders.
        campaign: The campaign.
        names: The other segments.
    """
    name = campaign.name
    if name == usual_name(campaign):
        name = state.free_name(campaign_name(campaign.strategy, names), campaign.name)
    changed = replace(campaign, segments=names, name=name)
    if has_lift(campaign, learned(data, campaign).start):
        changed = with_lift(changed, learned(data, campaign, names).start)
    return changed


def bigger_audience(data: Loaded, plan: CampaignPlan) -> Bigger | None:
    """The smallest wider stage, else all customers, whose own plan has a test that shows its lift.

    It is planned as it would be if it were chosen instead: with its own lift, reach and gain. A
    plan that is expected to lose money is none.

    Args:
        data: The loaded orders.
        plan: The plan whose test shows too little.
    """
    campaign = plan.campaign
    inside = segments.mask(data, campaign.segments)
    masks = {
        name: segments.mask(data, (name,))
        for name in (*(STAGE_LABELS[stage] for stage in STAGES), segments.EVERYBODY)
        if name not in campaign.segments
    }
    for name in sorted(masks, key=lambda name: int(masks[name].sum())):
        if masks[name][inside].mean() > MOST_OF_THEM:
            bigger = _test_of_bigger(data, for_segments(data, campaign, (name,)))
            if bigger is not None and bigger.customers > plan.size:
                return bigger
    return None


def _test_of_bigger(data: Loaded, campaign: Campaign) -> Bigger | None:
    """The share that a campaign has to hold out to show its lift; None where no share does."""
    try:
        plan = data_of.plan_for(data, campaign)
        share = share_needed(plan.size, campaign.terms.lift, plan.power.buys)
        if share != share:
            return None
        followed = replace(campaign, holdout_share=ceil(round(share * 100, 6)) / 100)
        plan = data_of.plan_for(data, followed)
    except RetentionError:
        return None  # it would address nobody
    if not plan.power.suffices or plan.economics.gain.expected <= 0:
        return None
    return Bigger(
        name=campaign.segments[0],
        customers=plan.size,
        share=followed.holdout_share,
        lift=campaign.terms.lift,
    )


def _groups(data: Loaded, names: tuple[str, ...], inside: np.ndarray) -> tuple[str, ...]:
    """The keys of the stages and traits that a campaign addresses: the kind of its customers."""
    return segments.groups_of(names) or segments.usual_stage(data, inside)


def with_channel(data: Loaded, campaign: Campaign, channel: Channel) -> Campaign:
    """The campaign through another channel, at what a message usually costs there."""
    cost = contact_costs(data).get(channel, campaign.terms.contact_cost)
    return replace(campaign, channel=channel, terms=replace(campaign.terms, contact_cost=cost))


def _first_segment(data: Loaded) -> str:
    used = {name for campaign in state.kept() for name in campaign.segments}
    sizes = {
        stage: int(segments.mask(data, (LABELS[stage],)).sum())
        for stage in FIRST_STAGES
        if LABELS[stage] not in used
    }
    stage = first_stage(sizes)
    return segments.EVERYBODY if stage is None else LABELS[stage]
