"""The segment being built: who it finds, and each condition with what it amounts to beside it."""

from html import escape

import streamlit as st

from retention import wording
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.conditions import (
    GROUP_KINDS,
    Count,
    Group,
    count_each,
    totals,
    unavailable,
)
from retention.own_segments.features import Features
from retention.own_segments.values import BY_KIND, OPERATORS
from retention.own_segments.words import describe
from retention.view import palette, text
from retention.view.own_segments import draft as drafts
from retention.view.own_segments.values import draw_value

_KIND_LABELS = {"all": "All of these", "any": "Any of these", "not": "None of these"}
_JOINS = {"all": "and", "any": "or", "not": "nor"}
_LEFT = {"all": "left", "any": "so far", "not": "left"}
# What the menu offers of a kind: saying the same in two ways would only make it longer.
_OFFERED = {"category": ("one_of", "none_of", "known", "unknown")}
_WORDS = OPERATORS | {
    "one_of": "is any of",
    "top": "is in the top (%)",
    "within": "in the last … days",
    "ahead": "in the next … days",
    "ago": "before the last … days",
}
_COMPARED = ("at_least", "at_most", "between")

_LINE = "rgba(128,140,146,.25)"
STYLE = """<style>
.hero{display:grid;grid-template-columns:auto 1fr;gap:.15rem 1.5rem;align-items:center}
.hero b{font-size:2.6rem;font-weight:650;line-height:1.05;font-variant-numeric:tabular-nums}
.hero small{font-size:.875rem;opacity:.75;display:block;font-weight:400}
.hero p{margin:0;font-size:1.0625rem;line-height:1.45;overflow-wrap:anywhere}
.hero .bar{grid-column:1/-1;margin-top:.6rem}
.bar{height:.5rem;border-radius:.25rem;background:LINE;overflow:hidden;position:relative}
.bar i{position:absolute;inset:0 auto 0 0;border-radius:.25rem;background:ACCENT}
.bar i.own{opacity:.35}
.cond{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.3rem .9rem;align-items:center;font-size:.875rem;
font-variant-numeric:tabular-nums}
.cond b{font-weight:600} .cond span{opacity:.75} .cond .left{opacity:1;font-weight:600;text-align:right;cursor:help}
.cond .off{grid-column:1/-1;opacity:1;color:light-dark(#8F4310,#F4B183)}
.cond .about{cursor:help;opacity:.6;margin-left:.5rem;font-size:.6875rem;font-weight:600;border:1.5px solid;
border-radius:50%;width:1rem;height:1rem;display:inline-grid;place-items:center;vertical-align:.06rem;line-height:1}
.cond .bar{align-self:center}
.join{font-size:.75rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase;opacity:.65;
margin:-.55rem 0 -.55rem .9rem}
[data-testid=stLayoutWrapper]:has(>.st-key-hero){position:sticky;top:3.75rem;z-index:90;background:PAGE}
[class*=st-key-group_]{border-left:3px solid ACCENT}
[class*=st-key-cond_]{padding:.7rem .8rem .75rem;position:relative}
[class*=st-key-cond_] [class*=st-key-remove_]{position:absolute;top:.05rem;right:-.35rem;width:auto!important}
[class*=st-key-row_]{padding-right:1.5rem;position:relative}
[class*=st-key-feature_] input,[class*=st-key-operator_] input{text-overflow:ellipsis}
[class*=st-key-names_]{flex:1 1 9rem;width:auto!important;min-width:9rem}
[class*=st-key-cards-own]>div,[class*=st-key-cards-own]>div>div{height:100%}
@media(max-width:640px){
.hero{grid-template-columns:1fr;gap:.3rem} .hero b{font-size:2rem} .hero p{font-size:.9375rem}
.hero small{display:inline;margin-left:.45rem}
.hero p{display:-webkit-box;-webkit-line-clamp:3;-webkit-box-orient:vertical;overflow:hidden}
.hero .bar{margin-top:.2rem}
[class*=st-key-feature_],[class*=st-key-feature_]>div{width:100%!important}
[class*=st-key-within_]{flex:1 1 9rem;width:auto!important}
[class*=st-key-operator_]{flex:1 1 8.5rem;width:auto!important}
[class*=st-key-value_]{flex:1 1 5.5rem;width:auto!important}
}
</style>"""
_PAGE = f"light-dark({palette.BACKGROUNDS['light']},{palette.BACKGROUNDS['dark']})"
STYLE = STYLE.replace("LINE", _LINE).replace("ACCENT", palette.ACCENT).replace("PAGE", _PAGE)


