"""Rows of a chart that a click chooses: a band across the chart behind each row's marks."""

import altair as alt
import pandas as pd

#: The name of the selection that a click makes, in every chart in which a click chooses.
PICKED = "picked"
_HOVERED, _CHOSEN = "rgba(139, 149, 155, 0.10)", "rgba(139, 149, 155, 0.20)"


def row_bands(
    frame: pd.DataFrame, y: alt.Y, field: str, chosen: str | None, tooltip: list[alt.Tooltip]
) -> alt.Chart:
    """Return a band for each row, to lie below the other marks.

    A click on a band, or on a mark above it whose data has the field, selects the row.

    Args:
        frame: A row for each band.
        y: Where the rows stand.
        field: The column that tells rows apart. The selection carries it.
        chosen: Its value in the row that is chosen now; None if there is none.
        tooltip: Of the row.
    """
    picked = alt.selection_point(name=PICKED, fields=[field], on="click", empty=False)
    hovered = alt.selection_point(
        name="hovered", fields=[field], on="pointerover", clear="pointerout", empty=False
    )
    return (
        alt.Chart(frame.assign(is_chosen=frame[field] == chosen))
        .mark_rect(cursor="pointer", cornerRadius=3)
        .encode(
            x=alt.value(0),
            x2=alt.value("width"),
            y=y,
            color=alt.when("datum.is_chosen")
            .then(alt.value(_CHOSEN))
            .when(hovered)
            .then(alt.value(_HOVERED))
            .otherwise(alt.value("transparent")),
            tooltip=tooltip,
        )
        .add_params(picked, hovered)
    )
