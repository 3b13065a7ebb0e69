"""How far the revenue of a single month may lie from what is expected of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.models.forecast import forecast
from retention.models.histories import group_histories
from retention.models.model import CltvModel, check_settings
from retention.models.purchases import PurchaseModel, log_slopes
from retention.models.uncertainty import covariance_of, interval, sample_of


def month_ranges(model: CltvModel, customers: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Add the 80 % intervals of the revenue of single months.

    Args:
        model: The model.
        customers: The customers.
        months: What `expected_by_month` gives for them.

    Returns:
        `months` with `revenue_low` and `revenue_high`.

    Chance within a month is that of customers who do not leave before its end, which is slightly more than there is.
    """
    picked = customers.iloc[sample_of(len(customers))]
    histories, ends = group_histories(picked), months["end_day"].to_numpy()
    frequency, spend = (
        picked[name].to_numpy(dtype=float) for name in ("frequency", "monetary_value")
    )
    worth = model.spend.expected_order_value(frequency, spend)
    pairs, *pair = histories.without_recency()

    def orders(purchases: PurchaseModel) -> np.ndarray:
        active = purchases.probability_active(histories.frequency, histories.recency, histories.T)
        expected = np.diff(purchases.expected_purchases_if_active(*pair, ends), axis=1, prepend=0.0)
        return (active[:, None] * expected[pairs])[histories.codes]

    each = orders(model.purchases)
    rate = (model.r + frequency + 1) / (model.alpha + picked["T"].to_numpy())
    square = each * (1 + rate[:, None] * np.diff(ends, prepend=0.0))
    frequencies, place = np.unique(frequency, return_inverse=True)
    factor, within = model.spend.second_moment(frequencies, max(model.customers, 2))
    variance = worth**2 @ (factor[place, None] * (square + within * each) - each**2)
    by_purchases = log_slopes(model.purchases, lambda moved: worth @ orders(moved))
    by_spend = (worth[:, None] * each).T @ model.spend.log_slopes(frequency, spend)
    slopes = np.concatenate([by_purchases, by_spend], axis=1)
    measured = np.maximum(worth @ each, np.finfo(float).tiny)
    scale = months["expected_revenue"].to_numpy() / measured
    spread = scale**2 * np.einsum(
        "ij,jk,ik->i", slopes, covariance_of(model, by_spend.shape[1]), slopes
    )
    found = [
        interval(*month) for month in zip(scale * measured, scale * variance, spread, strict=True)
    ]
    return months.assign(
        revenue_low=[one.low for one in found], revenue_high=[one.high for one in found]
    )


def expected_by_month(
    model: CltvModel,
    customers: pd.DataFrame,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> pd.DataFrame:
    """Add up what all customers are expected to bring, month by month of the horizon.

    Arguments and errors as in `predict_cltv`, whose customers' scores add up to the same totals.

    Returns:
        A frame with a row a month of 30.4375 days, the last one cut at the horizon: `month` (from 1),
        `start_day`, `end_day`, `expected_orders`, `expected_revenue` and `expected_value` (revenue x margin,
        discounted from the month's end).
    """
    check_settings(horizon_days, annual_discount_rate, margin)
    ahead = forecast(
        model.purchases, group_histories(customers), horizon_days, annual_discount_rate
    )
    histories, active, pairs, increments = (
        ahead.histories,
        ahead.active,
        ahead.pairs,
        ahead.increments,
    )
    ends = ahead.ends
    order_value = model.spend.expected_order_value(
        customers["frequency"].to_numpy(), customers["monetary_value"].to_numpy()
    )
    value_by_history = np.bincount(histories.codes, weights=order_value, minlength=len(active))
    orders = (
        np.bincount(pairs, weights=active * histories.counts, minlength=len(increments))
        @ increments
    )
    revenue = (
        np.bincount(pairs, weights=active * value_by_history, minlength=len(increments))
        @ increments
    )
    return pd.DataFrame(
        {
            "month": np.arange(1, len(ends) + 1),
            "start_day": np.concatenate([[0.0], ends[:-1]]),
            "end_day": ends,
            "expected_orders": orders,
            "expected_revenue": revenue,
            "expected_value": revenue * margin * ahead.discount,
        }
    )
