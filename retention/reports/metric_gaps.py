"""How far a metric is from its aim, and what closing that gap is worth."""

import math
from dataclasses import dataclass, replace
from typing import Literal, TypedDict

import numpy as np
import pandas as pd

from retention.history.changes import RELATIVE_KINDS
from retention.history.metrics import METRICS
from retention.models.model import CltvModel
from retention.models.uncertainty import Total, Uncertainty
from retention.models.what_if import Levers, what_if
from retention.reports.industry import Comparison, Target
from retention.reports.scorecard import Scorecard
from retention.statistics import FORECAST_LEVEL, METRIC_LEVEL, difference_interval, normal_width
from retention.wording import NO_AMOUNTS, count, percent, signed_percent

#: What a gap is measured against.
Against = Literal["benchmark", "target", "period before", "year before"]
#: A lever of `retention.models.what_if`.
Lever = Literal["retention", "repeat_rate", "order_value"]
#: The farthest that a lever is moved, as a share. The what-if sliders go as far. Beyond, the model
#: describes another store.
LARGEST_MOVE = 0.5
#: The lever that stands for a metric.
LEVERS: dict[str, Lever] = {
    "customer_retention_rate": "retention",
    "retained_share": "retention",
    "churn_rate": "retention",
    "repeat_purchase_rate": "repeat_rate",
    "repeat_within_90_days": "repeat_rate",
    "orders_per_customer": "repeat_rate",
    "average_order_value": "order_value",
    "returning_order_value": "order_value",
}
_STANDS_FOR: dict[Lever, str] = {
    "retention": "the chance to leave after an order falls by the same share as the customers lost "
    "would",
    "repeat_rate": "active customers order more often by the same share as the metric would rise",
    "order_value": "every order to come brings more by the same share as the metric would rise",
}
_NO_MODEL = (
    "There is no fitted model of these customers, so there is no forecast of what closing the gap "
    "is worth."
)
#: How much narrower a normal interval is at the level of a forecast than at that of a metric.
_NARROWER = normal_width(FORECAST_LEVEL) / normal_width(METRIC_LEVEL)


class ForecastTerms(TypedDict):
    """How a gain is forecast; the keys are arguments of `what_if`.

    Attributes:
        horizon_days: How far to look ahead, in days.
        annual_discount_rate: What money a year from now loses, as a fraction.
        margin: The share of revenue that is profit.
        uncertainty: `value_uncertainty` of the same customers and settings; None where it is not at
            hand.
    """

    horizon_days: float
    annual_discount_rate: float
    margin: float
    uncertainty: Uncertainty | None


@dataclass(frozen=True, slots=True)
class Gap:
    """How far a metric is from its aim, and what closing that gap is worth.

    Attributes:
        metric: Key of `METRICS`.
        against: What sets the aim: "benchmark", "target", "period before" or "year before".
        store: The store's value, in the metric's unit; by the benchmark's definition for one.
        low: Lower end of the store's 80 % interval beside the aim.
        high: Upper end of the store's 80 % interval beside the aim.
        aim: The value to reach, in the unit of `store`.
        change: The share by which the metric would have to change.
        lever: The lever of `what_if` that stands for the metric; None if there is none.
        moved: The share by which the lever moves.
        capped: Whether the lever stops before the gap is closed.
        gain: What today's customers are expected to bring more over the horizon, by the fitted
            model, in money; None without a model or lever. The 80 % interval joins the
            uncertainty of the model's fit with that of the gap.
        basis: How the gain is computed, or why it is missing.
        arithmetic: A calculation on the card's period in money, not a forecast; NaN if there is
            none.
        arithmetic_basis: How it is calculated.
        is_lift: Whether the values say how much more, instead of being the metric's.
    """

    metric: str
    against: Against
    store: float
    low: float
    high: float
    aim: float
    change: float
    lever: Lever | None
    moved: float
    capped: bool
    gain: Total | None
    basis: str
    arithmetic: float
    arithmetic_basis: str
    is_lift: bool = False


