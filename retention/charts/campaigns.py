"""Charts of the planner.

Each names its data sets, so that a slider sends rows and never a specification.
"""

from functools import lru_cache
from typing import Any

import altair as alt

from retention import notation
from retention.charts import palette
from retention.charts.axes import count_axis, live_spec, money_axis

HEIGHT = 260
SMALL = 200
GAIN = "Brings"
SPENT = "Costs"
PLAIN = "Gain"
_TOP = {"orient": "top", "direction": "horizontal", "labelLimit": 260}


def bridge_chart(currency: str | None) -> alt.LayerChart:
    """From the margin that the campaign adds, less each cost, to the gain.

    Data set "steps": step, bottom, top, what (`GAIN`, `SPENT`, `PLAIN`), amount (text), above;
    "range": low, high.
    """
    # A word a line, so that all five names fit on a phone.
    axis = alt.Axis(
        labelAngle=0, labelPadding=6, labelOverlap=False, labelExpr="split(datum.label, ' ')"
    )
    x = alt.X("step:N", sort=None, title=None, axis=axis)
    base = alt.Chart(alt.NamedData("steps"))
    bars = base.mark_bar(size=44).encode(
        x=x,
        y=alt.Y(
            "bottom:Q",
            title=f"Margin{f', {currency}' if currency else ''}",
            axis=money_axis(currency),
        ),
        y2="top:Q",
        color=alt.Color(
            "what:N",
            title=None,
            scale=alt.Scale(
                domain=[GAIN, SPENT, PLAIN], range=[palette.GAIN, palette.LOSS, palette.ACCENT]
            ),
            legend=alt.Legend(**_TOP, symbolType="square"),
        ),
        tooltip=[alt.Tooltip("step:N", title="Step"), alt.Tooltip("amount:N", title="Amount")],
    )
    words = base.mark_text(dy=-8, fontSize=12, color=palette.TEXT).encode(
        x=x, y="above:Q", text="amount:N"
    )
    rule = (
        alt.Chart(alt.NamedData("range"))
        .mark_rule(strokeWidth=2, color=palette.NEUTRAL)
        .encode(x=x, y="low:Q", y2="high:Q", tooltip=[alt.Tooltip("between:N", title="80% range")])
    )
    zero = (
        alt.Chart(alt.NamedData("zero"))
        .mark_rule(color=palette.NEUTRAL, opacity=0.6)
        .encode(y="value:Q")
    )
    return alt.LayerChart(layer=[zero, bars, rule, words], height=HEIGHT)


def size_chart(currency: str | None) -> alt.LayerChart:
    """Expected gain by how many customers are addressed, the highest first.

    Data set "curve": customers, gain, said; "marks": customers, gain, label.
    """
    x = alt.X("customers:Q", title="Customers addressed, best first", axis=count_axis())
    y = alt.Y("gain:Q", title="Gain before holding out", axis=money_axis(currency))
    base = alt.Chart(alt.NamedData("curve"))
    area = base.mark_area(
        color=palette.ACCENT, opacity=0.14, line={"color": palette.ACCENT, "strokeWidth": 2.5}
    ).encode(x=x, y=y)
    hover = base.mark_point(opacity=0, size=120).encode(
        x=x,
        y=y,
        tooltip=[
            alt.Tooltip("customers:Q", title="Customers", format=","),
            alt.Tooltip("said:N", title="Expected gain"),
        ],
    )
    marks = alt.Chart(alt.NamedData("marks"))
    points = marks.mark_point(size=90, filled=True, opacity=1, color=palette.LOSS).encode(x=x, y=y)
    rules = marks.mark_rule(strokeDash=[4, 3], color=palette.NEUTRAL).encode(x=x)
    words = marks.mark_text(
        dy=-14, align=alt.expr("datum.side"), fontSize=12, color=palette.TEXT
    ).encode(x=x, y=y, text="label:N")
    return alt.LayerChart(layer=[area, hover, rules, points, words], height=HEIGHT)


def lift_chart(currency: str | None) -> alt.LayerChart:
    """Gain by the lift that is assumed, with its 80 % range.

    Data set "lifts": lift, gain, low, high, said; "marks": lift, label, side, dx.
    """
    x = alt.X("lift:Q", title="Lift, of 100 who would not order", axis=alt.Axis(tickCount=6))
    base = alt.Chart(alt.NamedData("lifts"))
    band = base.mark_area(color=palette.ACCENT, opacity=0.16).encode(
        x=x, y=alt.Y("low:Q", title="Gain", axis=money_axis(currency)), y2="high:Q"
    )
    line = base.mark_line(color=palette.ACCENT, strokeWidth=2.5).encode(x=x, y="gain:Q")
    hover = base.mark_point(opacity=0, size=120).encode(
        x=x,
        y="gain:Q",
        tooltip=[
            alt.Tooltip("lift:Q", title="Lift, of 100", format=".1f"),
            alt.Tooltip("said:N", title="Gain"),
        ],
    )
    zero = alt.Chart(alt.NamedData("zero")).mark_rule(color=palette.NEUTRAL).encode(y="value:Q")
    marks = alt.Chart(alt.NamedData("marks"))
    rules = marks.mark_rule(strokeDash=[4, 3], color=palette.NEUTRAL).encode(x=x)
    words = marks.mark_text(
        align=alt.expr("datum.side"), dx=alt.expr("datum.dx"), fontSize=12, color=palette.TEXT
    )
    return alt.LayerChart(
        layer=[band, zero, line, hover, rules, words.encode(x=x, y=alt.value(8), text="label:N")],
        height=HEIGHT,
    )


