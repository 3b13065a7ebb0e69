"""Charts of the cohorts page: a frame in, an `alt.Chart` out."""

import altair as alt
import pandas as pd

from retention.charts import palette
from retention.charts.axes import HEIGHT, money_axis
from retention.charts.clickable_rows import PICKED
from retention.history.changes import ENOUGH

ROW = 26
#: Colours of the highlighted cohorts, the newest first.
HIGHLIGHTS = (
    palette.ACCENT,
    palette.STAGE_COLOURS["at_risk"],
    palette.STAGE_COLOURS["loyal"],
    palette.STAGE_COLOURS["vip"],
    palette.STAGE_COLOURS["first_time"],
    palette.TRAIT_COLOURS["big_spender"],
    palette.STAGE_COLOURS["repeat"],
)
# The layers below are faint: the legend is not.
_TOP = {"orient": "top", "direction": "horizontal", "labelLimit": 260, "symbolOpacity": 1}
_NAMES = alt.Axis(
    domain=False, ticks=False, labelLimit=190, labelPadding=6, labelOverlap=False, labelFlush=False
)
_WINDOWS = (
    palette.STAGE_COLOURS["new"],
    palette.ACCENT,
    palette.STAGE_COLOURS["loyal"],
    palette.STAGE_COLOURS["vip"],
)


def triangle_chart(frame: pd.DataFrame, unit: str) -> alt.LayerChart:
    """The retention triangle: cohorts down, ages across, text where it fits.

    A click selects a cohort under the name "picked".

    Args:
        frame: `key`, `label` (the row's words), `age`, `words` (the cell's), `strength` (0 to 1),
            `first` (True at age 0), `complete`, `sure` (False for few customers) and the tooltip's
            `name`, `customers`, `observed`, `active`, `share`, `note`.
        unit: The period with a capital letter.
    """
    picked = alt.selection_point(name=PICKED, fields=["key"], on="click", empty=False)
    ages = int(frame["age"].max()) + 1
    x = alt.X(
        "age:O",
        title=f"{unit}s since the first order",
        axis=alt.Axis(
            orient="top", labelAngle=0, domain=False, ticks=False, grid=False, labelOverlap=True
        ),
        scale=alt.Scale(domain=list(range(ages))),
    )
    y = alt.Y(
        "label:N",
        title=None,
        sort=None,
        axis=_NAMES,
    )
    tooltip = [
        alt.Tooltip("name:N", title="Cohort"),
        alt.Tooltip("age:O", title=f"{unit}s since the first order"),
        alt.Tooltip("share:Q", title="Share who ordered", format=".1%"),
        alt.Tooltip("active:Q", title="Customers who ordered", format=","),
        alt.Tooltip("observed:Q", title="Customers of this age", format=","),
        alt.Tooltip("customers:Q", title="Customers in the cohort", format=","),
        alt.Tooltip("note:N", title="Note"),
    ]
    base = alt.Chart(frame).encode(x=x, y=y, tooltip=tooltip)
    cells = (
        base.mark_rect(cornerRadius=2, strokeWidth=1.5, cursor="pointer")
        .encode(
            color=alt.Color(
                "first:N",
                scale=alt.Scale(domain=[True, False], range=[palette.NEUTRAL, palette.ACCENT]),
            ).legend(None),
            fillOpacity=alt.FillOpacity(
                "strength:Q", scale=alt.Scale(domain=[0, 1], range=[0.03, 0.75])
            ).legend(None),
            stroke=alt.when(picked)
            .then(alt.value("currentColor"))
            .otherwise(alt.value("transparent")),
        )
        .add_params(picked)
    )
    unfinished = base.transform_filter("!datum.complete").mark_rect(
        cornerRadius=2,
        fillOpacity=0,
        stroke=palette.NEUTRAL,
        strokeWidth=1.5,
        strokeDash=[4, 3],
        cursor="pointer",
        # The text alternative of the chart names what matters. Without unfinished periods this
        # layer is empty, and would stand there as a picture without a name.
        aria=False,
    )
    # The theme's text colour reaches only charts that are drawn as SVG. Words are paler where
    # they rest on few customers.
    words = (
        base.transform_calculate(
            fitting=f"width / {ages} > 6.6 * length(datum.words) + 3 ? datum.words : ''"
        )
        .mark_text(fontSize=11, color=palette.TEXT)
        .encode(
            text="fitting:N",
            opacity=alt.when("datum.complete && datum.sure")
            .then(alt.value(1))
            .otherwise(alt.value(0.6)),
        )
    )
    return alt.LayerChart(
        layer=[cells, unfinished, words],
        height=alt.Step(ROW),
        usermeta={"embedOptions": {"renderer": "svg"}},
    )


