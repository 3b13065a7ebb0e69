"""Who will come back, and what are they worth?"""

import streamlit as st

from retention.errors import ModelError
from retention.view import customer_table, shell, widgets
from retention.view.session.results import checks_for, model_for, scores_for, usual_backtest_for
from retention.view.value import (
    one_customer as customer_parts,
    parts,
    trust as trust_parts,
    what_if as what_if_parts,
)

data = shell.open_page("Customer value", "Who will come back, and what are they worth?")


@st.fragment
def answer() -> None:
    """Everything that follows the settings; of the tabs only the open one is computed."""
    plan = parts.settings()
    try:
        model = model_for(data)
    except ModelError as error:
        widgets.problem("The value of your customers cannot be estimated from these orders", error)
        customer_table.customer_table(data, None, None)
        return
    scores = scores_for(data, plan)
    parts.headline(data, scores, plan)
    widgets.track_record(usual_backtest_for(data), plan)
    widgets.forecast_caution(checks_for(data), link=False)
    value, trust, levers, one, everybody = st.tabs(
        [
            ":material/payments: Value",
            ":material/fact_check: Can I trust it?",
            ":material/tune: What if",
            ":material/person: One customer",
            ":material/groups: All customers",
        ],
        key="tab",
        on_change="rerun",
    )
    if value.open:
        with value:
            parts.distribution(data, plan)
            parts.months(data, plan)
    if trust.open:
        with trust:
            trust_parts.proof(data)
            trust_parts.health(data, model)
    if levers.open:
        with levers:
            what_if_parts.what_if_panel(data, plan)
    if one.open:
        with one:
            customer_parts.one_customer(data, model, scores, plan)
    if everybody.open:
        with everybody:
            customer_table.customer_table(data, scores, plan)


answer()
