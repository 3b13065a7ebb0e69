"""What a new customer is worth and may cost, for all and by where they came from."""

from __future__ import annotations

from html import escape

import streamlit as st

from retention import wording
from retention.campaigns.new_customers import ALL, USUAL_RATIO
from retention.csv_export import to_csv
from retention.view import text
from retention.view.campaigns import data as data_of, frames, words
from retention.view.campaigns.results import spec
from retention.view.charts import live_chart
from retention.view.session import campaigns as state
from retention.view.session.loaded import Loaded

HORIZONS = (90, 180, 365, 730)


def draw(data: Loaded) -> None:
    """What a new customer is worth and may cost, for all and by where they came from."""
    currency = data.orders.currency
    columns = [
        name for name in data.customers if name.startswith("first_") and name != "first_order"
    ]
    one, two, three, four = st.columns(4, gap="medium")
    column = one.selectbox(
        "By first",
        columns or [None],
        format_func=lambda name: (
            "No such column" if name is None else name.removeprefix("first_").capitalize()
        ),
        key="new_by",
        disabled=not columns,
        help="Of the customer's first order.",
    )
    table = state.on_table()
    margin = two.slider(
        "Margin",
        *(1, 100, round(table.terms.margin * 100) if table else 40, 1, "%d%%"),
        key="new_margin",
        help=words.DEFINITIONS["margin"],
    )
    ratio = three.slider(
        "Value to cost",
        *(1.0, 6.0, USUAL_RATIO, 0.5),
        format="%.1f : 1",
        key="new_ratio",
        help=words.DEFINITIONS["allowed"],
    )
    horizon = four.select_slider(
        "Value over",
        HORIZONS,
        value=365,
        format_func=wording.days,
        key="new_horizon",
        help=words.DEFINITIONS["new_value"],
    )
    found = data_of.acquisition_for(data, column, margin / 100, ratio, horizon)
    whole = found.groups.loc[ALL]
    if whole["problem"]:
        st.warning(text.plain(whole["problem"], limit=600), icon=":material/warning:")
        return
    span = wording.money_range(whole["value_low"], whole["value_high"], currency)
    paid = frames.paid_back(whole["payback_days"])
    st.html(
        f'<div class="plan-verdict"><b>A new customer may cost {escape(wording.money(whole["allowed"], currency))}</b><br>'
        f"Worth {escape(wording.money(whole['value'], currency))} over {wording.days(horizon)} (80% range {escape(span)}); "
        f"paid back {paid}.</div>"
    )
    frame = frames.groups_frame(found, currency)
    st.subheader(
        "Value of a new customer, and what it may cost",
        anchor=False,
        help=words.DEFINITIONS["new_value"],
    )
    live_chart(
        spec("allowed", currency),
        {"groups": frame},
        key="new_groups",
        alt_text="Value of a new customer by group",
    )
    st.caption("Bar: value, thin line its 80% range. Orange mark: what winning one may cost.")
    st.subheader("When it is paid back", anchor=False, help=words.DEFINITIONS["payback"])
    curves = found.curves.assign(
        said=[wording.money(value, currency) for value in found.curves["margin"]]
    )
    live_chart(
        spec("payback", currency),
        {"curves": curves},
        key="new_payback",
        alt_text="Margin by day since the first order",
    )
    thin = found.groups[found.groups["problem"] != ""]
    for name, row in thin.iterrows():
        st.caption(f"{text.plain(name)}: {text.plain(row['problem'], limit=600)}")
    st.download_button(
        "Download the table",
        to_csv(found.groups.round(2).reset_index(), index=False),
        file_name="new-customers.csv",
        mime="text/csv",
        icon=":material/download:",
        key="new_csv",
        on_click="ignore",
    )
