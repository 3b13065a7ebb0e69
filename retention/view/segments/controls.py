"""The presets, the sliders in their parts with the strips below, and the rules that they set."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from retention import wording
from retention.segments.inputs import percentile_cutoff, percentile_of, unavailable
from retention.segments.labels import LABELS
from retention.segments.presets import FittedRules, published_rules
from retention.segments.rules import VALUE_UNITS, SegmentRules, ValueUnit, defaults, thresholds
from retention.view import text, widgets
from retention.view.live_chart import live_chart
from retention.view.segments.sliders import (
    DAYS_RULES,
    DISCOUNT,
    LAST_ORDER,
    READY,
    VALUES,
    VIP_ORDERS,
    Scale,
    Slider,
    measure_of,
    money_scale,
)
from retention.view.segments.strips import StripKey, strip_data, strip_spec
from retention.view.session import choices
from retention.view.session.loaded import Loaded
from retention.view.session.segments import READY_DAYS, Basis, basis_for, fitted_for
from retention.view.text import FITTED, PUBLISHED, money_format, slider_format

PRESET_HELP = (
    "The published scheme counts 30, 60, 90, 120 and 180 days. “Fit to my data” takes the days "
    "from how long your own customers wait between orders. Both set only the days since the last "
    "order."
)
PARTS = {
    "last_order": "Last order",
    "value": "Value",
    "discounts": "Discounts",
    "next_order": "Next order",
}
ALL_SLIDERS = (*LAST_ORDER, *VALUES, VIP_ORDERS, DISCOUNT, READY)
UNIT_LABELS = {"percentile": "Percentiles", "money": "Money"}
# The groups of a part that are off where the data lack what they need.
GROUPS_OF = {
    "value": ("vip", "big_spender", "high_order_value"),
    "discounts": ("full_price", "discount_shopper"),
    "next_order": ("ready_to_buy",),
}
# The group of each slider in the part "Value".
_ABOUT_VALUE = {"vip": "vip", "spender": "big_spender", "order_value": "high_order_value"}


@dataclass(frozen=True, slots=True)
class Strip:
    """A place below a slider for the distribution that it cuts, drawn after the counts.

    Attributes:
        place: Where it is drawn.
        name: The slider's key, with its unit where it has one of two.
        slider: The slider.
        low: The slider's lower end.
        high: Its upper end.
        cuts: Where its handles stand.
    """

    place: DeltaGenerator
    name: str
    slider: Slider
    low: float
    high: float
    cuts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """What the sliders say.

    Attributes:
        basis: The prepared data.
        rules: The thresholds.
        strips: Strips of the open part that are still to draw.
    """

    basis: Basis
    rules: SegmentRules
    strips: tuple[Strip, ...] = ()


def as_set(data: Loaded) -> SegmentSettings | None:
    """What the sliders say before they are drawn; None until they have been drawn once."""
    state = st.session_state
    unit, days = state.get("unit"), state.get("ready_days")
    keys = {slider: slider.key for slider in ALL_SLIDERS}
    if unit == "money":
        keys |= {slider: f"{slider.key}_money" for slider in VALUES}
    chosen = {slider: state.get(key) for slider, key in keys.items()}
    if unit is None or days is None or None in chosen.values():
        return None
    values: dict[str, Any] = {
        rule: cut
        for slider, handles in chosen.items()
        for rule, cut in zip(slider.rules, _cuts(handles), strict=True)
    }
    rules = SegmentRules(**values, ready_days=days, value_unit=unit)
    return SegmentSettings(basis=basis_for(data, days), rules=rules)


def _kept_rules() -> SegmentRules | None:
    """The rules that the sliders begin with when the page is opened again, or saved work is.

    None where they stand already, where an address sets some, and where nobody has moved any.
    """
    state, rules = st.session_state, choices.segment_rules()
    keys = {"unit", "ready_days"} | {slider.key for slider in ALL_SLIDERS}
    keys |= {f"{slider.key}_money" for slider in VALUES}
    if "unit" in state or keys & set(st.query_params) or rules == SegmentRules():
        return None
    return rules if rules.ready_days in READY_DAYS else None


def _begin_with(rules: SegmentRules, basis: Basis) -> None:
    """Set every slider to the rules. An amount beyond a slider's end stands at the end."""
    state = st.session_state
    state["unit"] = rules.value_unit
    for slider in ALL_SLIDERS:
        both = tuple(getattr(rules, rule) for rule in slider.rules)
        if slider in VALUES and rules.value_unit == "money":
            state[f"{slider.key}_money"] = money_scale(basis.inputs, slider).within(both[0])
        else:
            state[slider.key] = both if len(both) == 2 else both[0]


