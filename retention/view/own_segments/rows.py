"""The builder: the segment's customers, and each condition with what it amounts to beside it."""

from collections.abc import Mapping
from html import escape
from math import isnan
from typing import cast

import streamlit as st

from retention import wording
from retention.own_segments.catalogue import ELSEWHERE, FEATURES
from retention.own_segments.conditions import (
    GROUP_KINDS,
    Count,
    Group,
    Totals,
    count_each,
    totals,
    unavailable,
)
from retention.own_segments.features import Features
from retention.own_segments.values import BY_KIND, OPERATORS
from retention.own_segments.words import describe
from retention.view import page_table, text
from retention.view.own_segments import draft as drafts
from retention.view.own_segments.draft import Node
from retention.view.own_segments.values import draw_value

_KIND_LABELS = {"all": "All of these", "any": "Any of these", "not": "None of these"}
_JOINS = {"all": "and", "any": "or", "not": "nor"}
_LEFT = {"all": "left", "any": "so far", "not": "left"}
_FLAG_OPERATORS = ("yes", "no", "known", "unknown")
# What the menu offers of a kind, without operators that say the same as another one.
_OFFERED = {"category": ("one_of", "none_of", "known", "unknown")}
_OPERATOR_LABELS = OPERATORS | {
    "one_of": "is any of",
    "top": "is in the top (%)",
    "within": "in the last … days",
    "ahead": "in the next … days",
    "ago": "before the last … days",
}
_COMPARED = ("at_least", "at_most", "between")


def draw_hero(rule: Group, features: Features) -> None:
    """How many customers the segment finds, of how many, and the segment in words."""
    missing = unavailable(rule, features)
    words = escape(describe(rule, features))
    share, number, note = 0.0, wording.MISSING, "cannot be counted"
    if not missing:
        customers = totals(rule, features).customers
        share, number = customers / len(features), wording.count(customers)
        note = f"{wording.percent(share)} of {wording.count(len(features))} customers"
    with st.container(border=True, key="hero"):
        st.html(
            "<div class=hero role=status><div "
            f"title='{escape(text.DEFINITIONS['customers'], quote=True)}'><b "
            f"class=found>{number}</b><small>{note}</small></div><p>{words}</p><div "
            f"class=bar><i style='width:{100 * share:.2f}%'></i></div></div>"
        )
        if missing:
            st.caption(
                f":orange[:material/warning:] {text.plain(missing[0][1])} Remove what is marked "
                "below."
            )


def draw_editor(tree: Node, rule: Group, features: Features) -> None:
    """The conditions and groups, each with its controls and what it amounts to."""
    counts = {count.path: count for count in count_each(rule, features)}
    _draw_group(tree, (), counts, features)
    _not_here(features)


def _draw_group(
    group: Node, path: tuple[int, ...], counts: Mapping[tuple[int, ...], Count], features: Features
) -> None:
    """A group: how its parts are joined, the parts, and the buttons that add to it.

    `path` is where the group stands in the rule: empty for the outermost one.
    """
    _draw_kind(group, is_outermost=not path)
    # A rule has finished conditions alone: of these the place is counted.
    place = 0
    for part in group["parts"]:
        is_counted = "kind" in part or not drafts.unfinished(part)
        count = counts.get((*path, place)) if is_counted else None
        if place and is_counted:
            st.html(f"<div class=join>{_JOINS[group['kind']]}</div>")
        if "kind" in part:
            with st.container(border=True, key=f"group_{part['id']}", gap="small"):
                _draw_group(part, (*path, place), counts, features)
                _draw_count(count, features, group["kind"])
        else:
            _draw_condition(part, count, features, group["kind"], len(path))
        place += is_counted
    _draw_add_buttons(group["id"], features, is_outermost=not path)


def _draw_kind(group: Node, *, is_outermost: bool) -> None:
    """How the parts of a group are joined, and the button that removes an inner group."""
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        key = f"kind_{group['id']}"
        if key not in st.session_state:
            st.session_state[key] = group["kind"]
        st.segmented_control(
            "Customers who match" if is_outermost else "Join these by",
            list(GROUP_KINDS),
            format_func=lambda kind: _KIND_LABELS[kind],
            required=True,
            key=key,
            label_visibility="visible" if is_outermost else "collapsed",
            help="All: every condition holds. Any: at least one does. None: not a single one "
            "does. Who is unknown to a condition satisfies neither it nor its opposite."
            if is_outermost
            else None,
        )
        if not is_outermost:
            _remove(group["id"], "group")


def _draw_add_buttons(group_id: int, features: Features, *, is_outermost: bool) -> None:
    with st.container(horizontal=True):
        st.button(
            "Add condition",
            icon=":material/add:",
            key=f"add_{group_id}",
            on_click=drafts.add_condition,
            args=(group_id, features),
        )
        if is_outermost:
            st.button(
                "Add group",
                icon=":material/data_object:",
                type="tertiary",
                key=f"nest_{group_id}",
                on_click=drafts.add_group,
                args=(group_id, features),
                help="Conditions of their own within this segment, such as: any of three channels.",
            )


