"""The value that is chosen, in a chart, in the table or in a box, and the way to a campaign."""

from functools import partial

import streamlit as st

from retention import wording
from retention.reports.breakdown import Breakdown
from retention.view import text
from retention.view.chart_clicks import clicked_in
from retention.view.plan_button import plan_button, plan_customers
from retention.view.session.loaded import Loaded


def names_of(breakdown: Breakdown) -> list[str]:
    """Return the values that customers can be told by: none that stands for several or for none.

    Args:
        breakdown: The breakdown.
    """
    rows = breakdown.values
    return rows.index[rows["kind"] == "value"].astype(str).tolist()


def chosen_value(breakdown: Breakdown) -> str | None:
    """Return the value that the visitor has chosen, the first one before any choice.

    Args:
        breakdown: The breakdown.

    Returns:
        Its name; None where there is none to choose.
    """
    names, chosen = names_of(breakdown), st.session_state.get(_key(breakdown))
    return chosen if chosen in names else next(iter(names), None)


def choose_in_chart(breakdown: Breakdown, chart: str) -> None:
    """Choose the value that was clicked in a chart.

    Args:
        breakdown: The breakdown.
        chart: The chart's name. Its selection has the column `name`.
    """
    clicked = clicked_in(chart, "name")
    if clicked is not None:
        _choose(breakdown, clicked[0])


def choose_in_table(breakdown: Breakdown, table: str) -> None:
    """Choose the value whose row was chosen.

    Args:
        breakdown: The breakdown.
        table: The key of the table, whose rows are those of the breakdown.
    """
    rows = st.session_state[table].selection.rows
    if rows:
        _choose(breakdown, str(breakdown.values.index[rows[0]]))


def _choose(breakdown: Breakdown, name: object) -> None:
    if name in names_of(breakdown):
        st.session_state[_key(breakdown)] = name


def _key(breakdown: Breakdown) -> str:
    return f"channels_pick_{breakdown.dimension}"


def draw_choice(data: Loaded, breakdown: Breakdown) -> None:
    """Draw the box with the chosen value, and the way to a campaign for whom it brought.

    Args:
        data: The session's data.
        breakdown: The breakdown.
    """
    chosen, column, key = chosen_value(breakdown), f"first_{breakdown.dimension}", _key(breakdown)
    if chosen is None or column not in data.customers:
        return
    st.session_state[key] = chosen
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            f"Customers whose first {breakdown.dimension} was",
            names_of(breakdown),
            format_func=partial(text.one_line, limit=60),
            key=key,
            width=300,
        )
        inside = (data.customers[column].astype(str) == name).to_numpy()
        if plan_button("plan_channel", disabled=not inside.any()):
            plan_customers(
                data,
                f"First {breakdown.dimension}: {text.one_line(name, 40)}",
                f"The {breakdown.dimension} of their first order was {text.one_line(name, 80)}.",
                data.customers.index[inside],
            )
        st.caption(wording.plural(int(inside.sum()), "customer"))
