"""How does each intake behave over time?"""

import streamlit as st

from retention.view import forecast_chip, shell
from retention.view.cohorts import customers as cohort_customers, data as cohort_data, frames, parts

data = shell.open_page("Cohorts", "How does each intake behave over time?")
verdict = forecast_chip.place()


@st.fragment
def cohorts() -> None:
    """Everything that follows the settings and the choice of a cohort."""
    view = parts.choose_settings(data)
    intakes = cohort_data.cohorts_for(data, view)
    keys = frames.shown_keys(view, intakes)
    parts.headline(data, view, intakes)
    parts.triangle(data, view, intakes, keys)
    parts.growth(data, view, intakes, keys)
    parts.second_order(data, view, intakes, keys)
    cohort_customers.one_cohort(data, view, intakes, keys)


cohorts()
forecast_chip.fill(verdict, data)
