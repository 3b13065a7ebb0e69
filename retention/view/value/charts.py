"""Charts of the value page and of the overview: a frame in, an `alt.Chart` out."""

import altair as alt
import pandas as pd

from retention import wording
from retention.view import palette
from retention.view.charts import HEIGHT, count_axis, money_axis


def past_and_expected_chart(frame: pd.DataFrame, currency: str | None) -> alt.LayerChart:
    """Revenue by month, first and repeat orders stacked, and what today's customers are expected to add.

    `frame` comes from `retention.history.revenue.past_and_expected`.
    """
    labels = {
        "first": "First orders",
        "repeat": "Repeat orders",
        "expected": "Expected",
    }
    colours = [palette.NEUTRAL, palette.ACCENT, palette.EXPECTED]
    shown = frame.assign(
        label=frame["kind"].map(labels),
        order=frame["kind"].map({"repeat": 0, "first": 1, "expected": 0}),
        amount=[wording.money(x, currency, short=True) for x in frame["revenue"]],
        between=_ranges(frame, currency),
        middle=frame["start"] + (frame["end"] - frame["start"]) / 2,
    )
    bars = (
        alt.Chart(shown)
        .transform_stack(
            stack="revenue", groupby=["start"], sort=[alt.SortField("order")], as_=["low", "high"]
        )
        .mark_rect(**_GAP)
        .encode(
            x=_month_axis(),
            x2="end:T",
            y=alt.Y("low:Q", title="Revenue a month", axis=money_axis(currency)),
            y2="high:Q",
            color=alt.Color(
                "label:N",
                title=None,
                scale=alt.Scale(domain=list(labels.values()), range=colours),
                legend=alt.Legend(orient="top", direction="horizontal", labelLimit=260),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="What"),
                alt.Tooltip("start:T", title="From", format="%e %b %Y"),
                alt.Tooltip("end:T", title="To", format="%e %b %Y"),
                alt.Tooltip("amount:N", title="Revenue"),
                alt.Tooltip("between:N", title="80% range"),
            ],
        )
    )
    return alt.layer(bars, _range_rules(shown[shown["kind"] == "expected"])).properties(
        height=HEIGHT
    )


def value_histogram_chart(frame: pd.DataFrame, currency: str | None) -> alt.Chart:
    """Customers by expected value on a log scale, one-time and repeat buyers stacked.

    `frame` comes from `retention.models.value_distribution.value_histogram`.
    """
    labels = {"one_time": "Bought once", "repeat": "Bought again"}
    shown = frame.assign(
        label=frame["buyers"].map(labels),
        between=[
            f"{wording.money(low, currency, short=True)} to {wording.money(high, currency, short=True)}"
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
    """Share of the value held by the best customers, with the top shares marked.

    `curve` and `top` come from `retention.models.value_distribution.concentration` and `top_shares`.
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
            f"Top {wording.percent(share)} hold {wording.percent(held)}"
            for share, held in zip(top["share"], top["value_share"], strict=True)
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
    return alt.layer(area, equal, points).properties(height=HEIGHT)


def expected_months_chart(frame: pd.DataFrame, currency: str | None) -> alt.LayerChart:
    """Expected revenue by month and, in front of it, what is left after margin and discounting.

    `frame`: `month_ranges` with `start` and `end` as dates.
    """
    labels = ["Revenue", "Value"]
    shown = frame.assign(
        base=0.0,
        middle=frame["start"] + (frame["end"] - frame["start"]) / 2,
        revenue_label=labels[0],
        value_label=labels[1],
        revenue=[wording.money(x, currency, short=True) for x in frame["expected_revenue"]],
        between=_ranges(frame, currency),
        kept=[wording.money(x, currency, short=True) for x in frame["expected_value"]],
    )
    colour = {
        "title": None,
        "scale": alt.Scale(domain=labels, range=[palette.EXPECTED, palette.ACCENT]),
        "legend": alt.Legend(
            orient="top", direction="horizontal", labelLimit=260, symbolType="square"
        ),
    }
    tooltip = [
        alt.Tooltip("start:T", title="From", format="%e %b %Y"),
        alt.Tooltip("end:T", title="To", format="%e %b %Y"),
        alt.Tooltip("revenue:N", title=labels[0]),
        alt.Tooltip("between:N", title="80% range"),
        alt.Tooltip("kept:N", title=labels[1]),
        alt.Tooltip("expected_orders:Q", title="Expected orders", format=",.0f"),
    ]
    bars = (
        alt.Chart(shown)
        .mark_rect(**_GAP)
        .encode(
            x=_month_axis(),
            x2="end:T",
            y=alt.Y("base:Q", title="A month", axis=money_axis(currency)),
            y2="expected_revenue:Q",
            color=alt.Color("revenue_label:N", **colour),
            tooltip=tooltip,
        )
    )
    line = (
        alt.Chart(shown)
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=50, filled=True))
        .encode(
            x="middle:T",
            y="expected_value:Q",
            color=alt.Color("value_label:N", **colour),
            tooltip=tooltip,
        )
    )
    return alt.layer(bars, _range_rules(shown), line).properties(height=HEIGHT)


def _ranges(frame: pd.DataFrame, currency: str | None) -> list[str]:
    return [
        "" if pd.isna(low) else wording.money_range(low, high, currency)
        for low, high in zip(frame["revenue_low"], frame["revenue_high"], strict=True)
    ]


def _range_rules(shown: pd.DataFrame) -> alt.Chart:
    """A thin line from the low to the high end of each month's range."""
    return (
        alt.Chart(shown)
        .mark_rule(color=palette.NEUTRAL, strokeWidth=1.5, opacity=0.9)
        .encode(x="middle:T", y=alt.Y("revenue_low:Q"), y2="revenue_high:Q")
    )


_UNIT = alt.Scale(domain=[0, 1])


_GAP = {"xOffset": 1, "x2Offset": -1}


def _month_axis() -> alt.X:
    axis = alt.Axis(grid=False, format="%b %Y", labelOverlap=True, tickCount=8)
    return alt.X("start:T", title=None, axis=axis)


def _decades(frame: pd.DataFrame) -> list[float]:
    low, high = float(frame["low"].min()), float(frame["high"].max())
    ticks = [step * 10.0**power for power in range(-6, 13) for step in (1, 3)]
    return [tick for tick in ticks if low <= tick <= high]
