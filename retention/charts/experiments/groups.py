"""Both groups of a test: side by side with their ranges, and day by day."""

import altair as alt
import pandas as pd

from retention.charts import palette
from retention.charts.axes import HEIGHT, count_axis, layered, money_axis

#: Colours of the groups: the first that got the campaign, the held out, and further ones.
ADDRESSED, CONTROL = palette.ACCENT, palette.NEUTRAL
MORE = ("#6751B4", "#C45298", "#F78740", "#A8842C", "#5B8CE7")
_LEGEND = {
    "orient": "top",
    "direction": "horizontal",
    "labelLimit": 200,
    "title": None,
    "symbolType": "stroke",
    "symbolOpacity": 1,
    "symbolStrokeWidth": 3,
}


def group_colours(labels: list[str], control: str) -> dict[str, str]:
    """Return a colour for each group.

    Args:
        labels: What the groups are called.
        control: The one that got nothing; "" where there is none.
    """
    colours = iter((ADDRESSED, *MORE, *MORE))
    return {label: CONTROL if label == control else next(colours) for label in labels}


def groups_chart(
    frame: pd.DataFrame, title: str, colours: dict[str, str], *, is_share: bool, unit: str | None
) -> alt.LayerChart:
    """Draw one metric of each group as a dot with its range.

    Args:
        frame: A row a group: `label`, `value`, `low`, `high`, `said` and `between` (text).
        title: Of the axis.
        colours: From `group_colours`.
        is_share: Whether the metric is a share.
        unit: The currency of an amount; None for others.
    """
    axis = (
        alt.Axis(format="%", tickCount=4, grid=True)
        if is_share
        else money_axis(unit, grid=True)
        if unit is not None
        else alt.Axis(tickCount=4, grid=True)
    )
    y = alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=120, domain=False))
    colour = alt.Color(
        "label:N",
        legend=None,
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
    )
    tooltip = [
        alt.Tooltip("label:N", title="Group"),
        alt.Tooltip("said:N", title=title),
        alt.Tooltip("between:N", title="95% range"),
    ]
    base = alt.Chart(frame)
    scale = alt.Scale(zero=False, nice=True, padding=12)
    rules = base.mark_rule(strokeWidth=3, opacity=0.7).encode(
        x=alt.X("low:Q", title=title, axis=axis, scale=scale),
        x2="high:Q",
        y=y,
        color=colour,
        tooltip=tooltip,
    )
    dots = base.mark_point(filled=True, size=130, opacity=1).encode(
        x=alt.X("value:Q", title=title, axis=axis, scale=scale), y=y, color=colour, tooltip=tooltip
    )
    words = base.mark_text(dy=-13, fontSize=12, color=palette.TEXT).encode(
        x=alt.X("value:Q", title=title, axis=axis, scale=scale), y=y, text="said:N"
    )
    return layered(rules, dots, words, height=56 * max(len(frame), 2) + 56)


def days_chart(frame: pd.DataFrame, colours: dict[str, str]) -> alt.LayerChart:
    """Draw the share of each group that has bought, day by day, with its range.

    Args:
        frame: As `CampaignResult.days`, with `label` and `said`.
        colours: From `group_colours`.
    """
    x = alt.X("day:Q", title="Day of the campaign", axis=count_axis())
    y = alt.Y("bought:Q", title="Bought so far", axis=alt.Axis(format="%", tickCount=5))
    colour = alt.Color(
        "label:N",
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
        legend=alt.Legend(**_LEGEND),
    )
    base = alt.Chart(frame)
    bands = base.mark_area(opacity=0.16).encode(
        x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour.copy()
    )
    lines = base.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour)
    hover = base.mark_point(opacity=0, size=160).encode(
        x=x,
        y=y,
        tooltip=[
            alt.Tooltip("label:N", title="Group"),
            alt.Tooltip("date:T", title="Up to", format="%-d %b %Y"),
            alt.Tooltip("said:N", title="Bought so far"),
        ],
    )
    return layered(bands, lines, hover, height=HEIGHT)
