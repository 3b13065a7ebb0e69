"""The session's own segments and the customers they match, for every page that offers them.

The segments survive loading another file. What can be asked about customers is kept for the session
and emptied with its data. A changed condition computes that condition alone.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from retention.errors import ModelError
from retention.own_segments.conditions import matches, unavailable
from retention.own_segments.features import Features, features
from retention.own_segments.library import Library, OwnSegment
from retention.reports.breakdown_history import dimensions_of
from retention.segments.rules import SegmentRules
from retention.segments.stages import assign_codes, label_frame
from retention.view.session import choices
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded
from retention.view.session.people import contacts_for, signals_for
from retention.view.session.results import group_scores_for, model_for
from retention.view.session.segments import basis_for

READY_DAYS = 30
#: Stands before the name of an own segment, so that no two segments share a name.
OWN = "Own: "
_LIBRARY = "own_segments"


def session_library() -> Library:
    """Return the session's own segments, in their order."""
    return st.session_state.get(_LIBRARY, ())


def keep_library(library: Library) -> None:
    """Make these the session's own segments."""
    st.session_state[_LIBRARY] = library


def features_for(data: Loaded) -> Features:
    """Return what can be asked about the customers, by the session's model and thresholds."""
    return _features(data, choices.segment_rules())


def problem_of(data: Loaded, segment: OwnSegment) -> str:
    """Return why these orders cannot answer a segment and what would help; empty if they can."""
    missing = unavailable(segment.rule, features_for(data))
    return missing[0][1] if missing else ""


def segment_mask(data: Loaded, segment: OwnSegment) -> np.ndarray:
    """Return which customers a segment matches, as booleans in the order of `data.customers`.

    Answers are kept, so asking again costs next to nothing.

    Raises:
        DataError: `problem_of` the segment is not empty.
    """
    return matches(segment.rule, features_for(data))


@kept(max_entries=2, spinner="Preparing what can be asked…", by_plan=True, by_signals=True)
def _features(data: Loaded, rules: SegmentRules) -> Features:
    basis = basis_for(data, rules.ready_days)
    try:
        model = model_for(data)
    except ModelError:
        model = None
    return features(
        data.customers,
        basis.scores,
        as_of=data.orders.end,
        labels=label_frame(assign_codes(basis.inputs, rules), data.customers.index),
        signals=signals_for(data),
        contacts=contacts_for(data),
        orders=data.orders,
        model=model,
        no_scores=basis.problem or "",
        group_values={} if model is None or model.spend is None else _group_values(data),
    )


def _group_values(data: Loaded) -> dict[str, Callable[[], np.ndarray]]:
    """The customers' values by the models of groups, for each column that makes groups."""
    plan = choices.standard_plan()

    def values(column: str) -> np.ndarray:
        return group_scores_for(data, plan, column)["cltv"].to_numpy(float)

    columns = [f"first_{name}" for name in dimensions_of(data.orders)]
    return {name: partial(values, name) for name in columns if name in data.customers}
