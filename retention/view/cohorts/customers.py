"""The last part of the cohorts page: one cohort's customers."""

from functools import partial

import pandas as pd
import streamlit as st

from retention import wording
from retention.csv_export import to_csv
from retention.customers import search
from retention.reports import cohorts
from retention.view import customer_table, widgets
from retention.view.cohorts.frames import Cohorts, View
from retention.view.session import choices
from retention.view.session.loaded import Loaded
from retention.view.session.results import scores_for, uncertainty_for

TABLE_ROWS = 200


def one_cohort(data: Loaded, view: View, found: Cohorts, keys: list[str]) -> None:
    """The customers of one cohort: how many, what they brought and will bring, the highest, and all as a file."""
    st.subheader("Customers of a cohort", anchor=False)
    order = keys if view.by else keys[::-1]
    options = [*order, *(key for key in list(found.names)[::-1] if key not in set(order))]
    if st.session_state.get(view.pick_key) not in options:
        st.session_state[view.pick_key] = options[0]
    key = st.selectbox(
        "Cohort", options, format_func=lambda key: found.names[key], key=view.pick_key, width=360
    )
    cohort = found.second.loc[found.second["key"] == key, "cohort"].iloc[0]
    inside = (cohorts.cohort_of(data.customers, view.period, view.by) == cohort).to_numpy()
    customers, currency = data.customers[inside], data.orders.currency
    revenue = float(customers["revenue"].sum())
    cards = [
        widgets.Metric(
            "Customers",
            wording.count(len(customers)),
            "customers",
            f"{wording.percent(inside.mean())} of all",
        ),
        widgets.Metric(
            "Revenue so far",
            wording.money(revenue, currency, short=True),
            "revenue",
            f"{wording.money(revenue / len(customers), currency)} a customer",
        ),
    ]
    scores, plan = None, choices.standard_plan()
    if found.problem is None:
        scores = scores_for(data, plan)[inside]
        total = uncertainty_for(data, plan).total(inside)
        # One customer's range is the one that stands in the customer's own row.
        low, high = (
            (total.low, total.high)
            if len(scores) > 1
            else scores[["cltv_low", "cltv_high"]].iloc[0]
        )
        each = wording.money(total.expected / len(customers), currency)
        between = (
            f"12 months, discounted: {each} a customer; 80% range "
            f"{wording.money_range(low, high, currency)}"
        )
        expected = wording.money(total.expected, currency, short=True)
        cards += [
            widgets.Metric("Expected value", expected, "base_value", between),
            widgets.Metric(
                "Will order again",
                wording.percent(scores["p_purchase"].mean()),
                "returning",
                f"About {wording.count(scores['p_purchase'].sum())} of "
                f"{wording.count(len(customers))}",
            ),
        ]
    widgets.metric_row(cards)
    best, total_rows = search.find_customers(customers, scores, "", TABLE_ROWS)
    rank = "revenue" if scores is None else "expected value"
    if total_rows > 1:
        scope = "All" if total_rows <= TABLE_ROWS else f"The first {TABLE_ROWS} of"
        st.caption(f"{scope} {wording.count(total_rows)} customers, highest {rank} first")
    st.dataframe(
        best.round({name: 3 for name in best if name.startswith("p_")}).reset_index(),
        key="cohort_customers",
        height=min(35 * (len(best) + 1) + 3, 388),
        hide_index=True,
        placeholder=wording.MISSING,
        column_order=[
            name for name in customer_table.TABLE_COLUMNS if name in {"customer_id", *best.columns}
        ],
        column_config=customer_table.columns(currency),
    )
    widgets.csv_download(
        f"Download {wording.plural(total_rows, 'customer')}",
        # A value of the file may hold what no file name can.
        "cohort-customers.csv" if view.by else f"cohort-customers-{view.period}-{key}.csv",
        partial(_customers_csv, customers, scores, key),
        key="download_cohort",
    )


def _customers_csv(customers: pd.DataFrame, scores: pd.DataFrame | None, cohort: str) -> bytes:
    """A cohort's customers; runs when the button is clicked, outside the session."""
    found = search.find_customers(customers, scores)[0]
    chances = [name for name in found.columns if name.startswith("p_")]
    rounded = found.round(dict.fromkeys(found.columns, 2) | dict.fromkeys(chances, 4))
    return to_csv(rounded.assign(cohort=cohort))
