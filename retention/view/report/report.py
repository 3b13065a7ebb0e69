"""One HTML file of a scorecard and its cohorts, charts included, that needs no network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from retention import wording
from retention.history.metrics import METRICS
from retention.orders.orders import Orders
from retention.reports.industry import Benchmark, Comparison
from retention.reports.scorecard import Scorecard
from retention.reports.verdict import Reading
from retention.view.scorecard import charts, frames, words

#: Width of a chart in pixels, and of one that takes the whole line.
WIDTH, WIDE = 400, 860
TRENDS = ("customer_retention_rate", "repeat_purchase_rate", "average_order_value", "revenue")
FEWEST_MONTHS = 3
_MONTHS = {
    True: "Each calendar month taken by itself.",
    False: "There are too few months for a line.",
}
_WORDS = {
    "better": "Better",
    "worse": "Worse",
    "up": "Up",
    "down": "Down",
    "noise": "No clear change",
    "unknown": "",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as SVG and what it shows."""

    svg: Markup
    caption: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's cell; `partial` where its period is not over."""

    text: str
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Column names and rows of cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: figures, then a table."""

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
        orders, card, comparisons, reading, trend, bridge: As the scorecard page has them.
        more: Further sections, such as the cohorts'.
        made: The day on it; today unless given.
    """
    first: dict[str, Comparison] = {}
    for comparison in comparisons:
        first.setdefault(comparison.metric, comparison)
    earlier = {f"Since {words.SINCE[which]}": compared for which, compared in card.earlier.items()}
    spans = " and ".join(wording.span(period) for period, _ in earlier.values())
    seasonal = card.period.days < words.SEASONS and "previous" in card.earlier
    template = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    ).get_template("report.html")
    return template.render(
        title=f"{name}: how well we keep customers",
        period=wording.span(card.period),
        compared=f"Compared with {spans}."
        if spans
        else "Nothing to compare with: the orders begin later.",
        earlier=list(earlier),
        comparable=words.COMPARABLE
        + (" Changes since the period before include the seasons." if seasonal else ""),
        active_days=card.active_days,
        orders=f"Orders from {wording.day(orders.start)} to {wording.day(orders.end)}",
        made=wording.day(made or date.today()),
        reading=reading,
        worth=_worth(reading, orders.currency),
        strategies=reading.strategies[:3],
        notes=card.notes,
        metrics=[
            _metric(
                card,
                metric,
                first.get(metric),
                [against for _, against in earlier.values()],
                orders.currency,
            )
            for metric in METRICS
            if _known(card, metric)
        ],
        benchmarks=[
            f"{METRICS[one.metric].label}, benchmark: {words.explanation(one)}"
            for one in first.values()
            if isinstance(one.against, Benchmark)
        ],
        sections=[*_sections(card, trend, bridge, orders.currency), *more],
    )


def svg_of(chart: alt.TopLevelMixin, width: int = WIDTH) -> Markup:
    """Draw a chart of the app as SVG."""
    spec = chart.properties(width=width).to_dict()
    spec["background"] = "white"
    return Markup(vl_convert.vegalite_to_svg(spec, vl_version="6.4", allowed_base_urls=[]))


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


def _known(card: Scorecard, name: str) -> bool:
    return bool(np.isfinite(card.metrics.loc[name, "value"]))


def _metric(
    card: Scorecard,
    name: str,
    comparison: Comparison | None,
    earlier: list[pd.DataFrame],
    currency: str | None,
) -> dict:
    row = card.metrics.loc[name]
    standing = against = mood = ""
    if comparison is not None:
        standing, mood = comparison.status.capitalize(), comparison.status.replace(" ", "-")
        against = (
            f"{words.against(comparison, currency)}; store {words.store_side(comparison, currency)}"
        )
        against += f"; {words.doubt(comparison)}" if words.doubt(comparison) else ""
    return {
        "label": METRICS[name].label,
        "definition": METRICS[name].definition,
        "value": words.shown(name, row["value"], currency),
        "range": words.between(name, row["low"], row["high"], currency)
        if np.isfinite(row["low"])
        else "",
        "changes": [_change(against, name) for against in earlier],
        "standing": standing,
        "mood": mood,
        "against": against,
    }


def _change(against: pd.DataFrame, name: str) -> dict[str, str]:
    if name not in against.index:
        return {"mood": "", "word": "", "amount": "–"}
    mood = words.direction(name, against.loc[name])
    return {"mood": mood, "word": _WORDS[mood], "amount": words.change(name, against.loc[name])}


def _sections(
    card: Scorecard, trend: pd.DataFrame, bridge: pd.DataFrame, currency: str | None
) -> list[Section]:
    base = [
        Figure(svg_of(charts.bridge_chart(bridge, measure, currency), WIDE), caption, wide=True)
        for measure, caption in (
            ("customers", "Active customers from the start to the end of the period."),
            ("revenue", f"What they brought in the {card.active_days} days before."),
        )
    ]
    months = []
    for name in TRENDS:
        frame = frames.trend_frame(trend, name, card.period, currency)
        if len(frame) >= FEWEST_MONTHS:
            chart = charts.trend_chart(frame, METRICS[name].label, METRICS[name].kind, currency)
            caption = f"{METRICS[name].label}; hollow: a month in part, shaded: the period."
            if METRICS[name].needs != "period":
                caption += f" {frames.LOOKS_BACK}"
            months.append(Figure(svg_of(chart), caption))
    waits = []
    for title, spread in (
        ("First to second order", card.counts.second_waits),
        ("Between two orders", card.counts.waits),
        ("Since the last order", card.counts.silences),
    ):
        if len(spread):
            bins, marks = frames.spread_frames(spread)
            unit = spread.columns[1]
            pale = "; pale: all that took longer" if bins["beyond"].any() else ""
            caption = f"{title}; dashed: quartiles{pale}."
            waits.append(Figure(svg_of(charts.spread_chart(bins, unit, "Days", marks)), caption))
    buyers = frames.buyers_frame(card)
    rows = tuple(
        (
            Cell(row["Buyers"]),
            Cell(wording.count(row["Customers"])),
            Cell(wording.count(row["Orders"])),
            Cell(wording.money(row["Revenue"], currency)),
            Cell(wording.percent(row["Share of revenue"])),
            Cell(wording.money(row["Order value"], currency)),
        )
        for _, row in buyers.iterrows()
    )
    return [
        Section("The customer base", figures=tuple(base)),
        Section("Month by month", _MONTHS[bool(months)], tuple(months)),
        Section("How long it takes", figures=tuple(waits)),
        Section("New against returning customers", table=Table(tuple(buyers.columns), rows)),
    ]
