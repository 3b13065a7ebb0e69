"""“Save my work”: the session's work as a file, and the switch that keeps it on this computer."""

import re

import streamlit as st

from retention.errors import DataError
from retention.kept_work.archive import SUFFIX
from retention.kept_work.work_file import work_to_bytes
from retention.view import text, widgets
from retention.view.session import loaded
from retention.view.session.kept_work import keeping, record
from retention.view.session.kept_work.this_computer import is_local
from retention.view.session.loaded import Loaded
from retention.view.session.own_work import own_work

_WITH_ORDERS, _KEEP, _PROBLEM = "save_with_orders", "keep_here", "keep_problem"
_LONGEST_STEM = 60


def draw_button(key: str) -> None:
    """Draw the button that opens the dialog.

    Args:
        key: Of the button.
    """
    if st.button("Save my work", icon=":material/save:", type="tertiary", key=key):
        _dialog()


@st.dialog("Save my work", icon=":material/save:")
def _dialog() -> None:
    made = own_work()
    st.markdown(
        "One file brings everything back: column choices, thresholds, store settings, own "
        "segments, targets, campaigns with their groups, and results."
        + (f" You have {text.plain(made)}." if made else "")
    )
    data = loaded.peek()
    with_orders = False
    if data is not None and data.origin.kind in ("file", "path"):
        with_orders = st.toggle("With the orders themselves", key=_WITH_ORDERS)
    st.caption(_contents(with_orders=with_orders))
    # The file is made at the click, outside of any session: what it holds is gathered here.
    work = record.session_work(with_orders=with_orders)
    widgets.download_button(
        "Save the file",
        data=lambda: work_to_bytes(work),
        file_name=_file_name(_first_name(data)),
        mime="application/octet-stream",
        type="primary",
        icon=":material/download:",
        key="save_work_file",
        on_click="ignore",
    )
    if is_local():
        _draw_keeping()


def _contents(*, with_orders: bool) -> str:
    """What the file holds of persons, and how to have the orders back."""
    data = loaded.peek()
    if with_orders:
        return (
            ":material/shield_person: The file then holds personal data: every order, with names "
            "and addresses where your export has them. Keep it as safe as the export."
        )
    if data is not None and data.in_warehouse:
        again = "The orders stay in your warehouse: open their table again."
    elif data is not None and data.origin.kind in ("store", "cdnow"):
        again = "The sample's orders come with the app."
    else:
        again = "The orders stay out: open the export again beside it."
    return (
        f"{again} Customers in campaign groups, chosen by hand or left alone are in the file by "
        "their number or e-mail."
    )


def _draw_keeping() -> None:
    """The switch that keeps the work on this computer, and what forgets it."""
    st.divider()
    st.session_state[_KEEP] = keeping.is_on()
    st.toggle(
        "Keep on this computer",
        value=keeping.is_on(),
        key=_KEEP,
        on_change=_switched,
        disabled=loaded.peek() is None,
        help="Written again a moment after each change, orders included, to a folder that only "
        "your user account can read. The app's first page then offers to go on.",
    )
    if problem := st.session_state.pop(_PROBLEM, "") or keeping.problem():
        widgets.problem("The work is not kept", DataError(problem))
    if keeping.is_on():
        st.caption("Kept on this computer, orders included. Switch it off to delete it.")


def _switched() -> None:
    try:
        if st.session_state[_KEEP]:
            keeping.turn_on()
        else:
            keeping.forget()
    except DataError as error:
        st.session_state[_PROBLEM] = str(error)


def _first_name(data: Loaded | None) -> str:
    """What the orders are called, or the first file of several; "" without orders."""
    if data is None:
        return ""
    return data.name if data.files is None else data.files.first


def _file_name(name: str) -> str:
    """The file's name: of the orders' name only letters, digits and hyphens.

    >>> _file_name("Morning Lane, sample store"), _file_name("")
    ('morning-lane-sample-store.retention', 'my-work.retention')
    """
    stem = re.sub(r"\.(csv|tsv|txt|xlsx|parquet|zip|gz)$", "", name.lower())
    words = "".join(letter if letter.isalnum() else " " for letter in stem).split()
    return f"{'-'.join(words)[:_LONGEST_STEM] or 'my-work'}{SUFFIX}"
