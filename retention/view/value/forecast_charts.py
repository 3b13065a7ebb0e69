"""Charts of predictions and their proof: a frame in, an `alt.Chart` out."""

import altair as alt
import pandas as pd

from retention import wording
from retention.view import palette
from retention.view.charts import HEIGHT, money_axis

#: Labels across the map of purchases, at most.
MAP_LABELS = 15
_CUT = "rgba(139, 149, 155, 0.9)"
_TOP = {"orient": "top", "direction": "horizontal", "labelLimit": 280}


def tracking_chart(frame: pd.DataFrame, cut: pd.Timestamp) -> alt.LayerChart:
    """Weekly repeat orders, actual and expected, with the band after the cut and the cut marked.

    `frame`: `Backtest.tracking`.
    """
    names = {"actual": "Actual", "fitted": "Fitted", "foreseen": "Foreseen, 80% range"}
    x = alt.X(
        "week_end:T",
        title=None,
        axis=alt.Axis(grid=False, format="%b %Y", labelOverlap=True, tickCount=8),
    )
    # The foreseen line begins where the fitted one ends.
    joint = frame[frame["part"] == "fitted"].tail(1).assign(part="foreseen")
    lines = pd.concat(
        [
            frame.assign(orders=frame["actual"], what=names["actual"]),
            frame.assign(orders=frame["expected"], what=frame["part"].map(names)),
            joint.assign(orders=joint["expected"], what=names["foreseen"]),
        ]
    ).sort_values("week_end")
    colour = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(
            domain=list(names.values()), range=[palette.NEUTRAL, palette.STEPS[2], palette.ACCENT]
        ),
        legend=alt.Legend(**_TOP),
    )
    tooltip = [
        alt.Tooltip("week_end:T", title="Week to", format="%e %b %Y"),
        alt.Tooltip("actual:Q", title="Actual orders", format=","),
        alt.Tooltip("expected:Q", title="Expected", format=",.1f"),
    ]
    after = frame[frame["part"] == "foreseen"]
    band = (
        alt.Chart(after)
        .mark_area(color=palette.ACCENT, opacity=0.18)
        .encode(
            x=x,
            y=alt.Y("low:Q", title="Repeat orders a week"),
            y2="high:Q",
            tooltip=[
                *tooltip,
                alt.Tooltip("low:Q", title="80% range from", format=",.1f"),
                alt.Tooltip("high:Q", title="to", format=",.1f"),
            ],
        )
    )
    drawn = (
        alt.Chart(lines)
        .mark_line(strokeWidth=2)
        .encode(x=x, y=alt.Y("orders:Q"), color=colour, tooltip=tooltip)
    )
    mark = pd.DataFrame({"week_end": [cut], "label": ["Cut"]})
    rule = (
        alt.Chart(mark)
        .mark_rule(color=_CUT, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(
            x="week_end:T",
            tooltip=[alt.Tooltip("week_end:T", title="Cut: hidden after", format="%e %b %Y")],
        )
    )
    return alt.layer(band, drawn, rule).properties(height=HEIGHT)


def calibration_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Observed against predicted share of customers who ordered. `frame`: `Backtest.calibration`."""
    top = min(1.0, 1.08 * float(frame[["predicted", "high"]].max().max()))
    scale, axis = alt.Scale(domain=[0, top], nice=False), alt.Axis(format=".0%", tickCount=5)
    x = alt.X("predicted:Q", title="Predicted to order", scale=scale, axis=axis)
    y = alt.Y("observed:Q", title="Did order", scale=scale, axis=axis)
    tooltip = [
        alt.Tooltip("customers:Q", title="Customers", format=","),
        alt.Tooltip("predicted:Q", title="Predicted", format=".1%"),
        alt.Tooltip("observed:Q", title="Ordered", format=".1%"),
        alt.Tooltip("low:Q", title="80% range from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
    ]
    diagonal = (
        alt.Chart(pd.DataFrame({"predicted": [0.0, top], "observed": [0.0, top]}))
        .mark_line(color=palette.NEUTRAL, strokeDash=[4, 4], strokeWidth=1)
        .encode(x=x, y=y)
    )
    bars = (
        alt.Chart(frame)
        .mark_rule(color=palette.ACCENT, strokeWidth=2, opacity=0.6)
        .encode(x=x, y=alt.Y("low:Q", title="Did order"), y2="high:Q", tooltip=tooltip)
    )
    points = (
        alt.Chart(frame)
        .mark_circle(color=palette.ACCENT, size=90, opacity=1)
        .encode(x=x, y=y, tooltip=tooltip)
    )
    return alt.layer(diagonal, bars, points).properties(height=HEIGHT)


def frequency_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Expected and actual orders a customer by past repeat purchases. `frame`: `Backtest.by_frequency`."""
    names = ["Foreseen", "Actual, 80% range"]
    x = alt.X(
        "frequency:N",
        title="Repeat purchases before the cut",
        sort=None,
        axis=alt.Axis(labelAngle=0),
    )
    colour = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=names, range=[palette.EXPECTED, palette.NEUTRAL]),
        legend=alt.Legend(**_TOP, symbolType="square"),
    )
    tooltip = [
        alt.Tooltip("frequency:N", title="Repeat purchases"),
        alt.Tooltip("customers:Q", title="Customers", format=","),
        alt.Tooltip("expected:Q", title="Foreseen a customer", format=".2f"),
        alt.Tooltip("actual:Q", title="Actual a customer", format=".2f"),
    ]
    bars = (
        alt.Chart(frame.assign(what=names[0]))
        .mark_bar(width={"band": 0.7})
        .encode(
            x=x, y=alt.Y("expected:Q", title="Orders a customer"), color=colour, tooltip=tooltip
        )
    )
    actual = alt.Chart(frame.assign(what=names[1]))
    ranges = actual.mark_rule(strokeWidth=2).encode(
        x=x, y="low:Q", y2="high:Q", color=colour, tooltip=tooltip
    )
    points = actual.mark_circle(size=90, opacity=1).encode(
        x=x, y="actual:Q", color=colour, tooltip=tooltip
    )
    return alt.layer(bars, ranges, points).properties(height=HEIGHT)


