"""The table of customers that several pages show, and its file."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from retention import wording
from retention.customers import search
from retention.view import customer_lists, text, widgets
from retention.view.session.choices import Plan
from retention.view.session.contact import contact_for
from retention.view.session.customer_links import open_chosen
from retention.view.session.loaded import Loaded

#: Rows of the table at most. The download has all.
TABLE_ROWS = 200
#: Columns of amounts, which the download has to the cent.
MONEY = ("revenue", "average_order_value", "expected_order_value", "cltv", "cltv_low", "cltv_high")
#: Said above a table whose rows lead to the page of one customer.
OPENS = "Tick a row to see the customer."
#: The table's columns from left to right.
TABLE_COLUMNS = (
    "customer_id",
    "cltv",
    "cltv_low",
    "cltv_high",
    "p_purchase",
    "p_purchase_30d",
    "expected_orders",
    "expected_order_value",
    "orders",
    "revenue",
    "average_order_value",
    "last_order",
    "p_alive",
)


def customer_table(data: Loaded, scores: pd.DataFrame | None, plan: Plan | None) -> None:
    """Draw a search, the best customers that match it, and the download of all of them.

    Args:
        data: The session's data.
        scores: As `predict_cltv` returns; None without a model.
        plan: What the scores assume; None without a model.
    """
    st.subheader("Customers", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        query = widgets.customer_query("customers_query", width=360)
        listed, total = search.find_customers(data.customers, scores, query, TABLE_ROWS)
        if total:
            terms = "" if plan is None or not data.orders.has_amounts else _terms(plan)
            rows = search.matching_rows(data.customers.index, query)
            customer_lists.draw_download(
                data,
                contact_for(data).iloc[rows],
                partial(table_list, data.customers, scores, query),
                file_name=f"customers{terms}.csv",
                key="download_customers",
            )
    if not total:
        widgets.no_customer(query)
        return
    by = search.RANKINGS[search.ranked_by(data.customers, scores)]
    scope = "All" if total <= TABLE_ROWS else f"The first {TABLE_ROWS} of"
    st.caption(f"{scope} {wording.plural(total, 'customer')}, highest {by} first. {OPENS}")
    # Rounded for the progress bars, which show every digit, and for numbers, of which the browser
    # cuts digits off instead. The download has them all.
    chances = [name for name in listed.columns if name.startswith("p_")]
    shown = listed.round(dict.fromkeys(chances, 3) | {"expected_orders": 2}).reset_index()
    event = st.dataframe(
        shown,
        key="customers",
        height=420,
        on_select="rerun",
        selection_mode="single-row",
        column_order=[name for name in TABLE_COLUMNS if name in shown.columns],
        hide_index=True,
        placeholder=wording.MISSING,
        column_config=columns(data.orders.currency),
    )
    open_chosen(data, listed.index, event)


def columns(currency: str | None) -> dict[str, Any]:
    """Return how each column of the customer table reads: Streamlit's column configurations."""
    define, column = text.DEFINITIONS, st.column_config
    unit = f" ({currency})" if currency else ""

    def amount(label: str, about: str) -> Any:
        return column.NumberColumn(label + unit, format="localized", help=define[about], step=0.01)

    def chance(label: str, about: str) -> Any:
        return column.ProgressColumn(
            label, format="percent", min_value=0, max_value=1, help=define[about]
        )

    return {
        "customer_id": column.TextColumn("Customer", pinned=True, width=180),
        "orders": column.NumberColumn("Orders", format="localized", help=define["orders"]),
        "revenue": amount("Revenue", "revenue"),
        "average_order_value": amount("Average order", "average_order_value"),
        "last_order": column.DateColumn("Last order", format="D MMM YYYY"),
        "p_alive": chance("Still active", "p_alive"),
        "p_purchase": chance("Will order", "p_purchase"),
        "p_purchase_30d": chance("Within 30 days", "p_purchase_30d"),
        "expected_orders": column.NumberColumn(
            "Expected orders", format="localized", step=0.01, help=define["expected_orders"]
        ),
        "expected_order_value": amount("Expected order value", "expected_order_value"),
        "cltv": amount("Expected value", "cltv"),
        "cltv_low": amount("80% range from", "cltv_range"),
        "cltv_high": amount("to", "cltv_range"),
    }


def table_list(customers: pd.DataFrame, scores: pd.DataFrame | None, query: str) -> pd.DataFrame:
    """Return the customers that match a search, the best first, with amounts to the cent."""
    rows = search.find_customers(customers, scores, query)[0]
    cents = [name for name in rows.columns if name in MONEY]
    fine = [name for name in rows.columns if name.startswith("p_") or name == "expected_orders"]
    whole = [name for name in ("orders_low", "orders_high") if name in rows.columns]
    rounded = rows.round(dict.fromkeys(cents, 2) | dict.fromkeys(fine, 4))
    return rounded.astype(dict.fromkeys(whole, int))


def _terms(plan: Plan) -> str:
    """The plan, as a part of the file's name."""
    margin, rate = round(plan.margin * 100), round(plan.annual_discount_rate * 100)
    return f"-value-{plan.horizon_days}-days-margin-{margin}-discount-{rate}"