def due_chart() -> alt.Chart:
    """When the addressed customers' next orders are due.

    Data set "due": when, customers, said, colour.
    """
    return (
        alt.Chart(alt.NamedData("due"), height=alt.Step(28))
        .mark_bar(size=18)
        .encode(
            y=alt.Y(
                "when:N",
                sort=None,
                title=None,
                axis=alt.Axis(labelLimit=160, ticks=False, domain=False),
            ),
            x=alt.X("customers:Q", title="Customers", axis=count_axis(4)),
            color=alt.Color("colour:N", scale=None),
            tooltip=[
                alt.Tooltip("when:N", title="Next order due"),
                alt.Tooltip("customers:Q", title="Customers", format=","),
                alt.Tooltip("said:N", title="Expected gain"),
            ],
        )
    )


def sequence_chart() -> alt.LayerChart:
    """The messages on a calendar, as large as the number who still get them.

    Data set "messages": date, customers, message, offer, said.
    """
    x = alt.X("date:T", title=None, axis=alt.Axis(format="%e %b", tickCount=6, labelOverlap=True))
    y = alt.Y("customers:Q", title="Customers who get it", axis=count_axis(4))
    base = alt.Chart(alt.NamedData("messages"))
    tooltip = [
        alt.Tooltip("date:T", title="Day", format="%a %e %b %Y"),
        alt.Tooltip("message:N", title="Message"),
        alt.Tooltip("offer:N", title="Offer"),
        alt.Tooltip("said:N", title="Customers"),
    ]
    stems = base.mark_rule(strokeWidth=3, color=palette.ACCENT, opacity=0.6).encode(x=x, y=y)
    heads = base.mark_point(filled=True, size=130, opacity=1).encode(
        x=x, y=y, color=alt.Color("colour:N", scale=None), tooltip=tooltip
    )
    floor = base.mark_rule(opacity=0, aria=False).encode(y=alt.datum(0))
    return alt.LayerChart(layer=[floor, stems, heads], height=SMALL)


def offers_chart(currency: str | None) -> alt.LayerChart:
    """What an amount and a percentage of equal cost are worth on this segment's orders.

    Data set "bands": order_value, worth, kind, said, people.
    """
    x = alt.X(
        "order_value:Q",
        title="Usual order value of the customers",
        axis=money_axis(currency, grid=False),
    )
    y = alt.Y("worth:Q", title="Worth of the offer", axis=money_axis(currency))
    base = alt.Chart(alt.NamedData("bands"))
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=["Amount", "Percentage"], range=[palette.ACCENT, palette.LOSS]),
        legend=alt.Legend(**_TOP),
    )
    line = base.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour)
    points = base.mark_point(filled=True, size=60, opacity=1).encode(
        x=x,
        y=y,
        color=colour,
        tooltip=[
            alt.Tooltip("kind:N", title="Offer"),
            alt.Tooltip("people:N", title="Customers"),
            alt.Tooltip("said:N", title="Worth"),
        ],
    )
    return alt.LayerChart(layer=[line, points], height=SMALL)


def budget_chart(currency: str | None) -> alt.LayerChart:
    """Gain of the best split by budget.

    Data set "curve": budget, gain; "now": budget, gain, label, said.
    """
    x = alt.X("budget:Q", title="Budget", axis=money_axis(currency, grid=False))
    y = alt.Y("gain:Q", title="Expected gain", axis=money_axis(currency))
    curve = (
        alt.Chart(alt.NamedData("curve"))
        .mark_area(
            color=palette.ACCENT, opacity=0.14, line={"color": palette.ACCENT, "strokeWidth": 2.5}
        )
        .encode(x=x, y=y)
    )
    now = alt.Chart(alt.NamedData("now"))
    rule = now.mark_rule(strokeDash=[4, 3], color=palette.NEUTRAL).encode(x=x)
    points = now.mark_point(filled=True, size=90, opacity=1).encode(
        x=x,
        y=y,
        color=alt.Color(
            "label:N",
            title=None,
            legend=alt.Legend(**_TOP),
            scale=alt.Scale(
                domain=["Best split", "Even split"], range=[palette.ACCENT, palette.LOSS]
            ),
        ),
        tooltip=[
            alt.Tooltip("label:N", title="Split"),
            alt.Tooltip("said:N", title="Expected gain"),
        ],
    )
    return alt.LayerChart(layer=[curve, rule, points], height=HEIGHT)


