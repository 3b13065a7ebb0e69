"""How does each intake behave over time?"""

import streamlit as st

from retention.view import shell, widgets
from retention.view.cohorts import customers as cohort_customers, data as cohort_data, frames, parts
from retention.view.session.results import checks_for

data = shell.open_page("Cohorts", "How does each intake behave over time?")


@st.fragment
def cohorts() -> None:
    """Everything that follows the settings and the choice of a cohort."""
    view = parts.settings(data)
    found = cohort_data.cohorts_for(data, view)
    keys = frames.shown_keys(view, found)
    parts.headline(data, view, found)
    if found.forecast is not None:
        widgets.forecast_caution(checks_for(data))
    parts.triangle(data, view, found, keys)
    parts.growth(data, view, found, keys)
    parts.second_order(data, view, found, keys)
    cohort_customers.one_cohort(data, view, found, keys)


cohorts()
