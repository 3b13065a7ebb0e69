"""The charts of the products page: a frame in, an `alt.Chart` out."""

from typing import Any

import altair as alt
import pandas as pd

from retention.charts import palette
from retention.charts.axes import count_axis, money_axis
from retention.charts.clickable_rows import row_bands
from retention.charts.flow import smooth_bands
from retention.products.journey import ORDERS_SHOWN
from retention.reports.breakdown_verdict import LESS, MORE, SAME

#: Pixels of a row, and of the axis below them.
ROW, AROUND = 26, 62
#: Likewise around the square of pairs, whose legend and names take more.
PAIRS_AROUND = 215
WEEKS = {"This week": palette.ACCENT, "Next week": palette.EXPECTED}
#: What a verdict is called, and its colour.
VERDICTS = {
    MORE: ("Bring more", palette.ACCENT),
    LESS: ("Bring less", palette.STAGE_COLOURS["at_risk"]),
    SAME: ("Unclear", palette.NEUTRAL),
}
METHODS = {
    "Likely next": palette.ACCENT,
    "Own most bought": palette.STAGE_COLOURS["loyal"],
    "Best sellers": palette.NEUTRAL,
}
#: The flow: its height, the width of a place, and the room for words on the right.
FLOW_HEIGHT, BAR = 480, 10
_ACROSS = alt.Scale(
    domain=[0, ORDERS_SHOWN - 1],
    range=[2, alt.ExprRef(f"width - {BAR} - max(min(width * 0.16, 150), 46)")],
    nice=False,
)
_DOWN = alt.Scale(domain=[-0.06, 1.01], nice=False, reverse=True)


def due_chart(frame: pd.DataFrame, chosen: str | None = None) -> alt.LayerChart:
    """Customers who are due, a bar a product, this week's before the next.

    A click selects a product under the name "picked".

    Args:
        frame: From `due_frame`.
        chosen: The product that is chosen now.
    """
    names = list(dict.fromkeys(frame["name"]))
    y = _names(names)
    totals = frame.groupby(["product", "name"], sort=False, as_index=False)["customers"].sum()
    about = [alt.Tooltip("name:N"), alt.Tooltip("customers:Q", title="Due in both weeks")]
    bars = (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=3, height={"band": 0.68}, cursor="pointer")
        .encode(
            y=y,
            x=alt.X("customers:Q", title="Customers due", axis=count_axis(), stack="zero"),
            color=alt.Color(
                "when:N",
                scale=alt.Scale(domain=list(WEEKS), range=list(WEEKS.values())),
                legend=alt.Legend(orient="top", title=None),
            ),
            order=alt.Order("turn:Q"),
            tooltip=[
                alt.Tooltip("name:N", title="Product"),
                alt.Tooltip("when:N", title="Due"),
                alt.Tooltip("customers:Q", title="Customers", format=","),
                alt.Tooltip("own:Q", title="By their own interval", format=","),
            ],
        )
    )
    bands = row_bands(totals, y, "product", chosen, about)
    return alt.LayerChart(layer=[bands, bars], height=AROUND + 30 + ROW * len(names))


def value_chart(
    frame: pd.DataFrame, basis: str, currency: str | None, title: str, chosen: str | None = None
) -> alt.LayerChart:
    """How much more or less the customers of each product bring than customers alike.

    A click selects a product under the name "picked".

    Args:
        frame: From `value_frame`.
        basis: As in `ProductValue`.
        currency: Of the amounts.
        title: Of the horizontal axis.
        chosen: The product that is chosen now.
    """
    labelled = frame.assign(label=[VERDICTS[verdict][0] for verdict in frame["verdict"]])
    axis = alt.Axis(format="+~g", tickCount=5) if basis == "orders" else money_axis(currency)
    colours = dict(VERDICTS.values())
    colour = alt.Color(
        "label:N",
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
        legend=alt.Legend(
            orient="top", title=None, columns=alt.ExprRef("width < 190 ? 1 : width < 400 ? 2 : 3")
        ),
    )
    tooltip = [
        alt.Tooltip("name:N", title="First order held"),
        alt.Tooltip("label:N", title="Verdict"),
        alt.Tooltip("difference:N", title="Beside customers alike"),
        alt.Tooltip("between:N", title="95% range, all at once"),
        alt.Tooltip("mean:N", title="Such a customer (80% range)"),
        alt.Tooltip("alike:N", title="Customers alike"),
        alt.Tooltip("repeat_rate:N", title="Came back for anything"),
        alt.Tooltip("customers:Q", title="Customers", format=","),
    ]
    zero = (
        alt.Chart(pd.DataFrame({"zero": [0.0]}))
        .mark_rule(color=palette.NEUTRAL, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x="zero:Q")
    )
    x = alt.X("low:Q", title=title, axis=axis)
    bands, *layers = _ranges(labelled, x, tooltip, chosen, color=colour)
    return alt.LayerChart(layer=[bands, zero, *layers], height=AROUND + 30 + ROW * len(frame))


