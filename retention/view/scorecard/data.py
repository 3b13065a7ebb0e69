"""The numbers behind the scorecard page, kept for the session."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from retention.errors import ModelError
from retention.periods import Period
from retention.reports.industry import Comparison, Target, compare
from retention.reports.scorecard import Scorecard, bridge, monthly_trend, scorecard_of
from retention.reports.store_values import StoreValue, store_values
from retention.reports.verdict import Reading, read_scorecard
from retention.view.session import results as session
from retention.view.session.results import Loaded


@dataclass(frozen=True, slots=True)
class Settings:
    """What the marketer has chosen."""

    period: Period
    active_days: int
    line_of_business: str
    targets: tuple[Target, ...]


def card_for(data: Loaded, settings: Settings) -> Scorecard:
    """The scorecard of the period; DataError where it lies outside the orders."""
    return _card(data.orders.digest, settings.period, settings.active_days, _data=data)


def trend_for(data: Loaded, settings: Settings) -> pd.DataFrame:
    """`monthly_trend` of the orders."""
    return _trend(data.orders.digest, settings.active_days, _data=data)


def bridge_for(data: Loaded, settings: Settings) -> pd.DataFrame:
    """`base_bridge` of the period."""
    return _bridge(data.orders.digest, settings.period, settings.active_days, _data=data)


def comparisons_for(data: Loaded, settings: Settings) -> tuple[Comparison, ...]:
    """Benchmarks and targets beside the store's values by their own definitions."""
    values = _store_values(data.orders.digest, settings.period.end, _data=data)
    history = session.order_history_for(data)
    return compare(
        history, card_for(data, settings), settings.line_of_business, settings.targets, values
    )


def reading_for(data: Loaded, settings: Settings) -> Reading:
    """The scorecard read as a whole, with the model's word on what gaps are worth where there is a model."""
    return _reading(data.orders.digest, settings, session.standard_plan(), _data=data)


@st.cache_resource(scope="session", max_entries=60, show_spinner=False)
def _card(digest: str, period: Period, active_days: int, *, _data: Loaded) -> Scorecard:
    return scorecard_of(session.order_history_for(_data), period, active_days)


@st.cache_resource(scope="session", max_entries=20, show_spinner=False)
def _trend(digest: str, active_days: int, *, _data: Loaded) -> pd.DataFrame:
    return monthly_trend(session.order_history_for(_data), active_days)


@st.cache_resource(scope="session", max_entries=60, show_spinner=False)
def _bridge(digest: str, period: Period, active_days: int, *, _data: Loaded) -> pd.DataFrame:
    return bridge(session.order_history_for(_data), _card(digest, period, active_days, _data=_data))


@st.cache_resource(scope="session", max_entries=60, show_spinner=False)
def _store_values(digest: str, end, *, _data: Loaded) -> dict[str, StoreValue]:
    return store_values(session.order_history_for(_data), end)


@st.cache_resource(scope="session", max_entries=60, show_spinner="Reading the scorecard…")
def _reading(digest: str, settings: Settings, plan: session.Plan, *, _data: Loaded) -> Reading:
    card, comparisons = card_for(_data, settings), comparisons_for(_data, settings)
    try:
        model, uncertainty = session.model_for(_data), session.uncertainty_for(_data, plan)
    except ModelError:
        return read_scorecard(card, comparisons)
    terms = plan.terms()
    return read_scorecard(
        card, comparisons, model, _data.customers, **terms, uncertainty=uncertainty
    )


session.clear_with_data(_card, _trend, _bridge, _store_values, _reading)
