"""The chart of the front page: a frame in, an `alt.Chart` out."""

import altair as alt
import pandas as pd

from retention import wording
from retention.charts import palette
from retention.charts.axes import (
    HEIGHT,
    layered,
    middle_of,
    money_axis,
    month_axis,
    revenue_range_rules,
    revenue_ranges,
)


def placed_and_expected_chart(frame: pd.DataFrame) -> alt.Chart:
    """Draw orders by month, so far and expected, for orders without amounts.

    Args:
        frame: As `retention.history.revenue.placed_and_expected` returns.
    """
    labels = {"placed": "Orders so far", "expected": "Expected"}
    shown = frame.assign(
        label=frame["kind"].map(labels),
        words=[wording.count(orders) for orders in frame["orders"]],
        zero=0,
    )
    return (
        alt.Chart(shown, height=HEIGHT)
        .mark_rect(xOffset=1, x2Offset=-1)
        .encode(
            x=month_axis(),
            x2="end:T",
            y=alt.Y("zero:Q", title="Orders a month"),
            y2="orders:Q",
            color=alt.Color(
                "label:N",
                title=None,
                scale=alt.Scale(
                    domain=list(labels.values()), range=[palette.ACCENT, palette.EXPECTED]
                ),
                legend=alt.Legend(orient="top", direction="horizontal", labelLimit=260),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="What"),
                alt.Tooltip("start:T", title="From", format="%e %b %Y"),
                alt.Tooltip("end:T", title="To", format="%e %b %Y"),
                alt.Tooltip("words:N", title="Orders"),
            ],
        )
    )


def past_and_expected_chart(frame: pd.DataFrame, currency: str | None) -> alt.LayerChart:
    """Draw revenue by month: of first and repeat orders so far, stacked, and what is expected.

    Args:
        frame: As `retention.history.revenue.past_and_expected` returns.
        currency: Of the revenue.
    """
    labels = {
        "first": "First orders",
        "repeat": "Repeat orders",
        "expected": "Expected",
    }
    colours = [palette.NEUTRAL, palette.ACCENT, palette.EXPECTED]
    shown = frame.assign(
        label=frame["kind"].map(labels),
        order=frame["kind"].map({"repeat": 0, "first": 1, "expected": 0}),
        amount=[wording.money(x, currency, short=True) for x in frame["revenue"]],
        between=revenue_ranges(frame, currency),
        middle=middle_of(frame),
    )
    bars = (
        alt.Chart(shown)
        .transform_stack(
            stack="revenue", groupby=["start"], sort=[alt.SortField("order")], as_=["low", "high"]
        )
        .mark_rect(xOffset=1, x2Offset=-1)
        .encode(
            x=month_axis(),
            x2="end:T",
            y=alt.Y("low:Q", title="Revenue a month", axis=money_axis(currency)),
            y2="high:Q",
            color=alt.Color(
                "label:N",
                title=None,
                scale=alt.Scale(domain=list(labels.values()), range=colours),
                legend=alt.Legend(orient="top", direction="horizontal", labelLimit=260),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="What"),
                alt.Tooltip("start:T", title="From", format="%e %b %Y"),
                alt.Tooltip("end:T", title="To", format="%e %b %Y"),
                alt.Tooltip("amount:N", title="Revenue"),
                alt.Tooltip("between:N", title="80% range"),
            ],
        )
    )
    return layered(bars, revenue_range_rules(shown[shown["kind"] == "expected"]))
