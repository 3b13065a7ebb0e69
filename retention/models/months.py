"""How far the revenue of a single month may lie from what is expected of it."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention.models.forecast import forecast
from retention.models.histories import group_histories
from retention.models.model import CltvModel, check_settings
from retention.models.purchases import PurchaseModel, log_slopes
from retention.models.spend import spend_columns
from retention.models.uncertainty import (
    covariance_of,
    interval,
    sample_customers,
    spend_squares,
)
from retention.periods import calendar_days


def month_ranges(model: CltvModel, customers: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Add the 80 % intervals of the revenue of single months.

    Args:
        model: The model.
        customers: The customers.
        months: What `expected_by_month` or `expected_by_calendar_month` gives for them.

    Returns:
        `months` with `revenue_low` and `revenue_high`.

    Raises:
        ModelError: The orders have no amounts.

    Chance within a month is taken to be that of customers who do not leave before its end. That is
    slightly too much.
    """
    model = model.seen_with(customers)
    sample = sample_customers(customers)
    histories, ends = sample.histories, months["end_day"].to_numpy()
    order_value = sample.order_values(model)
    pairs, frequency, age = histories.without_recency()

    def orders(purchases: PurchaseModel) -> np.ndarray:
        active = purchases.probability_active(histories.frequency, histories.recency, histories.T)
        until = purchases.expected_purchases_if_active(frequency, age, ends)
        in_month = active[:, None] * np.diff(until, axis=1, prepend=0.0)[pairs]
        return np.asarray(in_month[histories.codes])

    expected = orders(model.purchases)
    age = model.purchases.age(histories.T)[histories.codes]
    rate = (model.r + sample.frequency + 1) / (model.alpha + age)
    elapsed = model.purchases.ahead(ends)
    square = expected * (1 + rate[:, None] * np.diff(elapsed, prepend=0.0))
    factor, within = spend_squares(model, sample.frequency)
    variance = order_value**2 @ (factor[:, None] * (square + within * expected) - expected**2)
    by_purchases = log_slopes(model.purchases, lambda moved: order_value @ orders(moved))
    by_spend = (order_value[:, None] * expected).T @ sample.spend_slopes(model)
    slopes = np.concatenate([by_purchases, by_spend], axis=1)
    measured = np.maximum(order_value @ expected, np.finfo(float).tiny)
    scale = months["expected_revenue"].to_numpy() / measured
    covariance = covariance_of(model, by_spend.shape[1])
    spread = scale**2 * np.einsum("ij,jk,ik->i", slopes, covariance, slopes)
    expected_revenue = scale * measured
    of_store = expected_revenue**2 * model.span_variance(ends, "revenue")
    totals = [
        interval(*month)
        for month in zip(expected_revenue, scale * variance, spread, of_store, strict=True)
    ]
    return months.assign(
        revenue_low=[total.low for total in totals], revenue_high=[total.high for total in totals]
    )


def expected_by_month(
    model: CltvModel,
    customers: pd.DataFrame,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> pd.DataFrame:
    """Add up what all customers are expected to bring, month by month of the horizon.

    The customers' scores from `predict_cltv` add up to the same totals.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        horizon_days: How far to look ahead, in days, 1 to 3650.
        annual_discount_rate: What money a year from now loses, as a fraction; 0 or more.
        margin: The share of revenue that is profit, above 0 and up to 1.

    Returns:
        A frame with a row for each month of 30.4375 days, the last one cut at the horizon:

        - `month`: its number, from 1;
        - `start_day`, `end_day`: days from today;
        - `expected_orders`: purchase days;
        - `expected_revenue`: undiscounted, in money;
        - `expected_value`: revenue x margin, discounted from the month's end.

        The last two are absent where the orders have no amounts.

    Raises:
        DataError: The table is not a customer table.
        ModelError: A setting is out of range; the message says which.
    """
    return _expected(model, customers, horizon_days, annual_discount_rate, margin, None)


def expected_by_calendar_month(
    model: CltvModel,
    customers: pd.DataFrame,
    today: date,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> pd.DataFrame:
    """Add up what all customers are expected to bring, by the months of the calendar.

    The sums are those of `expected_by_month`.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.
        today: The last day that is known. The rest of its month comes first.
        horizon_days: How far to look ahead, in days.
        annual_discount_rate: What money a year from now loses, as a fraction; 0 or more.
        margin: The share of revenue that is profit, above 0 and up to 1.

    Returns:
        The columns of `expected_by_month` and those of `calendar_days`.
    """
    last = today + timedelta(days=math.ceil(horizon_days))
    days = calendar_days(today + timedelta(days=1), last)
    stops = (days["last_day"] - pd.Timestamp(today)).dt.days.to_numpy(dtype=float)
    stops[-1] = horizon_days
    parts = _expected(model, customers, horizon_days, annual_discount_rate, margin, stops)
    by_month = np.searchsorted(stops, parts["end_day"])
    amounts = parts.filter(like="expected_").groupby(by_month).sum()
    steps = {
        "month": np.arange(1, len(stops) + 1),
        "start_day": np.concatenate([[0.0], stops[:-1]]),
        "end_day": stops,
    }
    return pd.concat([pd.DataFrame(steps), amounts, days], axis=1)


def _expected(
    model: CltvModel,
    customers: pd.DataFrame,
    horizon_days: float,
    annual_discount_rate: float,
    margin: float,
    stops: np.ndarray | None,
) -> pd.DataFrame:
    check_settings(horizon_days, annual_discount_rate, margin)
    model = model.seen_with(customers)
    ahead = forecast(
        model.purchases, group_histories(customers), horizon_days, annual_discount_rate, stops
    )
    histories, active, ends = ahead.histories, ahead.active, ahead.ends

    def by_month(weights: np.ndarray) -> np.ndarray:
        by_pair = np.bincount(
            ahead.pairs, weights=active * weights, minlength=len(ahead.increments)
        )
        return np.asarray(by_pair @ ahead.increments)

    months = {
        "month": np.arange(1, len(ends) + 1),
        "start_day": np.concatenate([[0.0], ends[:-1]]),
        "end_day": ends,
        "expected_orders": by_month(histories.counts),
    }
    if model.spend is not None:
        order_value = model.spend.expected_order_value(*spend_columns(customers))
        revenue = by_month(np.bincount(histories.codes, weights=order_value, minlength=len(active)))
        months["expected_revenue"] = revenue
        months["expected_value"] = revenue * margin * ahead.discount
    return pd.DataFrame(months)
