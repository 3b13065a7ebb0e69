"""Which channels, regions and products bring customers who stay?"""

import streamlit as st

from retention.customers.summary import FIRST_ORDER_COLUMNS
from retention.reports.breakdown_history import dimensions_of
from retention.view import forecast_chip, shell, text, widgets
from retention.view.channels import parts, signal_groups, table as channel_table

data = shell.open_page("Channels", "Which channels, regions and products bring customers who stay?")
verdict = forecast_chip.place()
dimensions = dimensions_of(data.orders)


@st.fragment
@widgets.guarded("These orders cannot be broken down")
def answer() -> None:
    """Everything that follows the settings."""
    settings = parts.choose_settings(data, dimensions)
    breakdown, problem = parts.breakdown_for(data, settings)
    parts.notes(breakdown, data.orders)
    if not parts.nothing_to_compare(breakdown):
        parts.comparison(data, breakdown)
        if problem:
            st.caption(
                "Compared by repeat purchase rate, since there is no value per customer. "
                f"{text.plain(problem, 600)}"
            )
        parts.growth(breakdown, data.orders)
    channel_table.table(data, breakdown)


if dimensions:
    answer()
    missing = [name for name in FIRST_ORDER_COLUMNS if name not in dimensions]
    if missing:
        with st.expander(
            f"Not in this file: {', '.join(missing)}", icon=":material/add_column_right:"
        ):
            channel_table.how_to_add(missing)
else:
    channel_table.empty_state()
signal_groups.draw_signal_groups(data)
forecast_chip.fill(verdict, data)
