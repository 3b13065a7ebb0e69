"""Charts of the base and its value: a frame in, an `alt.Chart` out."""

import altair as alt
import pandas as pd

from retention import wording
from retention.charts import palette
from retention.charts.axes import (
    HEIGHT,
    count_axis,
    day_spans,
    layered,
    middle_of,
    money_axis,
    month_axis,
    revenue_range_rules,
    revenue_ranges,
)

SEASON_HEIGHT = 200
_UNIT = alt.Scale(domain=[0, 1])


def value_histogram_chart(frame: pd.DataFrame, currency: str | None) -> alt.Chart:
    """Draw customers by expected value on a log scale, one-time and repeat buyers stacked.

    Args:
        frame: As `retention.models.value_distribution.value_histogram` returns.
        currency: Of the value.
    """
    labels = {"one_time": "Bought once", "repeat": "Bought again"}
    shown = frame.assign(
        label=frame["buyers"].map(labels),
        between=[
            wording.money_range(low, high, currency)
            for low, high in zip(frame["low"], frame["high"], strict=True)
        ],
        held=[wording.money(x, currency, short=True) for x in frame["expected_value"]],
    )
    scale = alt.Scale(
        type="log", domain=[float(frame["low"].min()), float(frame["high"].max())], nice=False
    )
    return (
        alt.Chart(shown, height=HEIGHT)
        .mark_bar(binSpacing=1.5)
        .encode(
            x=alt.X(
                "low:Q",
                bin="binned",
                title="Expected value of a customer",
                scale=scale,
                axis=money_axis(currency, grid=False, values=_decades(frame)),
            ),
            x2="high:Q",
            y=alt.Y("customers:Q", title="Customers", axis=count_axis()),
            color=alt.Color(
                "label:N",
                title=None,
                scale=alt.Scale(
                    domain=list(labels.values()), range=[palette.ONE_TIME, palette.REPEAT]
                ),
                legend=alt.Legend(orient="top", direction="horizontal"),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="Customers who"),
                alt.Tooltip("between:N", title="Expected value"),
                alt.Tooltip("customers:Q", title="Customers", format=","),
                alt.Tooltip("held:N", title="Together worth"),
            ],
        )
    )


def concentration_chart(
    curve: pd.DataFrame, top: pd.DataFrame, currency: str | None
) -> alt.LayerChart:
    """Draw the share of the value that the best customers hold, with the top shares marked.

    Args:
        curve: As `retention.models.value_distribution.concentration` returns.
        top: As `retention.models.value_distribution.top_shares` returns.
        currency: Of the value.
    """
    share = alt.Axis(format=".0%", tickCount=5)
    x = alt.X("customers_share:Q", title="Customers, most valuable first", scale=_UNIT, axis=share)
    y = alt.Y("value_share:Q", title="Share of expected value", scale=_UNIT, axis=share)
    area = (
        alt.Chart(curve)
        .mark_area(
            color=palette.ACCENT, opacity=0.16, line={"color": palette.ACCENT, "strokeWidth": 2.5}
        )
        .encode(x=x, y=y)
    )
    equal = (
        alt.Chart(pd.DataFrame({"customers_share": [0.0, 1.0], "value_share": [0.0, 1.0]}))
        .mark_line(color=palette.NEUTRAL, strokeDash=[4, 4], strokeWidth=1)
        .encode(x=x, y=y)
    )
    marked = top.assign(
        label=[
            f"Top {wording.percent(share)} hold {wording.percent(value_share)}"
            for share, value_share in zip(top["share"], top["value_share"], strict=True)
        ],
        worth=[wording.money(x, currency, short=True) for x in top["value"]],
        least=[wording.money(x, currency, short=True) for x in top["at_least"]],
    )
    # The words stand in a legend, which takes the theme's text colour; marks cannot.
    points = (
        alt.Chart(marked)
        .mark_point(size=110, filled=True, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "label:N",
                title=None,
                sort=None,
                scale=alt.Scale(range=palette.STEPS),
                legend=alt.Legend(
                    orient="bottom-right", symbolType="circle", labelFontSize=13, rowPadding=6
                ),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="Share"),
                alt.Tooltip("customers:Q", title="Customers", format=","),
                alt.Tooltip("worth:N", title="Together worth"),
                alt.Tooltip("least:N", title="Each at least"),
            ],
        )
    )
    return layered(area, equal, points)


