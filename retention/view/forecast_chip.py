"""The chip below a page's title that says whether to act on the forecast."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.charts import palette
from retention.errors import ModelError
from retention.evaluation.verdict import Verdict, VerdictStatus, verdict_of
from retention.view import shell, text
from retention.view.session.loaded import Loaded
from retention.view.session.results import checks_for

PAGE = "pages/lifetime_value.py"
#: The query parameter, and its value, that open “Can I trust it?” on that page.
LOOK, TRUST = "look", "trust"
WORDS: dict[VerdictStatus, str] = {
    "good": "Forecast: good",
    "caution": "Forecast: use with care",
    "bad": "Forecast: do not use",
}
GREYED = Path(__file__).parent / "assets" / "do_not_use.css"


def place(path: str) -> DeltaGenerator:
    """Return the place of the chip, to be filled once the rest of the page is drawn.

    Beside it stands the link to the words that the page uses.

    Args:
        path: Of the page's file, as in `page_table.PAGES`.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="marks"):
        where = st.empty()
        shell.link_words(path)
    return where


def fill(where: DeltaGenerator, data: Loaded, *, in_full: bool = False) -> None:
    """Draw the chip. Orders that carry no model get none: the page says so itself.

    Where the forecast is not to be used, its figures are greyed on the whole page.

    Args:
        where: From `place`.
        data: The session's data.
        in_full: Whether the reason stands beside a bad verdict, not one hover away: on the page
            about the forecast.
    """
    try:
        verdict = verdict_of(checks_for(data))
    except ModelError:
        return
    bad = verdict.status == "bad"
    with where.container(
        key=f"forecast-chip-{verdict.status}",
        gap="xsmall",
        width="stretch" if bad and in_full else "content",
    ):
        st.page_link(
            PAGE,
            label=WORDS[verdict.status],
            icon=palette.STATUS_ICONS[verdict.status],
            help=hover_words(verdict),
            query_params={LOOK: TRUST},
        )
        if bad:
            st.html(GREYED)
            reason = f"{text.plain(verdict.reason, limit=600)} " if in_full else ""
            st.caption(f"{reason}Expected figures are greyed.")


def hover_words(verdict: Verdict) -> str:
    """Return what stands behind a verdict, as Markdown."""
    if verdict.status == "good":
        return "No check doubts this forecast. A click shows what was checked."
    more = f" {wording.plural(verdict.more, 'more doubt')}." if verdict.more else ""
    return f"{text.plain(verdict.reason, limit=600)}{more} A click shows what to do."
