"""What a metric lacks, and what closing that gap is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from retention.history.metrics import METRICS
from retention.models.model import CltvModel
from retention.models.uncertainty import Total
from retention.models.what_if import Levers, what_if
from retention.reports.industry import Comparison, Target
from retention.reports.scorecard import Scorecard
from retention.statistics import FORECAST_LEVEL, METRIC_LEVEL, normal_width
from retention.wording import signed_percent

#: The farthest that a lever is moved, as far as the what-if sliders go: beyond, the model speaks of another store.
MOST = 0.5
#: The lever of `retention.models.what_if` that stands for a metric.
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
#: How much narrower the interval of a normal variable is at the level of a worth than at that of a metric.
_NARROWER = normal_width(FORECAST_LEVEL) / normal_width(METRIC_LEVEL)


@dataclass(frozen=True, slots=True)
class Gap:
    """What a metric lacks, and what closing it is worth.

    - `store`, `aim`: the store's value and the one to reach, that of `against` ("benchmark", "target", "period
      before", "year before"), by the benchmark's definition where it is one; `change`: by what share the metric would
      have to change; `low`, `high`: the ends of the store's 80 % interval beside that aim.
    - `gain`: what today's customers are expected to bring more over the horizon, by the fitted model, if `lever` moves
      by `moved`; None where there is no such model or lever. Its 80 % interval joins what the model's fit leaves open
      with what chance leaves open of the gap. `basis` says how it is reckoned or why it is missing; `capped` that the
      lever stops short of the gap.
    - `arithmetic`: a calculation on the card's period, not a forecast, described in `arithmetic_basis`; NaN if none.
    - `is_lift`: whether the values say how much more, instead of being the metric's.
    """

    metric: str
    against: str
    store: float
    low: float
    high: float
    aim: float
    change: float
    lever: str | None
    moved: float
    capped: bool
    gain: Total | None
    basis: str
    arithmetic: float
    arithmetic_basis: str
    is_lift: bool = False


def gap_to_aim(card: Scorecard, comparison: Comparison) -> Gap:
    """Return what a metric lacks to the benchmark or target that it is behind."""
    store = comparison.store
    against = "target" if isinstance(comparison.against, Target) else "benchmark"
    ends = (store.value + _NARROWER * (end - store.value) for end in (store.low, store.high))
    values = store.value, *ends, comparison.aim
    return _gap(card, comparison.metric, against, values, float(store.n), comparison.lift)


def gap_to_past(card: Scorecard, name: str, *, recent: bool) -> Gap:
    """Return what a metric lacks to what it was in the period before (`recent`) or the year before."""
    row = (card.against_previous if recent else card.against_year).loc[name]
    value, of = (float(card.metrics.loc[name, column]) for column in ("value", "n"))
    was, changed = float(row["value"]), row[["change", "low", "high"]].astype(float).to_numpy()
    # Both periods are uncertain: the ends of their difference, beside what the metric was.
    relative = METRICS[name].kind in ("money", "number", "count")
    ends = was * (1 + changed[1:]) if relative else was + changed[1:]
    low, high = value + _NARROWER * (ends - value)
    return _gap(
        card, name, "period before" if recent else "year before", (value, low, high, was), of
    )


def with_gain(gap: Gap, model: CltvModel, customers: pd.DataFrame, terms: dict) -> Gap:
    """Return the gap with what the model says that closing it is worth; `terms` as in `what_if`."""
    lever = LEVERS.get(gap.metric)
    if lever is None:
        return replace(
            gap,
            basis="No lever of the model stands for this metric, so there is no forecast of its worth.",
        )
    wanted = _wanted(gap, gap.store, lever, model)
    if not math.isfinite(wanted):
        return replace(
            gap, basis="The store's value leaves nothing to rise from, so there is no forecast."
        )
    moved = min(wanted, MOST)
    found = what_if(model, customers, Levers(**{lever: moved}), **terms)
    wants = (_wanted(gap, end, lever, model) for end in (gap.low, gap.high))
    ends = sorted(min(max(want, 0.0), MOST) if math.isfinite(want) else moved for want in wants)
    capped = wanted > MOST or bool(found.capped)
    basis = f"Today's customers over {terms['horizon_days']:,.0f} days, if {_STANDS_FOR[lever]} ({_tenths(moved)}"
    low, high = (_tenths(end) for end in ends)
    basis += f"; {low} to {high} as the gap is not known exactly)." if low != high else ")."
    if capped:
        basis += f" The gap asks for {signed_percent(wanted)}, and the forecast stops at {signed_percent(moved)}."
    # Orders and their value gain as good as in proportion over so short a way; customers who stay gain faster.
    gains = [found.gain.expected * end / moved for end in ends]
    if lever == "retention":
        gains = [
            what_if(model, customers, Levers(retention=end), **terms).gain.expected for end in ends
        ]
    gain = _joined(found.gain, *gains)
    return replace(gap, lever=lever, moved=moved, capped=capped, gain=gain, basis=basis)


def _gap(
    card: Scorecard,
    name: str,
    against: str,
    values: tuple[float, float, float, float],
    of: float,
    lift: bool = False,
) -> Gap:
    """The gap of a metric; `values` are the store's, its ends and the aim, `of` the customers that it rests on."""
    store, low, high, aim = values
    change = _change(store, aim, lift)
    arithmetic, words = _arithmetic(card, name, store, aim, change, of)
    basis = "There is no fitted model of these customers, so there is no forecast of what closing the gap is worth."
    return Gap(
        name,
        against,
        store,
        low,
        high,
        aim,
        change,
        None,
        0.0,
        False,
        None,
        basis,
        arithmetic,
        words,
        lift,
    )


def _change(store: float, aim: float, lift: bool) -> float:
    # A lift of 6 % that should be 16 % asks for orders worth 1.16 / 1.06 of today's.
    return (1 + aim) / (1 + store) - 1 if lift else aim / store - 1 if store > 0 else math.nan


def _wanted(gap: Gap, store: float, lever: str, model: CltvModel) -> float:
    """How far the lever would have to move from a value of the store."""
    if lever != "retention":
        return _change(store, gap.aim, gap.is_lift)
    lost, least = (1 - store, 1 - gap.aim) if METRICS[gap.metric].better > 0 else (store, gap.aim)
    leave = model.a / (model.a + model.b)
    return leave * (1 - max(least, 0.0) / lost) / (1 - leave) if lost > 0 else math.nan


def _joined(gain: Total, least: float, most: float) -> Total:
    """The gain's interval, widened by those of the gap's ends, `least` and `most`.

    Source: the method of variance estimates recovery, Zou and Donner (2008), Statistics in Medicine 27.
    """
    low = gain.expected - np.hypot(gain.expected - gain.low, gain.expected - least)
    high = gain.expected + np.hypot(gain.high - gain.expected, most - gain.expected)
    return replace(gain, low=float(max(low, 0.0)), high=float(high))


def _tenths(share: float) -> str:
    return f"{share:+.1%}".replace("-", "−")


def _arithmetic(
    card: Scorecard, name: str, store: float, aim: float, change: float, of: float
) -> tuple[float, str]:
    """The gap in money on the card's period, and how it is reckoned."""
    counts, order = card.counts, float(card.metrics.loc["average_order_value", "value"])
    gap = abs(aim - store)
    if name == "average_order_value":
        return (
            gap * counts.orders,
            f"What an order lacks, times the {counts.orders:,} orders of the period.",
        )
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
