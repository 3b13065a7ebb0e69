"""The product that is chosen, in a chart, a table or a box, and a campaign to its buyers."""

from collections.abc import Sequence

import streamlit as st

from retention.own_segments.conditions import Condition
from retention.own_segments.values import Bought
from retention.view import text
from retention.view.chart_clicks import clicked_in
from retention.view.plan_button import plan_button, plan_own_segment
from retention.view.products import data as data_of, frames
from retention.view.session.loaded import Loaded


def chosen_product(names: Sequence[str], by: str) -> str:
    """Return the product that the visitor has chosen, the first one before any choice.

    Args:
        names: All products, at least one.
        by: "product" or "category".
    """
    chosen: str | None = st.session_state.get(_key(by))
    return names[0] if chosen is None or chosen not in names else chosen


def choose_in_chart(names: Sequence[str], by: str, chart: str) -> None:
    """Choose the product whose row of a chart was clicked.

    Args:
        names: All products.
        by: "product" or "category".
        chart: The chart's name. Its selection has the column `product`.
    """
    clicked = clicked_in(chart, "product")
    if clicked is not None and clicked[0] in names:
        st.session_state[_key(by)] = clicked[0]


def choose_in_table(names: Sequence[str], by: str, table: str) -> None:
    """Choose the product whose row was chosen.

    Args:
        names: All products, as the rows of the table.
        by: "product" or "category".
        table: The key of the table.
    """
    rows = st.session_state[table].selection.rows
    if rows:
        st.session_state[_key(by)] = names[rows[0]]


def _key(by: str) -> str:
    return f"products_buyers_{by}"


def draw_buyers(data: Loaded, by: str) -> None:
    """Draw the way to a campaign for everybody who bought a product.

    Args:
        data: The session's data.
        by: "product" or "category".
    """
    names = data_of.names_for(data, by)
    if not names:
        return
    st.session_state[_key(by)] = chosen_product(names, by)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            f"Everybody who bought this {by}",
            names,
            format_func=lambda value: text.one_line(value, frames.LONGEST),
            key=_key(by),
            width=320,
        )
        if plan_button(f"plan_buyers_{by}"):
            plan_own_segment(
                f"Bought {text.one_line(name, 60)}",
                Condition(by, "bought", Bought((name,))),
                "From the page Products.",
            )
