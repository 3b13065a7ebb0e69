"""What goes out when, in which order, and for which budget?"""

from functools import partial

import streamlit as st

from retention.view import forecast_chip, page_table, shell, widgets
from retention.view.campaigns import planner
from retention.view.campaigns.calendar.page import draw_all
from retention.view.results.data import standing_of
from retention.view.session import campaigns as state
from retention.view.session.results import model_for

data = shell.open_page("pages/campaign_calendar.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/campaign_calendar.py")


@st.fragment
@widgets.guarded("Campaigns cannot be planned with these orders")
def calendar() -> None:
    """What is planned in its order and for one budget, and what has gone out."""
    if page := state.next_page():
        page_table.go_to(page)
    model_for(data)  # without a model no campaign can be weighed: the page says why
    if not data.orders.has_amounts and not planner.choose_order_value():
        return
    draw_all(data, conclusion, partial(standing_of, data))


calendar()
forecast_chip.fill(verdict, data)
