"""Everything the segments page needs before a threshold moves, prepared once a session and data set."""

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from retention.errors import ModelError
from retention.segments.inputs import ORDERS_CAP, aligned, percentile_cutoff
from retention.segments.presets import FittedRules, fitted_rules
from retention.segments.stages import (
    STAGES,
    SegmentInputs,
    SegmentRules,
    place_segments,
    prepare_segments,
    summarise_segments,
    with_probability,
)
from retention.view import text
from retention.view.segments import charts, frames
from retention.view.session import results as session
from retention.view.session.results import Loaded

HORIZON_DAYS = 365
READY_DAYS = (7, 14, 30, 60, 90, 180)

# The ranking that a slider cuts.
MEASURES = {"vip": "value", "spender": "revenue", "order_value": "order_value"}
SHARES = {"discount": "discount", "ready": "probability"}


class StripKey(NamedTuple):
    """What a slider's distribution depends on; `basis` is `basis_key`, `name` as in `segment_controls`."""

    basis: str
    name: str
    loyal_orders: int
    ready_days: int
    low: float
    high: float
    currency: str | None


@dataclass(frozen=True, slots=True)
class Basis:
    """Prepared inputs and the scores in the customers' order; `problem` says why there are none, if so.

    `classes` counts customers by orders (capped) and days since the last order; `opens_on` is the stage to
    show first.
    """

    inputs: SegmentInputs
    scores: pd.DataFrame | None
    classes: np.ndarray
    problem: str | None
    opens_on: str


def basis_key(data: Loaded) -> str:
    """What everything prepared here depends on: the orders and the session's purchase model."""
    return f"{data.orders.digest} {session.purchase_model()}"


def basis_for(data: Loaded, ready_days: int) -> Basis:
    """The session's prepared inputs with the probability to buy within `ready_days` days."""
    return _basis(basis_key(data), ready_days, _data=data)


def fitted_for(data: Loaded) -> FittedRules:
    """Thresholds fitted to the store's own reorder times."""
    return _fitted(data.orders.digest, _data=data)


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _first_basis(key: str, *, _data: Loaded) -> Basis:
    problem, scores, uncertainty = None, None, None
    plan = session.standard_plan(HORIZON_DAYS)
    try:
        scores = aligned(session.scores_for(_data, plan), _data.customers.index)
        uncertainty = session.uncertainty_for(_data, plan)
    except ModelError as error:
        problem = str(error)
    inputs = prepare_segments(_data.customers, scores, 30, uncertainty)
    classes = np.zeros((ORDERS_CAP + 1) * inputs.span, dtype=np.int64)
    classes[inputs.places] = inputs.place_counts
    return Basis(
        inputs, scores, classes.reshape(ORDERS_CAP + 1, inputs.span), problem, _opens_on(inputs)
    )


def _opens_on(inputs: SegmentInputs) -> str:
    """At risk, where something can be done; where nobody is, the larger of the other two to win back, then
    any."""
    customers = summarise_segments(inputs, place_segments(inputs, SegmentRules()))["customers"]
    for stages in (["at_risk"], ["first_time", "lapsed"], list(STAGES)):
        if customers[stages].any():
            return customers[stages].idxmax()
    return "at_risk"


@st.cache_resource(scope="session", max_entries=3, show_spinner="Preparing segments…")
def _basis(key: str, ready_days: int, *, _data: Loaded) -> Basis:
    first = _first_basis(key, _data=_data)
    if first.problem or ready_days == first.inputs.ready_days:
        return first
    probability = session.probability_for(_data, ready_days).to_numpy()
    return Basis(
        with_probability(first.inputs, probability, ready_days),
        first.scores,
        first.classes,
        None,
        first.opens_on,
    )


@st.cache_resource(scope="session", max_entries=1, show_spinner="Measuring reorder times…")
def _fitted(digest: str, *, _data: Loaded) -> FittedRules:
    return fitted_rules(_data.orders)


@st.cache_resource(scope="session", max_entries=6, show_spinner=False)
def map_parts(
    key: str, ready_days: int, currency: str | None, *, _basis: Basis
) -> tuple[dict, tuple]:
    """The map's specification and the words of its cells."""
    grid = _basis.inputs.grid
    chart = charts.customer_map_chart(
        (float(grid.probability_edges[0]), float(grid.probability_edges[-1])),
        (float(grid.value_edges[0]), float(grid.value_edges[-1])),
        f"Probability to buy within {ready_days} days",
        currency,
    )
    return charts.live_spec(chart), frames.map_words(grid, currency)


