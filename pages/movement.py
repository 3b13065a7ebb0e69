"""Who moved from which stage to which?"""

import streamlit as st

from retention.errors import RetentionError
from retention.view import forecast_chip, shell, widgets
from retention.view.movement import data as data_of, parts

data = shell.open_page("pages/movement.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/movement.py")


@st.fragment
def movements() -> None:
    """Everything that follows the two days."""
    try:
        settings = parts.choose_settings(data)
        problem = data_of.problem_of(data)
        moves = data_of.moves_for(data, settings)
    except RetentionError as error:
        conclusion.empty()
        widgets.problem("There is no movement between these days", error)
        return
    has_model = problem is None
    scored = has_model and data.orders.has_amounts
    conclusion.markdown(parts.conclusion(moves, data.orders.currency))
    parts.headline(data, settings, moves, problem)
    stayed = parts.flow(data, settings, moves, scored)
    parts.table(moves, stayed, scored, data.orders.currency)
    parts.one_movement(data, settings, moves, has_model)


movements()
forecast_chip.fill(verdict, data)
