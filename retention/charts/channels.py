"""Charts of the channels page: each value beside the average of all, and how it grows."""

import altair as alt
import numpy as np
import pandas as pd

from retention import wording
from retention.charts import palette
from retention.charts.axes import money_axis
from retention.charts.clickable_rows import row_bands
from retention.history.changes import DOWN, NOISE, UP
from retention.reports.breakdown_verdict import LESS, MORE, SAME, THIN, UNNAMED

#: Pixels of a row, and of the axis below them.
ROW, AROUND = 30, 76
_PALE = "rgba(139, 149, 155, 0.4)"  # the neutral, for what rests on little
_COLOURS = (
    palette.ACCENT,
    palette.STAGE_COLOURS["at_risk"],
    palette.NEUTRAL,
    _PALE,
    _PALE,
    palette.NEUTRAL,
)
REST = "Others or unknown"
GROWTH_WORDS = {UP: "Grows", DOWN: "Shrinks", NOISE: "No clear change", THIN: "Too little data"}

#: What a verdict is called: by first order it is about winning customers, by all orders about
#: who orders.
VERDICTS = {
    "first_order": {
        MORE: "Do more",
        LESS: "Do less",
        SAME: "No clear difference",
        THIN: "Too little data",
        UNNAMED: "Many orders without a customer",
    },
    "all_orders": {
        MORE: "Come back more",
        LESS: "Come back less",
        SAME: "No clear difference",
        THIN: "Too little data",
        UNNAMED: "Many orders without a customer",
    },
}


def verdict_chart(
    frame: pd.DataFrame,
    basis: str,
    words: dict[str, str],
    title: str,
    currency: str | None,
    chosen: str | None = None,
) -> alt.LayerChart:
    """Each value's `basis` with the interval that is compared with the average of all.

    A click selects a value under the name "picked".

    Args:
        frame: `Breakdown.values`.
        basis: The column that is compared: `Breakdown.basis`.
        words: What each verdict is called. It gives the colours.
        title: The title of the horizontal axis.
        currency: The orders' currency.
        chosen: The value that is chosen now.
    """
    is_money = basis == "value_per_customer"
    shown = _verdict_rows(frame, basis, words, currency)
    number = money_axis(currency) if is_money else alt.Axis(format="~%", tickCount=5)
    x = {"title": title, "axis": number, "scale": _scale(shown, shown["average"].iloc[0])}
    rate = [alt.Tooltip("rate:N", title="Repeat purchase rate, 95% range")] if is_money else []
    tooltip = [
        alt.Tooltip("name:N", title="Value"),
        alt.Tooltip("label:N", title="Verdict"),
        alt.Tooltip("worth:N", title=title),
        alt.Tooltip("between:N", title="95% range beside the average, all at once"),
        alt.Tooltip("mean:N", title="Average of all"),
        *rate,
        alt.Tooltip("customers:Q", title="Customers", format=","),
        alt.Tooltip("new_customers:Q", title="New customers", format=","),
        alt.Tooltip("growth:N", title="New customers, against before"),
    ]
    size = alt.Size(
        "size:Q",
        legend=None,
        scale=alt.Scale(type="sqrt", domain=[0, float(shown["size"].max() or 1)], range=[40, 420]),
    )
    return _dots(
        shown, x, {**words, "rest": REST}, tooltip, average="average", size=size, chosen=chosen
    )


def _verdict_rows(
    frame: pd.DataFrame, basis: str, words: dict[str, str], currency: str | None
) -> pd.DataFrame:
    """The rows of `verdict_chart`, with the words of the tooltip."""
    is_money = basis == "value_per_customer"

    def amount(value: float) -> str:
        return wording.money(value, currency) if is_money else wording.percent(value)

    columns = {basis: "at", "compare_low": "from", "compare_high": "to"}
    shown = _rows(frame.rename(columns=columns), "verdict", words)
    return shown.assign(
        label=verdict_labels(frame, words).to_numpy(),
        worth=[amount(value) for value in shown["at"]],
        between=[
            _between(amount(low), amount(high))
            for low, high in zip(shown["from"], shown["to"], strict=True)
        ],
        mean=[amount(average) for average in shown["average"]],
        rate=_rates_with_range(shown) if is_money else "",
        growth=_growths(shown, "new_customers"),
        size=shown["new_customers"] if is_money else shown["customers"],
    )