@cache
def shares_spec() -> dict:
    """The specification of the shares chart: the same for everybody."""
    return charts.live_spec(charts.shares_chart())


@lru_cache(maxsize=200)
def strip_spec(low: float, high: float) -> dict:
    """The specification of a slider's strip: the bounds are all it depends on."""
    return charts.live_spec(charts.cut_strip_chart(low, high))


@st.cache_resource(scope="session", max_entries=200, show_spinner=False)
def strip_data(
    key: StripKey, cuts: tuple[float, ...], colours: tuple[str, ...], *, _basis: Basis
) -> dict[str, pa.Table]:
    """The data sets of a slider's strip, cut where the slider stands; as Arrow, which is how they are
    sent."""
    label = ""
    if key.name.endswith("_percentile"):
        ascending = _basis.inputs.rankings[MEASURES[key.name.removesuffix("_percentile")]].ascending
        amount = percentile_cutoff(ascending, cuts[0])
        label = text.money(amount, key.currency) if np.isfinite(amount) else "nobody stands out"
    rows = frames.cut_rows(_strip_bins(key, _basis=_basis), key.low, cuts, key.high, colours, label)
    return {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in rows.items()}


@st.cache_resource(scope="session", max_entries=60, show_spinner=False)
def _strip_bins(key: StripKey, *, _basis: Basis) -> pd.DataFrame:
    inputs, classes = _basis.inputs, _basis.classes
    name, loyal_orders, low, high, currency = (
        key.name,
        key.loyal_orders,
        key.low,
        key.high,
        key.currency,
    )
    orders = {
        "one": slice(0, 2),
        "repeat": slice(2, loyal_orders),
        "loyal": slice(loyal_orders, None),
    }
    if name in orders:
        by_day = np.zeros(int(high) + 1, dtype=np.int64)
        seen = classes[orders[name]].sum(axis=0)[: len(by_day)]
        by_day[: len(seen)] = seen
        edges = np.append(np.arange(0, high + 1, 10), high + 1)
        counts = np.add.reduceat(by_day, edges[:-1].astype(int))
        words = [f"{a:.0f} to {min(a + 9, high):.0f} days" for a in edges[:-1]]
    elif name in ("loyal_orders", "vip_orders"):
        edges = np.arange(low, high + 2)
        counts = classes.sum(axis=1)[int(low) :]
        words = [text.plural(n, "order") for n in edges[:-1]]
        words[-1] += " or more"
        # The slider's end stands for everything from there on.
        edges[-1] = high
    else:
        return _value_bins(inputs, name, low, high, currency)
    return frames.bin_rows(counts, edges, words)


def _value_bins(
    inputs: SegmentInputs, name: str, low: float, high: float, currency: str | None
) -> pd.DataFrame:
    if name in SHARES:
        edges = np.linspace(low, high, 61)
        # Beyond the slider's end everybody counts into the last bin.
        counts = np.histogram(np.clip(inputs.rankings[SHARES[name]].ascending, low, high), edges)[0]
        words = [f"{text.percent(a)} to {text.percent(b)}" for a, b in pairwise(edges)]
        return frames.bin_rows(counts, edges, words)
    measure, unit = name.rsplit("_", 1)
    values = inputs.rankings[MEASURES[measure]].ascending
    if unit == "money":
        edges = np.linspace(low, high, 61)
        counts = np.histogram(np.clip(values, low, high), edges)[0]
        words = [
            f"{text.money(a, currency)} to {text.money(b, currency)}" for a, b in pairwise(edges)
        ]
        return frames.bin_rows(counts, edges, words)
    # Every percentile holds as many customers: the bars show what each comes to in money.
    edges = np.arange(low, high + 1)
    at = np.quantile(values, edges[:-1] / 100) if len(values) else np.zeros(len(edges) - 1)
    rows = frames.bin_rows(np.maximum(at, 0), edges, ["" for _ in at])
    rows["about"] = [
        f"percentile {p:.0f}: {text.money(x, currency)}"
        for p, x in zip(edges[:-1], at, strict=True)
    ]
    return rows