def _draw_condition(
    node: Node, count: Count | None, features: Features, group_kind: str, level: int
) -> None:
    """One condition; `level` is how deep its group is nested."""
    node_id, feature = node["id"], FEATURES[node["feature"]]
    name = f"Condition on {feature.label.lower()}"
    missing = features.missing(feature.key)
    with st.container(border=True, key=f"cond_{node_id}", gap="small"):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="xsmall", key=f"row_{node_id}"
        ):
            key = f"feature_{node_id}"
            if st.session_state.get(key) != feature.key:
                st.session_state[key] = feature.key
            st.selectbox(
                f"{name}: what to ask",
                [*features.available, *([feature.key] if missing else [])],
                format_func=lambda key: f"{FEATURES[key].label}  ·  {FEATURES[key].group}",
                key=key,
                on_change=drafts.choose_feature,
                args=(node_id, key, features),
                label_visibility="collapsed",
                width=205 if level == 0 else 190,
            )
            _operator(node, features, name)
            draw_value(node, features, name)
            _remove(node_id, "condition")
        problem = missing or drafts.unfinished(node)
        _draw_count(count, features, group_kind, problem=problem, about=feature.help)


def _operator(node: Node, features: Features, name: str) -> None:
    feature, key = FEATURES[node["feature"]], f"operator_{node['id']}_{node['feature']}"
    chosen, labels = node["operator"], cast(dict[str, str], dict(_OPERATOR_LABELS))
    options = list(_OFFERED.get(feature.kind, BY_KIND[feature.kind]))
    is_flag = feature.kind == "flag"
    if is_flag:
        options = list(_FLAG_OPERATORS)
        labels |= {"yes": feature.says, "no": feature.says_not}
        chosen = ("yes" if node["value"] else "no") if chosen == "is" else chosen
    unit = {"money": features.currency or "", "share": "%"}.get(feature.kind, "")
    if unit:
        labels |= {operator: f"{labels[operator]} ({unit})" for operator in _COMPARED}
    if st.session_state.get(key) != chosen:
        st.session_state[key] = chosen
    st.selectbox(
        f"{name}: how to compare",
        options,
        format_func=lambda operator: labels[operator],
        key=key,
        on_change=drafts.choose_operator,
        args=(node["id"], key, features),
        label_visibility="collapsed",
        width=235 if is_flag else 142,
    )


def _remove(node_id: int, what: str) -> None:
    st.button(
        f":material/close: :small[Remove {what}]" if what == "group" else ":material/close:",
        key=f"remove_{node_id}",
        type="tertiary",
        on_click=drafts.remove,
        args=(node_id,),
        help=f"Remove this {what}",
    )


def _draw_count(
    count: Count | None,
    features: Features,
    group_kind: str,
    *,
    problem: str = "",
    about: str = "",
) -> None:
    """One line: what a part amounts to by itself, and what is left after it and those before it.

    Args:
        count: The part's count; None where it is not in the rule.
        features: What can be asked about the customers.
        group_kind: How the group joins its parts.
        problem: Why the part cannot be counted.
        about: The definition of what it asks.
    """
    hover = f"<span class=about title='{escape(about, quote=True)}'>?</span>" if about else ""
    if problem or count is None or count.totals is None:
        reason = problem or (count and count.problem) or "Not counted yet."
        st.html(f"<div class=cond><span class=off>{escape(reason)}{hover}</span></div>")
        return
    customers, everybody = count.totals.customers, len(features)
    amounts = (
        "" if isnan(count.totals.revenue) else f" · {escape(_amounts(count.totals, features))}"
    )
    percent, percent_left = (100 * number / everybody for number in (customers, count.left or 0))
    after = "" if count.left is None else f"{wording.count(count.left)} {_LEFT[group_kind]}"
    title = "Customers after this and everything above it in its group."
    st.html(
        f"<div class=cond><div><b>{wording.count(customers)}</b> "
        f"<span>{wording.percent(customers / everybody)}{amounts}</span>{hover}</div>"
        f"<div class=left title='{title}'>{after}</div><div class=bar>"
        f"<i class=own style='width:{percent:.2f}%'></i>"
        f"<i style='width:{percent_left:.2f}%'></i></div></div>"
    )


def _amounts(sums: Totals, features: Features) -> str:
    """Revenue so far and, with a model, the expected value of a part's customers."""
    revenue = wording.money(sums.revenue, features.currency, short=True)
    if features.value is None:
        return f"{revenue} so far"
    expected = wording.money(sums.expected_value, features.currency, short=True)
    return f"{revenue} so far · {expected} expected"


def _not_here(features: Features) -> None:
    """What cannot be asked of these orders, and what would bring it."""
    by_reason: dict[str, list[str]] = {}
    for key, reason in features.off.items():
        by_reason.setdefault(reason, []).append(FEATURES[key].label)
    if not by_reason:
        return
    rows = "".join(
        f"<li><b>{escape(', '.join(names))}</b>: {escape(reason)}</li>"
        for reason, names in by_reason.items()
    )
    questions = wording.plural(len(features.off), "more question")
    st.html(
        f"<details class=not-here><summary>{questions} that these orders cannot answer yet"
        f"</summary><ul>{rows}</ul></details>"
    )
    if any(FEATURES[key].group == "Signals" for key in features.off):
        st.page_link(
            page_table.FRONT_PAGE,
            label=ELSEWHERE,
            icon=":material/library_add:",
            query_params=page_table.OPEN_ELSEWHERE,
        )
