"""What the RFM page needs before a cut point moves, prepared once a session and data set."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.errors import ModelError
from retention.segments.rfm import RfmRules
from retention.segments.rfm_totals import (
    RfmInputs,
    cuts_in_force,
    place_rfm,
    prepare_rfm,
    summarise_rfm,
)
from retention.validation import aligned
from retention.view.session import choices
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded
from retention.view.session.results import scores_for, uncertainty_for


@dataclass(frozen=True, slots=True)
class Basis:
    """Prepared inputs, the scores in the customers' order, and why there are none, if so."""

    inputs: RfmInputs
    scores: pd.DataFrame | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows for one set of rules: the cut points in force, each customer's place in the grid (see
    `place_rfm`), and what groups and cells amount to."""

    rules: RfmRules
    cuts: RfmRules
    places: np.ndarray
    groups: pd.DataFrame
    cells: pd.DataFrame


@kept(max_entries=1, spinner="Preparing the grid…", by_model=True)
def basis_for(data: Loaded) -> Basis:
    """The session's prepared inputs, with scores where the orders carry a model."""
    plan = choices.standard_plan()
    try:
        scores = aligned(scores_for(data, plan), data.customers.index)
        uncertainty = uncertainty_for(data, plan)
    except ModelError as error:
        return Basis(prepare_rfm(data.customers), None, str(error))
    return Basis(prepare_rfm(data.customers, scores, uncertainty), scores, None)


@kept(max_entries=8, by_model=True)
def view_for(data: Loaded, rules: RfmRules) -> View:
    """The grid under these rules."""
    inputs = basis_for(data).inputs
    places = place_rfm(inputs, rules)
    groups, cells = summarise_rfm(inputs, places)
    return View(rules, cuts_in_force(inputs, rules), places, groups, cells)
