"""Everything the segments page needs before a threshold moves, prepared once a session and data set."""

from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from retention import wording
from retention.segments.inputs import percentile_cutoff
from retention.segments.stages import (
    SegmentInputs,
)
from retention.view.charts import live_spec
from retention.view.segments import charts, frames
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded
from retention.view.session.segments import Basis, basis_for

# The ranking that a slider cuts.
MEASURES = {"vip": "value", "spender": "revenue", "order_value": "order_value"}
SHARES = {"discount": "discount", "ready": "probability"}


class StripKey(NamedTuple):
    """What a slider's distribution depends on beside the data.

    Attributes:
        name: The strip's name, as in `controls`.
        loyal_orders: Orders from which customers are loyal.
        ready_days: Days of the probability to buy.
        low: The slider's lower end.
        high: Its upper end.
    """

    name: str
    loyal_orders: int
    ready_days: int
    low: float
    high: float


@kept(max_entries=6, by_model=True)
def map_parts(data: Loaded, ready_days: int) -> tuple[dict, tuple]:
    """The map's specification and the words of its cells."""
    grid, currency = basis_for(data, ready_days).inputs.grid, data.orders.currency
    chart = charts.customer_map_chart(
        (float(grid.probability_edges[0]), float(grid.probability_edges[-1])),
        (float(grid.value_edges[0]), float(grid.value_edges[-1])),
        f"Probability to buy within {ready_days} days",
        currency,
    )
    return live_spec(chart), frames.map_words(grid, currency)


@cache
def shares_spec() -> dict:
    """The specification of the shares chart: the same for everybody."""
    return live_spec(charts.shares_chart())


@lru_cache(maxsize=200)
def strip_spec(low: float, high: float) -> dict:
    """The specification of a slider's strip: the bounds are all it depends on."""
    return live_spec(charts.cut_strip_chart(low, high))


@kept(max_entries=200, by_model=True)
def strip_data(
    data: Loaded, key: StripKey, cuts: tuple[float, ...], colours: tuple[str, ...], _basis: Basis
) -> dict[str, pa.Table]:
    """The data sets of a slider's strip, cut where the slider stands; as Arrow, which is how they are
    sent."""
    label = ""
    if key.name.endswith("_percentile"):
        ascending = _basis.inputs.rankings[MEASURES[key.name.removesuffix("_percentile")]].ascending
        amount = percentile_cutoff(ascending, cuts[0])
        label = (
            wording.money(amount, data.orders.currency)
            if np.isfinite(amount)
            else "nobody stands out"
        )
    rows = frames.cut_rows(_strip_bins(data, key, _basis), key.low, cuts, key.high, colours, label)
    return {name: pa.Table.from_pandas(frame, preserve_index=False) for name, frame in rows.items()}


@kept(max_entries=60, by_model=True)
def _strip_bins(data: Loaded, key: StripKey, _basis: Basis) -> pd.DataFrame:
    classes = _basis.classes
    name, low, high = key.name, key.low, key.high
    orders = {
        "one": slice(0, 2),
        "repeat": slice(2, key.loyal_orders),
        "loyal": slice(key.loyal_orders, None),
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
        words = [wording.plural(n, "order") for n in edges[:-1]]
        words[-1] += " or more"
        # The slider's end stands for everything from there on.
        edges[-1] = high
    else:
        return _value_bins(_basis.inputs, name, low, high, data.orders.currency)
    return frames.bin_rows(counts, edges, words)


def _value_bins(
    inputs: SegmentInputs, name: str, low: float, high: float, currency: str | None
) -> pd.DataFrame:
    if name in SHARES:
        edges = np.linspace(low, high, 61)
        # Beyond the slider's end everybody counts into the last bin.
        counts = np.histogram(np.clip(inputs.rankings[SHARES[name]].ascending, low, high), edges)[0]
        words = [f"{wording.percent(a)} to {wording.percent(b)}" for a, b in pairwise(edges)]
        return frames.bin_rows(counts, edges, words)
    measure, unit = name.rsplit("_", 1)
    values = inputs.rankings[MEASURES[measure]].ascending
    if unit == "money":
        edges = np.linspace(low, high, 61)
        counts = np.histogram(np.clip(values, low, high), edges)[0]
        words = [
            f"{wording.money(a, currency)} to {wording.money(b, currency)}"
            for a, b in pairwise(edges)
        ]
        return frames.bin_rows(counts, edges, words)
    # Every percentile holds as many customers: the bars show what each comes to in money.
    edges = np.arange(low, high + 1)
    at = np.quantile(values, edges[:-1] / 100) if len(values) else np.zeros(len(edges) - 1)
    rows = frames.bin_rows(np.maximum(at, 0), edges, ["" for _ in at])
    rows["about"] = [
        f"percentile {p:.0f}: {wording.money(x, currency)}"
        for p, x in zip(edges[:-1], at, strict=True)
    ]
    return rows
