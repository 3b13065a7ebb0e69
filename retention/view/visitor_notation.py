"""Write numbers in the notation of the language that the visitor's browser names."""

from typing import Any

import altair as alt
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from retention import notation
from retention.charts.axes import number_format


def follow_browser() -> None:
    """Let all texts and charts follow the browser of whoever they are made for."""
    notation.use_notation(_browser_language)
    # A theme is the one thing that every chart passes through on its way to the browser.
    alt.theme.register("notation", enable=True)(chart_options)


def chart_options() -> Any:
    """Return what a specification needs beside its own parts; empty for English."""
    numbers = number_format()
    return {"config": {"locale": {"number": numbers}}} if numbers else {}


def _browser_language() -> str | None:
    # Without this question Streamlit would warn at each number outside a session.
    return None if get_script_run_ctx(suppress_warning=True) is None else st.context.locale
