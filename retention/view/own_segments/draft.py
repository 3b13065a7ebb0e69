"""The segment being built: a tree that the page's controls change, and the rule that it stands for.

A node is a dictionary with an `id` that the controls' keys carry. A group has `kind` and `parts`, a condition has
`feature`, `operator` and `value`, in the forms of the controls: shares in percent, lists where a rule has tuples.
"""

import itertools
from collections.abc import Iterator

import streamlit as st

from retention.errors import DataError
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.conditions import MAX_CONDITIONS, Condition, Group, Rule
from retention.own_segments.features import Features
from retention.own_segments.values import BY_KIND, EITHER, Bought

_DRAFT, _EDITING = "own_draft", "own_editing"
_ids = itertools.count(1)
COUNTED_DAYS = ("within", "ago", "ahead")

#: What a condition asks at first, where the usual would say little.
_FIRST = {
    "orders": ("at_least", 2),
    "purchase_days": ("at_least", 2),
    "days_since_last_order": ("between", [60, 120]),
    "days_since_first_order": ("at_least", 365),
    "discount_share": ("at_least", 15.0),
    "p_alive": ("at_least", 50.0),
    "expected_orders": ("at_least", 1.0),
    "typical_wait": ("at_most", 60.0),
    "last_rating": ("at_most", 2.0),
    "due": ("ahead", 14),
    "first_order": ("within", 90),
}


def draft() -> dict:
    """The session's draft; at first, repeat customers who have gone quiet."""
    if _DRAFT not in st.session_state:
        quiet = Condition("days_since_last_order", "between", (60, 120))
        start(Group("all", (Condition("orders", "at_least", 2), quiet)))
    return st.session_state[_DRAFT]


def forget() -> None:
    """Put the draft away: the next one begins anew."""
    st.session_state.pop(_DRAFT, None)


def start(rule: Rule, editing: str | None = None) -> None:
    """Make the draft anew from a rule; `editing` is the saved segment that it is of."""
    node = node_of(rule)
    st.session_state[_DRAFT] = node if "kind" in node else _group("all", [node])
    st.session_state[_EDITING] = editing


def editing() -> str | None:
    """The saved segment that the draft is of, by name."""
    return st.session_state.get(_EDITING)


def edit(name: str | None) -> None:
    """Have the draft be of another saved segment, or of none."""
    st.session_state[_EDITING] = name


def nodes(node: dict) -> Iterator[dict]:
    """The node and everything in it."""
    yield node
    for part in node.get("parts", ()):
        yield from nodes(part)


def node_of(rule: Rule) -> dict:
    """A rule as a node."""
    if isinstance(rule, Group):
        return _group(rule.kind, [node_of(part) for part in rule.parts])
    operator, value = rule.operator, rule.value
    # One name or several: the controls have one way to say it.
    if FEATURES[rule.feature].kind == "category" and operator in ("is", "is_not"):
        operator, value = ("one_of" if operator == "is" else "none_of"), (value,)
    if FEATURES[rule.feature].kind == "share" and operator not in (*EITHER, "top"):
        value = (
            tuple(round(100 * v, 9) for v in value)
            if isinstance(value, tuple)
            else round(100 * value, 9)
        )
    if isinstance(value, Bought):
        value = {"values": list(value.values), "days": value.days}
    elif isinstance(value, tuple):
        value = list(value)
    return {"id": next(_ids), "feature": rule.feature, "operator": operator, "value": value}


def rule_of(node: dict) -> Rule | None:
    """The rule that a node stands for, unfinished conditions left out; None for one that is unfinished itself."""
    if "kind" in node:
        parts = (rule_of(part) for part in node["parts"])
        return Group(node["kind"], tuple(part for part in parts if part is not None))
    try:
        return Condition(node["feature"], node["operator"], _value_of(node))
    except DataError:
        return None


def unfinished(node: dict) -> str:
    """Why a condition does not count yet, in words; empty where it does."""
    try:
        Condition(node["feature"], node["operator"], _value_of(node))
    except DataError as error:
        if FEATURES[node["feature"]].kind in ("category", "products"):
            return "Choose at least one."
        return str(error)
    return ""


def add_condition(group: int, features: Features) -> None:
    """Add a condition to the group of this id."""
    node = _find(group)
    if node and sum("feature" in n for n in nodes(draft())) < MAX_CONDITIONS:
        used = [part.get("feature") for part in node["parts"]]
        usual = ("orders", "days_since_last_order", "revenue", "average_order_value")
        first = next((key for key in usual if key not in used), "orders")
        node["parts"].append(_condition(first, features))