def growth_chart(
    past: pd.DataFrame,
    ahead: pd.DataFrame,
    title: str,
    unit: str,
    currency: str | None,
    money: bool,
) -> alt.LayerChart:
    """Cumulative revenue (or orders) of a customer by age.

    Highlighted cohorts are in colour, the others are grey.

    Args:
        past: `key`, `label` (None for cohorts that are not highlighted), `name`, `age` (in
            periods), `value`, `words`, `customers`.
        ahead: What is expected of highlighted cohorts after their last point: the columns of
            `past`, with `low`, `high`, `between` and `until`. Empty without a forecast.
        title: What is added up.
        unit: The period with a capital letter.
        currency: The orders' currency.
        money: Whether the values are amounts.
    """
    labels = list(dict.fromkeys(past["label"].dropna()))
    x = alt.X(
        "age:Q",
        title=f"{unit}s since the first order",
        axis=alt.Axis(grid=False, tickMinStep=1, tickCount=12),
        scale=alt.Scale(nice=False, domainMin=0),
    )
    axis = money_axis(currency) if money else alt.Axis(tickCount=5)
    y = alt.Y("value:Q", title=title, axis=axis, scale=_reach(past, ahead))
    colour = alt.Color(
        "label:N",
        title=None,
        scale=alt.Scale(domain=labels, range=list(HIGHLIGHTS[: len(labels)])),
        legend=alt.Legend(**_TOP, symbolType="stroke", symbolStrokeWidth=3, columns=4),
    )
    tooltip = [
        alt.Tooltip("name:N", title="Cohort"),
        alt.Tooltip("customers:Q", title="Customers", format=","),
        alt.Tooltip("age:Q", title=f"{unit}s since the first order", format=".3~f"),
        alt.Tooltip("words:N", title=title),
    ]
    others = (
        alt.Chart(past[past["label"].isna()])
        .mark_line(
            color=palette.NEUTRAL,
            strokeWidth=1.2,
            opacity=0.4,
            clip=True,
            point=alt.OverlayMarkDef(size=60, opacity=0),
        )
        .encode(x=x, y=y, detail="key:N", tooltip=tooltip)
    )
    lines = (
        alt.Chart(past[past["label"].notna()])
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=45, filled=True))
        .encode(x=x, y=y, color=colour, tooltip=tooltip)
    )
    layers = [others, lines]
    if len(ahead):
        band, dashed = _forecast_layers(ahead, x, y, colour, title)
        layers = [band, others, dashed, lines]
    return alt.LayerChart(layer=layers, height=HEIGHT + 60)


def _reach(past: pd.DataFrame, ahead: pd.DataFrame) -> alt.Scale:
    """The vertical scale: of highlighted cohorts and those that are not small.

    A cohort of a few customers, of whom one bought much, would press all others to the ground.
    """
    sized = past[past["label"].notna() | (past["customers"] >= ENOUGH)]
    top = float((sized if len(sized) else past)["value"].max())
    if len(ahead):
        top = max(top, float(ahead["high"].max()))
    return alt.Scale(zero=True, domainMin=0, domainMax=top) if top > 0 else alt.Scale(zero=True)


def beyond_reach(past: pd.DataFrame, ahead: pd.DataFrame) -> int:
    """Return how many small cohorts the chart of `growth_chart` cuts at its upper end.

    Args:
        past: As of `growth_chart`.
        ahead: As of `growth_chart`.
    """
    top = _reach(past, ahead).to_dict().get("domainMax", float("inf"))
    return int(past.loc[past["value"] > top, "key"].nunique())


def _forecast_layers(
    ahead: pd.DataFrame, x: alt.X, y: alt.Y, colour: alt.Color, title: str
) -> tuple[alt.Chart, alt.Chart]:
    """The 80 % range of what is expected, and the dashed line in its middle."""
    tooltip = [
        alt.Tooltip("name:N", title="Cohort"),
        alt.Tooltip("until:N", title="Expected until"),
        alt.Tooltip("words:N", title=title),
        alt.Tooltip("between:N", title="80% range"),
    ]
    band = (
        alt.Chart(ahead)
        .mark_area(opacity=0.16)
        .encode(x=x, y=alt.Y("low:Q", title=title), y2="high:Q", color=colour, tooltip=tooltip)
    )
    dashed = (
        alt.Chart(ahead)
        .mark_line(strokeDash=[6, 4], strokeWidth=2, point=alt.OverlayMarkDef(size=60, opacity=0))
        .encode(x=x, y=y, color=colour, tooltip=tooltip)
    )
    return band, dashed


