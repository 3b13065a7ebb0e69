"""One customer: what silence means, when the next order is due, and the place on the map."""

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from retention import wording
from retention.customers import search
from retention.models.model import CltvModel
from retention.models.next_order import (
    NextOrder,
    active_curve,
    frequency_recency_map,
    next_order,
    order_distribution,
)
from retention.view import forecast_panels, text, widgets
from retention.view.session.choices import Plan
from retention.view.session.loaded import Loaded
from retention.view.value import customer_charts as charts

#: Customers that the select box offers at most.
LISTED_CUSTOMERS = 200
#: Days after which a waiting time is no date: five years.
FAR_AHEAD_DAYS = 1826
#: Columns of the map: repeat purchases from 0 on, at least and at most.
FEWEST_COLUMNS, MOST_COLUMNS = 12, 40
#: Days since the first order below which the map has nothing to show.
TOO_NEW_DAYS = 30
#: Probability to have left from which a next order gets no date.
LIKELY_GONE = 0.5
#: Probability to order below which a range of the value says little.
HARDLY_ORDERS = 0.1
#: Measures that colour the map, by their labels.
MAP_MEASURES: dict[str, charts.MapMeasure] = {
    "Probability to order": "p_purchase",
    "Expected revenue": "expected_value",
}


class History(NamedTuple):
    """A customer's purchases as the model sees them.

    Attributes:
        frequency: Repeat purchase days.
        recency: Days from the first to the last purchase.
        T: Days from the first purchase to the end of the orders.
    """

    frequency: int
    recency: float
    T: float

    @property
    def silence(self) -> float:
        """Days since the last purchase."""
        return self.T - self.recency


def one_customer(data: Loaded, model: CltvModel, scores: pd.DataFrame, plan: Plan) -> None:
    """Draw the choice of a customer, then the numbers, the curves and the map."""
    st.subheader("One customer", anchor=False)
    customer_id = _choose_customer(data, scores)
    if customer_id is None:
        return
    # An id stands in one row, which the stubs of pandas cannot know.
    row: Any = data.customers.loc[customer_id]
    score: Any = scores.loc[customer_id]
    history = History(int(row["frequency"]), float(row["recency"]), float(row["T"]))
    due = next_order(model, *history, days=30)
    by_companion = history.frequency == 0 and model.purchase_model == "bg_nbd"
    _draw_metrics(score, due, data.orders.currency, by_companion=by_companion)
    _draw_words(data, customer_id, row, history, due)
    if by_companion:
        st.caption(
            ":material/info: BG/NBD takes every one-time buyer to be active. Whether this one has "
            "left for good, and the curve below, are MBG/NBD's view; the expected orders and the "
            "next order are BG/NBD's."
        )
    left, right = st.columns(2, gap="medium")
    with left:
        _draw_order_distribution(model, history, score, plan.horizon_days)
    with right:
        _draw_active_curve(model, history, score)
    if history.T < TOO_NEW_DAYS:
        st.info(
            f"First bought {wording.days(max(history.T, 1))} ago: too new for the map of how "
            "often and how lately.",
            icon=":material/info:",
        )
        return
    _draw_map(model, history, score, plan.horizon_days, data.orders.currency)


def _choose_customer(data: Loaded, scores: pd.DataFrame) -> str | None:
    """The id of the chosen customer; None where the search matches nobody."""
    left, right = st.columns(2, gap="medium")
    with left:
        query = widgets.customer_query("one_customer_query")
    listed, total = search.find_customers(data.customers, scores, query, LISTED_CUSTOMERS)
    if not total:
        widgets.no_customer(query)
        return None
    value = "value" if "cltv" in scores else "expected orders"
    return right.selectbox(
        f"Customer, highest {value} first"
        if total <= LISTED_CUSTOMERS
        else f"Customer, the {LISTED_CUSTOMERS} of highest {value} first",
        listed.index.tolist(),
        key=f"one_customer_{query}",
    )


