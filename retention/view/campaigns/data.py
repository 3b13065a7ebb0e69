"""What the planner needs of the orders, kept for the session.

Who may be addressed, when orders are due, and what a new customer may cost.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

import numpy as np

from retention.campaigns.campaign import Campaign
from retention.campaigns.new_customers import Acquisition, acquisition
from retention.campaigns.one_customer.roles import Roles, campaign_roles
from retention.campaigns.plan import CampaignPlan, Reachable, plan_of, reachable_of
from retention.campaigns.portfolio import Portfolio, earlier_campaigns, plans_in_order, taken_by
from retention.campaigns.send_times import due_in
from retention.campaigns.terms import PhaseOffer
from retention.display import key_text
from retention.errors import DataError
from retention.experiments.campaign_test import CampaignTest, left_to_tests
from retention.kept_work.made import LeftAlone
from retention.models.cltv import with_order_value
from retention.models.model import CltvModel
from retention.own_segments.features import typical_wait
from retention.random_draws import customer_hashes
from retention.view.campaigns import going_out, segments
from retention.view.session import campaign_tests, campaigns as state, choices, fixed_choices
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded, loaded_until
from retention.view.session.own_segments import session_library
from retention.view.session.people import left_alone, suppressed
from retention.view.session.results import groups_for, model_for


class _Who(NamedTuple):
    """The settings of a campaign that decide who may be addressed, and what they are asked."""

    segments: tuple[str, ...]
    strategy: str
    channel: str
    offers: tuple[bool, bool]
    days: tuple[int, ...]
    phases: tuple[tuple[int, PhaseOffer], ...]
    window_days: int


def reachable_for(
    data: Loaded, campaign: Campaign, before: tuple[Campaign, ...], first: date | None = None
) -> Reachable:
    """Who may be addressed by a campaign, without the customers of the campaigns `before` it.

    Those of a campaign whose groups are kept are these groups.

    Args:
        data: The loaded orders.
        campaign: The campaign.
        before: The campaigns that have their customers first.
        first: The day of its first message; the soonest one that it allows unless given.

    Raises:
        RetentionError: That is nobody.
    """
    test = going_out.test_of(data, campaign)
    if test is not None:
        return _groups_of(data, campaign, test)
    tests = going_out.holding(data, campaign, first or campaign.first_day(data.orders.end))
    return _reachable(
        data,
        before,
        _who(campaign),
        left_alone(),
        _own_rules(data),
        going_out.tests_key(data, tests),
        _campaign=campaign,
        _tests=tests,
    )


def plan_for(data: Loaded, campaign: Campaign, first: date | None = None) -> CampaignPlan:
    """The plan of a campaign. Planned ones of a higher priority have their customers first.

    So have all whose groups are kept. One whose own groups are kept has these, while nothing of it
    changes.

    Args:
        data: The loaded orders.
        campaign: The campaign.
        first: As in `reachable_for`.
    """
    test = going_out.taken_over(data, campaign)
    if test is not None:
        settled = going_out.to_kept_groups(campaign, test)
        plan = plan_of(_groups_of(data, settled, test), settled)
        return replace(plan, campaign=campaign)
    order, settled_ones = going_out.planned(data), going_out.settled_campaigns(data)
    names = {one.name for one in settled_ones}
    earlier = earlier_campaigns(order, campaign, state.edited())
    own = {campaign.name, state.edited()}
    before = (
        *(one for one in settled_ones if one.name not in own),
        *(one for one in earlier if one.name not in names),
    )
    return plan_of(reachable_for(data, campaign, before, first), campaign)


def portfolio_for(data: Loaded) -> Portfolio:
    """The plans of the campaigns that are not out: those whose groups are kept come first."""
    return plans_in_order(going_out.in_turn(data), partial(reachable_for, data))


@kept(max_entries=2, by_model=True, by_orders_alone=True)
def due_for(data: Loaded) -> np.ndarray:
    """In how many days each customer's next order is due."""
    return due_in(data.customers, typical_wait(model_for(data), data.customers))


def draw_again(data: Loaded, campaign: Campaign, start: date) -> CampaignTest:
    """Return a campaign whose groups were not kept as a test: its draw repeats from its name.

    The audience is computed again, from the orders before the start.

    Args:
        data: The loaded orders.
        campaign: A kept campaign.
        start: The day of its first message.

    Raises:
        RetentionError: It addressed nobody, as far as those orders tell.
    """
    earlier = loaded_until(data, start - timedelta(days=1))
    return campaign_tests.test_of_plan(plan_for(earlier, campaign, start), start)


def acquisition_for(
    data: Loaded, column: str | None, ratio: float, horizon_days: int
) -> Acquisition:
    """What a new customer is worth and may cost, by the column and the store settings."""
    kind = model_for(data).purchase_model
    order_value = given_order_value(data)
    plan = choices.standard_plan(horizon_days)
    return _acquisition(data, kind, column, plan, ratio, order_value)


def _who(campaign: Campaign) -> _Who:
    terms = campaign.terms
    return _Who(
        segments=campaign.segments,
        strategy=campaign.strategy,
        channel=campaign.channel,
        offers=(terms.offer.kind != "none", terms.opening.kind != "none"),
        days=tuple(message.day for message in campaign.sent),
        phases=tuple(campaign.phases.items()),
        window_days=campaign.window_days,
    )


def _own_rules(data: Loaded) -> str:
    """What segments and amounts depend on beside the orders."""
    chosen = fixed_choices.signature(data)
    return key_text((choices.segment_rules(), session_library(), choices.order_value(), chosen))


