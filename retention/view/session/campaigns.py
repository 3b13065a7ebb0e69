"""The session's campaigns: the one on the table, and those that were kept, in their order of priority.

The campaign on the table is a `Campaign` of its own, not what the controls hold: controls lose their state when their
part is left, and a change of strategy sets many of them at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from retention.campaigns.campaign import Campaign

_KEPT, _TABLE, _EDITED, _ROUND = (
    "campaigns_kept",
    "campaign_on_table",
    "campaign_edited",
    "campaign_round",
)
#: The parts of the page, and the key of the choice between them.
PLACE = "plan_place"
PLAN, FILES = ":material/edit_calendar: Plan a campaign", ":material/contact_mail: Audience files"
ALL_CAMPAIGNS, NEW = ":material/list: All campaigns", ":material/person_add: New customers"
_ORDERS, _KEPT_FOR = "campaign_orders", "campaigns_kept_for"
#: Keys of the planner's controls begin so, and with the round: another round, other controls.
PREFIX = "plan"


def kept() -> tuple[Campaign, ...]:
    """The campaigns that were kept, the one of the highest priority first."""
    return st.session_state.get(_KEPT, ())


def keep_all(campaigns: tuple[Campaign, ...]) -> None:
    """Make these the kept campaigns."""
    st.session_state[_KEPT] = campaigns


def on_table() -> Campaign | None:
    """The campaign that is being planned, if one has been begun."""
    return st.session_state.get(_TABLE)


def edited() -> str | None:
    """The name of the kept campaign that is being changed; None where a new one is being planned."""
    return st.session_state.get(_EDITED)


def put_on_table(campaign: Campaign, changes: str | None = None) -> None:
    """Plan this campaign, with fresh controls; `changes` names the kept one that it is to replace."""
    st.session_state[_TABLE] = campaign
    st.session_state[_EDITED] = changes
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def update(campaign: Campaign, digest: str) -> None:
    """Note what the controls say, which stay as they are, and the orders for which they say it."""
    if campaign != st.session_state.get(_TABLE) or _ORDERS not in st.session_state:
        st.session_state[_ORDERS] = digest
    st.session_state[_TABLE] = campaign


def elsewhere(digest: str) -> bool:
    """Whether the campaign on the table was planned for other orders, and not changed since."""
    return st.session_state.get(_ORDERS, digest) != digest


def key(name: str) -> str:
    """The key of a control of this round."""
    return f"{PREFIX}_{name}_{st.session_state.get(_ROUND, 0)}"


def said(name: str, otherwise: object) -> object:
    """What a control of this round says; `otherwise` where it has not been drawn yet."""
    found = st.session_state.get(key(name))
    return otherwise if found is None else found


def bound(name: str, most: float) -> float:
    """The end of a control of this round: it stays where it was first, whatever the control is moved to."""
    return st.session_state.setdefault(key(f"{name}_most"), most)


def change(campaign: Campaign, **controls: object) -> None:
    """Change the campaign on the table from a control's callback, and set other controls to go with it."""
    st.session_state[_TABLE] = campaign
    for name, value in controls.items():
        st.session_state[key(name)] = value


def kept_elsewhere(digest: str) -> bool:
    """Whether the latest campaign was kept for other orders."""
    return bool(kept()) and st.session_state.get(_KEPT_FOR, digest) != digest


def keep(campaign: Campaign, digest: str) -> None:
    """Keep the campaign on the table, made for these orders: in the place of the one it changes, else as the last."""
    _keep_in_place((campaign,), digest)
    st.session_state[_EDITED] = campaign.name


def keep_each(campaigns: tuple[Campaign, ...], digest: str) -> None:
    """Keep several campaigns in the place of the one on the table, and show them among the others."""
    _keep_in_place(campaigns, digest)
    put_on_table(campaigns[0], campaigns[0].name)
    st.session_state[PLACE] = ALL_CAMPAIGNS


def _keep_in_place(campaigns: tuple[Campaign, ...], digest: str) -> None:
    st.session_state[_KEPT_FOR] = digest
    others = kept()
    at = next((place for place, one in enumerate(others) if one.name == edited()), len(others))
    keep_all((*others[:at], *campaigns, *others[at + 1 :]))


def rename_segment(old: str, new: str) -> None:
    """Let every campaign that addresses a segment follow its new name."""

    def follow(campaign: Campaign) -> Campaign:
        return replace(
            campaign, segments=tuple(new if name == old else name for name in campaign.segments)
        )

    keep_all(tuple(follow(one) for one in kept()))
    if on_table() is not None:
        # Fresh controls: the ones there are hold the old name.
        put_on_table(follow(on_table()), edited())


def addressing(segment: str) -> tuple[str, ...]:
    """The names of the kept campaigns that address a segment."""
    return tuple(one.name for one in kept() if segment in one.segments)


def delete(name: str) -> None:
    """Drop a kept campaign."""
    keep_all(tuple(one for one in kept() if one.name != name))
    if edited() == name:
        st.session_state[_EDITED] = None


def move(name: str, by: int) -> None:
    """Move a kept campaign up (negative) or down in priority."""
    campaigns = list(kept())
    at = next(n for n, one in enumerate(campaigns) if one.name == name)
    to = min(max(at + by, 0), len(campaigns) - 1)
    campaigns.insert(to, campaigns.pop(at))
    keep_all(tuple(campaigns))


def free_name(name: str, but: str | None = None, also: Sequence[str] = ()) -> str:
    """The name, with a number where another kept campaign, or one of `also`, has it."""
    taken = {one.name for one in kept() if one.name != but} | set(also)
    found, number = name, 2
    while found in taken:
        found, number = f"{name} {number}", number + 1
    return found
