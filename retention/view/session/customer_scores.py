"""The customers' scores in the order of the customers, or why there are none."""

from dataclasses import dataclass

import pandas as pd

from retention.errors import ModelError
from retention.models.uncertainty import Uncertainty
from retention.validation import aligned
from retention.view.session.choices import Plan
from retention.view.session.loaded import Loaded
from retention.view.session.results import scores_for, uncertainty_for


@dataclass(frozen=True, slots=True)
class CustomerScores:
    """What the model says of every customer.

    Attributes:
        scores: `predict_cltv`, in the order of the loaded customers; None without a model.
        uncertainty: How far the value is uncertain; None without a model or amounts.
        problem: Why there is no model; None where there is one.
    """

    scores: pd.DataFrame | None
    uncertainty: Uncertainty | None
    problem: str | None


def customer_scores(data: Loaded, plan: Plan) -> CustomerScores:
    """The scores of all customers under a plan, or the problem that stands in their way."""
    try:
        scores = scores_for(data, plan)
        uncertainty = uncertainty_for(data, plan) if data.orders.has_amounts else None
    except ModelError as error:
        return CustomerScores(scores=None, uncertainty=None, problem=str(error))
    return CustomerScores(
        scores=aligned(scores, data.customers.index), uncertainty=uncertainty, problem=None
    )
