"""The scorecard read as a whole: what is ahead, what is behind, what holds the store back most and what to do."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from retention.benchmarks import ABOVE, AHEAD, BEHIND, BELOW, PAR, UNKNOWN, Comparison, Target
from retention.changes import DOWN, ENOUGH, NOISE, THIN, UP
from retention.cltv import CltvModel
from retention.errors import DataError
from retention.metrics import METRICS
from retention.playbook import Strategy, strategies_for
from retention.scorecard import Scorecard
from retention.totals import Total, Uncertainty
from retention.what_if import Levers, what_if

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
#: What a change amounts to; "higher" and "lower" where neither is better.
BETTER, WORSE, HIGHER, LOWER = "better", "worse", "higher", "lower"
#: The farthest that a lever is moved, as far as the what-if sliders go: beyond, the model speaks of another store.
MOST = 0.5
#: The lever of `retention.what_if` that stands for a metric.
LEVERS = {
    "customer_retention_rate": "retention",
    "retained_share": "retention",
    "churn_rate": "retention",
    "repeat_purchase_rate": "repeat_rate",
    "orders_per_customer": "repeat_rate",
    "average_order_value": "order_value",
    "returning_order_value": "order_value",
}
_STANDS_FOR = {
    "retention": "the chance to leave after an order falls by the same share as the customers lost would",
    "repeat_rate": "active customers order more often by the same share as the metric would rise",
    "order_value": "every order to come brings more by the same share as the metric would rise",
}


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
class Gap:
    """What a metric lacks, and what closing it is worth.

    - `store`, `aim`: the store's value and the one to reach, that of `against` ("benchmark", "target", "period
      before", "year before"), by the benchmark's definition where it is one; `change`: by what share the metric would
      have to change.
    - `gain`: what today's customers are expected to bring more over the horizon (80 % interval), by the fitted model,
      if `lever` moves by `moved`, with the gap taken as measured; None where there is no such model or lever. `basis`
      says how it is reckoned or why it is missing; `capped` that the lever stops short of the gap.
    - `arithmetic`: a calculation on the card's period, not a forecast, described in `arithmetic_basis`; NaN if none.
    """

    metric: str
    against: str
    store: float
    aim: float
    change: float
    lever: str | None
    moved: float
    capped: bool
    gain: Total | None
    basis: str
    arithmetic: float
    arithmetic_basis: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The scorecard read as a whole.

    `metrics` in the order of the card; `summary`: how many are ahead, behind, better, worse; `gaps`: those to close,
    the one that holds the store back most first; `finding`: which it is and why, or that nothing is behind;
    `watch`: the metric to watch where nothing is behind; `strategies`: what works on the one or the other.
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
    read = tuple(_metric(card, name, first.get(name)) for name in METRICS if name in READ or name in aimed)
    gaps = _gaps(card, read)
    if model is not None:
        terms = {
            "horizon_days": horizon_days,
            "annual_discount_rate": annual_discount_rate,
            "margin": margin,
            "uncertainty": uncertainty,
        }
        gaps = [_with_gain(gap, model, customers, terms) for gap in gaps]
    gaps.sort(key=_worth, reverse=True)
    watch = None if gaps else _to_watch(card, read)
    shown = gaps[0].metric if gaps else watch
    return Reading(
        metrics=read,
        summary=_summary(card, read),
        gaps=tuple(gaps),
        finding=_finding(read, gaps, watch),
        watch=watch,
        strategies=strategies_for(shown) if shown else (),
    )


def _metric(card: Scorecard, name: str, comparison: Comparison | None) -> MetricReading:
    status, why = UNKNOWN, "There is no benchmark, and no target is set."
    if comparison is not None:
        status = comparison.status
        why = _why_unknown(comparison.store.n) if status == UNKNOWN else ""
    previous = _change(card.against_previous, name, "The orders do not reach back to a period of equal length before.")
    year = _change(card.against_year, name, "The orders do not reach back to the same days a year before.")
    value = float(card.metrics.loc[name, "value"])
    return MetricReading(name, value, status, previous[0], year[0], (why, previous[1], year[1]), comparison)


def _why_unknown(n: float) -> str:
    if n < ENOUGH:
        return f"Too little data: {n:,.0f} customers or waits, of {ENOUGH} that it takes."
    return "The orders do not have what it is computed from."


def _change(against: pd.DataFrame, name: str, missing: str) -> tuple[str, str]:
    if name not in against.index:
        return UNKNOWN, missing
    verdict = against.loc[name, "verdict"]
    if verdict == THIN:
        return UNKNOWN, "Too little data in one of the two periods."
    words = {1: (BETTER, WORSE), -1: (WORSE, BETTER), 0: (HIGHER, LOWER)}[METRICS[name].better]
    return {UP: words[0], DOWN: words[1], NOISE: NOISE}[verdict], ""


def _gaps(card: Scorecard, read: tuple[MetricReading, ...]) -> list[Gap]:
    behind = [row for row in read if row.status == BEHIND]
    if behind:
        return [_gap(card, row, row.comparison.store.value, row.comparison.aim, _kind(row)) for row in behind]
    found = []
    for row in read:
        if WORSE in (row.previous, row.year) and BETTER not in (row.previous, row.year):
            recent = row.previous == WORSE
            was = float((card.against_previous if recent else card.against_year).loc[row.metric, "value"])
            found.append(_gap(card, row, row.value, was, "period before" if recent else "year before"))
    return found


def _kind(row: MetricReading) -> str:
    return "target" if isinstance(row.comparison.against, Target) else "benchmark"


def _gap(card: Scorecard, row: MetricReading, store: float, aim: float, against: str) -> Gap:
    lift = against == "benchmark" and row.comparison.lift
    # A lift of 6 % that should be 16 % asks for orders worth 1.16 / 1.06 of today's.
    change = (1 + aim) / (1 + store) - 1 if lift else aim / store - 1 if store > 0 else math.nan
    of = row.comparison.store.n if row.status == BEHIND else card.metrics.loc[row.metric, "n"]
    arithmetic, words = _arithmetic(card, row.metric, store, aim, change, float(of))
    basis = "There is no fitted model of these customers, so there is no forecast of what closing the gap is worth."
    return Gap(row.metric, against, store, aim, change, None, 0.0, False, None, basis, arithmetic, words)


def _arithmetic(card: Scorecard, name: str, store: float, aim: float, change: float, of: float) -> tuple[float, str]:
    """The gap in money on the card's period, and how it is reckoned."""
    counts, order = card.counts, float(card.metrics.loc["average_order_value", "value"])
    gap = abs(aim - store)
    if name == "average_order_value":
        return gap * counts.orders, f"What an order lacks, times the {counts.orders:,} orders of the period."
    if name == "orders_per_customer":
        return (
            gap * counts.customers * order,
            f"The orders that the {counts.customers:,} customers of the period lack, at its average order value.",
        )
    if name == "returning_order_value":
        revenue = counts.revenue - counts.new_revenue
        return change * revenue, f"{change:.1%} of what returning customers brought in the period."
    if name in LEVERS:
        return (
            gap * of * order,
            f"One order more from each of the {gap * of:,.0f} customers that the gap comes to, at the period's average "
            "order value.",
        )
    return math.nan, ""


