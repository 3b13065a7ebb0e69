"""Who will come back, and what are they worth?"""

import streamlit as st

from retention.errors import ModelError
from retention.view import lifetime_parts as parts
from retention.view import loaded as session
from retention.view import shell, widgets

data = shell.open_page("Customer value", "Who will come back, and what are they worth?")


@st.fragment
def answer() -> None:
    """Everything that follows the settings."""
    try:
        model = session.model_for(data)
    except ModelError as error:
        widgets.problem("The value of your customers cannot be estimated from these orders", error)
        parts.customer_table(data, None)
        return
    plan = parts.settings()
    scores = session.scores_for(data, plan)
    parts.headline(data, scores, plan)
    widgets.forecast_caution(model, link=False)
    parts.distribution(data, plan)
    parts.months(data, plan)
    parts.trust(data, model)
    parts.customer_table(data, scores)


answer()
