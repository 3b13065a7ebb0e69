"""Conditions on customers, joined by all, any and none: what they are, whom they match, and what each amounts to.

A missing value never satisfies a condition, nor its opposite: who has no rating has neither rated "at least 4" nor "at
most 3", and is not in "none of" these either. Ask for "is unknown" to find those customers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from retention.errors import DataError
from retention.own_segments.catalogue import FEATURES, Feature
from retention.own_segments.features import NO_DAY, Features, day_number
from retention.own_segments.values import BY_KIND, EITHER, checked_value
from retention.segments.inputs import percentile_cutoff

MAX_DEPTH = 6
MAX_CONDITIONS = 100

GROUP_KINDS = {"all": "all of these", "any": "any of these", "not": "none of these"}
"""How the parts of a group are joined."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One question about a customer.

    `feature` is a key of `FEATURES`, `operator` one that `BY_KIND` lists for its kind. `value` is a number (a share is
    a fraction), a pair of numbers or dates for "between", a date, a text, several texts, True or False, a `Bought`, a
    number of days, a percentage for "top", or None for "known" and "unknown".

    Raises DataError, saying what is wrong, where these do not fit together.
    """

    feature: str
    operator: str
    value: object = None

    def __post_init__(self) -> None:
        if self.feature not in FEATURES:
            raise DataError(f"There is no feature {str(self.feature)[:80]!r} to ask about.")
        feature = FEATURES[self.feature]
        if self.operator not in BY_KIND[feature.kind]:
            usual = ", ".join(BY_KIND[feature.kind])
            raise DataError(
                f"'{feature.label}' cannot be asked {str(self.operator)[:80]!r}. It can be: {usual}."
            )
        object.__setattr__(self, "value", checked_value(feature, self.operator, self.value))


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups joined: "all" of `parts`, "any" of them, or "not" (none of them).

    No parts at all are everybody for "all" and "not", and nobody for "any". Raises DataError where groups are nested
    too deep or hold too many conditions.
    """

    kind: str
    parts: tuple[Condition | Group, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in GROUP_KINDS:
            raise DataError(
                f"A group is {', '.join(map(repr, GROUP_KINDS))}, not {str(self.kind)[:80]!r}."
            )
        parts = tuple(self.parts)
        if not all(isinstance(part, Condition | Group) for part in parts):
            raise DataError("A group holds conditions and groups only.")
        object.__setattr__(self, "parts", parts)
        if depth(self) > MAX_DEPTH:
            raise DataError(f"Groups are nested more than {MAX_DEPTH} deep.")
        if sum(1 for _ in conditions_of(self)) > MAX_CONDITIONS:
            raise DataError(f"There are more than {MAX_CONDITIONS} conditions in one segment.")


Rule = Condition | Group


class Totals(NamedTuple):
    """Customers, their revenue so far and their expected value together (NaN without scores)."""

    customers: int
    revenue: float
    expected_value: float


class Count(NamedTuple):
    """What a condition or group amounts to; see `count_each`."""

    path: tuple[int, ...]
    rule: Rule
    totals: Totals | None
    left: int | None
    problem: str


def conditions_of(rule: Rule) -> Iterable[Condition]:
    """Return the conditions of a rule, in order."""
    if isinstance(rule, Condition):
        yield rule
    else:
        for part in rule.parts:
            yield from conditions_of(part)


def depth(rule: Rule) -> int:
    """Return how deep groups are nested: 0 for a condition, 1 for a group of conditions."""
    return 0 if isinstance(rule, Condition) else 1 + max(map(depth, rule.parts), default=0)


def unavailable(rule: Rule, features: Features) -> tuple[tuple[Condition, str], ...]:
    """Return the conditions that cannot be asked of these customers, each with what brings it."""
    found = ((condition, features.missing(condition.feature)) for condition in conditions_of(rule))
    return tuple((condition, reason) for condition, reason in found if reason)


def matches(rule: Rule, features: Features) -> np.ndarray:
    """Return who satisfies a rule, as booleans in the customers' order.

    Raises:
        DataError: These customers lack something that the rule asks about.
    """
    return np.unpackbits(_truth(rule, features).yes, count=len(features)).view(bool)


def totals(rule: Rule, features: Features) -> Totals:
    """Return what the customers of a rule amount to; errors as in `matches`."""

    def add_up() -> Totals:
        yes = _truth(rule, features).yes
        inside = matches(rule, features)
        sums = [
            math.nan if v is None else weighed(v, inside, features)
            for v in (features.revenue, features.value)
        ]
        return Totals(_count(yes), *sums)

    return features.memory.get(("totals", rule), add_up)


def weighed(values: np.ndarray, inside: np.ndarray, features: Features) -> float:
    """Return the sum of `values` over the customers `inside`, in memory that is kept for it."""
    if "mask" not in features.scratch:
        features.scratch["mask"] = np.empty(len(features))
    np.copyto(features.scratch["mask"], inside)
    return float(values @ features.scratch["mask"])


def count_each(rule: Rule, features: Features) -> tuple[Count, ...]:
    """Return what a rule and each part of it amount to, live beside each condition.

    Returns:
        One `Count` for the rule and for each of its parts, a part after its group: `path` (places from the outermost
        group inwards, empty for the rule), `totals` of the part alone, `left`: customers after this part and those
        before it in its group, joined as the group joins them. Where a condition cannot be asked, `problem` says what
        brings it, and `totals` and `left` are None there and where they depend on it.
    """
    return tuple(_each(rule, features, (), None))


def _each(
    rule: Rule, features: Features, path: tuple[int, ...], left: int | None
) -> Iterable[Count]:
    missing = unavailable(rule, features)
    found = None if missing else totals(rule, features)
    if not path:
        left = found and found.customers
    yield Count(path, rule, found, left, missing[0][1] if missing else "")
    if isinstance(rule, Group):
        for place, part in enumerate(rule.parts):
            so_far = Group(rule.kind, rule.parts[: place + 1])
            known = not unavailable(so_far, features)
            yield from _each(
                part,
                features,
                (*path, place),
                _count(_truth(so_far, features).yes) if known else None,
            )


class _Truth(NamedTuple):
    """Who satisfies a rule and who satisfies its opposite, one bit a customer; the unknown do neither."""

    yes: np.ndarray
    no: np.ndarray


def _truth(rule: Rule, features: Features) -> _Truth:
    if isinstance(rule, Condition):
        return features.memory.get(("truth", rule), lambda: _pack(*_answer(rule, features)))
    return features.memory.get(("truth", rule), lambda: _joined(rule, features))


def _joined(group: Group, features: Features) -> _Truth:
    parts = [_truth(part, features) for part in group.parts]
    everybody, nobody = (
        np.packbits(np.ones(len(features), bool)),
        np.packbits(np.zeros(len(features), bool)),
    )
    yes, no = [part.yes for part in parts], [part.no for part in parts]
    if group.kind == "all":
        return _Truth(_and(yes, everybody), _or(no, nobody))
    if group.kind == "any":
        return _Truth(_or(yes, nobody), _and(no, everybody))
    return _Truth(_and(no, everybody), _or(yes, nobody))


def _and(parts: list[np.ndarray], start: np.ndarray) -> np.ndarray:
    for part in parts:
        start = start & part
    return start


def _or(parts: list[np.ndarray], start: np.ndarray) -> np.ndarray:
    for part in parts:
        start = start | part
    return start


def _pack(yes: np.ndarray, known: np.ndarray | None) -> _Truth:
    if known is None:
        return _Truth(np.packbits(yes), np.packbits(~yes))
    return _Truth(np.packbits(yes & known), np.packbits(~yes & known))


def _count(bits: np.ndarray) -> int:
    return int(np.bitwise_count(bits).sum())


def _answer(condition: Condition, features: Features) -> tuple[np.ndarray, np.ndarray | None]:
    """Who says yes, and of whom it is known (None: of everybody)."""
    feature, operator, value = FEATURES[condition.feature], condition.operator, condition.value
    if reason := features.missing(feature.key):
        raise DataError(f"'{feature.label}' cannot be asked of these customers. {reason}")
    if feature.kind == "products":
        found = features.purchases.bought(feature.key, value.values, value.days)
        return found if operator == "bought" else ~found, features.purchases.named(feature.key)
    column = features.column(feature.key)
    values = column.values
    known = _known(feature, values)
    if operator in EITHER:
        here = np.ones(len(values), bool) if known is None else known
        return (here if operator == "known" else ~here), None
    if feature.kind == "category":
        wanted = {value} if isinstance(value, str) else set(value)
        inside = np.array([name in wanted for name in column.names] + [False])[values]
        return inside if operator in ("is", "one_of") else ~inside, known
    if feature.kind == "flag":
        return values == int(value), known
    if feature.kind == "date":
        return _date_answer(operator, value, values, day_number(features.as_of)), known
    if operator == "top":
        value, operator = (
            percentile_cutoff(features.ascending(feature.key), 100 - value),
            "at_least",
        )
    if operator == "at_least":
        return values >= value, known
    if operator == "at_most":
        return values <= value, known
    if operator == "between":
        return (values >= value[0]) & (values <= value[1]), known
    return values == value, known


def _date_answer(operator: str, value: object, days: np.ndarray, today: int) -> np.ndarray:
    if operator == "within":
        return (days >= today - value) & (days <= today)
    if operator == "ago":
        return days < today - value
    if operator == "ahead":
        return (days > today) & (days <= today + value)
    if operator == "before":
        return days < day_number(value)
    if operator == "after":
        return days > day_number(value)
    return (days >= day_number(value[0])) & (days <= day_number(value[1]))


def _known(feature: Feature, values: np.ndarray) -> np.ndarray | None:
    if values.dtype.kind == "f":
        known = ~np.isnan(values)
    elif feature.kind == "date":
        known = values != NO_DAY
    elif feature.kind in ("category", "flag"):
        known = values >= 0
    else:
        return None
    return None if known.all() else known
