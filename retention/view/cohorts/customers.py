"""The last part of the cohorts page: one cohort's customers."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.customers import search
from retention.models.uncertainty import Total
from retention.reports import cohorts
from retention.view import customer_lists, customer_table, text, widgets
from retention.view.cohorts.frames import Cohorts, CohortView
from retention.view.plan_button import plan_button, plan_customers
from retention.view.session import choices
from retention.view.session.contact import contact_for
from retention.view.session.customer_links import open_chosen
from retention.view.session.loaded import Loaded
from retention.view.session.results import (
    group_scores_for,
    group_uncertainty_for,
    scores_for,
    uncertainty_for,
)

TABLE_ROWS = 200


def one_cohort(data: Loaded, view: CohortView, intakes: Cohorts, keys: list[str]) -> None:
    """One cohort's customers: number, value so far and expected, the highest, and a file."""
    st.subheader("Customers of a cohort", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = _choose_cohort(view, intakes, keys)
        is_planned = plan_button("plan_cohort")
    cohort = intakes.second.loc[intakes.second["key"] == key, "cohort"].iloc[0]
    inside = (cohorts.cohort_of(data.customers, view.period, view.by) == cohort).to_numpy()
    customers, currency = data.customers[inside], data.orders.currency
    if is_planned:
        name = text.one_line(intakes.names[key], 40)
        about = f"First {view.by}: {name}." if view.by else f"First order in {name}."
        plan_customers(data, f"Cohort {name}", about, customers.index)
    cards, has_amounts = _cards_so_far(customers, inside, data), data.orders.has_amounts
    scores = None
    if intakes.problem is None:
        plan = choices.standard_plan()
        # A cohort by value is forecast by the model of that value, here as in the curves above.
        column = None if view.by is None else f"first_{view.by}"
        scores = scores_for(data, plan)[inside]
        by_group = scores if column is None else group_scores_for(data, plan, column)[inside]
        total = _total(data, plan, column, inside) if has_amounts else None
        cards += _expected_cards(by_group, total, currency, by_group=column is not None)
        # A customer has the same expected value in every table. Those by group add up to the card.
        if column is not None and has_amounts:
            scores = scores.assign(cltv_by_group=by_group["cltv"])
    widgets.metric_row(cards)
    _table(data, customers, scores)
    customer_lists.draw_download(
        data,
        contact_for(data)[inside],
        partial(cohort_list, customers, scores, key),
        # A value of the file may hold what no file name can.
        file_name="cohort-customers.csv"
        if view.by
        else f"cohort-customers-{view.period}-{key}.csv",
        key="download_cohort",
    )


def _total(data: Loaded, plan: choices.Plan, column: str | None, inside: np.ndarray) -> Total:
    if column is None:
        return uncertainty_for(data, plan).total(inside)
    return group_uncertainty_for(data, plan, column).total(inside)


def _choose_cohort(view: CohortView, intakes: Cohorts, keys: list[str]) -> str:
    """The key of the chosen cohort. Drawn cohorts come first, the newest or largest at the top."""
    drawn = keys if view.by else keys[::-1]
    options = [*drawn, *(key for key in list(intakes.names)[::-1] if key not in set(drawn))]
    if st.session_state.get(view.pick_key) not in options:
        st.session_state[view.pick_key] = options[0]
    return st.selectbox(
        "Cohort", options, format_func=lambda key: intakes.names[key], key=view.pick_key, width=360
    )


def _cards_so_far(
    customers: pd.DataFrame, inside: np.ndarray, data: Loaded
) -> list[widgets.Metric]:
    number, revenue = len(customers), float(customers["revenue"].sum())
    currency = data.orders.currency
    cards = [
        widgets.Metric(
            label="Customers",
            value=wording.count(number),
            about="customers",
            note=f"{wording.percent(inside.mean())} of all",
        ),
        widgets.Metric(
            label="Revenue so far",
            value=wording.money(revenue, currency, short=True),
            about="revenue",
            note=f"{wording.money(revenue / number, currency)} a customer",
        ),
    ]
    return cards if data.orders.has_amounts else cards[:1]


def _expected_cards(
    scores: pd.DataFrame, total: Total | None, currency: str | None, *, by_group: bool
) -> list[widgets.Metric]:
    number, returning = len(scores), scores["p_purchase"]
    will_return = widgets.Metric(
        label="Will order again",
        value=wording.percent(returning.mean()),
        about="returning",
        note=f"About {wording.count(returning.sum())} of {wording.count(number)}",
    )
    if total is None:
        return [will_return]
    # One customer's range is the one that stands in the customer's own row.
    low, high = (total.low, total.high) if number > 1 else scores[["cltv_low", "cltv_high"]].iloc[0]
    each = wording.money(total.expected / number, currency)
    note = (
        f"12 months, discounted: {each} a customer; 80% range "
        f"{wording.money_range(low, high, currency)}"
    )
    expected = wording.money(total.expected, currency, short=True)
    return [
        widgets.Metric(
            label=text.BY_GROUP if by_group else "Expected value",
            value=expected,
            about="cltv_by_group" if by_group else "base_value",
            note=note,
        ),
        will_return,
    ]


def _table(data: Loaded, customers: pd.DataFrame, scores: pd.DataFrame | None) -> None:
    """Draw the highest customers of the cohort."""
    best, number = search.find_customers(customers, scores, "", TABLE_ROWS)
    if number > 1:
        scope = "All" if number <= TABLE_ROWS else f"The first {TABLE_ROWS} of"
        measure = search.RANKINGS[search.ranked_by(customers, scores)]
        st.caption(
            f"{scope} {wording.count(number)} customers, highest {measure} first. "
            f"{customer_table.OPENS}"
        )
    event = st.dataframe(
        best.round(dict.fromkeys(_probabilities(best), 3)).reset_index(),
        key="cohort_customers",
        on_select="rerun",
        selection_mode="single-row",
        height=min(35 * (len(best) + 1) + 3, 388),
        hide_index=True,
        placeholder=wording.MISSING,
        column_order=[
            name for name in customer_table.TABLE_COLUMNS if name in {"customer_id", *best.columns}
        ],
        column_config=customer_table.columns(data.orders.currency),
    )
    open_chosen(data, best.index, event)


def _probabilities(customers: pd.DataFrame) -> list[str]:
    return [str(name) for name in customers.columns if str(name).startswith("p_")]


def cohort_list(customers: pd.DataFrame, scores: pd.DataFrame | None, cohort: str) -> pd.DataFrame:
    """A cohort's customers, those with the highest expected value (or revenue) first."""
    rows = search.find_customers(customers, scores)[0]
    digits = dict.fromkeys(rows.columns, 2) | dict.fromkeys(_probabilities(rows), 4)
    return rows.round(digits).assign(cohort=cohort)