def gap_to_aim(card: Scorecard, comparison: Comparison) -> Gap:
    """Return how far a metric is from the benchmark or target that it is behind.

    Args:
        card: The scorecard.
        comparison: The benchmark or target, and the store's value.

    Returns:
        The gap, without its gain.
    """
    store = comparison.store
    return _gap(
        card,
        comparison.metric,
        "target" if isinstance(comparison.against, Target) else "benchmark",
        store=store.value,
        low=store.value + _NARROWER * (store.low - store.value),
        high=store.value + _NARROWER * (store.high - store.value),
        aim=comparison.aim,
        customers=float(store.n),
        is_lift=comparison.lift,
    )


def gap_to_past(card: Scorecard, name: str, *, recent: bool) -> Gap:
    """Return how far a metric is from what customers of the same ages made it in an earlier period.

    Args:
        card: The scorecard.
        name: Key of `METRICS`.
        recent: Whether to compare with the period before, else with the year before.

    Returns:
        The gap, without its gain.
    """
    past = (card.against_previous if recent else card.against_year).T[name]
    measured = card.metrics.T[name]
    value, was = float(measured["value"]), float(past["value"])
    change, change_low, change_high = (float(past[end]) for end in ("change", "low", "high"))
    relative = METRICS[name].kind in RELATIVE_KINDS
    if math.isfinite(past.get("mix", math.nan)):
        # What customers of the same ages would have made it: older customers close no gap.
        was = value / (1 + change) if relative else value - change
    # Both periods are uncertain: add the ends of their difference to what the metric was.
    low = was * (1 + change_low) if relative else was + change_low
    high = was * (1 + change_high) if relative else was + change_high
    return _gap(
        card,
        name,
        "period before" if recent else "year before",
        store=value,
        low=value + _NARROWER * (low - value),
        high=value + _NARROWER * (high - value),
        aim=was,
        customers=float(measured["n"]),
    )


def with_gain(gap: Gap, model: CltvModel, customers: pd.DataFrame, terms: ForecastTerms) -> Gap:
    """Return the gap with what closing it is worth by the model.

    Args:
        gap: The gap.
        model: The fitted model.
        customers: The customers of today.
        terms: How the gain is forecast.

    Returns:
        The gap with its lever and its gain, in money.
    """
    lever = LEVERS.get(gap.metric)
    if model.spend is None:
        return replace(gap, basis=NO_AMOUNTS)
    if lever is None:
        return replace(
            gap,
            basis="No lever of the model stands for this metric, so there is no forecast of its "
            "worth.",
        )
    wanted = _wanted_move(gap, gap.store, lever, model)
    if not math.isfinite(wanted):
        return replace(
            gap, basis="The store's value leaves nothing to rise from, so there is no forecast."
        )
    moved = min(wanted, LARGEST_MOVE)
    forecast = what_if(model, customers, Levers(**{lever: moved}), **terms)
    ends = _move_range(gap, lever, model, moved)
    if lever == "retention":
        gains = [
            what_if(model, customers, Levers(retention=end), **terms).gain.expected for end in ends
        ]
    else:
        # Over this range orders and their value gain nearly in proportion to the move. Customers
        # who stay gain faster, so retention is forecast at both ends.
        gains = [forecast.gain.expected * end / moved for end in ends]
    capped = wanted > LARGEST_MOVE or bool(forecast.capped)
    basis = _basis(lever, moved, ends, terms["horizon_days"])
    if capped:
        basis += (
            f" The gap asks for {signed_percent(wanted)}, and the forecast stops at "
            f"{signed_percent(moved)}."
        )
    gain = _with_gap_uncertainty(forecast.gain, *gains)
    return replace(gap, lever=lever, moved=moved, capped=capped, gain=gain, basis=basis)