def interval_chart(frame: pd.DataFrame, chosen: str | None = None) -> alt.LayerChart:
    """The quartiles of each product's reorder intervals, and their medians.

    A click selects a product under the name "picked".

    Args:
        frame: From `interval_frame`.
        chosen: The product that is chosen now.
    """
    tooltip = [
        alt.Tooltip("name:N", title="Product"),
        alt.Tooltip("at:Q", title="Half within, days", format=","),
        alt.Tooltip("between:N", title="Middle half"),
        alt.Tooltip("reorders:Q", title="Rests on reorders", format=","),
        alt.Tooltip("repeat_rate:Q", title="Bought again", format=".0%"),
    ]
    x = alt.X(
        "low:Q", title="Days until bought again", axis=count_axis(), scale=alt.Scale(zero=True)
    )
    size = alt.Size(
        "reorders:Q",
        legend=None,
        scale=alt.Scale(type="sqrt", domainMin=0, range=[40, 340]),
    )
    layers = _ranges(frame, x, tooltip, chosen, color=alt.value(palette.ACCENT), size=size)
    return alt.LayerChart(layer=list(layers), height=AROUND + ROW * len(frame))


def _ranges(
    frame: pd.DataFrame,
    x: alt.X,
    tooltip: list[alt.Tooltip],
    chosen: str | None,
    **encoding: Any,
) -> tuple[alt.Chart, alt.Chart, alt.Chart]:
    """For each row a band, a line from `low` to `high` and a dot at `at`, in the frame's order."""
    y = _names(frame["name"].tolist())
    size = encoding.pop("size", None)
    rows = alt.Chart(frame)
    lines = rows.mark_rule(strokeWidth=3, opacity=0.55).encode(
        x=x, x2="high:Q", y=y, tooltip=tooltip, **encoding
    )
    dots = rows.mark_circle(size=120, opacity=1).encode(
        x=alt.X("at:Q"),
        y=y,
        tooltip=tooltip,
        **encoding,
        **({} if size is None else {"size": size}),
    )
    return row_bands(frame, y, "product", chosen, tooltip), lines, dots


def pairs_chart(frame: pd.DataFrame, rows: str, columns: str, times: str) -> alt.Chart:
    """Pairs of products as a square: the darker, the more often than by chance.

    Args:
        frame: From `pairs_frame`.
        rows: The title of the rows.
        columns: The title of the columns.
        times: What `times` counts.
    """
    across = sorted(set(frame["column"]))
    down = sorted(set(frame["row"]))
    return (
        alt.Chart(frame)
        .mark_rect(cornerRadius=3)
        .encode(
            y=_names(down, "row", rows),
            x=alt.X(
                "column:N",
                title=columns,
                sort=across,
                axis=alt.Axis(
                    labelAngle=-40, labelLimit=110, labelOverlap=False, grid=False, ticks=False
                ),
            ),
            color=alt.Color(
                "lift:Q",
                title="Times chance",
                scale=alt.Scale(range=["rgba(26, 138, 153, 0.25)", "#0E6E7C"], domainMin=1),
                legend=alt.Legend(orient="top", gradientLength=140, format="~g"),
            ),
            tooltip=[
                alt.Tooltip("row:N", title=rows),
                alt.Tooltip("column:N", title=columns),
                alt.Tooltip("times:Q", title=times, format=","),
                alt.Tooltip("lift:Q", title="Times as often as by chance", format=".1f"),
            ],
        )
        .properties(height=PAIRS_AROUND + 30 * len(down))
    )


