"""Who will come back, and what are they worth?"""

from collections.abc import Callable
from functools import partial

import streamlit as st

from retention.errors import ModelError
from retention.models.model import CltvModel
from retention.view import customer_table, forecast_chip, forecast_panels, shell, widgets
from retention.view.session.choices import Plan
from retention.view.session.customer_links import PAGE
from retention.view.session.loaded import Loaded
from retention.view.session.results import model_for, scores_for, usual_backtest_for
from retention.view.value import parts, trust, what_if

data = shell.open_page("pages/lifetime_value.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/lifetime_value.py")
VALUE, TRUST = ":material/payments: Value", ":material/fact_check: Can I trust it?"
WHAT_IF = ":material/tune: What if"
CUSTOMERS = ":material/groups: All customers"


@st.fragment
def answer() -> None:
    """Everything that follows the settings; of the tabs only the open one is computed."""
    plan, has_amounts = parts.settings(data), data.orders.has_amounts
    try:
        model = model_for(data)
    except ModelError as error:
        conclusion.empty()
        widgets.problem("The value of your customers cannot be estimated from these orders", error)
        customer_table.customer_table(data, None, None)
        return
    scores = scores_for(data, plan)
    with conclusion, forecast_panels.expected("conclusion"):
        st.markdown(parts.conclusion(data, scores, plan))
    parts.headline(data, scores, plan)
    forecast_panels.track_record(usual_backtest_for(data), plan, has_amounts=has_amounts)
    forecast_chip.fill(verdict, data, in_full=True)
    tabs: dict[str, Callable[[], None]] = {
        VALUE: partial(draw_value, data, plan),
        TRUST: partial(draw_trust, data, model),
        WHAT_IF: partial(what_if.what_if_panel, data, plan),
        CUSTOMERS: partial(customer_table.customer_table, data, scores, plan),
    }
    st.page_link(PAGE, label="Look at one customer", icon=":material/person:")
    names = [name for name in tabs if has_amounts or name not in (VALUE, WHAT_IF)]
    asked = TRUST if st.query_params.get(forecast_chip.LOOK) == forecast_chip.TRUST else None
    opened = st.tabs(names, key="tab", on_change="rerun", default=asked)
    for name, tab in zip(names, opened, strict=True):
        if tab.open:
            with tab:
                tabs[name]()


def draw_value(data: Loaded, plan: Plan) -> None:
    """How the value spreads, and what comes month by month."""
    parts.distribution(data, plan)
    parts.plan_for_best(data, plan)
    parts.months(data, plan)


def draw_trust(data: Loaded, model: CltvModel) -> None:
    """How far the forecast can be trusted."""
    trust.proof(data)
    trust.health(data, model)


answer()
