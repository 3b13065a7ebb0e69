"""Customers chosen one by one, under a name: for a campaign to people whom no rule describes.

A choice belongs to the orders that it was made of, and lasts as long as the session.
"""

from typing import Protocol

import numpy as np
import pandas as pd
import streamlit as st

from retention.errors import DataError
from retention.kept_work.made import FixedChoice
from retention.orders.orders import Orders

#: Stands before the name of a choice, so that it shares its name with no segment.
CHOSEN = "Chosen: "
_KEY = "fixed_choices"


class HasCustomers(Protocol):
    """Anything that has orders and a row for each of their customers."""

    @property
    def orders(self) -> Orders:
        """The orders."""

    @property
    def customers(self) -> pd.DataFrame:
        """One row per customer."""


def keep_choice(choice: FixedChoice) -> str:
    """Keep a choice, in the place of one of the same name, and return its segment's name."""
    st.session_state[_KEY] = {**_choices(), choice.name: choice}
    return CHOSEN + choice.name


def all_choices() -> tuple[FixedChoice, ...]:
    """Return the choices of the session, whatever orders they were made of."""
    return tuple(_choices().values())


def keep_all_choices(chosen: tuple[FixedChoice, ...]) -> None:
    """Make these the session's choices."""
    st.session_state[_KEY] = {choice.name: choice for choice in chosen}


def choices_of(data: HasCustomers) -> list[FixedChoice]:
    """Return the choices that were made of these orders, the earliest first."""
    return [choice for choice in _choices().values() if choice.digest == data.orders.digest]


def follow_orders(before: str, now: str) -> None:
    """Let the choices stay with orders that others were added to.

    Args:
        before: The digest of the orders so far.
        now: That of the orders with the others.
    """
    st.session_state[_KEY] = {
        name: FixedChoice(choice.name, choice.about, choice.customers, digest=now)
        if choice.digest == before
        else choice
        for name, choice in _choices().items()
    }


def chosen_mask(data: HasCustomers, segment: str) -> np.ndarray:
    """Return who was chosen, as booleans in the order of the customers.

    Raises:
        DataError: No such choice was made of these orders.
    """
    for choice in choices_of(data):
        if CHOSEN + choice.name == segment:
            return np.asarray(data.customers.index.isin(choice.customers), dtype=bool)
    raise DataError(
        f"{segment.removeprefix(CHOSEN)!r} was chosen from other orders or in another session. "
        "Choose its customers again, on the front page."
    )


def signature(data: HasCustomers) -> str:
    """Return a text that changes with the choices, for the keys of what depends on them."""
    return repr(
        [
            (choice.name, len(choice.customers), hash(tuple(choice.customers)))
            for choice in choices_of(data)
        ]
    )


def _choices() -> dict[str, FixedChoice]:
    return st.session_state.get(_KEY, {})
