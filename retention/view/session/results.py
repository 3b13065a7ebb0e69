"""The session's data and everything computed from it, private to the session.

The data lives in `st.session_state`. The caches are session-scoped and keyed on `orders.digest`, scalars and a
`Plan` of scalars; frames are passed as underscore arguments, which Streamlit leaves out of the key. Cached frames
are shared and not copied: a caller that wants to change one makes its own copy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
import streamlit as st

from retention.customers.summary import summarise_customers
from retention.errors import RetentionError
from retention.evaluation.all_checks import all_checks
from retention.evaluation.backtest import Backtest, backtest
from retention.evaluation.backtest_checks import backtest_checks
from retention.evaluation.recent_checks import recent_checks
from retention.history.order_history import OrderHistory, order_history
from retention.models.checks import Check
from retention.models.cltv import (
    CltvModel,
    expected_by_month,
    fit_cltv,
    predict_cltv,
    purchase_probability,
)
from retention.models.months import month_ranges
from retention.models.uncertainty import Uncertainty, value_uncertainty
from retention.models.value_distribution import (
    concentration,
    revenue_history,
    top_shares,
    value_histogram,
)
from retention.models.what_if import Levers, WhatIf, what_if
from retention.orders.orders import Orders
from retention.samples.data_sets import SAMPLES, sample_orders
from retention.segments.rules import SegmentRules

_KEY, _ADDRESS, _PURCHASE_MODEL = "loaded_orders", "kept_address", "chosen_purchase_model"
_SEGMENT_RULES = "segment_rules"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a page works on: the orders' display name, the orders, and one row per customer."""

    name: str
    orders: Orders
    customers: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Plan:
    """What a forecast assumes: days ahead, the yearly discount rate and the margin as fractions, the purchase model
    ("auto", "bg_nbd" or "mbg_nbd"). Part of the caches' keys, field by field.
    """

    horizon_days: int = 365
    annual_discount_rate: float = 0.10
    margin: float = 1.0
    purchase_model: str = "auto"

    def terms(self) -> dict[str, float]:
        """The fields that turn a fitted model into money, by name."""
        return {
            "horizon_days": self.horizon_days,
            "annual_discount_rate": self.annual_discount_rate,
            "margin": self.margin,
        }


class Address(NamedTuple):
    """A page and the settings in its address, to go back to once orders are loaded."""

    path: str
    settings: dict[str, list[str]]


class Spread(NamedTuple):
    """`value_histogram`, `concentration` and `top_shares` of the scores."""

    histogram: pd.DataFrame
    curve: pd.DataFrame
    top: pd.DataFrame


def get() -> Loaded | None:
    """The session's data, or None before anything is loaded."""
    return st.session_state.get(_KEY)


def keep_address(address: Address | None) -> None:
    """Remember where to go back to after loading; None forgets it."""
    st.session_state[_ADDRESS] = address


def kept_address() -> Address | None:
    """Where to go back to after loading, if a page was opened with settings and without orders."""
    return st.session_state.get(_ADDRESS)


def choose_purchase_model(kind: str) -> None:
    """Make "auto", "bg_nbd" or "mbg_nbd" the purchase model of every page of the session."""
    st.session_state[_PURCHASE_MODEL] = kind


def purchase_model() -> str:
    """The purchase model of the session: "auto" unless chosen otherwise."""
    return st.session_state.get(_PURCHASE_MODEL, "auto")


def keep_segment_rules(rules: SegmentRules) -> None:
    """Make these the thresholds of the stages and traits on every page of the session."""
    st.session_state[_SEGMENT_RULES] = rules


def segment_rules() -> SegmentRules:
    """The thresholds of the stages and traits: as set on the segments page, else the published scheme."""
    return st.session_state.get(_SEGMENT_RULES, SegmentRules())


def standard_plan(horizon_days: int = 365) -> Plan:
    """What a page assumes that lets nobody choose, with the session's purchase model."""
    return Plan(horizon_days, purchase_model=purchase_model())


