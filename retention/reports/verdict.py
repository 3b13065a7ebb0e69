"""The scorecard read as a whole: what is ahead, what is behind, what holds the store back most and what to do."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from retention.errors import DataError
from retention.history.changes import DOWN, ENOUGH, NOISE, UP
from retention.history.metrics import METRICS
from retention.models.model import CltvModel
from retention.models.uncertainty import Uncertainty
from retention.playbook import Strategy, strategies_for
from retention.reports.gaps import Gap, gap_to_aim, gap_to_past, with_gain
from retention.reports.industry import ABOVE, AHEAD, BEHIND, BELOW, PAR, UNKNOWN, Comparison, Target
from retention.reports.scorecard import Scorecard

#: The metrics that a reading is made of, beside those with a target of the marketer's.
READ = (
    "customer_retention_rate",
    "repeat_purchase_rate",
    "average_order_value",
    "orders_per_customer",
    "days_to_second_order",
    "returning_revenue_share",
    "returning_order_value",
)
#: Totals that can fall while every rate holds.
TOTALS = ("revenue", "orders", "customers", "new_customers")
#: What a change amounts to; "higher" and "lower" where neither is better.
BETTER, WORSE, HIGHER, LOWER = "better", "worse", "higher", "lower"


@dataclass(frozen=True, slots=True)
class MetricReading:
    """Where a metric stands.

    `status` is "ahead", "on par" or "behind" of its benchmark or target ("above", "below" where neither is better),
    `previous` and `year` whether it is "better", "worse" ("higher", "lower"), or shows "no clear change" against the
    period before and the year before. Each may be "unknown", and `why` says why (one sentence each, in that order;
    empty where it is known).
    """

    metric: str
    value: float
    status: str
    previous: str
    year: str
    why: tuple[str, str, str]
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The scorecard read as a whole.

    `metrics` in the order of the card; `summary`: how many are ahead, behind, better, worse; `gaps`: those to close,
    the one that holds the store back most first; `finding`: which it is and why, or that nothing is behind;
    `watch`: the metric nearest to that where nothing is behind; `strategies`: what works on the one or the other.
    """

    metrics: tuple[MetricReading, ...]
    summary: str
    gaps: tuple[Gap, ...]
    finding: str
    watch: str | None
    strategies: tuple[Strategy, ...]

    @property
    def main(self) -> Gap | None:
        """The gap that holds the store back most; None where nothing is behind."""
        return self.gaps[0] if self.gaps else None


def read_scorecard(
    card: Scorecard,
    comparisons: Iterable[Comparison] = (),
    model: CltvModel | None = None,
    customers: pd.DataFrame | None = None,
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
    uncertainty: Uncertainty | None = None,
) -> Reading:
    """Read a scorecard as a whole.

    What holds the store back most is, of the metrics behind their benchmark or target, the one whose gap is worth
    most in money; where none is behind, of those that got clearly worse than before (and not better than in the other
    period compared, as after a season). Gaps without a forecast come after those with one.

    Args:
        card: The scorecard.
        comparisons: As `compare` returns them; the first of a metric counts.
        model, customers: The fitted model and today's customers, for what closing a gap is worth.
        horizon_days, annual_discount_rate, margin, uncertainty: As in `what_if`.

    Raises:
        DataError: There is a model without customers.
        ModelError: As `what_if`.
    """
    if model is not None and customers is None:
        raise DataError("A model alone says nothing of the store's value. Give its customers too.")
    first: dict[str, Comparison] = {}
    for comparison in comparisons:
        first.setdefault(comparison.metric, comparison)
    aimed = {name for name, comparison in first.items() if isinstance(comparison.against, Target)}
    read = tuple(
        _metric(card, name, first.get(name)) for name in METRICS if name in READ or name in aimed
    )
    gaps = _gaps(card, read)
    if model is not None:
        terms = {
            "horizon_days": horizon_days,
            "annual_discount_rate": annual_discount_rate,
            "margin": margin,
            "uncertainty": uncertainty,
        }
        gaps = [with_gain(gap, model, customers, terms) for gap in gaps]
    gaps.sort(key=_worth, reverse=True)
    watch = None if gaps else _to_watch(card, read)
    shown = gaps[0].metric if gaps else watch
    return Reading(
        metrics=read,
        summary=_summary(card, read),
        gaps=tuple(gaps),
        finding=_finding(card, read, gaps, watch),
        watch=watch,
        strategies=strategies_for(shown) if shown else (),
    )


