"""Charts of the scorecard: a frame in, an `alt.Chart` out."""

from math import ceil

import altair as alt
import numpy as np
import pandas as pd

from retention import wording
from retention.charts import palette
from retention.charts.axes import HEIGHT, count_axis, money_axis

#: Steps of the bridge in full, and as they stand below it, in lines short enough for a phone.
STEPS = {
    "start": ("Active at the start", "Active at|the start"),
    "new": ("First order", "First|order"),
    "won_back": ("Won back", "Won|back"),
    "retained": ("Stayed, spent more or less", "Stayed"),
    "lapsed": ("Fell silent", "Fell|silent"),
    "end": ("Active at the end", "Active at|the end"),
}
#: The narrowest range of an axis that does not begin at 0: chance should not look like a cliff.
_LEAST_RANGE = {"rate": 0.05, "days": 10.0, "number": 0.2}
_MOST_TICKS = 12
_TOP = {"orient": "top", "direction": "horizontal", "labelLimit": 280}


def bridge_chart(frame: pd.DataFrame, measure: str, currency: str | None) -> alt.LayerChart:
    """How the active customers of the start became those of the end, as a waterfall.

    Args:
        frame: `base_bridge` or `customer_bridge`.
        measure: The column to draw: "customers" or "revenue".
        currency: The orders' currency.
    """
    rows = _bridge_rows(frame, measure, currency)
    domain = ["Active customers", "Gained", "Lost"]
    x = alt.X(
        "short:N",
        sort=None,
        title=None,
        axis=alt.Axis(
            labelAngle=0, labelPadding=6, labelOverlap=False, labelExpr="split(datum.label, '|')"
        ),
    )
    axis = money_axis(currency) if measure == "revenue" else count_axis()
    title = "Revenue of active customers" if measure == "revenue" else "Customers"
    bars = (
        alt.Chart(rows)
        .mark_bar(size=34)
        .encode(
            x=x,
            y=alt.Y("bottom:Q", title=title, axis=axis),
            y2="top:Q",
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(domain=domain, range=[palette.ACCENT, palette.GAIN, palette.LOSS]),
                legend=alt.Legend(**_TOP, symbolType="square"),
            ),
            tooltip=[alt.Tooltip("label:N", title="Step"), alt.Tooltip("amount:N", title=title)],
        )
    )
    labels = (
        alt.Chart(rows)
        .mark_text(dy=-8, color=palette.TEXT, fontSize=12)
        .encode(x=x, y="above:Q", text="amount:N")
    )
    return alt.LayerChart(layer=[bars, labels], height=HEIGHT)


def _bridge_rows(frame: pd.DataFrame, measure: str, currency: str | None) -> pd.DataFrame:
    """The steps of a bridge with the ends of their bars, their labels and their colours."""
    # Customers who stayed neither add to the number nor take from it.
    left_out = (frame["step"] == "retained") & (measure == "customers")
    rows = frame[~left_out].reset_index(drop=True)
    amounts = rows[measure]
    ends = rows["step"].isin(["start", "end"])
    running = amounts.where(~ends, 0.0).cumsum() + float(amounts[0])
    top, bottom = amounts.where(ends, running), (running - amounts).where(~ends, 0.0)
    changes = (amounts >= 0).map({True: "Gained", False: "Lost"})
    return rows.assign(
        label=[STEPS[step][0] for step in rows["step"]],
        short=[STEPS[step][1] for step in rows["step"]],
        top=top,
        bottom=bottom,
        what=changes.mask(ends, "Active customers"),
        amount=[
            _amount(value, measure, currency, not is_end)
            for value, is_end in zip(amounts, ends, strict=True)
        ],
        above=np.maximum(top, bottom),
    )


