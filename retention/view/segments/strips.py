"""The charts of the segments page that a moved threshold only sends new rows to."""

from collections.abc import Callable
from functools import cache, lru_cache, partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from retention import wording
from retention.charts import segments as charts
from retention.charts.axes import live_spec
from retention.segments.inputs import MapGrid, SegmentInputs, percentile_cutoff
from retention.view.segments import frames
from retention.view.session.cache import kept
from retention.view.session.loaded import Loaded
from retention.view.session.segments import Basis

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


@kept(max_entries=6, by_plan=True)
def map_parts(
    data: Loaded, ready_days: int, _grid: MapGrid
) -> tuple[dict[str, Any], tuple[list[str], list[str]]]:
    """The map's specification and the words of its cells, for the grid of these days."""
    probabilities, values = _grid.probability_edges, _grid.value_edges
    currency = data.orders.currency
    chart = charts.customer_map_chart(
        probabilities=(float(probabilities[0]), float(probabilities[-1])),
        values=(float(values[0]), float(values[-1])),
        title=f"Probability to buy within {ready_days} days",
        currency=currency,
    )
    return live_spec(chart), frames.map_words(_grid, currency)


@cache
def shares_spec() -> dict[str, Any]:
    """The specification of the shares chart: the same for everybody."""
    return live_spec(charts.shares_chart())


@lru_cache(maxsize=200)
def strip_spec(low: float, high: float) -> dict[str, Any]:
    """The specification of a slider's strip, which depends on the slider's ends alone."""
    return live_spec(charts.cut_strip_chart(low, high))


@kept(max_entries=200, by_plan=True)
def strip_data(
    data: Loaded, key: StripKey, cuts: tuple[float, ...], colours: tuple[str, ...], _basis: Basis
) -> dict[str, pa.Table]:
    """The data sets of a slider's strip, cut where the slider stands.

    They are Arrow tables, which is how they are sent.
    """
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


@kept(max_entries=60, by_plan=True)
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
        words = [
            f"{wording.count(start)} to {wording.count(min(start + 9, high))} days"
            for start in edges[:-1]
        ]
    elif name in ("loyal_orders", "vip_orders"):
        edges = np.arange(low, high + 2)
        counts = classes.sum(axis=1)[int(low) :]
        words = [wording.plural(orders_from, "order") for orders_from in edges[:-1]]
        words[-1] += " or more"
        # The slider's end stands for everything from there on.
        edges[-1] = high
    else:
        return _value_bins(_basis.inputs, name, low, high, data.orders.currency)
    return frames.bin_rows(counts, edges, words)


def _value_bins(
    inputs: SegmentInputs, name: str, low: float, high: float, currency: str | None
) -> pd.DataFrame:
    """The bars of a slider that cuts shares or amounts."""
    if name in SHARES:
        values = inputs.rankings[SHARES[name]].ascending
        return _even_bins(values, low, high, wording.percent)
    measure, unit = name.rsplit("_", 1)
    values = inputs.rankings[MEASURES[measure]].ascending
    if unit == "money":
        return _even_bins(values, low, high, partial(wording.money, currency=currency))
    # Every percentile holds as many customers: the bars show their amounts instead.
    edges = np.arange(low, high + 1)
    amounts = np.quantile(values, edges[:-1] / 100) if len(values) else np.zeros(len(edges) - 1)
    rows = frames.bin_rows(np.maximum(amounts, 0), edges, ["" for _ in amounts])
    rows["about"] = [
        f"percentile {wording.count(percentile)}: {wording.money(amount, currency)}"
        for percentile, amount in zip(edges[:-1], amounts, strict=True)
    ]
    return rows


def _even_bins(
    values: np.ndarray, low: float, high: float, write: Callable[[float], str]
) -> pd.DataFrame:
    """Sixty bars of equal width; customers beyond the slider's end count into the last one."""
    edges = np.linspace(low, high, 61)
    counts = np.histogram(np.clip(values, low, high), edges)[0]
    words = [f"{write(start)} to {write(end)}" for start, end in pairwise(edges)]
    return frames.bin_rows(counts, edges, words)
