"""Contact details and signals of the customers, read once a session."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from retention.campaigns.campaign import Campaign
from retention.campaigns.suppression import suppressions, usable_contacts
from retention.customers.contacts import contacts
from retention.customers.signals import signals
from retention.kept_work.made import LeftAlone
from retention.signal_files.join import join_contacts, join_signals
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded
from retention.view.session.signal_files import files_of
from retention.view.session.store_settings import store_settings

_LEFT_ALONE = "campaign_rules"


class People(NamedTuple):
    """What the orders say about each customer beside money.

    Attributes:
        given: Contact details as the orders have them.
        contacts: Those that can be used.
        signals: Reviews, complaints, subscriptions, carts left behind, and what added files say.
    """

    given: pd.DataFrame
    contacts: pd.DataFrame
    signals: pd.DataFrame


def left_alone() -> LeftAlone:
    """Return the customers whom every campaign of the session leaves alone."""
    chosen: LeftAlone = st.session_state.get(_LEFT_ALONE, LeftAlone())
    return replace(chosen, home_country=store_settings().home_country)


def keep_left_alone(chosen: LeftAlone) -> None:
    """Leave these customers alone in every campaign of the session.

    The country is that of the store settings.
    """
    st.session_state[_LEFT_ALONE] = chosen


def people_for(data: Loaded) -> People:
    """Return contact details and signals, with the usable contacts by the session's country."""
    usable = _usable_contacts(data, left_alone().home_country)
    return People(given=contacts_for(data), contacts=usable, signals=signals_for(data))


def suppressed(campaign: Campaign, data: Loaded, leave: LeftAlone) -> dict[str, np.ndarray]:
    """Return whom a campaign may not write to.

    Args:
        campaign: The campaign.
        data: The loaded orders.
        leave: Whom the marketer leaves alone in every campaign.

    Returns:
        By reason, True or False for each customer, as `suppressions`.
    """
    people = people_for(data)
    return suppressions(
        campaign,
        data.customers,
        as_of=data.orders.end,
        signals=people.signals,
        contacts=people.contacts,
        quiet_days=leave.quiet_days,
        unknown_consent=leave.unknown_consent,
        listed=leave.listed,
    )


@kept(max_entries=1, spinner="Reading contact details…", by_signals=True, by_orders_alone=True)
def contacts_for(data: Loaded) -> pd.DataFrame:
    """Return each customer's contact details, with the consent that added files bring."""
    return _on_index(data, join_contacts(contacts(data.orders), files_of(data.orders)))


@kept(
    max_entries=1,
    spinner="Reading reviews and subscriptions…",
    by_signals=True,
    by_orders_alone=True,
)
def signals_for(data: Loaded) -> pd.DataFrame:
    """Return each customer's signals, from the orders and from files that were added."""
    own_signals = join_signals(signals(data.orders), files_of(data.orders), data.customers)
    return _on_index(data, own_signals)


@kept(max_entries=1, spinner="Checking contact details…", by_signals=True, by_orders_alone=True)
def _usable_contacts(data: Loaded, home_country: str) -> pd.DataFrame:
    return usable_contacts(contacts_for(data), home_country)


def _on_index(data: Loaded, frame: pd.DataFrame) -> pd.DataFrame:
    """Let a frame share the customers' index: its texts, and how they are found, are kept once."""
    index = data.customers.index
    return frame.set_axis(index) if frame.index.equals(index) else frame
