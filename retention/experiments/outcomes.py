"""What each customer of a test did in its window, and what was to be expected of them before it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention.customers.summary import summarise_customers
from retention.errors import DataError
from retention.models.cltv import fit_cltv, predict_cltv
from retention.models.model import CltvModel
from retention.orders.orders import Orders


def window_outcomes(orders: Orders, start: date, end: date) -> pd.DataFrame:
    """Return what customers ordered from one day to another, counted where the orders are.

    Args:
        orders: The orders.
        start: The first day that counts.
        end: The last day that counts.

    Returns:
        A row for each customer who ordered, indexed by `customer_id`: `orders` (how many) and
        `revenue` (net of refunds, in money; NaN where the orders have no amounts).

    Raises:
        DataError: The window ends before it starts.
    """
    if end < start:
        raise DataError(f"The test ends on {end}, before it starts on {start}. Exchange the days.")
    table = orders.table
    day = table.ordered_at.date()
    inside = table.filter((day >= start) & (day <= end))
    revenue = inside.revenue.sum() if orders.has_amounts else inside.count() * np.nan
    query = inside.group_by("customer_id").agg(orders=inside.count(), revenue=revenue)
    frame: pd.DataFrame = query.to_pandas().set_index("customer_id").sort_index()
    return frame.astype({"orders": float, "revenue": float})


def expected_outcomes(
    orders: Orders, start: date, days: int, model: CltvModel | None = None
) -> pd.DataFrame:
    """Return what customers were to be expected to order in a window, known before it.

    Args:
        orders: The orders; those from the start on are not looked at.
        start: The first day of the window.
        days: How long it is.
        model: From `fit_cltv`, fitted to orders before the start; fitted here unless given.

    Returns:
        A row for each customer with an order before the start, indexed by `customer_id`:
        `expected_orders` and, where the orders have amounts, `expected_revenue`. Beside them stand
        `orders_before`, `revenue_before` and `days_since`, to compare the groups at the start.

    Raises:
        DataError: There is no order before the start.
        ModelError: The orders before the start carry no model.
    """
    customers = summarise_customers(orders, as_of=start - timedelta(days=1))
    model = fit_cltv(customers) if model is None else model
    scores = predict_cltv(
        model, customers, horizon_days=days, annual_discount_rate=0.0, intervals=False
    )
    expected = pd.DataFrame(
        {
            "expected_orders": scores["expected_orders"],
            "orders_before": customers["orders"].astype(float),
            "revenue_before": customers["revenue"].astype(float),
            "days_since": (customers["T"] - customers["recency"]).astype(float),
        }
    )
    if "expected_order_value" in scores:
        spend = scores["expected_orders"] * scores["expected_order_value"]
        expected["expected_revenue"] = spend
    return expected
