"""How the RFM page lets a marketer cut: in fifths, or at own cut points."""

import math

import numpy as np
import streamlit as st

from retention import wording
from retention.segments.rfm import RfmRules
from retention.view import widgets
from retention.view.rfm.data import Basis
from retention.view.rfm.words import DEFINITIONS
from retention.view.session.loaded import Loaded
from retention.view.text import money_format

FIFTHS, OWN = "Fifths", "Own cut points"
PARTS = {"days": "Last order", "orders": "Orders", "revenue": "Revenue"}
MOST_ORDERS, MOST_DAYS = 20, 730


def draw_rules(data: Loaded, basis: Basis) -> RfmRules:
    """The choice between fifths and own cut points, with the sliders of the latter; all in the URL."""
    kind = st.segmented_control(
        "Cut scores in",
        [FIFTHS, OWN],
        default=FIFTHS,
        key="rfm_cut",
        bind="query-params",
        required=True,
        help=DEFINITIONS["cut"],
    )
    if kind == FIFTHS:
        return RfmRules()
    _, parts = widgets.kept_parts(PARTS, "rfm_parts")
    with parts["days"]:
        own_days = _days(basis)
    with parts["orders"]:
        own_orders = _orders(basis)
    with parts["revenue"]:
        own_revenue = _revenue(basis, data.orders.currency)
    return RfmRules(_ascending(own_days), _ascending(own_orders), _ascending(own_revenue))


def _days(basis: Basis) -> tuple[tuple, tuple]:
    seen = int(basis.inputs.measures["days"].max(initial=1))
    most = min(max(seen, 30), MOST_DAYS)
    five, four, three, two = (int(cut) for cut in _within(basis.inputs.fifths.days, 0, most))
    best = _pair("rfm_days_best", "Score 5 up to, 4 up to (days)", 0, most, (five, four), 1, "%d")
    rest = _pair("rfm_days_rest", "Score 3 up to, 2 up to (days)", 0, most, (three, two), 1, "%d")
    return best, rest


def _orders(basis: Basis) -> tuple[tuple, tuple]:
    two, three, four, five = (
        int(cut) for cut in _within(basis.inputs.fifths.orders, 2, MOST_ORDERS)
    )
    low = _pair(
        "rfm_orders_low", "Score 2 from, 3 from (orders)", 2, MOST_ORDERS, (two, three), 1, "%d"
    )
    high = _pair(
        "rfm_orders_high", "Score 4 from, 5 from (orders)", 2, MOST_ORDERS, (four, five), 1, "%d"
    )
    return low, high


def _revenue(basis: Basis, currency: str | None) -> tuple[tuple, tuple]:
    amounts = basis.inputs.measures["revenue"]
    top = max(float(np.quantile(amounts, 0.99)) if len(amounts) else 1.0, 1.0)
    power = 10.0 ** math.floor(math.log10(top / 200))
    step = next(power * nice for nice in (1, 2, 5, 10) if power * nice * 200 >= top * 0.999)
    most = math.ceil(top / step) * step
    two, three, four, five = _within(basis.inputs.fifths.revenue, 0.0, most)
    written = money_format(currency, 1, step)
    low = _pair("rfm_revenue_low", "Score 2 from, 3 from", 0.0, most, (two, three), step, written)
    high = _pair("rfm_revenue_high", "Score 4 from, 5 from", 0.0, most, (four, five), step, written)
    return low, high


def _pair(key: str, label: str, low, high, standard: tuple, step, written: str) -> tuple:
    return st.slider(
        label,
        low,
        high,
        standard,
        step,
        written,
        key=key,
        bind="query-params",
        help=DEFINITIONS["own"],
    )


def _within(cuts: tuple, low: float, high: float) -> list[float]:
    """Cut points within a slider; one that nobody reaches stands at its end."""
    return [min(max(cut, low), high) for cut in cuts]


def _ascending(pairs: tuple[tuple, tuple]) -> tuple:
    """The four cut points in order; where the sliders pass each other, it says so."""
    cuts = (*pairs[0], *pairs[1])
    if list(cuts) != sorted(cuts):
        said = ", ".join(f"{cut:,g}" for cut in sorted(cuts))
        st.caption(
            ":orange[:material/warning:] The two sliders pass each other. In force, in order: "
            f"{said}."
        )
    return tuple(sorted(cuts))


def caution(basis: Basis) -> None:
    """What to bear in mind where there are few customers to cut."""
    customers = len(basis.inputs.measures["days"])
    if customers < 125:
        st.info(
            f"{wording.plural(customers, 'customer')} in 25 cells: most hold a handful at best, "
            "and chance decides who stands where. Own cut points say more here than fifths.",
            icon=":material/info:",
        )
