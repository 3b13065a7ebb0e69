"""Everything that the page says about one customer, gathered from what the session keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from retention.campaigns.one_customer.next_step import NextStep, next_step
from retention.charts.customer_life import CustomerLife
from retention.customers.search import search_texts
from retention.customers.timeline import customer_orders, own_waits
from retention.errors import ModelError
from retention.models.model import CltvModel
from retention.models.next_order import NextOrder, next_order
from retention.segments.lifecycle import stage_path, stages_ahead
from retention.segments.rfm import rfm
from retention.segments.rules import STAGES, TRAITS, SegmentRules
from retention.segments.stages import assign_codes
from retention.view.customer import words
from retention.view.customer.habit import Habit, own_habit
from retention.view.session import own_segments as own
from retention.view.session.cache import kept
from retention.view.session.choices import segment_rules, standard_plan
from retention.view.session.loaded import Loaded
from retention.view.session.people import contacts_for, signals_for
from retention.view.session.reorders import kinds_of, reorders_for
from retention.view.session.results import model_for, scores_for
from retention.view.session.segments import basis_for

#: Days of the probability to order soon.
SOON_DAYS = 30


@dataclass(frozen=True, slots=True)
class History:
    """A customer's purchases as the model sees them.

    Attributes:
        frequency: Repeat purchase days.
        recency: Days from the first to the last purchase.
        age: Days from the first purchase to the end of the orders.
    """

    frequency: int
    recency: float
    age: float

    @property
    def silence(self) -> float:
        """Days since the last purchase."""
        return self.age - self.recency


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What is known of one customer. It is personal.

    Attributes:
        customer_id: As in the orders.
        name: First and last name, or the id where there is none.
        end: The last day of the orders, from which all days count.
        currency: Of the amounts.
        has_amounts: Whether the orders have amounts.
        summary: The customer's row of `summarise_customers`.
        history: The purchases as the model sees them.
        orders: As `customer_orders` returns.
        waits: Days between the purchase days.
        contact: Contact details that are known.
        signals: The customer's row of `signals`.
        best_rating: The best score of the store's reviews.
        stage: The lifecycle stage.
        traits: The traits.
        path: As `stage_path` returns.
        ahead: As `stages_ahead` returns.
        scores: The customer's row of `predict_cltv`; None without a model.
        due: When the model expects the next order; None without a model.
        habit: When the customer usually orders, by the own intervals; None where none is known.
        by_companion: Whether the other purchase model answers for being active.
        problem: Why there is no model; empty where there is one.
        rfm_group: The group of the RFM grid.
        rfm_scores: The scores, such as "5-4-3".
        own_segments: Names of the own segments that hold the customer.
        campaigns: The role in each kept campaign that the customer is concerned by, by its name.
        step: What to do now.
    """

    customer_id: str
    name: str
    end: date
    currency: str | None
    has_amounts: bool
    summary: Mapping[str, Any]
    history: History
    orders: pd.DataFrame
    waits: tuple[int, ...]
    contact: Mapping[str, str]
    signals: Mapping[str, Any]
    best_rating: float
    stage: str
    traits: tuple[str, ...]
    path: pd.DataFrame
    ahead: pd.DataFrame
    scores: Mapping[str, Any] | None
    due: NextOrder | None
    habit: Habit | None
    by_companion: bool
    problem: str
    rfm_group: str
    rfm_scores: str
    own_segments: tuple[str, ...]
    campaigns: Mapping[str, str]
    step: NextStep

    @property
    def life(self) -> CustomerLife:
        """What the chart of the life shows."""
        return CustomerLife(
            orders=self.orders,
            stage=self.stage,
            path=self.path,
            ahead=self.ahead,
            end=self.end,
            currency=self.currency,
            has_amounts=self.has_amounts,
        )


