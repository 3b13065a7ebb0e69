"""What do I do about each group, at what cost, for what return?"""

import streamlit as st

from retention.view import forecast_chip, shell, widgets
from retention.view.campaigns import mix, new_customers, planner
from retention.view.session import campaigns as state
from retention.view.session.results import model_for

data = shell.open_page("Campaigns", "Whom to address, with what, at what cost, for what return?")
verdict = forecast_chip.place()


@st.fragment
@widgets.guarded("A campaign cannot be planned with these orders")
def campaigns() -> None:
    """The planner, the kept campaigns and what new customers may cost; only one is computed."""
    model_for(data)  # without a model nothing here can be told: the page says why
    if not data.orders.has_amounts and not planner.choose_order_value():
        return
    place = widgets.choose_part(
        (state.PLAN, state.FILES, state.ALL_CAMPAIGNS, state.NEW), state.PLACE
    )
    if place == state.PLAN:
        planner.draw_planner(data)
    elif place == state.FILES:
        planner.draw_files(data)
    elif place == state.ALL_CAMPAIGNS:
        mix.draw_all(data)
    else:
        new_customers.draw_new_customers(data)


campaigns()
forecast_chip.fill(verdict, data)
