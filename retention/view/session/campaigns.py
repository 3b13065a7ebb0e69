"""The session's campaigns: the one on the table, and the kept ones in their order of priority.

The campaign on the table is a `Campaign` of its own, not the state of the controls. Controls lose
their state when their part of the page is left, and a change of strategy sets many of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import streamlit as st

from retention.campaigns.campaign import Campaign, Channel
from retention.view.session.campaign_tests import tests

Value = TypeVar("Value")
Number = TypeVar("Number", int, float)

_KEPT = "campaigns_kept"
_TABLE = "campaign_on_table"
_EDITED = "campaign_edited"
_ROUND = "campaign_round"
_ORDERS = "campaign_orders"
_KEPT_FOR = "campaigns_kept_for"
_NEXT_PAGE = "campaigns_next_page"
_REQUEST = "campaign_asked_for"
#: The key of the choice between the parts of the page.
PLACE = "plan_place"
#: The parts of the page.
PLAN = ":material/edit_calendar: Plan a campaign"
FILES = ":material/contact_mail: Audience files"
#: The pages of the planner, and of all kept campaigns.
PLAN_PAGE, CALENDAR_PAGE = "pages/campaigns.py", "pages/campaign_calendar.py"


@dataclass(frozen=True, slots=True)
class Request:
    """A campaign that another page asks the planner to begin.

    Attributes:
        segment: The name of the segment to address.
        strategy: The key of its strategy; None for the first that suits the segment.
    """

    segment: str
    strategy: str | None


def ask_for(segment: str, strategy: str | None = None) -> None:
    """Let the planner begin a campaign to a segment as soon as it is opened."""
    st.session_state[_REQUEST] = Request(segment=segment, strategy=strategy)
    st.session_state[PLACE] = PLAN


def asked_for() -> Request | None:
    """Return the campaign that was asked for, if one was; asked once."""
    return st.session_state.pop(_REQUEST, None)


def kept() -> tuple[Campaign, ...]:
    """The kept campaigns, the one of the highest priority first."""
    return st.session_state.get(_KEPT, ())


def keep_all(campaigns: tuple[Campaign, ...]) -> None:
    """Make these the kept campaigns."""
    st.session_state[_KEPT] = campaigns


def kept_for() -> str:
    """The digest of the orders that the latest campaign was kept for."""
    return st.session_state.get(_KEPT_FOR, "")


def restore(
    campaigns: tuple[Campaign, ...], digest: str, planned: Campaign | None, changes: str | None
) -> None:
    """Make these the kept campaigns and the one on the table, as they were once saved.

    Args:
        campaigns: In their order of priority.
        digest: Of the orders that the latest one was kept for.
        planned: The campaign that was being planned.
        changes: The name of the kept one that it changes.
    """
    keep_all(campaigns)
    st.session_state[_KEPT_FOR] = digest
    for name in (_TABLE, _EDITED, _ORDERS, _REQUEST):
        st.session_state.pop(name, None)
    if planned is not None:
        names = {campaign.name for campaign in campaigns}
        put_on_table(planned, changes if changes in names else None)


def on_table() -> Campaign | None:
    """The campaign that is being planned, if one has been begun."""
    return st.session_state.get(_TABLE)


def edited() -> str | None:
    """The name of the kept campaign that is being changed; None while a new one is planned."""
    return st.session_state.get(_EDITED)


def put_on_table(campaign: Campaign, changes: str | None = None) -> None:
    """Plan this campaign, with fresh controls; `changes` names the kept one that it replaces."""
    st.session_state[_TABLE] = campaign
    st.session_state[_EDITED] = changes
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def update(campaign: Campaign, digest: str) -> None:
    """Take over what the controls say, for the orders of this digest. The controls stay."""
    if campaign != st.session_state.get(_TABLE) or _ORDERS not in st.session_state:
        st.session_state[_ORDERS] = digest
    st.session_state[_TABLE] = campaign


def elsewhere(digest: str) -> bool:
    """Whether the campaign on the table was planned for other orders, and not changed since."""
    return st.session_state.get(_ORDERS, digest) != digest


def follow_orders(before: str, now: str) -> None:
    """Let campaigns stay with orders that others were added to.

    Args:
        before: The digest of the orders so far.
        now: That of the orders with the others.
    """
    for name in (_ORDERS, _KEPT_FOR):
        if st.session_state.get(name) == before:
            st.session_state[name] = now


def key(name: str) -> str:
    """The key of a control. Another round of planning has other controls."""
    return f"plan_{name}_{st.session_state.get(_ROUND, 0)}"


def control(name: str, otherwise: Value) -> Value:
    """The value of a control; `otherwise` where it has not been drawn yet."""
    value = st.session_state.get(key(name))
    return otherwise if value is None else value


def slider_end(name: str, most: Number) -> Number:
    """The end of a slider. It stays where it was first, whatever the slider is moved to."""
    return st.session_state.setdefault(key(f"{name}_most"), most)


def change(campaign: Campaign, **controls: object) -> None:
    """Change the campaign on the table from a control's callback, and other controls with it."""
    st.session_state[_TABLE] = campaign
    for name, value in controls.items():
        st.session_state[key(name)] = value


