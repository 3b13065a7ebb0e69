"""What the charts of several pages share: axes, a height, and charts whose data alone changes.

A chart takes a frame and returns an `alt.Chart`. It computes nothing but the words of a tooltip.
Charts are drawn from aggregates, with fixed heights and colours from `palette`. Text and lines take
the theme of the page.
"""

import json
from typing import Any

import altair as alt
import pandas as pd

from retention import notation, wording
from retention.charts import palette

HEIGHT = 320

#: Vega expression: an axis label in a few characters.
_SHORT_LABEL = (
    "(abs(datum.value) >= 1000 "
    "? replace(format(abs(datum.value), '~s'), 'G', 'B') "
    ": format(abs(datum.value), ',~g'))"
)


def money_axis(currency: str | None, **options: Any) -> alt.Axis:
    """Return an axis with short amounts and the currency's symbol.

    Args:
        currency: A code. It is quoted, since a file may name anything.
        **options: As of `alt.Axis`.
    """
    before, after = map(json.dumps, notation.around_amount(currency))
    label = f"(datum.value < 0 ? '−' : '') + {before} + {_SHORT_LABEL}"
    if after != '""':
        label += f" + {after}"
    return alt.Axis(labelExpr=label, tickCount=5, **options)


def count_axis(tick_count: int = 5) -> alt.Axis:
    """Return an axis with short numbers: 0, 500, 1k. One format for all ticks would say 0.5k."""
    return alt.Axis(labelExpr=_SHORT_LABEL, tickCount=tick_count, tickMinStep=1)


def month_axis() -> alt.X:
    """Return the time axis of a chart by month, whose bars run from `start` to `end`."""
    axis = alt.Axis(grid=False, format="%b %Y", labelOverlap=True, tickCount=8)
    return alt.X("start:T", title=None, axis=axis)


def number_format() -> dict[str, Any]:
    """Return the present notation as d3 takes it, for axes and tooltips; empty for English."""
    present = notation.current()
    if present is None:
        return {}
    last, others = present.groups
    return {
        "decimal": present.decimal,
        "thousands": present.group,
        # Groups from the right; d3 begins anew behind the last one that is named.
        "grouping": [last, *[others] * 9],
        "currency": ["", ""],
        "percent": present.percent[1] or "%",
        "minus": "−",
    }


def revenue_ranges(frame: pd.DataFrame, currency: str | None) -> list[str]:
    """Return `revenue_low` to `revenue_high` in words; empty for a row without a range."""
    return [
        "" if pd.isna(low) else wording.money_range(low, high, currency)
        for low, high in zip(frame["revenue_low"], frame["revenue_high"], strict=True)
    ]


def revenue_range_rules(frame: pd.DataFrame) -> alt.Chart:
    """Draw a thin line at `middle` from `revenue_low` to `revenue_high`."""
    return (
        alt.Chart(frame)
        .mark_rule(color=palette.NEUTRAL, strokeWidth=1.5, opacity=0.9)
        .encode(x="middle:T", y=alt.Y("revenue_low:Q"), y2="revenue_high:Q")
    )


def day_spans(frame: pd.DataFrame) -> list[str]:
    """Return `first_day` to `last_day` of each row in words; both belong to it."""
    return [
        f"{wording.day(first.date())} to {wording.day(last.date())}"
        for first, last in zip(frame["first_day"], frame["last_day"], strict=True)
    ]


def middle_of(frame: pd.DataFrame) -> pd.Series:
    """Return the moment halfway from `start` to `end` of each row."""
    return frame["start"] + (frame["end"] - frame["start"]) / 2


def layered(*charts: alt.Chart, height: int = HEIGHT) -> alt.LayerChart:
    """Return charts drawn on each other, the first one below.

    `alt.layer` does the same, and returns a facet chart where all layers have the same facets.
    """
    return alt.LayerChart(layer=list(charts), height=height)


def live_spec(chart: alt.LayerChart) -> dict[str, Any]:
    """Return the chart's specification without data: built once and drawn by `live_chart`."""
    spec = chart.to_dict()
    # Streamlit's theme sets what Altair's default theme would, and `live_chart` adds the notation.
    spec.pop("config", None)
    return spec
