"""What the planner needs of the orders, kept for the session.

Who may be addressed, when orders are due, and what a new customer may cost.
"""

from __future__ import annotations

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
from retention.experiments.campaign_test import CampaignTest
from retention.kept_work.made import LeftAlone
from retention.models.cltv import with_order_value
from retention.models.model import CltvModel
from retention.own_segments.features import typical_wait
from retention.random_draws import customer_hashes
from retention.view.campaigns import segments
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


def reachable_for(data: Loaded, campaign: Campaign, before: tuple[Campaign, ...]) -> Reachable:
    """Who may be addressed by a campaign, without the customers of the campaigns `before` it.

    RetentionError where that is nobody.
    """
    return _reachable(
        data, before, _who(campaign), left_alone(), _own_rules(data), _campaign=campaign
    )


def plan_for(data: Loaded, campaign: Campaign) -> CampaignPlan:
    """The plan of a campaign. Kept ones of a higher priority have their customers first."""
    before = earlier_campaigns(state.kept(), campaign, state.edited())
    return plan_of(reachable_for(data, campaign, before), campaign)


def portfolio_for(data: Loaded) -> Portfolio:
    """The plans of the kept campaigns."""
    return plans_in_order(state.kept(), partial(reachable_for, data))


@kept(max_entries=2, by_model=True)
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
    return campaign_tests.test_of_plan(plan_for(earlier, campaign), start)


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


@kept(max_entries=1)
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
    _campaign: Campaign,
) -> Reachable:
    inside = segments.mask(data, _campaign.segments)
    if not inside.any():
        raise DataError("Nobody is in this segment. Choose another one, or widen it.")
    left_out = _left_out(data, _campaign, before, leave)
    return reachable_of(
        _priced_model(data), data.customers, _campaign, _hashes(data), inside, left_out=left_out
    )


def _left_out(
    data: Loaded, campaign: Campaign, before: tuple[Campaign, ...], leave: LeftAlone
) -> dict[str, np.ndarray]:
    """Whom a campaign leaves out, by reason: those of the campaigns before it come first."""
    taken = taken_by(before, len(data.customers), partial(reachable_for, data))
    return taken | suppressed(campaign, data, leave)


def roles_in_campaigns(data: Loaded, row: int) -> dict[str, str]:
    """The role of a customer in each campaign that has gone out or is kept, by its name.

    Of a kept one that has not gone out, where its segments hold the customer.

    Args:
        data: The loaded orders.
        row: The customer's position.
    """
    campaigns = state.kept()
    sent = campaign_tests.roles_of(str(data.customers.index[row]))
    if not campaigns:
        return sent
    # The groups of a campaign that has gone out stay, whatever a plan of today would draw.
    out = {test.name for test in campaign_tests.tests()}
    roles = _roles(data, campaigns, left_alone(), _own_rules(data))
    planned = {name: role.of(row) for name, role in roles.items() if name not in out}
    return {name: role for name, role in planned.items() if role} | sent


@kept(max_entries=2, spinner="Planning the campaigns…", by_plan=True, by_signals=True)
def _roles(
    data: Loaded,
    campaigns: tuple[Campaign, ...],
    leave: LeftAlone,
    own_rules: str,  # noqa: ARG001 - a part of the key
) -> dict[str, Roles]:
    plans, roles = portfolio_for(data).plans, {}
    for number, campaign in enumerate(campaigns):
        try:
            inside = segments.mask(data, campaign.segments)
        except DataError:
            continue  # the segment is not among these orders
        left_out = _left_out(data, campaign, campaigns[:number], leave)
        roles[campaign.name] = campaign_roles(inside, left_out, plans.get(campaign.name))
    return roles


@kept(max_entries=12, spinner="Fitting a model to each group…")
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