def _with_gain(gap: Gap, model: CltvModel, customers: pd.DataFrame, terms: dict) -> Gap:
    """The gap with what the model says that closing it is worth."""
    lever = LEVERS.get(gap.metric)
    if lever is None:
        return replace(gap, basis="No lever of the model stands for this metric, so there is no forecast of its worth.")
    if lever == "retention":
        lost, least = (1 - gap.store, 1 - gap.aim) if METRICS[gap.metric].better > 0 else (gap.store, gap.aim)
        leave = model.a / (model.a + model.b)
        wanted = leave * (1 - max(least, 0.0) / lost) / (1 - leave) if lost > 0 else math.nan
    else:
        wanted = gap.change
    if not math.isfinite(wanted):
        return replace(gap, basis="The store's value leaves nothing to rise from, so there is no forecast.")
    moved = min(wanted, MOST)
    found = what_if(model, customers, Levers(**{lever: moved}), **terms)
    capped = wanted > MOST or bool(found.capped)
    basis = f"Today's customers over {terms['horizon_days']:,.0f} days, if {_STANDS_FOR[lever]} ({moved:+.1%})."
    if capped:
        basis += f" The gap asks for {wanted:+.0%}, and the forecast stops at {moved:+.0%}."
    return replace(gap, lever=lever, moved=moved, capped=capped, gain=found.gain, basis=basis)


