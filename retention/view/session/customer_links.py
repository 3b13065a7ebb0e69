"""Links to one customer that mean something in this session alone.

An address may stand in a browser's history, a server's log or a message. So a link carries a random
key, and the session remembers whose it is.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from retention.view import page_table
from retention.view.session.loaded import Loaded

#: The page of one customer, and the query parameter of its links.
PAGE, PARAMETER = "pages/customer.py", "customer"
_LINKS = "customer_links"


@dataclass(slots=True)
class _Links:
    """The keys of a data set, both ways.

    Attributes:
        digest: Of the orders that the keys were made for.
        keys: Key by customer.
        customers: Customer by key.
    """

    digest: str
    keys: dict[str, str] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)


def link_key(data: Loaded, customer_id: str) -> str:
    """Return the key that stands for a customer in this session's addresses."""
    links = _links(data)
    key = links.keys.get(customer_id)
    if key is None:
        key = links.keys[customer_id] = secrets.token_urlsafe(9)
        links.customers[key] = customer_id
    return key


def linked_customer(data: Loaded, key: str) -> str | None:
    """Return the customer of a key; None where the key is of another session or other orders."""
    return _links(data).customers.get(key)


def open_chosen(data: Loaded, customers: pd.Index, event: Any) -> None:
    """Open the page of the customer whose row of a table was chosen, if one was.

    Args:
        data: The session's data.
        customers: The ids of the table's rows.
        event: What `st.dataframe` returned.
    """
    rows = event.selection.rows
    if rows and rows[0] < len(customers):
        key = link_key(data, str(customers[rows[0]]))
        page_table.go_to(PAGE, {PARAMETER: key})


def _links(data: Loaded) -> _Links:
    links: _Links | None = st.session_state.get(_LINKS)
    if links is None or links.digest != data.orders.digest:
        links = st.session_state[_LINKS] = _Links(digest=data.orders.digest)
    return links
