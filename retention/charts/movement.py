"""The drawing of the movement page: a frame in, an `alt.Chart` out."""

import altair as alt
import pandas as pd

from retention.charts import palette
from retention.charts.clickable_rows import PICKED
from retention.charts.flow import smooth_bands

HEIGHT = 520
#: Room for words on either side, in pixels, and the width of a stage's bar.
SIDE, BAR = 92, 12
#: Pixels from either edge, so that the words have room on a phone too.
_ACROSS = alt.Scale(
    domain=[0, 1], range=[SIDE, alt.ExprRef(f"max(width - {SIDE}, {SIDE + 60})")], nice=False
)
_DOWN = alt.Scale(domain=[-0.02, 1.03], nice=False, reverse=True)
_SIDE_X = alt.X("side:Q", scale=_ACROSS, axis=None)


def flow_chart(bands: pd.DataFrame, nodes: pd.DataFrame, start: str, end: str) -> alt.LayerChart:
    """Stages at the start on the left, at the end on the right, and bands between them.

    A band is as wide as what moved. A click selects it under the name "picked".

    Args:
        bands: The first frame of `flow_frames`.
        nodes: The second frame of `flow_frames`.
        start: The first day in words.
        end: The last day in words.
    """
    stages = alt.Chart(nodes).encode(
        tooltip=[
            alt.Tooltip("name:N", title="Stage"),
            alt.Tooltip("amount:N", title="Amount"),
            alt.Tooltip("about:N", title="Customers"),
        ]
    )
    left, right = (stages.transform_filter(f"datum.side === {side}") for side in (0, 1))
    days = pd.DataFrame({"side": [0, 1], "day": [start, end]})
    return alt.LayerChart(
        layer=[
            _band_layer(bands, start, end),
            _stage_bars(left, is_left=True),
            _stage_bars(right, is_left=False),
            *_stage_words(left, is_left=True),
            *_stage_words(right, is_left=False),
            _day_layer(days[days["side"] == 0], align="left"),
            _day_layer(days[days["side"] == 1], align="right"),
        ],
        height=HEIGHT,
        usermeta={"embedOptions": {"renderer": "svg"}},
    )


def _band_layer(bands: pd.DataFrame, start: str, end: str) -> alt.Chart:
    """The bands, each drawn as an area along a smooth curve."""
    picked = alt.selection_point(name=PICKED, fields=["origin", "target"], on="click", empty=False)
    return (
        smooth_bands(
            bands, _ACROSS, _DOWN, strong="datum.moved", opacity=(0.55, 0.16), cursor="pointer"
        )
        .encode(
            tooltip=[
                alt.Tooltip("flow:N", title="Movement"),
                alt.Tooltip("customers:Q", title="Customers", format=","),
                alt.Tooltip("share:Q", title="Of those drawn", format=".1%"),
                alt.Tooltip("before:N", title=f"Expected value {start}"),
                alt.Tooltip("after:N", title=f"Expected value {end}"),
                alt.Tooltip("between:N", title="80% range"),
                alt.Tooltip("revenue:N", title="Revenue in between"),
            ],
        )
        .add_params(picked)
    )


def _stage_bars(stages: alt.Chart, *, is_left: bool) -> alt.Chart:
    """The bars of one side, outside the bands."""
    return stages.mark_rect(
        xOffset=-BAR if is_left else 0,
        x2Offset=0 if is_left else BAR,
        cornerRadius=2,
        stroke=None,
    ).encode(
        x=_SIDE_X,
        x2="side:Q",
        y=alt.Y("top:Q", scale=_DOWN, axis=None),
        y2="bottom:Q",
        color=alt.Color("colour:N", scale=None),
    )


def _stage_words(stages: alt.Chart, *, is_left: bool) -> tuple[alt.Chart, alt.Chart]:
    """The names of one side's stages, and their amounts below."""
    away = BAR + 7
    text = {
        "align": "right" if is_left else "left",
        "dx": -away if is_left else away,
        "color": palette.TEXT,
    }
    place = stages.encode(x=_SIDE_X, y=alt.Y("words_at:Q", scale=_DOWN, axis=None))
    return (
        place.mark_text(**text, dy=-7, fontSize=12, fontWeight=600).encode(text="name:N"),
        place.mark_text(**text, dy=8, fontSize=12, opacity=0.8).encode(text="amount:N"),
    )


def _day_layer(day: pd.DataFrame, *, align: str) -> alt.Chart:
    """A day above its side."""
    return (
        alt.Chart(day)
        .mark_text(
            align=align,
            baseline="bottom",
            fontSize=12,
            fontWeight=600,
            color=palette.TEXT,
            opacity=0.8,
        )
        .encode(x=_SIDE_X, y=alt.value(4), text="day:N")
    )
