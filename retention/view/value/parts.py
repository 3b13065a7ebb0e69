"""The parts of the customer value page, from the settings at the top to the table at the bottom."""

from functools import partial

import pandas as pd
import streamlit as st

from retention.csv_export import to_csv
from retention.models import value_distribution as value
from retention.view import charts, text, widgets
from retention.view.session import results as session
from retention.view.session.results import Loaded, Plan

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
MODELS = {"Auto": "auto", "BG/NBD": "bg_nbd", "MBG/NBD": "mbg_nbd"}
TABLE_ROWS = 200
MONEY = ("revenue", "average_order_value", "expected_order_value", "cltv", "cltv_low", "cltv_high")
TABLE_COLUMNS = (
    *(
        "customer_id",
        "cltv",
        "cltv_low",
        "cltv_high",
        "p_purchase",
        "p_purchase_30d",
        "expected_orders",
        "expected_order_value",
    ),
    *("orders", "revenue", "average_order_value", "last_order", "p_alive"),
)


def settings() -> Plan:
    """Four controls in one row, kept in the URL; the purchase model holds for all pages."""
    days = {label: n for n, label in HORIZONS.items()}
    define = text.DEFINITIONS
    with st.container(border=True):
        left, middle, right, last = st.columns([1.2, 1, 1, 1.2], gap="medium")
        horizon = left.select_slider(
            "Look ahead",
            list(days),
            HORIZONS[365],
            key="horizon",
            bind="query-params",
            help=define["horizon"],
        )
        margin = middle.slider(
            "Margin",
            5,
            100,
            100,
            5,
            "%d%%",
            key="margin",
            bind="query-params",
            help=define["margin"],
        )
        rate = right.slider(
            "Discount rate a year",
            *(0, 30, 10, 1, "%d%%"),
            key="discount_rate",
            bind="query-params",
            help=define["annual_discount_rate"],
        )
        kind = last.segmented_control(
            "Purchase model",
            list(MODELS),
            default=_label(session.purchase_model()),
            key="purchase_model",
            bind="query-params",
            required=True,
            help=define["purchase_model"],
        )
    session.choose_purchase_model(MODELS[kind])
    return Plan(days[horizon], rate / 100, margin / 100, MODELS[kind])


def _label(kind: str) -> str:
    return next(label for label, one in MODELS.items() if one == kind)


def headline(data: Loaded, scores: pd.DataFrame, plan: Plan) -> None:
    """What the base is worth, what one customer is, how many will order again, and how often."""
    currency, cltv = data.orders.currency, scores["cltv"]
    total = session.uncertainty_for(data, plan).total()
    worth, returning, orders = widgets.forecast_metrics(
        scores, total, currency, label=f"Value over {HORIZONS[plan.horizon_days]}", about="cltv"
    )
    each = widgets.Metric(
        "Value per customer",
        text.money(cltv.mean(), currency),
        "cltv_per_customer",
        f"Half are below {text.money(cltv.median(), currency)}",
    )
    widgets.metric_row([worth, each, returning, orders])


def distribution(data: Loaded, plan: Plan) -> None:
    """How value spreads over customers, and who holds it."""
    currency = data.orders.currency
    histogram, curve, top = session.spread_for(data, plan)
    if histogram.empty or curve.empty:
        st.info(
            "No customer is expected to bring anything within this horizon.", icon=":material/info:"
        )
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("How value spreads", anchor=False, help=text.DEFINITIONS["cltv"])
        st.altair_chart(
            charts.value_histogram_chart(histogram, currency),
            key="value_histogram",
            alt="Number of customers by expected value, one-time and repeat buyers apart",
        )
    with right:
        st.subheader("Who holds it", anchor=False, help=text.DEFINITIONS["top_share"])
        st.altair_chart(
            charts.concentration_chart(curve, top, currency),
            key="concentration",
            alt="; ".join(
                f"the top {text.percent(share)} of customers hold {text.percent(held)} of the value"
                for share, held in zip(top["share"], top["value_share"], strict=True)
            ),
        )


