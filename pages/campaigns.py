"""What do I do about each group, at what cost, for what return?"""

import streamlit as st

from retention.view import forecast_chip, page_table, shell, widgets
from retention.view.campaigns import beginning, planner
from retention.view.session import campaigns as state
from retention.view.session.results import model_for

data = shell.open_page("pages/campaigns.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/campaigns.py")


@st.fragment
@widgets.guarded("A campaign cannot be planned with these orders")
def campaigns() -> None:
    """The planner, and the files of the campaign on the table; only one of both is computed."""
    if page := state.next_page():
        page_table.go_to(page)
    model_for(data)  # without a model nothing here can be told: the page says why
    if not data.orders.has_amounts and not planner.choose_order_value():
        conclusion.empty()
        return
    beginning.begin_as_asked(data)
    place = widgets.choose_part((state.PLAN, state.FILES), state.PLACE)
    if place == state.PLAN:
        planner.draw_planner(data, conclusion)
    else:
        planner.draw_files(data, conclusion)


campaigns()
forecast_chip.fill(verdict, data)
