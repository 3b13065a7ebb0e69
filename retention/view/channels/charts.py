"""Charts of the channels page: every value of a dimension beside the average of all, and how it grows."""

import altair as alt
import numpy as np
import pandas as pd

from retention import wording
from retention.history.changes import DOWN, NOISE, UP
from retention.reports.breakdown_verdict import LESS, MORE, SAME, THIN
from retention.view import palette
from retention.view.charts import money_axis

#: Pixels of a row, and of the axis below them.
ROW, AROUND = 30, 76
_PALE = "rgba(139, 149, 155, 0.4)"  # the neutral, for what rests on little
_COLOURS = (
    palette.ACCENT,
    palette.STAGE_COLOURS["at_risk"],
    palette.NEUTRAL,
    _PALE,
    palette.NEUTRAL,
)
REST = "Others or unknown"
GROWTH_WORDS = {UP: "Grows", DOWN: "Shrinks", NOISE: "No clear change", THIN: "Too little data"}


def verdict_chart(
    frame: pd.DataFrame, basis: str, words: dict[str, str], title: str, currency: str | None
) -> alt.LayerChart:
    """Each value's `basis` with the interval that is compared with the average of all, coloured by verdict.

    `frame`: `Breakdown.values`; `words`: what the verdicts are called; `title`: of the axis across.
    """
    money = basis == "value_per_customer"

    def amount(x: float) -> str:
        return wording.money(x, currency) if money else wording.percent(x)

    shown = _rows(
        frame.rename(columns={basis: "at", "compare_low": "from", "compare_high": "to"}),
        "verdict",
        words,
    )
    shown["label"] = verdict_labels(frame, words).to_numpy()
    shown = shown.assign(
        worth=[amount(x) for x in shown["at"]],
        between=[
            _between(amount(low), amount(high))
            for low, high in zip(shown["from"], shown["to"], strict=True)
        ],
        mean=[amount(x) for x in shown["average"]],
        rate=_with_range(shown, "repeat_purchase_rate", basis),
        growth=_growths(shown, "new_customers"),
        size=shown["new_customers"] if money else shown["customers"],
    )
    number = money_axis(currency) if money else alt.Axis(format="~%", tickCount=5)
    x = {"title": title, "axis": number, "scale": _scale(shown, shown["average"].iloc[0])}
    tooltip = [
        alt.Tooltip("name:N", title="Value"),
        alt.Tooltip("label:N", title="Verdict"),
        alt.Tooltip("worth:N", title=title),
        alt.Tooltip("between:N", title="95% range beside the average, all at once"),
        alt.Tooltip("mean:N", title="Average of all"),
        *([alt.Tooltip("rate:N", title="Repeat purchase rate, 95% range")] if money else []),
        alt.Tooltip("customers:Q", title="Customers", format=","),
        alt.Tooltip("new_customers:Q", title="New customers", format=","),
        alt.Tooltip("growth:N", title="New customers, against before"),
    ]
    size = alt.Size(
        "size:Q",
        legend=None,
        scale=alt.Scale(type="sqrt", domain=[0, float(shown["size"].max() or 1)], range=[40, 420]),
    )
    return _dots(shown, x, {**words, "rest": REST}, tooltip, average="average", size=size)


