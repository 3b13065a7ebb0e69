"""What the shop knows of its customers elsewhere: files of signals, added to the loaded orders."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from retention import wording
from retention.csv_export import to_csv
from retention.errors import RetentionError
from retention.own_segments.catalogue import ELSEWHERE
from retention.sheets.sheet import Sheet
from retention.signal_files.kinds import SIGNAL_KINDS, SignalKind, signal_template
from retention.signal_files.read import (
    MOST_LEFT_OUT,
    build_signals,
    detect_signal_columns,
    open_signals,
)
from retention.signal_files.report import NO_ORDERS, SignalFile
from retention.view import page_table, text, widgets
from retention.view.front.sources import FILE_TYPES
from retention.view.session import signal_files as state
from retention.view.session.loaded import Loaded
from retention.view.session.people import contacts_for
from retention.view.uploads import let_go_of

#: Rows of the preview.
PREVIEW_ROWS = 5
#: Names of files that a sentence lists.
_NAMED = 3
_DRAFT, _READING = "signal_draft", "signal_reading"
_UPLOADS, _DONE, _REFUSED = "signal_uploads", "signal_message", "signal_refused"
_NO_COLUMN = ""
_CANNOT_USE = "This file cannot be used"
#: The headings of the preview.
_HEADINGS = {
    "nps_score": "Score",
    "nps_group": "Group",
    "nps_on": "Answered",
    "csat_score": "Score",
    "csat_group": "Group",
    "csat_on": "Answered",
    "last_rating": "Stars",
    "rated_on": "Reviewed",
    "loyalty_points": "Points",
    "loyalty_tier": "Tier",
    "subscription_status": "Status",
    "subscribed": "Subscribed",
    "next_charge_on": "Next charge",
    "subscribed_products": "Products",
    "email_opened_on": "Last open",
    "email_clicked_on": "Last click",
    "email_opens": "Opens",
    "email_clicks": "Clicks",
    "unsubscribed": "Unsubscribed",
    "email_consent": "Consent",
    "cart_abandoned_on": "Cart left",
    "cart_value": "Cart value",
}


@dataclass(frozen=True, slots=True)
class SignalDraft:
    """An uploaded file whose columns the marketer is checking.

    Attributes:
        kind: Its kind.
        file_ids: Of the uploads.
        sheet: The rows as text; None where the file cannot be read.
        detected: Role -> column as detected.
        problem: Why the file cannot be read; None where it can.
    """

    kind: SignalKind
    file_ids: tuple[str, ...]
    sheet: Sheet | None
    detected: dict[str, str]
    problem: RetentionError | None = None


def draw(data: Loaded) -> None:
    """Draw the files that were added, and below them the way to add another one; folded.

    Args:
        data: The session's data.
    """
    files = state.files_of(data.orders)
    asked = st.query_params.get("add") == page_table.OPEN_ELSEWHERE["add"]
    with st.container(key="elsewhere"):
        _say_forgotten()
        if files:
            names = ", ".join(SIGNAL_KINDS[file.kind].label for file in files)
            st.caption(f":material/join_inner: Added to these orders: {names}.")
        # With another label it would be another section, and fold.
        section = st.expander(
            ELSEWHERE,
            expanded=asked,
            icon=":material/library_add:",
            key="elsewhere_section",
            on_change="rerun",
        )
        if section.open:
            with section:
                _section(data)


def _say_forgotten() -> None:
    names = state.forgotten()
    if names:
        listed = wording.first_words([f"“{text.plain(name, 60)}”" for name in names], _NAMED)
        belonged = "belongs" if len(names) == 1 else "belong"
        st.info(
            f"{listed} {belonged} to the orders that were loaded before, and went with them. "
            "Add what you still need below.",
            icon=":material/info:",
        )


@st.fragment
def _section(data: Loaded) -> None:
    st.caption(
        "Surveys, reviews, points, subscriptions, e-mails and carts, joined to your customers by "
        "e-mail address, number or phone. They become conditions of own segments, reasons to "
        "leave somebody out, and lines on a customer's page. Kept for this session alone."
    )
    message = st.session_state.pop(_DONE, "")
    if message:
        st.success(text.plain(message), icon=":material/check_circle:")
    for file in state.files_of(data.orders):
        _draw_file(data, file)
    kind = _choose_kind(data)
    uploads = _draw_uploader(kind)
    if not uploads:
        _release_draft()
        refused = st.session_state.get(_REFUSED)
        if refused is not None and refused[0] == kind.key:
            widgets.problem(_CANNOT_USE, refused[1])
        return
    st.session_state.pop(_REFUSED, None)
    draft = _draft_of(data, kind, uploads)
    if draft.sheet is not None:
        if _check(data, draft, draft.sheet):
            let_go_of(uploads)
            st.rerun()
    elif draft.problem is not None and len(uploads) > 1:
        # All stay, so that the one that does not fit can be taken out.
        widgets.problem("These files cannot be used", draft.problem)
    elif draft.problem is not None:
        # It leaves the uploader, so that the next file stands alone.
        let_go_of(uploads)
        st.session_state[_REFUSED] = (kind.key, draft.problem)
        st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1
        st.rerun()


def _draw_file(data: Loaded, file: SignalFile) -> None:
    """A file that was added: what it says in a line, and a button that takes it away."""
    kind, report = SIGNAL_KINDS[file.kind], file.report
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"signals-{file.kind}"
    ):
        with st.container(gap="xxsmall"):
            st.markdown(
                f":material/{kind.icon}: **{kind.label}** · "
                f"{wording.plural(report.customers, 'customer')}"
            )
            st.caption(f"{text.plain(file.name, 80)} · {_rows_in_words(file)}")
        if st.button(
            "Remove", icon=":material/delete:", key=f"remove_{file.kind}", type="tertiary"
        ):
            state.remove_file(data.orders, file.kind)
            st.session_state[_DONE] = f"“{file.name}” was removed."
            st.rerun()


def _choose_kind(data: Loaded) -> SignalKind:
    known = {file.kind for file in state.files_of(data.orders)}
    kinds = list(SIGNAL_KINDS.values())
    first = next((kind for kind in kinds if kind.key not in known), kinds[0])
    labels = {kind.label: kind for kind in kinds}
    chosen = st.pills(
        "What do you want to add?",
        list(labels),
        default=first.label,
        # With one more file the next kind is proposed.
        key=f"signal_kind_{len(known)}",
        required=True,
        wrap=True,
    )
    kind = labels.get(chosen or "", first)
    instead = " It takes the place of the one you added." if kind.key in known else ""
    st.markdown(f"{kind.about} :gray[Exports of {kind.tools} and others.]{instead}")
    return kind


def _draw_uploader(kind: SignalKind) -> list[UploadedFile]:
    count = st.session_state.get(_UPLOADS, 0)
    uploads = st.file_uploader(
        f"File of {kind.label}",
        FILE_TYPES,
        accept_multiple_files=True,
        key=f"signal_file_{kind.key}_{count}",
        label_visibility="collapsed",
    )
    widgets.csv_download(
        "Template to fill in",
        f"{kind.key}-template.csv",
        lambda: signal_template(kind.key),
        key=f"template_{kind.key}",
    )
    return uploads


def _release_draft() -> None:
    draft: SignalDraft | None = st.session_state.pop(_DRAFT, None)
    st.session_state.pop(_READING, None)
    if draft is not None and draft.sheet is not None:
        draft.sheet.release()


def _draft_of(data: Loaded, kind: SignalKind, uploads: Sequence[UploadedFile]) -> SignalDraft:
    """The uploaded files, opened once."""
    file_ids = tuple(upload.file_id for upload in uploads)
    draft: SignalDraft | None = st.session_state.get(_DRAFT)
    if draft is not None and (draft.kind.key, draft.file_ids) == (kind.key, file_ids):
        return draft
    _release_draft()
    try:
        with st.spinner("Reading the file…"):
            sheet = open_signals(list(uploads), [upload.name for upload in uploads])
            detected = detect_signal_columns(sheet, kind, contacts_for(data))
            draft = SignalDraft(kind=kind, file_ids=file_ids, sheet=sheet, detected=detected)
    except RetentionError as error:
        draft = SignalDraft(kind=kind, file_ids=file_ids, sheet=None, detected={}, problem=error)
    st.session_state[_DRAFT] = draft
    return draft


def _check(data: Loaded, draft: SignalDraft, sheet: Sheet) -> bool:
    """The columns to choose, what they make of the file, and the button that uses it.

    Returns whether the file has been added.
    """
    st.markdown(f"**{text.plain(sheet.name, 80)}** · {wording.plural(sheet.rows, 'row')}")
    columns = _choose_columns(draft, sheet)
    try:
        file = _built(data, draft, sheet, columns)
    except RetentionError as error:
        widgets.problem("These columns say nothing of your customers yet", error)
        with st.expander("The file as it is", icon=":material/table:"):
            st.dataframe(sheet.preview(PREVIEW_ROWS), hide_index=True, key="signal_raw")
        return False
    _draw_counts(file)
    with st.container(horizontal=True):
        used = st.button(
            f"Add to {wording.plural(file.report.customers, 'customer')}",
            type="primary",
            icon=":material/check:",
            key="use_signals",
        )
        if file.report.left_out:
            is_part = sum(file.report.left_out.values()) > MOST_LEFT_OUT
            widgets.csv_download(
                "Rows that are not used" + f" (the first {wording.count(MOST_LEFT_OUT)})" * is_part,
                "rows-not-used.csv",
                lambda: to_csv(file.left_out, index=False),
                key="signal_left_out",
            )
    _draw_preview(file)
    if used:
        state.keep_file(data.orders, file)
        _release_draft()
        st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1
        st.session_state[_DONE] = f"“{file.name}” was added: {_rows_in_words(file)}"
    return used


def _choose_columns(draft: SignalDraft, sheet: Sheet) -> dict[str, str]:
    chosen: dict[str, str] = {}
    options = [_NO_COLUMN, *sheet.columns]
    with st.container(horizontal=True):
        for role in draft.kind.roles:
            column = st.selectbox(
                role.label,
                options,
                index=options.index(draft.detected.get(role.key, _NO_COLUMN)),
                format_func=lambda name: name or "Not in this file",
                key=f"signal_{draft.kind.key}_{role.key}_{sheet.digest[:12]}",
                width=230,
            )
            if column:
                chosen[role.key] = column
    return chosen


def _built(data: Loaded, draft: SignalDraft, sheet: Sheet, columns: dict[str, str]) -> SignalFile:
    """What the columns make of the file; the last reading is kept."""
    key = (draft.file_ids, draft.kind.key, data.orders.digest, tuple(sorted(columns.items())))
    known = st.session_state.get(_READING)
    if known is None or known[0] != key:
        known = (key, build_signals(sheet, draft.kind, columns, contacts_for(data)))
        st.session_state[_READING] = known
    file: SignalFile = known[1]
    return file


def _rows_in_words(file: SignalFile) -> str:
    """What became of the rows: every one is named."""
    report = file.report
    others = report.rows_read - report.rows_used - report.without_orders
    parts = [f"{wording.count(report.rows_used)} of {wording.plural(report.rows_read, 'row')} used"]
    if report.without_orders:
        parts.append(f"{wording.count(report.without_orders)} of customers without orders")
    if others:
        parts.append(f"{wording.count(others)} left out")
    return ", ".join(parts) + "."


def _draw_counts(file: SignalFile) -> None:
    """How many customers matched, what became of every row, and what was assumed."""
    report = file.report
    matched = f"{wording.plural(report.customers, 'customer')} matched"
    st.markdown(f":material/join_inner: **{matched}.** {_rows_in_words(file)}")
    reasons = sorted(report.left_out.items(), key=lambda entry: (entry[0] == NO_ORDERS, -entry[1]))
    lines = [f"- {reason}: {wording.plural(rows, 'row')}" for reason, rows in reasons]
    lines += [f"- :gray[{text.plain(note, limit=400)}]" for note in report.notes]
    st.markdown("\n".join(lines))


def _draw_preview(file: SignalFile) -> None:
    """The first customers, with what the file says of them."""
    shown = file.frame.head(PREVIEW_ROWS).rename(columns=_HEADINGS)
    days = {
        str(name): st.column_config.DateColumn(format="D MMM YYYY")
        for name in shown
        if pd.api.types.is_datetime64_any_dtype(shown[name])
    }
    st.dataframe(
        shown,
        key="signal_preview",
        placeholder=wording.MISSING,
        column_config={"customer_id": "Customer", **days},
    )