def active_curve_chart(curve: pd.DataFrame, today: pd.DataFrame) -> alt.LayerChart:
    """Probability to be active by days of silence, with today marked.

    `curve` and `today` (one row): `silence`, `p_alive`, as from `active_curve`.
    """
    x = alt.X(
        "silence:Q", title="Days since the last order", axis=alt.Axis(grid=False, tickCount=8)
    )
    y = alt.Y(
        "p_alive:Q",
        title="Still active",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    tooltip = [
        alt.Tooltip("silence:Q", title="Days since the last order", format=",.0f"),
        alt.Tooltip("p_alive:Q", title="Still active", format=".1%"),
    ]
    line = (
        alt.Chart(curve)
        .mark_area(
            color=palette.ACCENT, opacity=0.16, line={"color": palette.ACCENT, "strokeWidth": 2.5}
        )
        .encode(x=x, y=y, tooltip=tooltip)
    )
    rule = (
        alt.Chart(today)
        .mark_rule(color=_CUT, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=x, tooltip=tooltip)
    )
    point = (
        alt.Chart(today)
        .mark_circle(color=palette.STEPS[0], size=130, opacity=1)
        .encode(x=x, y=y, tooltip=tooltip)
    )
    return alt.layer(line, rule, point).properties(height=HEIGHT)


def order_distribution_chart(frame: pd.DataFrame) -> alt.Chart:
    """Probability of each number of orders, those of the 80 % range in full colour.

    `frame`: `order_distribution` with `inside` (True within the range).
    """
    names = {True: "80% range", False: "Less likely"}
    shown = frame.assign(
        what=frame["inside"].map(names),
        label=[
            str(low) if low == high else f"{low} to {high}"
            for low, high in zip(frame["orders"], frame["to"], strict=True)
        ],
    )
    return (
        alt.Chart(shown, height=HEIGHT)
        .mark_bar()
        .encode(
            x=alt.X(
                "label:N", title="Orders", sort=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)
            ),
            y=alt.Y("probability:Q", title="Probability", axis=alt.Axis(format=".0%", tickCount=5)),
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(
                    domain=list(names.values()), range=[palette.ACCENT, palette.NEUTRAL]
                ),
                legend=alt.Legend(**_TOP, symbolType="square"),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="Orders"),
                alt.Tooltip("probability:Q", title="Probability", format=".1%"),
            ],
        )
    )


