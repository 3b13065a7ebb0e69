"""The platforms that take audience files, and their columns in their writing.

What each platform wants is data: platforms.toml says how to add one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from retention.customers.contact_values import hashed, per_value
from retention.customers.countries import us_state_code
from retention.data_files import checked_record, read_data_file

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform's file.

    Attributes:
        label: What the page calls the platform.
        columns: What stands below each header, in the file's order.
        needs: A person needs one of these contact details, `email` or `phone`; empty where the
            customer number is enough.
        asked_for: Headers that are written even if the orders do not bring them.
        always: Whether all headers are written, whatever the orders bring.
        properties: Whether it takes columns of the marketer's.
        hashes: Headers that may be hashed.
        ascii_local: Whether it refuses e-mail addresses with letters beyond ASCII before the @.
        part_bytes: The largest file it takes, in bytes; None without a limit.
        text_bytes: The longest text it keeps, in bytes; None without a limit.
        few: Below this number of people it matches poorly.
        merge_field: How a message names a column of the marketer's, with {} for the column's name;
            empty where that is chosen on upload.
    """

    label: str
    columns: dict[str, str]
    needs: tuple[str, ...] = ("email",)
    asked_for: tuple[str, ...] = ()
    always: bool = False
    properties: bool = True
    hashes: tuple[str, ...] = ()
    ascii_local: bool = False
    part_bytes: int | None = None
    text_bytes: int | None = None
    few: int = 0
    merge_field: str = ""

    @property
    def brand(self) -> str:
        """The first word of its label, to speak of it in a sentence."""
        return self.label.split(" ")[0]

    def merge_field_of(self, column: str) -> str:
        """Return how a message names a column of the marketer's.

        Args:
            column: The column's name.

        Returns:
            The text that the platform replaces by each person's value; empty where it has none.
        """
        return self.merge_field.replace("{}", column)

    def wants(self, header: str, brought: set[str]) -> bool:
        """Return whether a header is written.

        Args:
            header: A key of `columns`.
            brought: The contact details that the orders bring.

        Returns:
            True for the customer's id, for a detail that the orders bring, and for what is always
            asked.
        """
        part = self.columns[header]
        basic = "country" if part == "country_code" else part
        asked = self.always or header in self.asked_for
        return asked or basic in brought or part == "customer_id"


def _read_platforms() -> dict[str, Platform]:
    entries = read_data_file(__file__, "platforms.toml")
    return {
        key: checked_record(Platform, entry, f"The platform {key!r} in platforms.toml")
        for key, entry in entries.items()
    }


#: The platforms by their keys.
PLATFORMS = _read_platforms()


def platform_table(
    platform: Platform, cells: pd.DataFrame, brought: set[str], hash_values: bool
) -> pd.DataFrame:
    """Return the platform's columns, in its order and writing, as texts.

    Args:
        platform: One of `PLATFORMS`.
        cells: One row for each person: `customer_id`, the clean contact details (text, "" where
            not known), `country_code` and `value`.
        brought: The contact details that the orders bring.
        hash_values: Whether to write SHA-256 instead of what identifies a person.

    Returns:
        A frame with the index of `cells`.
    """
    columns = {
        header: _SPELLINGS[part](cells) if part in _SPELLINGS else cells[part].to_numpy(object)
        for header, part in platform.columns.items()
        if platform.wants(header, brought)
    }
    if hash_values:
        for header in platform.hashes:
            columns[header] = per_value(columns[header], _lower_hash)
    return pd.DataFrame(columns, index=cells.index)


def _lower_hash(text: str) -> str:
    # Platforms compare in lower case.
    return hashed(text.strip().lower())


def letters_and_digits(text: str) -> str:
    """Return a text in lower case without blanks and punctuation, as Meta compares names.

    Letters of every script stay.

    Args:
        text: The text.

    Returns:
        The letters and digits.

    >>> letters_and_digits("O'Brien-Smith"), letters_and_digits("Köln, Süd")
    ('obriensmith', 'kölnsüd')
    """
    return "".join(
        letter
        for letter in text.lower()
        if letter.isalnum() or unicodedata.category(letter).startswith("M")
    )


def _meta_state(cells: pd.DataFrame) -> Texts:
    """Two letters in the United States, the name elsewhere."""
    codes = per_value(cells["state"], lambda text: us_state_code(text).lower())
    names = per_value(cells["state"], letters_and_digits)
    return np.where((cells["country_code"] == "US").to_numpy(bool) & (codes != ""), codes, names)


def _meta_zip(cells: pd.DataFrame) -> Texts:
    """Five digits in the United States, elsewhere the code without blanks and dashes."""
    whole = per_value(cells["zip"], letters_and_digits)
    short = per_value(cells["zip"], lambda text: letters_and_digits(text.partition("-")[0])[:5])
    return np.where((cells["country_code"] == "US").to_numpy(bool), short, whole)


#: Spellings of a platform's own. Source: Meta's guide to customer lists (lower case, no
#: punctuation, phone with country code and digits alone).
_SPELLINGS: dict[str, Callable[[pd.DataFrame], Texts]] = {
    "meta_phone": lambda cells: per_value(cells["phone"], lambda text: text.removeprefix("+")),
    "meta_first_name": lambda cells: per_value(cells["first_name"], letters_and_digits),
    "meta_last_name": lambda cells: per_value(cells["last_name"], letters_and_digits),
    "meta_city": lambda cells: per_value(cells["city"], letters_and_digits),
    "meta_state": _meta_state,
    "meta_zip": _meta_zip,
    "meta_country": lambda cells: per_value(cells["country_code"], str.lower),
}
