"""Customers prepared for thresholds, once a session and data set."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from retention.segments.inputs import ORDERS_CAP, SegmentInputs, prepare_segments, with_probability
from retention.segments.presets import FittedRules, fitted_rules
from retention.segments.rules import STAGES, SegmentRules
from retention.segments.totals import place_segments, summarise_segments
from retention.view.session import choices
from retention.view.session.cache import kept
from retention.view.session.customer_scores import customer_scores
from retention.view.session.loaded import Loaded
from retention.view.session.results import probability_for

#: Days ahead that the expected value of the segments looks.
HORIZON_DAYS = 365
#: Days within which a customer is “ready to buy”: the choices, and the one at first.
READY_DAYS, FIRST_READY_DAYS = (7, 14, 30, 60, 90, 180), 30


@dataclass(frozen=True, slots=True)
class Basis:
    """Customers prepared for thresholds.

    Attributes:
        inputs: Arrays that sliders cut, in the order of the customers.
        scores: As `predict_cltv` returns, in the order of the customers; None without a model.
        classes: Number of customers by orders (capped) and days since the last order.
        problem: Why there is no model; None where there is one.
        opens_on: The stage to show first.
    """

    inputs: SegmentInputs
    scores: pd.DataFrame | None
    classes: np.ndarray
    problem: str | None
    opens_on: str


@kept(max_entries=2, spinner="Preparing segments…", by_plan=True, by_orders_alone=True)
def basis_for(data: Loaded, ready_days: int) -> Basis:
    """Return the prepared customers, with the probability to order within `ready_days` days."""
    basis = _first_basis(data)
    if basis.problem or ready_days == basis.inputs.ready_days:
        return basis
    probability = probability_for(data, ready_days).to_numpy()
    return replace(basis, inputs=with_probability(basis.inputs, probability, ready_days))


@kept(max_entries=1, spinner="Measuring reorder times…", by_orders_alone=True)
def fitted_for(data: Loaded) -> FittedRules:
    """Return thresholds fitted to the store's own reorder times."""
    return fitted_rules(data.orders)


@kept(max_entries=1, by_plan=True, by_orders_alone=True)
def _first_basis(data: Loaded) -> Basis:
    scored = customer_scores(data, choices.standard_plan(HORIZON_DAYS))
    inputs = prepare_segments(data.customers, scored.scores, FIRST_READY_DAYS, scored.uncertainty)
    classes = np.zeros((ORDERS_CAP + 1) * inputs.span, dtype=np.int64)
    classes[inputs.places] = inputs.place_counts
    return Basis(
        inputs=inputs,
        scores=scored.scores,
        classes=classes.reshape(ORDERS_CAP + 1, inputs.span),
        problem=scored.problem,
        opens_on=_opens_on(inputs),
    )


def _opens_on(inputs: SegmentInputs) -> str:
    """The stage to show first: at risk, where something can be done.

    Where nobody is at risk, it is the larger of the other two to win back, and then the largest.
    """
    customers = summarise_segments(inputs, place_segments(inputs, SegmentRules()))["customers"]
    for stages in (["at_risk"], ["first_time", "lapsed"], list(STAGES)):
        if customers[stages].any():
            return max(stages, key=customers.__getitem__)
    return "at_risk"