def _metric(card: Scorecard, name: str, comparison: Comparison | None) -> MetricReading:
    status, why = UNKNOWN, "There is no benchmark, and no target is set."
    if comparison is not None:
        status = comparison.status
        why = _why_unknown(comparison) if status == UNKNOWN else ""
    previous = _change(
        card.against_previous,
        name,
        "The orders do not reach back to a period of equal length before.",
    )
    year = _change(
        card.against_year, name, "The orders do not reach back to the same days a year before."
    )
    value = float(card.metrics.loc[name, "value"])
    return MetricReading(
        name, value, status, previous[0], year[0], (why, previous[1], year[1]), comparison
    )


def _why_unknown(comparison: Comparison) -> str:
    store = comparison.store
    if store.note and (store.higher or store.lower):
        return store.note
    if store.n < ENOUGH:
        return f"Too little data: {store.n:,.0f} customers or waits, of {ENOUGH} that it takes."
    if math.isfinite(store.value):
        return "How far chance may have moved it cannot be told from these orders."
    return "The orders do not have what it is computed from."


def _change(against: pd.DataFrame, name: str, missing: str) -> tuple[str, str]:
    if name not in against.index:
        return UNKNOWN, missing
    verdict = against.loc[name, "verdict"]
    if verdict not in (UP, DOWN, NOISE):
        return UNKNOWN, against.loc[name, "why"]
    words = {1: (BETTER, WORSE), -1: (WORSE, BETTER), 0: (HIGHER, LOWER)}[METRICS[name].better]
    return {UP: words[0], DOWN: words[1], NOISE: NOISE}[verdict], ""


def _gaps(card: Scorecard, read: tuple[MetricReading, ...]) -> list[Gap]:
    behind = [gap_to_aim(card, row.comparison) for row in read if row.status == BEHIND]
    return behind or [
        gap_to_past(card, row.metric, recent=row.previous == WORSE)
        for row in read
        if WORSE in (row.previous, row.year) and BETTER not in (row.previous, row.year)
    ]


def _worth(gap: Gap) -> tuple[bool, float, float]:
    gain = gap.gain.expected if gap.gain else -math.inf
    return gap.gain is not None, gain, -math.inf if math.isnan(gap.arithmetic) else gap.arithmetic


def _to_watch(card: Scorecard, read: tuple[MetricReading, ...]) -> str | None:
    """The metric nearest to falling behind: of those on par the one with the least room, else the one whose change
    leans worst, else the one that is ahead by the least."""
    better = [row for row in read if METRICS[row.metric].better]
    room = {status: {} for status in (PAR, AHEAD)}
    for row in better:
        if row.status in room and row.comparison.store.value > 0:
            share = math.log(row.comparison.store.value / row.comparison.aim)
            room[row.status][row.metric] = METRICS[row.metric].better * share
    leaning = {}
    for row in better:
        was = (
            float(card.against_previous.loc[row.metric, "value"]) if row.previous == NOISE else 0.0
        )
        if was > 0:
            leaning[row.metric] = METRICS[row.metric].better * (row.value / was - 1)
    leaning = {name: share for name, share in leaning.items() if share < 0}
    found = room[PAR] or leaning or room[AHEAD]
    return min(found, key=found.get) if found else None


