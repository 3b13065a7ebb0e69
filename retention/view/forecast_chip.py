"""The chip below a page's title that says whether to act on the forecast."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.charts import palette
from retention.errors import ModelError
from retention.evaluation.verdict import Verdict, VerdictStatus, verdict_of
from retention.view import text
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


def place() -> DeltaGenerator:
    """Return the place of the chip, to be filled once the rest of the page is drawn."""
    return st.empty()


def fill(where: DeltaGenerator, data: Loaded) -> None:
    """Draw the chip. Orders that carry no model get none: the page says so itself.

    Where the forecast is not to be used, its figures are greyed on the whole page.

    Args:
        where: From `place`.
        data: The session's data.
    """
    try:
        verdict = verdict_of(checks_for(data))
    except ModelError:
        return
    with where.container(key=f"forecast-chip-{verdict.status}", gap="xsmall"):
        st.page_link(
            PAGE,
            label=WORDS[verdict.status],
            icon=palette.STATUS_ICONS[verdict.status],
            help=hover_words(verdict),
            query_params={LOOK: TRUST},
        )
        if verdict.status == "bad":
            st.html(GREYED)
            st.caption(f"{text.plain(verdict.reason, limit=600)} Expected figures are greyed.")


def hover_words(verdict: Verdict) -> str:
    """Return what stands behind a verdict, as Markdown."""
    if verdict.status == "good":
        return "No check doubts this forecast. A click shows what was checked."
    more = f" {wording.plural(verdict.more, 'more doubt')}." if verdict.more else ""
    return f"{text.plain(verdict.reason, limit=600)}{more} A click shows what to do."
