"""What an order status means for retention: an order, or one of the things that are not.

The words stand in `statuses.toml` beside this module.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from retention.cells.names import plain_name, without_accents
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
#: Letters of a status that are looked at.
LONGEST_STATUS = 200


def _pattern(words: list[str]) -> re.Pattern[str]:
    # plain_name takes accents off and decomposes Thai vowels; its words must be written alike.
    return re.compile(without_accents("|".join(words)))


def _rules(entries: list[dict[str, Any]]) -> tuple[tuple[State, re.Pattern[str]], ...]:
    """Return each entry's meaning and words, in the file's order."""
    return tuple((State(entry["meaning"]), _pattern(entry["words"])) for entry in entries)


_RULES = _rules(_DATA["status"])
_KIND_RULES = _rules(_DATA["kind"])
_ORDERED = _pattern(_DATA["understood"])
_IN_PART = _pattern(_DATA["in_part"])
_SOLD = _pattern(_DATA["sold"])
_PAID = _pattern(_DATA["paid"])
_INVOICE, _SENT = _pattern(_DATA["invoice"]), _pattern(_DATA["sent"])
_OPEN = _pattern(_DATA["open"])
_LINE, _REPEATS = _pattern(_DATA["line"]), _pattern(_DATA["repeats"])
_PARCEL = _pattern(_DATA["parcel"])
_ARRIVED = _pattern(_DATA["arrived"])
_LISTED = re.compile(r"\s*[,;/|+&]\s*")


def order_state(status: str) -> State:
    """Return what a status text means.

    >>> [order_state(s).value for s in ("PAID", "Canceled", "partially_refunded", "refunded")]
    ['order', 'cancelled', 'order', 'refunded']
    >>> [order_state(s).value for s in ("Refund", "on-hold")]
    ['refund', 'pending']
    >>> [order_state(s).value for s in ("Abandoned checkout", "checkout-draft", "Draft")]
    ['abandoned', 'abandoned', 'pending']
    """
    text = _words(status)
    return next((state for state, words in _RULES if words.search(text)), State.ORDER)


def payment_state(status: str) -> State:
    """Return what the status of a payment means.

    >>> [payment_state(s).value for s in ("open", "paid", "refunded", "voided")]
    ['pending', 'order', 'refunded', 'cancelled']
    """
    return State.PENDING if _OPEN.search(_words(status)) else order_state(status)


def is_of_invoice(status: str) -> bool:
    """Return whether a status is one of invoices: they are drafted, become due, and are paid.

    >>> is_of_invoice("Overdue"), is_of_invoice("Shipped")
    (True, False)
    """
    return bool(_INVOICE.search(_words(status)))


def is_of_parcel(status: str) -> bool:
    """Return whether a status is one of goods: beside it "Sent" is no invoice that awaits money.

    >>> is_of_parcel("Delivered"), is_of_parcel("Overdue")
    (True, False)
    """
    return bool(_PARCEL.search(_words(status)))


def has_arrived(status: str) -> bool:
    """Return whether a status says that the customer has got the goods.

    >>> has_arrived("Delivered"), has_arrived("Not delivered"), has_arrived("Shipped")
    (True, False, False)
    """
    return bool(_ARRIVED.search(_words(status)))


def invoice_state(status: str) -> State:
    """Return what the status of an invoice means: one that was sent is not paid yet.

    >>> invoice_state("Sent").value, invoice_state("Paid").value
    ('pending', 'order')
    """
    return State.PENDING if _SENT.search(_words(status)) else payment_state(status)


def delivery_state(status: str) -> State:
    """Return what the status of a delivery means: one that is still to come says nothing.

    >>> [delivery_state(s).value for s in ("Pending", "Returned", "Cancelled", "Shipped")]
    ['order', 'refunded', 'cancelled', 'order']
    """
    state = order_state(status)
    if state in (State.REFUND, State.REFUNDED, State.FAILED):
        return State.REFUNDED
    return state if state is State.CANCELLED else State.ORDER


def is_contradictory(status: str) -> bool:
    """Return whether a status lists words of which one says paid and another that it was not.

    >>> is_contradictory("pending, paid"), is_contradictory("paid, shipped")
    (True, False)
    """
    parts = _LISTED.split(status)
    return any(map(says_paid, parts)) and any(order_state(p) is State.PENDING for p in parts)


def says_paid(status: str) -> bool:
    """Return whether a status says that an order was paid, and nothing else.

    >>> says_paid("PAID"), says_paid("Complete")
    (True, False)
    """
    return bool(_PAID.search(_words(status)))


def kind_state(kind: str) -> State:
    """Return what a text means that says what its row is.

    >>> [kind_state(k).value for k in ("Sales credit note", "General Withdrawal", "Sales invoice")]
    ['refund', 'other', 'order']
    """
    text = _words(kind)
    named = (state for state, words in _KIND_RULES if words.search(text))
    return next(named, order_state(kind))


def repeating_kinds(kinds: Iterable[str]) -> frozenset[str]:
    """Return the kinds of rows that repeat the money of an order's lines: its head, its payment.

    >>> sorted(repeating_kinds(["Sale", "Sale Line", "Payment"]))
    ['Payment', 'Sale']
    >>> repeating_kinds(["Sale", "Payment"])
    frozenset()
    """
    texts = list(kinds)
    if not any(_LINE.search(_words(text)) for text in texts):
        return frozenset()
    return frozenset(text for text in texts if _REPEATS.search(_words(text)))


def is_understood_kind(kind: str) -> bool:
    """Return whether a text is understood that says what its row is.

    >>> [is_understood_kind(kind) for kind in ("Sales invoice", "Transfer", "G7")]
    [True, True, False]
    """
    text = _words(kind)
    rules = (*_KIND_RULES, *_RULES)
    is_known = any(words.search(text) for _, words in rules)
    return is_known or bool(_SOLD.search(text) or _ORDERED.search(text))


def is_refunded_in_part(status: str) -> bool:
    """Return whether a status says that a part of the money went back.

    >>> is_refunded_in_part("partially_refunded"), is_refunded_in_part("Teilerstattet")
    (True, True)
    >>> is_refunded_in_part("Refunded")
    False
    """
    return bool(_IN_PART.search(_words(status)))


def is_understood(status: str) -> bool:
    """Return whether a status is understood. One that is not counts as an order, with a note.

    >>> is_understood("Paid"), is_understood("annullata"), is_understood("xyz-3")
    (True, True, False)
    """
    text = _words(status)
    # A dash says nothing, and needs no question.
    is_known = not text or bool(_ORDERED.search(text))
    return is_known or any(words.search(text) for _, words in _RULES)


def _words(status: str) -> str:
    """Return a status as the rules read it: plain, and no more of it than a status may have."""
    return plain_name(status[:LONGEST_STATUS])
