"""What the RFM page needs before a cut point moves, prepared once a session and data set."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from retention.errors import ModelError
from retention.segments.inputs import aligned
from retention.segments.rfm import RfmRules
from retention.segments.rfm_totals import (
    RfmInputs,
    cuts_in_force,
    place_rfm,
    prepare_rfm,
    summarise_rfm,
)
from retention.view.session import results as session
from retention.view.session.results import Loaded


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


def basis_for(data: Loaded) -> Basis:
    """The session's prepared inputs, with scores where the orders carry a model."""
    return _basis(_key(data), _data=data)


def view_for(data: Loaded, rules: RfmRules) -> View:
    """The grid under these rules."""
    return _view(_key(data), rules, _basis=basis_for(data))


def _key(data: Loaded) -> str:
    return f"{data.orders.digest} {session.purchase_model()}"


@st.cache_resource(scope="session", max_entries=1, show_spinner="Preparing the grid…")
def _basis(key: str, *, _data: Loaded) -> Basis:
    plan = session.standard_plan()
    try:
        scores = aligned(session.scores_for(_data, plan), _data.customers.index)
        uncertainty = session.uncertainty_for(_data, plan)
    except ModelError as error:
        return Basis(prepare_rfm(_data.customers), None, str(error))
    return Basis(prepare_rfm(_data.customers, scores, uncertainty), scores, None)


@st.cache_resource(scope="session", max_entries=8, show_spinner=False)
def _view(key: str, rules: RfmRules, *, _basis: Basis) -> View:
    inputs = _basis.inputs
    places = place_rfm(inputs, rules)
    groups, cells = summarise_rfm(inputs, places)
    return View(rules, cuts_in_force(inputs, rules), places, groups, cells)


session.clear_with_data(_basis, _view)
