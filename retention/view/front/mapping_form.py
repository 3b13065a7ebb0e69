"""The controls of the column check: a column for each role, the currency, and open questions."""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import streamlit as st

from retention import wording
from retention.cells.money import CODES
from retention.cells.statuses import State
from retention.columns.mapping import Mapping
from retention.columns.roles import CONTACT_ROLES, ORDER_ROLES, ROLES, SIGNAL_ROLES
from retention.orders.report import STATE_LABELS, Question
from retention.orders.row_states import StatusMeaning
from retention.sheets.sheet import Sheet
from retention.view import text
from retention.view.front.drafts import Draft

#: What a question is about, by its setting: for screen readers, not shown.
ASKED = {
    "day_first": "Day or month first",
    "decimal": "Thousands or decimals",
    "currency": "Currency",
    "per_order": "The order's amount or the line's",
    "repeats": "Equal rows",
    "discounted": "Before or after the discount",
}
#: Statuses of a file up to which each can be given another meaning.
MOST_STATUSES = 30
CONFIRM = ":orange[:material/help: **Please confirm before you go on**]"
#: Roles that need a column, above those that are folded away.
ALWAYS_SHOWN = ("customer_id", "ordered_at", "revenue", "order_id")
NO_COLUMN = ""


def choose_columns(draft: Draft) -> Mapping:
    """Draw a choice of column for each needed role, the others folded, and return the mapping.

    What is folded is built when it is opened: dozens of boxes with dozens of options each took
    seconds.
    """
    other_roles = [role for role in ORDER_ROLES if role not in ALWAYS_SHOWN]
    people_roles = [*CONTACT_ROLES, *SIGNAL_ROLES]
    st.subheader("Which column is what", anchor=False)
    chosen = {role: _choose_column(draft, role) for role in ALWAYS_SHOWN}
    _offer_likely(draft)
    words = f"More columns ({_number_found(draft, other_roles)})"
    with folded(words, "tune", _fold_key(draft, "columns")) as is_open:
        chosen |= _choose_if_open(draft, other_roles, is_open=is_open)
    with folded(
        f"Contact details and signals ({_number_found(draft, people_roles)})",
        "contact_mail",
        _fold_key(draft, "people"),
    ) as is_open:
        if is_open:
            st.caption(
                "To send messages, to leave people out, and for groups such as subscribers. The "
                "other numbers do without."
            )
        chosen |= _choose_if_open(draft, people_roles, is_open=is_open)
    return draft.detected.with_columns(**chosen)


@contextmanager
def folded(label: str, icon: str, key: str, *, is_open: bool = False) -> Iterator[bool]:
    """Draw a part that is folded at first, and yield whether its content is to be drawn.

    Args:
        label: What stands on it.
        icon: A material icon's name.
        key: Of its state.
        is_open: Whether it is unfolded at first.
    """
    if key in st.session_state:
        # With another label it would be another part, and folded away under the visitor's hand.
        st.session_state[key] = st.session_state[key]
    place = st.expander(
        label, icon=f":material/{icon}:", key=key, on_change="rerun", expanded=is_open
    )
    with place:
        yield bool(place.open)


def choose_currency(draft: Draft) -> str | None:
    """Draw the choice of a currency, for amounts whose currency the file does not say."""
    return st.selectbox(
        "Currency of the amounts",
        sorted(CODES),
        index=None,
        placeholder=f"The {draft.kind} does not say",
        key=f"currency_{draft.sheet.digest[:12]}",
        persist_state="session",
        help="It stands beside every amount, and in briefs and files. Nothing is converted.",
    )


def answer_questions(questions: Sequence[Question], sheet: Sheet, mapping: Mapping) -> Mapping:
    """Draw what the file leaves open, each with the assumption made.

    Returns:
        The mapping with the answers that differ from the assumptions.
    """
    answers: dict[str, Any] = {}
    columns_hash = zlib.crc32(repr(sorted(mapping.columns.items())).encode())
    for question in questions:
        if question.about:
            continue
        values = list(question.options)
        with st.container(border=True, gap="xsmall"):
            st.markdown(CONFIRM)
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
    about_statuses = [question for question in questions if question.about]
    settled = _ask_statuses(about_statuses, columns_hash, sheet) if about_statuses else {}
    return replace(mapping, **answers, statuses=mapping.statuses | settled)


def _ask_statuses(
    questions: Sequence[Question], columns_hash: int, sheet: Sheet
) -> dict[str, State]:
    """Draw the statuses whose words are not known in one box, and return those that are settled."""
    settled: dict[str, State] = {}
    with st.container(border=True, gap="small"):
        st.markdown(CONFIRM)
        for number, question in enumerate(questions, start=1):
            about = zlib.crc32(question.about.encode())
            key = f"ask_status_{about}_{columns_hash}_{sheet.digest[:12]}"
            choice = _choose_meaning(
                question.text,
                f"Meaning of unknown status {number}",
                State(str(question.assumed)),
                key,
            )
            if choice != question.assumed:
                settled[question.about] = choice
    return settled


