"""The parts of the customer value page, from the settings to the charts of the value."""

import pandas as pd
import streamlit as st

from retention import wording
from retention.charts.value import (
    concentration_chart,
    expected_months_chart,
    value_histogram_chart,
)
from retention.view import findings, forecast_panels, text, widgets
from retention.view.plan_button import plan_button, plan_customers
from retention.view.session import choices
from retention.view.session.choices import Plan
from retention.view.session.loaded import Loaded
from retention.view.session.results import (
    months_for,
    peaks_for,
    scores_for,
    spread_for,
    uncertainty_for,
)

YEAR = 365
#: Days ahead, with their labels.
HORIZONS = {
    30: "30 days",
    60: "60 days",
    90: "90 days",
    180: "6 months",
    365: "1 year",
    730: "2 years",
    1096: "3 years",
    1461: "4 years",
    1826: "5 years",
}
#: Shares of the best customers that a campaign can be planned for, and the one that is named.
SHARES, BEST = (0.01, 0.05, 0.1, 0.2), 0.1
MONTHS_HELP = (
    f"{text.DEFINITIONS['expected_revenue']} Thin lines are a month's 80% range. Where revenue "
    "falls over time, some of today's customers leave. Customers you have yet to win come on top."
)


def settings(data: Loaded) -> Plan:
    """Draw how far to look ahead, and return it with the store settings.

    Other pages look 12 months ahead.
    """
    days = {label: number for number, label in HORIZONS.items()}
    with st.container(border=True):
        horizon = st.select_slider(
            "Look ahead",
            list(days),
            HORIZONS[YEAR],
            key="horizon",
            bind="query-params",
            help=text.DEFINITIONS["horizon"],
        )
        if days[horizon] != YEAR:
            st.caption(f"This page looks ahead {horizon}; the other pages look 1 year ahead.")
        plan = choices.standard_plan(days[horizon])
        widgets.settings_line(
            forecast_panels.assumptions(plan, has_amounts=data.orders.has_amounts), "value"
        )
    return plan


def conclusion(data: Loaded, scores: pd.DataFrame, plan: Plan) -> str:
    """What today's customers should bring, who holds it, and how many come back, as Markdown."""
    ahead = HORIZONS[plan.horizon_days]
    returning = wording.percent(float(scores["p_purchase"].mean()))
    if not data.orders.has_amounts:
        orders = wording.count(float(scores["expected_orders"].sum()))
        return (
            f"**{returning}** of your customers should order again within {ahead}, **{orders}** "
            "times in all."
        )
    total, currency = uncertainty_for(data, plan).total(), data.orders.currency
    worth = wording.money(total.expected, currency, short=True)
    words = (
        f"Today's customers should be worth **{text.plain(worth)}** over {ahead}, and "
        f"**{returning}** of them should order again."
    )
    top = spread_for(data, plan).top
    best = top[top["share"] == BEST]
    if not len(best):
        return words
    held = wording.percent(best["value_share"].iloc[0])
    return f"{words} The best {wording.percent(BEST)} hold **{held}** of it."


def plan_for_best(data: Loaded, plan: Plan) -> None:
    """The way to a campaign for the customers of the highest expected value."""
    scores = scores_for(data, plan)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        share = st.selectbox(
            "Of the highest expected value",
            SHARES,
            index=SHARES.index(BEST),
            format_func=lambda share: f"Best {wording.percent(share)}",
            key="value_share",
            width=220,
        )
        number = max(round(share * len(scores)), 1)
        if plan_button("plan_best"):
            best = scores["cltv"].nlargest(number).index
            name = f"Best {wording.percent(share)} by expected value"
            about = f"Of the highest expected value over {HORIZONS[plan.horizon_days]}."
            plan_customers(data, name, about, best)
        st.caption(wording.plural(number, "customer"))


