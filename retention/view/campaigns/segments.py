"""The segments that a campaign can address.

Lifecycle stages, traits, ready-made segments, the marketer's own, and customers chosen one by one.
"""

from __future__ import annotations

import numpy as np

from retention.display import key_text
from retention.errors import DataError
from retention.own_segments.conditions import matches
from retention.own_segments.features import Features
from retention.own_segments.ready_made import ready_made
from retention.own_segments.words import describe
from retention.segments.definitions import definitions_of
from retention.segments.labels import LABELS
from retention.segments.rules import STAGES, TRAITS, SegmentRules
from retention.segments.stages import assign_codes, members
from retention.view.session import fixed_choices, own_segments as own
from retention.view.session.cache import kept
from retention.view.session.choices import segment_rules
from retention.view.session.fixed_choices import CHOSEN
from retention.view.session.loaded import Loaded
from retention.view.session.own_segments import OWN
from retention.view.session.segments import basis_for

EVERYBODY = "All customers"
#: The stages and traits by their names.
_GROUPS = {LABELS[key]: key for key in (*STAGES, *TRAITS)}


def choices(data: Loaded) -> tuple[list[str], dict[str, str]]:
    """The names of the segments that there are, and why each of the others is not."""
    names, missing = _choices(data, key_text(own.session_library()))
    chosen = [CHOSEN + choice.name for choice in fixed_choices.choices_of(data)]
    return [*names, *chosen], missing


@kept(max_entries=4, by_plan=True, by_signals=True)
def _choices(data: Loaded, library: str) -> tuple[list[str], dict[str, str]]:  # noqa: ARG001
    features = own.features_for(data)
    missing: dict[str, str] = {}
    names = [EVERYBODY, *_GROUPS]
    for ready in ready_made(features):
        if ready.name not in names:
            names.append(ready.name)
            missing[ready.name] = ready.missing
    for segment in own.session_library():
        names.append(OWN + segment.name)
        missing[OWN + segment.name] = own.problem_of(data, segment)
    missing |= {LABELS[trait]: features.missing(trait) for trait in TRAITS}
    reasons = {name: reason for name, reason in missing.items() if reason}
    return [name for name in names if name not in reasons], reasons


def with_kind(name: str) -> str:
    """A segment's name, with its kind where it is ready-made.

    Stages and traits have similar names.
    """
    known = name == EVERYBODY or name in _GROUPS or name.startswith((OWN, CHOSEN))
    return name if known else f"{name} · ready-made"


def mask(data: Loaded, names: tuple[str, ...]) -> np.ndarray:
    """Who is in any of the segments, in the order of the customers.

    DataError where a segment does not exist in these orders.
    """
    inside = np.zeros(len(data.customers), dtype=bool)
    for name in names:
        inside |= _customers_of(data, name)
    return inside


def first_of(data: Loaded, names: tuple[str, ...]) -> np.ndarray:
    """The first of the segments that each customer is in; "" for none."""
    first = np.full(len(data.customers), "", dtype=object)
    for name in reversed(names):
        first[_customers_of(data, name)] = name.removeprefix(OWN).removeprefix(CHOSEN)
    return first


def stages(data: Loaded) -> np.ndarray:
    """The lifecycle stage of each customer."""
    codes = _codes(data, segment_rules())
    labels = np.full(len(codes), "", dtype=object)
    for stage in STAGES:
        labels[members(codes, stage)] = LABELS[stage]
    return labels


def groups_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of the stages and traits among the segments."""
    return tuple(_GROUPS[name] for name in names if name in _GROUPS)


def usual_stage(data: Loaded, inside: np.ndarray) -> tuple[str, ...]:
    """The key of the stage that most of these customers are in; empty where nobody is in one.

    A group of the visitor's own gets the strategy that suits most of its customers.
    """
    codes = _codes(data, segment_rules())
    sizes = {stage: int((members(codes, stage) & inside).sum()) for stage in STAGES}
    stage = max(sizes, key=lambda key: sizes[key])
    return (stage,) if sizes[stage] else ()


def _customers_of(data: Loaded, name: str) -> np.ndarray:
    features = own.features_for(data)
    if name == EVERYBODY:
        return np.ones(len(data.customers), dtype=bool)
    if name in _GROUPS:
        return _of_group(data, features, _GROUPS[name])
    if name.startswith(CHOSEN):
        return fixed_choices.chosen_mask(data, name)
    if name.startswith(OWN):
        for segment in own.session_library():
            if segment.name == name.removeprefix(OWN):
                return own.segment_mask(data, segment)
        raise DataError(
            f"There is no own segment {name.removeprefix(OWN)!r}. Load or build it under "
            "“Segments: Mine”."
        )
    for ready in ready_made(features):
        if ready.name == name:
            if ready.missing:
                raise DataError(f"{name}: {ready.missing}")
            return matches(ready.rule, features)
    raise DataError(f"There is no segment {name!r} in these orders. Choose another one.")


def _of_group(data: Loaded, features: Features, key: str) -> np.ndarray:
    if key in TRAITS and features.missing(key):
        raise DataError(f"{LABELS[key]}: {features.missing(key)}")
    return members(_codes(data, segment_rules()), key)


def lapsed(data: Loaded) -> np.ndarray:
    """Who has lapsed, in the order of the customers."""
    return members(_codes(data, segment_rules()), "lapsed")


@kept(max_entries=4, by_plan=True, by_orders_alone=True)
def _codes(data: Loaded, rules: SegmentRules) -> np.ndarray:
    return assign_codes(basis_for(data, rules.ready_days).inputs, rules)


def in_words(data: Loaded, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each segment's name and definition, with the thresholds in force; "" where it has none."""
    rules, features = segment_rules(), own.features_for(data)
    groups = definitions_of(basis_for(data, rules.ready_days).inputs, rules, data.orders.currency)
    known = {LABELS[key]: definition for key, definition in groups.items()}
    known |= {ready.name: ready.about for ready in ready_made(features) if ready.name not in known}
    for segment in own.session_library():
        if not own.problem_of(data, segment):
            known[OWN + segment.name] = describe(segment.rule, features)
    known |= {CHOSEN + choice.name: choice.about for choice in fixed_choices.choices_of(data)}
    return [(name, known.get(name, "")) for name in names]
