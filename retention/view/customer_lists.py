"""Lists of customers that leave the app: each says whom not to write to, and why.

Every list of customers is handed out by `draw_download`, so that none lacks consent.
"""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from retention import wording
from retention.campaigns.suppression import counted_words
from retention.csv_export import to_csv
from retention.view import text, widgets
from retention.view.session.contact import UNKNOWN, has_consent
from retention.view.session.loaded import Loaded

#: The columns that every list carries, behind the customer's id.
CONSENT, DO_NOT_WRITE = "consent", "do_not_write"
#: Width of a button with its sentence, in pixels.
WIDTH = 310


def draw_download(
    data: Loaded,
    contact: pd.DataFrame,
    make: Callable[[], pd.DataFrame],
    *,
    file_name: str,
    key: str,
) -> None:
    """Draw the download of a list, with how many of its customers may be written to below it.

    Args:
        data: The session's data.
        contact: The rows of `contact_for` of the list's customers.
        make: Returns the list, indexed by `customer_id`. It runs when the button is clicked,
            outside the session: everything it needs is passed in.
        file_name: Of the file.
        key: Of the button.
    """
    with st.container(width=WIDTH, gap="xsmall", key=f"list-{key}"):
        widgets.csv_download(
            f"Download {wording.plural(len(contact), 'customer')}",
            file_name,
            partial(list_csv, make, contact),
            key=key,
        )
        if len(contact):
            st.caption(text.plain(contact_sentence(contact, known=has_consent(data)), limit=600))


def list_csv(make: Callable[[], pd.DataFrame], contact: pd.DataFrame) -> bytes:
    """Return a list of customers as a file, with consent and the reason not to write."""
    return to_csv(with_contact(make(), contact))


def with_contact(customers: pd.DataFrame, contact: pd.DataFrame) -> pd.DataFrame:
    """Return a list of customers with consent and the reason not to write in front.

    Args:
        customers: Indexed by `customer_id`.
        contact: The rows of `contact_for` of these customers, in any order.
    """
    given = contact.reindex(customers.index)[[CONSENT, DO_NOT_WRITE]].astype("str")
    others = customers.drop(columns=[CONSENT, DO_NOT_WRITE], errors="ignore")
    return pd.concat([given, others], axis=1).rename_axis("customer_id")


def contact_sentence(contact: pd.DataFrame, *, known: bool) -> str:
    """Return how many customers may be written to, and why not the others.

    Args:
        contact: The rows of `contact_for` of these customers.
        known: Whether the orders have a column of consent.
    """
    number, reasons = len(contact), contact[DO_NOT_WRITE]
    counts = reasons[reasons != ""].astype("str").value_counts()
    others = [counted_words(int(number), str(reason)) for reason, number in counts.items()]
    reachable = f"{wording.count(number - int(counts.sum()))} of {wording.count(number)}"
    may = f"{reachable} may be written to{'; ' if others else ''}{', '.join(others)}."
    if not known:
        of_all = f"all {wording.count(number)}" if number > 1 else "this customer"
        words = f"Consent unknown for {of_all}: the file has no such column."
        return f"{words} By other reasons {may}" if others else words
    accepted = int(((contact[CONSENT] == UNKNOWN) & (contact[DO_NOT_WRITE] == "")).sum())
    return f"{may} Consent is unknown for {wording.count(accepted)} of them." if accepted else may


def one_sentence(contact: pd.DataFrame, *, known: bool) -> str:
    """Return whether a customer may be written to, and why not.

    Args:
        contact: The row of `contact_for` of the customer.
        known: Whether the orders have a column of consent.
    """
    reason = str(contact[DO_NOT_WRITE].iloc[0])
    if reason:
        return f"Do not write: {reason[0].lower()}{reason[1:]}."
    if not known:
        return "Consent unknown: the file has no such column."
    if contact[CONSENT].iloc[0] == UNKNOWN:
        return "May be written to, by your choice: consent is unknown."
    return "May be written to."