def put(name: str, orders: Orders, progress: Callable[[str], None] = lambda step: None) -> Loaded:
    """Make `orders` the session's data; RetentionError leaves what was loaded before in place.

    `progress` is told each step in words.
    """
    progress("Summing up customers")
    fresh = Loaded(name, orders, summarise_customers(orders))
    previous = get()
    st.session_state[_KEY] = fresh
    if previous is not None and previous.orders.digest != orders.digest:
        for cache in _CACHES:
            cache.clear()
    return fresh


def put_sample(name: str, progress: Callable[[str], None] = lambda step: None) -> Loaded:
    """Load one of the data sets that come with the app: "store" or "cdnow"."""
    progress("Making the orders" if name == "store" else "Reading the orders")
    return put(SAMPLES[name].label, sample_orders(name), progress)


def model_for(loaded: Loaded) -> CltvModel:
    """The fitted model of the session's choice; ModelError where the data does not carry one."""
    return _model(loaded.orders.digest, purchase_model(), _loaded=loaded)


def backtest_for(loaded: Loaded, holdout_days: int | None = None) -> Backtest:
    """The backtest of the session's purchase model; DataError or ModelError where there is too little history.

    With the usual cut (None) and "auto" it is the one that picked the model; with another cut it is of that model.
    """
    kind = purchase_model()
    if kind == "auto" and holdout_days is not None:
        kind = model_for(loaded).purchase_model
    tested = _tested(loaded.orders.digest, kind, holdout_days, _loaded=loaded)
    if isinstance(tested, RetentionError):
        raise tested.with_traceback(None)
    return tested


def usual_backtest_for(loaded: Loaded) -> Backtest | None:
    """The backtest of the usual cut; None where the history is too short for one."""
    try:
        return backtest_for(loaded)
    except RetentionError:
        return None


def checks_for(loaded: Loaded) -> tuple[Check, ...]:
    """All checks of the forecast: of the latest orders, the usual backtest and the model; ModelError as `model_for`."""
    return _checks(loaded.orders.digest, purchase_model(), _loaded=loaded)


def scores_for(loaded: Loaded, plan: Plan) -> pd.DataFrame:
    """`predict_cltv` for every customer; ModelError as `model_for`."""
    return _scores(loaded.orders.digest, plan, _loaded=loaded)


def uncertainty_for(loaded: Loaded, plan: Plan) -> Uncertainty:
    """`value_uncertainty` of all customers; ModelError as `model_for`."""
    return _uncertainty(loaded.orders.digest, plan, _loaded=loaded)


def what_if_for(loaded: Loaded, plan: Plan, levers: Levers) -> WhatIf:
    """`what_if` of all customers; ModelError as `model_for`."""
    return _what_if(loaded.orders.digest, plan, levers, _loaded=loaded)


def probability_for(loaded: Loaded, days: int) -> pd.Series:
    """Each customer's probability of at least one order within `days` days; ModelError as `model_for`."""
    return _probability(loaded.orders.digest, purchase_model(), int(days), _loaded=loaded)


def spread_for(loaded: Loaded, plan: Plan) -> Spread:
    """How the value spreads over customers; ModelError as `model_for`."""
    return _spread(loaded.orders.digest, plan, _loaded=loaded)


def history_for(loaded: Loaded, months: int = 24) -> pd.DataFrame:
    """`revenue_history` of the orders."""
    return _history(loaded.orders.digest, int(months), _orders=loaded.orders)


def order_history_for(loaded: Loaded) -> OrderHistory:
    """The counts by day from which the numbers of any period follow."""
    return _order_history(loaded.orders.digest, _orders=loaded.orders)


def months_for(loaded: Loaded, plan: Plan) -> pd.DataFrame:
    """`expected_by_month` of the whole base with `month_ranges`; ModelError as `model_for`."""
    return _months(loaded.orders.digest, plan, _loaded=loaded)


@st.cache_resource(scope="session", max_entries=4, show_spinner="Fitting the model…")
def _model(digest: str, kind: str, *, _loaded: Loaded) -> CltvModel:
    # Where there is too little history to hide a part of it, the model's `choice` says that none was tested.
    tested = _tested(digest, kind, None, _loaded=_loaded) if kind == "auto" else None
    return fit_cltv(
        _loaded.customers, kind, backtest=tested if isinstance(tested, Backtest) else None
    )


