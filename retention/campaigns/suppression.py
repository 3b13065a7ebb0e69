"""Whom a campaign leaves out, by the rules of the playbook, and the rules for which the orders give no signal."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from retention.campaigns.campaign import Campaign
from retention.customers.contact_values import (
    consent_values,
    country_code,
    email_address,
    given_country,
    per_value,
    phone_numbers,
)
from retention.customers.signals import POOR_SHARE
from retention.playbook import LeftOut, left_out, strategy_of
from retention.validation import rows_of

#: A review counts as recent for so many days.
RECENT_DAYS = 90
#: Channels for which the customer has to have agreed; of ads, to their data being handed to the platform.
ASKED_FIRST = ("email", "sms", "messenger", "push", "ads")
#: What a channel needs to reach somebody, where the file brings such a column.
REACHED_BY = {
    "email": "email",
    "sms": "phone",
    "messenger": "phone",
    "phone": "phone",
    "post": "zip",
}


def suppressions(
    campaign: Campaign,
    customers: pd.DataFrame,
    *,
    as_of: date,
    signals: pd.DataFrame | None = None,
    contacts: pd.DataFrame | None = None,
    quiet_days: int = 0,
    unknown_consent: bool = False,
    listed: frozenset[str] = frozenset(),
) -> dict[str, np.ndarray]:
    """Return whom a campaign should not address, True or False for each customer, by reason, the weightiest first.

    Args:
        campaign: Its strategy decides whether customers of promotions are left out, its channel what reaches them.
        customers: From `summarise_customers`.
        as_of: The last day of the orders.
        signals, contacts: From `retention.customers.contacts`; rules whose column is not there leave out nobody.
            Give the contacts through `usable_contacts`, so that the plan counts whom a file can hold.
        quiet_days: Customers who ordered fewer days ago than this are left alone.
        unknown_consent: Whether to address customers of whom nothing is known to have agreed.
        listed: Customers (ids, or e-mail addresses) whom the marketer leaves out.

    Only reasons that hold for somebody, or could by the file's columns, are in it.
    """
    signals, contacts = rows_of(signals, customers.index), rows_of(contacts, customers.index)
    promotion = _promotes(campaign)
    found: dict[str, np.ndarray] = {}
    if listed:
        found["On your list"] = listed_customers(customers, contacts, listed)
    if "consent" in contacts:
        consent = consent_values(contacts["consent"])
        found["Opted out"] = (consent == False).fillna(False).to_numpy(bool)  # noqa: E712
        if consent_needed(campaign, unknown_consent):
            found["Consent not known"] = consent.isna().to_numpy()
    needed = REACHED_BY.get(campaign.channel)
    if needed in contacts:
        empty = contacts[needed].isna() | (contacts[needed].astype("str").str.strip() == "")
        found[f"No valid {_CONTACT_WORDS[needed]}"] = empty.to_numpy(bool)
    silence = (customers["T"] - customers["recency"]).to_numpy()
    for name in ("email", *([needed] if needed == "phone" else ())):
        if name in contacts and (twice := _shared(contacts[name], silence)).any():
            found[f"Same {_CONTACT_WORDS[name]} as a customer with a later order"] = twice
    if promotion:
        found |= _unhappy(signals, pd.Timestamp(as_of))
        if "subscribed" in signals:
            found["Subscribed"] = signals["subscribed"].fillna(False).to_numpy(bool)
    if quiet_days:
        found[f"Ordered in the last {quiet_days} days"] = silence < quiet_days
    return found


def listed_customers(
    customers: pd.DataFrame, contacts: pd.DataFrame, listed: frozenset[str]
) -> np.ndarray:
    """Return which customers a list of ids and e-mail addresses names, compared without case and blanks."""
    names = {name.strip().lower() for name in listed}
    found = np.asarray(customers.index.astype("str").str.lower().isin(names), dtype=bool)
    if "email" in contacts:
        found = found | rows_of(contacts, customers.index)["email"].astype("str").str.lower().isin(
            names
        ).to_numpy(bool)
    return found


def consent_needed(campaign: Campaign, unknown_consent: bool = False) -> bool:
    """Return whether a campaign's files leave out those who are not known to have agreed, as its plan does."""
    return campaign.channel in ASKED_FIRST and not unknown_consent


