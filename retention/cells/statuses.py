"""What an order status means for retention: an order, or one of the things that are not.

The words stand in `statuses.toml` beside this module.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Any

from retention.cells.names import plain_name
from retention.data_files import read_data_file


class State(StrEnum):
    """What became of an order, or what a row is instead of an order."""

    ORDER = "order"
    CANCELLED = "cancelled"
    FAILED = "failed"
    PENDING = "pending"
    # A cart or a checkout that was left. It is no order, but it says something of its customer.
    ABANDONED = "abandoned"
    REFUNDED = "refunded"  # an order whose money went back
    REFUND = "refund"  # a row that is itself the money going back
    OTHER = "other"  # no sale: a view, a transfer, a fee, a quote


_DATA = read_data_file(__file__, "statuses.toml")


def _pattern(words: list[str]) -> re.Pattern[str]:
    # plain_name decomposes Thai vowels; the words they are compared with must be decomposed alike.
    return re.compile(unicodedata.normalize("NFKC", "|".join(words)))


def _rules(entries: list[dict[str, Any]]) -> tuple[tuple[State, re.Pattern[str]], ...]:
    """Return each entry's meaning and words, in the file's order."""
    return tuple((State(entry["meaning"]), _pattern(entry["words"])) for entry in entries)


_RULES = _rules(_DATA["status"])
_KIND_RULES = _rules(_DATA["kind"])
_ORDERED = _pattern(_DATA["understood"])
_IN_PART = _pattern(_DATA["in_part"])


def order_state(status: str) -> State:
    """Return what a status text means.

    >>> [order_state(s).value for s in ("PAID", "Canceled", "partially_refunded", "refunded")]
    ['order', 'cancelled', 'order', 'refunded']
    >>> [order_state(s).value for s in ("Refund", "on-hold")]
    ['refund', 'pending']
    >>> [order_state(s).value for s in ("Abandoned checkout", "checkout-draft", "Draft")]
    ['abandoned', 'abandoned', 'pending']
    """
    text = plain_name(status)
    return next((state for state, words in _RULES if words.search(text)), State.ORDER)


def kind_state(kind: str) -> State:
    """Return what a text means that says what its row is.

    >>> [kind_state(k).value for k in ("Sales credit note", "General Withdrawal", "Sales invoice")]
    ['refund', 'other', 'order']
    """
    text = plain_name(kind)
    named = (state for state, words in _KIND_RULES if words.search(text))
    return next(named, order_state(kind))


def is_refunded_in_part(status: str) -> bool:
    """Return whether a status says that a part of the money went back.

    >>> is_refunded_in_part("partially_refunded"), is_refunded_in_part("Teilerstattet")
    (True, True)
    >>> is_refunded_in_part("Refunded")
    False
    """
    return bool(_IN_PART.search(plain_name(status)))


def is_understood(status: str) -> bool:
    """Return whether a status is understood. One that is not counts as an order, with a note.

    >>> is_understood("Paid"), is_understood("annullata"), is_understood("xyz-3")
    (True, True, False)
    """
    text = plain_name(status)
    return bool(_ORDERED.search(text)) or any(words.search(text) for _, words in _RULES)
