"""Charts of one customer's forecast: a frame in, an `alt.Chart` out."""

from typing import Literal

import altair as alt
import pandas as pd

from retention import wording
from retention.charts import palette
from retention.charts.axes import HEIGHT, layered, money_axis

#: What colours the map of purchases.
MapMeasure = Literal["p_purchase", "expected_value"]
#: Labels across the map of purchases, at most.
MAP_LABELS = 15


def active_curve_chart(curve: pd.DataFrame, today: pd.DataFrame) -> alt.LayerChart:
    """Draw the probability to be active by days since the last order, with today marked.

    Args:
        curve: `silence` (days) and `p_alive`, as `active_curve` returns.
        today: One such row.
    """
    x = alt.X(
        "silence:Q", title="Days since the last order", axis=alt.Axis(grid=False, tickCount=8)
    )
    y = alt.Y(
        "p_alive:Q",
        title="Still active",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    tooltip = [
        alt.Tooltip("silence:Q", title="Days since the last order", format=",.0f"),
        alt.Tooltip("p_alive:Q", title="Still active", format=".1%"),
    ]
    line = (
        alt.Chart(curve)
        .mark_area(
            color=palette.ACCENT, opacity=0.16, line={"color": palette.ACCENT, "strokeWidth": 2.5}
        )
        .encode(x=x, y=y, tooltip=tooltip)
    )
    rule = (
        alt.Chart(today)
        .mark_rule(color=palette.CUT, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=x, tooltip=tooltip)
    )
    point = (
        alt.Chart(today)
        .mark_circle(color=palette.STEPS[0], size=130, opacity=1)
        .encode(x=x, y=y, tooltip=tooltip)
    )
    return layered(line, rule, point)


def order_distribution_chart(frame: pd.DataFrame) -> alt.Chart:
    """Draw the probability of each number of orders, those of the 80 % range in full colour.

    Args:
        frame: As `order_distribution` returns, with `inside`: whether the range holds the row.
    """
    names = {True: "80% range", False: "Less likely"}
    shown = frame.assign(
        what=frame["inside"].map(names),
        label=[
            str(low) if low == high else f"{low} to {high}"
            for low, high in zip(frame["orders"], frame["to"], strict=True)
        ],
    )
    return (
        alt.Chart(shown, height=HEIGHT)
        .mark_bar()
        .encode(
            x=alt.X(
                "label:N", title="Orders", sort=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)
            ),
            y=alt.Y("probability:Q", title="Probability", axis=alt.Axis(format=".0%", tickCount=5)),
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(
                    domain=list(names.values()), range=[palette.ACCENT, palette.NEUTRAL]
                ),
                legend=alt.Legend(
                    orient="top", direction="horizontal", labelLimit=280, symbolType="square"
                ),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="Orders"),
                alt.Tooltip("probability:Q", title="Probability", format=".1%"),
            ],
        )
    )


def frequency_recency_chart(
    frame: pd.DataFrame, measure: MapMeasure, currency: str | None, here: pd.DataFrame | None = None
) -> alt.LayerChart:
    """Draw what customers promise by how often and how lately they bought.

    Args:
        frame: As `frequency_recency_map` returns.
        measure: What colours the map.
        currency: Of the value.
        here: Customers to mark: `frequency` and `silence`.
    """
    columns = int(frame["frequency"].max()) + 1
    layers: list[alt.Chart] = [_map_cells(frame, measure, currency, columns)]
    if here is not None and len(here):
        layers.append(_map_marks(here, columns))
    return layered(*layers, height=HEIGHT + 40)


def _map_cells(
    frame: pd.DataFrame, measure: MapMeasure, currency: str | None, columns: int
) -> alt.Chart:
    shown, worth = frame.assign(orders=frame["frequency"] + 0.5), []
    if "expected_value" in frame:
        amounts = [wording.money(x, currency, short=True) for x in frame["expected_value"]]
        shown, worth = (
            shown.assign(worth=amounts),
            [alt.Tooltip("worth:N", title="Expected revenue")],
        )
    x = alt.X(
        "frequency:Q",
        title="Repeat purchases",
        scale=alt.Scale(domain=[0, columns], nice=False),
        # Each number stands below the middle of its cells.
        axis=alt.Axis(
            grid=False,
            ticks=False,
            values=[n + 0.5 for n in range(0, columns, -(-columns // MAP_LABELS))],
            labelExpr="format(datum.value - 0.5, 'd')",
        ),
    )
    y = alt.Y(
        "silence_from:Q",
        title="Days since the last order",
        scale=alt.Scale(reverse=True, nice=False),
        axis=alt.Axis(grid=False, tickCount=6),
    )
    return (
        alt.Chart(shown.assign(to=shown["frequency"] + 1))
        .mark_rect()
        .encode(
            x=x,
            x2="to:Q",
            y=y,
            y2="silence_to:Q",
            color=_map_colour(measure, currency),
            tooltip=[
                alt.Tooltip("frequency:Q", title="Repeat purchases"),
                alt.Tooltip(
                    "silence_from:Q", title="Days since the last order, from", format=",.0f"
                ),
                alt.Tooltip("silence_to:Q", title="to", format=",.0f"),
                alt.Tooltip("p_purchase:Q", title="Will order", format=".1%"),
                alt.Tooltip("p_alive:Q", title="Still active", format=".1%"),
                *worth,
            ],
        )
    )


def _map_colour(measure: MapMeasure, currency: str | None) -> alt.Color:
    legend = alt.Legend(
        orient="top", direction="horizontal", gradientLength=200, gradientThickness=10
    )
    if measure == "expected_value":
        legend.labelExpr = money_axis(currency).labelExpr
        title, scale = "Expected revenue", alt.Scale(domainMin=0)
    else:
        legend.format = ".0%"
        title, scale = "Will order", alt.Scale(domain=[0, 1])
    return alt.Color(f"{measure}:Q", title=title, scale=scale, legend=legend)


def _map_marks(here: pd.DataFrame, columns: int) -> alt.Chart:
    """Customers beyond the map stand at its edge."""
    return (
        alt.Chart(here.assign(x=here["frequency"].clip(upper=columns - 1) + 0.5))
        .mark_point(
            shape="diamond",
            size=160,
            filled=True,
            color=palette.STAGE_COLOURS["at_risk"],
            opacity=1,
        )
        .encode(
            x="x:Q",
            y="silence:Q",
            tooltip=[alt.Tooltip("frequency:Q"), alt.Tooltip("silence:Q")],
        )
    )