def expected_chart(
    frame: pd.DataFrame, title: str, currency: str | None, money: bool
) -> alt.LayerChart:
    """What a customer of each cohort is expected to bring, with its 80 % range.

    `frame`: `label`, `value`, `low`, `high`, `words`, `between`, `customers`.
    """
    y = alt.Y("label:N", title=None, sort=None, axis=_NAMES)
    x = alt.X("value:Q", title=title, axis=money_axis(currency) if money else alt.Axis(tickCount=5))
    tooltip = [
        alt.Tooltip("label:N", title="Cohort"),
        alt.Tooltip("words:N", title=title),
        alt.Tooltip("between:N", title="80% range"),
        alt.Tooltip("customers:Q", title="Customers", format=","),
    ]
    bars = (
        alt.Chart(frame)
        .mark_bar(color=palette.EXPECTED, height={"band": 0.6})
        .encode(x=x, y=y, tooltip=tooltip)
    )
    ranges = (
        alt.Chart(frame)
        .mark_rule(color=palette.STEPS[0], strokeWidth=2.5)
        .encode(x=alt.X("low:Q"), x2="high:Q", y=y, tooltip=tooltip)
    )
    return alt.LayerChart(layer=[bars, ranges], height=alt.Step(ROW))


def second_order_chart(frame: pd.DataFrame, windows: list[str], along: bool) -> alt.LayerChart:
    """Share of each cohort with a second order, by time since the first, with 95 % intervals.

    Args:
        frame: `label`, `start` (time, if `along`), `window`, `share`, `low`, `high`, `within`,
            `observed`.
        windows: The values of `window` in their order, such as "30 days".
        along: Whether cohorts follow each other in time; else they stand below each other.
    """
    colour = alt.Color(
        "window:N",
        title="Within days",
        scale=alt.Scale(domain=windows, range=list(_WINDOWS[: len(windows)])),
        # Short enough for a phone.
        legend=alt.Legend(
            **_TOP,
            symbolType="circle",
            titleOrient="left",
            labelExpr="replace(datum.label, ' days', '')",
        ),
    )
    tooltip = [
        alt.Tooltip("label:N", title="Cohort"),
        alt.Tooltip("window:N", title="Second order within"),
        alt.Tooltip("share:Q", title="Share", format=".1%"),
        alt.Tooltip("low:Q", title="95% range from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
        alt.Tooltip("within:Q", title="Customers", format=","),
        alt.Tooltip("observed:Q", title="Of those observed so long", format=","),
    ]
    base = alt.Chart(frame).encode(color=colour, tooltip=tooltip)
    share = {
        "title": "With a second order",
        "axis": alt.Axis(format=".0%", tickCount=5),
        "scale": alt.Scale(zero=True),
    }
    low = {"title": "With a second order"}
    rule = base.mark_rule(strokeWidth=1.5, opacity=0.6)
    if along:
        x = _start_axis(frame["start"])
        line = base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=45, filled=True))
        points = line.encode(x=x, y=alt.Y("share:Q", **share))
        rules = rule.encode(x=x, y=alt.Y("low:Q", **low), y2="high:Q")
        return alt.LayerChart(layer=[rules, points], height=HEIGHT)
    y = alt.Y("label:N", title=None, sort=None, axis=_NAMES)
    circles = base.mark_circle(size=90, opacity=1).encode(x=alt.X("share:Q", **share), y=y)
    rules = rule.encode(y=y, x=alt.X("low:Q", **low), x2="high:Q")
    return alt.LayerChart(layer=[rules, circles], height=alt.Step(ROW))


def _start_axis(starts: pd.Series) -> alt.X:
    """A time axis with a tick on the first day of at most eight cohorts."""
    days = sorted(starts.unique())
    ticks = [
        alt.DateTime(year=day.year, month=day.month, date=day.day)
        for day in days[:: len(days) // 8 + 1]
    ]
    return alt.X(
        "start:T",
        title=None,
        axis=alt.Axis(grid=False, format="%e %b %Y", labelOverlap=True, values=ticks),
    )
