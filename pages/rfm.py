"""Who ordered lately, often and for much?"""

import streamlit as st

from retention.view import forecast_chip, shell, widgets
from retention.view.rfm import controls, data as data_of, parts

data = shell.open_page("pages/rfm.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/rfm.py")


@st.fragment
@widgets.guarded("These customers cannot be put into the grid")
def grid() -> None:
    """The cut points, the grid, and the group that is chosen in it."""
    basis = data_of.basis_for(data)
    controls.caution(basis)
    left, right = st.columns([5, 8], gap="large")
    with left:
        rules = controls.draw_rules(data, basis)
        view = data_of.view_for(data, rules)
        conclusion.markdown(parts.conclusion(view, data.orders.currency))
        parts.score_table(view, data.orders.currency)
        parts.model_state(basis)
    with right:
        place = st.container()
        group = parts.choose_group(view)
        cell = parts.chosen_cell(group)
        with place:
            parts.grid(data, view, group, cell)
    if group:
        parts.one_group(data, basis, view, group, cell)
    parts.table(view, basis.scores is not None, data.orders.currency)


grid()
forecast_chip.fill(verdict, data)
