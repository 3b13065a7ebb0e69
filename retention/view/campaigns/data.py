"""What the planner needs of the orders, kept for the session: who may be addressed, what a new customer may cost."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from retention.campaigns.campaign import Campaign
from retention.campaigns.holdout import customer_hashes
from retention.campaigns.new_customers import Acquisition, acquisition
from retention.campaigns.plan import CampaignPlan, Reachable, plan_of, reachable_of
from retention.campaigns.send_times import due_in
from retention.campaigns.suppression import suppressions
from retention.errors import DataError, RetentionError
from retention.own_segments.features import typical_wait
from retention.view.campaigns import segments
from retention.view.session import campaigns as state, choices
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded
from retention.view.session.people import LeftAlone, left_alone, people_for
from retention.view.session.results import model_for


class _Who(NamedTuple):
    """All of a campaign that decides who may be addressed, and so what is expected of them."""

    segments: tuple[str, ...]
    strategy: str
    channel: str
    offers: tuple[bool, bool]
    days: tuple[int, ...]
    phases: tuple[tuple[int, str], ...]
    window_days: int


#: How the reason to leave a customer to another campaign begins.
TAKEN = "In “"


def reachable_for(data: Loaded, campaign: Campaign, before: tuple[Campaign, ...]) -> Reachable:
    """Who may be addressed by a campaign, those whom the ones `before` it take left out; RetentionError if nobody."""
    return _reachable(data, before, _who(campaign), left_alone(), _own_rules(), _campaign=campaign)


def plan_for(data: Loaded, campaign: Campaign) -> CampaignPlan:
    """The plan of a campaign; kept ones of a higher priority have their customers first."""
    return plan_of(reachable_for(data, campaign, before(campaign)), campaign)


def before(campaign: Campaign) -> tuple[Campaign, ...]:
    """The kept campaigns of a higher priority than this one."""
    campaigns = state.kept()
    names = [one.name for one in campaigns]
    at = names.index(campaign.name) if campaign.name in names else len(names)
    if (changed := state.edited()) in names:
        at = min(at, names.index(changed))
    return campaigns[:at]


def taken_by(data: Loaded, campaigns: tuple[Campaign, ...]) -> dict[str, np.ndarray]:
    """Whom each of the campaigns addresses or holds out, by a reason to leave them out of others.

    A campaign that has no plan with these orders takes nobody.
    """
    found = {}
    for number, one in enumerate(campaigns):
        try:
            plan = plan_of(reachable_for(data, one, campaigns[:number]), one)
        except RetentionError:
            continue
        inside = np.zeros(len(data.customers), dtype=bool)
        inside[np.concatenate([plan.addressed, plan.held_out])] = True
        found[f"{TAKEN}{one.name}”"] = inside
    return found


@kept(max_entries=2, by_model=True)
def due_for(data: Loaded) -> np.ndarray:
    """In how many days each customer's next order is due."""
    return due_in(data.customers, typical_wait(model_for(data), data.customers))


def acquisition_for(
    data: Loaded, column: str | None, margin: float, ratio: float, horizon_days: int
) -> Acquisition:
    """What a new customer is worth and may cost, by the column."""
    kind = model_for(data).purchase_model
    return _acquisition(data, kind, column, margin, ratio, horizon_days)


def _who(campaign: Campaign) -> _Who:
    terms = campaign.terms
    return _Who(
        campaign.segments,
        campaign.strategy,
        campaign.channel,
        (terms.offer.kind != "none", terms.opening.kind != "none"),
        tuple(message.day for message in campaign.sent),
        tuple(campaign.phases.items()),
        campaign.window_days,
    )


def _own_rules() -> str:
    """What segments depend on beside the orders."""
    return repr((choices.segment_rules(), segments.own.session_library()))


@kept(max_entries=1)
def _hashes(data: Loaded) -> np.ndarray:
    return customer_hashes(data.customers.index)


@kept(max_entries=24, spinner="Asking the model about this campaign…", by_model=True)
def _reachable(
    data: Loaded,
    before: tuple[Campaign, ...],
    addressing: _Who,
    leave: LeftAlone,
    own_rules: str,
    _campaign: Campaign,
) -> Reachable:
    inside = segments.mask(data, _campaign.segments)
    if not inside.any():
        raise DataError("Nobody is in this segment. Choose another one, or widen it.")
    people = people_for(data)
    left_out = taken_by(data, before) | suppressions(
        _campaign,
        data.customers,
        as_of=data.orders.end,
        signals=people.signals,
        contacts=people.contacts,
        quiet_days=leave.quiet_days,
        unknown_consent=leave.unknown_consent,
        listed=leave.listed,
    )
    return reachable_of(
        model_for(data), data.customers, _campaign, _hashes(data), inside, left_out=left_out
    )


@kept(max_entries=12, spinner="Fitting a model to each channel…")
def _acquisition(
    data: Loaded, kind: str, column: str | None, margin: float, ratio: float, horizon_days: int
) -> Acquisition:
    return acquisition(
        data.customers,
        column,
        margin=margin,
        ratio=ratio,
        horizon_days=horizon_days,
        purchase_model=kind,
    )
