"""The app's charts for results of the package, for notebooks.

>>> import retention
>>> from retention.charts import results
>>> orders = retention.sample_orders("store", customers=300)
>>> customers = retention.summarise_customers(orders)
>>> scores = retention.predict_cltv(retention.fit_cltv(customers), customers)
>>> type(results.value_chart(customers, scores, orders.currency)).__name__
'Chart'
"""

import calendar

import altair as alt
import numpy as np
import pandas as pd

from retention.charts import channels, overlaps, trust, value
from retention.evaluation.backtest import Backtest
from retention.models.model import CltvModel
from retention.models.months import expected_by_calendar_month, month_ranges
from retention.models.value_distribution import concentration, top_shares, value_histogram
from retention.orders.orders import Orders
from retention.reports.breakdown import Breakdown
from retention.segments.rules import STAGES


def backtest_chart(proof: Backtest) -> alt.LayerChart:
    """Draw weekly repeat orders beside what was foreseen of the hidden ones, with 80 % ranges."""
    return trust.tracking_chart(proof.tracking, pd.Timestamp(proof.cut))


def calibration_chart(proof: Backtest) -> alt.LayerChart:
    """Draw the share that ordered in the hidden days against the one that was predicted."""
    return trust.calibration_chart(proof.calibration)


def season_chart(model: CltvModel) -> alt.LayerChart:
    """Draw what each month sells of an average month, with 80 % ranges; 1 where no season is known.

    Args:
        model: From `fit_cltv`.
    """
    return value.season_chart(model.season.by_month().assign(name=calendar.month_abbr[1:]))


def months_chart(
    model: CltvModel,
    customers: pd.DataFrame,
    orders: Orders,
    *,
    horizon_days: int = 365,
    margin: float = 1.0,
    annual_discount_rate: float = 0.10,
) -> alt.LayerChart:
    """Draw the expected revenue of each month with its 80 % range, and its value in front.

    Args:
        model: From `fit_cltv`, with amounts.
        customers: From `summarise_customers`.
        orders: The orders, which say when the months are and in which currency.
        horizon_days: Days ahead.
        margin: The share of revenue that is kept.
        annual_discount_rate: How much less money is worth a year later, as a fraction.

    Raises:
        ModelError: The orders have no amounts.
    """
    months = expected_by_calendar_month(
        model,
        customers,
        orders.end,
        horizon_days=horizon_days,
        margin=margin,
        annual_discount_rate=annual_discount_rate,
    )
    return value.expected_months_chart(month_ranges(model, customers, months), orders.currency)


def value_chart(customers: pd.DataFrame, scores: pd.DataFrame, currency: str | None) -> alt.Chart:
    """Draw customers by expected value, one-time and repeat buyers apart.

    Args:
        customers: From `summarise_customers`.
        scores: From `predict_cltv`.
        currency: ISO code; None for none.
    """
    return value.value_histogram_chart(value_histogram(customers, scores), currency)


def concentration_chart(scores: pd.DataFrame, currency: str | None) -> alt.LayerChart:
    """Draw the share of the expected value that the best customers hold.

    Args:
        scores: From `predict_cltv`.
        currency: ISO code; None for none.
    """
    values = scores["cltv"].to_numpy()
    return value.concentration_chart(concentration(values), top_shares(values), currency)


def breakdown_chart(breakdown: Breakdown, currency: str | None) -> alt.LayerChart:
    """Draw each channel, region or product beside the average of all, the best first.

    Args:
        breakdown: From `breakdown`.
        currency: ISO code; None for none.
    """
    rows = breakdown.values.sort_values(breakdown.basis, ascending=False)
    rows = rows[rows[breakdown.basis].notna()]
    titles = {"value_per_customer": "Expected value of a new customer"}
    return channels.verdict_chart(
        rows,
        breakdown.basis,
        channels.VERDICTS[breakdown.attribution],
        titles.get(breakdown.basis, "Repeat purchase rate"),
        currency,
    )


def stages_chart(labels: pd.DataFrame, inside: pd.Series | None = None) -> alt.LayerChart:
    """Draw the share of customers in each lifecycle stage, with everybody's as a tick.

    Args:
        labels: From `assign_segments`.
        inside: Which customers the bars show, a mask; all unless given.
    """
    stages = labels["stage"]
    drawn = stages if inside is None else stages[inside.to_numpy(bool)]
    counts = [
        np.array([(of_whom == stage).sum() for stage in STAGES]) for of_whom in (drawn, stages)
    ]
    chart = overlaps.stages_chart()
    chart.datasets = {"stages": overlaps.stage_rows(*counts).to_dict("records")}
    return chart
