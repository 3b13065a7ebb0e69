"""One HTML file of a scorecard and its cohorts, charts included, that needs no network."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from retention import wording
from retention.charts import scorecard as charts
from retention.history.metrics import METRICS, metrics_of
from retention.orders.orders import Orders
from retention.reports.industry import Benchmark, Comparison
from retention.reports.scorecard import Scorecard
from retention.reports.scorecard_conclusion import conclusion
from retention.reports.scorecard_verdict import Reading
from retention.view.documents import document_template, svg_of
from retention.view.scorecard import frames, words

#: Width of a chart in pixels that takes the whole line.
WIDE = 860
#: Metrics whose trend is drawn.
TRENDS = ("customer_retention_rate", "repeat_purchase_rate", "average_order_value", "revenue")
#: Months from which a trend is drawn.
FEWEST_MONTHS = 3
#: The words above the trends, by whether there are any.
_MONTHS = {
    True: "Each calendar month taken by itself.",
    False: "There are too few months for a line.",
}
#: Directions of a change, in words.
_MOODS = {
    "better": "Better",
    "worse": "Worse",
    "up": "Up",
    "down": "Down",
    "noise": "No clear change",
    "unknown": "",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart of the report.

    Attributes:
        svg: The drawing.
        caption: What it shows.
        wide: Whether it takes the whole line.
    """

    svg: Markup
    caption: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: What it says.
        partial: Whether its period is not over.
    """

    text: str
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the report.

    Attributes:
        columns: Names of the columns.
        rows: Rows of as many cells.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report.

    Attributes:
        title: Its heading.
        words: A sentence or two below the heading.
        figures: Charts.
        table: A table below them.
    """

    title: str
    words: str = ""
    figures: tuple[Figure, ...] = ()
    table: Table | None = None


def report_html(
    name: str,
    orders: Orders,
    card: Scorecard,
    comparisons: Iterable[Comparison],
    reading: Reading,
    trend: pd.DataFrame,
    bridge: pd.DataFrame,
    more: Iterable[Section] = (),
    made: date | None = None,
) -> str:
    """Return the report as HTML.

    Args:
        name: What the orders are called; escaped, like every text in it.
        orders: The orders.
        card: The scorecard.
        comparisons: Benchmarks and targets beside the store's values; the first of each metric
            counts.
        reading: The scorecard read as a whole.
        trend: As `monthly_trend` returns.
        bridge: As `retention.reports.scorecard.bridge` returns.
        more: Further sections, such as those of the cohorts.
        made: The day on the report; today unless given.
    """
    first: dict[str, Comparison] = {}
    known = metrics_of(card.counts)
    for comparison in comparisons:
        if comparison.metric in known:
            first.setdefault(comparison.metric, comparison)
    changes = [frame for _, frame in card.earlier.values()]
    return document_template(__file__, "report.html").render(
        title=f"{name}: how well we keep customers",
        period=wording.span(card.period),
        compared=_compared(card),
        earlier=[f"Since {words.SINCE[which]}" for which in card.earlier],
        comparable=_comparable(card),
        active_days=card.active_days,
        orders=f"Orders from {wording.day(orders.start)} to {wording.day(orders.end)}",
        made=wording.day(made or date.today()),
        conclusion=conclusion(card, orders.currency),
        reading=reading,
        worth=_worth(reading, orders.currency),
        strategies=reading.strategies[:3],
        notes=card.notes,
        without=[] if orders.has_amounts else [wording.NO_AMOUNTS],
        metrics=[
            _metric(card, metric, first.get(metric), changes, orders.currency)
            for metric in known
            if np.isfinite(card.metrics["value"][metric])
        ],
        benchmarks=[
            f"{METRICS[comparison.metric].label}, benchmark: {words.explanation(comparison)}"
            for comparison in first.values()
            if isinstance(comparison.against, Benchmark)
        ],
        sections=[*_sections(card, trend, bridge, orders.currency), *more],
    )


def _compared(card: Scorecard) -> str:
    spans = " and ".join(wording.span(period) for period, _ in card.earlier.values())
    return (
        f"Compared with {spans}." if spans else "Nothing to compare with: the orders begin later."
    )


def _comparable(card: Scorecard) -> str:
    if card.period.days < words.SEASONS and "previous" in card.earlier:
        return f"{words.COMPARABLE} Changes since the period before include the seasons."
    return words.COMPARABLE