def journey_chart(bands: pd.DataFrame, places: pd.DataFrame) -> alt.LayerChart:
    """Orders 1 to 4 from left to right, and how many customers go from product to product.

    Args:
        bands: The first frame of `journey_frames`.
        places: The second frame of `journey_frames`.
    """
    # Bands leave a place on its right side.
    shift = f"{BAR} / max(width - 200, 120) * {ORDERS_SHOWN - 1}"
    drawn = smooth_bands(
        bands,
        _ACROSS,
        _DOWN,
        strong="datum.stays",
        opacity=(0.42, 0.22),
        along=f"datum.step + datum.t + (1 - datum.t) * {shift}",
    ).encode(
        tooltip=[
            alt.Tooltip("flow:N", title="Order"),
            alt.Tooltip("customers:Q", title="Customers", format=","),
            alt.Tooltip("share:Q", title="Of those at the start", format=".1%"),
        ]
    )
    x = alt.X("step:Q", scale=_ACROSS, axis=None)
    nodes = alt.Chart(places).encode(
        tooltip=[
            alt.Tooltip("name:N", title="Product"),
            alt.Tooltip("customers:Q", title="Customers", format=","),
        ]
    )
    bars = nodes.mark_rect(x2Offset=BAR, cornerRadius=2, stroke=None).encode(
        x=x,
        x2="step:Q",
        y=alt.Y("top:Q", scale=_DOWN, axis=None),
        y2="bottom:Q",
        color=alt.Color("colour:N", scale=None),
    )
    names = (
        nodes.transform_filter("datum.has_room")
        .mark_text(
            align="left",
            dx=BAR + 5,
            fontSize=12,
            color=palette.TEXT,
            limit=alt.ExprRef(f"max(width / {ORDERS_SHOWN} - 34, 40)"),
        )
        .encode(x=x, y=alt.Y("words_at:Q", scale=_DOWN, axis=None), text="name:N")
    )
    heads = pd.DataFrame({"step": range(ORDERS_SHOWN), "order": ["1st order", "2nd", "3rd", "4th"]})
    titles = (
        alt.Chart(heads)
        .mark_text(
            align="left",
            baseline="top",
            fontSize=12,
            fontWeight=600,
            color=palette.TEXT,
            opacity=0.8,
        )
        .encode(x=x, y=alt.value(0), text="order:N")
    )
    return alt.LayerChart(
        layer=[drawn, bars, names, titles],
        height=FLOW_HEIGHT,
        usermeta={"embedOptions": {"renderer": "svg"}},
    )


def recall_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """How much of the next order was named, by how many products were.

    Args:
        frame: From `recall_frame`.
    """
    base = alt.Chart(frame).encode(
        x=alt.X("named:O", title="Products named", axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("method:N", sort=list(METHODS)),
        color=alt.Color(
            "method:N",
            sort=list(METHODS),
            scale=alt.Scale(domain=list(METHODS), range=list(METHODS.values())),
            legend=alt.Legend(orient="top", title=None, columns=2),
        ),
        tooltip=[
            alt.Tooltip("method:N", title="Named"),
            alt.Tooltip("named:Q", title="How many"),
            alt.Tooltip("recall:Q", title="Of the next order", format=".0%"),
            alt.Tooltip("hit_rate:Q", title="Customers with a hit", format=".0%"),
            alt.Tooltip("beyond:N", title="Beyond best sellers, points"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=3).encode(
        y=alt.Y(
            "recall:Q", title="Share of the next order", axis=alt.Axis(format="~%", tickCount=5)
        )
    )
    ends = base.mark_rule(color=palette.TEXT, opacity=0.7).encode(
        y="recall_low:Q", y2="recall_high:Q", color=alt.value(palette.NEUTRAL)
    )
    return alt.LayerChart(layer=[bars, ends], height=320)


def _names(names: list[str], field: str = "name", title: str | None = None) -> alt.Y:
    axis = alt.Axis(labelLimit=165, labelOverlap=False, labelFlush=False, grid=False, ticks=False)
    return alt.Y(f"{field}:N", title=title, sort=names, axis=axis)
