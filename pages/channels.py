"""Which channels, regions and products bring customers who stay?"""

import streamlit as st

from retention.customers.summary import FIRST_ORDER_COLUMNS
from retention.reports.breakdown_history import dimensions_of
from retention.view import forecast_chip, shell, text, widgets
from retention.view.campaigns import new_customers, planner
from retention.view.channels import (
    choice,
    parts,
    signal_groups,
    table as channel_table,
    without_columns,
)
from retention.view.session.results import model_for

data = shell.open_page("pages/channels.py")
conclusion = shell.place_conclusion()
verdict = forecast_chip.place("pages/channels.py")
dimensions = dimensions_of(data.orders)
COMPARE = ":material/compare_arrows: Whom they bring"
WINNING = ":material/person_add: What a new customer may cost"


@st.fragment
@widgets.guarded("These orders cannot be broken down")
def answer() -> None:
    """The comparison, or what winning a customer may cost; only one of both is computed."""
    if widgets.choose_part((COMPARE, WINNING), "channels_part") == WINNING:
        winning()
    elif dimensions:
        comparison()
    else:
        conclusion.empty()
        without_columns.empty_state()


def comparison() -> None:
    """Everything that follows the settings."""
    settings = parts.choose_settings(data, dimensions)
    breakdown, problem = parts.breakdown_for(data, settings)
    conclusion.markdown(parts.conclusion(breakdown, data.orders.currency))
    parts.notes(breakdown, data.orders)
    only_one = parts.nothing_to_compare(breakdown)
    if not only_one:
        parts.comparison(data, breakdown)
        if problem:
            st.caption(
                "Compared by repeat purchase rate, since there is no value per customer. "
                f"{text.plain(problem, 600)}"
            )
    choice.draw_choice(data, breakdown)
    channel_table.table(data, breakdown)
    if not only_one:
        parts.growth(breakdown, data.orders)
    missing = [name for name in FIRST_ORDER_COLUMNS if name not in dimensions]
    if missing:
        with st.expander(
            f"Not in this file: {', '.join(missing)}", icon=":material/add_column_right:"
        ):
            without_columns.how_to_add(missing)


def winning() -> None:
    """What a new customer is worth and may cost, by where customers came from."""
    conclusion.empty()
    model_for(data)  # without a model nobody can say: the page says why
    if data.orders.has_amounts or planner.choose_order_value():
        new_customers.draw_new_customers(data, conclusion)


answer()
signal_groups.draw_signal_groups(data)
forecast_chip.fill(verdict, data)
