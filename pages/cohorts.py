"""How does each intake behave over time?"""

import streamlit as st

from retention.view import forecast_panels, shell
from retention.view.cohorts import customers as cohort_customers, data as cohort_data, frames, parts
from retention.view.session.results import checks_for

data = shell.open_page("Cohorts", "How does each intake behave over time?")


@st.fragment
def cohorts() -> None:
    """Everything that follows the settings and the choice of a cohort."""
    view = parts.choose_settings(data)
    intakes = cohort_data.cohorts_for(data, view)
    keys = frames.shown_keys(view, intakes)
    parts.headline(data, view, intakes)
    if intakes.forecast is not None:
        forecast_panels.forecast_caution(checks_for(data))
    parts.triangle(data, view, intakes, keys)
    parts.growth(data, view, intakes, keys)
    parts.second_order(data, view, intakes, keys)
    cohort_customers.one_cohort(data, view, intakes, keys)


cohorts()
