"""Rules that hold for every campaign of the session.

Customers to leave alone, beside the country in the store settings.
"""

from __future__ import annotations

import csv
from dataclasses import replace

import streamlit as st

from retention import wording
from retention.campaigns.suppression import REACHED_BY, listed_customers
from retention.customers.countries import country_names
from retention.view import widgets
from retention.view.session import people
from retention.view.session.contact import has_consent
from retention.view.session.loaded import Loaded
from retention.view.session.store_settings import store_settings

_LIST = "plan_listed"
_QUIET = "plan_quiet"
_UNKNOWN = "plan_unknown"


def draw_leave_alone(data: Loaded) -> None:
    """Customers to leave alone, in every campaign."""
    rules = people.left_alone()
    with st.container(border=True):
        st.markdown("**Customers to leave alone, in every campaign**")
        st.slider(
            "Days to leave alone after an order",
            min_value=0,
            max_value=max(60, rules.quiet_days),
            value=rules.quiet_days,
            key=_QUIET,
            on_change=_changed,
            help="Customers who have just ordered are left alone. 0: nobody is.",
        )
        st.toggle(
            "Write to customers whose consent is not known",
            rules.unknown_consent,
            key=_UNKNOWN,
            on_change=_changed,
            disabled=not has_consent(data),
            help="Only where the file has a column of consent. Who declined is never written to.",
        )
        draw_home_country(data)
        st.file_uploader(
            "A list of customers to leave out",
            type=["csv", "txt"],
            key=_LIST,
            on_change=_list_brought,
            max_upload_size=20,
            help="One e-mail address or customer number a line, or the first column of a CSV file.",
        )
        if rules.listed:
            contacts = people.people_for(data).contacts
            customers = int(listed_customers(data.customers, contacts, rules.listed).sum())
            st.caption(
                f"In force: a list of {wording.plural(len(rules.listed), 'line')}, with "
                f"{wording.plural(customers, 'customer')} of these orders."
            )
            st.button(
                "Forget the list",
                key="plan_forget",
                icon=":material/delete:",
                on_click=_forget_list,
            )


def draw_home_country(data: Loaded) -> None:
    """The country of customers without one, by which phones without a country code are read."""
    columns = people.people_for(data).contacts.columns
    if not {"phone", "country"} & set(columns):
        return
    country = store_settings().home_country
    name = country_names()[country] if country else "not chosen"
    widgets.settings_line(f"Country of customers without one: {name}.", "country")


def draw_phone_hint(data: Loaded, channel: str) -> None:
    """What to do where phones cannot be read because their country is not known."""
    phones = people.people_for(data).contacts.get("phone")
    if REACHED_BY.get(channel) != "phone" or phones is None or store_settings().home_country:
        return
    if phones.isna().any():
        st.caption(
            "Numbers without a country code cannot be read yet: give the country in the store "
            "settings."
        )


def _changed() -> None:
    rules, controls = people.left_alone(), st.session_state
    people.keep_left_alone(
        replace(
            rules,
            quiet_days=controls.get(_QUIET, rules.quiet_days),
            unknown_consent=controls.get(_UNKNOWN, rules.unknown_consent),
        )
    )


def _list_brought() -> None:
    upload = st.session_state.get(_LIST)
    listed = frozenset() if upload is None else _listed(upload.getvalue())
    people.keep_left_alone(replace(people.left_alone(), listed=listed))


def _forget_list() -> None:
    people.keep_left_alone(replace(people.left_alone(), listed=frozenset()))


def _listed(content: bytes) -> frozenset[str]:
    """The first cell of each line of a list, in lower case."""
    lines = content.decode("utf-8-sig", "replace").splitlines()
    mark = max(",;\t", key=lines[0].count) if lines else ","
    cells = (row[0].strip().lower() for row in csv.reader(lines, delimiter=mark) if row)
    return frozenset(cell for cell in cells if cell)
