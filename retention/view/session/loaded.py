"""The session's data: its orders and one row per customer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Lock
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd
import streamlit as st

from retention.columns.mapping import Mapping
from retention.customers.summary import summarise_customers
from retention.kept_work.made import JoinedFiles
from retention.notation import english
from retention.orders.orders import Orders, read_orders
from retention.samples.data_sets import SAMPLES, sample_file
from retention.view.session.cache import empty_caches, share_results_of
from retention.view.session.engine_link import is_lost
from retention.view.session.sample_tests import add_sample_tests, remove_sample_tests
from retention.view.session.signal_files import files_of, follow_orders, forget_files
from retention.view.session.store_settings import store_settings

_KEY, _LOST = "loaded_orders", "lost_orders"
_MAKING_SAMPLES = Lock()


#: The samples, by their keys in `SAMPLES`.
SampleName = Literal["store", "cdnow"]


def _no_progress(_step: str) -> None:
    """Tell nobody about the steps of loading."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where orders came from, to say after a loss how to have them back.

    Attributes:
        kind: "store" and "cdnow" are samples, "path" a file of this computer, "file" an upload.
        path: Of a file of this computer.
    """

    kind: Literal["store", "cdnow", "file", "path", "table"] = "file"
    path: str = ""


UPLOAD = Origin()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a page works on.

    Attributes:
        name: What the orders are called on screen.
        orders: The orders.
        customers: One row per customer, as `summarise_customers` returns.
        origin: Where they came from.
        currency_is_set: Whether the currency is that of the store settings: the orders name none.
        mapping: Which column of the file plays which role, as it was chosen; None of a sample.
        files: The exports that were added to each other; None of a single one.
    """

    name: str
    orders: Orders
    customers: pd.DataFrame
    origin: Origin = UPLOAD
    currency_is_set: bool = False
    mapping: Mapping | None = None
    files: JoinedFiles | None = None

    @property
    def in_warehouse(self) -> bool:
        """Whether the orders stay in a warehouse."""
        return self.origin.kind == "table"


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


def peek() -> Loaded | None:
    """Return the session's data as it stands. Whether its warehouse is gone is not looked at."""
    return st.session_state.get(_KEY)


def lost() -> str | None:
    """Return the name of the orders whose warehouse has gone since they were loaded."""
    return st.session_state.get(_LOST)


def put(
    name: str,
    orders: Orders,
    progress: Callable[[str], None] = _no_progress,
    origin: Origin = UPLOAD,
    mapping: Mapping | None = None,
    files: JoinedFiles | None = None,
) -> Loaded:
    """Make these orders the session's data.

    Args:
        name: What the orders are called on screen.
        orders: The orders.
        progress: Is told each step in words.
        origin: Where they came from.
        mapping: Which column of the file plays which role.
        files: The exports that they were joined of.

    Raises:
        RetentionError: There is no customer; what was loaded before stays in place.
    """
    progress("Counting customers")
    customers = summarise_customers(orders)
    return _keep(
        Loaded(
            name=name,
            orders=orders,
            customers=customers,
            origin=origin,
            mapping=mapping,
            files=files,
        )
    )


def is_made(name: SampleName) -> bool:
    """Return whether a sample has been made on this server, so that it is there at once."""
    return name in _samples()


def put_added(
    data: Loaded,
    orders: Orders,
    progress: Callable[[str], None] = _no_progress,
    *,
    is_older: bool = False,
) -> Loaded:
    """Make loaded orders and those that were added to them the session's data.

    The files of signals stay. The name says how many files were added to the first one.

    Args:
        data: What is loaded.
        orders: Its orders, with the others.
        progress: Is told each step in words.
        is_older: Whether the others end before the loaded ones.
    """
    progress("Counting customers")
    customers = summarise_customers(orders)
    files = (data.files or JoinedFiles(data.name)).with_another(is_older=is_older)
    follow_orders(data.orders.digest, orders.digest)
    # A reload cannot bring both back at once.
    return _keep(
        replace(
            data,
            name=files.name,
            orders=orders,
            customers=customers,
            origin=UPLOAD,
            currency_is_set=False,
            files=files,
        )
    )


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


def loaded_until(data: Loaded, day: date) -> Loaded:
    """Return the data as they were known at the end of a day, without the orders since.

    Args:
        data: The session's data.
        day: The last day that is known.

    Raises:
        RetentionError: There is no order by that day.
    """
    orders, after = data.orders, day + timedelta(days=1)

    def until(table: ir.Table | None, moment: str) -> ir.Table | None:
        return None if table is None else table.filter(table[moment] < ibis.timestamp(str(after)))

    earlier = replace(
        orders,
        table=orders.table.filter(orders.table.ordered_at < ibis.timestamp(str(after))),
        carts=until(orders.carts, "abandoned"),
        items=until(orders.items, "ordered_at"),
        end=min(orders.end, day),
        digest=f"{orders.digest} until {day}",
    )
    customers = summarise_customers(earlier)
    return replace(data, orders=earlier, customers=customers)


def _are_same(orders: Orders, others: Orders) -> bool:
    """Whether the orders are the others, the currency of the store settings aside."""
    return orders is others or getattr(orders, "table", orders) is getattr(others, "table", None)


def put_sample(name: SampleName, progress: Callable[[str], None] = _no_progress) -> Loaded:
    """Load one of the data sets that come with the app.

    Args:
        name: "store" or "cdnow".
        progress: Is told each step in words.
    """
    return _keep(_sample(name, progress))


def prepare_sample() -> None:
    """Make the sample store's file before anybody asks for it, once a server.

    No more than that: what a visitor does meanwhile waits for it.
    """
    _sample_bytes("store")


def _keep(fresh: Loaded) -> Loaded:
    """Make this the session's data, and let go of what was computed from other data."""
    previous, fresh = get(), with_currency(fresh)
    st.session_state[_KEY] = fresh
    st.session_state.pop(_LOST, None)
    if fresh.origin.kind == "store":
        add_sample_tests()
    else:
        remove_sample_tests()
    if previous is None or _are_same(previous.orders, fresh.orders):
        return fresh
    if previous.orders.digest != fresh.orders.digest and not files_of(fresh.orders):
        forget_files()
    # What was computed may hold tables of the previous engine, also where the digest is the same.
    empty_caches()
    if previous.in_warehouse:
        previous.orders.release()
    return fresh


def _sample(name: SampleName, progress: Callable[[str], None] = _no_progress) -> Loaded:
    """Return a sample, made once a server: it holds nothing of a visitor's.

    Nothing may change it: every session works on the same one.
    """
    with _MAKING_SAMPLES:
        samples = _samples()
        if name not in samples:
            progress("Making the orders" if name == "store" else "Opening the file")
            content = _sample_bytes(name)
            progress("Reading the orders")
            with english():  # visitors of all languages share what its report says
                orders = read_orders(content, name=f"{name}.csv")
            progress("Counting customers")
            samples[name] = Loaded(
                name=SAMPLES[name].label,
                orders=orders,
                customers=summarise_customers(orders),
                origin=Origin(name),
            )
            share_results_of(samples[name])
        return samples[name]


@st.cache_resource(show_spinner=False)
def _sample_bytes(name: SampleName) -> bytes:
    """A sample's file, made once a server."""
    return sample_file(name)


@st.cache_resource(show_spinner=False)
def _samples() -> dict[str, Loaded]:
    """The samples that have been made, by name.

    The function that makes one is not cached itself: Streamlit would replay the steps it tells.
    """
    return {}
