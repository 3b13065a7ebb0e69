"""Saving the segment being built, and what can be done with the saved ones and their file."""

from collections.abc import Callable
from html import escape
from math import isnan

import streamlit as st

from retention import wording
from retention.errors import DataError
from retention.own_segments.conditions import Rule, Totals, totals
from retention.own_segments.features import Features
from retention.own_segments.library import (
    MAX_NAME,
    MAX_NOTE,
    Library,
    OwnSegment,
    add_segment,
    amounts_in,
    delete_segment,
    duplicate_segment,
    edit_segment,
    from_json,
    merge_libraries,
    move_segment,
    segment_named,
    to_json,
)
from retention.own_segments.words import describe
from retention.view import text, widgets
from retention.view.own_segments import draft as drafts
from retention.view.plan_button import plan_button, plan_segment
from retention.view.session import campaigns
from retention.view.session.loaded import Loaded
from retention.view.session.own_segments import OWN, keep_library, problem_of, session_library

PLACE, BUILD, SAVED = "own_place", ":material/tune: Build", ":material/bookmark: Saved"
_MESSAGE, _UPLOADS, _NAME, _NOTE = "own_message", "own_uploads", "own_name", "own_note"


def message() -> None:
    """Say once what became of the last action."""
    result = st.session_state.pop(_MESSAGE, None)
    # Its place is kept: if everything below moved, controls would be drawn anew and lose their
    # values.
    with st.container():
        if result:
            kind, words = result
            (st.success if kind == "done" else st.error)(
                text.plain(words, limit=1000),
                icon=":material/check:" if kind == "done" else ":material/error:",
            )


def conclusion(data: Loaded, features: Features) -> str:
    """What the saved segments come to, as Markdown, or how to begin."""
    sums = {
        segment.name: totals(segment.rule, features)
        for segment in session_library()
        if not problem_of(data, segment)
    }
    best = max(sums, key=lambda name: sums[name].customers, default=None)
    if best is None:
        return (
            "**No segment of yours is saved yet.** Build one from anything known of a customer, or "
            "start from a ready-made one."
        )
    if features.value is not None:
        best = max(sums, key=lambda name: sums[name].expected_value)
    customers = wording.plural(sums[best].customers, "customer")
    share = wording.percent(sums[best].customers / len(features))
    if len(session_library()) == 1:
        return f"**1 segment** of yours, **{text.plain(best)}**: {customers} ({share})."
    return (
        f"**{wording.plural(len(session_library()), 'segment')}** of yours: "
        f"**{text.plain(best)}** matters most, with {customers} ({share})."
    )


def draw_save(rule: Rule, whole: bool) -> None:
    """A name, a note and the buttons that keep the segment.

    `whole` is False while a condition is unfinished.
    """
    name = drafts.editing()
    saved = next((segment for segment in session_library() if segment.name == name), None)
    st.session_state.setdefault(_NAME, saved.name if saved else "")
    st.session_state.setdefault(_NOTE, saved.note if saved else "")
    with st.container(border=True, gap="small", key="own_save"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                "Name of the segment",
                key=_NAME,
                max_chars=MAX_NAME,
                placeholder="Such as: quiet regulars",
                width=240,
            )
            st.text_input(
                "Note (optional)",
                key=_NOTE,
                max_chars=MAX_NOTE,
                placeholder="What it is for",
                width=280,
            )
        with st.container(horizontal=True):
            _save_buttons(rule, saved, whole)
        if not whole:
            st.caption("Finish or remove the marked condition to save.")


def _save_buttons(rule: Rule, saved: OwnSegment | None, whole: bool) -> None:
    st.button(
        "Save changes" if saved else "Save segment",
        type="primary",
        icon=":material/save:",
        key="own_save_button",
        on_click=_save,
        args=(rule, saved.name if saved else None),
        disabled=not whole,
    )
    if saved:
        st.button(
            "Save as new",
            key="own_save_new",
            on_click=_save,
            args=(rule, None),
            disabled=not whole,
        )
    st.button(
        "New segment",
        icon=":material/add:",
        type="tertiary",
        key="own_begin",
        on_click=_begin_new,
    )


def draw_saved(data: Loaded, features: Features) -> None:
    """The saved segments with what each amounts to, and their file."""
    library = session_library()
    if not library:
        st.info(
            "No segment is saved yet. Build one, or start from a ready-made one; a file saved "
            "here before can be loaded below.",
            icon=":material/bookmark:",
        )
    for place, segment in enumerate(library):
        with st.container(border=True, key=f"own_{place}", gap="small"):
            st.html(_summary(data, segment, features))
            with st.container(horizontal=True, gap="xsmall"):
                if plan_button(f"own_plan_{place}", disabled=bool(problem_of(data, segment))):
                    plan_segment(OWN + segment.name)
                _saved_buttons(segment.name, place, len(library))
    _file(library, features.currency)


def _summary(data: Loaded, segment: OwnSegment, features: Features) -> str:
    words = escape(describe(segment.rule, features))
    note = f"<small>{escape(segment.note)}</small>" if segment.note else ""
    problem = problem_of(data, segment)
    if problem:
        amount = f"<div class=off>Not with these orders. {escape(problem)}</div>"
    else:
        amount = _amount(totals(segment.rule, features), features)
    return f"<div class=own><b>{escape(segment.name)}</b>{note}<p>{words}</p>{amount}</div>"