def _gap(
    card: Scorecard,
    metric: str,
    against: Against,
    *,
    store: float,
    low: float,
    high: float,
    aim: float,
    customers: float,
    is_lift: bool = False,
) -> Gap:
    """The gap of a metric without a forecast; `customers` are those that the value rests on."""
    change = _relative_change(store, aim, is_lift)
    arithmetic, arithmetic_basis = _arithmetic(card, metric, abs(aim - store), change, customers)
    return Gap(
        metric=metric,
        against=against,
        store=store,
        low=low,
        high=high,
        aim=aim,
        change=change,
        lever=None,
        moved=0.0,
        capped=False,
        gain=None,
        basis=_NO_MODEL,
        arithmetic=arithmetic,
        arithmetic_basis=arithmetic_basis,
        is_lift=is_lift,
    )


def _relative_change(store: float, aim: float, is_lift: bool) -> float:
    if is_lift:
        # A lift of 6 % that should be 16 % asks for orders worth 1.16 / 1.06 of today's.
        return (1 + aim) / (1 + store) - 1
    return aim / store - 1 if store > 0 else math.nan


def _wanted_move(gap: Gap, store: float, lever: Lever, model: CltvModel) -> float:
    """How far the lever would have to move if this were the store's value."""
    if lever != "retention":
        return _relative_change(store, gap.aim, gap.is_lift)
    more_is_better = METRICS[gap.metric].better > 0
    lost, aim_lost = (1 - store, 1 - gap.aim) if more_is_better else (store, gap.aim)
    leave = model.purchases.a / (model.purchases.a + model.purchases.b)
    return leave * (1 - max(aim_lost, 0.0) / lost) / (1 - leave) if lost > 0 else math.nan


def _move_range(gap: Gap, lever: Lever, model: CltvModel, moved: float) -> list[float]:
    """How far the lever moves at both ends of the store's interval, the lower first."""
    moves = (_wanted_move(gap, end, lever, model) for end in (gap.low, gap.high))
    return sorted(
        min(max(move, 0.0), LARGEST_MOVE) if math.isfinite(move) else moved for move in moves
    )


def _basis(lever: Lever, moved: float, ends: list[float], horizon_days: float) -> str:
    words = (
        f"Today's customers over {count(horizon_days)} days, if {_STANDS_FOR[lever]} "
        f"({signed_percent(moved, 1)}"
    )
    low, high = (signed_percent(end, 1) for end in ends)
    if low != high:
        words += f"; {low} to {high} as the gap is not known exactly"
    return f"{words})."


def _with_gap_uncertainty(gain: Total, least: float, most: float) -> Total:
    """The gain with an interval that also holds the gains at the ends of the gap.

    Source: the method of variance estimates recovery, Zou and Donner (2008), Statistics in
    Medicine 27.
    """
    # The gap's part of the uncertainty is a deviation of 0, to be taken from the gain.
    deviation = (gain.expected - most, gain.expected - least)
    low, high = difference_interval(gain.expected, (gain.low, gain.high), 0.0, deviation)
    return replace(gain, low=float(np.maximum(low, 0.0)), high=float(high))


def _arithmetic(
    card: Scorecard, metric: str, gap: float, change: float, customers: float
) -> tuple[float, str]:
    """The gap in money on the card's period, and how it is calculated."""
    counts, order_value = card.counts, float(card.metrics["value"]["average_order_value"])
    if metric == "average_order_value":
        return (
            gap * counts.orders,
            f"What an order lacks, times the {count(counts.orders)} orders of the period.",
        )
    if metric == "orders_per_customer":
        return (
            gap * counts.customers * order_value,
            f"The orders that the {count(counts.customers)} customers of the period lack, at its "
            "average order value.",
        )
    if metric == "returning_order_value":
        revenue = counts.revenue - counts.new_revenue
        share = percent(change, 1)
        return change * revenue, f"{share} of what returning customers brought in the period."
    if metric in LEVERS:
        return (
            gap * customers * order_value,
            f"One order more from each of the {count(gap * customers)} customers that the gap "
            "comes "
            "to, at the period's average order value.",
        )
    return math.nan, ""
