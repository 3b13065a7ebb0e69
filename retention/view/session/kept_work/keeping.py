"""“Keep on this computer”: the session's work in a folder, written a moment after each change.

All of it is there only where the app runs for this computer alone. Elsewhere nothing is ever
written or read.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import streamlit as st
from streamlit.runtime import exists as runtime_exists, get_instance
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from retention.errors import DataError
from retention.kept_work import folder
from retention.kept_work.work import OpenPage, Work
from retention.samples.data_sets import SAMPLES
from retention.view.session import loaded
from retention.view.session.kept_work import record
from retention.view.session.kept_work.this_computer import is_local, listens_here

#: Seconds between two looks at the work. A change is written once it has stood for as long.
LOOK_EVERY = 0.5
_ON, _WATCH, _WRITTEN = "work_is_kept", "work_watch", "work_written"
_PROBLEM, _TURN = "work_not_kept", "work_kept_in_turn"
_NOT_WRITTEN = (
    "The last change could not be kept. What was kept before is whole. Save the work as a file, "
    "and look into the log of the app."
)
_LOG = logging.getLogger(__name__)
_ELSEWHERE = "Work is kept only where the app runs for this computer alone."


@dataclass(slots=True)
class _Turns:
    """How often kept work has been forgotten: a watch of a turn before writes no more."""

    forgotten: int = 0


_TURNS = _Turns()


@dataclass(frozen=True, slots=True)
class Offer:
    """Work that is kept on this computer.

    Attributes:
        work: The work without its orders; None where it cannot be read.
        problem: Why it cannot be read.
    """

    work: Work | None
    problem: DataError | None = None


def offer() -> Offer | None:
    """Return the work that is kept on this computer; None where there is none, or elsewhere."""
    if not is_local() or not folder.is_there():
        return None
    try:
        return Offer(work=folder.read(with_orders=False))
    except DataError as error:
        return Offer(work=None, problem=error)


def is_on() -> bool:
    """Return whether the session's work is kept on this computer.

    What another tab has forgotten is kept no more, whatever was chosen here.
    """
    return is_local() and _is_chosen()


def _is_chosen() -> bool:
    """Whether the session keeps its work, and nobody has forgotten it since: a look at one file."""
    turn = st.session_state.get(_TURN, _TURNS.forgotten)
    return bool(st.session_state.get(_ON)) and turn == _TURNS.forgotten and folder.is_there()


def _choose() -> None:
    """Keep the session's work from now on, until it is forgotten."""
    st.session_state[_ON] = True
    st.session_state[_TURN] = _TURNS.forgotten


def problem() -> str:
    """Return why the last change could not be written; empty where it was."""
    return st.session_state.get(_PROBLEM, "")


def turn_on() -> None:
    """Keep the session's work from now on, and write it at once.

    Raises:
        DataError: The app does not run for this computer alone, the folder cannot be written to,
            or a sample would take the place of a shop.
    """
    if not is_local():
        raise DataError(_ELSEWHERE)
    if _would_lose_a_shop():
        raise DataError(
            "Work on a shop's orders is kept already, and a sample would take its place. Forget it "
            "first, or go on with it."
        )
    _choose()
    try:
        _write()
    except DataError:
        st.session_state[_ON] = False
        raise
    follow()


def forget() -> None:
    """Delete what is kept, and keep nothing more until it is chosen again.

    Raises:
        DataError: The app does not run for this computer alone, or the files cannot be deleted.
    """
    if not is_local():
        raise DataError(_ELSEWHERE)
    st.session_state[_ON] = False
    st.session_state.pop(_WRITTEN, None)
    _TURNS.forgotten += 1
    folder.forget()


def go_on(progress: Callable[[str], None]) -> OpenPage | None:
    """Make the kept work the session's, keep it further, and return the page that was open.

    Args:
        progress: Is told each step in words.

    Raises:
        RetentionError: The work cannot be read. Nothing has changed then.
    """
    if not is_local():
        raise DataError(_ELSEWHERE)
    progress("Reading the kept work")
    work = folder.read()
    is_complete = record.apply(work, progress)
    if is_complete:
        _choose()
        st.session_state[_WRITTEN] = None
        follow()
    return record.known_page(work.page) if is_complete else None


def follow() -> None:
    """Watch the session's work, if it is to be kept and nobody watches it yet.

    A watch ends with the browser's connection. When that comes back, the next run starts another.
    """
    if not is_on() or not runtime_exists():
        return
    watch: threading.Thread | None = st.session_state.get(_WATCH)
    context = get_script_run_ctx()
    if context is None or (watch is not None and watch.is_alive()):
        return
    watch = threading.Thread(
        target=_watch, args=(context.session_id, _TURNS.forgotten), daemon=True, name="kept-work"
    )
    # A run that is cut short tells its threads to end, and a change that it made would be lost.
    add_script_run_ctx(watch, replace(context, parallel_coordinator=None))
    st.session_state[_WATCH] = watch
    watch.start()


def write_changes() -> bool:
    """Write the work if it has changed since it was written, and return whether it had.

    Raises:
        DataError: The folder cannot be written to.
    """
    if not (listens_here() and _is_chosen()) or loaded.peek() is None:
        return False
    if _mark() == st.session_state.get(_WRITTEN) or _would_lose_a_shop():
        return False
    _write()
    return True


def _would_lose_a_shop() -> bool:
    """Whether a sample is open, and the work on orders of one's own is kept.

    A look at a sample must not take the place of a shop.
    """
    data = loaded.peek()
    if data is None or data.origin.kind not in SAMPLES or not folder.is_there():
        return False
    try:
        source = folder.read(with_orders=False).source
    except DataError:
        return False
    return source is not None and source.kind not in SAMPLES


def _write() -> None:
    mark = _mark()
    folder.write(record.session_work(with_orders=True))
    st.session_state[_WRITTEN] = mark


def _mark() -> list[Any]:
    """What tells two states of the work apart, without looking into tables."""
    work = record.session_work(with_orders=False)
    data = loaded.peek()
    files = () if data is None else record.signal_digests(data)
    plain = [
        getattr(work, field.name)
        for field in fields(Work)
        if field.name not in ("saved_at", "tests", "choices", "signals", "orders")
    ]
    # Records with tables are equal to themselves alone: they are replaced and never changed.
    return [*plain, files, work.tests, work.choices]


def _watch(session: str, turn: int) -> None:
    """Write each change once it has stood for a moment, as long as the browser is connected."""
    seen: list[Any] | None = None
    while turn == _TURNS.forgotten and runtime_exists():
        is_connected = get_instance().is_active_session(session)
        try:
            mark = _mark()
            if not is_connected or mark == seen:
                write_changes()
            seen = mark
            st.session_state[_PROBLEM] = ""
        except DataError as error:
            st.session_state[_PROBLEM] = str(error)
        except Exception as error:  # whatever it is, the next change is tried again, and it is said
            if not st.session_state.get(_PROBLEM):
                _LOG.error("A change of the work is not kept.", exc_info=error)
            st.session_state[_PROBLEM] = _NOT_WRITTEN
        if not is_connected or not _is_chosen():
            return
        time.sleep(LOOK_EVERY)
