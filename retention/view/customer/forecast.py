"""One customer's forecast in detail: how many orders, what silence means, the place on the map."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from retention import wording
from retention.charts import next_order as charts
from retention.models.model import CltvModel
from retention.models.next_order import active_curve, frequency_recency_map, order_distribution
from retention.view import forecast_panels, text
from retention.view.customer.data import Customer, History

#: Columns of the map: repeat purchases from 0 on, at least and at most.
FEWEST_COLUMNS, MOST_COLUMNS = 12, 40
#: Days since the first order below which the map has nothing to show.
TOO_NEW_DAYS = 30
#: Measures that colour the map, by their labels.
MAP_MEASURES: dict[str, charts.MapMeasure] = {
    "Probability to order": "p_purchase",
    "Expected revenue": "expected_value",
}


def draw_forecast(model: CltvModel, customer: Customer, horizon_days: int) -> None:
    """Draw the curves and the map of a customer who has scores."""
    history, score = customer.history, customer.scores
    if score is None:
        return
    if customer.by_companion:
        st.caption(
            ":material/info: BG/NBD takes every one-time buyer to be active. Whether this one has "
            "left for good, and the curve below, are MBG/NBD's view; the expected orders and the "
            "next order are BG/NBD's."
        )
    left, right = st.columns(2, gap="medium")
    with left:
        _draw_order_distribution(model, history, score, horizon_days)
    with right:
        _draw_active_curve(model, history, score)
    if history.age < TOO_NEW_DAYS:
        st.info(
            f"First bought {wording.days(max(history.age, 1))} ago: too new for the map of how "
            "often and how lately.",
            icon=":material/info:",
        )
        return
    _draw_map(model, history, score, horizon_days, customer.currency)


def _draw_order_distribution(
    model: CltvModel, history: History, score: Mapping[str, Any], horizon_days: int
) -> None:
    st.markdown(
        "**How many orders in the next 12 months?**", help=text.DEFINITIONS["order_distribution"]
    )
    counts = order_distribution(
        model, history.frequency, history.recency, history.age, days=horizon_days
    )
    inside = (counts["to"] >= score["orders_low"]) & (counts["orders"] <= score["orders_high"])
    with forecast_panels.expected("order-distribution"):
        st.altair_chart(
            charts.order_distribution_chart(counts.assign(inside=inside)),
            key="order_distribution",
            alt="Probability of each number of orders; with 80% between "
            f"{wording.count(score['orders_low'])} and {wording.count(score['orders_high'])}",
        )


def _draw_active_curve(model: CltvModel, history: History, score: Mapping[str, Any]) -> None:
    st.markdown("**Still active after how much silence?**", help=text.DEFINITIONS["p_active_curve"])
    today = pd.DataFrame({"silence": [history.silence], "p_alive": [score["p_alive"]]})
    days = int(max(2 * history.silence, 180))
    curve = active_curve(
        model, history.frequency, history.recency, days=days, silence_today=history.silence
    )
    with forecast_panels.expected("active-curve"):
        st.altair_chart(
            charts.active_curve_chart(curve, today),
            key="active_curve",
            alt="Probability to be still active by days of silence; today, after "
            f"{wording.count(history.silence)} days, {wording.percent(score['p_alive'])}",
        )


def _draw_map(
    model: CltvModel,
    history: History,
    score: Mapping[str, Any],
    horizon_days: int,
    currency: str | None,
) -> None:
    st.subheader(
        "How often and how lately", anchor=False, help=text.DEFINITIONS["frequency_recency"]
    )
    label = st.segmented_control(
        "Colour",
        list(MAP_MEASURES) if model.spend is not None else ["Probability to order"],
        default="Probability to order",
        key="map_measure",
        required=True,
        label_visibility="collapsed",
    )
    age = int(history.age)
    frame = frequency_recency_map(
        model,
        age,
        horizon_days,
        order_value=None if model.spend is None else float(score["expected_order_value"]),
        most=max(FEWEST_COLUMNS, min(history.frequency, MOST_COLUMNS)),
    )
    here = pd.DataFrame({"frequency": [history.frequency], "silence": [min(history.silence, age)]})
    with forecast_panels.expected("frequency-recency"):
        st.altair_chart(
            charts.frequency_recency_chart(frame, MAP_MEASURES[label], currency, here),
            key="frequency_recency",
            alt=f"{label} of customers who first bought {age} days ago. "
            + _highest_cell(frame, MAP_MEASURES[label], currency),
        )
    priced = "" if model.spend is None else " and at this customer's expected order value"
    st.caption(
        f"Customers who first bought {wording.days(age)} ago, as this one did (diamond), over the "
        f"next 12 months{priced}."
    )


def _highest_cell(frame: pd.DataFrame, measure: charts.MapMeasure, currency: str | None) -> str:
    """Say how often and how lately the most promising customers bought."""
    cell = frame.iloc[frame[measure].argmax()]
    amount = (
        wording.percent(cell[measure])
        if measure == "p_purchase"
        else wording.money(cell[measure], currency)
    )
    return (
        f"The highest, {amount}: {wording.plural(cell['frequency'], 'repeat purchase')}, silent "
        f"for {cell['silence_from']:.0f} to {cell['silence_to']:.0f} days"
    )