def usable_contacts(contacts: pd.DataFrame, default_country: str = "") -> pd.DataFrame:
    """Return the contacts without e-mail addresses and phones that no platform takes, as audience files read them.

    `default_country` is the name or ISO code of where customers without a country are, to read phones without a country
    code.

    Raises:
        DataError: There is no such country.
    """
    found, home_code = contacts.copy(), given_country(default_country)
    if "email" in found:
        found["email"] = _or_missing(per_value(found["email"], email_address), found.index)
    if "phone" in found:
        home = (
            found["country"]
            if "country" in found
            else pd.Series(None, index=found.index, dtype=object)
        )
        codes = per_value(home, country_code)
        known = np.where(codes == "", home_code, codes)
        found["phone"] = _or_missing(phone_numbers(found["phone"], known), found.index)
    return found


def _or_missing(texts: np.ndarray, index: pd.Index) -> pd.Series:
    return pd.Series(np.where(texts == "", None, texts), index=index, dtype=object)


def unreachable(channel: str, contacts: pd.DataFrame) -> str:
    """Return why nobody can be reached through a channel with what the orders bring; empty where somebody can."""
    needed = REACHED_BY.get(channel)
    if needed is None or (needed in contacts and contacts[needed].notna().any()):
        return ""
    words = _CONTACT_WORDS[needed]
    article = "an" if words[0] in "aeiou" else "a"
    return (
        f"These orders hold no {words}: the plan tells what it would bring, but nobody can be reached by it. "
        f"Load orders with a column of {article} {words}, or match customer numbers in the tool that sends."
    )


def without_signal(
    campaign: Campaign, signals: pd.DataFrame | None = None, contacts: pd.DataFrame | None = None
) -> tuple[LeftOut, ...]:
    """Return the playbook's rules for this campaign that these orders tell nothing of, to be kept by hand."""
    columns = set() if signals is None else set(signals.columns)
    columns |= set() if contacts is None else set(contacts.columns)
    told = {
        "unhappy": bool(columns & {"last_rating", "complained_on"}),
        "subscribed": "subscribed" in columns,
        "opted_out": "consent" in columns,
    }
    return tuple(rule for rule in left_out(_promotes(campaign)) if not told.get(rule.key, False))


_CONTACT_WORDS = {"email": "e-mail address", "phone": "phone number", "zip": "postal address"}


def _promotes(campaign: Campaign) -> bool:
    strategy = strategy_of(campaign.strategy)
    offers = campaign.terms.offer.kind != "none" or campaign.terms.opening.kind != "none"
    return offers or strategy is None or strategy.promotion


def _shared(addresses: pd.Series, silence: np.ndarray) -> np.ndarray:
    """Whose address another customer has, too, whose last order is later; of two on one day the first customer stays.

    Without this a person with two accounts could be addressed and held out at once.
    """
    latest_first = np.argsort(silence, kind="stable")
    ordered = addresses.iloc[latest_first]
    found = np.empty(len(addresses), dtype=bool)
    found[latest_first] = (ordered.notna() & ordered.duplicated()).to_numpy(bool)
    return found


def _unhappy(signals: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, np.ndarray]:
    since = as_of - pd.Timedelta(days=RECENT_DAYS)
    found = {}
    if "last_rating" in signals:
        best = signals["last_rating"].max()
        poor = signals["last_rating"] <= POOR_SHARE * best
        if "rated_on" in signals:
            poor &= signals["rated_on"] > since
        found["Poor review lately"] = poor.fillna(False).to_numpy(bool)
    if "complained_on" in signals:
        found["Open complaint"] = (
            signals["complained_on"].notna().to_numpy(bool)
        )  # closed ones do not count
    return found
