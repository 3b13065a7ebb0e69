"""The arrays that thresholds work on: prepared once, so that a moved slider costs a few passes over them."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.rules import SegmentRules, thresholds

DAYS_CAP = int(thresholds()["new_days"].high) + 1
ORDERS_CAP = int(thresholds()["loyal_orders"].high)
"""Beyond these no threshold tells two customers apart, so that a small table knows every stage."""


@dataclass(frozen=True, slots=True)
class MapGrid:
    """Cells of the customer map: probability to buy across, expected value up, and each customer's cell.

    `offset` is the cell's number times 256, ready to have a group code added.
    """

    probability_edges: np.ndarray
    value_edges: np.ndarray
    offset: np.ndarray


@dataclass(frozen=True, slots=True)
class SegmentInputs:
    """What the thresholds work on: one array element a customer, in the order of the customers' frame.

    Without scores `value` and `probability` are None; without discounts in the file `discount` is.
    """

    ready_days: int
    days: np.ndarray
    cell: np.ndarray
    day_offset: np.ndarray
    orders: np.ndarray
    revenue: np.ndarray
    order_value: np.ndarray
    discount: np.ndarray | None
    value: np.ndarray | None
    probability: np.ndarray | None
    sorted_revenue: np.ndarray
    sorted_order_value: np.ndarray
    sorted_value: np.ndarray | None
    grid: MapGrid | None

    @property
    def customers(self) -> int:
        """Number of customers."""
        return len(self.days)


def prepare_segments(
    customers: pd.DataFrame, scores: pd.DataFrame | None, ready_days: int = SegmentRules().ready_days
) -> SegmentInputs:
    """Arrays for `assign_codes`; arguments and errors as in `assign_segments`."""
    recency, age = (_column(customers, name, low=0) for name in ("recency", "T"))
    days = (age - recency).astype(np.intp)
    if len(days) and days.min() < 0:
        raise DataError("A customer's last purchase is after the observation end: recency is larger than T.")
    orders = _column(customers, "orders", low=1)
    revenue = _column(customers, "revenue")
    order_value = _column(customers, "average_order_value")
    discount = None
    if "discount_share" in customers and customers["discount_share"].notna().any():
        discount = customers["discount_share"].to_numpy(float)
    value = None
    if scores is not None:
        scores = aligned(scores, customers.index)
        value = _column(scores, "cltv")
    inputs = SegmentInputs(
        ready_days=ready_days,
        days=days,
        cell=np.minimum(orders, ORDERS_CAP).astype(np.intp) * (DAYS_CAP + 1) + np.minimum(days, DAYS_CAP),
        day_offset=days * 256,
        orders=orders,
        revenue=revenue,
        order_value=order_value,
        discount=discount,
        value=value,
        probability=None,
        sorted_revenue=np.sort(revenue),
        sorted_order_value=np.sort(order_value),
        sorted_value=None if value is None else np.sort(value),
        grid=None,
    )
    if scores is None:
        return inputs
    name = f"p_purchase_{ready_days}d"
    if name not in scores:
        raise DataError(
            f"The scores have no column '{name}', which the rule 'ready to buy within {ready_days} days' "
            f"reads. Call predict_cltv(..., soon_days={ready_days}), or add purchase_probability(model, customers, "
            f"days={ready_days})."
        )
    return with_probability(inputs, _column(scores, name), ready_days)


def with_probability(inputs: SegmentInputs, probability: np.ndarray, ready_days: int) -> SegmentInputs:
    """The same inputs with the probability to buy within another number of days, one element a customer."""
    probability = np.asarray(probability, dtype=float)
    if len(probability) != inputs.customers or not np.isfinite(probability).all():
        raise DataError(
            f"The probability to buy within {ready_days} days needs one finite number for each customer."
        )
    grid = None if inputs.value is None else _map_grid(probability, inputs.value)
    return replace(inputs, ready_days=ready_days, probability=probability, grid=grid)


def unavailable(inputs: SegmentInputs) -> dict[str, str]:
    """Groups that must stay empty on this data, each with the reason in a sentence."""
    missing = {}
    if inputs.value is None:
        missing["vip"] = missing["ready_to_buy"] = (
            "There is no model of this data, so no expected value or probability."
        )
    if inputs.discount is None:
        missing["full_price"] = missing["discount_shopper"] = "The file has no discounts."
    return missing


def value_cutoffs(inputs: SegmentInputs, rules: SegmentRules) -> dict[str, float]:
    """What vip, big_spender and high_order_value start at, in money; infinity where nobody stands out.

    The cut of a percentile p is the smallest amount that at most (100 - p) % of the customers reach.
    """
    measures = {
        "vip": (inputs.sorted_value, rules.vip_value),
        "big_spender": (inputs.sorted_revenue, rules.spender_value),
        "high_order_value": (inputs.sorted_order_value, rules.order_value),
    }
    return {
        name: threshold if rules.value_unit == "money" else percentile_cutoff(ascending, threshold)
        for name, (ascending, threshold) in measures.items()
        if ascending is not None
    }


def percentile_cutoff(ascending: np.ndarray, percentile: float) -> float:
    """The smallest of the ascending amounts that at most (100 - percentile) % reach; infinity if all tie."""
    size = len(ascending)
    # Rounded first: a share a hair above a whole number in floating point would make one customer more.
    allowed = math.ceil(round(size * (100 - percentile) / 100, 9))
    if not allowed:
        return math.inf
    edge = ascending[size - allowed]
    if size == allowed or ascending[size - allowed - 1] < edge:
        return float(edge)
    beyond = np.searchsorted(ascending, edge, side="right")
    return float(ascending[beyond]) if beyond < size else math.inf


def _map_grid(probability: np.ndarray, value: np.ndarray, across: int = 40, up: int = 24) -> MapGrid:
    """Even steps in the square root of the probability and in the logarithm of the value."""
    most = max(math.ceil(20 * probability.max(initial=0)) / 20, 0.05)
    root = np.sqrt(np.clip(probability, 0, 1) / most) * across
    high = max(float(value.max(initial=0)), 1e-9)
    positive = value[value > 0]
    low = max(float(np.quantile(positive, 0.01)), high / 1e4) if len(positive) else high / 10
    low = min(low, high / 10)
    step = math.log(high / low) / up
    with np.errstate(divide="ignore"):
        height = np.log(np.maximum(value, low) / low) / step
    column = np.clip(root.astype(np.intp), 0, across - 1)
    row = np.clip(height.astype(np.intp), 0, up - 1)
    return MapGrid(
        probability_edges=most * (np.arange(across + 1) / across) ** 2,
        value_edges=low * np.exp(step * np.arange(up + 1)),
        offset=(row * across + column) * 256,
    )


def _column(frame: pd.DataFrame, name: str, low: float | None = None) -> np.ndarray:
    if name not in frame:
        raise DataError(f"The column '{name}' is missing. Found: {', '.join(map(str, frame.columns))}.")
    values = frame[name].to_numpy(float)
    broken = ~np.isfinite(values)
    if low is not None:
        broken |= values < low
    if broken.any():
        wanted = "a number" if low is None else f"a number of {low:g} or more"
        raise DataError(
            f"{broken.sum():,} of {len(values):,} customers have no usable '{name}': it needs to be {wanted}."
        )
    return values


def aligned(frame: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """`frame` in the order of `index`; DataError unless it has exactly those customers."""
    if frame.index.equals(index):
        return frame
    places = frame.index.get_indexer(index) if frame.index.is_unique else None
    if places is None or len(frame) != len(index) or (places < 0).any():
        raise DataError(
            f"The {len(frame):,} rows do not belong to these {len(index):,} customers. Score and label "
            "the same customers that are passed in."
        )
    return frame.take(places)
