"""The sliders of the segments page: their groups, presets and strips, and the rules they add up to.

A slider takes bounds, step and help from `SegmentRules`. Two thresholds of which one must not pass the other share a
slider with two handles, so no move can contradict itself. Every key is a name in the URL.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from retention.presets import published_rules
from retention.rules import SegmentRules, defaults, thresholds
from retention.segments import unavailable, value_cutoffs
from retention.view import palette, text
from retention.view import segment_basis as basis_module
from retention.view import segment_charts as charts
from retention.view import segment_frames as frames
from retention.view.loaded import Loaded
from retention.view.segment_basis import READY_DAYS, Basis

PUBLISHED, FITTED = "Published scheme", "Fit to my data"
UNITS = {"percentile": "Percentile", "money": "Money"}


@dataclass(frozen=True, slots=True)
class Slider:
    """One slider: its URL key, the rules it sets (two: one a handle), label, help and the colours of its parts."""

    key: str
    rules: tuple[str, ...]
    label: str
    help: str
    colours: tuple[str, ...]


_STAGE, _TRAIT, _REST = palette.STAGE_COLOURS, palette.TRAIT_COLOURS, palette.NEUTRAL
LAST_ORDER = (
    Slider(
        "one",
        ("new_days", "one_order_lapsed"),
        "Bought once: new until, lapsed after",
        "New for fewer than the first number of days since the only order, lapsed after more than the second. In "
        "between the second order is to be won.",
        (_STAGE["new"], _STAGE["first_time"], _STAGE["lapsed"]),
    ),
    Slider(
        "repeat",
        ("repeat_at_risk", "repeat_lapsed"),
        "Repeat customers: at risk from, lapsed after",
        "At risk from the first number of days since the last order, lapsed after more than the second.",
        (_STAGE["repeat"], _STAGE["at_risk"], _STAGE["lapsed"]),
    ),
    Slider(
        "loyal",
        ("loyal_at_risk", "loyal_lapsed"),
        "Loyal customers: at risk from, lapsed after",
        "At risk from the first number of days since the last order, lapsed after more than the second.",
        (_STAGE["loyal"], _STAGE["at_risk"], _STAGE["lapsed"]),
    ),
    Slider(
        "loyal_orders",
        ("loyal_orders",),
        "Loyal from this many orders",
        thresholds()["loyal_orders"].help,
        (_STAGE["repeat"], _STAGE["loyal"]),
    ),
)
VALUES = (
    Slider("vip", ("vip_value",), "VIP: expected value from", thresholds()["vip_value"].help, (_REST, _STAGE["vip"])),
    Slider(
        "spender",
        ("spender_value",),
        "Big spender: revenue so far from",
        thresholds()["spender_value"].help,
        (_REST, _TRAIT["big_spender"]),
    ),
    Slider(
        "order_value",
        ("order_value",),
        "High order value: average order from",
        thresholds()["order_value"].help,
        (_REST, _TRAIT["high_order_value"]),
    ),
)
VIP_ORDERS = Slider(
    "vip_orders",
    ("vip_orders",),
    "VIP: at least this many orders",
    thresholds()["vip_orders"].help,
    (_REST, _STAGE["vip"]),
)
DISCOUNT = Slider(
    "discount",
    ("full_price", "discount_shopper"),
    "Discount share: full price up to, discount shopper from",
    "Discounts as a share of what the orders would have cost without them.",
    (_TRAIT["full_price"], _REST, _TRAIT["discount_shopper"]),
)
READY = Slider(
    "ready",
    ("ready_probability",),
    "Ready to buy: probability from",
    thresholds()["ready_probability"].help,
    (_REST, _TRAIT["ready_to_buy"]),
)


def ready_days() -> int:
    """How many days ahead “ready to buy” looks; drawn before the data are prepared for it."""
    return st.select_slider(
        thresholds()["ready_days"].label,
        READY_DAYS,
        defaults()["ready_days"],
        format_func=partial(text.plural, one="day"),
        key="ready_days",
        bind="query-params",
        help=thresholds()["ready_days"].help,
    )


class Controls:
    """The sliders of one redraw; strips wait until the counts are drawn."""

    def __init__(self, data: Loaded) -> None:
        self.data = data
        self.values: dict[str, float] = {}
        self._strips: list[tuple[object, Slider, str, float, float, Sequence[float]]] = []

    def draw(self) -> tuple[Basis, SegmentRules]:
        """Draw the sliders in their tabs; return the prepared data and the rules the sliders say."""
        presets = st.container(key="segment_presets", horizontal=True, vertical_alignment="center")
        last_order, value, discount, ready = self._tabs = st.tabs(
            ["Last order", "Value", "Discounts", "Next order"], key="thresholds", on_change="rerun"
        )
        with ready:
            days = ready_days()
        basis = basis_module.basis_for(self.data, days)
        self.basis, off = basis, unavailable(basis.inputs)
        with last_order:
            for slider in LAST_ORDER[3:] + LAST_ORDER[:3]:
                self._slider(slider, last_order.open)
        with value:
            unit = self._unit()
            for slider in VALUES:
                self._slider(slider, value.open, unit, off.get("vip") if slider.key == "vip" else None)
            self._slider(VIP_ORDERS, value.open, off=off.get("vip"))
        with discount:
            self._slider(DISCOUNT, discount.open, off=off.get("discount_shopper"))
        with ready:
            self._slider(READY, ready.open, off=off.get("ready_to_buy"))
        rules = SegmentRules(**self.values, ready_days=days, value_unit=unit)
        with presets:
            self._presets(rules)
        return basis, rules

    def draw_strips(self) -> None:
        """Draw what each slider of the open tab cuts."""
        currency = self.data.orders.currency
        for place, slider, name, low, high, cuts in self._strips:
            bins = basis_module.strip_bins(
                self.data.orders.digest,
                name if slider.key != "ready" else f"ready",
                int(self.values["loyal_orders"]),
                low,
                high,
                currency,
                _basis=self.basis,
            )
            with place:
                charts.live_chart(
                    basis_module.strip_spec(low, high),
                    {"bins": bins, "zones": frames.zone_rows(low, cuts, high, slider.colours)},
                    key=f"strip_{name}",
                    alt_text=f"Customers by what the slider below cuts: {slider.label}",
                )
