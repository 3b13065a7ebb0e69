"""Charts of the RFM page: a frame in, an `alt.Chart` out."""

import altair as alt
import pandas as pd

from retention.charts import palette
from retention.charts.clickable_rows import PICKED

HEIGHT = 440
_MONEY_TOOLTIPS = (
    alt.Tooltip("revenue:N", title="Revenue so far"),
    alt.Tooltip("value:N", title="Expected value"),
    alt.Tooltip("between:N", title="80% range"),
)


def grid_chart(
    frame: pd.DataFrame, title: str, scored: str = "orders and revenue"
) -> alt.LayerChart:
    """The 5x5 grid as a heat map: recency up, orders and revenue across.

    A click selects a cell under the name "picked".

    Args:
        frame: `recency`, `mean` (scores), `group`, `words` (the number shown), `strength` (0 to 1),
            `chosen` ("cell", "group" or ""), `small` (few customers) and the tooltip's `last`,
            `customers`, `share`, `revenue`, `value`, `between`, `days`.
        title: What is drawn.
        scored: What is scored across; without amounts it is the orders alone.
    """
    axis = {"domain": False, "ticks": False, "grid": False, "labelAngle": 0, "labelFontSize": 12}
    base = alt.Chart(
        frame, title=alt.Title(title, anchor="start", fontSize=13, fontWeight=600)
    ).encode(
        x=alt.X(
            "mean:O",
            title=f"{scored.capitalize()}: {'mean score' if ' ' in scored else 'score'}",
            axis=alt.Axis(**axis),
            scale=_band([1, 2, 3, 4, 5]),
        ),
        y=alt.Y(
            "recency:O",
            title="Last order: score",
            axis=alt.Axis(**axis),
            scale=_band([5, 4, 3, 2, 1]),
        ),
        tooltip=[
            alt.Tooltip("group:N", title="Group"),
            alt.Tooltip("last:N", title="Last order"),
            alt.Tooltip("mean:O", title=scored.capitalize()),
            alt.Tooltip("customers:Q", title="Customers", format=","),
            alt.Tooltip("share:Q", title="Of all", format=".1%"),
            *(_MONEY_TOOLTIPS if " " in scored else ()),
            alt.Tooltip("days:N", title="Last order, median"),
        ],
    )
    return alt.LayerChart(
        layer=[_cells(base), _rim(base), _amounts(base), _names(base)],
        height=HEIGHT,
        usermeta={"embedOptions": {"renderer": "svg"}},
    )


def _cells(base: alt.Chart) -> alt.Chart:
    """The cells, the stronger the more is in them; a click picks one."""
    picked = alt.selection_point(name=PICKED, fields=["recency", "mean"], on="click", empty=False)
    strength = alt.FillOpacity("strength:Q", scale=alt.Scale(domain=[0, 1], range=[0.05, 0.72]))
    return (
        base.mark_rect(cornerRadius=4, color=palette.ACCENT, cursor="pointer")
        .encode(fillOpacity=strength.legend(None))
        .add_params(picked)
    )


def _rim(base: alt.Chart) -> alt.Chart:
    """A line around the chosen cell, or a dashed one around each cell of the chosen group."""
    is_cell = "datum.chosen === 'cell'"
    return (
        base.transform_filter("datum.chosen !== ''")
        .mark_rect(cornerRadius=4, fillOpacity=0, stroke="currentColor", cursor="pointer")
        .encode(
            strokeWidth=alt.when(is_cell).then(alt.value(3)).otherwise(alt.value(1.5)),
            strokeDash=alt.when(is_cell).then(alt.value([1, 0])).otherwise(alt.value([4, 3])),
        )
    )


def _amounts(base: alt.Chart) -> alt.Chart:
    """Each cell's number, in the theme's text colour, which reaches only charts drawn as SVG."""
    return base.mark_text(
        fontSize=15, fontWeight=600, baseline="bottom", dy=2, color=palette.TEXT
    ).encode(
        text="words:N", opacity=alt.when("datum.small").then(alt.value(0.6)).otherwise(alt.value(1))
    )


def _names(base: alt.Chart) -> alt.Chart:
    """Each cell's group; on a phone a name takes two lines."""
    two_lines = "replace(datum.group, ' ', '\\n')"
    return (
        base.transform_calculate(
            fitting=f"width / 5 > 5.2 * length(datum.group) ? datum.group : {two_lines}"
        )
        .mark_text(
            fontSize=alt.ExprRef("width < 480 ? 9.5 : 11"),
            baseline="top",
            dy=6,
            lineBreak="\n",
            color=palette.TEXT,
            opacity=0.8,
        )
        .encode(text="fitting:N")
    )


def _band(domain: list[int]) -> alt.Scale:
    return alt.Scale(domain=domain, paddingInner=0.05, paddingOuter=0.02)
