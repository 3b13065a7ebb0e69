"""The session's data: its orders and one row per customer."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from retention.customers.summary import summarise_customers
from retention.orders.orders import Orders, read_orders
from retention.samples.data_sets import SAMPLES, sample_file
from retention.view.session.cache import empty_caches
from retention.view.session.engine_link import is_lost
from retention.view.session.signal_files import forget_files
from retention.view.session.store_settings import store_settings

_KEY, _LOST = "loaded_orders", "lost_orders"


def _no_progress(_step: str) -> None:
    """Tell nobody about the steps of loading."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a page works on.

    Attributes:
        name: What the orders are called on screen.
        orders: The orders.
        customers: One row per customer, as `summarise_customers` returns.
        in_warehouse: Whether the orders stay in a warehouse.
        currency_is_set: Whether the currency is that of the store settings: the orders name none.
    """

    name: str
    orders: Orders
    customers: pd.DataFrame
    in_warehouse: bool = False
    currency_is_set: bool = False


def get() -> Loaded | None:
    """Return the session's data, or None before anything is loaded.

    Orders of a warehouse that is gone are forgotten: `lost` then names them.
    """
    data: Loaded | None = st.session_state.get(_KEY)
    if data is None or not data.in_warehouse or not is_lost(data.orders.table):
        return data
    del st.session_state[_KEY]
    st.session_state[_LOST] = data.name
    empty_caches()
    return None


def lost() -> str | None:
    """Return the name of the orders whose warehouse has gone since they were loaded."""
    return st.session_state.get(_LOST)


def put(
    name: str,
    orders: Orders,
    progress: Callable[[str], None] = _no_progress,
    *,
    in_warehouse: bool = False,
) -> Loaded:
    """Make these orders the session's data.

    Args:
        name: What the orders are called on screen.
        orders: The orders.
        progress: Is told each step in words.
        in_warehouse: Whether the orders stay in a warehouse.

    Raises:
        RetentionError: There is no customer; what was loaded before stays in place.
    """
    progress("Summing up customers")
    fresh = with_currency(
        Loaded(
            name=name,
            orders=orders,
            customers=summarise_customers(orders),
            in_warehouse=in_warehouse,
        )
    )
    previous = get()
    st.session_state[_KEY] = fresh
    st.session_state.pop(_LOST, None)
    if previous is None or _are_same(previous.orders, orders):
        return fresh
    if previous.orders.digest != orders.digest:
        forget_files()
    if previous.in_warehouse:
        # What was computed may refer to what is let go, also where the digest is the same.
        empty_caches()
        previous.orders.release()
    elif previous.orders.digest != orders.digest:
        empty_caches()
    return fresh


def with_currency(data: Loaded) -> Loaded:
    """Return the data with the currency of the store settings, where the orders name none."""
    chosen = store_settings().currency
    if not (chosen or data.currency_is_set) or (data.orders.currency and not data.currency_is_set):
        return data
    orders = replace(data.orders, currency=chosen or None)
    return replace(data, orders=orders, currency_is_set=bool(chosen))


def follow_currency() -> None:
    """Let the session's orders follow the currency of the store settings, if they name none."""
    data = get()
    if data is None:
        return
    changed = with_currency(data)
    if changed.orders.currency != data.orders.currency:
        st.session_state[_KEY] = changed
        empty_caches()  # what was computed says the currency


def _are_same(orders: Orders, others: Orders) -> bool:
    """Whether the orders are the others, the currency of the store settings aside."""
    return orders is others or getattr(orders, "table", orders) is getattr(others, "table", None)


def put_sample(name: str, progress: Callable[[str], None] = _no_progress) -> Loaded:
    """Load one of the data sets that come with the app.

    Args:
        name: "store" or "cdnow".
        progress: Is told each step in words.
    """
    progress("Making the orders" if name == "store" else "Reading the orders")
    orders = read_orders(_sample_bytes(name), name=f"{name}.csv")
    return put(SAMPLES[name].label, orders, progress)


def prepare_sample() -> None:
    """Make the sample store's file before anybody asks for it, once a server."""
    _sample_bytes("store")


@st.cache_resource(show_spinner=False)
def _sample_bytes(name: str) -> bytes:
    """A sample's file, made once a server: every session reads the same one."""
    return sample_file(name)
