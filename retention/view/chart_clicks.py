"""Charts in which a click chooses what a box or a table can choose too.

A browser tells of a click only if it selects something else than the click before. Once something
else is chosen elsewhere, the chart is therefore a new one, in which nothing is selected yet.
"""

from collections.abc import Hashable
from typing import Any

import streamlit as st

from retention.charts.clickable_rows import PICKED

#: What a click selected: the values of the fields that tell the marks of the chart apart.
Clicked = tuple[Hashable, ...]


def chart_key(chart: str, chosen: Clicked | None) -> str:
    """Return the key of the chart's widget.

    Args:
        chart: The chart's name.
        chosen: What is chosen now, as `clicked_in` would return it.
    """
    turn, last = st.session_state.get(_memory(chart), (0, None))
    if last is not None and last != chosen:
        turn += 1
        st.session_state[_memory(chart)] = (turn, None)
    return _key(chart, turn)


def clicked_in(chart: str, *fields: str) -> Clicked | None:
    """Return what the visitor clicked, for the callback of the chart.

    Args:
        chart: The chart's name.
        *fields: The fields that its selection has.

    Returns:
        Their values; None where the click took the selection back.
    """
    turn, _ = st.session_state.get(_memory(chart), (0, None))
    picked: list[dict[str, Any]] = st.session_state[_key(chart, turn)].selection.get(PICKED) or []
    clicked = tuple(picked[-1].get(field) for field in fields) if picked else None
    st.session_state[_memory(chart)] = (turn, clicked)
    return clicked


def _memory(chart: str) -> str:
    return f"{chart}_clicked"


def _key(chart: str, turn: int) -> str:
    return f"{chart}_{turn}"