def months(data: Loaded, plan: Plan) -> None:
    """Expected revenue month by month."""
    frame = session.months_for(data, plan)
    end = data.orders.end
    terms = widgets.terms(plan)
    frame = frame.assign(
        start=value.day_to_date(frame["start_day"], end),
        end=value.day_to_date(frame["end_day"], end),
    )
    st.subheader(
        "Expected revenue by month", anchor=False, help=text.DEFINITIONS["expected_revenue"]
    )
    total = text.money(frame["expected_revenue"].sum(), data.orders.currency, short=True)
    words = f"{total} of revenue from today's customers over {HORIZONS[plan.horizon_days]}, before margin and discounting."
    if len(frame) == 1:
        st.caption(text.plain(words))
        return
    st.caption(
        text.plain(
            f"{words} Thin lines are a month's 80% range. The thick line is the value: "
            f"{terms[0].lower()}{terms[1:]}. Where revenue falls over time, some of "
            "them leave; customers you have yet to win come on top."
        )
    )
    st.altair_chart(
        charts.expected_months_chart(frame, data.orders.currency),
        key="expected_months",
        alt=f"Expected revenue by month, {total} in all, and what is left of it after margin and discounting",
    )


def customer_table(data: Loaded, scores: pd.DataFrame | None, plan: Plan | None) -> None:
    """Search, the best customers that match, and the download of all of them; without a model no scores and no plan."""
    st.subheader("Customers", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        query = widgets.customer_query("customers_query", width=360)
        found, total = value.find_customers(data.customers, scores, query, TABLE_ROWS)
        if total:
            over = "" if plan is None else _terms(plan)
            widgets.csv_download(
                f"Download {text.plural(total, 'customer')}",
                f"customers{over}.csv",
                partial(_csv, data.customers, scores, query),
                key="download_customers",
            )
    if not total:
        widgets.no_customer(query)
        return
    by = "revenue" if scores is None else "expected value"
    scope = "All" if total <= TABLE_ROWS else f"The first {TABLE_ROWS} of"
    st.caption(f"{scope} {text.plural(total, 'customer')}, highest {by} first")
    # Rounded for the progress bars, which show every digit; the download has them all.
    chances = [name for name in found.columns if name.startswith("p_")]
    shown = found.round(dict.fromkeys(chances, 3)).reset_index()
    st.dataframe(
        shown,
        key="customers",
        height=420,
        column_order=[name for name in TABLE_COLUMNS if name in shown.columns],
        hide_index=True,
        placeholder=text.MISSING,
        column_config=columns(data.orders.currency),
    )


def columns(currency: str | None) -> dict:
    """How each column of the customer table reads."""
    define, column = text.DEFINITIONS, st.column_config
    unit = f" ({currency})" if currency else ""

    def amount(label: str, about: str):
        return column.NumberColumn(label + unit, format="localized", help=define[about], step=0.01)

    def chance(label: str, about: str):
        return column.ProgressColumn(
            label, format="percent", min_value=0, max_value=1, help=define[about]
        )

    return {
        "customer_id": column.TextColumn("Customer", pinned=True),
        "orders": column.NumberColumn("Orders", format="localized", help=define["orders"]),
        "revenue": amount("Revenue", "revenue"),
        "average_order_value": amount("Average order", "average_order_value"),
        "last_order": column.DateColumn("Last order", format="D MMM YYYY"),
        "p_alive": chance("Still active", "p_alive"),
        "p_purchase": chance("Will order", "p_purchase"),
        "p_purchase_30d": chance("Within 30 days", "p_purchase_30d"),
        "expected_orders": column.NumberColumn(
            "Expected orders", format="%.2f", help=define["expected_orders"]
        ),
        "expected_order_value": amount("Expected order value", "expected_order_value"),
        "cltv": amount("Expected value", "cltv"),
        "cltv_low": amount("80% range from", "cltv_range"),
        "cltv_high": amount("to", "cltv_range"),
    }


def _csv(customers: pd.DataFrame, scores: pd.DataFrame | None, query: str) -> bytes:
    found = value.find_customers(customers, scores, query)[0]
    money = [name for name in found.columns if name in MONEY]
    fine = [name for name in found.columns if name.startswith("p_") or name == "expected_orders"]
    whole = [name for name in ("orders_low", "orders_high") if name in found.columns]
    return to_csv(
        found.round(dict.fromkeys(money, 2) | dict.fromkeys(fine, 4)).astype(
            dict.fromkeys(whole, int)
        )
    )


def _terms(plan: Plan) -> str:
    """What the values in a file rest on, for its name."""
    margin, rate = round(plan.margin * 100), round(plan.annual_discount_rate * 100)
    return f"-value-{plan.horizon_days}-days-margin-{margin}-discount-{rate}"
