"""The difference that a campaign made in each segment, as measured and shrunk."""

import altair as alt
import pandas as pd

from retention.charts import palette
from retention.charts.axes import layered, money_axis

MEASURED, SHRUNK = "As measured", "Drawn together"


def segment_differences_chart(
    frame: pd.DataFrame, title: str, common: float, *, unit: str | None
) -> alt.LayerChart:
    """Draw the difference in each segment, twice: as measured, and drawn to the common one.

    Args:
        frame: Two rows a segment: `segment`, `kind` (`MEASURED` or `SHRUNK`), `value`, `low`,
            `high`, and `said` and `between` as text.
        title: Of the axis.
        common: The difference over all segments.
        unit: The currency of an amount, or "" where it has none; None for other metrics.
    """
    axis = money_axis(unit or None) if unit is not None else alt.Axis(tickCount=5)
    x = alt.X("value:Q", title=title, axis=axis)
    y = alt.Y("segment:N", title=None, sort=None, axis=alt.Axis(labelLimit=130))
    offset = alt.YOffset("kind:N", sort=[MEASURED, SHRUNK], scale=alt.Scale(paddingOuter=0.6))
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=[MEASURED, SHRUNK], range=[palette.NEUTRAL, palette.ACCENT]),
        legend=alt.Legend(orient="top", direction="horizontal", title=None, labelLimit=220),
    )
    tooltip = [
        alt.Tooltip("segment:N", title="Segment"),
        alt.Tooltip("kind:N", title="Difference"),
        alt.Tooltip("said:N", title=title),
        alt.Tooltip("between:N", title="95% range"),
    ]
    base = alt.Chart(frame)
    rules = base.mark_rule(strokeWidth=2.5, opacity=0.75).encode(
        x=alt.X("low:Q", title=title, axis=axis),
        x2="high:Q",
        y=y,
        yOffset=offset,
        color=colour,
        tooltip=tooltip,
    )
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=x, y=y, yOffset=offset, color=colour, tooltip=tooltip
    )
    marks = pd.DataFrame({"value": [0.0, common], "what": ["zero", "common"]})
    lines = (
        alt.Chart(marks)
        .mark_rule()
        .encode(
            x="value:Q",
            color=alt.value(palette.NEUTRAL),
            strokeDash=alt.condition(
                "datum.what === 'common'", alt.value([5, 4]), alt.value([1, 0])
            ),
            opacity=alt.value(0.8),
        )
    )
    segments = frame["segment"].nunique()
    return layered(lines, rules, dots, height=60 * max(segments, 2) + 110)
