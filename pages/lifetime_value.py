"""Who will come back, and what are they worth?"""

import streamlit as st

from retention.errors import ModelError
from retention.view import customer_table, forecast_panels, shell, widgets
from retention.view.session.results import checks_for, model_for, scores_for, usual_backtest_for
from retention.view.value import one_customer, parts, trust, what_if

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
    forecast_panels.track_record(usual_backtest_for(data), plan)
    forecast_panels.forecast_caution(checks_for(data), link=False)
    value_tab, trust_tab, what_if_tab, customer_tab, customers_tab = st.tabs(
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
    if value_tab.open:
        with value_tab:
            parts.distribution(data, plan)
            parts.months(data, plan)
    if trust_tab.open:
        with trust_tab:
            trust.proof(data)
            trust.health(data, model)
    if what_if_tab.open:
        with what_if_tab:
            what_if.what_if_panel(data, plan)
    if customer_tab.open:
        with customer_tab:
            one_customer.one_customer(data, model, scores, plan)
    if customers_tab.open:
        with customers_tab:
            customer_table.customer_table(data, scores, plan)


answer()