def _cuts(chosen: Any) -> tuple[float, ...]:
    """A slider's handles, ascending: an address may name the two in either order."""
    return tuple(sorted(chosen)) if isinstance(chosen, (tuple, list)) else (chosen,)


def draw_controls(data: Loaded, presets: DeltaGenerator) -> SegmentSettings:
    """Draw the sliders in their parts, and the presets in a place of their own."""
    shown, parts = widgets.kept_parts(PARTS, "thresholds")
    kept = _kept_rules()
    if kept is not None:
        st.session_state["ready_days"] = kept.ready_days
    with parts["next_order"]:
        days = _ready_days()
    basis = basis_for(data, days)
    if kept is not None:
        _begin_with(kept, basis)
    off = unavailable(basis.inputs)
    values: dict[str, Any] = {}
    strips: list[Strip] = []

    def draw(
        part: str, slider: Slider, about: str | None = None, scale: Scale | None = None
    ) -> None:
        with parts[part]:
            reason = off.get(about) if about else None
            strip = _draw_slider(slider, values, reason, scale, data.orders.currency)
        if part == shown and not reason:
            strips.append(strip)

    for slider in LAST_ORDER:
        draw("last_order", slider)
    with parts["value"]:
        unit = _unit(basis)
    for slider in VALUES:
        scale = None if unit == "percentile" else money_scale(basis.inputs, slider)
        draw("value", slider, about=_ABOUT_VALUE[slider.key], scale=scale)
    draw("value", VIP_ORDERS, about="vip")
    draw("discounts", DISCOUNT, about="discount_shopper")
    draw("next_order", READY, about="ready_to_buy")
    for part, groups in GROUPS_OF.items():
        missing = [group for group in groups if group in off]
        if missing:
            names, reason = _listed([LABELS[group] for group in missing]), off[missing[0]]
            verb = "are" if len(missing) > 1 else "is"
            with parts[part]:
                st.caption(f"{names} {verb} off: {reason[0].lower()}{reason[1:]}")
    rules = SegmentRules(**values, ready_days=days, value_unit=unit)
    with presets:
        _presets(data, rules)
    return SegmentSettings(basis=basis, rules=rules, strips=tuple(strips))


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def draw_strips(data: Loaded, settings: SegmentSettings) -> None:
    """Draw what each slider of the open part cuts."""
    for strip in settings.strips:
        rows = strip_data(
            data,
            StripKey(
                name=strip.name,
                loyal_orders=settings.rules.loyal_orders,
                ready_days=settings.rules.ready_days,
                low=strip.low,
                high=strip.high,
            ),
            strip.cuts,
            strip.slider.colours,
            settings.basis,
        )
        with strip.place:
            live_chart(
                strip_spec(strip.low, strip.high),
                rows,
                key=f"strip_{strip.name}",
                alt_text=f"Distribution of customers over the slider “{strip.slider.label}”",
            )


def _ready_days() -> int:
    threshold = thresholds()["ready_days"]
    return st.select_slider(
        threshold.label,
        READY_DAYS,
        value=int(defaults()["ready_days"]),
        format_func=partial(wording.plural, one="day"),
        key="ready_days",
        bind="query-params",
        help=threshold.help,
    )


def _draw_slider(
    slider: Slider,
    values: dict[str, Any],
    off: str | None,
    scale: Scale | None,
    currency: str | None,
) -> Strip:
    """Draw one slider, put its handles into `values`, and leave room for its strip."""
    threshold = thresholds()[slider.rules[0]]
    standard = tuple(defaults()[name] for name in slider.rules)
    low, high, step, key = threshold.low, threshold.high, threshold.step, slider.key
    # Two handles stand close: their numbers have no unit, which the label names.
    written = {"share": "percent", "value": slider_format("%g")}.get(threshold.unit, "%d")
    if scale is not None:
        low, high, step, standard = 0.0, scale.high, scale.step, (scale.standard,)
        key = f"{key}_money"
        written = money_format(currency, st.session_state.get(key, scale.standard), scale.step)
    number: Any = float if threshold.unit in ("share", "value") else int
    is_percentile = threshold.unit == "value" and scale is None
    about = off or slider.help
    chosen = st.slider(
        f"{slider.label} percentile" if is_percentile else slider.label,
        min_value=number(low),
        max_value=number(high),
        value=tuple(map(number, standard)) if len(standard) == 2 else number(standard[0]),
        step=number(step),
        format=written,
        key=key,
        bind="query-params",
        help=about or None,
        disabled=off is not None,
    )
    place = st.container(key=f"strip_place_{key}")
    cuts = _cuts(chosen)
    values.update(zip(slider.rules, cuts, strict=True))
    return Strip(
        place=place,
        name=f"{key}_percentile" if is_percentile else key,
        slider=slider,
        low=float(low),
        high=float(high),
        cuts=tuple(map(float, cuts)),
    )


