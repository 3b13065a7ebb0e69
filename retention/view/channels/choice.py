"""The value that is chosen, in a chart, in the table or in a box, and the way to a campaign."""

import streamlit as st

from retention import wording
from retention.reports.breakdown import Breakdown
from retention.view import text
from retention.view.plan_button import plan_button, plan_customers
from retention.view.row_choice import RowChoice
from retention.view.session.loaded import Loaded


def choice_of(breakdown: Breakdown) -> RowChoice:
    """Return the choice among the values that customers can be told by.

    A row that stands for several values, or for none, is no choice.

    Args:
        breakdown: The breakdown.
    """
    rows = breakdown.values
    names = tuple(rows.index[rows["kind"] == "value"].astype(str))
    return RowChoice(f"channels_pick_{breakdown.dimension}", names)


def draw_choice(data: Loaded, breakdown: Breakdown) -> None:
    """Draw the box with the chosen value, and the way to a campaign for whom it brought.

    Args:
        data: The session's data.
        breakdown: The breakdown.
    """
    choice, column = choice_of(breakdown), f"first_{breakdown.dimension}"
    if not choice.names or column not in data.customers:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = choice.draw_box(f"Customers whose first {breakdown.dimension} was")
        inside = (data.customers[column].astype(str) == name).to_numpy()
        if plan_button("plan_channel", disabled=not inside.any()):
            plan_customers(
                data,
                f"First {breakdown.dimension}: {text.one_line(name, 40)}",
                f"The {breakdown.dimension} of their first order was {text.one_line(name, 80)}.",
                data.customers.index[inside],
            )
        st.caption(wording.plural(int(inside.sum()), "customer"))