@st.cache_resource(scope="session", max_entries=8, show_spinner="Testing the model on the past…")
def _tested(
    digest: str, kind: str, holdout_days: int | None, *, _loaded: Loaded
) -> Backtest | RetentionError:
    """The backtest, or why there is none: that is kept too, since finding it out may take as long."""
    try:
        return backtest(_loaded.orders, holdout_days, kind)
    except RetentionError as error:
        return error


@st.cache_resource(scope="session", max_entries=4, show_spinner="Checking the forecast…")
def _checks(digest: str, kind: str, *, _loaded: Loaded) -> tuple[Check, ...]:
    model = model_for(_loaded)
    try:
        tested = backtest_checks(backtest_for(_loaded))
    except RetentionError as error:
        tested = (
            Check(
                "Backtest",
                "caution",
                f"The forecast could not be tested on the past of these orders. {error}",
                "Load a longer period, so that its end can be hidden and predicted.",
            ),
        )
    return all_checks(
        recent_checks(model, _loaded.customers, order_history_for(_loaded)), tested, model.checks
    )


@st.cache_resource(scope="session", max_entries=3, show_spinner="Scoring customers…")
def _scores(digest: str, plan: Plan, *, _loaded: Loaded) -> pd.DataFrame:
    return predict_cltv(
        _model(digest, plan.purchase_model, _loaded=_loaded), _loaded.customers, **plan.terms()
    )


@st.cache_resource(scope="session", max_entries=3, show_spinner=False)
def _uncertainty(digest: str, plan: Plan, *, _loaded: Loaded) -> Uncertainty:
    return value_uncertainty(
        _model(digest, plan.purchase_model, _loaded=_loaded), _loaded.customers, **plan.terms()
    )


@st.cache_resource(scope="session", max_entries=40, show_spinner=False)
def _what_if(digest: str, plan: Plan, levers: Levers, *, _loaded: Loaded) -> WhatIf:
    model = _model(digest, plan.purchase_model, _loaded=_loaded)
    known = _uncertainty(digest, plan, _loaded=_loaded)
    return what_if(model, _loaded.customers, levers, **plan.terms(), uncertainty=known)


@st.cache_resource(scope="session", max_entries=12, show_spinner=False)
def _probability(digest: str, kind: str, days: int, *, _loaded: Loaded) -> pd.Series:
    return purchase_probability(_model(digest, kind, _loaded=_loaded), _loaded.customers, days)


@st.cache_resource(scope="session", max_entries=12, show_spinner=False)
def _months(digest: str, plan: Plan, *, _loaded: Loaded) -> pd.DataFrame:
    model, customers = _model(digest, plan.purchase_model, _loaded=_loaded), _loaded.customers
    return month_ranges(model, customers, expected_by_month(model, customers, **plan.terms()))


@st.cache_resource(scope="session", max_entries=12, show_spinner=False)
def _spread(digest: str, plan: Plan, *, _loaded: Loaded) -> Spread:
    scores = _scores(digest, plan, _loaded=_loaded)
    worth = scores["cltv"].to_numpy()
    return Spread(
        value_histogram(_loaded.customers, scores), concentration(worth), top_shares(worth)
    )


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _history(digest: str, months: int, *, _orders: Orders) -> pd.DataFrame:
    return revenue_history(_orders, months)


@st.cache_resource(scope="session", max_entries=1, show_spinner="Counting orders by day…")
def _order_history(digest: str, *, _orders: Orders) -> OrderHistory:
    return order_history(_orders)


def clear_with_data(*caches) -> None:
    """Have these caches emptied when other orders are loaded."""
    _CACHES.extend(cache for cache in caches if cache not in _CACHES)


_CACHES: list = []
clear_with_data(_model, _tested, _checks, _scores, _uncertainty, _what_if)
clear_with_data(_probability, _months, _spread, _history, _order_history)
