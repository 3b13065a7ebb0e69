"""Rules as plain data for a JSON or TOML file, and back, with every part checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from retention import wording
from retention.errors import DataError
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.conditions import GROUP_KINDS, MAX_DEPTH, Condition, Group, Rule
from retention.own_segments.values import BY_KIND, Bought, Operator
from retention.validation import is_number

_MOST_PARTS = 1_000


def read_json(content: str | bytes) -> Any:
    """Return what a JSON file says.

    A whole number is an int even where it is written as 30.0, as other tools do. Numbers of 18
    digits and more are floats.

    Args:
        content: The file, as text or as UTF-8 bytes, with or without a byte order mark.

    Returns:
        The data, as `json.loads` returns them.

    Raises:
        ValueError: The content is not JSON, or not UTF-8.
        RecursionError: The content is nested too deep.
    """
    text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
    return json.loads(
        text,
        parse_int=lambda digits: int(digits) if len(digits) < 18 else float(digits),
        parse_float=_number,
    )


def _number(digits: str) -> float:
    number = float(digits)
    return int(number) if number.is_integer() and abs(number) < 1e17 else number


def rule_data(rule: Rule) -> dict[str, Any]:
    """Return a rule as data that JSON can write.

    Args:
        rule: A condition or a group.

    Returns:
        A dictionary of texts, numbers, lists and dictionaries.

    >>> rule_data(Condition("orders", "is", 1))
    {'feature': 'orders', 'operator': 'is', 'value': 1}
    """
    if isinstance(rule, Group):
        return {rule.kind: [rule_data(part) for part in rule.parts]}
    value = _plain(rule.value)
    data = {"feature": rule.feature, "operator": rule.operator}
    return data if value is None else data | {"value": value}


def rule_of_data(data: object, depth: int = 0) -> Rule:
    """Return the rule that `rule_data` wrote.

    Args:
        data: A condition or a group, as in a file.
        depth: How many groups are around it.

    Returns:
        The condition or group.

    Raises:
        DataError: The data are no rule, ask for something that does not exist, or are too deep or
            too large. The message says where.
    """
    if not isinstance(data, Mapping):
        raise DataError(f"A condition or group is expected, found {_kind(data)}.")
    if "feature" in data:
        return _condition(data)
    if len(data) != 1 or next(iter(data)) not in GROUP_KINDS:
        raise DataError(f"A group is one of {', '.join(GROUP_KINDS)}; found {_named(data)}.")
    kind, parts = next(iter(data.items()))
    if not isinstance(parts, list):
        raise DataError(f"The group '{kind}' needs a list of conditions, found {_kind(parts)}.")
    if depth >= MAX_DEPTH:
        raise DataError(f"Groups are nested more than {MAX_DEPTH} deep.")
    if len(parts) > _MOST_PARTS:
        raise DataError(f"A group has {wording.count(len(parts))} parts, which is too many.")
    return Group(kind=kind, parts=tuple(rule_of_data(part, depth + 1) for part in parts))


def _condition(data: Mapping[str, Any]) -> Condition:
    if unknown := set(data) - {"feature", "operator", "value"}:
        raise DataError(
            f"A condition has feature, operator and value; found {_named(unknown)} too."
        )
    key, operator, value = data["feature"], data.get("operator"), data.get("value")
    if not isinstance(key, str) or not isinstance(operator, str):
        raise DataError("A condition's feature and operator need to be text.")
    feature = FEATURES.get(key)
    if feature is not None and feature.kind == "products" and operator in BY_KIND["products"]:
        value = _bought(feature.label, value)
    elif isinstance(value, Mapping):
        raise DataError(f"'{key[:80]}' needs a value, not an object.")
    # The record refuses an operator that its feature does not have.
    return Condition(feature=key, operator=cast(Operator, operator), value=value)


def _bought(label: str, data: object) -> Bought:
    if isinstance(data, Mapping) and set(data) <= {"values", "days", "times"}:
        names, days, times = data.get("values"), data.get("days"), data.get("times", 1)
        is_whole_number = is_number(days) and days == int(days)
        if isinstance(names, list) and (days is None or is_whole_number):
            return Bought(values=tuple(names), days=days, times=times)
    raise DataError(
        f"'{label}' needs 'values', a list of names, and may have 'days' and 'times', whole "
        "numbers."
    )


def _plain(value: object) -> object:
    if isinstance(value, Bought):
        data: dict[str, Any] = {"values": list(value.values)}
        data |= {} if value.days is None else {"days": value.days}
        return data if value.times == 1 else data | {"times": value.times}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def _named(names: Iterable[object]) -> str:
    return ", ".join(repr(str(name)[:40]) for name in list(names)[:5]) or "nothing"


def _kind(value: object) -> str:
    names: dict[type[Any], str] = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "yes or no",
        type(None): "nothing",
    }
    return names.get(type(value), "a number")