def _draw_metrics(
    score: pd.Series, due: NextOrder, currency: str | None, *, by_companion: bool
) -> None:
    """Value, expected orders, next order, and whether the customer has left.

    `by_companion`: whether the other purchase model answers for this customer's being active.
    """
    ordering = wording.percent(score["p_purchase"])
    widgets.metric_row(
        [
            *_value_metric(score, ordering, currency),
            widgets.Metric(
                label="Expected orders",
                value=f"{score['expected_orders']:.1f}",
                about="expected_orders",
                note=f"At least one: {ordering}; 80% range: "
                f"{score['orders_low']:.0f} to {score['orders_high']:.0f}",
            ),
            widgets.Metric(
                label="Next order",
                value="Unlikely" if due.never > LIKELY_GONE else _wait(due.middle),
                about="next_order",
                note=f"If it comes: in {_window(due.early, due.late)}",
            ),
            widgets.Metric(
                label="Gone for good",
                value=wording.percent(due.never),
                about="gone_for_good",
                note="As MBG/NBD sees it"
                if by_companion
                else f"Still active: {wording.percent(1 - due.never)}",
            ),
        ]
    )


def _value_metric(score: pd.Series, ordering: str, currency: str | None) -> list[widgets.Metric]:
    """The expected value; nothing where the orders have no amounts."""
    if "cltv" not in score:
        return []
    value_range = wording.money_range(score["cltv_low"], score["cltv_high"], currency)
    note = f"80% range: {value_range}"
    if score["p_purchase"] < HARDLY_ORDERS:
        note = f"Most likely nothing: orders with {ordering}"
    amount = wording.money(score["cltv"], currency)
    return [widgets.Metric(label="Expected value", value=amount, about="cltv_range", note=note)]


def _draw_words(
    data: Loaded, customer_id: str, row: pd.Series, history: History, due: NextOrder
) -> None:
    orders = wording.plural(int(row["orders"]), "order")
    days = wording.plural(history.frequency + 1, "day")
    spent = ""
    if data.orders.has_amounts:
        spent = f"{wording.money(row['revenue'], data.orders.currency)} of revenue in all; "
    st.caption(
        text.plain(
            f"{customer_id}: {orders} on {days} since {wording.day(row['first_order'].date())}, "
            f"{spent}the last one {wording.days(history.silence)} before the "
            f"end of the data, {wording.day(data.orders.end)}, from which all days are counted. "
            "The next order comes within 30 days with a probability of "
            f"{wording.percent(due.within)}.",
            limit=600,
        )
    )


def _draw_order_distribution(
    model: CltvModel, history: History, score: pd.Series, horizon_days: int
) -> None:
    st.markdown(
        "**How many orders within the horizon?**", help=text.DEFINITIONS["order_distribution"]
    )
    counts = order_distribution(model, *history, days=horizon_days)
    inside = (counts["to"] >= score["orders_low"]) & (counts["orders"] <= score["orders_high"])
    with forecast_panels.expected("order-distribution"):
        st.altair_chart(
            charts.order_distribution_chart(counts.assign(inside=inside)),
            key="order_distribution",
            alt="Probability of each number of orders; with 80% between "
            f"{score['orders_low']:.0f} and {score['orders_high']:.0f}",
        )


def _draw_active_curve(model: CltvModel, history: History, score: pd.Series) -> None:
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
            f"{history.silence:.0f} days, {wording.percent(score['p_alive'])}",
        )


def _draw_map(
    model: CltvModel, history: History, score: pd.Series, horizon_days: int, currency: str | None
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
    age = int(history.T)
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
            alt=f"{label} of customers who first bought {age} days ago, by repeat purchases and "
            "days of silence",
        )
    priced = "" if model.spend is None else " and at this customer's expected order value"
    st.caption(
        f"Customers who first bought {wording.days(age)} ago, as this one did (diamond), over the "
        f"chosen horizon{priced}."
    )


def _window(early: float, late: float) -> str:
    """The first and the last day as a range: "3 to 54 days", "20 days to 4 months"."""
    first, last = _day(early), _day(late)
    if first == last:
        return first
    number, _, unit = first.partition(" ")
    return f"{number} to {last}" if last.endswith(unit) else f"{first} to {last}"


def _wait(days: float) -> str:
    return f"In {_day(days)}" if days <= FAR_AHEAD_DAYS else "After 5 years"


def _day(days: float) -> str:
    if not math.isfinite(days) or days > FAR_AHEAD_DAYS:
        return "more than 5 years"
    return wording.days(max(np.ceil(days), 1))
