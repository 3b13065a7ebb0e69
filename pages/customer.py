"""One customer: who it is, what came so far, what is to come, what to do."""

from functools import partial

import streamlit as st

from retention.segments.labels import STAGE_LABELS
from retention.view import forecast_chip, page_table, shell, widgets
from retention.view.campaigns.beginning import begin
from retention.view.campaigns.data import roles_in_campaigns
from retention.view.customer import parts
from retention.view.customer.choose import choose_customer, shown_first
from retention.view.customer.data import all_scores_of, customer_of, position_of
from retention.view.session import campaigns as state

data = shell.open_page("pages/customer.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/customer.py")


@st.fragment
@widgets.guarded("This customer cannot be shown")
def answer() -> None:
    """The search, and everything about the chosen customer."""
    customer_id = choose_customer(data, all_scores_of(data))
    if customer_id is None:
        conclusion.empty()
        return
    campaigns = roles_in_campaigns(data, position_of(data, customer_id))
    customer = customer_of(data, customer_id, campaigns)
    conclusion.markdown(parts.conclusion(customer, shown_first(data, all_scores_of(data))))
    parts.draw_customer(data, customer, partial(plan_campaign, customer.stage))


def plan_campaign(stage: str, strategy: str) -> None:
    """Open a campaign for the customers of a stage."""
    begin(data, (STAGE_LABELS[stage],), strategy)
    st.session_state[state.PLACE] = state.PLAN
    page_table.go_to("pages/campaigns.py")


answer()
forecast_chip.fill(verdict, data)
