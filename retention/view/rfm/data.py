"""What the RFM page needs before a cut point moves, prepared once a session and data set."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.segments.rfm import RfmRules
from retention.segments.rfm_totals import (
    RfmInputs,
    cuts_in_force,
    place_rfm,
    prepare_rfm,
    summarise_rfm,
)
from retention.view.session import choices
from retention.view.session.cache import kept
from retention.view.session.customer_scores import customer_scores
from retention.view.session.loaded import Loaded


@dataclass(frozen=True, slots=True)
class RfmBasis:
    """What the grid is made of, whatever the rules.

    Attributes:
        inputs: The customers, prepared for any cut points.
        scores: Their scores, in the customers' order; None without a model.
        problem: Why there is no model; None where there is one.
    """

    inputs: RfmInputs
    scores: pd.DataFrame | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class RfmView:
    """What the page shows for one set of rules.

    Attributes:
        cuts: The cut points in force.
        places: Each customer's place in the grid, as of `place_rfm`.
        groups: What the groups amount to.
        cells: What the cells amount to.
    """

    cuts: RfmRules
    places: np.ndarray
    groups: pd.DataFrame
    cells: pd.DataFrame


@kept(max_entries=1, spinner="Preparing the grid…", by_plan=True, by_orders_alone=True)
def basis_for(data: Loaded) -> RfmBasis:
    """The session's prepared inputs, with scores where the orders carry a model."""
    scored = customer_scores(data, choices.standard_plan())
    return RfmBasis(
        inputs=prepare_rfm(data.customers, scored.scores, scored.uncertainty),
        scores=scored.scores,
        problem=scored.problem,
    )


@kept(max_entries=8, by_plan=True, by_orders_alone=True)
def view_for(data: Loaded, rules: RfmRules) -> RfmView:
    """The grid under these rules."""
    inputs = basis_for(data).inputs
    places = place_rfm(inputs, rules)
    groups, cells = summarise_rfm(inputs, places)
    return RfmView(cuts=cuts_in_force(inputs, rules), places=places, groups=groups, cells=cells)