def frequency_recency_chart(
    frame: pd.DataFrame, measure: str, currency: str | None, here: pd.DataFrame | None = None
) -> alt.LayerChart:
    """The map of what customers promise by how often and how lately they bought.

    `frame` comes from `frequency_recency_map`; `measure` is "p_purchase" or "expected_value"; `here`
    (`frequency`, `silence`) marks customers.
    """
    money = measure == "expected_value"
    shown = frame.assign(
        orders=frame["frequency"] + 0.5,
        worth=[wording.money(x, currency, short=True) for x in frame["expected_value"]],
    )
    legend = alt.Legend(
        orient="top", direction="horizontal", gradientLength=200, gradientThickness=10
    )
    if money:
        legend.labelExpr = money_axis(currency).labelExpr
    else:
        legend.format = ".0%"
    scale = alt.Scale(domain=[0, 1]) if not money else alt.Scale(domainMin=0)
    top = int(frame["frequency"].max()) + 1
    x = alt.X(
        "frequency:Q",
        title="Repeat purchases",
        scale=alt.Scale(domain=[0, top], nice=False),
        # Each number stands below the middle of its cells.
        axis=alt.Axis(
            grid=False,
            ticks=False,
            values=[n + 0.5 for n in range(0, top, -(-top // MAP_LABELS))],
            labelExpr="format(datum.value - 0.5, 'd')",
        ),
    )
    y = alt.Y(
        "silence_from:Q",
        title="Days since the last order",
        scale=alt.Scale(reverse=True, nice=False),
        axis=alt.Axis(grid=False, tickCount=6),
    )
    cells = (
        alt.Chart(shown.assign(to=shown["frequency"] + 1))
        .mark_rect()
        .encode(
            x=x,
            x2="to:Q",
            y=y,
            y2="silence_to:Q",
            color=alt.Color(
                f"{measure}:Q",
                title="Expected revenue" if money else "Will order",
                scale=scale,
                legend=legend,
            ),
            tooltip=[
                alt.Tooltip("frequency:Q", title="Repeat purchases"),
                alt.Tooltip(
                    "silence_from:Q", title="Days since the last order, from", format=",.0f"
                ),
                alt.Tooltip("silence_to:Q", title="to", format=",.0f"),
                alt.Tooltip("p_purchase:Q", title="Will order", format=".1%"),
                alt.Tooltip("p_alive:Q", title="Still active", format=".1%"),
                alt.Tooltip("worth:N", title="Expected revenue"),
            ],
        )
    )
    layers = [cells]
    if here is not None and len(here):
        marked = here.assign(x=here["frequency"].clip(upper=top - 1) + 0.5)
        layers.append(
            alt.Chart(marked)
            .mark_point(shape="diamond", size=160, filled=True, color="#F78740", opacity=1)
            .encode(
                x="x:Q",
                y="silence:Q",
                tooltip=[alt.Tooltip("frequency:Q"), alt.Tooltip("silence:Q")],
            )
        )
    return alt.layer(*layers).properties(height=HEIGHT + 40)


def levers_chart(frame: pd.DataFrame, currency: str | None) -> alt.LayerChart:
    """What each lever would add to the value of the base, with its 80 % range.

    `frame`: `lever` (words), `gain`, `low`, `high` (money).
    """
    shown = frame.assign(
        added=[wording.money(x, currency, short=True) for x in frame["gain"]],
        between=[
            wording.money_range(low, high, currency)
            for low, high in zip(frame["low"], frame["high"], strict=True)
        ],
    )
    y = alt.Y("lever:N", title=None, sort=None, axis=alt.Axis(labelLimit=220))
    tooltip = [
        alt.Tooltip("lever:N", title="Lever"),
        alt.Tooltip("added:N", title="Adds"),
        alt.Tooltip("between:N", title="80% range"),
    ]
    bars = (
        alt.Chart(shown)
        .mark_bar(color=palette.EXPECTED, height={"band": 0.6})
        .encode(
            x=alt.X("gain:Q", title="Added value", axis=money_axis(currency)), y=y, tooltip=tooltip
        )
    )
    ranges = (
        alt.Chart(shown)
        .mark_rule(color=palette.STEPS[0], strokeWidth=2.5)
        .encode(x="low:Q", x2="high:Q", y=y, tooltip=tooltip)
    )
    return alt.layer(bars, ranges).properties(height=44 * len(shown) + 80)
