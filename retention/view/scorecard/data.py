"""The numbers behind the scorecard page, kept for the session."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from retention.errors import ModelError
from retention.models.uncertainty import Total, orders_uncertainty
from retention.periods import Period
from retention.reports.industry import Comparison, Target, compare
from retention.reports.large_customers import LargeCustomers, large_customers
from retention.reports.scorecard import Scorecard, bridge, monthly_trend, scorecard_of
from retention.reports.scorecard_verdict import Reading, read_scorecard
from retention.reports.store_values import StoreValue, store_values
from retention.view.session import choices
from retention.view.session.cache import kept
from retention.view.session.choices import Plan
from retention.view.session.loaded import Loaded
from retention.view.session.results import model_for, order_history_for, uncertainty_for


@dataclass(frozen=True, slots=True)
class ScorecardSettings:
    """What the visitor has chosen on the scorecard page.

    Attributes:
        period: The days that the scorecard describes.
        active_days: Days after an order during which a customer is active.
        line_of_business: The industry whose benchmarks apply, as `lines_of_business` names it.
        targets: The visitor's own targets, which replace benchmarks of the same metric.
    """

    period: Period
    active_days: int
    line_of_business: str
    targets: tuple[Target, ...]


def card_for(data: Loaded, settings: ScorecardSettings) -> Scorecard:
    """The scorecard of the period; DataError where it lies outside the orders."""
    return _card(data, settings.period, settings.active_days)


def trend_for(data: Loaded, settings: ScorecardSettings) -> pd.DataFrame:
    """`monthly_trend` of the orders."""
    return _trend(data, settings.active_days)


def bridge_for(data: Loaded, settings: ScorecardSettings) -> pd.DataFrame:
    """`base_bridge` of the period."""
    return _bridge(data, settings.period, settings.active_days)


def large_for(data: Loaded, settings: ScorecardSettings) -> LargeCustomers | None:
    """The few customers on whom the money of the period rests; None without such."""
    return _large(data, settings.period, settings.active_days)


def comparisons_for(data: Loaded, settings: ScorecardSettings) -> tuple[Comparison, ...]:
    """Benchmarks and targets beside the store's values, measured by their own definitions."""
    values = _store_values(data, settings.period.end)
    history = order_history_for(data)
    return compare(
        history, card_for(data, settings), settings.line_of_business, settings.targets, values
    )


def expected_for(data: Loaded) -> Total:
    """Return what today's customers bring within 12 months: value, or orders without amounts.

    Raises:
        ModelError: The orders carry no model.
    """
    if data.orders.has_amounts:
        return uncertainty_for(data, choices.standard_plan()).total()
    return orders_uncertainty(model_for(data), data.customers).total()


def reading_for(data: Loaded, settings: ScorecardSettings) -> Reading:
    """The scorecard read as a whole; the model says what gaps are worth, where there is one."""
    return _reading(data, settings, choices.standard_plan())


@kept(max_entries=60, by_orders_alone=True)
def _card(data: Loaded, period: Period, active_days: int) -> Scorecard:
    return scorecard_of(order_history_for(data), period, active_days)


@kept(max_entries=60, by_orders_alone=True)
def _large(data: Loaded, period: Period, active_days: int) -> LargeCustomers | None:
    card = _card(data, period, active_days)
    earlier = card.year_before if "year" in card.earlier else card.previous
    return large_customers(order_history_for(data), period, earlier)


@kept(max_entries=20, by_orders_alone=True)
def _trend(data: Loaded, active_days: int) -> pd.DataFrame:
    return monthly_trend(order_history_for(data), active_days)


@kept(max_entries=60, by_orders_alone=True)
def _bridge(data: Loaded, period: Period, active_days: int) -> pd.DataFrame:
    return bridge(order_history_for(data), _card(data, period, active_days))


@kept(max_entries=60, by_orders_alone=True)
def _store_values(data: Loaded, end: date) -> dict[str, StoreValue]:
    return store_values(order_history_for(data), end)


@kept(max_entries=60, spinner="Reading the scorecard…")
def _reading(data: Loaded, settings: ScorecardSettings, plan: Plan) -> Reading:
    card, comparisons = card_for(data, settings), comparisons_for(data, settings)
    try:
        model = model_for(data)
        uncertainty = uncertainty_for(data, plan) if data.orders.has_amounts else None
    except ModelError:
        return read_scorecard(card, comparisons)
    terms = plan.terms()
    return read_scorecard(
        card, comparisons, model, data.customers, **terms, uncertainty=uncertainty
    )