def _worth(reading: Reading, currency: str | None) -> list[str]:
    gap = reading.main
    if gap is None:
        return []
    if gap.gain is not None:
        amount = wording.money(gap.gain.expected, currency, short=True)
        between = wording.money_range(gap.gain.low, gap.gain.high, currency)
        return [
            f"Closing the gap is worth {amount} (80% range, the gap's own included: {between}). "
            f"{gap.basis}"
        ]
    lines = [gap.basis]
    if np.isfinite(gap.arithmetic):
        amount = wording.money(gap.arithmetic, currency, short=True)
        lines.insert(
            0,
            f"On this period it comes to {amount}, a sum and not a forecast: "
            f"{gap.arithmetic_basis}",
        )
    return lines


def _metric(
    card: Scorecard,
    name: str,
    comparison: Comparison | None,
    earlier: list[pd.DataFrame],
    currency: str | None,
) -> dict[str, object]:
    row = card.metrics.loc[name].to_dict()
    standing = against = mood = ""
    if comparison is not None:
        standing, mood = comparison.status.capitalize(), comparison.status.replace(" ", "-")
        against = (
            f"{words.against(comparison, currency)}; store {words.store_side(comparison, currency)}"
        )
        against += f"; {words.doubt(comparison)}" if words.doubt(comparison) else ""
    bounded = np.isfinite(row["low"])
    return {
        "label": METRICS[name].label,
        "definition": METRICS[name].definition,
        "value": words.shown(name, row["value"], currency),
        "range": words.between(name, row["low"], row["high"], currency) if bounded else "",
        "changes": [_change(frame, name) for frame in earlier],
        "standing": standing,
        "mood": mood,
        "against": against,
    }


def _change(changes: pd.DataFrame, name: str) -> dict[str, str]:
    if name not in changes.index:
        return {"mood": "", "word": "", "amount": "–", "mix": ""}
    row: Any = changes.loc[name]
    mood = words.direction(name, row)
    return {
        "mood": mood,
        "word": _MOODS[mood],
        "amount": words.change(name, row),
        "mix": words.mix(name, row),
    }


def _sections(
    card: Scorecard, trend: pd.DataFrame, bridge: pd.DataFrame, currency: str | None
) -> list[Section]:
    months = _month_figures(card, trend, currency)
    return [
        Section("The customer base", figures=_base_figures(card, bridge, currency)),
        Section(title="Month by month", words=_MONTHS[bool(months)], figures=months),
        Section("How long it takes", figures=_wait_figures(card)),
        Section("New against returning customers", table=_buyers_table(card, currency)),
    ]


def _base_figures(
    card: Scorecard, bridge: pd.DataFrame, currency: str | None
) -> tuple[Figure, ...]:
    captions = {
        "customers": "Active customers from the start to the end of the period.",
        "revenue": f"What they brought in the {card.active_days} days before.",
    }
    if bridge["revenue"].isna().all():
        del captions["revenue"]
    return tuple(
        Figure(
            svg=svg_of(charts.bridge_chart(bridge, measure, currency), WIDE),
            caption=caption,
            wide=True,
        )
        for measure, caption in captions.items()
    )


def _month_figures(
    card: Scorecard, trend: pd.DataFrame, currency: str | None
) -> tuple[Figure, ...]:
    figures = []
    for name in TRENDS:
        frame = frames.trend_frame(trend, name, card.period, currency)
        if len(frame) < FEWEST_MONTHS:
            continue
        metric = METRICS[name]
        caption = f"{words.month_label(name)}; hollow: a month in part, shaded: the period."
        if metric.needs != "period":
            caption += f" {frames.LOOKS_BACK}"
        chart = charts.trend_chart(frame, words.month_label(name), metric.kind, currency)
        figures.append(Figure(svg=svg_of(chart), caption=caption))
    return tuple(figures)


def _wait_figures(card: Scorecard) -> tuple[Figure, ...]:
    spreads = {
        "First to second order": card.counts.second_waits,
        "Between two orders": card.counts.waits,
        "Since the last order": card.counts.silences,
    }
    figures = []
    for title, spread in spreads.items():
        if len(spread):
            bins, marks = frames.spread_frames(spread)
            pale = "; pale: all that took longer" if bins["beyond"].any() else ""
            chart = charts.spread_chart(bins, spread.columns[1], "Days", marks)
            figures.append(Figure(svg=svg_of(chart), caption=f"{title}; dashed: quartiles{pale}."))
    return tuple(figures)


def _buyers_table(card: Scorecard, currency: str | None) -> Table:
    buyers = frames.buyers_frame(card)
    written: dict[str, Callable[[Any], str]] = {
        "Buyers": str,
        "Customers": wording.count,
        "Orders": wording.count,
        "Revenue": lambda amount: wording.money(amount, currency),
        "Share of revenue": wording.percent,
        "Order value": lambda amount: wording.money(amount, currency),
    }
    rows = tuple(
        tuple(Cell(written[name](row[name])) for name in buyers.columns)
        for row in buyers.to_dict("records")
    )
    return Table(tuple(buyers.columns), rows)