def choose_statuses(draft: Draft, meanings: Sequence[StatusMeaning], mapping: Mapping) -> Mapping:
    """Draw what each status and each kind of row means, and return the mapping with the changes.

    Args:
        draft: The opened file.
        meanings: What the texts were taken for, the most rows first.
        mapping: The columns as chosen.
    """
    if not meanings:
        return mapping
    left_out = sum(meaning.state not in (State.ORDER, State.REFUNDED) for meaning in meanings)
    changed: dict[str, State] = {}
    with folded(
        f"What each status means ({len(meanings)}, of which {left_out} "
        f"{'is no order' if left_out == 1 else 'are no orders'})",
        "fact_check",
        _fold_key(draft, "statuses"),
    ) as is_open:
        if is_open:
            st.caption("Taken from the words of each status. Change what your shop means by them.")
        for number, meaning in enumerate(meanings[:MOST_STATUSES], start=1):
            words = f"{text.one_line(meaning.text, 80)} · {wording.plural(meaning.rows, 'row')}"
            key = _status_key(draft, meaning.text, mapping)
            choice = (
                _choose_meaning(words, f"Meaning of status {number}", meaning.state, key)
                if is_open
                else st.session_state.get(key, meaning.state)
            )
            if choice is not meaning.state:
                changed[meaning.text] = choice
    return replace(mapping, statuses=mapping.statuses | changed) if changed else mapping


def _choose_meaning(words: str, label: str, meaning: State, key: str) -> State:
    """Draw a choice of what a status means, below its words from the file.

    They are no label: its escapes would reach a screen reader.
    """
    with st.container(gap="xxsmall"):
        st.markdown(text.plain(words))
        return st.selectbox(
            label,
            list(STATE_LABELS),
            index=list(STATE_LABELS).index(meaning),
            format_func=STATE_LABELS.__getitem__,
            key=key,
            persist_state="session",
            label_visibility="collapsed",
            width=420,
        )


def _status_key(draft: Draft, status: str, mapping: Mapping) -> str:
    roles = ("status", "payment_status", "delivery_status", "kind")
    columns = repr((*map(mapping.columns.get, roles), status))
    return f"status_{zlib.crc32(columns.encode())}_{draft.sheet.digest[:12]}"


def _choose_if_open(draft: Draft, roles: Sequence[str], *, is_open: bool) -> dict[str, str | None]:
    """Draw a choice of column for each role; folded away, the columns are as chosen so far."""
    if is_open:
        return {role: _choose_column(draft, role) for role in roles}
    return {role: _chosen(draft, role) for role in roles}


def _chosen(draft: Draft, role: str) -> str | None:
    """Return the column of a role as chosen so far, also where its box is folded away."""
    return st.session_state.get(_key(draft, role), draft.detected.columns.get(role)) or None


def _number_found(draft: Draft, roles: Sequence[str]) -> str:
    """Say how many roles have the column that was found for them, and how many a chosen one."""
    columns = {role: column for role in roles if (column := _chosen(draft, role))}
    found = sum(draft.detected.columns.get(role) == name for role, name in columns.items())
    chosen = len(columns) - found
    return f"{found} found, {chosen} chosen" if chosen else f"{found} found"


def _offer_likely(draft: Draft) -> None:
    """Name the important roles without a column. One click takes a column that is like them."""
    missing = [role for role in draft.likely if not _chosen(draft, role)]
    # The currency of a file that does not name one is asked for elsewhere.
    named = [ROLES[role].label for role in missing if role != "currency" or draft.likely[role]]
    if not named:
        return
    st.caption(f"Not found: {', '.join(named)}.")
    used = {_chosen(draft, role) for role in ROLES}
    for role in missing:
        columns = [name for name in draft.likely[role] if name not in used]
        if not columns:
            continue
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{ROLES[role].label}: is it")
            for place, name in enumerate(columns):
                st.button(
                    f"{text.plain(name, 60)}?",
                    key=f"likely_{role}_{place}_{draft.sheet.digest[:12]}",
                    on_click=_take,
                    args=(draft, role, name),
                )


def _take(draft: Draft, role: str, column: str) -> None:
    st.session_state[_key(draft, role)] = column


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
    where = "this file" if draft.table is None else "the first rows of the table"
    return f"Empty in {where}" if role in draft.empty_roles else f"Not in this {draft.kind}"


def _key(draft: Draft, role: str) -> str:
    return f"role_{role}_{draft.sheet.digest[:12]}"


def _fold_key(draft: Draft, part: str) -> str:
    return f"folded_{part}_{draft.sheet.digest[:12]}"
