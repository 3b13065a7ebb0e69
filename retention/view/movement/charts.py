"""The drawing of the movement page: a frame in, an `alt.Chart` out."""

import altair as alt
import pandas as pd

from retention.view import palette

HEIGHT = 520
#: Room for words on either side, in pixels, and the width of a stage's bar.
SIDE, BAR = 92, 12
_STEPS = 24


def flow_chart(bands: pd.DataFrame, nodes: pd.DataFrame, start: str, end: str) -> alt.LayerChart:
    """Stages at the start on the left, at the end on the right, and bands between them, as wide as what moved.

    Frames from `movement_frames.flow_frames`; `start` and `end` name the two days. A click selects a band ("picked").
    """
    picked = alt.selection_point(
        name="picked", fields=["origin", "target"], on="click", empty=False
    )
    hover = alt.selection_point(
        name="hover", fields=["flow"], on="pointerover", clear="pointerout", empty=False
    )
    # Pixels from either edge, so that the words have room on a phone too.
    reach = alt.Scale(
        domain=[0, 1], range=[SIDE, alt.ExprRef(f"max(width - {SIDE}, {SIDE + 60})")], nice=False
    )
    depth = alt.Scale(domain=[-0.02, 1.03], nice=False, reverse=True)
    x = alt.X("t:Q", scale=reach, axis=None)
    steps = "[" + ", ".join(f"{n / _STEPS:.4f}" for n in range(_STEPS + 1)) + "]"
    curve = "datum.t * datum.t * (3 - 2 * datum.t)"
    tooltip = [
        alt.Tooltip("flow:N", title="Movement"),
        alt.Tooltip("customers:Q", title="Customers", format=","),
        alt.Tooltip("share:Q", title="Of those drawn", format=".1%"),
        alt.Tooltip("before:N", title=f"Expected value {start}"),
        alt.Tooltip("after:N", title=f"Expected value {end}"),
        alt.Tooltip("between:N", title="80% range"),
        alt.Tooltip("revenue:N", title="Revenue in between"),
    ]
    flows = (
        alt.Chart(bands)
        .transform_calculate(ts=steps)
        .transform_flatten(["ts"], ["t"])
        .transform_calculate(
            top=f"datum.top_left + (datum.top_right - datum.top_left) * {curve}",
            bottom=f"datum.bottom_left + (datum.bottom_right - datum.bottom_left) * {curve}",
        )
        .mark_area(interpolate="linear", strokeWidth=0, cursor="pointer")
        .encode(
            x=x,
            y=alt.Y("top:Q", scale=depth, axis=None),
            y2="bottom:Q",
            detail="flow:N",
            color=alt.Color("colour:N", scale=None),
            opacity=alt.when(hover)
            .then(alt.value(0.9))
            .when("datum.moved")
            .then(alt.value(0.55))
            .otherwise(alt.value(0.16)),
            tooltip=tooltip,
        )
        .add_params(hover, picked)
    )
    stages = alt.Chart(nodes).encode(
        tooltip=[
            alt.Tooltip("name:N", title="Stage"),
            alt.Tooltip("amount:N", title="Amount"),
            alt.Tooltip("about:N", title="Customers"),
        ]
    )
    bars, words = [], []
    for side, align, sign in ((0, "right", -1), (1, "left", 1)):
        these = stages.transform_filter(f"datum.side === {side}")
        bars.append(
            these.mark_rect(
                xOffset=min(sign, 0) * BAR, x2Offset=max(sign, 0) * BAR, cornerRadius=2, stroke=None
            ).encode(
                x=alt.X("side:Q", scale=reach, axis=None),
                x2="side:Q",
                y=alt.Y("top:Q", scale=depth, axis=None),
                y2="bottom:Q",
                color=alt.Color("colour:N", scale=None),
            )
        )
        place = {
            "x": alt.X("side:Q", scale=reach, axis=None),
            "y": alt.Y("words_at:Q", scale=depth, axis=None),
        }
        text = {"align": align, "dx": sign * (BAR + 7), "color": "currentColor"}
        words.append(
            these.mark_text(**text, dy=-7, fontSize=12, fontWeight=600).encode(
                **place, text="name:N"
            )
        )
        words.append(
            these.mark_text(**text, dy=8, fontSize=12, opacity=0.8).encode(**place, text="amount:N")
        )
    days = pd.DataFrame({"side": [0, 1], "day": [start, end]})
    heads = [
        alt.Chart(days[days["side"] == side])
        .mark_text(
            align=align, baseline="bottom", fontSize=12, fontWeight=600, color=palette.NEUTRAL
        )
        .encode(x=alt.X("side:Q", scale=reach, axis=None), y=alt.value(4), text="day:N")
        for side, align in ((0, "left"), (1, "right"))
    ]
    return alt.layer(flows, *bars, *words, *heads).properties(
        height=HEIGHT, usermeta={"embedOptions": {"renderer": "svg"}}
    )