def kept_elsewhere(digest: str) -> bool:
    """Whether the latest campaign was kept for other orders."""
    return bool(kept()) and st.session_state.get(_KEPT_FOR, digest) != digest


def keep(campaign: Campaign, digest: str) -> None:
    """Keep the campaign on the table, made for these orders.

    It stands in the place of the one that it changes, else as the last one.
    """
    _keep_in_place((campaign,), digest)
    st.session_state[_EDITED] = campaign.name


def keep_each(campaigns: tuple[Campaign, ...], digest: str) -> None:
    """Keep several campaigns in the place of the one on the table, and show all campaigns."""
    _keep_in_place(campaigns, digest)
    put_on_table(campaigns[0], campaigns[0].name)
    go_to(CALENDAR_PAGE)


def go_to(page: str) -> None:
    """Let the page that is open hand over to another one: for callbacks, which cannot switch."""
    st.session_state[_NEXT_PAGE] = page


def next_page() -> str | None:
    """Return the page to hand over to, if there is one; asked once."""
    return st.session_state.pop(_NEXT_PAGE, None)


def _keep_in_place(campaigns: tuple[Campaign, ...], digest: str) -> None:
    st.session_state[_KEPT_FOR] = digest
    others = kept()
    names = [campaign.name for campaign in others]
    changed = edited()
    place = names.index(changed) if changed in names else len(others)
    keep_all((*others[:place], *campaigns, *others[place + 1 :]))


def rename_segment(old: str, new: str) -> None:
    """Let every campaign that addresses a segment follow its new name."""

    def follow(campaign: Campaign) -> Campaign:
        segments = tuple(new if name == old else name for name in campaign.segments)
        return replace(campaign, segments=segments)

    keep_all(tuple(follow(campaign) for campaign in kept()))
    planned = on_table()
    if planned is not None:
        # Fresh controls: those on the page hold the old name.
        put_on_table(follow(planned), edited())


def follow_settings(margin: float, contact_costs: Mapping[Channel, float]) -> None:
    """Let every campaign have the store's margin, and the new cost of a message by its channel.

    Args:
        margin: The share of revenue that is kept.
        contact_costs: The costs that have changed, by channel.
    """

    def follow(campaign: Campaign) -> Campaign:
        cost = contact_costs.get(campaign.channel, campaign.terms.contact_cost)
        terms = replace(campaign.terms, margin=margin, contact_cost=cost)
        return replace(campaign, terms=terms)

    keep_all(tuple(follow(campaign) for campaign in kept()))
    planned = on_table()
    if planned is not None and follow(planned) != planned:
        # Fresh controls: those on the page hold the old cost.
        put_on_table(follow(planned), edited())


def addressing(segment: str) -> tuple[str, ...]:
    """The names of the kept campaigns that address a segment."""
    return tuple(campaign.name for campaign in kept() if segment in campaign.segments)


def delete(name: str) -> None:
    """Drop a kept campaign."""
    keep_all(tuple(campaign for campaign in kept() if campaign.name != name))
    if edited() == name:
        st.session_state[_EDITED] = None


def move(name: str, to: str) -> None:
    """Move a kept campaign to the place that another one has in the order of priority.

    Args:
        name: Of the campaign.
        to: The name of the other one.
    """
    campaigns = list(kept())
    names = [campaign.name for campaign in campaigns]
    campaigns.insert(names.index(to), campaigns.pop(names.index(name)))
    keep_all(tuple(campaigns))


def free_name(name: str, but: str | None = None, also: Sequence[str] = ()) -> str:
    """The name, with a number where another kept campaign, a test, or one of `also`, has it.

    Args:
        name: The name that is wanted.
        but: The name of a kept campaign that may have it.
        also: More names that are taken.
    """
    names = {campaign.name for campaign in kept()} | {test.name for test in tests()}
    taken = (names - {but}) | set(also)
    free, number = name, 2
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free
