"""Files of signals that the session added to its orders: one of a kind, gone with the orders."""

import streamlit as st

from retention.orders.orders import Orders
from retention.signal_files.report import SignalFile

_FILES, _FORGOTTEN = "signal_files", "forgotten_signal_files"


def files_of(orders: Orders) -> tuple[SignalFile, ...]:
    """Return the files that were added to these orders."""
    digest, files = st.session_state.get(_FILES, ("", ()))
    return files if digest == orders.digest else ()


def key_of(orders: Orders) -> tuple[str, ...]:
    """Return what tells sets of files apart, for the keys of caches."""
    return tuple(file.digest for file in files_of(orders))


def keep_file(orders: Orders, file: SignalFile) -> None:
    """Add a file to the orders, in place of another one of its kind."""
    others = tuple(other for other in files_of(orders) if other.kind != file.kind)
    st.session_state[_FILES] = (orders.digest, (*others, file))
    st.session_state.pop(_FORGOTTEN, None)


def keep_all_files(orders: Orders, files: tuple[SignalFile, ...]) -> None:
    """Make these the files that were added to the orders."""
    st.session_state[_FILES] = (orders.digest, files)
    st.session_state.pop(_FORGOTTEN, None)


def remove_file(orders: Orders, kind: str) -> None:
    """Take the file of a kind away from the orders."""
    others = tuple(other for other in files_of(orders) if other.kind != kind)
    st.session_state[_FILES] = (orders.digest, others)


def follow_orders(before: str, now: str) -> None:
    """Let the files stay with orders that others were added to.

    Args:
        before: The digest of the orders so far.
        now: That of the orders with the others.
    """
    digest, files = st.session_state.get(_FILES, ("", ()))
    if digest == before:
        st.session_state[_FILES] = (now, files)


def forget_files() -> None:
    """Drop the files of orders that are no longer loaded, and remember their names."""
    _, files = st.session_state.pop(_FILES, ("", ()))
    if files:
        st.session_state[_FORGOTTEN] = tuple(file.name for file in files)


def forgotten() -> tuple[str, ...]:
    """Return the names of files that went with the orders before, until another file is added."""
    names: tuple[str, ...] = st.session_state.get(_FORGOTTEN, ())
    return names
