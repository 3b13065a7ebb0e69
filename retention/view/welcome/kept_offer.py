"""“Go on with …”: the offer of the work that is kept on this computer."""

from datetime import UTC, datetime, timedelta

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.errors import DataError, RetentionError
from retention.kept_work.work import OpenPage, Work
from retention.view import page_table, text, widgets
from retention.view.session.kept_work import keeping
from retention.view.welcome import loading

_PROBLEM, _FORGOTTEN = "kept_problem", "kept_forgotten"


def draw_offer(*, stays: bool) -> bool:
    """Draw the offer where work is kept on this computer, and go on with it at a click.

    Args:
        stays: Whether the page that is open stays open; if not, the one that was open is.

    Returns:
        Whether there is kept work: nothing else then needs to say what a reload has lost.
    """
    kept = keeping.offer()
    if problem := st.session_state.pop(_PROBLEM, None):
        widgets.problem("The kept work cannot be changed", DataError(problem))
    if kept is None:
        if st.session_state.pop(_FORGOTTEN, False):
            st.success("Nothing is kept on this computer any longer.", icon=":material/check:")
        return False
    if kept.work is None:
        widgets.problem(
            "The work that is kept on this computer cannot be read",
            kept.problem or DataError("It is damaged."),
        )
        _draw_forget()
        return True
    with st.container(border=True, key="kept-work"):
        words = offer_words(kept.work, datetime.now(UTC))
        st.markdown(f":material/history: {words}")
        with st.container(horizontal=True, vertical_alignment="center"):
            wanted = st.button(
                "Go on", type="primary", icon=":material/play_arrow:", key="kept_go_on"
            )
            _draw_forget()
        progress = st.empty()
        if wanted:
            _go_on(progress, stays=stays)
    return True


def _draw_forget() -> None:
    with st.popover("Forget it", icon=":material/delete:", type="tertiary"):
        st.markdown("Orders, campaigns and settings that are kept here will be deleted.")
        st.button("Delete what is kept", key="kept_forget", on_click=_forget)


def offer_words(work: Work, now: datetime) -> str:
    """Return what is offered, as Markdown: the orders' name, last day, customers, and when.

    Args:
        work: The kept work.
        now: The present moment, in UTC.
    """
    source = work.source
    name = "your work" if source is None else text.plain(source.name, 80)
    customers = "" if source is None else f", {wording.plural(source.customers, 'customer')}"
    until = None if source is None else source.until
    days = "" if until is None else f", orders up to {wording.day(until)}"
    return f"**Go on with {name}**{days}{customers}, kept {ago(now - work.saved_at)}"


def ago(passed: timedelta) -> str:
    """Return how long ago something was, in words.

    >>> [ago(timedelta(seconds=n)) for n in (5, 65, 200, 4_000, 90_000, 400_000)]
    ['just now', '1 minute ago', '3 minutes ago', '1 hour ago', '1 day ago', '4 days ago']
    """
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    for size, noun in ((1440, "day"), (60, "hour")):
        if minutes >= size:
            return f"{wording.plural(minutes // size, noun)} ago"
    return f"{wording.plural(minutes, 'minute')} ago"


def _go_on(progress: DeltaGenerator, *, stays: bool) -> None:
    try:
        with loading.steps(progress) as step:
            page = keeping.go_on(step)
    except RetentionError as error:
        progress.empty()
        widgets.problem("The kept work cannot be opened", error)
        return
    _show(page, stays=stays)


def _show(page: OpenPage | None, *, stays: bool) -> None:
    if not stays and page is not None and page.path != page_table.FRONT_PAGE:
        page_table.go_to(page.path, dict(page.settings))
    st.rerun()


def _forget() -> None:
    try:
        keeping.forget()
        st.session_state[_FORGOTTEN] = True
    except DataError as error:
        st.session_state[_PROBLEM] = str(error)
