"""The controls for a condition's value: which there are, what they hold, and how they are read."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import streamlit as st

from retention import wording
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.features import Features
from retention.own_segments.products import MOST_VALUES
from retention.own_segments.values import EITHER, MAX_DAYS
from retention.segments import labels
from retention.view.own_segments.draft import DAY_OPERATORS, Node, bought_value, nodes

TIMES = (1, 2, 3, 4, 5, 10)
WITHIN_DAYS = (30, 60, 90, 180, 365, 730)
#: Stands for "at any time". Nothing chosen would mean something else.
EVER = 0
#: Widths in pixels: a single number or day, one of two numbers, one of two days, names.
_SINGLE, _ONE_OF_TWO, _DAY_OF_TWO, _NAMES = 128, 86, 112, 220


class NumberScale(NamedTuple):
    """What a control for a number lets in.

    Attributes:
        low: The lowest number.
        high: The highest number.
        step: One step; whole for whole numbers.
        written: The format.
    """

    low: float
    high: float
    step: float
    written: str


_PERCENT_OF_TOP = NumberScale(low=0.1, high=99.9, step=1.0, written="%g")
_DAYS = NumberScale(low=0, high=MAX_DAYS, step=1, written="%d")


def read_controls(tree: Node) -> None:
    """Take what the controls say into the draft, before anything is counted or drawn."""
    for node in nodes(tree):
        if "kind" in node:
            node["kind"] = st.session_state.get(f"kind_{node['id']}") or node["kind"]
        else:
            _read_condition(node)


def _read_condition(node: Node) -> None:
    """Take a condition's value from its controls, unless one of them is missing or empty."""
    keys = _keys(node)
    values = [st.session_state[key] for key in keys if key in st.session_state]
    if not keys or len(values) != len(keys) or values[0] is None:
        return
    if isinstance(node["value"], dict):
        names, days = values
        times = st.session_state.get(_times_key(node), node["value"].get("times", 1))
        node["value"] = bought_value(list(names), days or None, times)
    elif len(keys) == 2:
        node["value"] = values
    else:
        is_list = isinstance(node["value"], list)
        node["value"] = list(values[0]) if is_list else values[0]


def draw_value(node: Node, features: Features, name: str) -> None:
    """The controls of one condition's value; `name` is what a screen reader calls it."""
    feature, operator, keys = FEATURES[node["feature"]], node["operator"], _keys(node)
    if not keys:
        return
    for key, value in zip(keys, _held_values(node["value"], len(keys)), strict=True):
        if key not in st.session_state:
            st.session_state[key] = value
    if feature.kind in ("category", "products", "list"):
        _names(feature.key, keys[0], features, name)
        if feature.kind == "products":
            _within(keys[1], name)
            _times(_times_key(node), node["value"].get("times", 1), name)
    elif operator == "top":
        _number(keys[0], _PERCENT_OF_TOP, f"{name}: percent")
    elif operator in DAY_OPERATORS:
        _number(keys[0], _DAYS, f"{name}: days")
    elif feature.kind == "date":
        _dates(keys, name)
    else:
        scale, width = _scale(feature.key, features), _SINGLE if len(keys) == 1 else _ONE_OF_TWO
        for key, end in zip(keys, _ends(keys), strict=True):
            _number(key, scale, f"{name}: value{end}", width)


def _held_values(value: Any, controls: int) -> list[Any]:
    """What each of a condition's controls holds."""
    if isinstance(value, dict):
        return [value["values"], value["days"] or EVER]
    return value if controls == 2 else [value]


def _keys(node: Node) -> list[str]:
    """The keys of a condition's controls.

    Another feature or operator has other keys, so that nothing is carried over.
    """
    operator, kind = node["operator"], FEATURES[node["feature"]].kind
    if operator in EITHER or kind == "flag":
        return []
    what = f"{node['id']}_{node['feature']}_{operator}"
    if kind == "products":
        return [f"names_{what}", f"within_{what}"]
    if kind in ("category", "list"):
        return [f"names_{what}"]
    return [f"value_{what}", f"value_{what}_to"] if operator == "between" else [f"value_{what}"]


