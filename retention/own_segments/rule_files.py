"""Rules as plain data for a JSON or TOML file, and back, with every part checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from retention.errors import DataError
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.conditions import GROUP_KINDS, MAX_DEPTH, Condition, Group, Rule
from retention.own_segments.values import BY_KIND, Bought

VERSION = 1
_MOST_PARTS = 1_000


def rule_to_dict(rule: Rule) -> dict[str, Any]:
    """Return a rule as data that JSON can write: `version` and `rule`.

    >>> rule_to_dict(Condition("orders", "is", 1))["rule"]
    {'feature': 'orders', 'operator': 'is', 'value': 1}
    """
    return {"version": VERSION, "rule": rule_data(rule)}


def rule_from_dict(data: object) -> Rule:
    """Return the rule that `rule_to_dict` wrote.

    Raises:
        DataError: It is not such data, is of a later version, asks for something that does not exist, or is too deep or
            too large; the message says where.
    """
    check_version(data, "This segment")
    if set(data) - {"version", "rule"} or "rule" not in data:
        raise DataError("A segment's data has 'version' and 'rule', and nothing else.")
    return rule_of_data(data["rule"])


def read_json(content: str | bytes) -> Any:
    """Return what a JSON file says; ValueError or RecursionError where it is none. Endless numbers are floats."""
    text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
    return json.loads(
        text, parse_int=lambda digits: int(digits) if len(digits) < 18 else float(digits)
    )


def check_version(data: object, what: str) -> None:
    """Raise a DataError unless data are of a version that can be read."""
    if not isinstance(data, Mapping):
        raise DataError(f"{what} is not what was saved here: it is {_kind(data)}.")
    version = data.get("version")
    if isinstance(version, bool) or not isinstance(version, int):
        raise DataError(f"{what} has no version, so it was not saved here.")
    if version != VERSION:
        raise DataError(f"{what} is of version {version}; this app reads version {VERSION}.")


def rule_data(rule: Rule) -> dict[str, Any]:
    """Return a rule as data, without the version."""
    if isinstance(rule, Group):
        return {rule.kind: [rule_data(part) for part in rule.parts]}
    value = _plain(rule.value)
    data = {"feature": rule.feature, "operator": rule.operator}
    return data if value is None else data | {"value": value}


def rule_of_data(data: object, depth: int = 0) -> Rule:
    """Return the rule that `rule_data` wrote; errors as in `rule_from_dict`."""
    if not isinstance(data, Mapping):
        raise DataError(f"A condition or group is expected, found {_kind(data)}.")
    if "feature" in data:
        if unknown := set(data) - {"feature", "operator", "value"}:
            raise DataError(
                f"A condition has feature, operator and value; found {_named(unknown)} too."
            )
        return _condition(data)
    if len(data) != 1 or next(iter(data)) not in GROUP_KINDS:
        raise DataError(f"A group is one of {', '.join(GROUP_KINDS)}; found {_named(data)}.")
    kind, parts = next(iter(data.items()))
    if not isinstance(parts, list):
        raise DataError(f"The group '{kind}' needs a list of conditions, found {_kind(parts)}.")
    if depth >= MAX_DEPTH:
        raise DataError(f"Groups are nested more than {MAX_DEPTH} deep.")
    if len(parts) > _MOST_PARTS:
        raise DataError(f"A group has {len(parts):,} parts, which is too many.")
    return Group(kind, tuple(rule_of_data(part, depth + 1) for part in parts))


def _condition(data: Mapping) -> Condition:
    key, operator, value = data["feature"], data.get("operator"), data.get("value")
    if not isinstance(key, str) or not isinstance(operator, str):
        raise DataError("A condition's feature and operator need to be text.")
    kind = FEATURES[key].kind if key in FEATURES else None
    if kind == "products" and operator in BY_KIND["products"]:
        value = _bought(FEATURES[key].label, value)
    elif isinstance(value, Mapping):
        raise DataError(f"'{key[:80]}' needs a value, not an object.")
    return Condition(key, operator, value)


def _bought(label: str, value: object) -> Bought:
    if (
        not isinstance(value, Mapping)
        or set(value) - {"values", "days"}
        or not isinstance(value.get("values"), list)
    ):
        raise DataError(f"'{label}' needs 'values', a list of names, and may have 'days'.")
    return Bought(tuple(value["values"]), value.get("days"))


def _plain(value: object) -> object:
    if isinstance(value, Bought):
        data: dict[str, Any] = {"values": list(value.values)}
        return data if value.days is None else data | {"days": value.days}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _named(names: object) -> str:
    return ", ".join(repr(str(name)[:40]) for name in list(names)[:5]) or "nothing"


def _kind(value: object) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "yes or no",
        type(None): "nothing",
    }
    return names.get(type(value), "a number")
