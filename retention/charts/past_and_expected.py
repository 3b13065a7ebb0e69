"""The chart of the front page: a frame in, an `alt.Chart` out."""

import altair as alt
import pandas as pd

from retention import wording
from retention.charts import palette
from retention.charts.axes import (
    day_spans,
    layered,
    middle_of,
    money_axis,
    month_axis,
    revenue_range_rules,
    revenue_ranges,
)


def placed_and_expected_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Draw orders by calendar month, so far and expected, for orders without amounts.

    Args:
        frame: As `retention.history.revenue.placed_and_expected` returns.
    """
    labels = {"placed": "Orders so far", "expected": "Expected"}
    shown = _stacked(frame, "orders", labels, ["placed", "expected"]).assign(
        words=[wording.count(orders) for orders in frame["orders"]]
    )
    tooltip = [alt.Tooltip("words:N", title="Orders")]
    y = alt.Y("bottom:Q", title="Orders a month")
    return layered(_bars(shown, y, labels, [palette.ACCENT, palette.EXPECTED], tooltip))


def past_and_expected_chart(frame: pd.DataFrame, currency: str | None) -> alt.LayerChart:
    """Draw revenue by calendar month: of first and repeat orders so far, and what is expected.

    What is expected of the rest of a month that is not over stands on what came so far.

    Args:
        frame: As `retention.history.revenue.past_and_expected` returns.
        currency: Of the revenue.
    """
    labels = {"first": "First orders", "repeat": "Repeat orders", "expected": "Expected"}
    colours = [palette.NEUTRAL, palette.ACCENT, palette.EXPECTED]
    shown = _stacked(frame, "revenue", labels, ["repeat", "first", "expected"]).assign(
        amount=[wording.money(x, currency, short=True) for x in frame["revenue"]],
        between=revenue_ranges(frame, currency),
        middle=middle_of(frame),
    )
    y = alt.Y("bottom:Q", title="Revenue a month", axis=money_axis(currency))
    amount = alt.Tooltip("amount:N", title="Revenue")
    ahead = shown["kind"] == "expected"
    expected = shown[ahead].assign(
        revenue_low=shown["bottom"] + shown["revenue_low"],
        revenue_high=shown["bottom"] + shown["revenue_high"],
    )
    between = alt.Tooltip("between:N", title="80% range")
    return layered(
        _bars(shown[~ahead], y, labels, colours, [amount]),
        _bars(expected, y, labels, colours, [amount, between]),
        revenue_range_rules(expected),
    )


def _stacked(
    frame: pd.DataFrame, column: str, labels: dict[str, str], upwards: list[str]
) -> pd.DataFrame:
    """Add the words of a row, and where it begins and ends when a month's rows are stacked."""
    over = frame["last_day"] + pd.Timedelta(days=1) == frame["end"]
    so_far = (frame["kind"] != "expected") & ~over
    days = pd.Series(day_spans(frame), index=frame.index)
    ordered = frame.assign(level=frame["kind"].map(upwards.index)).sort_values("level")
    top = ordered.groupby("start")[column].cumsum()
    return frame.assign(
        label=frame["kind"].map(labels),
        days=days.where(~so_far, days + ", so far"),
        top=top,
        bottom=top - frame[column],
    )


def _bars(
    shown: pd.DataFrame,
    y: alt.Y,
    labels: dict[str, str],
    colours: list[str],
    tooltip: list[alt.Tooltip],
) -> alt.Chart:
    return (
        alt.Chart(shown)
        .mark_rect(xOffset=1, x2Offset=-1)
        .encode(
            x=month_axis(),
            x2="end:T",
            y=y,
            y2="top:Q",
            color=alt.Color(
                "label:N",
                title=None,
                scale=alt.Scale(domain=list(labels.values()), range=colours),
                legend=alt.Legend(orient="top", direction="horizontal", labelLimit=260),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="What"),
                alt.Tooltip("days:N", title="Days"),
                *tooltip,
            ],
        )
    )
