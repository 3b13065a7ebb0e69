"""The controls of the column check: a column for each role, the currency, and open questions."""

import zlib
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from retention.cells.money import CODES
from retention.orders.mapping import Mapping
from retention.orders.report import Question
from retention.orders.roles import CONTACT_ROLES, ORDER_ROLES, ROLES, SIGNAL_ROLES
from retention.sheets.sheet import Sheet
from retention.view import text
from retention.view.front.sources import Draft

#: What a question is about, by its setting: for screen readers, not shown.
ASKED = {
    "day_first": "Day or month first",
    "decimal": "Thousands or decimals",
    "currency": "Currency",
    "per_order": "The order's amount or the line's",
    "repeats": "Equal rows",
}
#: Roles that need a column, above those that are folded away.
ALWAYS_SHOWN = ("customer_id", "ordered_at", "revenue", "order_id")
NO_COLUMN = ""


def choose_columns(draft: Draft) -> Mapping:
    """Draw a choice of column for each role, the needed ones first, and return the mapping."""
    detected = draft.detected.columns
    other_roles = [role for role in ORDER_ROLES if role not in ALWAYS_SHOWN]
    people_roles = [*CONTACT_ROLES, *SIGNAL_ROLES]
    st.subheader("Which column is what", anchor=False)
    chosen = {role: _choose_column(draft, role) for role in ALWAYS_SHOWN}
    number = sum(role in detected for role in other_roles)
    with st.expander(f"More columns ({number} found)", icon=":material/tune:"):
        chosen |= {role: _choose_column(draft, role) for role in other_roles}
    number = sum(role in detected for role in people_roles)
    with st.expander(
        f"Contact details and signals ({number} found)", icon=":material/contact_mail:"
    ):
        st.caption(
            "To send messages, to leave people out, and for groups such as subscribers. The other "
            "numbers do without."
        )
        chosen |= {role: _choose_column(draft, role) for role in people_roles}
    return draft.detected.with_columns(**chosen)


def choose_currency(draft: Draft) -> str | None:
    """Draw the choice of a currency, for amounts whose currency the file does not say."""
    return st.selectbox(
        "Currency of the amounts",
        sorted(CODES),
        index=None,
        placeholder="The file does not say",
        key=f"currency_{draft.sheet.digest[:12]}",
        persist_state="session",
        help="It stands beside every amount, and in briefs and files. Nothing is converted.",
    )


def answer_questions(questions: Sequence[Question], sheet: Sheet, mapping: Mapping) -> Mapping:
    """Draw what the file leaves open, each with the assumption made.

    Returns:
        The mapping with the answers that differ from the assumptions.
    """
    answers = {}
    columns_hash = zlib.crc32(repr(sorted(mapping.columns.items())).encode())
    for question in questions:
        values = list(question.options)
        with st.container(border=True, gap="xsmall"):
            st.markdown(":orange[:material/help: **Please confirm before you go on**]")
            # The question names columns and cells. As a label it would reach a screen reader with
            # its escapes.
            st.markdown(text.plain(question.text))
            choice = st.radio(
                ASKED[question.setting],
                values,
                index=values.index(question.assumed) if question.assumed in values else None,
                format_func=lambda value, options=question.options: text.plain(options[value]),
                key=f"ask_{question.setting}_{columns_hash}_{sheet.digest[:12]}",
                persist_state="session",
                label_visibility="collapsed",
            )
        if choice is not None and choice != question.assumed:
            answers[question.setting] = choice
    return replace(mapping, **answers)


def _choose_column(draft: Draft, role: str) -> str | None:
    options, absent = [NO_COLUMN, *draft.sheet.columns], _words_without_column(draft, role)
    name = st.selectbox(
        ROLES[role].label,
        options,
        index=options.index(draft.detected.columns.get(role, NO_COLUMN)),
        format_func=lambda name: name or absent,
        key=_key(draft, role),
        persist_state="session",
        help=text.plain(ROLES[role].help),
    )
    return name or None


def _words_without_column(draft: Draft, role: str) -> str:
    """What stands where no column is chosen."""
    if role == "revenue":
        quantity, price = (
            st.session_state.get(_key(draft, part), draft.detected.columns.get(part))
            for part in ("quantity", "unit_price")
        )
        if quantity and price:
            return f"Computed: {quantity} × {price}"
    return "Empty in this file" if role in draft.empty_roles else "Not in this file"


def _key(draft: Draft, role: str) -> str:
    return f"role_{role}_{draft.sheet.digest[:12]}"
