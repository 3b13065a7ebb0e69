"""A scorecard's numbers as a marketer reads them: values, changes and where they stand."""

import math

import pandas as pd

from retention import wording
from retention.history.changes import CANNOT, DOWN, NOISE, THIN, UP
from retention.history.metrics import METRICS, TOTALS
from retention.reports.industry import (
    ABOVE,
    AHEAD,
    BEHIND,
    BELOW,
    PAR,
    UNKNOWN,
    Benchmark,
    Comparison,
)
from retention.reports.large_customers import LargeCustomers
from retention.reports.scorecard import Scorecard
from retention.wording import span

COMPARABLE = (
    "Both periods look back equally far, as far as the orders reach back before the earlier one. "
    "Customers of each age (time since the first order) weigh alike. What changes then is what "
    "customers do, and only this is called better or worse. The rest of a change comes of "
    "customers being older or younger than they were."
)
NOTHING_EARLIER = "Nothing earlier yet"
#: Why there is no verdict, in three words.
NO_VERDICT = {THIN: "Too little data", CANNOT: "No equal ages"}
#: The earlier periods of a scorecard, as they are spoken of.
SINCE = {"previous": "the period before", "year": "the year before"}
#: Days from which a period holds about all of the seasons.
SEASONS = 300
#: Where a metric stands, as the words before its benchmark or target.
STANDINGS = {
    AHEAD: "Ahead of",
    PAR: "On par with",
    BEHIND: "Behind",
    ABOVE: "Above",
    BELOW: "Below",
}
STATUS_COLOURS = {AHEAD: "green", PAR: "gray", BEHIND: "orange", ABOVE: "gray", BELOW: "gray"}
#: What a benchmark's definition counts, in few words, by the key of `COMPUTATIONS`.
JUDGED_ON = {
    "yearly_retention": "active in the last 365 days",
    "repeat_customers": "of all customers so far",
    "later_revenue_share": "revenue after the day of the first order",
    "later_order_value": "a later order beside a first one",
    "returning_spend": "a returning customer beside a new one",
}
#: What a metric is called where each month is taken by itself: over a year it is another number.
MONTHLY_LABELS = {
    "customer_retention_rate": "Monthly retention rate",
    "retained_share": "Start's customers still active, monthly",
    "churn_rate": "Monthly churn rate",
}


def month_label(name: str) -> str:
    """What a metric is called where each month is taken by itself."""
    return MONTHLY_LABELS.get(name, METRICS[name].label)


def judged_on(comparison: Comparison, currency: str | None, seen: str) -> str:
    """The number that a benchmark judges, where it is not the one to be seen on the card.

    Args:
        comparison: The metric and its benchmark.
        currency: The orders' currency.
        seen: The card's number as text.

    Returns:
        Such as "judged on 64.4%, revenue after the day of the first order"; empty where both are
        one number.
    """
    value = _level(comparison, comparison.store.value, currency)
    if value == seen or not isinstance(comparison.against, Benchmark):
        return ""
    return f"judged on {value}, {JUDGED_ON[comparison.against.computed_as]}"


def shown(name: str, value: float, currency: str | None) -> str:
    """A metric's value, in its unit."""
    if not math.isfinite(value):
        return wording.MISSING
    kind = METRICS[name].kind
    if kind == "rate":
        return wording.percent(value, 1)
    if kind == "money":
        return wording.money(value, currency, short=True)
    if kind == "days":
        return wording.plural(round(value), "day")
    return wording.decimal(value, 2) if kind == "number" else wording.count(value)


