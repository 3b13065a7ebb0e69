"""Charts of the segments page.

A chart here names its data sets instead of holding them. A moved threshold then sends new rows and
never a new specification, whose building and checking takes longer than the rest of a redraw.
`live_spec` turns a chart into a specification, once. `live_chart` draws it with the current frames.
"""

import altair as alt

from retention.charts import palette
from retention.charts.axes import money_axis

SHARES_HEIGHT = 132
MAP_HEIGHT = 400
#: Streamlit takes 20 of these pixels below the bars.
STRIP_HEIGHT = 52
#: Vega expression: whether words to the right of a threshold would be cut.
AT_RIGHT_END = "scale('x', datum.probability) > width - 95"


def shares_chart() -> alt.LayerChart:
    """Shares of the stages in customers, revenue and expected value, one bar each.

    Data set "shares": measure, start, end (fractions of the bar), stage (its name), share, amount,
    definition, colour, and middle, label and label_colour of the text inside the bar.
    """
    x = alt.X("start:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=None)
    y = alt.Y(
        "measure:N",
        title=None,
        sort=None,
        axis=alt.Axis(domain=False, ticks=False, labelPadding=10),
    )
    base = alt.Chart(alt.NamedData("shares"))
    bars = base.mark_bar(height=26).encode(
        x=x,
        x2="end:Q",
        y=y,
        color=alt.Color("colour:N", scale=None),
        tooltip=[
            alt.Tooltip("stage:N", title="Segment"),
            alt.Tooltip("measure:N", title="Share of"),
            alt.Tooltip("share:Q", title="Share", format=".1%"),
            alt.Tooltip("amount:N", title="Amount"),
            alt.Tooltip("definition:N", title="Definition"),
        ],
    )
    words = base.mark_text(fontSize=12, fontWeight=600).encode(
        x=alt.X("middle:Q", title=None),
        y=y,
        text="label:N",
        color=alt.Color("label_colour:N", scale=None),
    )
    return alt.LayerChart(layer=[bars, words], height=SHARES_HEIGHT)


def customer_map_chart(
    probabilities: tuple[float, float],
    values: tuple[float, float],
    title: str,
    currency: str | None,
) -> alt.LayerChart:
    """Customers by probability to buy (across) and expected value (up), with dashed thresholds.

    Data set "cells": low and high probability and value of each cell, customers, colour, opacity
    and the tooltip's words (who, chance, worth). Data sets "across" (probability, label) and "up"
    (value, label): one threshold each, or none.

    Args:
        probabilities: The ends of the horizontal axis.
        values: The ends of the vertical axis.
        title: The title of the horizontal axis.
        currency: The orders' currency.
    """
    ticks = [step * 10.0**power for power in range(-9, 15) for step in (1, 3)]
    ticks = [tick for tick in ticks if values[0] <= tick <= values[1]]
    x_scale = alt.Scale(type="sqrt", domain=list(probabilities), nice=False)
    y_scale = alt.Scale(type="log", domain=list(values), nice=False)
    x = alt.X(
        "low_probability:Q",
        title=title,
        scale=x_scale,
        axis=alt.Axis(format="~%", tickCount=8, grid=False),
    )
    y = alt.Y(
        "low_value:Q",
        title="Expected value of a customer",
        scale=y_scale,
        axis=money_axis(currency, grid=False, values=ticks),
    )
    cells = (
        alt.Chart(alt.NamedData("cells"))
        .mark_rect(cornerRadius=1.5)
        .encode(
            x=x,
            x2="high_probability:Q",
            y=y,
            y2="high_value:Q",
            color=alt.Color("colour:N", scale=None),
            opacity=alt.Opacity("opacity:Q", scale=None),
            tooltip=[
                alt.Tooltip("customers:Q", title="Customers", format=","),
                alt.Tooltip("who:N", title="Of them"),
                alt.Tooltip("chance:N", title="Probability"),
                alt.Tooltip("worth:N", title="Expected value"),
            ],
        )
    )
    rule = {"strokeDash": [5, 4], "strokeWidth": 1.5, "color": palette.NEUTRAL}
    words = {"fontSize": 11, "color": palette.TEXT}
    across = alt.Chart(alt.NamedData("across"))
    up = alt.Chart(alt.NamedData("up"))
    at_x = alt.X("probability:Q", title=title, scale=x_scale)
    at_y = alt.Y("value:Q", title="Expected value of a customer", scale=y_scale)
    layers = [
        cells,
        across.mark_rule(**rule, clip=True).encode(x=at_x),
        # Near the right end the words stand before their line.
        across.mark_text(
            **words,
            align=alt.ExprRef(f"{AT_RIGHT_END} ? 'right' : 'left'"),
            dx=alt.ExprRef(f"{AT_RIGHT_END} ? -5 : 5"),
            baseline="bottom",
            clip=True,
        ).encode(x=at_x, y=alt.value(12), text="label:N"),
        up.mark_rule(**rule, clip=True).encode(y=at_y),
        up.mark_text(**words, align="left", dx=6, dy=-5, clip=True).encode(
            x=alt.value(0), y=at_y, text="label:N"
        ),
    ]
    return alt.LayerChart(layer=layers, height=MAP_HEIGHT)


def cut_strip_chart(low: float, high: float) -> alt.LayerChart:
    """The distribution behind a slider from `low` to `high`, and where the slider cuts it.

    Data set "bins": start, end, height (0 to 1), colour and about (tooltip). Data set "zones":
    start, end and colour of each part, and the label of its start. The first part starts at `low`.
    """
    scale = alt.Scale(domain=[low, high], nice=False)
    x = alt.X("start:Q", title=None, axis=None, scale=scale)
    height = alt.Y("height:Q", title=None, axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    zones = (
        alt.Chart(alt.NamedData("zones"))
        .mark_rect(opacity=0.16, clip=True)
        .encode(x=x, x2="end:Q", color=alt.Color("colour:N", scale=None))
    )
    bars = (
        alt.Chart(alt.NamedData("bins"))
        .mark_rect(opacity=0.9, clip=True)
        .encode(
            x=x,
            x2="end:Q",
            y=height,
            y2=alt.datum(0),
            color=alt.Color("colour:N", scale=None),
            tooltip=alt.Tooltip("about:N", title="Customers"),
        )
    )
    cuts = (
        alt.Chart(alt.NamedData("zones"))
        .transform_filter(alt.datum.start > low)
        .mark_rule(strokeWidth=1.5, clip=True, color=palette.NEUTRAL)
        .encode(x=x)
    )
    # To the left of a cut there is room: only bars that rise to the right carry words.
    words = (
        alt.Chart(alt.NamedData("zones"))
        .mark_text(align="right", dx=-5, baseline="top", fontSize=12, clip=True, color=palette.TEXT)
        .encode(x=x, y=alt.value(3), text="label:N")
    )
    return alt.LayerChart(
        layer=[zones, bars, cuts, words],
        height=STRIP_HEIGHT,
        padding=0,
        view=alt.ViewConfig(stroke=None),
    )