def _summary(card: Scorecard, read: tuple[MetricReading, ...]) -> str:
    compared = [row.status for row in read if row.comparison is not None]
    sentences = ["No metric has a benchmark or a target to be held against."]
    if compared:
        sentences = [
            _tally(
                compared, (AHEAD, PAR, BEHIND, ABOVE, BELOW, UNKNOWN), "with a benchmark or target"
            )
        ]
    others = {
        "previous": (
            f"against the {card.period.days:,} days before",
            [row.previous for row in read],
        ),
        "year": ("against the same days a year before", [row.year for row in read]),
    }
    for which in card.earlier:
        before, verdicts = others[which]
        sentences.append(_tally(verdicts, (BETTER, WORSE, HIGHER, LOWER, NOISE, UNKNOWN), before))
    return " ".join(sentences)


def _tally(found: list[str], words: tuple[str, ...], kind: str) -> str:
    """Such as: Of 3 metrics against the year before, 2 are better and 1 shows no clear change."""
    parts = []
    for word in words:
        number = found.count(word)
        verb = ("shows", "show") if word == NOISE else ("is", "are")
        if number:
            parts.append(f"{number} {verb[number > 1]} {word}")
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    return f"Of {len(found)} {'metric' if len(found) == 1 else 'metrics'} {kind}, {listed}."


def _finding(
    card: Scorecard, read: tuple[MetricReading, ...], gaps: list[Gap], watch: str | None
) -> str:
    if not gaps:
        if all({row.status, row.previous, row.year} == {UNKNOWN} for row in read):
            return "There is too little data to tell what holds the store back."
        past = "none got clearly worse"
        if any(WORSE in (row.previous, row.year) for row in read):
            past = "what got worse since one period is better than in the other"
        elif all(row.previous == row.year == UNKNOWN for row in read):
            past = "none can be compared with what it was"
        found = f"No metric is behind a benchmark or target, and {past}.{_fallen(card)}"
        if watch is None:
            return found
        ahead = next(row.status for row in read if row.metric == watch) == AHEAD
        return f"{found} {'Ahead by the least' if ahead else 'Watch this one'}: {METRICS[watch].label}."
    main = gaps[0]
    worse = main.against.endswith("before")
    found = f"{METRICS[main.metric].label} is {'worse than in the' if worse else 'behind its'} {main.against}"
    if len(gaps) == 1:
        return f"{found}; no other metric is."
    if main.gain is None and math.isnan(main.arithmetic):
        return f"{found}, as are others; what closing the gaps is worth cannot be told."
    valued = sum(
        gap.gain is not None if main.gain else not math.isnan(gap.arithmetic) for gap in gaps
    )
    if valued == 1:
        return f"{found}, the only one of {len(gaps)} gaps that can be put in money."
    of = (
        f"{len(gaps)} gaps"
        if valued == len(gaps)
        else f"{valued} of {len(gaps)} gaps that can be put in money"
    )
    by = "by the forecast" if main.gain else "by a simple calculation on the period"
    return f"{found}, and of the {of} closing this one is worth most {by}."


def _fallen(card: Scorecard) -> str:
    """Which totals fell clearly: rates can hold while there is less of everything."""

    def moved(way: str) -> set[str]:
        tables = (card.against_previous, card.against_year)
        return {
            name
            for t in tables
            for name in TOTALS
            if name in t.index and t.loc[name, "verdict"] == way
        }

    # What is lower than before and higher than a year before, or the other way round, goes with the season.
    fell = [name for name in TOTALS if name in moved(DOWN) - moved(UP)]
    if not fell:
        return ""
    labels = [
        METRICS[name].label if name == fell[0] else METRICS[name].label.lower() for name in fell
    ]
    listed = (
        f"{', '.join(labels[:-1])} and {labels[-1]} are" if len(labels) > 1 else f"{labels[0]} is"
    )
    return f" But the totals fell: {listed} clearly lower than before."
