"""Customers into lifecycle stages and traits, and what each group is worth.

The work happens on `SegmentInputs`: arrays prepared once, so that a moved threshold costs a few passes over
them. A customer's groups fit one byte: the stage in the low three bits, a trait in each of the five others.
"""

import math

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.rules import STAGES, TRAITS, SegmentRules, describe_rules
from retention.segment_inputs import (
    DAYS_CAP,
    ORDERS_CAP,
    MapGrid,
    SegmentInputs,
    aligned,
    prepare_segments,
    unavailable,
    value_cutoffs,
    with_probability,
)

__all__ = [
    "STAGES",
    "TRAITS",
    "MapGrid",
    "SegmentInputs",
    "SegmentRules",
    "assign_codes",
    "assign_segments",
    "describe_rules",
    "label_frame",
    "map_counts",
    "members",
    "prepare_segments",
    "segment_table",
    "summarise_codes",
    "trait_table",
    "unavailable",
    "value_cutoffs",
    "with_probability",
]

GROUPS = STAGES + TRAITS
_STAGE = {name: code for code, name in enumerate(STAGES)}
_VIP_ELIGIBLE = 8
_BYTES = np.arange(256)
# 256 x 12: which codes belong to which stage or trait. Sums per code become sums per group in one product.
_MEMBERSHIP = np.column_stack(
    [stage == (_BYTES & 7) for stage in range(len(STAGES))]
    + [(_BYTES >> (3 + trait)) & 1 == 1 for trait in range(len(TRAITS))]
).astype(float)


def assign_segments(
    customers: pd.DataFrame, scores: pd.DataFrame | None, rules: SegmentRules | None = None
) -> pd.DataFrame:
    """Each customer's lifecycle stage and traits.

    `customers` comes from `summarise_customers`, `scores` from `predict_cltv`; their rows may stand in
    different order. Without scores (None) nobody is VIP or ready to buy; without discounts in the file
    nobody is a full price customer or a discount shopper (`unavailable` names those groups).

    Returns a frame with the customers' index: `stage` (categorical, ordered as STAGES) and the booleans
    big_spender, high_order_value, full_price, discount_shopper, ready_to_buy. Every customer has exactly
    one stage; P(alive) plays no part, since a one-time buyer's is 1 by construction in BG/NBD.

    Raises DataError where a column is missing or not finite, or the scores are not these customers'.
    """
    rules = rules or SegmentRules()
    inputs = prepare_segments(customers, scores, rules.ready_days)
    return label_frame(assign_codes(inputs, rules), customers.index)


def assign_codes(inputs: SegmentInputs, rules: SegmentRules) -> np.ndarray:
    """Each customer's groups as one byte: stage in the low three bits, then one bit a trait in the order of
    TRAITS."""
    if inputs.probability is not None and inputs.ready_days != rules.ready_days:
        raise DataError(
            f"The rules ask for the probability to buy within {rules.ready_days} days, the inputs hold "
            f"{inputs.ready_days}. Prepare them with ready_days={rules.ready_days}."
        )
    cutoffs = value_cutoffs(inputs, rules)
    codes = _stage_table(rules).take(inputs.cell)
    if inputs.value is not None:
        vip = inputs.value >= cutoffs["vip"]
        vip &= codes >= _VIP_ELIGIBLE
        codes &= 7
        # Arithmetic modulo 256: several times as fast as a masked write.
        codes += vip.view(np.uint8) * (_STAGE["vip"] - codes)
    else:
        codes &= 7
    traits = [inputs.revenue >= cutoffs["big_spender"], inputs.order_value >= cutoffs["high_order_value"]]
    if inputs.discount is None:
        traits += [None, None]
    else:
        discounted = inputs.discount >= rules.discount_shopper
        traits += [(inputs.discount <= rules.full_price) & ~discounted, discounted]
    traits.append(None if inputs.probability is None else inputs.probability >= rules.ready_probability)
    for bit, trait in enumerate(traits, start=3):
        if trait is not None:
            codes |= trait.view(np.uint8) << bit
    return codes


def label_frame(codes: np.ndarray, index: pd.Index) -> pd.DataFrame:
    """Codes as the frame that `assign_segments` returns."""
    stages = pd.Categorical.from_codes((codes & 7).astype(np.int8), categories=list(STAGES), ordered=True)
    traits = {name: (codes >> bit) & 1 == 1 for bit, name in enumerate(TRAITS, start=3)}
    return pd.DataFrame({"stage": stages, **traits}, index=index)


def members(codes: np.ndarray, group: str) -> np.ndarray:
    """Which customers are in a stage or have a trait, as booleans."""
    if group in _STAGE:
        return (codes & 7) == _STAGE[group]
    return (codes >> (3 + TRAITS.index(group))) & 1 == 1


