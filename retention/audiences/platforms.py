"""What each platform's upload looks like: its columns, in its order, and what it wants in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.customers.contact_values import hashed, per_value, us_state_code

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform's file.

    - `columns`: header -> what stands in it, in the file's order; `always`: all of them even where nothing is known.
    - `needs`: what of `email` and `phone` one must have; nothing where the customer number is enough.
    - `properties`: takes columns of the marketer's; `hashes`: headers that can be hashed.
    - `lower`: compares in lower case, so that what is hashed is; `part_bytes`: the largest file it takes;
      `text_bytes`: the longest text it keeps; `few`: below so many people it matches poorly.
    """

    label: str
    columns: dict[str, str]
    needs: tuple[str, ...] = ("email",)
    always: bool = False
    properties: bool = True
    hashes: tuple[str, ...] = ()
    part_bytes: int | None = None
    text_bytes: int | None = None
    ascii_local: bool = False
    few: int = 0


# Names of fields: the basics of `audiences`, country_code, and Meta's own writing of them.
PLATFORMS: dict[str, Platform] = {
    "klaviyo": Platform(
        "Klaviyo",
        {
            "Email": "email",
            "Phone Number": "phone",
            "First Name": "first_name",
            "Last Name": "last_name",
            "City": "city",
            "State/Region": "state",
            "Zip Code": "zip",
            "Country": "country",
        },
        needs=("email", "phone"),
        part_bytes=50 * MEGABYTE,
    ),
    "mailchimp": Platform(
        "Mailchimp",
        {
            "Email Address": "email",
            "First Name": "first_name",
            "Last Name": "last_name",
            "Phone Number": "phone",
            "City": "city",
            "State": "state",
            "Zip Code": "zip",
            "Country": "country_code",
        },
        text_bytes=255,
        ascii_local=True,
    ),
    "hubspot": Platform(
        "HubSpot",
        {
            "First Name": "first_name",
            "Last Name": "last_name",
            "Email": "email",
            "Phone Number": "phone",
            "City": "city",
            "State/Region": "state",
            "Postal Code": "zip",
            "Country/Region": "country",
        },
    ),
    "google_ads": Platform(
        "Google Ads Customer Match",
        {
            "Email": "email",
            "Phone": "phone",
            "First Name": "first_name",
            "Last Name": "last_name",
            "Country": "country_code",
            "Zip": "zip",
        },
        needs=("email", "phone"),
        always=True,
        properties=False,
        hashes=("Email", "Phone", "First Name", "Last Name"),
    ),
    "meta": Platform(
        "Meta custom audience",
        {
            "email": "email",
            "phone": "meta_phone",
            "fn": "meta_first_name",
            "ln": "meta_last_name",
            "ct": "meta_city",
            "st": "meta_state",
            "zip": "meta_zip",
            "country": "meta_country",
            "value": "value",
        },
        needs=("email", "phone"),
        always=True,
        properties=False,
        hashes=("email", "phone", "fn", "ln", "ct", "st", "zip", "country"),
        few=100,
    ),
    "plain": Platform(
        "Plain file",
        {
            "customer_id": "customer_id",
            "email": "email",
            "phone": "phone",
            "first_name": "first_name",
            "last_name": "last_name",
            "country": "country",
            "state": "state",
            "city": "city",
            "zip": "zip",
            "consent": "consent",
        },
        needs=(),
    ),
}
#: HubSpot asks for these three; of the other columns a file has those that the contacts bring.
_ASKED_FOR = {
    "hubspot": ("First Name", "Last Name", "Email"),
    "klaviyo": ("Email",),
    "mailchimp": ("Email Address",),
}


def platform_table(
    name: str, cells: pd.DataFrame, brought: set[str], hash_values: bool
) -> pd.DataFrame:
    """The platform's columns, in its order and writing, as texts.

    Args:
        name: One of `PLATFORMS`.
        cells: One row a person: `customer_id` and the clean contact details (text, "" where not known), `country_code`,
            `value`.
        brought: The contact details that the orders bring.
        hash_values: Whether to write SHA-256 instead of what identifies a person.
    """
    platform = PLATFORMS[name]
    asked = _ASKED_FOR.get(name, ())
    found = {}
    for header, part in platform.columns.items():
        basic = "country" if part == "country_code" else part
        if platform.always or header in asked or basic in brought or part == "customer_id":
            found[header] = _META[part](cells) if part in _META else cells[part].to_numpy(object)
    if hash_values:
        for header in platform.hashes:
            found[header] = per_value(found[header], lambda text: hashed(text.strip().lower()))
    return pd.DataFrame(found, index=cells.index)


def letters_and_digits(text: str) -> str:
    """Lower case without blanks and punctuation, as Meta compares names and places; letters of every script stay.

    >>> letters_and_digits("O'Brien-Smith"), letters_and_digits("Köln, Süd")
    ('obriensmith', 'kölnsüd')
    """
    return "".join(
        c for c in text.lower() if c.isalnum() or unicodedata.category(c).startswith("M")
    )


def _meta_state(cells: pd.DataFrame) -> np.ndarray:
    """Two letters in the United States, the name elsewhere."""
    codes = per_value(cells["state"], lambda text: us_state_code(text).lower())
    names = per_value(cells["state"], letters_and_digits)
    return np.where((cells["country_code"] == "US").to_numpy(bool) & (codes != ""), codes, names)


def _meta_zip(cells: pd.DataFrame) -> np.ndarray:
    """Five digits in the United States, elsewhere the code without blanks and dashes."""
    whole = per_value(cells["zip"], letters_and_digits)
    short = per_value(cells["zip"], lambda text: letters_and_digits(text.partition("-")[0])[:5])
    return np.where((cells["country_code"] == "US").to_numpy(bool), short, whole)


# Source: Meta's guide to customer lists (lower case, no punctuation, phone with country code and digits alone).
_META: dict[str, Callable[[pd.DataFrame], np.ndarray]] = {
    "meta_phone": lambda cells: per_value(cells["phone"], lambda text: text.removeprefix("+")),
    "meta_first_name": lambda cells: per_value(cells["first_name"], letters_and_digits),
    "meta_last_name": lambda cells: per_value(cells["last_name"], letters_and_digits),
    "meta_city": lambda cells: per_value(cells["city"], letters_and_digits),
    "meta_state": _meta_state,
    "meta_zip": _meta_zip,
    "meta_country": lambda cells: per_value(cells["country_code"], str.lower),
}
