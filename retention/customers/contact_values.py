"""Contact details as platforms want them: clean texts, addresses, hashes and consent."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.orders.contact_cells import NO, YES

# RFC 5321: 64 characters before the @, 254 in all.
_LONGEST_LOCAL, _LONGEST_ADDRESS = 64, 254
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
# Joiners are letters of some scripts. Other invisible marks turn a text around or hide in it.
_JOINERS = "\u200c\u200d"


def per_value(values: Iterable[object], read: Callable[[str], str]) -> np.ndarray:
    """Return the readings of texts, with one call for each distinct text.

    Args:
        values: The texts.
        read: Reads a text.

    Returns:
        What `read` returns of each, "" for a missing value.
    """
    codes, distinct = pd.factorize(pd.Series(values, dtype=object))
    # A missing value has the code -1, which takes the last entry.
    read_values = np.array([*(read(str(value)) for value in distinct), ""], dtype=object)
    return np.asarray(read_values[codes])


def clean_text(text: str) -> str:
    r"""Return a text in one line, with single blanks and without marks that turn it around.

    Args:
        text: The text.

    Returns:
        The line.

    >>> clean_text("  Ann\r\n Lee\u202e ")
    'Ann Lee'
    """
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", text)
        text = "".join(_letter(letter) for letter in text)
    return " ".join(text.split())


def _letter(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Cf":
        return letter if letter in _JOINERS else ""
    if kind == "Cc":
        return " "
    return "\ufffd" if kind == "Cs" else letter


def email_address(text: str) -> str:
    """Return an address in lower case without blanks around it.

    Args:
        text: The text.

    Returns:
        The address, "" where the text cannot be one.

    >>> email_address(" Ann@Example.com "), email_address("ann@example")
    ('ann@example.com', '')
    """
    if len(text) > 2 * _LONGEST_ADDRESS:
        return ""
    address = clean_text(text).lower()
    local, _, _ = address.partition("@")
    fits = len(address) <= _LONGEST_ADDRESS and len(local) <= _LONGEST_LOCAL
    return address if fits and _ADDRESS.fullmatch(address) else ""


def hashed(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8.

    Args:
        text: The text.

    Returns:
        64 digits in hex, "" for an empty text.

    >>> hashed("test@example.com")[:16], hashed("")
    ('973dfe463ec85785', '')
    """
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest() if text else ""


def consent_values(consent: pd.Series) -> pd.Series:
    """Return which customers have agreed.

    Booleans, 1 and 0, and the words of `YES` and `NO` count, in any case.

    Args:
        consent: The answers, one a customer.

    Returns:
        True, False, or missing where it is not known.

    Raises:
        DataError: There is another word. A customer who has declined must not count as unknown.

    >>> consent_values(pd.Series([True, "Yes", 0, "FALSE", None])).tolist()
    [True, True, False, False, <NA>]
    """
    if pd.api.types.is_bool_dtype(consent):
        return consent.astype("boolean")
    known = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    words = consent.map(
        lambda value: re.sub(r"[_\s-]+", " ", str(value)).strip().lower(), na_action="ignore"
    )
    words = words.where(words != "")
    strange = sorted(set(words.dropna()) - set(known))
    if strange:
        raise DataError(
            f"The contacts' consent holds {strange[0]!r}, of which nobody can tell whether it "
            "means yes. Give True or False, and nothing where it is not known."
        )
    return words.map(known).astype("boolean")
