"""What is known of each customer beside money: contact details and signals, read once a session."""

from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
import streamlit as st

from retention.campaigns.suppression import usable_contacts
from retention.customers.contacts import contacts
from retention.customers.signals import signals
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded

_LEFT_ALONE = "campaign_rules"


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Whom the marketer leaves alone, in every campaign.

    Attributes:
        quiet_days: Customers who ordered within so many days are left alone.
        unknown_consent: Whether to write to customers whose consent is not known.
        home_country: The ISO code of where customers without a country are; empty if not said.
        listed: Ids and addresses of a list that was brought along.
    """

    quiet_days: int = 0
    unknown_consent: bool = False
    home_country: str = ""
    listed: frozenset[str] = frozenset()


class People(NamedTuple):
    """What the orders tell of each customer beside money.

    Attributes:
        given: Contact details as the orders have them.
        contacts: Those that can be used.
        signals: Reviews, complaints, subscriptions and carts left behind.
    """

    given: pd.DataFrame
    contacts: pd.DataFrame
    signals: pd.DataFrame


def left_alone() -> LeftAlone:
    """The session's choice of whom to leave alone."""
    return st.session_state.get(_LEFT_ALONE, LeftAlone())


def keep_left_alone(chosen: LeftAlone) -> None:
    """Make this the session's choice of whom to leave alone."""
    st.session_state[_LEFT_ALONE] = chosen


def people_for(data: Loaded) -> People:
    """Contact details and signals of the customers."""
    usable = _usable_contacts(data, left_alone().home_country)
    return People(contacts_for(data), usable, signals_for(data))


@kept(max_entries=1, spinner="Reading contact details…")
def contacts_for(data: Loaded) -> pd.DataFrame:
    """Each customer's contact details as the orders have them."""
    return contacts(data.orders)


@kept(max_entries=1, spinner="Reading reviews and subscriptions…")
def signals_for(data: Loaded) -> pd.DataFrame:
    """Each customer's reviews, complaints, subscriptions and carts left behind."""
    return signals(data.orders)


@kept(max_entries=1, spinner="Checking contact details…")
def _usable_contacts(data: Loaded, home_country: str) -> pd.DataFrame:
    return usable_contacts(contacts_for(data), home_country)