def headline(data: Loaded, scores: pd.DataFrame, plan: Plan) -> None:
    """Draw four numbers: value of the base and of a customer, who will return, expected orders."""
    if not data.orders.has_amounts:
        widgets.metric_row(forecast_panels.forecast_metrics(scores, None, None, label="", about=""))
        return
    currency, cltv = data.orders.currency, scores["cltv"]
    total = uncertainty_for(data, plan).total()
    worth, returning, orders = forecast_panels.forecast_metrics(
        scores,
        total,
        currency,
        label=f"Expected value{_over(plan)}",
        about="cltv_total",
    )
    each = widgets.Metric(
        label="Value per customer",
        value=wording.money(cltv.mean(), currency),
        about="cltv_per_customer",
        note=f"Half are below {wording.money(cltv.median(), currency)}",
    )
    widgets.metric_row([worth, each, returning, orders])


def _over(plan: Plan) -> str:
    """The horizon as a part of a label; nothing where it is the one of every page."""
    return "" if plan.horizon_days == YEAR else f" over {HORIZONS[plan.horizon_days]}"


def distribution(data: Loaded, plan: Plan) -> None:
    """Draw how the value spreads over customers, and who holds it."""
    currency = data.orders.currency
    histogram, curve, top = spread_for(data, plan)
    if histogram.empty or curve.empty:
        st.info(
            "No customer is expected to bring anything within this horizon.", icon=":material/info:"
        )
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("How value spreads", anchor=False, help=text.DEFINITIONS["cltv"])
        with forecast_panels.expected("value-histogram"):
            st.altair_chart(
                value_histogram_chart(histogram, currency),
                key="value_histogram",
                alt="Number of customers by expected value. "
                + _most_common_value(histogram, currency),
            )
    with right:
        st.subheader("Who holds it", anchor=False, help=text.DEFINITIONS["top_share"])
        with forecast_panels.expected("concentration"):
            st.altair_chart(
                concentration_chart(curve, top, currency),
                key="concentration",
                alt="; ".join(
                    f"the top {wording.percent(share)} of customers hold "
                    f"{wording.percent(value_share)} of the value"
                    for share, value_share in zip(top["share"], top["value_share"], strict=True)
                ),
            )


def _most_common_value(histogram: pd.DataFrame, currency: str | None) -> str:
    """Say which values most customers have."""
    bins = histogram.groupby(["low", "high"], as_index=False)["customers"].sum()
    fullest = bins.iloc[bins["customers"].argmax()]
    return (
        f"The most, {wording.count(fullest['customers'])}, have "
        f"{wording.money_range(fullest['low'], fullest['high'], currency)}"
    )


def months(data: Loaded, plan: Plan) -> None:
    """Draw the expected revenue month by month."""
    frame = months_for(data, plan)
    st.subheader("Expected revenue by month", anchor=False, help=MONTHS_HELP)
    total = wording.money(frame["expected_revenue"].sum(), data.orders.currency, short=True)
    words = f"{total} over {HORIZONS[plan.horizon_days]}, before margin and discounting."
    if len(frame) == 1:
        st.caption(text.plain(words))
        return
    terms = forecast_panels.terms(plan)
    rest = frame["first_day"].iloc[0]
    if rest > frame["start"].iloc[0]:
        words += f" The first bar is the rest of {rest:%B}."
    st.caption(text.plain(f"{words} Thick line: the value {terms[0].lower()}{terms[1:]}."))
    # A part of a month would look like a fall.
    last_day = frame["end"] - pd.Timedelta(days=1)
    is_whole = (frame["first_day"] == frame["start"]) & (frame["last_day"] == last_day)
    whole = frame[is_whole] if is_whole.any() else frame
    with forecast_panels.expected("months"):
        st.altair_chart(
            expected_months_chart(frame, data.orders.currency),
            key="expected_months",
            alt=f"Expected revenue by month, {total} in all. "
            + findings.course(
                [f"{start:%B %Y}" for start in whole["start"]],
                list(whole["expected_revenue"]),
                [
                    wording.money(amount, data.orders.currency, short=True)
                    for amount in whole["expected_revenue"]
                ],
            ),
        )
    peaks = forecast_panels.peak_words(peaks_for(data))
    if peaks:
        st.caption(text.plain(peaks, limit=400))