def _worth(gap: Gap) -> tuple[bool, float, float]:
    gain = gap.gain.expected if gap.gain else -math.inf
    return gap.gain is not None, gain, -math.inf if math.isnan(gap.arithmetic) else gap.arithmetic


def _to_watch(card: Scorecard, read: tuple[MetricReading, ...]) -> str | None:
    """The metric nearest to falling behind: on par or ahead by the least, else the one whose change leans worst."""
    room = {}
    for row in read:
        if row.status in (PAR, AHEAD) and row.comparison.store.value > 0:
            room[row.metric] = METRICS[row.metric].better * math.log(row.comparison.store.value / row.comparison.aim)
    if not room:
        for row in read:
            if row.previous == NOISE:
                was = float(card.against_previous.loc[row.metric, "value"])
                room[row.metric] = METRICS[row.metric].better * (row.value / was - 1) if was > 0 else 0.0
        room = {name: share for name, share in room.items() if share < 0}
    return min(room, key=room.get) if room else None


def _summary(card: Scorecard, read: tuple[MetricReading, ...]) -> str:
    compared = [row.status for row in read if row.comparison is not None]
    sentences = ["No metric has a benchmark or a target to be held against."]
    if compared:
        sentences = [_tally(compared, (AHEAD, PAR, BEHIND, ABOVE, BELOW, UNKNOWN), "with a benchmark or target")]
    for period, before, verdicts in (
        (card.previous, f"against the {card.period.days:,} days before", [row.previous for row in read]),
        (card.year_before, "against the same days a year before", [row.year for row in read]),
    ):
        if period is not None:
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


def _finding(read: tuple[MetricReading, ...], gaps: list[Gap], watch: str | None) -> str:
    if not gaps:
        if all({row.status, row.previous, row.year} == {UNKNOWN} for row in read):
            return "There is too little data to tell what holds the store back."
        season = any(WORSE in (row.previous, row.year) for row in read)
        past = "what got worse since one period is better than in the other" if season else "none got clearly worse"
        found = f"No metric is behind a benchmark or target, and {past}."
        return f"{found} Watch this one: {METRICS[watch].label}." if watch else found
    main = gaps[0]
    worse = main.against.endswith("before")
    found = f"{METRICS[main.metric].label} is {'worse than in the' if worse else 'behind its'} {main.against}"
    if len(gaps) == 1:
        return f"{found}; no other metric is."
    if main.gain is None and math.isnan(main.arithmetic):
        return f"{found}, as are others; what closing the gaps is worth cannot be told."
    valued = sum(gap.gain is not None if main.gain else not math.isnan(gap.arithmetic) for gap in gaps)
    if valued == 1:
        return f"{found}, the only one of {len(gaps)} gaps that can be put in money."
    of = f"{len(gaps)} gaps" if valued == len(gaps) else f"{valued} of {len(gaps)} gaps that can be put in money"
    by = "by the forecast" if main.gain else "by a simple calculation on the period"
    return f"{found}, and of the {of} closing this one is worth most {by}."