def growth_chart(frame: pd.DataFrame, name: str, title: str, store: float) -> alt.LayerChart:
    """The growth of `name` by value with its 95 % interval, beside that of the store; rows in the frame's order."""
    column = f"{name}_growth"
    renamed = {column: "at", f"{column}_low": "from", f"{column}_high": "to"}
    shown = _rows(frame.rename(columns=renamed), f"{column}_verdict", GROWTH_WORDS)
    shown = shown.assign(
        zero=0.0,
        store=store,
        change=[_signed(x) for x in shown["at"]],
        between=[
            _between(_signed(low), _signed(high))
            for low, high in zip(shown["from"], shown["to"], strict=True)
        ],
        all=_signed(store),
    )
    scale = _scale(shown, store, 0.0)
    x = {
        "title": title,
        "scale": scale,
        "axis": alt.Axis(
            labelExpr="datum.value == 0 ? '0%' : format(datum.value, '+~%')", tickCount=5
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
        alt.Chart(shown.iloc[:1])
        .mark_rule(color=palette.NEUTRAL, strokeWidth=1)
        .encode(x=alt.X("zero:Q", **x))
    )
    return alt.layer(zero, _dots(shown, x, GROWTH_WORDS, tooltip, average="store")).properties(
        height=_height(shown)
    )


def _dots(
    shown: pd.DataFrame,
    x: dict,
    words: dict[str, str],
    tooltip: list[alt.Tooltip],
    average: str,
    size: alt.Size | None = None,
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
        alt.Chart(shown.iloc[:1])
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
    return alt.layer(rule, lines, dots).properties(height=_height(shown))


def in_reach(
    frame: pd.DataFrame, at: str, low: str, high: str, verdict: str, least: float
) -> tuple[pd.DataFrame, int]:
    """The rows to draw, and how many are not: too little data, and too far off to leave the others legible.

    Far off is farther from the other rows' intervals than these are wide, or than `least` where they are narrow.
    """
    thin = frame[verdict] == THIN
    if thin.all():
        return frame, 0
    start, end = frame.loc[~thin, low].min(), frame.loc[~thin, high].max()
    room = max(end - start, abs(least))
    near = ~thin | frame[at].between(start - room, end + room)
    return frame[near], int((~near).sum())


def judged(frame: pd.DataFrame) -> pd.Series:
    """Which rows are one value that there can be more or less of; an order without a coupon is a choice too."""
    return (frame["kind"] == "value") | (
        (frame["kind"] == "missing") & (frame.index.name == "coupon")
    )


def verdict_labels(frame: pd.DataFrame, words: dict[str, str]) -> pd.Series:
    """What each row's verdict is called."""
    labels = frame["verdict"].map(words)
    return labels.where(judged(frame) | (frame["verdict"] == THIN), REST)


def legend(labels: pd.Series, words: dict[str, str]) -> str:
    """The colours of the labels that there are, as HTML."""
    names = [*words.values(), REST]
    shown = [
        (name, colour) for name, colour in zip(names, _COLOURS, strict=True) if name in set(labels)
    ]
    dot = "display:inline-block;width:0.7rem;height:0.7rem;border-radius:50%;margin-right:0.35rem;background:"
    dots = "".join(
        f'<span><span style="{dot}{colour}"></span>{name}</span>' for name, colour in shown
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:0 1rem;font-size:0.875rem">{dots}</div>'


def _rows(frame: pd.DataFrame, verdict: str, words: dict[str, str]) -> pd.DataFrame:
    shown = frame.reset_index(names="name")
    thin = shown[verdict] == THIN
    # What rests on little has no interval worth drawing.
    ends = {name: shown[name].mask(thin) for name in ("from", "to")}
    return shown.assign(label=shown[verdict].map(words), **ends)


def _height(shown: pd.DataFrame) -> int:
    return AROUND + ROW * len(shown)


def _scale(shown: pd.DataFrame, *also: float) -> alt.Scale:
    ends = [x for x in [*shown["from"], *shown["to"], *shown["at"], *also] if np.isfinite(x)]
    low, high = min(ends), max(ends)
    room = 0.06 * ((high - low) or abs(high) or 1)
    return alt.Scale(domain=[low - room, high + room], nice=False, zero=False)


def _between(low: str, high: str) -> str:
    return wording.MISSING if wording.MISSING in (low, high) else f"{low} to {high}"


def _with_range(shown: pd.DataFrame, column: str, basis: str) -> list[str]:
    if column == basis:
        return [""] * len(shown)
    rows = zip(shown[column], shown[f"{column}_low"], shown[f"{column}_high"], strict=True)
    return [
        f"{wording.percent(rate)} ({wording.percent(low)} to {wording.percent(high)})"
        for rate, low, high in rows
    ]


def _growths(shown: pd.DataFrame, name: str) -> list[str]:
    column = f"{name}_growth"
    rows = zip(
        shown[column],
        shown[f"{column}_low"],
        shown[f"{column}_high"],
        shown[f"{column}_verdict"],
        strict=True,
    )
    return [
        GROWTH_WORDS[THIN]
        if verdict == THIN
        else wording.MISSING
        if np.isnan(change)
        else _signed(change) + f" ({_between(_signed(low), _signed(high))})"
        for change, low, high, verdict in rows
    ]


def _signed(x: float) -> str:
    return ("+" if x > 0 else "") + wording.percent(x, 0 if abs(x) >= 0.1 else None)


VERDICTS = {
    "first_order": {
        MORE: "Do more",
        LESS: "Do less",
        SAME: "No clear difference",
        THIN: "Too little data",
    },
    "all_orders": {
        MORE: "Come back more",
        LESS: "Come back less",
        SAME: "No clear difference",
        THIN: "Too little data",
    },
}
"""What a verdict is called: by first orders it is about winning customers, by all orders about who orders."""
