"""What drawings of a flow share: bands along smooth curves."""

from typing import Literal

import altair as alt
import pandas as pd

_STEPS = 24


def smooth_bands(
    bands: pd.DataFrame,
    across: alt.Scale,
    down: alt.Scale,
    *,
    strong: str,
    opacity: tuple[float, float],
    along: str = "datum.t",
    cursor: Literal["default", "pointer"] = "default",
) -> alt.Chart:
    """Draw bands from left to right, each an area along a smooth curve; one shines under a pointer.

    Args:
        bands: A row a band: `flow` (its name), `top_left`, `bottom_left`, `top_right`,
            `bottom_right`, and `colour`.
        across: The horizontal scale.
        down: The vertical scale.
        strong: A Vega expression that says which bands stand out.
        opacity: Of the bands that stand out, and of the others.
        along: A Vega expression of the horizontal place, where `datum.t` runs from 0 to 1.
        cursor: The mouse pointer over a band.
    """
    steps = "[" + ", ".join(f"{n / _STEPS:.4f}" for n in range(_STEPS + 1)) + "]"
    curve = "datum.t * datum.t * (3 - 2 * datum.t)"
    hover = alt.selection_point(
        name="hover", fields=["flow"], on="pointerover", clear="pointerout", empty=False
    )
    return (
        alt.Chart(bands)
        .transform_calculate(ts=steps)
        .transform_flatten(["ts"], ["t"])
        .transform_calculate(
            along=along,
            top=f"datum.top_left + (datum.top_right - datum.top_left) * {curve}",
            bottom=f"datum.bottom_left + (datum.bottom_right - datum.bottom_left) * {curve}",
        )
        .mark_area(interpolate="linear", strokeWidth=0, cursor=cursor)
        .encode(
            x=alt.X("along:Q", scale=across, axis=None),
            y=alt.Y("top:Q", scale=down, axis=None),
            y2="bottom:Q",
            detail="flow:N",
            color=alt.Color("colour:N", scale=None),
            opacity=alt.when(hover)
            .then(alt.value(0.9))
            .when(strong)
            .then(alt.value(opacity[0]))
            .otherwise(alt.value(opacity[1])),
        )
        .add_params(hover)
    )
