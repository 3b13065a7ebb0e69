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

from retention.cltv import CltvModel, expected_by_month, fit_cltv, predict_cltv, purchase_probability
from retention.customers import summarise_customers
from retention.orders import Orders
from retention.samples import SAMPLES, sample_orders
from retention.value import concentration, revenue_history, top_shares, value_histogram

_KEY, _ADDRESS = "loaded_orders", "kept_address"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a page works on: the orders' display name, the orders, and one row per customer."""

    name: str
    orders: Orders
    customers: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Plan:
    """What a forecast assumes: days ahead, the yearly discount rate and the margin as fractions, the purchase model.

    Part of the caches' keys, field by field.
    """

    horizon_days: int = 365
    annual_discount_rate: float = 0.10
    margin: float = 1.0
    purchase_model: str = "bg_nbd"

    def terms(self) -> dict[str, float]:
        """The fields that turn a fitted model into money, by name."""
        return {
            "horizon_days": self.horizon_days,
            "annual_discount_rate": self.annual_discount_rate,
            "margin": self.margin,
        }


STANDARD = Plan()
"""What a page assumes that lets nobody choose."""


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


def put(name: str, orders: Orders, progress: Callable[[str], None] = lambda step: None) -> Loaded:
    """Make `orders` the session's data; RetentionError leaves what was loaded before in place.

    `progress` is told each step in words.
    """
    progress("Summing up customers")
    fresh = Loaded(name, orders, summarise_customers(orders))
    previous = get()
    st.session_state[_KEY] = fresh
    if previous is not None and previous.orders.digest != orders.digest:
        for cache in (_model, _scores, _probability, _months, _spread, _history):
            cache.clear()
    return fresh


def put_sample(name: str, progress: Callable[[str], None] = lambda step: None) -> Loaded:
    """Load one of the data sets that come with the app: "store" or "cdnow"."""
    progress("Making the orders" if name == "store" else "Reading the orders")
    return put(SAMPLES[name].label, sample_orders(name), progress)


def model_for(loaded: Loaded, purchase_model: str = STANDARD.purchase_model) -> CltvModel:
    """The fitted model; ModelError where the data does not carry one."""
    return _model(loaded.orders.digest, purchase_model, _customers=loaded.customers)


def scores_for(loaded: Loaded, plan: Plan = STANDARD) -> pd.DataFrame:
    """`predict_cltv` for every customer; ModelError as `model_for`."""
    return _scores(loaded.orders.digest, plan, _loaded=loaded)


def probability_for(loaded: Loaded, days: int, purchase_model: str = STANDARD.purchase_model) -> pd.Series:
    """Each customer's probability of at least one order within `days` days; ModelError as `model_for`."""
    return _probability(loaded.orders.digest, purchase_model, int(days), _loaded=loaded)


def spread_for(loaded: Loaded, plan: Plan = STANDARD) -> Spread:
    """How the value spreads over customers; ModelError as `model_for`."""
    return _spread(loaded.orders.digest, plan, _loaded=loaded)


def history_for(loaded: Loaded, months: int = 24) -> pd.DataFrame:
    """`revenue_history` of the orders."""
    return _history(loaded.orders.digest, int(months), _orders=loaded.orders)


def months_for(loaded: Loaded, plan: Plan = STANDARD) -> pd.DataFrame:
    """`expected_by_month` of the whole base; ModelError as `model_for`."""
    return _months(loaded.orders.digest, plan, _loaded=loaded)


@st.cache_resource(scope="session", max_entries=4, show_spinner="Fitting the model…")
def _model(digest: str, purchase_model: str, *, _customers: pd.DataFrame) -> CltvModel:
    return fit_cltv(_customers, purchase_model=purchase_model)


@st.cache_resource(scope="session", max_entries=3, show_spinner="Scoring customers…")
def _scores(digest: str, plan: Plan, *, _loaded: Loaded) -> pd.DataFrame:
    return predict_cltv(model_for(_loaded, plan.purchase_model), _loaded.customers, **plan.terms())


@st.cache_resource(scope="session", max_entries=12, show_spinner=False)
def _probability(digest: str, purchase_model: str, days: int, *, _loaded: Loaded) -> pd.Series:
    return purchase_probability(model_for(_loaded, purchase_model), _loaded.customers, days)


@st.cache_resource(scope="session", max_entries=12, show_spinner=False)
def _months(digest: str, plan: Plan, *, _loaded: Loaded) -> pd.DataFrame:
    return expected_by_month(model_for(_loaded, plan.purchase_model), _loaded.customers, **plan.terms())


@st.cache_resource(scope="session", max_entries=12, show_spinner=False)
def _spread(digest: str, plan: Plan, *, _loaded: Loaded) -> Spread:
    scores = scores_for(_loaded, plan)
    worth = scores["cltv"].to_numpy()
    return Spread(value_histogram(_loaded.customers, scores), concentration(worth), top_shares(worth))


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _history(digest: str, months: int, *, _orders: Orders) -> pd.DataFrame:
    return revenue_history(_orders, months)
