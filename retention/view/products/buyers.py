"""The product that is chosen, in a chart, a table or a box, and a campaign to its buyers."""

import streamlit as st

from retention.own_segments.conditions import Condition
from retention.own_segments.values import Bought
from retention.view import text
from retention.view.plan_button import plan_button, plan_own_segment
from retention.view.products import data as data_of
from retention.view.row_choice import RowChoice
from retention.view.session.loaded import Loaded


def choice_of(data: Loaded, by: str) -> RowChoice:
    """Return the choice among all products or categories.

    Args:
        data: The session's data.
        by: "product" or "category".
    """
    return RowChoice(f"products_buyers_{by}", tuple(data_of.names_for(data, by)))


def draw_buyers(data: Loaded, by: str) -> None:
    """Draw the way to a campaign for everybody who bought a product.

    Args:
        data: The session's data.
        by: "product" or "category".
    """
    choice = choice_of(data, by)
    if not choice.names:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = choice.draw_box(f"Everybody who bought this {by}")
        if plan_button(f"plan_buyers_{by}"):
            plan_own_segment(
                f"Bought {text.one_line(name, 60)}",
                Condition(by, "bought", Bought((name,))),
                "From the page Products.",
            )
