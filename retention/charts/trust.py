"""Charts of a backtest, predicted beside actual: a frame in, an `alt.Chart` out."""

import altair as alt
import pandas as pd

from retention.charts import palette
from retention.charts.axes import layered


def tracking_chart(frame: pd.DataFrame, cut: pd.Timestamp) -> alt.LayerChart:
    """Draw weekly repeat orders, actual and expected, with the 80 % range after the cut.

    Args:
        frame: `Backtest.tracking`.
        cut: The day after which orders were hidden.
    """
    names = {"actual": "Actual", "fitted": "Fitted", "foreseen": "Foreseen, 80% range"}
    x = alt.X(
        "week_end:T",
        title=None,
        axis=alt.Axis(grid=False, format="%b %Y", labelOverlap=True, tickCount=8),
    )
    # The foreseen line begins where the fitted one ends.
    joint = frame[frame["part"] == "fitted"].tail(1).assign(part="foreseen")
    lines = pd.concat(
        [
            frame.assign(orders=frame["actual"], what=names["actual"]),
            frame.assign(orders=frame["expected"], what=frame["part"].map(names)),
            joint.assign(orders=joint["expected"], what=names["foreseen"]),
        ]
    ).sort_values("week_end")
    colour = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(
            domain=list(names.values()), range=[palette.NEUTRAL, palette.STEPS[2], palette.ACCENT]
        ),
        legend=alt.Legend(orient="top", direction="horizontal", labelLimit=280),
    )
    tooltip = [
        alt.Tooltip("week_end:T", title="Week to", format="%e %b %Y"),
        alt.Tooltip("actual:Q", title="Actual orders", format=","),
        alt.Tooltip("expected:Q", title="Expected", format=",.1f"),
    ]
    after = frame[frame["part"] == "foreseen"]
    band = (
        alt.Chart(after)
        .mark_area(color=palette.ACCENT, opacity=0.18)
        .encode(
            x=x,
            y=alt.Y("low:Q", title="Repeat orders a week"),
            y2="high:Q",
            tooltip=[
                *tooltip,
                alt.Tooltip("low:Q", title="80% range from", format=",.1f"),
                alt.Tooltip("high:Q", title="to", format=",.1f"),
            ],
        )
    )
    drawn = (
        alt.Chart(lines)
        .mark_line(strokeWidth=2)
        .encode(x=x, y=alt.Y("orders:Q"), color=colour, tooltip=tooltip)
    )
    mark = pd.DataFrame({"week_end": [cut], "label": ["Cut"]})
    rule = (
        alt.Chart(mark)
        .mark_rule(color=palette.CUT, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(
            x="week_end:T",
            tooltip=[alt.Tooltip("week_end:T", title="Cut: hidden after", format="%e %b %Y")],
        )
    )
    return layered(band, drawn, rule)


def calibration_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Draw observed against predicted shares of customers who ordered.

    Args:
        frame: `Backtest.calibration`.
    """
    top = min(1.0, 1.08 * float(frame[["predicted", "high"]].max().max()))
    scale, axis = alt.Scale(domain=[0, top], nice=False), alt.Axis(format=".0%", tickCount=5)
    x = alt.X("predicted:Q", title="Predicted to order", scale=scale, axis=axis)
    y = alt.Y("observed:Q", title="Did order", scale=scale, axis=axis)
    tooltip = [
        alt.Tooltip("customers:Q", title="Customers", format=","),
        alt.Tooltip("predicted:Q", title="Predicted", format=".1%"),
        alt.Tooltip("observed:Q", title="Ordered", format=".1%"),
        alt.Tooltip("low:Q", title="80% range from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
    ]
    diagonal = (
        alt.Chart(pd.DataFrame({"predicted": [0.0, top], "observed": [0.0, top]}))
        .mark_line(color=palette.NEUTRAL, strokeDash=[4, 4], strokeWidth=1)
        .encode(x=x, y=y)
    )
    bars = (
        alt.Chart(frame)
        .mark_rule(color=palette.ACCENT, strokeWidth=2, opacity=0.6)
        .encode(x=x, y=alt.Y("low:Q", title="Did order"), y2="high:Q", tooltip=tooltip)
    )
    points = (
        alt.Chart(frame)
        .mark_circle(color=palette.ACCENT, size=90, opacity=1)
        .encode(x=x, y=y, tooltip=tooltip)
    )
    return layered(diagonal, bars, points)


def frequency_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Draw expected and actual orders a customer by earlier repeat purchases.

    Args:
        frame: `Backtest.by_frequency`.
    """
    names = ["Foreseen", "Actual, 80% range"]
    x = alt.X(
        "frequency:N",
        title="Repeat purchases before the cut",
        sort=None,
        axis=alt.Axis(labelAngle=0),
    )
    colour = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=names, range=[palette.EXPECTED, palette.NEUTRAL]),
        legend=alt.Legend(
            orient="top", direction="horizontal", labelLimit=280, symbolType="square"
        ),
    )
    tooltip = [
        alt.Tooltip("frequency:N", title="Repeat purchases"),
        alt.Tooltip("customers:Q", title="Customers", format=","),
        alt.Tooltip("expected:Q", title="Foreseen a customer", format=".2f"),
        alt.Tooltip("actual:Q", title="Actual a customer", format=".2f"),
    ]
    bars = (
        alt.Chart(frame.assign(what=names[0]))
        .mark_bar(width={"band": 0.7})
        .encode(
            x=x, y=alt.Y("expected:Q", title="Orders a customer"), color=colour, tooltip=tooltip
        )
    )
    actual = alt.Chart(frame.assign(what=names[1]))
    ranges = actual.mark_rule(strokeWidth=2).encode(
        x=x, y="low:Q", y2="high:Q", color=colour, tooltip=tooltip
    )
    points = actual.mark_circle(size=90, opacity=1).encode(
        x=x, y="actual:Q", color=colour, tooltip=tooltip
    )
    return layered(bars, ranges, points)
