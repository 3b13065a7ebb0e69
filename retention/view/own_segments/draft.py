"""The segment being built: a tree that the page's controls change, and the rule that it stands for.

A node is a dictionary with an `id`, which is a part of its controls' keys. A group has `kind` and
`parts`. A condition has `feature`, `operator` and `value`, in the forms of the controls: shares in
percent, and lists where a rule has tuples.
"""

import itertools
from collections.abc import Iterator
from typing import Any, Literal

import streamlit as st

from retention.errors import DataError
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.conditions import MAX_CONDITIONS, Condition, Group, Rule
from retention.own_segments.features import Features
from retention.own_segments.values import BY_KIND, EITHER, Bought

Node = dict[str, Any]
#: What the controls of a value hold: nothing, one thing, two of them, names, days or a percentage.
Shape = Literal["none", "one", "pair", "list", "days", "top"]

#: The operators whose value is a number of days.
DAY_OPERATORS = ("within", "ago", "ahead")
_DRAFT, _EDITING = "own_draft", "own_editing"
_ids = itertools.count(1)

#: What a condition asks at first, for features where the usual question would say little.
_FIRST_QUESTIONS: dict[str, tuple[str, Any]] = {
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
#: Features that a new condition asks about, the first that its group does not have yet.
_FIRST_FEATURES = ("orders", "days_since_last_order", "revenue", "average_order_value")


def draft() -> Node:
    """The session's draft; at first, repeat customers who have gone quiet."""
    if _DRAFT not in st.session_state:
        quiet = Condition(feature="days_since_last_order", operator="between", value=(60, 120))
        start(
            Group(
                kind="all", parts=(Condition(feature="orders", operator="at_least", value=2), quiet)
            )
        )
    return st.session_state[_DRAFT]


def forget() -> None:
    """Put the draft away: the next one begins anew."""
    st.session_state.pop(_DRAFT, None)


def start(rule: Rule, editing: str | None = None) -> None:
    """Make the draft anew from a rule; `editing` names the saved segment that it changes."""
    node = node_of(rule)
    st.session_state[_DRAFT] = node if "kind" in node else _group("all", [node])
    st.session_state[_EDITING] = editing


def editing() -> str | None:
    """The name of the saved segment that the draft changes; None for a new one."""
    return st.session_state.get(_EDITING)


def edit(name: str | None) -> None:
    """Let the draft change another saved segment, or none."""
    st.session_state[_EDITING] = name


def nodes(node: Node) -> Iterator[Node]:
    """The node and everything in it."""
    yield node
    for part in node.get("parts", ()):
        yield from nodes(part)


def node_of(rule: Rule) -> Node:
    """A rule as a node."""
    if isinstance(rule, Group):
        return _group(rule.kind, [node_of(part) for part in rule.parts])
    kind, operator, value = FEATURES[rule.feature].kind, rule.operator, rule.value
    # The controls list names, also where a rule has a single one.
    if kind == "category" and operator in ("is", "is_not"):
        operator, value = ("one_of" if operator == "is" else "none_of"), (value,)
    return _condition(rule.feature, operator, _control_value(kind, operator, value))


def _control_value(kind: str, operator: str, value: Any) -> Any:
    """A rule's value in the form of the controls."""
    if isinstance(value, Bought):
        return bought_value(list(value.values), value.days, value.times)
    if isinstance(value, tuple):
        return [_control_value(kind, operator, part) for part in value]
    return round(100 * value, 9) if _is_share(kind, operator) else value


def bought_value(names: list[str], days: int | None = None, times: int = 1) -> dict[str, Any]:
    """What was bought, in the form of the controls; once or more is not written."""
    value: dict[str, Any] = {"values": names, "days": days}
    return value if times == 1 else value | {"times": times}


def rule_of(group: Node) -> Group:
    """The rule that a group stands for, without its unfinished conditions."""
    parts = (rule_of(part) if "kind" in part else _condition_rule(part) for part in group["parts"])
    return Group(kind=group["kind"], parts=tuple(part for part in parts if part is not None))


def _condition_rule(node: Node) -> Condition | None:
    """The condition that a node stands for; None while it is unfinished."""
    try:
        return Condition(
            feature=node["feature"], operator=node["operator"], value=_rule_value(node)
        )
    except DataError:
        return None


def unfinished(node: Node) -> str:
    """Why a condition does not count yet, in words; empty where it does."""
    try:
        Condition(feature=node["feature"], operator=node["operator"], value=_rule_value(node))
    except DataError as error:
        if FEATURES[node["feature"]].kind in ("category", "products", "list"):
            return "Choose at least one."
        return str(error)
    return ""


def add_condition(group_id: int, features: Features) -> None:
    """Add a condition to a group."""
    group = _node_with(group_id)
    if group and sum("feature" in node for node in nodes(draft())) < MAX_CONDITIONS:
        used = {part.get("feature") for part in group["parts"]}
        asked = (key for key in _FIRST_FEATURES if key not in used and not features.missing(key))
        key = next(asked, "orders")
        group["parts"].append(_new_condition(key, features))


def add_group(group_id: int, features: Features) -> None:
    """Add a group with one condition to a group."""
    group = _node_with(group_id)
    if group:
        kind = "any" if group["kind"] == "all" else "all"
        group["parts"].append(_group(kind, [_new_condition("orders", features)]))


def remove(node_id: int) -> None:
    """Take a condition or group out."""
    for node in nodes(draft()):
        if "parts" in node:
            node["parts"] = [part for part in node["parts"] if part["id"] != node_id]


def choose_feature(node_id: int, key: str, features: Features) -> None:
    """After another feature was chosen: ask the usual question about it."""
    node = _node_with(node_id)
    if node:
        node.update(_new_condition(st.session_state[key], features) | {"id": node_id})


def choose_operator(node_id: int, key: str, features: Features) -> None:
    """After another operator was chosen: keep the value if the new operator takes such a value."""
    node = _node_with(node_id)
    if not node:
        return
    operator, kind = st.session_state[key], FEATURES[node["feature"]].kind
    if kind == "flag":
        if operator in ("yes", "no"):
            node.update(operator="is", value=operator == "yes")
        else:
            node.update(operator=operator, value=None)
        return
    before, after = _shape(kind, node["operator"]), _shape(kind, operator)
    node["operator"] = operator
    if before == after:
        return
    if (before, after) == ("one", "pair") and node["value"] is not None:
        node["value"] = [node["value"], node["value"]]
    elif (before, after) == ("pair", "one"):
        node["value"] = node["value"][0]
    else:
        node["value"] = _usual_value(node["feature"], operator, features)


def _shape(kind: str, operator: str) -> Shape:
    if operator in EITHER:
        return "none"
    if operator in DAY_OPERATORS:
        return "days"
    if operator == "top":
        return "top"
    if operator == "between":
        return "pair"
    return "one" if kind in ("number", "money", "share", "date") else "list"


def _new_condition(key: str, features: Features) -> Node:
    if key in _FIRST_QUESTIONS:
        operator, value = _FIRST_QUESTIONS[key]
        return _condition(key, operator, list(value) if isinstance(value, list) else value)
    kind = FEATURES[key].kind
    operator = "top" if kind in ("money", "share") else BY_KIND[kind][0]
    return _condition(key, operator, _usual_value(key, operator, features))


def _usual_value(key: str, operator: str, features: Features) -> Any:
    """A value to begin with, which some customers have."""
    kind = FEATURES[key].kind
    if operator in EITHER:
        return None
    if operator == "top":
        return 10.0
    if operator in DAY_OPERATORS:
        return 30
    if kind == "flag":
        return True
    if kind in ("category", "products", "list"):
        names = [] if features.missing(key) else list(features.choices(key)[:1])
        return bought_value(names) if kind == "products" else names
    if kind == "date":
        last = features.as_of
        return [last.replace(day=1), last] if operator == "between" else last
    middle = _middle(key, features)
    return [middle, 2 * middle] if operator == "between" else middle


def _middle(key: str, features: Features) -> float | int:
    """The median of a number, in the form of the controls."""
    feature = FEATURES[key]
    values = () if features.missing(key) else features.ascending(key)
    middle = float(values[len(values) // 2]) if len(values) else 1.0
    if feature.kind == "share":
        return round(100 * middle, 1)
    return int(middle) if feature.whole else round(middle, 0 if middle >= 10 else 2)


def _rule_value(node: Node) -> Any:
    """A node's value in the form of a rule."""
    value, kind = node["value"], FEATURES[node["feature"]].kind
    if kind == "products":
        return Bought(
            values=tuple(value["values"]), days=value["days"], times=value.get("times", 1)
        )
    is_share = _is_share(kind, node["operator"])
    if isinstance(value, list):
        return tuple(part / 100 if is_share else part for part in value)
    return value / 100 if is_share else value


def _is_share(kind: str, operator: str) -> bool:
    """Whether a condition's value is a share, which the controls have in percent."""
    return kind == "share" and operator not in (*EITHER, "top")


def _condition(feature: str, operator: str, value: Any) -> Node:
    return {"id": next(_ids), "feature": feature, "operator": operator, "value": value}


def _group(kind: str, parts: list[Node]) -> Node:
    return {"id": next(_ids), "kind": kind, "parts": parts}


def _node_with(node_id: int) -> Node | None:
    return next((node for node in nodes(draft()) if node["id"] == node_id), None)