def add_group(group: int, features: Features) -> None:
    """Add a group with one condition to the group of this id."""
    node = _find(group)
    if node:
        joined = "any" if node["kind"] == "all" else "all"
        node["parts"].append(_group(joined, [_condition("orders", features)]))


def remove(number: int) -> None:
    """Take a condition or group out."""
    for node in nodes(draft()):
        if "parts" in node:
            node["parts"] = [part for part in node["parts"] if part["id"] != number]


def choose_feature(number: int, key: str, features: Features) -> None:
    """After another feature was chosen: ask it what it is usually asked."""
    node = _find(number)
    if node:
        node.update(_condition(st.session_state[key], features) | {"id": number})


def choose_operator(number: int, key: str, features: Features) -> None:
    """After another operator was chosen: keep the value where the new operator takes such a one."""
    node = _find(number)
    if not node:
        return
    before, operator, value = node["operator"], st.session_state[key], node["value"]
    kind = FEATURES[node["feature"]].kind
    if kind == "flag":
        node.update(operator="is", value=operator == "yes") if operator in (
            "yes",
            "no",
        ) else node.update(operator=operator, value=None)
        return
    node["operator"] = operator
    shapes = {o: _shape(kind, o) for o in (before, operator)}
    if shapes[before] != shapes[operator]:
        node["value"] = _carried(node["feature"], operator, value, shapes, before, features)


def _carried(
    key: str, operator: str, value: object, shapes: dict, before: str, features: Features
) -> object:
    if shapes[operator] == "pair" and shapes[before] == "one" and value is not None:
        return [value, value]
    if shapes[operator] == "one" and shapes[before] == "pair":
        return value[0]
    return _usual(key, operator, features)


def _shape(kind: str, operator: str) -> str:
    if operator in EITHER:
        return "none"
    if operator == "top" or operator in COUNTED_DAYS:
        return "top" if operator == "top" else "days"
    if operator == "between":
        return "pair"
    return "one" if kind in ("number", "money", "share", "date") else "list"


def _condition(key: str, features: Features) -> dict:
    operator, value = _FIRST.get(key, (None, None))
    if operator is None:
        kind = FEATURES[key].kind
        operator = "top" if kind in ("money", "share") else BY_KIND[kind][0]
        value = _usual(key, operator, features)
    return {
        "id": next(_ids),
        "feature": key,
        "operator": operator,
        "value": list(value) if isinstance(value, list) else value,
    }


def _usual(key: str, operator: str, features: Features) -> object:
    """A value to begin with that finds somebody."""
    feature = FEATURES[key]
    if operator in EITHER:
        return None
    if operator == "top":
        return 10.0
    if operator in COUNTED_DAYS:
        return 30
    if feature.kind == "flag":
        return True
    if feature.kind in ("category", "products"):
        names = [] if features.missing(key) else list(features.choices(key)[:1])
        return {"values": names, "days": None} if feature.kind == "products" else names
    if feature.kind == "date":
        return (
            [features.as_of.replace(day=1), features.as_of]
            if operator == "between"
            else features.as_of
        )
    middle = _middle(key, features)
    return [middle, 2 * middle] if operator == "between" else middle


def _middle(key: str, features: Features) -> float | int:
    feature = FEATURES[key]
    known = [] if features.missing(key) else features.ascending(key)
    middle = float(known[len(known) // 2]) if len(known) else 1.0
    if feature.kind == "share":
        return round(100 * middle, 1)
    return int(middle) if feature.whole else round(middle, 0 if middle >= 10 else 2)


def _value_of(node: dict) -> object:
    value, kind = node["value"], FEATURES[node["feature"]].kind
    if kind == "products":
        return Bought(tuple(value["values"]), value["days"])
    if kind == "share" and node["operator"] not in (*EITHER, "top"):
        return tuple(v / 100 for v in value) if isinstance(value, list) else value / 100
    return tuple(value) if isinstance(value, list) else value


def _group(kind: str, parts: list[dict]) -> dict:
    return {"id": next(_ids), "kind": kind, "parts": parts}


def _find(number: int) -> dict | None:
    return next((node for node in nodes(draft()) if node["id"] == number), None)