def customer_of(data: Loaded, customer_id: str, campaigns: Mapping[str, str]) -> Customer:
    """Return everything about one customer.

    Args:
        data: The session's data.
        customer_id: One of the customers of the orders.
        campaigns: The customer's role in each kept campaign, by its name.
    """
    row, rules = position_of(data, customer_id), segment_rules()
    summary = _values(data.customers, row)
    history = History(
        frequency=int(summary["frequency"]),
        recency=float(summary["recency"]),
        age=float(summary["T"]),
    )
    code = int(_codes(data, rules)[row])
    stage = STAGES[code & 7]
    traits = tuple(trait for n, trait in enumerate(TRAITS) if code >> (3 + n) & 1)
    model, problem = model_or_problem(data)
    all_scores = all_scores_of(data)
    orders = orders_of(data, customer_id)
    contact, signals = _row(contacts_for(data), row), _row(signals_for(data), row)
    path = stage_path(orders["ordered_at"], data.orders.end, rules, is_vip=stage == "vip")
    ahead = stages_ahead(int(summary["orders"]), int(history.silence), data.orders.end, rules)
    best_rating = _best_rating(data)
    waits = own_waits(orders)
    why = words.stage_reason(stage, int(summary["orders"]), history.silence, waits, path)
    group, scores = _rfm_of(data, row)
    return Customer(
        customer_id=customer_id,
        name=words.full_name(contact) or customer_id,
        end=data.orders.end,
        currency=data.orders.currency,
        has_amounts=data.orders.has_amounts,
        summary=summary,
        history=history,
        orders=orders,
        waits=waits,
        contact=contact,
        signals=signals,
        best_rating=best_rating,
        stage=stage,
        traits=traits,
        path=path,
        ahead=ahead,
        scores=None if all_scores is None else _values(all_scores, row),
        due=None
        if model is None
        else next_order(model, history.frequency, history.recency, history.age, days=SOON_DAYS),
        habit=own_habit(
            _reorders_of(data, customer_id),
            waits,
            orders["ordered_at"].max().date(),
            data.orders.end,
        ),
        by_companion=model is not None
        and history.frequency == 0
        and model.purchase_model == "bg_nbd",
        problem=problem,
        rfm_group=group,
        rfm_scores=scores,
        own_segments=_own_segments_of(data, row),
        campaigns=campaigns,
        step=next_step(
            stage,
            why,
            signals=signals,
            traits=traits,
            consent=contact.get("consent"),
            best_rating=best_rating,
            as_of=data.orders.end,
            refunded_on=_refunded_on(orders),
            order_value=float(summary["average_order_value"]) if data.orders.has_amounts else 0.0,
            currency=data.orders.currency,
        ),
    )


def position_of(data: Loaded, customer_id: str) -> int:
    """Return the position of a customer among the session's customers."""
    return int(data.customers.index.get_indexer(pd.Index([customer_id]))[0])


@kept(max_entries=3, by_model=True, by_orders_alone=True)
def model_or_problem(data: Loaded) -> tuple[CltvModel | None, str]:
    """Return the model, or None and why there is none. The reason may take as long to find."""
    try:
        return model_for(data), ""
    except ModelError as error:
        return None, str(error)


def all_scores_of(data: Loaded) -> pd.DataFrame | None:
    """Return the scores of all customers over 12 months; None without a model."""
    model, _ = model_or_problem(data)
    return None if model is None else scores_for(data, standard_plan())


@kept(max_entries=60, by_orders_alone=True)
def orders_of(data: Loaded, customer_id: str) -> pd.DataFrame:
    """Return `customer_orders` of one customer."""
    return customer_orders(data.orders, customer_id)


@kept(max_entries=1)
def texts_for(data: Loaded) -> pd.Series:
    """Return what the search looks through."""
    return search_texts(data.customers.index, contacts_for(data))


@kept(max_entries=3, by_plan=True, by_orders_alone=True)
def _codes(data: Loaded, rules: SegmentRules) -> np.ndarray:
    return assign_codes(basis_for(data, rules.ready_days).inputs, rules)


@kept(max_entries=1, by_orders_alone=True)
def _rfm(data: Loaded) -> pd.DataFrame:
    return rfm(data.customers)


@kept(max_entries=1, by_signals=True)
def _best_rating(data: Loaded) -> float:
    signals = signals_for(data)
    best = signals["last_rating"].max() if "last_rating" in signals else np.nan
    return 5.0 if pd.isna(best) else float(best)


def _rfm_of(data: Loaded, row: int) -> tuple[str, str]:
    scores = _rfm(data).iloc[row]
    names = ("recency_score", "frequency_score", "monetary_score")
    return str(scores["group"]), "-".join(str(scores[name]) for name in names if name in scores)


def _refunded_on(orders: pd.DataFrame) -> date | None:
    """The day of the last order, if all of it was refunded."""
    last = orders.sort_values("ordered_at", kind="stable").iloc[-1]
    if "refunded" not in orders or not last["refunded"] > 0 or last["revenue"] > 0:
        return None
    day: date = last["ordered_at"].date()
    return day


def _reorders_of(data: Loaded, customer_id: str) -> pd.DataFrame:
    """The customer's rows of `reorders_due`, none where the orders name no products."""
    if "product" not in kinds_of(data.orders):
        return pd.DataFrame(columns=["product", "interval", "due", "basis"])
    reorders = reorders_for(data, "product")
    return reorders[reorders["customer_id"] == customer_id]


def _own_segments_of(data: Loaded, row: int) -> tuple[str, ...]:
    library = own.session_library()
    return tuple(
        segment.name
        for segment in library
        if not own.problem_of(data, segment) and own.segment_mask(data, segment)[row]
    )


def _row(frame: pd.DataFrame, row: int) -> dict[str, Any]:
    """The known values of a row; consent and subscription as true or false."""
    known: dict[str, Any] = {}
    for name, value in _values(frame, row).items():
        if isinstance(value, tuple) or not pd.isna(value):
            known[name] = bool(value) if isinstance(value, np.bool_) else value
    return known


def _values(frame: pd.DataFrame, row: int) -> dict[str, Any]:
    return {str(name): value for name, value in frame.iloc[row].to_dict().items()}