def about(card: Scorecard, name: str, currency: str | None) -> str:
    """A metric's definition, its period, and its 95 % range."""
    metric, row = METRICS[name], card.metrics.T[name]
    sentences = [metric.definition, f"{span(card.period)}."]
    if math.isfinite(row["low"]):
        counts_waits = metric.kind == "days" and name != "days_since_last_order"
        sentences.append(
            f"95% range {between(name, row['low'], row['high'], currency)}, from "
            f"{wording.count(row['n'])} {'waits' if counts_waits else 'customers'}."
        )
    counts = card.counts
    if name == "customer_retention_rate" and counts.start:
        values = card.metrics["value"]
        stayed, lapsed = values["retained_share"], values["churn_rate"]
        sentences.append(
            f"Of those active at the start {wording.percent(stayed, 1)} stayed and "
            f"{wording.percent(lapsed, 1)} lapsed (churn); customers won back come on top."
        )
    return " ".join(sentences)


def standing(comparison: Comparison, currency: str | None) -> str:
    """A benchmark or target beside the store's value by its definition, and where both are from."""
    parts = [against(comparison, currency)]
    if math.isfinite(comparison.store.value):
        parts.append(f"by its definition you have {store_side(comparison, currency)}")
    if comparison.status == UNKNOWN:
        parts.append(doubt(comparison))
    return f"{'; '.join(parts)}. {explanation(comparison)}"


def between(name: str, low: float, high: float, currency: str | None) -> str:
    """A range of a metric, in its unit."""
    return f"{shown(name, low, currency)} to {shown(name, high, currency)}"


def change(name: str, row: pd.Series) -> str:
    """A change with its 95 % range: "+2.1 points (+0.4 to +3.8)"."""
    if row["verdict"] in NO_VERDICT:
        return NO_VERDICT[row["verdict"]]
    kind = METRICS[name].kind
    amount, low, high = (_moved(kind, row[column]) for column in ("change", "low", "high"))
    unit = {"rate": " points", "days": " day" if amount in ("+1", "−1") else " days"}.get(kind, "")
    return f"{amount}{unit} ({low} to {high})"


def without_large(
    large: LargeCustomers | None, name: str, card: Scorecard, currency: str | None
) -> str:
    """What a figure in money is without the few customers on whom it rests; empty where none do."""
    if large is None or name not in large.values:
        return ""
    since = SINCE["year" if "year" in card.earlier else "previous"]
    verb = "makes" if large.customers == 1 else "make"
    words = (
        f"{wording.plural(large.customers, 'customer')} {verb} {wording.percent(large.share)} of "
        "the revenue"
    )
    if math.isfinite(large.share_before):
        words += f" ({wording.percent(large.share_before)} in {since})"
    words += f". Without them {shown(name, large.values[name], currency)}"
    change = large.changes.get(name, math.nan)
    return f"{words}, {wording.signed_percent(change)}." if math.isfinite(change) else f"{words}."


def has_seasons(card: Scorecard, name: str) -> bool:
    """Whether a change since the period before may be seasonal, with no year before to tell."""
    year = card.earlier.get("year")
    has_year = year is not None and year[1].loc[name, "verdict"] not in (THIN, CANNOT)
    return card.period.days < SEASONS and not has_year


def mix(name: str, row: pd.Series) -> str:
    """The part of a change that customers' ages make, where it is worth a word: "+4.7 points"."""
    amount = float(row.get("mix", math.nan))
    half = (row["high"] - row["low"]) / 4
    if not math.isfinite(amount) or not abs(amount) > half:
        return ""
    kind = METRICS[name].kind
    shown_amount = _moved(kind, amount)
    return shown_amount + {"rate": " points", "days": " days"}.get(kind, "")


def terms(name: str, row: pd.Series, when: str, *, seasonal: bool) -> str:
    """What a change is measured on: since when, the look-back, and what customers' ages add."""
    parts = [f"Since {when}"]
    if METRICS[name].needs != "period":
        days = wording.count(row["look_back"])
        is_new = name == "new_customers"
        parts.append(
            f"new: no order in the {days} days before" if is_new else f"looking back {days} days"
        )
    if seasonal:
        parts.append("seasons included")
    ages = mix(name, row)
    if ages:
        parts.append(f"on top {ages} as customers’ ages differ")
    return ", ".join(parts)


