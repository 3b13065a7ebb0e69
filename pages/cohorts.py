"""How does each intake behave over time?"""

import streamlit as st

from retention.view import forecast_chip, shell, widgets
from retention.view.cohorts import (
    cards,
    customers as cohort_customers,
    data as cohort_data,
    frames,
    parts,
)

data = shell.open_page("pages/cohorts.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/cohorts.py")
WHO = ":material/grid_on: Who came back"
BRINGS = ":material/trending_up: What a customer brings"
SECOND = ":material/looks_two: Second order"


@st.fragment
def cohorts() -> None:
    """Everything that follows the settings; of the three parts only the open one is drawn."""
    view = parts.choose_settings(data)
    intakes = cohort_data.cohorts_for(data, view)
    keys = frames.shown_keys(view, intakes)
    conclusion.markdown(cards.conclusion(view, intakes))
    parts.headline(data, view, intakes)
    # An address that says what to add up leads to where it is added up.
    opens_on = BRINGS if "measure" in st.query_params else WHO
    part = widgets.choose_part((WHO, BRINGS, SECOND), "cohorts_part", opens_on)
    if part == WHO:
        parts.triangle(data, view, intakes, keys)
    elif part == BRINGS:
        parts.growth(data, view, intakes, keys)
    else:
        parts.second_order(data, view, intakes, keys)
    cohort_customers.one_cohort(data, view, intakes, keys)


cohorts()
forecast_chip.fill(verdict, data)