def growth_chart(
    frame: pd.DataFrame, name: str, title: str, store: float, chosen: str | None = None
) -> alt.LayerChart:
    """The growth of `name` by value with its 95 % interval, beside the store's growth.

    Rows stand in the frame's order. A click selects a value under the name "picked", and `chosen`
    is the one that is chosen now.
    """
    column = f"{name}_growth"
    renamed = {column: "at", f"{column}_low": "from", f"{column}_high": "to"}
    shown = _rows(frame.rename(columns=renamed), f"{column}_verdict", GROWTH_WORDS)
    shown = shown.assign(
        zero=0.0,
        store=store,
        change=[change_words(share) for share in shown["at"]],
        between=[
            _between(change_words(low), change_words(high))
            for low, high in zip(shown["from"], shown["to"], strict=True)
        ],
        all=change_words(store),
    )
    scale = _scale(shown, store, 0.0)
    x = {
        "title": title,
        "scale": scale,
        "axis": alt.Axis(
            labelExpr="format(datum.value, datum.value == 0 ? '~%' : '+~%')", tickCount=5
        ),
    }
    tooltip = [
        alt.Tooltip("name:N", title="Value"),
        alt.Tooltip("change:N", title="Growth"),
        alt.Tooltip("between:N", title="95% range"),
        alt.Tooltip("label:N", title="Verdict"),
        alt.Tooltip("all:N", title="All together"),
        alt.Tooltip("customers:Q", title="Customers", format=","),
    ]
    zero = (
        alt.Chart(shown[["zero"]].iloc[:1])
        .mark_rule(color=palette.NEUTRAL, strokeWidth=1)
        .encode(x=alt.X("zero:Q", **x))
    )
    dots = _dots(shown, x, GROWTH_WORDS, tooltip, average="store", chosen=chosen)
    return alt.LayerChart(layer=[zero, dots], height=_height(shown))


def _dots(
    shown: pd.DataFrame,
    x: dict,
    words: dict[str, str],
    tooltip: list[alt.Tooltip],
    average: str,
    size: alt.Size | None = None,
    chosen: str | None = None,
) -> alt.LayerChart:
    """A dot on a line for each row, and a dashed rule at the column `average`."""
    y = alt.Y(
        "name:N",
        title=None,
        sort=shown["name"].tolist(),
        axis=alt.Axis(
            labelLimit=150, labelOverlap=False, labelFlush=False, grid=False, ticks=False
        ),
    )
    # The legend stands above the chart, where it wraps on a phone: see `legend`.
    scale = alt.Scale(domain=list(words.values()), range=list(_COLOURS[: len(words)]))
    colour = alt.Color("label:N", scale=scale, legend=None)
    rule = (
        alt.Chart(shown[[average]].iloc[:1])
        .mark_rule(color=palette.NEUTRAL, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=alt.X(f"{average}:Q", **x))
    )
    lines = (
        alt.Chart(shown)
        .mark_rule(strokeWidth=2.5, clip=True)
        .encode(x=alt.X("from:Q", **x), x2="to:Q", y=y, color=colour, tooltip=tooltip)
    )
    dots = (
        alt.Chart(shown)
        .mark_circle(size=110, opacity=1, clip=True)
        .encode(
            x=alt.X("at:Q", **x),
            y=y,
            color=colour,
            tooltip=tooltip,
            **({} if size is None else {"size": size}),
        )
    )
    bands = row_bands(shown, y, "name", chosen, tooltip)
    return alt.LayerChart(layer=[bands, rule, lines, dots], height=_height(shown))


