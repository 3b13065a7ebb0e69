"""Conditions on customers, joined by all, any and none.

Here are the records, which customers they match, and what each part of a rule amounts to.

A missing value satisfies neither a condition nor its opposite. A customer without a rating has
neither rated "at least 4" nor "at most 3", and is not in "none of" these either. Ask for
"is unknown" to find those customers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from retention.display import displayed
from retention.errors import DataError
from retention.own_segments.catalogue import FEATURES, Feature
from retention.own_segments.features import NO_DAY, Column, Features, day_number
from retention.own_segments.reorders import Listed
from retention.own_segments.values import BY_KIND, EITHER, Bought, Operator, checked_value
from retention.segments.inputs import percentile_cutoff

MAX_DEPTH = 6
MAX_CONDITIONS = 100

GroupKind = Literal["all", "any", "not"]
GROUP_KINDS: dict[GroupKind, str] = {
    "all": "all of these",
    "any": "any of these",
    "not": "none of these",
}
"""How the parts of a group are joined."""


@displayed
@dataclass(frozen=True, slots=True)
class Condition:
    """One question about a customer.

    Attributes:
        feature: A key of `FEATURES`.
        operator: One that `BY_KIND` lists for the feature's kind.
        value: As the operator and the kind ask. A share is a fraction.

            - a number, a number of days, a date, a text or several texts (also of a list);
            - a pair of numbers or dates for "between";
            - a percentage for "top";
            - True or False;
            - a `Bought`;
            - None for "known" and "unknown".

    Raises:
        DataError: These do not fit together; the message says what is wrong.
    """

    feature: str
    operator: Operator
    value: Any = None

    def __post_init__(self) -> None:
        if self.feature not in FEATURES:
            raise DataError(f"There is no feature {str(self.feature)[:80]!r} to ask about.")
        feature = FEATURES[self.feature]
        if self.operator not in BY_KIND[feature.kind]:
            usual = ", ".join(BY_KIND[feature.kind])
            raise DataError(
                f"'{feature.label}' cannot be asked {str(self.operator)[:80]!r}. "
                f"It can be: {usual}."
            )
        object.__setattr__(self, "value", checked_value(feature, self.operator, self.value))


@displayed
@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups joined.

    Without parts, "all" and "not" match everybody, and "any" matches nobody.

    Attributes:
        kind: "all" of the parts, "any" of them, or "not" (none of them).
        parts: Conditions and groups, in order.

    Raises:
        DataError: Groups are nested too deep or hold too many conditions.
    """

    kind: GroupKind
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
    """What customers amount to together.

    Attributes:
        customers: How many there are.
        revenue: Their revenue so far, in money.
        expected_value: The sum of their expected values, in money; NaN without scores.
    """

    customers: int
    revenue: float
    expected_value: float


class Count(NamedTuple):
    """What a condition or group amounts to; see `count_each`.

    Attributes:
        path: Places from the outermost group inwards; empty for the whole rule.
        rule: The condition or group.
        totals: Of this part alone; None where it cannot be asked.
        left: Customers after this part and those before it in its group, joined as the group joins
            them; None where that cannot be asked.
        problem: What brings a missing feature; empty where every condition can be asked.
    """

    path: tuple[int, ...]
    rule: Rule
    totals: Totals | None
    left: int | None
    problem: str


def conditions_of(rule: Rule) -> Iterable[Condition]:
    """Return the conditions of a rule, in order.

    Args:
        rule: A condition or a group.

    Returns:
        The conditions, those of nested groups included.
    """
    if isinstance(rule, Condition):
        yield rule
    else:
        for part in rule.parts:
            yield from conditions_of(part)


def depth(rule: Rule) -> int:
    """Return how deep groups are nested.

    Args:
        rule: A condition or a group.

    Returns:
        0 for a condition, 1 for a group of conditions.
    """
    return 0 if isinstance(rule, Condition) else 1 + max(map(depth, rule.parts), default=0)