def summarise_codes(inputs: SegmentInputs, codes: np.ndarray) -> pd.DataFrame:
    """What each stage and trait amounts to; one row a group, stages first, columns as in `segment_table`."""
    at = codes.astype(np.intp)
    on_day = np.bincount(inputs.day_offset + at, minlength=256)
    by_day = _day_table(on_day) @ _MEMBERSHIP
    count = by_day.sum(axis=0)
    missing = np.full(len(GROUPS), math.nan)

    def total(weights: np.ndarray | None) -> np.ndarray:
        return missing if weights is None else np.bincount(at, weights, minlength=256) @ _MEMBERSHIP

    revenue, value = total(inputs.revenue), total(inputs.value)
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = {
            "customers": count.astype(np.int64),
            "customer_share": count / inputs.customers,
            "revenue": revenue,
            "revenue_share": revenue / inputs.revenue.sum(),
            "expected_value": value,
            "expected_value_share": value / (math.nan if inputs.value is None else inputs.value.sum()),
            "average_order_value": revenue / total(inputs.orders),
            "median_days": _medians(by_day, count),
            "mean_probability": total(inputs.probability) / count,
        }
    return pd.DataFrame(columns, index=pd.Index(GROUPS, name="segment"))


def _day_table(counts: np.ndarray) -> np.ndarray:
    """Counts of (day, code) as a table of days by the 256 codes."""
    rows = -(-len(counts) // 256)
    table = np.zeros(rows * 256)
    table[: len(counts)] = counts
    return table.reshape(rows, 256)


def segment_table(labels: pd.DataFrame, customers: pd.DataFrame, scores: pd.DataFrame | None) -> pd.DataFrame:
    """What each lifecycle stage amounts to, one row a stage in the order of STAGES.

    Columns: customers, customer_share, revenue, revenue_share, expected_value (sum of cltv),
    expected_value_share, average_order_value (revenue / orders), median_days (since the last order),
    mean_probability (to buy within the first `p_purchase_<days>d` column's days). Without scores, or in an
    empty stage, what cannot be said is NaN.
    """
    return _table(labels, customers, scores).loc[list(STAGES)].rename_axis("stage")


def trait_table(labels: pd.DataFrame, customers: pd.DataFrame, scores: pd.DataFrame | None) -> pd.DataFrame:
    """What each trait amounts to, columns as in `segment_table`; traits overlap, so shares do not add up to
    one."""
    return _table(labels, customers, scores).loc[list(TRAITS)].rename_axis("trait")


def map_counts(grid: MapGrid, codes: np.ndarray) -> np.ndarray:
    """Customers in each map cell and group: cells (value bins x probability bins, row by row) by stages and
    traits."""
    cells = (len(grid.probability_edges) - 1) * (len(grid.value_edges) - 1)
    counts = np.bincount(grid.offset + codes, minlength=cells * 256)
    return counts.reshape(cells, 256).astype(float) @ _MEMBERSHIP


def _table(labels: pd.DataFrame, customers: pd.DataFrame, scores: pd.DataFrame | None) -> pd.DataFrame:
    labels = aligned(labels, customers.index)
    codes = labels["stage"].cat.set_categories(list(STAGES)).cat.codes.to_numpy().astype(np.uint8)
    for bit, name in enumerate(TRAITS, start=3):
        codes |= labels[name].to_numpy(bool).view(np.uint8) << bit
    soon = [] if scores is None else [c for c in scores if c.startswith("p_purchase_") and c.endswith("d")]
    ready_days = (
        int(soon[0].removeprefix("p_purchase_").removesuffix("d")) if soon else SegmentRules().ready_days
    )
    return summarise_codes(prepare_segments(customers, scores, ready_days), codes)


def _stage_table(rules: SegmentRules) -> np.ndarray:
    """Stage of every (orders, days) pair, flattened; where a high value would make a VIP, plus
    `_VIP_ELIGIBLE`."""
    orders = np.arange(ORDERS_CAP + 1)[:, None]
    days = np.arange(DAYS_CAP + 1)[None, :]
    once, loyal = orders <= 1, orders >= rules.loyal_orders
    at_risk = np.where(once, rules.new_days, np.where(loyal, rules.loyal_at_risk, rules.repeat_at_risk))
    lapsed = np.where(once, rules.one_order_lapsed, np.where(loyal, rules.loyal_lapsed, rules.repeat_lapsed))
    active = np.where(once, _STAGE["new"], np.where(loyal, _STAGE["loyal"], _STAGE["repeat"]))
    active = active + np.where(orders >= rules.vip_orders, _VIP_ELIGIBLE, 0)
    waiting = np.where(once, _STAGE["first_time"], _STAGE["at_risk"])
    table = np.where(days > lapsed, _STAGE["lapsed"], np.where(days >= at_risk, waiting, active))
    return table.astype(np.uint8).ravel()


def _medians(by_day: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Median day of each column of a table of counts by day."""
    running = by_day.cumsum(axis=0)
    lower = np.argmax(running >= np.ceil(count / 2), axis=0)
    upper = np.argmax(running >= np.floor(count / 2) + 1, axis=0)
    return np.where(count > 0, (lower + upper) / 2, math.nan)