def given_order_value(data: Loaded) -> float | None:
    """The marketer's average order value, where the orders have no amounts."""
    return None if data.orders.has_amounts else choices.order_value()


def _priced_model(data: Loaded) -> CltvModel:
    """The session's model, with the marketer's order value where the orders have no amounts."""
    model, order_value = model_for(data), given_order_value(data)
    return model if order_value is None else with_order_value(model, order_value)


@kept(max_entries=1, by_orders_alone=True)
def _hashes(data: Loaded) -> np.ndarray:
    return customer_hashes(data.customers.index)


@kept(
    max_entries=24, spinner="Asking the model about this campaign…", by_plan=True, by_signals=True
)
def _reachable(
    data: Loaded,
    before: tuple[Campaign, ...],
    addressing: _Who,  # noqa: ARG001 - a part of the key, as the rules
    leave: LeftAlone,
    own_rules: str,  # noqa: ARG001
    tests: tuple[str, ...],  # noqa: ARG001
    _campaign: Campaign,
    _tests: tuple[CampaignTest, ...],
) -> Reachable:
    inside = segments.mask(data, _campaign.segments)
    if not inside.any():
        raise DataError("Nobody is in this segment. Choose another one, or widen it.")
    left_out = _left_out(data, _campaign, before, leave, _tests)
    return reachable_of(
        _priced_model(data), data.customers, _campaign, _hashes(data), inside, left_out=left_out
    )


def _groups_of(data: Loaded, campaign: Campaign, test: CampaignTest) -> Reachable:
    """The groups of a test as the only customers whom its campaign may address."""
    key = campaign_tests.digest_of(test), str(data.orders.end)
    order_value = given_order_value(data)
    return _kept_groups(data, key, _who(campaign), order_value, _campaign=campaign, _test=test)


@kept(max_entries=12, spinner="Asking the model about this campaign…", by_plan=True)
def _kept_groups(
    data: Loaded,
    key: tuple[str, ...],  # noqa: ARG001 - tells tests apart
    who: _Who,  # noqa: ARG001 - a part of the key, as the order value
    order_value: float | None,  # noqa: ARG001
    _campaign: Campaign,
    _test: CampaignTest,
) -> Reachable:
    ids = data.customers.index
    inside = _test.members(ids)
    if not inside.any():
        raise DataError("None of the customers of its groups has an order here.")
    return reachable_of(
        _priced_model(data),
        data.customers,
        _campaign,
        _hashes(data),
        inside,
        held=_test.held_out(ids),
    )


def _left_out(
    data: Loaded,
    campaign: Campaign,
    before: tuple[Campaign, ...],
    leave: LeftAlone,
    tests: tuple[CampaignTest, ...],
) -> dict[str, np.ndarray]:
    """Whom a campaign leaves out, by reason.

    Those of campaigns that run, and of the ones before it, come first.
    """
    running = left_to_tests(tests, data.customers.index)
    taken = taken_by(before, len(data.customers), partial(reachable_for, data))
    return running | taken | suppressed(campaign, data, leave)


def roles_in_campaigns(data: Loaded, row: int) -> dict[str, str]:
    """The role of a customer in each campaign that has gone out or is kept, by its name.

    Of a kept one that has not gone out, where its segments hold the customer.

    Args:
        data: The loaded orders.
        row: The customer's position.
    """
    # The groups that are kept stay, whatever a plan of today would draw.
    sent = campaign_tests.roles_of(str(data.customers.index[row]))
    campaigns = going_out.in_turn(data)
    if not campaigns:
        return sent
    tests = tuple(test for test in campaign_tests.tests() if test.name not in _names(campaigns))
    key = going_out.tests_key(data, tests)
    roles = _roles(data, campaigns, left_alone(), _own_rules(data), key)
    planned = {name: role.of(row) for name, role in roles.items() if name not in sent}
    return {name: role for name, role in planned.items() if role} | sent


@kept(max_entries=2, spinner="Planning the campaigns…", by_plan=True, by_signals=True)
def _roles(
    data: Loaded,
    campaigns: tuple[Campaign, ...],
    leave: LeftAlone,
    own_rules: str,  # noqa: ARG001 - a part of the key, as the tests
    tests: tuple[str, ...],  # noqa: ARG001
) -> dict[str, Roles]:
    plans, roles = portfolio_for(data).plans, {}
    settled = _names(going_out.settled_campaigns(data))
    for number, campaign in enumerate(campaigns):
        if campaign.name in settled:
            continue  # its groups say who is in it
        try:
            inside = segments.mask(data, campaign.segments)
        except DataError:
            continue  # the segment is not among these orders
        running = going_out.holding(data, campaign, campaign.first_day(data.orders.end))
        left_out = _left_out(data, campaign, campaigns[:number], leave, running)
        roles[campaign.name] = campaign_roles(inside, left_out, plans.get(campaign.name))
    return roles


def _names(campaigns: tuple[Campaign, ...]) -> frozenset[str]:
    return frozenset(campaign.name for campaign in campaigns)


@kept(max_entries=12, spinner="Fitting a model to each group…", by_orders_alone=True)
def _acquisition(
    data: Loaded,
    kind: str,  # noqa: ARG001 - a part of the key
    column: str | None,
    plan: choices.Plan,
    ratio: float,
    order_value: float | None,
) -> Acquisition:
    return acquisition(
        data.customers,
        column,
        **plan.terms(),
        ratio=ratio,
        order_value=order_value,
        model=model_for(data),
        groups=None if column is None else groups_for(data, column),
    )
