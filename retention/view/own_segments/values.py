"""The controls for a condition's value: which there are, what they hold, and reading them before a redraw."""

import math
from datetime import date

import streamlit as st

from retention import wording
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.features import Features
from retention.own_segments.products import MOST_VALUES
from retention.own_segments.values import EITHER, MAX_DAYS
from retention.view import text
from retention.view.own_segments.draft import COUNTED_DAYS, nodes

WITHIN_DAYS = (30, 60, 90, 180, 365, 730)
EVER = 0  # stands for "at any time": nothing chosen would be another thing
_ONE, _PAIR, _NAMES = 128, 86, 220


def read_controls(tree: dict) -> None:
    """Take what the controls say into the draft, before anything is counted or drawn."""
    state = st.session_state
    for node in nodes(tree):
        if "kind" in node:
            node["kind"] = state.get(f"kind_{node['id']}") or node["kind"]
            continue
        keys = _keys(node)
        found = [state[key] for key in keys if key in state]
        if not keys or len(found) != len(keys) or any(value is None for value in found[:1]):
            continue
        if isinstance(node["value"], dict):
            node["value"] = {"values": list(found[0]), "days": found[1] or None}
        elif isinstance(node["value"], list) and len(keys) == 1:
            node["value"] = list(found[0])
        else:
            node["value"] = found if len(keys) == 2 else found[0]


def draw_value(node: dict, features: Features, name: str) -> None:
    """The controls of one condition's value; `name` is what a screen reader calls it."""
    feature, operator, keys = FEATURES[node["feature"]], node["operator"], _keys(node)
    if not keys:
        return
    value = node["value"]
    held = (
        [value["values"], value["days"] or EVER]
        if isinstance(value, dict)
        else value
        if len(keys) == 2
        else [value]
    )
    for key, one in zip(keys, held, strict=True):
        if key not in st.session_state:
            st.session_state[key] = one
    if feature.kind in ("category", "products"):
        _names(feature.key, keys, held, features, name)
    elif operator == "top":
        _number(keys[0], 0.1, 99.9, 1.0, "%g", f"{name}: percent")
    elif operator in COUNTED_DAYS:
        _number(keys[0], 0, MAX_DAYS, 1, "%d", f"{name}: days")
    elif feature.kind == "date":
        for key, end in zip(keys, _ends(keys), strict=True):
            st.date_input(
                f"{name}: day{end}",
                min_value=date(1900, 1, 1),
                max_value=date(2200, 12, 31),
                key=key,
                label_visibility="collapsed",
                width=_ONE if len(keys) == 1 else 112,
            )
    else:
        low, high, step, written = _scale(feature.key, features)
        for key, end in zip(keys, _ends(keys), strict=True):
            _number(
                key,
                low,
                high,
                step,
                written,
                f"{name}: value{end}",
                _ONE if len(keys) == 1 else _PAIR,
            )


def _keys(node: dict) -> list[str]:
    """The keys of a condition's controls: another feature or operator has others, so nothing is carried over."""
    operator, kind = node["operator"], FEATURES[node["feature"]].kind
    if operator in EITHER or kind == "flag":
        return []
    what = f"{node['id']}_{node['feature']}_{operator}"
    if kind in ("category", "products"):
        return [f"names_{what}", f"within_{what}"] if kind == "products" else [f"names_{what}"]
    return [f"value_{what}", f"value_{what}_to"] if operator == "between" else [f"value_{what}"]


def _ends(keys: list[str]) -> tuple[str, ...]:
    return (" from", " to") if len(keys) == 2 else ("",)


def _number(
    key: str, low: float, high: float, step: float, written: str, label: str, width: int = _ONE
) -> None:
    number = int if isinstance(step, int) else float
    held = st.session_state[key]
    # Set where it must be and no oftener: what is set comes back to the control, over a key pressed meanwhile.
    if not isinstance(held, number) or not low <= held <= high:
        st.session_state[key] = number(min(max(held or 0, low), high))
    st.number_input(
        label,
        number(low),
        number(high),
        step=step,
        format=written,
        key=key,
        label_visibility="collapsed",
        width=width,
    )


def _scale(key: str, features: Features) -> tuple[float, float, float, str]:
    """Lowest, highest, step and format of a number's control."""
    feature = FEATURES[key]
    if feature.kind == "share":
        return 0.0, 100.0, 1.0, "%g"
    if feature.whole:
        return 0, 1_000_000, 1, "%d"
    if feature.kind != "money":
        return 0.0, 1e6, 1.0 if feature.unit == "days" else 0.5, "%g"
    known = [] if features.missing(key) else features.ascending(key)
    middle = max(float(known[len(known) // 2]) if len(known) else 1.0, 0.1)
    step = 10.0 ** math.floor(math.log10(middle))
    return 0.0, 1e12, step / (1 if middle / step >= 5 else 2), "%.2f"


def _names(key: str, keys: list[str], held: list, features: Features, name: str) -> None:
    """Which names: from the most frequent, or typed where there are more than a menu should hold."""
    known = () if features.missing(key) else features.choices(key)
    many = len(known) >= MOST_VALUES
    options = list(dict.fromkeys((*known[:MOST_VALUES], *st.session_state[keys[0]])))
    labels = text.STAGE_LABELS if key == "stage" else {}
    st.multiselect(
        f"{name}: names",
        options,
        format_func=lambda one: labels.get(one, one),
        key=keys[0],
        placeholder="Choose or type" if many else "Choose",
        accept_new_options=many,
        label_visibility="collapsed",
        width=_NAMES,
    )
    if len(keys) == 2:
        days = st.session_state[keys[1]]
        st.selectbox(
            f"{name}: when",
            sorted({EVER, *WITHIN_DAYS, days}),
            format_func=lambda n: (
                "at any time" if n == EVER else f"in the last {wording.plural(n, 'day')}"
            ),
            key=keys[1],
            label_visibility="collapsed",
            width=165,
        )