def _amount(sums: Totals, features: Features) -> str:
    """How many customers a segment has and what they bring, as HTML."""
    share = wording.percent(sums.customers / len(features))
    money = f"{wording.money(sums.revenue, features.currency, short=True)} so far"
    if features.value is not None:
        expected = wording.money(sums.expected_value, features.currency, short=True)
        money += f" · {expected} expected in 12 months"
    money = "" if isnan(sums.revenue) else f" · {escape(money)}"
    return f"<div class=n><b>{wording.count(sums.customers)}</b> customers, {share}{money}</div>"


def _saved_buttons(name: str, place: int, segments: int) -> None:
    """What can be done with the segment at a place of the library."""
    st.button(
        "Edit",
        icon=":material/edit:",
        key=f"own_edit_{place}",
        on_click=_edit,
        args=(name,),
    )
    st.button(
        "Duplicate",
        icon=":material/content_copy:",
        key=f"own_content_copy_{place}",
        type="tertiary",
        on_click=_duplicate,
        args=(name,),
    )
    st.button(
        ":material/arrow_upward:",
        key=f"own_arrow_upward_{place}",
        type="tertiary",
        on_click=_move,
        args=(name, -1),
        disabled=place == 0,
        help="Move up",
    )
    st.button(
        ":material/arrow_downward:",
        key=f"own_arrow_downward_{place}",
        type="tertiary",
        on_click=_move,
        args=(name, 1),
        disabled=place == segments - 1,
        help="Move down",
    )
    st.button(
        "Delete",
        icon=":material/delete:",
        key=f"own_delete_{place}",
        type="tertiary",
        on_click=_delete,
        args=(name,),
    )


def _file(library: Library, currency: str | None) -> None:
    uploads = st.session_state.setdefault(_UPLOADS, 0)
    st.subheader("Keep them in a file", anchor=False)
    st.caption(
        "Own segments live in this session. The file holds the rules alone, no customer. It loads "
        "with any store: what a store's orders cannot answer is marked, not lost."
    )
    if library:
        widgets.download_button(
            "Save to a file",
            data=to_json(library, currency).encode(),
            file_name="own-segments.json",
            mime="application/json",
            icon=":material/download:",
            key="own_json",
            on_click="ignore",
        )
    key = f"own_upload_{uploads}"
    st.file_uploader(
        "Load from a file",
        type="json",
        max_upload_size=1,
        key=key,
        on_change=_load,
        args=(key, currency),
    )


def _save(rule: Rule, editing: str | None) -> None:
    state = st.session_state
    library = session_library()
    try:
        segment = OwnSegment(
            name=state.get(_NAME, ""), rule=rule, note=state.get(_NOTE, "").strip()
        )
        library = (
            edit_segment(library, editing, segment) if editing else add_segment(library, segment)
        )
    except DataError as error:
        state[_MESSAGE] = "error", str(error)
        return
    keep_library(library)
    if editing and editing != segment.name:
        campaigns.rename_segment(OWN + editing, OWN + segment.name)
    drafts.edit(segment.name)
    state[_MESSAGE] = "done", f"Saved “{segment.name}”."


def begin(rule: Rule, name: str | None, note: str = "", editing: bool = False) -> None:
    """Build from the rule of a saved segment, or of a ready-made one under its name."""
    drafts.start(rule, name if editing else None)
    st.session_state.update({_NAME: name or "", _NOTE: note, PLACE: BUILD})


def _begin_new() -> None:
    drafts.forget()
    begin(drafts.rule_of(drafts.draft()), None)


def _edit(name: str) -> None:
    segment = segment_named(session_library(), name)
    begin(segment.rule, segment.name, segment.note, editing=True)


def _duplicate(name: str) -> None:
    _change(lambda library: duplicate_segment(library, name))


def _move(name: str, steps: int) -> None:
    _change(lambda library: move_segment(library, name, steps))


def _delete(name: str) -> None:
    done = f"Deleted “{name}”."
    if users := campaigns.addressing(OWN + name):
        done += (
            f" It was addressed by {', '.join(f'“{user}”' for user in users)}: choose another "
            "segment there."
        )
    _change(lambda library: delete_segment(library, name), done)
    if drafts.editing() == name:
        drafts.edit(None)


def _change(change: Callable[[Library], Library], done: str = "") -> None:
    try:
        keep_library(change(session_library()))
    except DataError as error:
        st.session_state[_MESSAGE] = "error", str(error)
    else:
        if done:
            st.session_state[_MESSAGE] = "done", done


def _load(key: str, currency: str | None) -> None:
    upload = st.session_state.get(key)
    if upload is None:
        return
    before, content = session_library(), upload.getvalue()
    try:
        loaded = from_json(content)
        after = merge_libraries(before, loaded)
    except DataError as error:
        st.session_state[_MESSAGE] = "error", str(error)
    else:
        keep_library(after)
        added = len(after) - len(before)
        duplicates = (
            f", {wording.count(len(loaded) - added)} were there already"
            if added < len(loaded)
            else ""
        )
        words = f"{wording.plural(added, 'segment')} loaded{duplicates}."
        made_in = amounts_in(content)
        if made_in and made_in != currency:
            words += (
                f" Their amounts are in {made_in}, and these orders in "
                f"{currency or 'an unknown currency'}: check them."
            )
        st.session_state[_MESSAGE] = "done", words
    # A new uploader: the old one would hand its file over again.
    st.session_state[_UPLOADS] += 1
