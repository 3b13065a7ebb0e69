"""Customers prepared for thresholds, once a session and data set."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from retention import wording
from retention.errors import ModelError
from retention.segments.inputs import ORDERS_CAP
from retention.segments.presets import FittedRules, fitted_rules
from retention.segments.rules import SegmentRules, describe_rules
from retention.segments.stages import (
    STAGES,
    SegmentInputs,
    place_segments,
    prepare_segments,
    summarise_segments,
    unavailable,
    value_cutoffs,
    with_probability,
)
from retention.validation import aligned
from retention.view.session import choices
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded
from retention.view.session.results import probability_for, scores_for, uncertainty_for

HORIZON_DAYS = 365


READY_DAYS = (7, 14, 30, 60, 90, 180)


@dataclass(frozen=True, slots=True)
class Basis:
    """Prepared inputs and the scores in the customers' order; `problem` says why there are none, if so.

    `classes` counts customers by orders (capped) and days since the last order; `opens_on` is the stage to
    show first.
    """

    inputs: SegmentInputs
    scores: pd.DataFrame | None
    classes: np.ndarray
    problem: str | None
    opens_on: str


@kept(max_entries=3, spinner="Preparing segments…", by_model=True)
def basis_for(data: Loaded, ready_days: int) -> Basis:
    """The session's prepared inputs with the probability to buy within `ready_days` days."""
    first = _first_basis(data)
    if first.problem or ready_days == first.inputs.ready_days:
        return first
    probability = probability_for(data, ready_days).to_numpy()
    return replace(first, inputs=with_probability(first.inputs, probability, ready_days))


@kept(max_entries=1, spinner="Measuring reorder times…")
def fitted_for(data: Loaded) -> FittedRules:
    """Thresholds fitted to the store's own reorder times."""
    return fitted_rules(data.orders)


@kept(max_entries=1, by_model=True)
def _first_basis(data: Loaded) -> Basis:
    problem, scores, uncertainty = None, None, None
    plan = choices.standard_plan(HORIZON_DAYS)
    try:
        scores = aligned(scores_for(data, plan), data.customers.index)
        uncertainty = uncertainty_for(data, plan)
    except ModelError as error:
        problem = str(error)
    inputs = prepare_segments(data.customers, scores, 30, uncertainty)
    classes = np.zeros((ORDERS_CAP + 1) * inputs.span, dtype=np.int64)
    classes[inputs.places] = inputs.place_counts
    return Basis(
        inputs, scores, classes.reshape(ORDERS_CAP + 1, inputs.span), problem, _opens_on(inputs)
    )


def _opens_on(inputs: SegmentInputs) -> str:
    """At risk, where something can be done; where nobody is, the larger of the other two to win back, then
    any."""
    customers = summarise_segments(inputs, place_segments(inputs, SegmentRules()))["customers"]
    for stages in (["at_risk"], ["first_time", "lapsed"], list(STAGES)):
        if customers[stages].any():
            return customers[stages].idxmax()
    return "at_risk"


def definitions_of(
    inputs: SegmentInputs, rules: SegmentRules, currency: str | None
) -> dict[str, str]:
    """Each group's definition with the numbers in force, or why it is empty on this data."""
    return describe_rules(
        rules, currency, value_cutoffs(inputs, rules), wording.money
    ) | unavailable(inputs)
