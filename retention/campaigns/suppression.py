"""Customers whom a campaign leaves out by the rules of the playbook.

Some rules need a signal that the orders do not give; they are named, so that they can be kept by
hand.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from retention.campaigns.arrays import Floats, Mask
from retention.campaigns.campaign import Campaign
from retention.customers.contact_values import consent_values, email_address, per_value
from retention.customers.countries import country_code, given_country
from retention.customers.phones import phone_numbers
from retention.customers.signals import POOR_SHARE
from retention.playbook import LeftOut, left_out, strategy_of
from retention.validation import rows_of
from retention.wording import count

#: For how many days a review or a survey answer counts as recent.
RECENT_DAYS = 90
#: For how many days before a subscription's charge its customer is left alone.
CHARGE_DAYS = 7
#: Channels that an unsubscription from e-mails closes.
_MAIL_CHANNELS = ("email",)
#: The survey groups of unhappy customers, with the day of the answer.
_UNHAPPY_GROUPS = {
    "nps_group": ("Detractor", "nps_on"),
    "csat_group": ("Dissatisfied", "csat_on"),
}
#: What stands before a reason that is a thing, where it is counted.
_OF_SUCH = {
    "Poor review lately": "with a ",
    "Low survey score lately": "with a ",
    "Open complaint": "with an ",
}
#: Channels that need the customer's consent; for ads, to hand their data to the platform.
ASKED_FIRST = ("email", "sms", "messenger", "push", "ads")
#: The contact detail that a channel needs, where the file brings such a column.
REACHED_BY = {
    "email": "email",
    "sms": "phone",
    "messenger": "phone",
    "phone": "phone",
    "post": "zip",
}
#: The reason of customers who are left out of promotions of what they receive anyway.
SUBSCRIBED = "Subscribed"
#: The strategy that answers unhappy customers: nothing else may keep it from them.
SERVICE = "service_recovery"
_CONTACT_WORDS = {"email": "e-mail address", "phone": "phone number", "zip": "postal address"}


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
) -> dict[str, Mask]:
    """Return whom a campaign should not address.

    Args:
        campaign: Its strategy decides whether customers of promotions are left out. Its channel
            decides which contact detail is needed.
        customers: From `summarise_customers`.
        as_of: The last day of the orders.
        signals: From `signals`, or from `join_signals` with further files. Rules whose column is
            missing leave out nobody.
        contacts: From `contacts`. Give them through `usable_contacts`, so that the plan counts the
            customers whom a file can hold.
        quiet_days: Customers who ordered fewer days ago than this are left alone.
        unknown_consent: Whether to address customers whose consent is not known.
        listed: Customers (ids, or e-mail addresses) whom the marketer leaves out.

    Returns:
        True or False for each customer, by reason, the weightiest reason first. A reason is in it
        if it holds for a customer, or could by the file's columns.
    """
    signals, contacts = rows_of(signals, customers.index), rows_of(contacts, customers.index)
    silence = (customers["T"] - customers["recency"]).to_numpy()
    reasons: dict[str, Mask] = {}
    if listed:
        reasons["On your list"] = listed_customers(customers, contacts, listed)
    if "unsubscribed" in signals and campaign.channel in _MAIL_CHANNELS:
        reasons["Unsubscribed from e-mails"] = signals["unsubscribed"].eq(True).to_numpy(bool)
    if "consent" in contacts:
        reasons |= _without_consent(contacts["consent"], consent_needed(campaign, unknown_consent))
    reasons |= _not_reached(campaign.channel, contacts, silence)
    if _promotes(campaign):
        reasons |= _unhappy(signals, pd.Timestamp(as_of))
        if "subscribed" in signals:
            reasons[SUBSCRIBED] = signals["subscribed"].fillna(False).to_numpy(bool)
    if "next_charge_on" in signals and campaign.strategy != SERVICE:
        ahead = signals["next_charge_on"] - pd.Timestamp(as_of)
        due = ahead.between(pd.Timedelta(0), pd.Timedelta(days=CHARGE_DAYS))
        reasons[f"Subscription charged within {CHARGE_DAYS} days"] = due.to_numpy(bool)
    if quiet_days:
        reasons[f"Ordered in the last {quiet_days} days"] = silence < quiet_days
    return reasons


def listed_customers(
    customers: pd.DataFrame, contacts: pd.DataFrame, listed: frozenset[str]
) -> Mask:
    """Return which customers a list of ids and e-mail addresses names.

    Case and blanks do not matter.

    Args:
        customers: From `summarise_customers`.
        contacts: From `contacts`.
        listed: Ids and e-mail addresses.

    Returns:
        True or False for each customer.
    """
    names = {name.strip().lower() for name in listed}
    named: Mask = np.asarray(customers.index.astype("str").str.lower().isin(names), dtype=bool)
    if "email" in contacts:
        addresses = rows_of(contacts, customers.index)["email"].astype("str").str.lower()
        named = named | addresses.isin(names).to_numpy(bool)
    return named


def consent_needed(campaign: Campaign, unknown_consent: bool = False) -> bool:
    """Return whether a campaign leaves out customers whose consent is not known.

    It holds for the plan and for its files.

    Args:
        campaign: The campaign; its channel decides.
        unknown_consent: Whether to address customers whose consent is not known.

    Returns:
        True where the channel needs consent and unknown consent is not accepted.
    """
    return campaign.channel in ASKED_FIRST and not unknown_consent


def usable_contacts(contacts: pd.DataFrame, default_country: str = "") -> pd.DataFrame:
    """Return the contacts without e-mail addresses and phones that no platform takes.

    Audience files read them the same way.

    Args:
        contacts: From `contacts`.
        default_country: The country of customers without one, by name or ISO code, to read
            phones without a country code.

    Returns:
        A copy with the customers' index, where an unusable address or phone is missing.

    Raises:
        DataError: There is no such country.
    """
    usable, home_code = contacts.copy(), given_country(default_country)
    if "email" in usable:
        usable["email"] = _or_missing(per_value(usable["email"], email_address), usable.index)
    if "phone" in usable:
        home = (
            usable["country"]
            if "country" in usable
            else pd.Series(None, index=usable.index, dtype=object)
        )
        codes = per_value(home, country_code)
        known = np.where(codes == "", home_code, codes)
        usable["phone"] = _or_missing(phone_numbers(usable["phone"], known), usable.index)
    return usable


def unreachable(channel: str, contacts: pd.DataFrame) -> str:
    """Return why a channel reaches nobody with the contacts of these orders.

    Args:
        channel: The campaign's channel.
        contacts: From `contacts`.

    Returns:
        Sentences; empty where the channel reaches somebody.
    """
    needed = REACHED_BY.get(channel)
    if needed is None or (needed in contacts and contacts[needed].notna().any()):
        return ""
    words = _CONTACT_WORDS[needed]
    article = "an" if words[0] in "aeiou" else "a"
    return (
        f"These orders hold no {words}: the plan tells what it would bring, but nobody can be "
        f"reached by it. Load orders with a column of {article} {words}, or match customer "
        "numbers in the tool that sends."
    )


def without_signal(
    campaign: Campaign, signals: pd.DataFrame | None = None, contacts: pd.DataFrame | None = None
) -> tuple[LeftOut, ...]:
    """Return the playbook's rules for this campaign that these orders give no signal of.

    They have to be kept by hand.

    Args:
        campaign: The campaign; its strategy decides which rules hold.
        signals: From `signals`.
        contacts: From `contacts`.

    Returns:
        The rules, in the playbook's order.
    """
    columns = set() if signals is None else set(signals.columns)
    columns |= set() if contacts is None else set(contacts.columns)
    unhappy = {"last_rating", "complained_on", *_UNHAPPY_GROUPS}
    has_signal = {
        "unhappy": bool(columns & unhappy),
        "subscribed": "subscribed" in columns,
        "opted_out": bool(columns & {"consent", "unsubscribed"}),
    }
    rules = left_out(_promotes(campaign))
    return tuple(rule for rule in rules if not has_signal.get(rule.key, False))


def _promotes(campaign: Campaign) -> bool:
    strategy = strategy_of(campaign.strategy)
    return campaign.terms.has_offer or strategy is None or strategy.promotion


def _without_consent(given: pd.Series, needed: bool) -> dict[str, Mask]:
    consent = consent_values(given)
    reasons = {"Opted out": (~consent).fillna(False).to_numpy(bool)}
    if needed:
        reasons["Consent not known"] = consent.isna().to_numpy(bool)
    return reasons


def _not_reached(channel: str, contacts: pd.DataFrame, silence: Floats) -> dict[str, Mask]:
    """Customers without the contact detail of a channel, or with that of another customer."""
    reasons: dict[str, Mask] = {}
    needed = REACHED_BY.get(channel)
    if needed is not None and needed in contacts:
        empty = contacts[needed].isna() | (contacts[needed].astype("str").str.strip() == "")
        reasons[f"No valid {_CONTACT_WORDS[needed]}"] = empty.to_numpy(bool)
    for name in ("email", "phone") if needed == "phone" else ("email",):
        if name in contacts and (shared := _shared(contacts[name], silence)).any():
            reasons[f"Same {_CONTACT_WORDS[name]} as a customer with a later order"] = shared
    return reasons


def _or_missing(texts: npt.NDArray[np.object_], index: pd.Index) -> pd.Series:
    return pd.Series(texts, index=index, dtype="object").replace("", None)


def _shared(addresses: pd.Series, silence: Floats) -> Mask:
    """Customers whose address also belongs to a customer with a later order.

    Of two with orders on one day the first customer stays. Without this a person with two accounts
    could be addressed and held out at once.
    """
    latest_first = np.argsort(silence, kind="stable")
    ordered = addresses.iloc[latest_first]
    shared = np.empty(len(addresses), dtype=bool)
    shared[latest_first] = (ordered.notna() & ordered.duplicated()).to_numpy(bool)
    return shared


def _unhappy(signals: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, Mask]:
    since = as_of - pd.Timedelta(days=RECENT_DAYS)
    reasons: dict[str, Mask] = {}
    if "last_rating" in signals:
        best = signals["last_rating"].max()
        poor = signals["last_rating"] <= POOR_SHARE * best
        if "rated_on" in signals:
            poor &= _is_recent(signals["rated_on"], since)
        reasons["Poor review lately"] = poor.fillna(False).to_numpy(bool)
    unhappy = np.zeros(len(signals), dtype=bool)
    for name, (group, day) in _UNHAPPY_GROUPS.items():
        if name in signals:
            said = signals[name].eq(group)
            said &= _is_recent(signals[day], since) if day in signals else True
            unhappy |= said.to_numpy(bool)
    if set(_UNHAPPY_GROUPS) & set(signals):
        reasons["Low survey score lately"] = unhappy
    if "complained_on" in signals:
        # Closed complaints have no day here.
        reasons["Open complaint"] = signals["complained_on"].notna().to_numpy(bool)
    return reasons


def counted_words(number: int, reason: str) -> str:
    """Return how many customers are left out for a reason: "2 opted out".

    Args:
        number: The customers.
        reason: A reason of `suppression_reasons`.

    >>> counted_words(2, "Low survey score lately"), counted_words(1, "Opted out")
    ('2 with a low survey score lately', '1 opted out')
    """
    words = f"{reason[0].lower()}{reason[1:]}"
    return f"{count(number)} {_OF_SUCH.get(reason, '')}{words}"


def _is_recent(days: pd.Series, since: pd.Timestamp) -> pd.Series:
    """Which answers are recent; one without a day may be."""
    return (days > since) | days.isna()