def _ends(keys: Sequence[str]) -> tuple[str, ...]:
    return (" from", " to") if len(keys) == 2 else ("",)


def _dates(keys: Sequence[str], name: str) -> None:
    """A day, or the first and the last one."""
    width = _SINGLE if len(keys) == 1 else _DAY_OF_TWO
    for key, end in zip(keys, _ends(keys), strict=True):
        st.date_input(
            f"{name}: day{end}",
            min_value=date(1900, 1, 1),
            max_value=date(2200, 12, 31),
            key=key,
            label_visibility="collapsed",
            width=width,
        )


def _number(key: str, scale: NumberScale, label: str, width: int = _SINGLE) -> None:
    number: Any = int if isinstance(scale.step, int) else float
    value = st.session_state[key]
    # Set only where it must be: what is set goes to the control, over a key pressed meanwhile.
    if not isinstance(value, number) or not scale.low <= value <= scale.high:
        st.session_state[key] = number(min(max(value or 0, scale.low), scale.high))
    st.number_input(
        label,
        min_value=number(scale.low),
        max_value=number(scale.high),
        step=scale.step,
        format=scale.written,
        key=key,
        label_visibility="collapsed",
        width=width,
    )


def _scale(key: str, features: Features) -> NumberScale:
    """The scale of a number's control. The step of an amount follows from the usual amounts."""
    feature = FEATURES[key]
    if feature.kind == "share":
        return NumberScale(low=0.0, high=100.0, step=1.0, written="%g")
    if feature.whole:
        return NumberScale(low=0, high=1_000_000, step=1, written="%d")
    if feature.kind != "money":
        step = 1.0 if feature.unit == "days" else 0.5
        return NumberScale(low=0.0, high=1e6, step=step, written="%g")
    amounts = () if features.missing(key) else features.ascending(key)
    middle = max(float(amounts[len(amounts) // 2]) if len(amounts) else 1.0, 0.1)
    power = 10.0 ** math.floor(math.log10(middle))
    step = power if middle / power >= 5 else power / 2
    return NumberScale(low=0.0, high=1e12, step=step, written="%.2f")


def _names(feature: str, key: str, features: Features, name: str) -> None:
    """Which names: the most frequent, or typed where there are more than a menu should hold."""
    known = () if features.missing(feature) else features.choices(feature)
    many = len(known) >= MOST_VALUES
    words = labels.STAGE_LABELS if feature == "stage" else {}
    st.multiselect(
        f"{name}: names",
        list(dict.fromkeys((*known[:MOST_VALUES], *st.session_state[key]))),
        format_func=lambda option: words.get(option, option),
        key=key,
        placeholder="Choose or type" if many else "Choose",
        accept_new_options=many,
        label_visibility="collapsed",
        width=_NAMES,
    )


def _within(key: str, name: str) -> None:
    """Within how many days something was bought."""
    st.selectbox(
        f"{name}: when",
        sorted({EVER, *WITHIN_DAYS, st.session_state[key]}),
        format_func=lambda days: (
            "at any time" if days == EVER else f"in the last {wording.plural(days, 'day')}"
        ),
        key=key,
        label_visibility="collapsed",
        width=165,
    )


def _times_key(node: Node) -> str:
    return f"times_{node['id']}_{node['feature']}_{node['operator']}"


def _times(key: str, times: int, name: str) -> None:
    """On how many days something was bought at least."""
    if key not in st.session_state:
        st.session_state[key] = times
    st.selectbox(
        f"{name}: how often",
        sorted({*TIMES, st.session_state[key]}),
        format_func=lambda times: (
            "once or more" if times == 1 else f"{wording.count(times)} times or more"
        ),
        key=key,
        label_visibility="collapsed",
        width=150,
    )