def spread_chart(frame: pd.DataFrame, unit: str, title: str, marks: pd.DataFrame) -> alt.LayerChart:
    """A distribution of days in equal bins with its quartiles marked.

    Args:
        frame: `from_day`, `to_day`, `share`, `number`, `span`, `beyond`, as `spread_frames` has it.
        unit: What is counted, such as "customers".
        title: The title of the horizontal axis.
        marks: `days` and `label` of the quartiles.
    """
    x = alt.X(
        "from_day:Q",
        title=title,
        axis=alt.Axis(grid=False, tickCount=6),
        scale=alt.Scale(nice=False),
    )
    bars = (
        alt.Chart(frame.assign(base=0.0))
        .mark_rect(color=palette.ACCENT, xOffset=0.5, x2Offset=-0.5)
        .encode(
            x=x,
            x2="to_day:Q",
            y=alt.Y("base:Q", title=f"Share of {unit}", axis=alt.Axis(format="~%", tickCount=4)),
            y2="share:Q",
            opacity=alt.condition("datum.beyond", alt.value(0.45), alt.value(1.0)),
            tooltip=[
                alt.Tooltip("span:N", title="Days"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
                alt.Tooltip("number:Q", title=unit.capitalize(), format=","),
            ],
        )
    )
    rules = (
        alt.Chart(marks)
        .mark_rule(color=palette.NEUTRAL, strokeDash=[4, 4], strokeWidth=1.5)
        .encode(
            x="days:Q",
            tooltip=[alt.Tooltip("label:N", title="Quartile"), alt.Tooltip("days:Q", title="Days")],
        )
    )
    return alt.LayerChart(layer=[bars, rules], height=200)


def trend_chart(frame: pd.DataFrame, label: str, kind: str, currency: str | None) -> alt.LayerChart:
    """One metric month by month, with its period shaded. `frame`: `trend_frame`."""
    axis = {"money": money_axis(currency), "rate": alt.Axis(format="~%", tickCount=5)}.get(
        kind, alt.Axis(tickCount=5)
    )
    title = label if "onthly" in label else f"{label} a month"
    x = alt.X("middle:T", title=None, axis=_month_axis(frame), scale=_month_scale(frame))
    y = alt.Y("value:Q", title=title, axis=axis, scale=_value_scale(frame["value"], kind))
    tooltip = [
        alt.Tooltip("month:T", title="Month", format="%b %Y"),
        alt.Tooltip("shown:N", title=label),
    ]
    frame = frame.assign(
        shown=frame["shown"] + frame["complete"].map({True: "", False: ", not the whole month"}),
        middle=frame["month"] + (frame["end"] - frame["month"]) / 2,
    )
    shade = (
        alt.Chart(frame[frame["inside"]])
        .mark_rect(color=palette.NEUTRAL, opacity=0.12)
        .encode(x=alt.X("month:T", title=None, scale=_month_scale(frame)), x2="end:T")
    )
    line = alt.Chart(frame).mark_line(color=palette.ACCENT, strokeWidth=2).encode(x=x, y=y)
    points = (
        alt.Chart(frame)
        .mark_point(size=60, color=palette.ACCENT, opacity=1)
        .encode(
            x=x,
            y=y,
            fill=alt.condition(
                alt.datum.complete, alt.value(palette.ACCENT), alt.value("transparent")
            ),
            tooltip=tooltip,
        )
    )
    return alt.LayerChart(layer=[shade, line, points], height=HEIGHT)


def _month_scale(frame: pd.DataFrame) -> alt.Scale:
    return alt.Scale(
        domain=[_moment(frame["month"].min()), _moment(frame["end"].max())], nice=False
    )


def _month_axis(frame: pd.DataFrame) -> alt.Axis:
    """One tick in the middle of a month, for as many months as there is room for."""
    months = pd.date_range(frame["month"].min(), frame["month"].max(), freq="MS")
    shown = months[:: ceil(len(months) / _MOST_TICKS)]
    middles = shown + (shown + pd.offsets.MonthBegin(1) - shown) / 2
    return alt.Axis(
        grid=False,
        format="%b %Y",
        labelOverlap=True,
        values=[_moment(middle) for middle in middles],
    )


def _moment(day: pd.Timestamp) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day, hours=day.hour)


def _value_scale(values: pd.Series, kind: str) -> alt.Scale:
    if kind in ("count", "money"):
        return alt.Scale(zero=True)
    low, high = float(values.min()), float(values.max())
    missing = max(_LEAST_RANGE[kind] - (high - low), 0.0) / 2
    low = max(low - missing, 0.0)
    return alt.Scale(
        domain=[low, max(high + missing, low + _LEAST_RANGE[kind])], nice=True, zero=False
    )


def _amount(value: float, measure: str, currency: str | None, signed: bool) -> str:
    shown = (
        wording.money(value, currency, short=True) if measure == "revenue" else wording.count(value)
    )
    return f"+{shown}" if signed and value > 0 else shown
