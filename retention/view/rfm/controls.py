"""How the RFM page lets a marketer cut: in fifths, or at own cut points."""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import streamlit as st

from retention import wording
from retention.segments.rfm import RfmRules
from retention.view import text, widgets
from retention.view.rfm.data import RfmBasis
from retention.view.rfm.words import DEFINITIONS, CutPoints
from retention.view.session.loaded import Loaded
from retention.view.text import money_format, slider_step

FIFTHS, OWN = "Fifths", "Own cut points"
PARTS = {"days": "Last order", "orders": "Orders", "revenue": "Revenue"}
MOST_ORDERS, MOST_DAYS = 20, 730
Number = TypeVar("Number", int, float)


def draw_rules(data: Loaded, basis: RfmBasis) -> RfmRules:
    """The choice between fifths and own cut points, with the sliders of the latter, in the URL."""
    kind = st.segmented_control(
        "Cut scores in",
        [FIFTHS, OWN],
        default=FIFTHS,
        key="rfm_cut",
        bind="query-params",
        required=True,
        help=text.one_help(
            {
                "Cut scores in": DEFINITIONS["cut"],
                "Where scores are cut": DEFINITIONS["scores"],
                "Own cut points": DEFINITIONS["own"],
            }
        ),
    )
    if kind == FIFTHS:
        return RfmRules()
    names = {name: label for name, label in PARTS.items() if name in basis.inputs.measures}
    _, parts = widgets.kept_parts(names, "rfm_parts")
    with parts["days"]:
        own_days = _days(basis)
    with parts["orders"]:
        own_orders = _orders(basis)
    own_revenue = None
    if "revenue" in parts:
        with parts["revenue"]:
            own_revenue = _revenue(basis, data.orders.currency)
    return RfmRules(
        days=_ascending(own_days),
        orders=_ascending(own_orders),
        revenue=None if own_revenue is None else _ascending(own_revenue),
    )


def _days(basis: RfmBasis) -> list[int]:
    seen = int(basis.inputs.measures["days"].max(initial=1))
    most = min(max(seen, 30), MOST_DAYS)
    five, four, three, two = map(int, _fifths(basis, "days", 0, most))
    return [
        *_pair("rfm_days_best", "Score 5 up to, 4 up to (days)", 0, most, (five, four)),
        *_pair("rfm_days_rest", "Score 3 up to, 2 up to (days)", 0, most, (three, two)),
    ]


def _orders(basis: RfmBasis) -> list[int]:
    two, three, four, five = map(int, _fifths(basis, "orders", 2, MOST_ORDERS))
    return [
        *_pair("rfm_orders_low", "Score 2 from, 3 from (orders)", 2, MOST_ORDERS, (two, three)),
        *_pair("rfm_orders_high", "Score 4 from, 5 from (orders)", 2, MOST_ORDERS, (four, five)),
    ]


def _revenue(basis: RfmBasis, currency: str | None) -> list[float]:
    amounts = basis.inputs.measures["revenue"]
    top = max(float(np.quantile(amounts, 0.99)) if len(amounts) else 1.0, 1.0)
    step = slider_step(top)
    most = math.ceil(top / step) * step
    two, three, four, five = _fifths(basis, "revenue", 0.0, most)
    written = money_format(currency, 1, step)
    return [
        *_pair("rfm_revenue_low", "Score 2 from, 3 from", 0.0, most, (two, three), step, written),
        *_pair("rfm_revenue_high", "Score 4 from, 5 from", 0.0, most, (four, five), step, written),
    ]


def _pair(
    key: str,
    label: str,
    low: Number,
    high: Number,
    standard: tuple[Number, Number],
    step: Number | None = None,
    written: str = "%d",
) -> tuple[Number, Number]:
    """A slider with two handles; the step is 1 for whole numbers."""
    return st.slider(
        label,
        min_value=low,
        max_value=high,
        value=standard,
        step=step,
        format=written,
        key=key,
        bind="query-params",
    )


def _fifths(basis: RfmBasis, measure: str, low: float, high: float) -> list[float]:
    """Where fifths are cut, within a slider: a cut point beyond an end stands at that end."""
    return [min(max(cut, low), high) for cut in getattr(basis.inputs.fifths, measure)]


def _ascending(cuts: Sequence[Number]) -> CutPoints:
    """The four cut points in order, with a note where the sliders pass each other."""
    first, second, third, fourth = in_order = sorted(cuts)
    if list(cuts) != in_order:
        numbers = ", ".join(wording.general(cut, 6) for cut in in_order)
        st.caption(
            ":orange[:material/warning:] The two sliders pass each other. In force, in order: "
            f"{numbers}."
        )
    return first, second, third, fourth


def caution(basis: RfmBasis) -> None:
    """What to bear in mind where there are few customers to cut."""
    customers = len(basis.inputs.measures["days"])
    if customers < 125:
        st.info(
            f"{wording.plural(customers, 'customer')} in 25 cells: most hold a handful at best, "
            "and chance decides who stands where. Own cut points say more here than fifths.",
            icon=":material/info:",
        )