def _presets(data: Loaded, rules: SegmentRules) -> None:
    """The presets, the one in force marked, and the way back to the start."""
    fitted: FittedRules | None = st.session_state.get(_fitted_key(data))
    in_force = _preset_in_force(rules, fitted)
    # Buttons, not a choice widget: the server can unset a choice, but the next quick key press
    # would bring it back.
    with st.container(horizontal=True, vertical_alignment="bottom", key="segment_presets"):
        for name in (PUBLISHED, FITTED):
            st.button(
                name,
                key=f"preset_{name}",
                type="primary" if name == in_force else "secondary",
                help=PRESET_HELP,
                on_click=_apply_preset,
                args=(data, name),
            )
        st.button("Reset all", icon=":material/restart_alt:", type="tertiary", on_click=_reset)
    if fitted is not None and in_force == FITTED:
        st.caption(text.plain(" ".join((fitted.method, *fitted.notes)), limit=1000))


def _preset_in_force(rules: SegmentRules, fitted: FittedRules | None) -> str | None:
    """The preset that the days of the rules are equal to, if any."""

    def days(preset: SegmentRules) -> list[float]:
        return [getattr(preset, name) for name in DAYS_RULES]

    if fitted is not None and days(rules) == days(fitted.rules):
        return FITTED
    return PUBLISHED if days(rules) == days(published_rules()) else None


def _apply_preset(data: Loaded, name: str) -> None:
    rules = published_rules()
    if name == FITTED:
        fitted = fitted_for(data)
        st.session_state[_fitted_key(data)] = fitted
        rules = fitted.rules
    for slider in LAST_ORDER:
        if slider.rules[0] in DAYS_RULES:
            st.session_state[slider.key] = tuple(getattr(rules, rule) for rule in slider.rules)


def _reset() -> None:
    standard = defaults()
    for slider in ALL_SLIDERS:
        both = tuple(standard[rule] for rule in slider.rules)
        st.session_state[slider.key] = both if len(both) == 2 else both[0]
        st.session_state.pop(f"{slider.key}_money", None)
    st.session_state["ready_days"] = standard["ready_days"]
    st.session_state["unit"] = "percentile"


def _fitted_key(data: Loaded) -> str:
    return f"fitted_rules_{data.orders.digest}"


def _unit(basis: Basis) -> ValueUnit:
    return st.segmented_control(
        "Measure value in",
        list(VALUE_UNITS),
        default="percentile",
        required=True,
        format_func=lambda unit: UNIT_LABELS[unit],
        key="unit",
        bind="query-params",
        on_change=_carry_over,
        args=(basis,),
        help=text.one_help(
            {
                "Percentile": "The 90th percentile is what all but the top 10% of customers stay "
                "below.",
                **{slider.label: _about(slider) for slider in (*VALUES, VIP_ORDERS)},
            }
        ),
    )


def _about(slider: Slider) -> str:
    return thresholds()[slider.rules[0]].help


def _carry_over(basis: Basis) -> None:
    """After a change of unit, set the sliders so that they let in the same customers."""
    state = st.session_state
    for slider in VALUES:
        ascending = measure_of(basis.inputs, slider)
        if ascending is None or not len(ascending):
            continue
        scale = money_scale(basis.inputs, slider)
        if state["unit"] == "money":
            percentile = state.get(slider.key, defaults()[slider.rules[0]])
            state[f"{slider.key}_money"] = scale.within(percentile_cutoff(ascending, percentile))
        else:
            money = state.get(f"{slider.key}_money", scale.standard)
            threshold = thresholds()[slider.rules[0]]
            state[slider.key] = float(
                min(max(percentile_of(ascending, money), threshold.low), threshold.high)
            )
