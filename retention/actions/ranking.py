"""What to do next: a campaign for each reason, ranked by what it should bring after cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import numpy as np
import pandas as pd

from retention.actions.action import NextAction, NextActions, Reach
from retention.actions.candidates import Candidate, candidates
from retention.actions.facts import ActionFacts, LeftOutMasks
from retention.actions.second_wait import second_wait
from retention.campaigns.arrays import Hashes, Mask
from retention.campaigns.campaign import Campaign, Channel
from retention.campaigns.economics import Range
from retention.campaigns.plan import CampaignPlan, plan_of, reachable_of
from retention.campaigns.starting import ENOUGH_CUSTOMERS, average_order_value, starting_campaign
from retention.campaigns.suppression import suppressions, unreachable, usable_contacts
from retention.campaigns.usual import LiftSource, usual_contact_costs
from retention.customers.contacts import contacts
from retention.customers.signals import signals
from retention.customers.summary import summarise_customers
from retention.errors import DataError, ModelError
from retention.history.metrics import METRICS
from retention.history.order_history import OrderHistory, history_of
from retention.models.cltv import fit_cltv, predict_cltv, with_order_value
from retention.models.model import CltvModel
from retention.models.next_order import silence_chance
from retention.models.uncertainty import value_uncertainty
from retention.orders.orders import Orders
from retention.periods import Period, preset_period
from retention.playbook import strategy_of
from retention.products.due import THIS_WEEK, WEEK, reorders_due
from retention.random_draws import customer_hashes
from retention.reports.breakdown import Breakdown, breakdown
from retention.reports.breakdown_history import dimensions_of
from retention.reports.metric_gaps import Gap
from retention.reports.scorecard import scorecard_of
from retention.reports.scorecard_verdict import read_scorecard
from retention.segments.rules import SegmentRules
from retention.segments.stages import assign_segments
from retention.signal_files.join import join_contacts, join_signals
from retention.signal_files.report import SignalFile

#: Actions that are returned at most.
MOST_ACTIONS = 5
#: The horizon of what people are worth.
YEAR_DAYS = 365
#: The period that channels and the scorecard describe: the last year.
LAST_YEAR = "365"
#: The channel where the usual one reaches nobody.
_EMAIL: Channel = "email"
NO_AMOUNTS = (
    "What an action brings: it needs a column of amounts, or what an order of yours brings on "
    "average."
)
NO_CONSENT = "Who agreed to be written to: it needs a column of consent."
NO_CONTACT = "Whom you can write to: it needs a column of e-mail addresses or phones."

#: Says whom a campaign may not address.
Suppress = Callable[[Campaign], LeftOutMasks]


def next_actions(
    orders: Orders,
    customers: pd.DataFrame | None = None,
    model: CltvModel | None = None,
    *,
    rules: SegmentRules | None = None,
    margin: float = 0.4,
    order_value: float | None = None,
    unknown_consent: bool = False,
    signal_files: Sequence[SignalFile] = (),
    annual_discount_rate: float = 0.10,
    contact_costs: Mapping[Channel, float] | None = None,
    lift_source: LiftSource | None = None,
) -> NextActions:
    """Return what to do next, ranked by what it should bring after cost.

    Reasons are looked for from the most specific to the broadest, and a customer belongs to the
    first one that pays. So no two actions are about the same people, and their gains add up. The
    lift of each campaign is an assumption (`Terms.lift`), as in the planner, unless finished tests
    have measured it.

    Args:
        orders: The orders.
        customers: From `summarise_customers(orders)`.
        model: From `fit_cltv`.
        rules: Thresholds of the stages and traits; the published ones unless given.
        margin: The share of revenue that is left after the goods, before the campaign. What people
            are worth is after it too.
        order_value: What an order brings on average, in money, for orders without amounts.
        unknown_consent: Whether to write to customers whose consent is not known.
        signal_files: What is known of the customers elsewhere, from `read_signals`.
        annual_discount_rate: The discount rate of what people are worth, as in `predict_cltv`.
        contact_costs: What one message costs, in money, by channel. A channel that is not there
            costs what is usual.
        lift_source: What finished tests say of the lift, from `lift_source`.

    Returns:
        At most five actions, the largest expected gain first, and what would bring others. An
        action is about at least ten customers and has an expected gain above 0.
    """
    customers = summarise_customers(orders) if customers is None else customers
    try:
        facts = facts_of(
            orders,
            customers,
            model,
            rules=rules,
            order_value=order_value,
            margin=margin,
            annual_discount_rate=annual_discount_rate,
            contact_costs=contact_costs,
        )
    except ModelError as error:
        return NextActions(actions=(), missing=(str(error),))
    facts = replace(facts, lift_source=lift_source)
    if facts.contacts is not None:
        facts = replace(facts, contacts=join_contacts(facts.contacts, signal_files))
    suppress = partial(
        suppressions,
        customers=customers,
        as_of=orders.end,
        signals=join_signals(signals(orders), signal_files, customers),
        contacts=facts.contacts,
        unknown_consent=unknown_consent,
    )
    return next_actions_of(facts, suppress, margin=margin, hashes=customer_hashes(customers.index))


def facts_of(
    orders: Orders,
    customers: pd.DataFrame,
    model: CltvModel | None = None,
    *,
    rules: SegmentRules | None = None,
    order_value: float | None = None,
    margin: float = 0.4,
    annual_discount_rate: float = 0.10,
    contact_costs: Mapping[Channel, float] | None = None,
) -> ActionFacts:
    """Compute what actions rest on.

    Args:
        orders: The orders.
        customers: From `summarise_customers(orders)`.
        model: As in `next_actions`.
        rules: As in `next_actions`.
        order_value: As in `next_actions`.
        margin: As in `next_actions`.
        annual_discount_rate: As in `next_actions`.
        contact_costs: As in `next_actions`.

    Returns:
        The facts, for `next_actions_of`.

    Raises:
        ModelError: The orders carry no model, or neither they nor `order_value` say what an order
            brings.
    """
    rules = rules or SegmentRules()
    model = priced(fit_cltv(customers) if model is None else model, order_value)
    value = value_uncertainty(
        model,
        customers,
        horizon_days=YEAR_DAYS,
        annual_discount_rate=annual_discount_rate,
        margin=margin,
    )
    scores = predict_cltv(
        model,
        customers,
        horizon_days=YEAR_DAYS,
        annual_discount_rate=annual_discount_rate,
        margin=margin,
        intervals=False,
    )
    with history_of(orders) as history:
        wait = second_wait(history)
        gap, gap_missing = largest_gap(history, model, customers)
    return ActionFacts(
        customers=customers,
        model=model,
        value=value,
        labels=assign_segments(customers, scores, rules),
        rules=rules,
        silence_chance=silence_chance(model, customers),
        p_alive=scores["p_alive"].to_numpy(float),
        second_wait=wait,
        channels=channels_of(orders),
        gap=gap,
        gap_missing=gap_missing,
        reorders=due_reorders(orders),
        contacts=usable_contacts(contacts(orders)),
        currency=orders.currency,
        contact_costs={} if contact_costs is None else contact_costs,
    )


def due_reorders(orders: Orders) -> pd.DataFrame | None:
    """Return who is due to buy a product again this week.

    Args:
        orders: The orders.

    Returns:
        As `reorders_due`; None where the orders name no products.
    """
    if "product" not in orders.table.columns:
        return None
    return reorders_due(orders, weeks=(THIS_WEEK,))


def priced(model: CltvModel, order_value: float | None) -> CltvModel:
    """Return a model that says what an order brings.

    Args:
        model: From `fit_cltv`.
        order_value: What an order brings on average, in money, where the orders have no amounts.

    Returns:
        The model, with a spend model.

    Raises:
        ModelError: Neither the orders nor `order_value` say it.
    """
    if model.spend is not None:
        return model
    if order_value is None:
        raise ModelError(NO_AMOUNTS)
    return with_order_value(model, order_value)


def channels_of(orders: Orders) -> Breakdown | None:
    """Return how often the customers of each channel came back in the last year.

    Args:
        orders: The orders.

    Returns:
        The breakdown by the channel of the first order; None without channels.
    """
    if "channel" not in dimensions_of(orders):
        return None
    return breakdown(orders, "channel", preset_period(LAST_YEAR, orders.start, orders.end))


def largest_gap(
    history: OrderHistory, model: CltvModel, customers: pd.DataFrame
) -> tuple[Gap | None, str]:
    """Return the metric of the last year whose fall since earlier costs most.

    A year that ends within a peak, such as a sale whose days move, differs by the days that it
    holds. So the metric must have fallen for the year that ends a week earlier, too. Benchmarks are
    left to the scorecard: they need the line of business.

    Args:
        history: From `order_history`.
        model: From `fit_cltv`.
        customers: From `summarise_customers`.

    Returns:
        The gap, or None with the reason where no earlier year can be compared, or no gap holds.
    """
    period = preset_period(LAST_YEAR, history.start, history.end)
    card = scorecard_of(history, period)
    if card.previous is None and card.year_before is None:
        return None, "The scorecard's largest gap: it needs two years of orders to compare."
    gaps = read_scorecard(card, (), model, customers).gaps
    if not gaps:
        return None, ""
    lasting = _fallen_a_week_earlier(history, period)
    for gap in gaps:
        if lasting is None or gap.metric in lasting:
            return gap, ""
    return None, (
        f"The scorecard's largest gap: {METRICS[gaps[0].metric].label} is worse than before, but "
        "not for the year that ends a week earlier. The days at the end may make the difference."
    )


def _fallen_a_week_earlier(history: OrderHistory, period: Period) -> set[str] | None:
    """The metrics with a gap a week earlier; None where that cannot be compared."""
    start, end = (day - timedelta(days=WEEK) for day in (period.start, period.end))
    if start < history.start:
        return None
    card = scorecard_of(history, Period(start=start, end=end))
    if card.previous is None and card.year_before is None:
        return None
    return {gap.metric for gap in read_scorecard(card).gaps}


def next_actions_of(
    facts: ActionFacts, suppress: Suppress, *, margin: float, hashes: Hashes
) -> NextActions:
    """Return what to do next from facts that are there already.

    Args:
        facts: From `facts_of`.
        suppress: Says whom a campaign may not address, by reason.
        margin: As in `next_actions`.
        hashes: From `customer_hashes`.

    Returns:
        As `next_actions`.
    """
    free = np.ones(len(facts.customers), dtype=bool)
    actions: list[NextAction] = []
    missing: list[str] = []
    for candidate in candidates(facts):
        if isinstance(candidate, str):
            missing.append(candidate)
            continue
        members = candidate.members & free
        if members.sum() < ENOUGH_CUSTOMERS:
            continue
        action = _action(facts, candidate, members, suppress, margin=margin, hashes=hashes)
        if action is not None:
            actions.append(action)
            free &= ~members
    if facts.contacts is None or unreachable(_EMAIL, facts.contacts):
        missing.append(NO_CONTACT)
    if facts.contacts is None or "consent" not in facts.contacts:
        missing.append(NO_CONSENT)
    actions.sort(key=lambda action: -action.gain.expected)
    return NextActions(actions=tuple(actions[:MOST_ACTIONS]), missing=tuple(missing))


def _action(
    facts: ActionFacts,
    candidate: Candidate,
    members: Mask,
    suppress: Suppress,
    *,
    margin: float,
    hashes: Hashes,
) -> NextAction | None:
    """The action for these people; None where nothing is to be gained."""
    campaign = _campaign(facts, candidate, members, margin)
    try:
        reachable = reachable_of(
            facts.model, facts.customers, campaign, hashes, members, left_out=suppress(campaign)
        )
    except DataError:  # nobody may be written to
        return None
    plan: CampaignPlan = plan_of(reachable, campaign)
    if not plan.economics.customers or plan.economics.gain.expected <= 0:
        return None
    worth = facts.value.total(members)
    return NextAction(
        key=candidate.key,
        name=candidate.name,
        reason=candidate.reason(int(members.sum())),
        customers=facts.customers.index[members],
        worth=Range(expected=worth.expected, low=worth.low, high=worth.high),
        gain=plan.economics.gain,
        campaign=campaign,
        left_out=plan.left_out,
        addressed=plan.economics.customers,
        held_out=plan.held,
        below_cut=plan.below_cut,
        shown_lift=plan.detectable_lift,
        reach=_reach(facts.contacts, campaign.channel),
        currency=facts.currency,
    )


def _reach(people: pd.DataFrame | None, channel: Channel) -> Reach:
    """What the orders say of reaching people through a channel."""
    if people is None or unreachable(channel, people):
        return "no contact"
    return "consent known" if "consent" in people else "consent unknown"


def _campaign(facts: ActionFacts, candidate: Candidate, members: Mask, margin: float) -> Campaign:
    """The strategy's usual campaign, by e-mail where its own channel reaches nobody."""
    if facts.customers["revenue"].notna().any():
        everybody = np.ones(len(facts.customers), dtype=bool)
        store_value = average_order_value(facts.customers, everybody)
        order_value = average_order_value(facts.customers, members)
    else:
        store_value = order_value = float(facts.model.spend.mean if facts.model.spend else 0.0)
    costs = {**usual_contact_costs(store_value, facts.currency), **facts.contact_costs}
    campaign = starting_campaign(
        facts.customers,
        members,
        facts.in_stage("lapsed"),
        segments=(candidate.name,),
        groups=facts.usual_stage(members),
        strategy=candidate.strategy,
        margin=margin,
        currency=facts.currency,
        order_value=order_value,
        contact_costs=costs,
        lift_source=facts.lift_source,
    )
    if facts.contacts is not None and unreachable(campaign.channel, facts.contacts):
        terms = replace(campaign.terms, contact_cost=costs[_EMAIL])
        campaign = replace(campaign, channel=_EMAIL, terms=terms)
    strategy = strategy_of(candidate.strategy)
    name = f"{strategy.name if strategy else 'Own campaign'}: {candidate.name}"[:80]
    return replace(campaign, name=name, holdout_key=name)
