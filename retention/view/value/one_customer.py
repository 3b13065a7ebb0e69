"""One customer: what silence means, when the next order is due, and where the customer stands on the map."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.customers import search
from retention.models.model import CltvModel
from retention.models.next_order import (
    active_curve,
    frequency_recency_map,
    next_order,
    order_distribution,
)
from retention.view import text, widgets
from retention.view.session.choices import Plan
from retention.view.session.loaded import Loaded
from retention.view.value import forecast_charts as charts

CHOICES = 200
FAR_AHEAD = 1826  # days: past five years a waiting time is no date
MOST = 12
TOO_NEW = 30  # days since the first order below which the map has nothing to show
LIKELY_GONE = 0.5  # probability to have left from which a next order is not given a date
HARDLY = 0.1  # probability to order below which a range of orders says little


def one_customer(data: Loaded, model: CltvModel, scores: pd.DataFrame, plan: Plan) -> None:
    """Pick a customer; the curve, the next order and the map follow."""
    st.subheader("One customer", anchor=False)
    left, right = st.columns(2, gap="medium")
    with left:
        query = widgets.customer_query("one_customer_query")
    found, total = search.find_customers(data.customers, scores, query, CHOICES)
    if not total:
        widgets.no_customer(query)
        return
    chosen = right.selectbox(
        "Customer, highest value first"
        if total <= CHOICES
        else f"Customer, the {CHOICES} of highest value first",
        found.index.tolist(),
        key=f"one_customer_{query}",
    )
    row, score = data.customers.loc[chosen], scores.loc[chosen]
    history = int(row["frequency"]), float(row["recency"]), float(row["T"])
    silence = history[2] - history[1]
    due = next_order(model, *history, days=30)
    currency = data.orders.currency
    widgets.metric_row(
        [
            widgets.Metric(
                "Expected value",
                wording.money(score["cltv"], currency),
                "cltv_range",
                f"Most likely nothing: orders with {wording.percent(score['p_purchase'])}"
                if score["p_purchase"] < HARDLY
                else f"80% range: {wording.money_range(score['cltv_low'], score['cltv_high'], currency)}",
            ),
            widgets.Metric(
                "Expected orders",
                f"{score['expected_orders']:.1f}",
                "expected_orders",
                f"At least one: {wording.percent(score['p_purchase'])}; 80% range: {score['orders_low']:.0f} to "
                f"{score['orders_high']:.0f}",
            ),
            widgets.Metric(
                "Next order",
                "Unlikely" if due.never > LIKELY_GONE else _wait(due.middle),
                "next_order",
                f"If it comes: in {_window(due.early, due.late)}",
            ),
            widgets.Metric(
                "Gone for good",
                wording.percent(due.never),
                "gone_for_good",
                "As MBG/NBD sees it"
                if _by_companion(model, history[0])
                else f"Still active: {wording.percent(1 - due.never)}",
            ),
        ]
    )
    bought = (
        f"{wording.plural(int(row['orders']), 'order')} on {wording.plural(history[0] + 1, 'day')}"
    )
    spent = wording.money(row["revenue"], currency)
    st.caption(
        text.plain(
            f"{chosen}: {bought} since {wording.day(row['first_order'].date())}, {spent} of revenue in all; the last one "
            f"{wording.days(silence)} before the end of the data, {wording.day(data.orders.end)}, from which all days are "
            f"counted. The next order comes within 30 days with a probability of {wording.percent(due.within)}.",
            limit=600,
        )
    )
    if _by_companion(model, history[0]):
        st.caption(
            ":material/info: BG/NBD takes every one-time buyer to be active. Whether this one has left for good, and "
            "the curve below, are MBG/NBD's view; the expected orders and the next order are BG/NBD's."
        )
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(
            "**How many orders within the horizon?**", help=text.DEFINITIONS["order_distribution"]
        )
        counts = order_distribution(model, *history, days=plan.horizon_days)
        inside = (counts["to"] >= score["orders_low"]) & (counts["orders"] <= score["orders_high"])
        counts = counts.assign(inside=inside)
        st.altair_chart(
            charts.order_distribution_chart(counts),
            key="order_distribution",
            alt=f"Probability of each number of orders; with 80% between {score['orders_low']:.0f} and "
            f"{score['orders_high']:.0f}",
        )
    with right:
        st.markdown(
            "**Still active after how much silence?**", help=text.DEFINITIONS["p_active_curve"]
        )
        now = pd.DataFrame({"silence": [silence], "p_alive": [score["p_alive"]]})
        curve = active_curve(model, *history[:2], days=int(max(2 * silence, 180)))
        st.altair_chart(
            charts.active_curve_chart(curve, now),
            key="active_curve",
            alt=f"Probability to be still active by days of silence; today, after {silence:.0f} days, "
            f"{wording.percent(score['p_alive'])}",
        )
    if history[2] < TOO_NEW:
        st.info(
            f"First bought {wording.days(max(history[2], 1))} ago: too new for the map of how often and how lately.",
            icon=":material/info:",
        )
        return
    measures = {"Probability to order": "p_purchase", "Expected revenue": "expected_value"}
    st.subheader(
        "How often and how lately", anchor=False, help=text.DEFINITIONS["frequency_recency"]
    )
    label = st.segmented_control(
        "Colour",
        list(measures),
        default="Probability to order",
        key="map_measure",
        required=True,
        label_visibility="collapsed",
    )
    age = int(history[2])
    frame = frequency_recency_map(
        model,
        age,
        plan.horizon_days,
        float(score["expected_order_value"]),
        max(MOST, min(history[0], 40)),
    )
    here = pd.DataFrame({"frequency": [history[0]], "silence": [min(silence, age)]})
    st.altair_chart(
        charts.frequency_recency_chart(frame, measures[label], currency, here),
        key="frequency_recency",
        alt=f"{label} of customers who first bought {age} days ago, by repeat purchases and days of silence",
    )
    st.caption(
        f"Customers who first bought {wording.days(age)} ago, as this one did (diamond), over the chosen horizon and at "
        "this customer's expected order value."
    )


def _by_companion(model: CltvModel, frequency: int) -> bool:
    """Whether the other purchase model answers for this customer's being active."""
    return frequency == 0 and model.purchase_model == "bg_nbd"


def _window(early: float, late: float) -> str:
    """The first and the last day as a range: "3 to 54 days", "20 days to 4 months"."""
    first, last = _day(early), _day(late)
    if first == last:
        return first
    number, _, unit = first.partition(" ")
    return f"{number} to {last}" if last.endswith(unit) else f"{first} to {last}"


def _wait(days: float) -> str:
    return f"In {_day(days)}" if days <= FAR_AHEAD else "After 5 years"


def _day(days: float) -> str:
    if not math.isfinite(days) or days > FAR_AHEAD:
        return "more than 5 years"
    return wording.days(max(np.ceil(days), 1))
