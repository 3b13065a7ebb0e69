"""The scorecard read as a whole: what is ahead, what is behind, what matters most, what to do."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from retention.display import displayed
from retention.errors import DataError
from retention.history.changes import DOWN, ENOUGH, NOISE, UP
from retention.history.metrics import METRICS, TOTALS, metrics_of
from retention.models.model import CltvModel
from retention.models.uncertainty import Uncertainty
from retention.playbook import Strategy, strategies_for
from retention.reports.industry import (
    ABOVE,
    AHEAD,
    BEHIND,
    BELOW,
    PAR,
    UNKNOWN,
    Comparison,
    Standing,
    Target,
)
from retention.reports.metric_gaps import ForecastTerms, Gap, gap_to_aim, gap_to_past, with_gain
from retention.reports.scorecard import Scorecard
from retention.wording import count, plural

#: The metrics that are always read; metrics with a target are read too.
READ = (
    "customer_retention_rate",
    "repeat_purchase_rate",
    "repeat_within_90_days",
    "average_order_value",
    "orders_per_customer",
    "days_to_second_order",
    "returning_revenue_share",
    "returning_order_value",
)
#: Totals that can fall while every rate holds.
FALLING_TOTALS = ("revenue", "orders", "customers", "new_customers")
#: What a change amounts to; "higher" and "lower" where neither is better.
ChangeReading = Literal["better", "worse", "higher", "lower", "no clear change", "unknown"]
BETTER: Final = "better"
WORSE: Final = "worse"
HIGHER: Final = "higher"
LOWER: Final = "lower"


@dataclass(frozen=True, slots=True)
class MetricReading:
    """Where a metric stands, and how it has changed.

    Attributes:
        metric: Key of `METRICS`.
        value: Its value on the card, in the metric's unit.
        status: "ahead", "on par" or "behind" of its benchmark or target ("above" or "below" where
            neither is better), or "unknown".
        previous: "better" or "worse" than in the period before ("higher" or "lower" where neither
            is better), "no clear change" or "unknown".
        year: The same beside the year before.
        why: Why each of these three is unknown, a sentence each; empty where it is known.
        comparison: The benchmark or target, with the store's value; None without one.
    """

    metric: str
    value: float
    status: Standing
    previous: ChangeReading
    year: ChangeReading
    why: tuple[str, str, str]
    comparison: Comparison | None


@displayed
@dataclass(frozen=True, slots=True)
class Reading:
    """The scorecard read as a whole.

    Attributes:
        metrics: The metrics that were read, in the order of the card.
        summary: How many are ahead, behind, better and worse, in sentences.
        gaps: The gaps to close, the one that holds the store back most first.
        finding: Which gap that is and why, or that nothing is behind.
        watch: The metric nearest to falling behind, a key of `METRICS`; None if there is a gap.
        strategies: What works on the first gap, or on the metric to watch.
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

    The metrics behind their benchmark or target have a gap. Where there are none, the metrics
    that got clearly worse have one, unless they got better since the other earlier period, as
    after a season. The gap that is worth most in money holds the store back most. Gaps without a
    forecast come after those with one.

    Args:
        card: The scorecard.
        comparisons: As `compare` returns them; the first of a metric counts.
        model: The fitted model, for what closing a gap is worth.
        customers: The customers of today, needed with a model.
        horizon_days: Days to look ahead.
        annual_discount_rate: What money a year later is worth less, a fraction.
        margin: Share of the revenue that is kept.
        uncertainty: `value_uncertainty` of the same customers and settings, if it is at hand.

    Returns:
        The gaps, the worst one first, and what the playbook suggests against it.

    Raises:
        DataError: There is a model without customers.
        ModelError: As in `what_if`.
    """
    if model is not None and customers is None:
        raise DataError("A model alone says nothing of the store's value. Give its customers too.")
    first: dict[str, Comparison] = {}
    for comparison in comparisons:
        first.setdefault(comparison.metric, comparison)
    metrics = _metrics(card, first)
    gaps = _gaps(card, metrics)
    if model is not None and customers is not None:
        terms = ForecastTerms(
            horizon_days=horizon_days,
            annual_discount_rate=annual_discount_rate,
            margin=margin,
            uncertainty=uncertainty,
        )
        gaps = [with_gain(gap, model, customers, terms) for gap in gaps]
    gaps.sort(key=_worth, reverse=True)
    watch = None if gaps else _metric_to_watch(card, metrics)
    shown = gaps[0].metric if gaps else watch
    return Reading(
        metrics=metrics,
        summary=_summary(card, metrics),
        gaps=tuple(gaps),
        finding=_main_gap_words(gaps) if gaps else _no_gap_words(card, metrics, watch),
        watch=watch,
        strategies=strategies_for(shown) if shown else (),
    )


def _metrics(card: Scorecard, comparisons: dict[str, Comparison]) -> tuple[MetricReading, ...]:
    return tuple(
        _metric(card, name, comparisons.get(name))
        for name in metrics_of(card.counts)
        if name in READ or (name in comparisons and isinstance(comparisons[name].against, Target))
    )


def _metric(card: Scorecard, name: str, comparison: Comparison | None) -> MetricReading:
    status: Standing = UNKNOWN if comparison is None else comparison.status
    why = ""
    if comparison is None:
        why = "There is no benchmark, and no target is set."
    elif status == UNKNOWN:
        why = _why_unknown(comparison)
    previous, why_previous = _change(
        card.against_previous,
        name,
        "The orders do not reach back to a period of equal length before.",
    )
    year, why_year = _change(
        card.against_year, name, "The orders do not reach back to the same days a year before."
    )
    return MetricReading(
        metric=name,
        value=float(card.metrics.T[name]["value"]),
        status=status,
        previous=previous,
        year=year,
        why=(why, why_previous, why_year),
        comparison=comparison,
    )


def _why_unknown(comparison: Comparison) -> str:
    store = comparison.store
    if store.note and (store.higher or store.lower):
        return store.note
    if store.n < ENOUGH:
        return f"Too little data: {count(store.n)} customers or waits, of {ENOUGH} that it takes."
    if math.isfinite(store.value):
        return "How far chance may have moved it cannot be told from these orders."
    return "The orders do not have what it is computed from."


def _change(against: pd.DataFrame, name: str, missing: str) -> tuple[ChangeReading, str]:
    """Return what a change amounts to, and why if it is unknown."""
    if name not in against.index:
        return UNKNOWN, missing
    row, better = against.T[name], METRICS[name].better
    if row["verdict"] == NOISE:
        return NOISE, ""
    if row["verdict"] not in (UP, DOWN):
        return UNKNOWN, row["why"]
    rose = row["verdict"] == UP
    if not better or name in TOTALS:
        return HIGHER if rose else LOWER, ""
    return BETTER if rose == (better > 0) else WORSE, ""


def _gaps(card: Scorecard, metrics: tuple[MetricReading, ...]) -> list[Gap]:
    behind = [
        gap_to_aim(card, row.comparison)
        for row in metrics
        if row.status == BEHIND and row.comparison is not None
    ]
    return behind or [
        gap_to_past(card, row.metric, recent=row.previous == WORSE)
        for row in metrics
        if WORSE in (row.previous, row.year) and BETTER not in (row.previous, row.year)
    ]


def _worth(gap: Gap) -> tuple[bool, float, float]:
    gain = gap.gain.expected if gap.gain else -math.inf
    return gap.gain is not None, gain, -math.inf if math.isnan(gap.arithmetic) else gap.arithmetic


def _metric_to_watch(card: Scorecard, metrics: tuple[MetricReading, ...]) -> str | None:
    """Return the metric nearest to falling behind.

    Of the metrics on par it is the one with the least room. Without any, it is the one whose
    change leans worst, else the one that is ahead by the least.
    """
    judged = [row for row in metrics if METRICS[row.metric].better]
    room = _room(judged, PAR) or _worsening(card, judged) or _room(judged, AHEAD)
    return min(room, key=lambda name: room[name]) if room else None


def _room(metrics: list[MetricReading], status: Standing) -> dict[str, float]:
    """How far the metrics of a standing are from their aim, on the log scale."""
    room = {}
    for row in metrics:
        comparison = row.comparison
        if row.status == status and comparison is not None and comparison.store.value > 0:
            distance = math.log(comparison.store.value / comparison.aim)
            room[row.metric] = METRICS[row.metric].better * distance
    return room


def _worsening(card: Scorecard, metrics: list[MetricReading]) -> dict[str, float]:
    """By what share metrics are worse than before, though by no more than chance; negative."""
    changes = {}
    for row in metrics:
        if row.previous != NOISE:
            continue
        was = float(card.against_previous.T[row.metric]["value"])
        if was > 0:
            changes[row.metric] = METRICS[row.metric].better * (row.value / was - 1)
    return {name: change for name, change in changes.items() if change < 0}


def _summary(card: Scorecard, metrics: tuple[MetricReading, ...]) -> str:
    compared = [row.status for row in metrics if row.comparison is not None]
    standings = (AHEAD, PAR, BEHIND, ABOVE, BELOW, UNKNOWN)
    changes = (BETTER, WORSE, HIGHER, LOWER, NOISE, UNKNOWN)
    sentences = ["No metric has a benchmark or a target to be held against."]
    if compared:
        sentences = [_tally(compared, standings, "with a benchmark or target")]
    earlier = {
        "previous": (
            [row.previous for row in metrics],
            f"against the {count(card.period.days)} days before",
        ),
        "year": ([row.year for row in metrics], "against the same days a year before"),
    }
    for name in card.earlier:
        readings, before = earlier[name]
        sentences.append(_tally(readings, changes, before))
    return " ".join(sentences)


def _tally(readings: Sequence[str], words: Sequence[str], kind: str) -> str:
    """Such as: Of 3 metrics against the year before, 2 are better and 1 shows no clear change."""
    parts = []
    for word in words:
        number = readings.count(word)
        verb = ("shows", "show") if word == NOISE else ("is", "are")
        if number:
            parts.append(f"{number} {verb[number > 1]} {word}")
    return f"Of {plural(len(readings), 'metric')} {kind}, {_listed(parts)}."


def _no_gap_words(card: Scorecard, metrics: tuple[MetricReading, ...], watch: str | None) -> str:
    if all({row.status, row.previous, row.year} == {UNKNOWN} for row in metrics):
        return "There is too little data to tell what holds the store back."
    past = "none got clearly worse"
    if any(WORSE in (row.previous, row.year) for row in metrics):
        past = "what got worse since one period is better than in the other"
    elif all(row.previous == row.year == UNKNOWN for row in metrics):
        past = "none can be compared with what it was"
    words = f"No metric is behind a benchmark or target, and {past}.{_fallen_totals(card)}"
    if watch is None:
        return words
    is_ahead = next(row.status for row in metrics if row.metric == watch) == AHEAD
    lead = "Ahead by the least" if is_ahead else "Watch this one"
    return f"{words} {lead}: {METRICS[watch].label}."


def _main_gap_words(gaps: list[Gap]) -> str:
    main = gaps[0]
    place = "worse than in the" if main.against.endswith("before") else "behind its"
    words = f"{METRICS[main.metric].label} is {place} {main.against}"
    if len(gaps) == 1:
        return f"{words}; no other metric is."
    if main.gain is None and math.isnan(main.arithmetic):
        return f"{words}, as are others; what closing the gaps is worth cannot be told."
    valued = sum(
        gap.gain is not None if main.gain else not math.isnan(gap.arithmetic) for gap in gaps
    )
    if valued == 1:
        return f"{words}, the only one of {len(gaps)} gaps that can be put in money."
    compared = f"{len(gaps)} gaps"
    if valued < len(gaps):
        compared = f"{valued} of {len(gaps)} gaps that can be put in money"
    method = "by the forecast" if main.gain else "by a simple calculation on the period"
    return f"{words}, and of the {compared} closing this one is worth most {method}."


def _fallen_totals(card: Scorecard) -> str:
    """Which totals fell clearly: rates can hold while there is less of everything."""

    def moved(verdict: str) -> set[str]:
        return {
            name
            for against in (card.against_previous, card.against_year)
            for name in FALLING_TOTALS
            if name in against.index and against.T[name]["verdict"] == verdict
        }

    # A total below one earlier period and above the other follows the season.
    fallen = [name for name in FALLING_TOTALS if name in moved(DOWN) - moved(UP)]
    if not fallen:
        return ""
    first, *others = (METRICS[name].label for name in fallen)
    labels = [first, *(label.lower() for label in others)]
    verb = "are" if others else "is"
    return f" But the totals fell: {_listed(labels)} {verb} clearly lower than before."


def _listed(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
