"""Charts of the page for own segments: a segment over the stages, and how segments overlap.

The first one names its data set, so that a changed condition sends rows alone.
"""

import altair as alt
import numpy as np
import pandas as pd

from retention import wording
from retention.charts import palette
from retention.own_segments.library import Overlaps
from retention.segments import labels
from retention.segments.rules import STAGES

STAGE_HEIGHT = 280
CELL = 46


def stages_chart() -> alt.LayerChart:
    """A segment's customers by lifecycle stage as bars, everybody's share as a tick.

    Data set "stages": stage, share, all_share, customers, all_customers, colour.
    """
    base = alt.Chart(alt.NamedData("stages"))
    y = alt.Y(
        "stage:N",
        sort=None,
        title=None,
        axis=alt.Axis(domain=False, ticks=False, labelPadding=8, labelOverlap=False),
    )
    tooltip = [
        alt.Tooltip("stage:N", title="Stage"),
        alt.Tooltip("customers:Q", title="In the segment", format=","),
        alt.Tooltip("share:Q", title="Share of the segment", format=".1%"),
        alt.Tooltip("all_share:Q", title="Share of all customers", format=".1%"),
    ]
    axis = alt.Axis(format=".0%", tickCount=5)
    bars = base.mark_bar(height=16, cornerRadiusEnd=3).encode(
        x=alt.X("share:Q", title="Share of customers", axis=axis, scale=alt.Scale(zero=True)),
        y=y,
        color=alt.Color("colour:N", scale=None),
        tooltip=tooltip,
    )
    ticks = base.mark_tick(thickness=2.5, height=20, color=palette.NEUTRAL).encode(
        x=alt.X("all_share:Q", title="Share of customers"), y=y, tooltip=tooltip
    )
    return alt.LayerChart(layer=[bars, ticks], height=STAGE_HEIGHT)


def stage_rows(inside: np.ndarray, everybody: np.ndarray) -> pd.DataFrame:
    """The rows of `stages_chart`, from the customers of each stage, in the segment and in all."""
    return pd.DataFrame(
        {
            "stage": [labels.STAGE_LABELS[stage] for stage in STAGES],
            "customers": inside,
            "share": inside / max(inside.sum(), 1),
            "all_share": everybody / max(everybody.sum(), 1),
            "colour": [palette.STAGE_COLOURS[stage] for stage in STAGES],
        }
    )


def overlap_rows(shared: Overlaps) -> pd.DataFrame:
    """The rows of `overlaps_chart`: one for each ordered pair of different segments."""
    rows = []
    sizes = shared.both.diagonal()
    for i, across in enumerate(shared.names):
        for j, down in enumerate(shared.names):
            share = shared.of_smaller[i, j]
            if i != j:
                rows.append(
                    {
                        "across": across,
                        "down": down,
                        "share": 0.0 if np.isnan(share) else share,
                        "label": "" if np.isnan(share) else wording.percent(share, 0),
                        "both": int(shared.both[i, j]),
                        "sizes": f"{wording.count(sizes[i])} and {wording.count(sizes[j])}",
                        "ink": _ink_on(share),
                    }
                )
    return pd.DataFrame(rows)


def _ink_on(share: float) -> str:
    """The colour of the words in a cell, which is darker the larger the share."""
    if share > 0.5:
        return "#FFFFFF"
    return "#10181B" if share > 0 else palette.TEXT


def overlaps_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Each pair of segments, by its customers in both as a share of the smaller segment.

    `frame`: `overlap_rows`.
    """
    names = list(dict.fromkeys(frame["across"]))
    axis = alt.Axis(labelLimit=170, domain=False, ticks=False)
    x = alt.X("across:N", sort=names, title=None, axis=alt.Axis(**axis.to_dict(), labelAngle=-40))
    y = alt.Y("down:N", sort=names, title=None, axis=axis)
    tooltip = [
        alt.Tooltip("across:N", title="Segment"),
        alt.Tooltip("down:N", title="and"),
        alt.Tooltip("both:Q", title="Customers in both", format=","),
        alt.Tooltip("share:Q", title="Share of the smaller", format=".1%"),
        alt.Tooltip("sizes:N", title="Customers"),
    ]
    base = alt.Chart(frame)
    # The same colours on both themes, so that the words in the cells can be read on either.
    colours = alt.Scale(domain=[0, 1], range=["#E6F3F5", palette.STEPS[0]])
    # Pairs that share nobody have no cell: on a dark page the emptiest would be the brightest.
    cells = (
        base.transform_filter("datum.share > 0")
        .mark_rect(cornerRadius=3, xOffset=1)
        .encode(x=x, y=y, color=alt.Color("share:Q", scale=colours, legend=None), tooltip=tooltip)
    )
    words = base.mark_text(fontSize=12, fontWeight=600).encode(
        x=x,
        y=y,
        text="label:N",
        color=alt.Color("ink:N", scale=None),
        tooltip=tooltip,
    )
    height = max(len(names) * CELL, 2 * CELL) + 110
    return alt.LayerChart(layer=[cells, words], height=height).resolve_scale(color="independent")