def unavailable(rule: Rule, features: Features) -> tuple[tuple[Condition, str], ...]:
    """Return the conditions that cannot be asked of these customers.

    Args:
        rule: A condition or a group.
        features: What is known of the customers.

    Returns:
        Each such condition, and a sentence on what brings it.
    """
    reasons = (
        (condition, features.missing(condition.feature)) for condition in conditions_of(rule)
    )
    return tuple((condition, reason) for condition, reason in reasons if reason)


def matches(rule: Rule, features: Features) -> np.ndarray:
    """Return which customers satisfy a rule.

    Args:
        rule: A condition or a group.
        features: What is known of the customers.

    Returns:
        True or False for each customer, in the customers' order.

    Raises:
        DataError: These customers lack something that the rule asks about.
    """
    return np.unpackbits(_truth(rule, features).yes, count=len(features)).view(bool)


def groups_asked(rule: Rule, features: Features) -> str:
    """Return the feature whose groups' own models say what the customers of a rule are worth.

    Args:
        rule: A condition or a group.
        features: What is known of the customers.

    Returns:
        The only such feature that the rule asks about; empty where there is none, or several. Also
        empty where the rule asks about the expected value, which is the store's model's.
    """
    asked = {condition.feature for condition in conditions_of(rule)}
    groups = asked & set(features.group_values)
    return groups.pop() if len(groups) == 1 and "expected_value" not in asked else ""


def expected_values(by: str, features: Features) -> np.ndarray | None:
    """Return every customer's expected value.

    Args:
        by: From `groups_asked`.
        features: What is known of the customers.

    Returns:
        Money, one element a customer; None without scores or amounts.
    """
    if features.value is None or not by:
        return features.value
    values: np.ndarray = features.memory.get(("group values", by), features.group_values[by])
    return values


def totals(rule: Rule, features: Features, by: str | None = None) -> Totals:
    """Return what the customers of a rule amount to.

    Args:
        rule: A condition or a group.
        features: What is known of the customers.
        by: From `groups_asked` of the whole that the rule is a part of; of the rule if None.

    Returns:
        The totals, kept for the next call.

    Raises:
        DataError: These customers lack something that the rule asks about.
    """
    by = groups_asked(rule, features) if by is None else by

    def add_up() -> Totals:
        yes = _truth(rule, features).yes
        inside, value = matches(rule, features), expected_values(by, features)
        return Totals(
            customers=_count(yes),
            revenue=weighed(features.revenue, inside, features),
            expected_value=math.nan if value is None else weighed(value, inside, features),
        )

    return features.memory.get(("totals", rule, by), add_up)


def weighed(values: np.ndarray, inside: np.ndarray, features: Features) -> float:
    """Return the sum of values over some customers, in memory that is kept for it.

    Args:
        values: One element a customer.
        inside: True or False for each customer.
        features: What is known of the customers.

    Returns:
        The sum.
    """
    if "mask" not in features.scratch:
        features.scratch["mask"] = np.empty(len(features))
    np.copyto(features.scratch["mask"], inside)
    return float(values @ features.scratch["mask"])


def count_each(rule: Rule, features: Features) -> tuple[Count, ...]:
    """Return what a rule and each part of it amount to.

    Args:
        rule: A condition or a group.
        features: What is known of the customers.

    Returns:
        One `Count` for the rule and for each of its parts, a part after its group. Where a
        condition cannot be asked, `problem` says what brings it. `totals` and `left` are None there
        and where they depend on it.
    """
    return tuple(_each(rule, features, (), None, groups_asked(rule, features)))


def _each(
    rule: Rule, features: Features, path: tuple[int, ...], left: int | None, by: str
) -> Iterable[Count]:
    missing = unavailable(rule, features)
    # Parts are worth what the whole is worth by, so that no part seems to be less than the whole.
    amounts = None if missing else totals(rule, features, by)
    if not path:
        left = amounts and amounts.customers
    yield Count(
        path=path,
        rule=rule,
        totals=amounts,
        left=left,
        problem=missing[0][1] if missing else "",
    )
    if isinstance(rule, Group):
        for place, part in enumerate(rule.parts):
            so_far = Group(kind=rule.kind, parts=rule.parts[: place + 1])
            known = not unavailable(so_far, features)
            yield from _each(
                part,
                features,
                (*path, place),
                _count(_truth(so_far, features).yes) if known else None,
                by,
            )