def draw_hero(rule: Group, features: Features) -> None:
    """How many customers the segment finds, of how many, and the segment in words."""
    missing = unavailable(rule, features)
    words = escape(describe(rule, features))
    n = 0 if missing else totals(rule, features).customers
    share = n / len(features)
    number = wording.MISSING if missing else wording.count(n)
    of_all = (
        "cannot be counted"
        if missing
        else f"{wording.percent(share)} of {wording.count(len(features))} customers"
    )
    with st.container(border=True, key="hero"):
        st.html(
            "<div class=hero role=status><div "
            f"title='{escape(text.DEFINITIONS['customers'], quote=True)}'><b "
            f"class=found>{number}</b><small>{of_all}</small></div><p>{words}</p><div "
            f"class=bar><i style='width:{100 * share:.2f}%'></i></div></div>"
        )
        if missing:
            st.caption(
                f":orange[:material/warning:] {text.plain(missing[0][1])} Remove what is marked "
                "below."
            )


def draw_editor(tree: dict, rule: Group, features: Features) -> None:
    """The conditions and groups, each with its controls and what it amounts to."""
    counts = {}
    for count in count_each(rule, features):
        counts[count.path] = count
    _draw_group(tree, (), counts, features)
    _not_here(features)


def _draw_group(node: dict, path: tuple[int, ...], counts: dict, features: Features) -> None:
    number, outermost = node["id"], not path
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        key = f"kind_{number}"
        if key not in st.session_state:
            st.session_state[key] = node["kind"]
        st.segmented_control(
            "Customers who match" if outermost else "Join these by",
            list(GROUP_KINDS),
            format_func=_KIND_LABELS.get,
            required=True,
            key=key,
            label_visibility="visible" if outermost else "collapsed",
            help="All: every condition holds. Any: at least one does. None: not a single one "
            "does. Who is unknown to a condition satisfies neither it nor its opposite."
            if outermost
            else None,
        )
        if not outermost:
            _remove(number, "group")
    place = 0
    for part in node["parts"]:
        counted = "kind" in part or not drafts.unfinished(part)
        count = counts.get((*path, place)) if counted else None
        if place and counted:
            st.html(f"<div class=join>{_JOINS[node['kind']]}</div>")
        if "kind" in part:
            with st.container(border=True, key=f"group_{part['id']}", gap="small"):
                _draw_group(part, (*path, place), counts, features)
                _amount(count, features, node["kind"], "")
        else:
            _draw_condition(part, count, features, node["kind"], len(path))
        place += counted
    with st.container(horizontal=True):
        st.button(
            "Add condition",
            icon=":material/add:",
            key=f"add_{number}",
            on_click=drafts.add_condition,
            args=(number, features),
        )
        if outermost:
            st.button(
                "Add group",
                icon=":material/data_object:",
                type="tertiary",
                key=f"nest_{number}",
                on_click=drafts.add_group,
                args=(number, features),
                help="Conditions of their own within this segment, such as: any of three channels.",
            )


def _draw_condition(
    node: dict, count: Count | None, features: Features, kind: str, level: int
) -> None:
    number, feature = node["id"], FEATURES[node["feature"]]
    name = f"Condition on {feature.label.lower()}"
    with st.container(border=True, key=f"cond_{number}", gap="small"):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="xsmall", key=f"row_{number}"
        ):
            key = f"feature_{number}"
            if st.session_state.get(key) != feature.key:
                st.session_state[key] = feature.key
            st.selectbox(
                f"{name}: what to ask",
                [*features.available, *([feature.key] if features.missing(feature.key) else [])],
                format_func=lambda one: f"{FEATURES[one].label}  ·  {FEATURES[one].group}",
                key=key,
                on_change=drafts.choose_feature,
                args=(number, key, features),
                label_visibility="collapsed",
                width=205 if level == 0 else 190,
            )
            _operator(node, features, name)
            draw_value(node, features, name)
            _remove(number, "condition")
        _amount(
            count,
            features,
            kind,
            feature.help,
            drafts.unfinished(node),
            features.missing(feature.key),
        )