def expected_months_chart(frame: pd.DataFrame, currency: str | None) -> alt.LayerChart:
    """Draw expected revenue by month and, in front of it, its value after margin and discounting.

    Args:
        frame: As `expected_by_calendar_month` returns, with the ranges of `month_ranges`.
        currency: Of the money.
    """
    labels = ["Revenue", "Value"]
    shown = frame.assign(
        base=0.0,
        days=day_spans(frame),
        middle=middle_of(frame),
        revenue_label=labels[0],
        value_label=labels[1],
        revenue=[wording.money(x, currency, short=True) for x in frame["expected_revenue"]],
        between=revenue_ranges(frame, currency),
        kept=[wording.money(x, currency, short=True) for x in frame["expected_value"]],
    )

    def colour(column: str) -> alt.Color:
        return alt.Color(
            f"{column}:N",
            title=None,
            scale=alt.Scale(domain=labels, range=[palette.EXPECTED, palette.ACCENT]),
            legend=alt.Legend(
                orient="top", direction="horizontal", labelLimit=260, symbolType="square"
            ),
        )

    tooltip = [
        alt.Tooltip("days:N", title="Days"),
        alt.Tooltip("revenue:N", title=labels[0]),
        alt.Tooltip("between:N", title="80% range"),
        alt.Tooltip("kept:N", title=labels[1]),
        alt.Tooltip("expected_orders:Q", title="Expected orders", format=",.0f"),
    ]
    bars = (
        alt.Chart(shown)
        .mark_rect(xOffset=1, x2Offset=-1)
        .encode(
            x=month_axis(),
            x2="end:T",
            y=alt.Y("base:Q", title="A month", axis=money_axis(currency)),
            y2="expected_revenue:Q",
            color=colour("revenue_label"),
            tooltip=tooltip,
        )
    )
    line = (
        alt.Chart(shown)
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=50, filled=True))
        .encode(
            x="middle:T",
            y="expected_value:Q",
            color=colour("value_label"),
            tooltip=tooltip,
        )
    )
    return layered(bars, revenue_range_rules(shown), line)


def season_chart(by_month: pd.DataFrame) -> alt.LayerChart:
    """Draw the season's index by month with its 80 % range, and the average month.

    Args:
        by_month: As `SeasonIndex.by_month` returns, with the months' `name`.
    """
    x = alt.X("name:N", title=None, sort=None, axis=alt.Axis(labelAngle=0))
    y = alt.Y("index:Q", title="Times an average month", scale=alt.Scale(zero=True))
    tooltip = [
        alt.Tooltip("name:N", title="Month"),
        alt.Tooltip("index:Q", title="Times an average month", format=".2f"),
        alt.Tooltip("low:Q", title="80% range from", format=".2f"),
        alt.Tooltip("high:Q", title="to", format=".2f"),
    ]
    chart = alt.Chart(by_month)
    band = chart.mark_area(color=palette.EXPECTED, opacity=0.35).encode(
        x=x, y=alt.Y("low:Q", title="Times an average month"), y2="high:Q"
    )
    line = chart.mark_line(
        color=palette.ACCENT, strokeWidth=2.5, point=alt.OverlayMarkDef(size=50, filled=True)
    ).encode(x=x, y=y, tooltip=tooltip)
    average = (
        alt.Chart(pd.DataFrame({"index": [1.0]}))
        .mark_rule(color=palette.NEUTRAL, strokeDash=[4, 4])
        .encode(y="index:Q")
    )
    return layered(band, average, line, height=SEASON_HEIGHT)


def levers_chart(frame: pd.DataFrame, currency: str | None) -> alt.LayerChart:
    """Draw what each lever would add to the value of the base, with its 80 % range.

    Args:
        frame: `lever` (words), `gain`, `low`, `high` (money).
        currency: Of the money.
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
    return layered(bars, ranges, height=44 * len(shown) + 80)


def _decades(frame: pd.DataFrame) -> list[float]:
    """The ticks 1, 3, 10, 30 and so on within the histogram."""
    low, high = float(frame["low"].min()), float(frame["high"].max())
    ticks = [step * 10.0**power for power in range(-6, 13) for step in (1, 3)]
    return [tick for tick in ticks if low <= tick <= high]