class _Truth(NamedTuple):
    """Which customers satisfy a rule, and which its opposite, one bit a customer."""

    yes: np.ndarray
    no: np.ndarray


def _truth(rule: Rule, features: Features) -> _Truth:
    if isinstance(rule, Condition):
        return features.memory.get(("truth", rule), lambda: _pack(*_answer(rule, features)))
    return features.memory.get(("truth", rule), lambda: _joined(rule, features))


def _joined(group: Group, features: Features) -> _Truth:
    parts = [_truth(part, features) for part in group.parts]
    everybody = np.packbits(np.ones(len(features), bool))
    nobody = np.zeros_like(everybody)
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
    """Which customers say yes, and of which the answer is known (None: of all)."""
    feature, operator, value = FEATURES[condition.feature], condition.operator, condition.value
    if reason := features.missing(feature.key):
        raise DataError(f"'{feature.label}' cannot be asked of these customers. {reason}")
    if feature.kind == "products":
        return _purchase_answer(operator, value, feature.key, features)
    if feature.kind == "list":
        return _list_answer(operator, value, features.listed(feature.key))
    column = features.column(feature.key)
    known = _known(feature, column.values)
    if operator in EITHER:
        has_value = np.ones(len(column.values), bool) if known is None else known
        return (has_value if operator == "known" else ~has_value), None
    match feature.kind:
        case "category":
            return _category_answer(operator, value, column), known
        case "flag":
            return column.values == int(value), known
        case "date":
            today = day_number(features.as_of)
            return _date_answer(operator, value, column.values, today), known
    if operator == "top":
        cutoff = percentile_cutoff(features.ascending(feature.key), 100 - value)
        return column.values >= cutoff, known
    return _number_answer(operator, value, column.values), known


def _purchase_answer(
    operator: Operator, value: Bought, column: str, features: Features
) -> tuple[np.ndarray, np.ndarray | None]:
    purchases = features.purchases
    if purchases is None:  # not reached: without orders the feature is missing
        raise DataError(f"No orders were given, so nobody knows '{column}'.")
    bought = purchases.bought(column, value.values, value.days, value.times)
    return bought if operator == "bought" else ~bought, purchases.named(column)


def _list_answer(
    operator: Operator, value: tuple[str, ...], listed: Listed
) -> tuple[np.ndarray, np.ndarray | None]:
    inside = listed.includes(value)
    return inside if operator == "includes" else ~inside, listed.known


def _category_answer(
    operator: Operator, value: str | tuple[str, ...], column: Column
) -> np.ndarray:
    wanted = {value} if isinstance(value, str) else set(value)
    # Unknown values are -1, and so take the last element.
    inside: np.ndarray = np.array([name in wanted for name in column.names] + [False])[
        column.values
    ]
    return inside if operator in ("is", "one_of") else ~inside


def _number_answer(operator: Operator, value: Any, values: np.ndarray) -> np.ndarray:
    match operator:
        case "at_least":
            answer: np.ndarray = values >= value
        case "at_most":
            answer = values <= value
        case "between":
            answer = (values >= value[0]) & (values <= value[1])
        case _:
            answer = values == value
    return answer


def _date_answer(operator: Operator, value: Any, days: np.ndarray, today: int) -> np.ndarray:
    match operator:
        case "within":
            answer: np.ndarray = (days >= today - value) & (days <= today)
        case "ago":
            answer = days < today - value
        case "ahead":
            answer = (days > today) & (days <= today + value)
        case "before":
            answer = days < day_number(value)
        case "after":
            answer = days > day_number(value)
        case _:
            answer = (days >= day_number(value[0])) & (days <= day_number(value[1]))
    return answer


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