def in_reach(
    frame: pd.DataFrame, at: str, low: str, high: str, verdict: str, least: float
) -> tuple[pd.DataFrame, int]:
    """The rows to draw, and the number of rows left out.

    Left out are rows with too little data that lie so far off that the others would not be legible:
    farther from the others' intervals than these are wide, or than `least` where they are narrow.

    Args:
        frame: The rows.
        at: The column of the values.
        low: The column of the intervals' lower ends.
        high: The column of the intervals' upper ends.
        verdict: The column that says which rows have too little data.
        least: The least distance that is far off.
    """
    thin = frame[verdict].isin([THIN, UNNAMED])
    if thin.all():
        return frame, 0
    start, end = frame.loc[~thin, low].min(), frame.loc[~thin, high].max()
    room = max(end - start, abs(least))
    near = ~thin | frame[at].between(start - room, end + room)
    return frame[near], int((~near).sum())


def judged(frame: pd.DataFrame) -> pd.Series:
    """Which rows are a value that a store can have more or less of.

    Orders without a coupon are such a value. Orders without a channel are not.
    """
    return (frame["kind"] == "value") | (
        (frame["kind"] == "missing") & (frame.index.name == "coupon")
    )


def verdict_labels(frame: pd.DataFrame, words: dict[str, str]) -> pd.Series:
    """What each row's verdict is called."""
    labels = frame["verdict"].map(words)
    return labels.where(judged(frame) | frame["verdict"].isin([THIN, UNNAMED]), REST)


def legend(labels: pd.Series, words: dict[str, str]) -> str:
    """The colours of the labels that there are, as HTML."""
    drawn, names = set(labels), [*words.values(), REST]
    entries = "".join(
        f'<span><i style="background:{colour}"></i>{name}</span>'
        for name, colour in zip(names, _COLOURS, strict=False)
        if name in drawn
    )
    return f'<div class="verdict-legend">{entries}</div>'


def _rows(frame: pd.DataFrame, verdict: str, words: dict[str, str]) -> pd.DataFrame:
    shown = frame.reset_index(names="name")
    thin = shown[verdict] == THIN
    # The intervals of few customers are too wide to draw.
    ends = {name: shown[name].mask(thin) for name in ("from", "to")}
    return shown.assign(label=shown[verdict].map(words), **ends)


def _height(shown: pd.DataFrame) -> int:
    return AROUND + ROW * len(shown)


def _scale(shown: pd.DataFrame, *also: float) -> alt.Scale:
    values = [*shown["from"], *shown["to"], *shown["at"], *also]
    ends = [value for value in values if np.isfinite(value)]
    low, high = min(ends), max(ends)
    room = 0.06 * ((high - low) or abs(high) or 1)
    return alt.Scale(domain=[low - room, high + room], nice=False, zero=False)


def _between(low: str, high: str) -> str:
    return wording.MISSING if wording.MISSING in (low, high) else f"{low} to {high}"


def _rates_with_range(shown: pd.DataFrame) -> list[str]:
    name = "repeat_purchase_rate"
    rows = zip(shown[name], shown[f"{name}_low"], shown[f"{name}_high"], strict=True)
    return [
        f"{wording.percent(rate)} ({wording.percent(low)} to {wording.percent(high)})"
        for rate, low, high in rows
    ]


def _growths(shown: pd.DataFrame, name: str) -> list[str]:
    """The growth of `name` with its range, or that there is too little data for it."""
    column = f"{name}_growth"
    rows = zip(
        shown[column],
        shown[f"{column}_low"],
        shown[f"{column}_high"],
        shown[f"{column}_verdict"],
        strict=True,
    )
    return [_growth(change, low, high, verdict) for change, low, high, verdict in rows]


def _growth(change: float, low: float, high: float, verdict: str) -> str:
    if verdict == THIN:
        return GROWTH_WORDS[THIN]
    if np.isnan(change):
        return wording.MISSING
    return f"{change_words(change)} ({_between(change_words(low), change_words(high))})"


def change_words(share: float) -> str:
    """A change as a percentage with its sign, with as many decimals as `wording.percent` has."""
    return ("+" if share > 0 else "") + wording.percent(share)
