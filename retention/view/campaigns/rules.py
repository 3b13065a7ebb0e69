"""Rules that hold for every campaign of the session: whom to leave alone, and where customers without a country are."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import streamlit as st

from retention import wording
from retention.campaigns.suppression import REACHED_BY, listed_customers
from retention.customers.contact_values import country_code
from retention.view import text
from retention.view.session import people
from retention.view.session.loaded import Loaded

_LIST, _QUIET, _UNKNOWN, _COUNTRY = "plan_listed", "plan_quiet", "plan_unknown", "plan_country"


def leave_alone(data: Loaded) -> None:
    """Rules of whom not to address, which hold for every campaign."""
    found = people.left_alone()
    with st.container(border=True):
        st.markdown("**Whom to leave alone, in every campaign**")
        st.slider(
            "Ordered in the last so many days",
            *(0, max(60, found.quiet_days), found.quiet_days),
            key=_QUIET,
            on_change=_changed,
            help="Customers who have just ordered are left alone. 0: nobody is.",
        )
        st.toggle(
            "Write to customers whose consent is not known",
            found.unknown_consent,
            key=_UNKNOWN,
            on_change=_changed,
            help="Only where the file has a column of consent. Who declined is never written to.",
        )
        home_country(data)
        st.file_uploader(
            "A list of customers to leave out",
            type=["csv", "txt"],
            key=_LIST,
            on_change=_list_brought,
            max_upload_size=20,
            help="One e-mail address or customer number a line, or the first column of a CSV file.",
        )
        if found.listed:
            here = int(on_list(data, found.listed).sum())
            st.caption(
                f"In force: a list of {wording.plural(len(found.listed), 'line')}, with "
                f"{wording.plural(here, 'customer')} of these orders."
            )
            st.button(
                "Forget the list",
                key="plan_forget",
                icon=":material/delete:",
                on_click=_forget_list,
            )


def home_country(data: Loaded) -> None:
    """Where customers without a country are: phones without a country code are read by it."""
    columns = people.people_for(data).contacts.columns
    if not {"phone", "country"} & set(columns):
        return
    said = st.text_input(
        "Country where none is given",
        people.left_alone().home_country,
        key=_COUNTRY,
        max_chars=60,
        on_change=_country_said,
        placeholder="Such as Thailand or TH",
        help="To read phone numbers that lack a country code, and to fill in countries where a platform asks for them.",
    ).strip()
    if said and not country_code(said):
        st.error(
            f"“{text.plain(said)}” is not a country. Give its name or ISO code, such as Thailand or TH."
        )


def phone_hint(data: Loaded, channel: str) -> None:
    """Where phones cannot be read for want of a country: what to do."""
    phones = people.people_for(data).contacts.get("phone")
    if REACHED_BY.get(channel) != "phone" or phones is None or people.left_alone().home_country:
        return
    if phones.isna().any():
        st.caption(
            "Numbers without a country code cannot be read yet: give the country under “Left out”."
        )


def _country_said() -> None:
    code = country_code(st.session_state.get(_COUNTRY, "").strip())
    people.keep_left_alone(replace(people.left_alone(), home_country=code))


def _changed() -> None:
    found, said = people.left_alone(), st.session_state
    quiet, unknown = said.get(_QUIET, found.quiet_days), said.get(_UNKNOWN, found.unknown_consent)
    people.keep_left_alone(replace(found, quiet_days=quiet, unknown_consent=unknown))


def _list_brought() -> None:
    brought = st.session_state.get(_LIST)
    listed = frozenset() if brought is None else _listed(brought.getvalue())
    people.keep_left_alone(replace(people.left_alone(), listed=listed))


def _forget_list() -> None:
    people.keep_left_alone(replace(people.left_alone(), listed=frozenset()))


def on_list(data: Loaded, listed: frozenset[str]) -> np.ndarray:
    """Which customers a list of ids and addresses names."""
    return listed_customers(data.customers, people.people_for(data).contacts, listed)


def _listed(content: bytes) -> frozenset[str]:
    lines = content.decode("utf-8-sig", "replace").splitlines()
    mark = max(",;\t", key=lines[0].count) if lines else ","
    cells = (row[0].strip().lower() for row in csv.reader(lines, delimiter=mark) if row)
    return frozenset(cell for cell in cells if cell)
