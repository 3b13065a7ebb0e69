"""What the planner needs of the orders, kept for the session: who may be addressed, what a new customer may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from retention.campaigns.holdout import customer_hashes
from retention.campaigns.new_customers import Acquisition, acquisition
from retention.campaigns.plan import Campaign, CampaignPlan, Reachable, plan_of, reachable_of
from retention.campaigns.send_times import due_in
from retention.campaigns.suppression import suppressions, usable_contacts
from retention.customers.contacts import contacts, signals
from retention.errors import DataError, RetentionError
from retention.own_segments.features import typical_wait
from retention.view.campaigns import segments
from retention.view.session import campaigns as state
from retention.view.session import results as session
from retention.view.session.results import Loaded


@dataclass(frozen=True, slots=True)
class Rules:
    """Whom the marketer leaves alone, in every campaign.

    `quiet_days`: who ordered so lately; `unknown_consent`: whether to write to customers whose consent is not known;
    `home_country`: the ISO code of where customers without a country are; `listed`: ids and addresses of a list that
    was brought along.
    """

    quiet_days: int = 0
    unknown_consent: bool = False
    home_country: str = ""
    listed: frozenset[str] = frozenset()


class People(NamedTuple):
    """What the orders tell of each customer beside money: contact details as `given`, and those that can be used."""

    given: pd.DataFrame
    contacts: pd.DataFrame
    signals: pd.DataFrame


class _Who(NamedTuple):
    """All of a campaign that decides who may be addressed, and so what is expected of them."""

    segments: tuple[str, ...]
    strategy: str
    channel: str
    offers: tuple[bool, bool]
    days: tuple[int, ...]
    phases: tuple[tuple[int, str], ...]
    window_days: int


_RULES = "campaign_rules"
#: How the reason to leave a customer to another campaign begins.
TAKEN = "In “"


def rules() -> Rules:
    """The session's rules of whom to leave alone."""
    return st.session_state.get(_RULES, Rules())


def keep_rules(found: Rules) -> None:
    """Make these the session's rules."""
    st.session_state[_RULES] = found


def people_for(data: Loaded) -> People:
    """Contact details and signals of the customers."""
    return _people(data.orders.digest, rules().home_country, _data=data)


def reachable_for(data: Loaded, campaign: Campaign, before: tuple[Campaign, ...]) -> Reachable:
    """Who may be addressed by a campaign, those whom the ones `before` it take left out; RetentionError if nobody."""
    key = (
        data.orders.digest,
        session.purchase_model(),
        before,
        _who(campaign),
        rules(),
        _own_rules(),
    )
    return _reachable(*key, _data=data, _of=campaign)


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


def due_for(data: Loaded) -> np.ndarray:
    """In how many days each customer's next order is due."""
    return _due(data.orders.digest, session.purchase_model(), _data=data)


def acquisition_for(
    data: Loaded, column: str | None, margin: float, ratio: float, horizon_days: int
) -> Acquisition:
    """What a new customer is worth and may cost, by the column."""
    kind = session.model_for(data).purchase_model
    return _acquisition(data.orders.digest, kind, column, margin, ratio, horizon_days, _data=data)


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
    return repr((session.segment_rules(), segments.own.session_library()))


@st.cache_resource(scope="session", max_entries=1, show_spinner="Reading contact details…")
def _people(digest: str, country: str, *, _data: Loaded) -> People:
    given = contacts(_data.orders)
    return People(given, usable_contacts(given, country), signals(_data.orders))


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _hashes(digest: str, *, _data: Loaded) -> np.ndarray:
    return customer_hashes(_data.customers.index)


@st.cache_resource(
    scope="session", max_entries=24, show_spinner="Asking the model about this campaign…"
)
def _reachable(
    digest: str,
    kind: str,
    before: tuple[Campaign, ...],
    who: _Who,
    leave: Rules,
    own: str,
    *,
    _data: Loaded,
    _of: Campaign,
) -> Reachable:
    inside = segments.mask(_data, _of.segments)
    if not inside.any():
        raise DataError("Nobody is in this segment. Choose another one, or widen it.")
    people = people_for(_data)
    left_out = taken_by(_data, before) | suppressions(
        _of,
        _data.customers,
        as_of=_data.orders.end,
        signals=people.signals,
        contacts=people.contacts,
        quiet_days=leave.quiet_days,
        unknown_consent=leave.unknown_consent,
        listed=leave.listed,
    )
    hashes = _hashes(digest, _data=_data)
    return reachable_of(
        session.model_for(_data), _data.customers, _of, hashes, inside, left_out=left_out
    )


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _due(digest: str, kind: str, *, _data: Loaded) -> np.ndarray:
    return due_in(_data.customers, typical_wait(session.model_for(_data), _data.customers))


@st.cache_resource(scope="session", max_entries=12, show_spinner="Fitting a model to each channel…")
def _acquisition(
    digest: str,
    kind: str,
    column: str | None,
    margin: float,
    ratio: float,
    horizon_days: int,
    *,
    _data: Loaded,
) -> Acquisition:
    return acquisition(
        _data.customers,
        column,
        margin=margin,
        ratio=ratio,
        horizon_days=horizon_days,
        purchase_model=kind,
    )


session.clear_with_data(_people, _hashes, _reachable, _due, _acquisition)
