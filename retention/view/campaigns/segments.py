"""The segments that a campaign can address: lifecycle stages, traits, ready-made ones and the marketer's own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.own_segments.conditions import matches
from retention.own_segments.features import Features
from retention.own_segments.ready_made import ready_made
from retention.own_segments.words import describe
from retention.segments.definitions import definitions_of
from retention.segments.rules import STAGES, TRAITS, SegmentRules
from retention.segments.stages import assign_codes, members
from retention.view.session import own_segments as own
from retention.view.session.cache import kept
from retention.view.session.choices import segment_rules
from retention.view.session.loaded import Loaded
from retention.view.session.own_segments import OWN
from retention.view.session.segments import basis_for
from retention.view.text import LABELS

EVERYBODY = "All customers"


def choices(data: Loaded) -> tuple[list[str], dict[str, str]]:
    """The names of the segments that there are, and why each of the others is not."""
    return _choices(data, repr(own.session_library()))


@kept(max_entries=4, by_model=True)
def _choices(data: Loaded, library: str) -> tuple[list[str], dict[str, str]]:
    features = own.features_for(data)
    found = [EVERYBODY, *(LABELS[key] for key in (*STAGES, *TRAITS))]
    off = {}
    for one in ready_made(features):
        if one.name in found:
            continue
        if one.missing:
            off[one.name] = one.missing
        else:
            found.append(one.name)
    for segment in own.session_library():
        if problem := own.problem_of(data, segment):
            off[OWN + segment.name] = problem
        else:
            found.append(OWN + segment.name)
    groups = {LABELS[key]: features.missing(key) for key in TRAITS if features.missing(key)}
    return [name for name in found if name not in groups], off | groups


def with_kind(name: str) -> str:
    """A segment's name, with its kind where it is ready-made: stages and traits have much the same names."""
    known = {EVERYBODY, *(LABELS[key] for key in (*STAGES, *TRAITS))}
    return name if name in known or name.startswith(OWN) else f"{name} · ready-made"


def mask(data: Loaded, names: tuple[str, ...]) -> np.ndarray:
    """Who is in any of the segments, in the order of the customers; DataError where one does not exist here."""
    inside = np.zeros(len(data.customers), dtype=bool)
    for name in names:
        inside |= _one(data, name)
    return inside


def first_of(data: Loaded, names: tuple[str, ...]) -> np.ndarray:
    """The first of the segments that each customer is in, in the order of the customers; "" for none."""
    found = np.full(len(data.customers), "", dtype=object)
    for name in reversed(names):
        found[_one(data, name)] = name.removeprefix(OWN)
    return found


def stages(data: Loaded) -> np.ndarray:
    """The lifecycle stage of each customer, in the order of the customers."""
    codes = _codes(data, segment_rules())
    found = np.full(len(codes), "", dtype=object)
    for stage in STAGES:
        found[members(codes, stage)] = LABELS[stage]
    return found


def suits(names: tuple[str, ...]) -> tuple[str, ...]:
    """The stages and traits among the segments, as the playbook's strategies name them."""
    keys = {label: key for key, label in LABELS.items()}
    return tuple(keys[name] for name in names if name in keys)


def _one(data: Loaded, name: str) -> np.ndarray:
    features = own.features_for(data)
    if name == EVERYBODY:
        return np.ones(len(data.customers), dtype=bool)
    for key in (*STAGES, *TRAITS):
        if name == LABELS[key]:
            return _of_group(data, features, key)
    if name.startswith(OWN):
        for segment in own.session_library():
            if segment.name == name.removeprefix(OWN):
                return own.segment_mask(data, segment)
        raise DataError(
            f"There is no own segment {name.removeprefix(OWN)!r}. Load or build it under “Own segments”."
        )
    for one in ready_made(features):
        if one.name == name:
            if one.missing:
                raise DataError(f"{name}: {one.missing}")
            return matches(one.rule, features)
    raise DataError(f"There is no segment {name!r} in these orders. Choose another one.")


def _of_group(data: Loaded, features: Features, key: str) -> np.ndarray:
    if key in TRAITS and features.missing(key):
        raise DataError(f"{LABELS[key]}: {features.missing(key)}")
    return members(_codes(data, segment_rules()), key)


def lapsed_share(data: Loaded, inside: np.ndarray) -> float:
    """The share of the customers inside who have lapsed."""
    lapsed = members(_codes(data, segment_rules()), "lapsed")
    return float(lapsed[inside].mean()) if inside.any() else 0.0


@kept(max_entries=4, by_model=True)
def _codes(data: Loaded, rules: SegmentRules) -> np.ndarray:
    return assign_codes(basis_for(data, rules.ready_days).inputs, rules)


def in_words(data: Loaded, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each segment's name and whom it finds, with the thresholds in force; empty words where it cannot be had."""
    rules, features = segment_rules(), own.features_for(data)
    groups = definitions_of(basis_for(data, rules.ready_days).inputs, rules, data.orders.currency)
    known = {LABELS[key]: said for key, said in groups.items()}
    known |= {one.name: one.about for one in ready_made(features) if one.name not in known}
    for segment in own.session_library():
        if not own.problem_of(data, segment):
            known[OWN + segment.name] = describe(segment.rule, features)
    return [(name, known.get(name, "")) for name in names]


def order_value(customers: pd.DataFrame, inside: np.ndarray) -> float:
    """The average order value of the customers inside, of all where nobody is."""
    chosen = inside if inside.any() else np.ones(len(customers), dtype=bool)
    orders = customers["orders"].to_numpy()[chosen].sum()
    return float(customers["revenue"].to_numpy()[chosen].sum() / max(orders, 1))