def _operator(node: dict, features: Features, name: str) -> None:
    feature, key = FEATURES[node["feature"]], f"operator_{node['id']}_{node['feature']}"
    chosen, labels = node["operator"], dict(_WORDS)
    options = list(_OFFERED.get(feature.kind, BY_KIND[feature.kind]))
    if feature.kind == "flag":
        options = ["yes", "no", "known", "unknown"]
        labels |= {"yes": feature.says, "no": feature.says_not}
        chosen = ("yes" if node["value"] else "no") if chosen == "is" else chosen
    unit = {"money": features.currency or "", "share": "%"}.get(feature.kind, "")
    if unit:
        labels |= {one: f"{labels[one]} ({unit})" for one in _COMPARED}
    if st.session_state.get(key) != chosen:
        st.session_state[key] = chosen
    st.selectbox(
        f"{name}: how to compare",
        options,
        format_func=labels.get,
        key=key,
        on_change=drafts.choose_operator,
        args=(node["id"], key, features),
        label_visibility="collapsed",
        width=235 if feature.kind == "flag" else 142,
    )


def _remove(number: int, what: str) -> None:
    st.button(
        f":material/close: :small[Remove {what}]" if what == "group" else ":material/close:",
        key=f"remove_{number}",
        type="tertiary",
        on_click=drafts.remove,
        args=(number,),
        help=f"Remove this {what}",
    )


def _amount(
    count: Count | None,
    features: Features,
    kind: str,
    about: str,
    unfinished: str = "",
    missing: str = "",
) -> None:
    """One line: what the condition finds by itself, and what is left after it and those before it."""
    hover = f"<span class=about title='{escape(about, quote=True)}'>?</span>" if about else ""
    if missing or unfinished or count is None or count.totals is None:
        why = missing or unfinished or (count and count.problem) or "Not counted yet."
        st.html(f"<div class=cond><span class=off>{escape(why)}{hover}</span></div>")
        return
    found, everybody = count.totals, len(features)
    money = [f"{wording.money(found.revenue, features.currency, short=True)} so far"]
    if features.value is not None:
        money.append(
            f"{wording.money(found.expected_value, features.currency, short=True)} expected"
        )
    own, left = (100 * n / everybody for n in (found.customers, count.left or 0))
    after = "" if count.left is None else f"{wording.count(count.left)} {_LEFT[kind]}"
    title = "Customers after this and everything above it in its group."
    st.html(
        f"<div class=cond><div><b>{wording.count(found.customers)}</b> "
        f"<span>{wording.percent(found.customers / everybody)} · "
        f"{escape(' · '.join(money))}</span>{hover}</div><div class=left "
        f"title='{title}'>{after}</div><div class=bar style='grid-column:1/-1'><i class=own "
        f"style='width:{own:.2f}%'></i><i style='width:{left:.2f}%'></i></div></div>"
    )


def _not_here(features: Features) -> None:
    """What cannot be asked of these orders, and what would bring it."""
    by_reason: dict[str, list[str]] = {}
    for key, reason in features.off.items():
        by_reason.setdefault(reason, []).append(FEATURES[key].label)
    if not by_reason:
        return
    rows = "".join(
        f"<li><b style='font-weight:600'>{escape(', '.join(names))}</b>: {escape(why)}</li>"
        for why, names in by_reason.items()
    )
    st.html(
        "<details style='font-size:.875rem'><summary style='cursor:pointer;opacity:.8'>"
        f"{wording.plural(len(features.off), 'more question')} that these orders cannot answer "
        f"yet</summary><ul style='margin:.5rem 0 0;line-height:1.6'>{rows}</ul></details>"
    )
