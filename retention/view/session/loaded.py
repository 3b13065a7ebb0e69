"""The session's data: its orders and one row per customer."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from retention.customers.summary import summarise_customers
from retention.orders.orders import Orders
from retention.samples.data_sets import SAMPLES, sample_orders
from retention.view.session.cache import empty_caches

_KEY = "loaded_orders"


def _no_progress(_step: str) -> None:
    """Tell nobody about the steps of loading."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a page works on.

    Attributes:
        name: What the orders are called on screen.
        orders: The orders.
        customers: One row per customer, as `summarise_customers` returns.
    """

    name: str
    orders: Orders
    customers: pd.DataFrame


def get() -> Loaded | None:
    """Return the session's data, or None before anything is loaded."""
    return st.session_state.get(_KEY)


def put(name: str, orders: Orders, progress: Callable[[str], None] = _no_progress) -> Loaded:
    """Make these orders the session's data.

    Args:
        name: What the orders are called on screen.
        orders: The orders.
        progress: Is told each step in words.

    Raises:
        RetentionError: There is no customer; what was loaded before stays in place.
    """
    progress("Summing up customers")
    fresh = Loaded(name=name, orders=orders, customers=summarise_customers(orders))
    previous = get()
    st.session_state[_KEY] = fresh
    if previous is not None and previous.orders.digest != orders.digest:
        empty_caches()
    return fresh


def put_sample(name: str, progress: Callable[[str], None] = _no_progress) -> Loaded:
    """Load one of the data sets that come with the app.

    Args:
        name: "store" or "cdnow".
        progress: Is told each step in words.
    """
    progress("Making the orders" if name == "store" else "Reading the orders")
    return put(SAMPLES[name].label, sample_orders(name), progress)