def allowed_chart(currency: str | None) -> alt.LayerChart:
    """What a new customer of each group is worth, with its range, and may cost.

    Data set "groups": group, value, value_low, value_high, allowed, said, between, cost, payback.
    """
    y = alt.Y(
        "group:N", sort=None, title=None, axis=alt.Axis(labelLimit=170, ticks=False, domain=False)
    )
    base = alt.Chart(alt.NamedData("groups"))
    tooltip = [
        alt.Tooltip("group:N", title="Group"),
        alt.Tooltip("said:N", title="Value of a new customer"),
        alt.Tooltip("between:N", title="80% range"),
        alt.Tooltip("cost:N", title="May cost"),
        alt.Tooltip("payback:N", title="Paid back"),
    ]
    x = alt.X("value:Q", title="Margin of a new customer", axis=money_axis(currency))
    bars = base.mark_bar(size=16, color=palette.EXPECTED).encode(x=x, y=y, tooltip=tooltip)
    ranges = base.mark_rule(strokeWidth=2, color=palette.ACCENT).encode(
        x="value_low:Q", x2="value_high:Q", y=y
    )
    ticks = base.mark_tick(thickness=3, size=24, color=palette.LOSS).encode(
        x="allowed:Q", y=y, tooltip=tooltip
    )
    return alt.LayerChart(layer=[bars, ranges, ticks], height=alt.Step(30))


def payback_chart(currency: str | None) -> alt.Chart:
    """Margin of a new customer by days since the first order.

    Data set "curves": day, margin, group, said.
    """
    return (
        alt.Chart(alt.NamedData("curves"), height=HEIGHT + 80)
        .mark_line(strokeWidth=2.2)
        .encode(
            x=alt.X(
                "day:Q",
                title="Days since the first order",
                axis=alt.Axis(grid=False),
                scale=alt.Scale(nice=False),
            ),
            y=alt.Y(
                "margin:Q",
                title="Margin so far",
                axis=money_axis(currency),
                scale=alt.Scale(zero=True),
            ),
            color=alt.Color(
                "group:N",
                title=None,
                sort=None,
                legend=alt.Legend(**_TOP | {"labelLimit": 130}, columns=2),
            ),
            tooltip=[
                alt.Tooltip("group:N", title="Group"),
                alt.Tooltip("day:Q", title="Day", format=".0f"),
                alt.Tooltip("said:N", title="Margin so far"),
            ],
        )
    )


#: The year stands where the axis begins, and in the first week of each year.
_DAY_LABEL = (
    "timeFormat(datum.value, datum.index == 0 || (month(datum.value) == 0 && date(datum.value) < 8)"
    " ? '%-d %b %Y' : '%-d %b')"
)


def calendar_chart() -> alt.LayerChart:
    """Campaigns by day: how long orders count, and when messages go out.

    Data set "bars": campaign, first, last, said, colour. Data set "messages": campaign, day, said,
    colour.
    """
    y = alt.Y(
        "campaign:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelLimit=220, ticks=False, domain=False),
    )
    # A label that would stand over the edge is moved inside.
    axis = alt.Axis(
        labelExpr=_DAY_LABEL,
        grid=True,
        tickCount=6,
        labelFlush=40,
        labelOverlap="greedy",
        labelSeparation=8,
    )
    bars = (
        alt.Chart(alt.NamedData("bars"))
        .mark_bar(size=14, cornerRadius=3)
        .encode(
            x=alt.X("first:T", title=None, axis=axis),
            x2="last:T",
            y=y,
            color=alt.Color("colour:N", scale=None),
            tooltip=[
                alt.Tooltip("campaign:N", title="Campaign"),
                alt.Tooltip("said:N", title="Window"),
            ],
        )
    )
    dots = (
        alt.Chart(alt.NamedData("messages"))
        .mark_circle(size=90, opacity=1)
        .encode(
            x="day:T",
            y=y,
            color=alt.Color("colour:N", scale=None),
            tooltip=[
                alt.Tooltip("campaign:N", title="Campaign"),
                alt.Tooltip("said:N", title="Message"),
            ],
        )
    )
    return alt.LayerChart(layer=[bars, dots], height=alt.Step(34))


_IN_MONEY = {
    "bridge": bridge_chart,
    "size": size_chart,
    "lift": lift_chart,
    "offers": offers_chart,
    "budget": budget_chart,
    "allowed": allowed_chart,
    "payback": payback_chart,
}
_WITHOUT_MONEY = {"calendar": calendar_chart, "due": due_chart, "sequence": sequence_chart}


def spec(name: str, currency: str | None) -> dict[str, Any]:
    """A chart's specification by its name, made once for each currency and notation."""
    return _spec(name, currency, notation.language())


@lru_cache(200)
def _spec(name: str, currency: str | None, language: str) -> dict[str, Any]:
    del language  # the words around an axis follow it
    if name in _WITHOUT_MONEY:
        return live_spec(_WITHOUT_MONEY[name]())
    return live_spec(_IN_MONEY[name](currency))