def pair(name: str, row: pd.Series, when: str, currency: str | None) -> str:
    """What a metric was and is where both periods look back equally far, and by which rule."""
    if not math.isfinite(row["value"]):
        return str(row["why"])
    sentence = f"In {when} it was {shown(name, row['value'], currency)}"
    if math.isfinite(row.get("now", math.nan)):
        sentence += f", and is {shown(name, row['now'], currency)} by the same rule"
    parts = (f"{sentence}.", _split(name, row), row.get("basis", ""), row["why"])
    return " ".join(part for part in parts if part)


def _split(name: str, row: pd.Series) -> str:
    """How the whole change is made up, where not all of it is judged."""
    kind = METRICS[name].kind
    total, judged = float(row.get("total", math.nan)), float(row["change"])
    ages = float(row.get("mix", math.nan))
    if row["verdict"] in NO_VERDICT or not all(map(math.isfinite, (total, judged, ages))):
        return ""
    unit = {"rate": " points", "days": " days"}.get(kind, "")
    whole, part, rest = (_moved(kind, amount) for amount in (total, judged, ages))
    if whole == part:
        return ""
    return (
        f"That is {whole}{unit} in all: {part}{unit} in what customers of the same age do, which "
        f"is judged, and {rest}{unit} as customers’ ages differ."
    )


def direction(name: str, row: pd.Series) -> str:
    """Whether a change is "better", "worse", "up", "down", "noise" or "unknown"."""
    verdict, better = row["verdict"], METRICS[name].better
    if verdict in (THIN, CANNOT):
        return "unknown"
    if verdict == NOISE:
        return "noise"
    if not better or name in TOTALS:
        return {UP: "up", DOWN: "down"}[verdict]
    return "better" if (verdict == UP) == (better > 0) else "worse"


def against(comparison: Comparison, currency: str | None) -> str:
    """What a metric is compared with: "Benchmark 30.0% to 40.0%" or "Target 50.0%"."""
    name = "Benchmark" if isinstance(comparison.against, Benchmark) else "Target"
    low, high = (_level(comparison, end, currency) for end in (comparison.low, comparison.high))
    return f"{name} {low}" if low == high else f"{name} {low} to {high}"


def store_side(comparison: Comparison, currency: str | None) -> str:
    """The store's value by the benchmark's own definition, with its 95 % range where it has one."""
    store = comparison.store
    value, low, high = (
        _level(comparison, level, currency) for level in (store.value, store.low, store.high)
    )
    if not (math.isfinite(store.low) and math.isfinite(store.high)):
        return value
    return f"{value} ({low} to {high})"


def doubt(comparison: Comparison) -> str:
    """Why a metric cannot be compared, in a few words; empty where it can."""
    store = comparison.store
    if comparison.status != UNKNOWN:
        return ""
    if store.note and (store.higher or store.lower):
        return "the orders do not reach back far enough to tell"
    return "too little data to tell"


def explanation(comparison: Comparison) -> str:
    """The benchmark's definition and source, how the store is measured by it, and its limits."""
    store = comparison.store
    words = f"Measured on {span(store.period)}: {comparison.definition}"
    if isinstance(comparison.against, Benchmark):
        year = f", {comparison.against.year}" if comparison.against.year else ""
        source = f"{comparison.against.source}{year}"
        words = f"Benchmark: {comparison.against.definition} Source: {source}. {words}"
    return f"{words} {store.note}".strip()


def _level(comparison: Comparison, value: float, currency: str | None) -> str:
    if not math.isfinite(value):
        return wording.MISSING
    if comparison.lift:
        return wording.signed_percent(value)
    return shown(comparison.metric, value, currency)


def _moved(kind: str, value: float) -> str:
    if kind == "days":
        return wording.signed(value)
    return wording.signed(100 * value, 1) if kind == "rate" else wording.signed_percent(value, 1)
