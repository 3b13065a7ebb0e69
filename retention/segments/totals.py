"""What each segment amounts to under a set of rules.

It is looked up in prepared totals instead of counted customer by customer.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.segments.inputs import (
    BLOCK,
    MEASURES,
    ORDERS_CAP,
    Ranking,
    SegmentInputs,
    value_cutoffs,
)
from retention.segments.ranges import Sampled, value_ranges
from retention.segments.rules import STAGES, TRAITS, SegmentRules

GROUPS = STAGES + TRAITS
STAGE_CODES = {name: code for code, name in enumerate(STAGES)}
VIP_ELIGIBLE = 8


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a set of rules puts the customers.

    Attributes:
        table: The stage of every place.
        vips: The customers (rows) whom a high value makes VIP.
        vip_from: The stages that they would have otherwise.
        ranges: For each trait a ranking's name, its first customer and the one after its last.
    """

    table: np.ndarray
    vips: np.ndarray
    vip_from: np.ndarray
    ranges: dict[str, tuple[str, int, int]]


def stage_table(rules: SegmentRules, span: int) -> np.ndarray:
    """Return the stage of every place.

    Args:
        rules: The thresholds.
        span: One more than the most days since the last order.

    Returns:
        Codes of stages, one a place, plus `VIP_ELIGIBLE` where a high value makes a VIP.
    """
    orders = np.arange(ORDERS_CAP + 1)[:, None]
    days = np.arange(span)[None, :]
    once, loyal = orders <= 1, orders >= rules.loyal_orders
    at_risk = np.where(
        once, rules.new_days, np.where(loyal, rules.loyal_at_risk, rules.repeat_at_risk)
    )
    lapsed = np.where(
        once, rules.one_order_lapsed, np.where(loyal, rules.loyal_lapsed, rules.repeat_lapsed)
    )
    code = STAGE_CODES
    active = np.where(once, code["new"], np.where(loyal, code["loyal"], code["repeat"]))
    active = active + np.where(orders >= rules.vip_orders, VIP_ELIGIBLE, 0)
    waiting = np.where(once, code["first_time"], code["at_risk"])
    table = np.where(days > lapsed, code["lapsed"], np.where(days >= at_risk, waiting, active))
    return table.astype(np.uint8).ravel()


def place_segments(inputs: SegmentInputs, rules: SegmentRules) -> Placement:
    """Return where the rules put the customers, from the prepared totals.

    Args:
        inputs: From `prepare_segments`.
        rules: The thresholds.

    Returns:
        The stage of each place, the VIPs and the traits.
    """
    cutoffs, table = value_cutoffs(inputs, rules), stage_table(rules, inputs.span)
    vips = np.zeros(0, dtype=np.int32)
    vip_from = np.zeros(0, dtype=np.intp)
    if "value" in inputs.rankings:
        ranking = inputs.rankings["value"]
        top = ranking.rows[np.searchsorted(ranking.ascending, cutoffs["vip"]) :]
        stages = table[inputs.place[top]]
        eligible = stages >= VIP_ELIGIBLE
        vips, vip_from = top[eligible], (stages[eligible] & 7).astype(np.intp)

    def above(measure: str, cutoff: float) -> tuple[str, int, int]:
        ascending = inputs.rankings[measure].ascending
        return measure, int(np.searchsorted(ascending, cutoff)), len(ascending)

    ranges = {}
    if "revenue" in inputs.rankings:
        ranges["big_spender"] = above("revenue", cutoffs["big_spender"])
        ranges["high_order_value"] = above("order_value", cutoffs["high_order_value"])
    if "discount" in inputs.rankings:
        ascending = inputs.rankings["discount"].ascending
        ranges["discount_shopper"] = above("discount", rules.discount_shopper)
        full_price = int(np.searchsorted(ascending, rules.full_price, side="right"))
        ranges["full_price"] = ("discount", 0, min(full_price, ranges["discount_shopper"][1]))
    if "probability" in inputs.rankings:
        ranges["ready_to_buy"] = above("probability", rules.ready_probability)
    return Placement(table=(table & 7).astype(np.intp), vips=vips, vip_from=vip_from, ranges=ranges)


def stage_counts(inputs: SegmentInputs, placement: Placement) -> np.ndarray:
    """Return how many customers each of `STAGES` has.

    It takes a fraction of the work of `summarise_segments`.

    Args:
        inputs: From `prepare_segments`.
        placement: From `place_segments`.

    Returns:
        One number a stage.
    """
    stage = placement.table[inputs.places]
    counts = np.bincount(stage, inputs.place_counts, minlength=len(STAGES)).astype(np.int64)
    counts -= np.bincount(placement.vip_from, minlength=len(STAGES))
    counts[STAGE_CODES["vip"]] += len(placement.vips)
    return counts


def summarise_segments(inputs: SegmentInputs, placement: Placement) -> pd.DataFrame:
    """Return what each stage and trait amounts to.

    Args:
        inputs: From `prepare_segments`.
        placement: From `place_segments`.

    Returns:
        One row a group, stages first, with the columns of `segment_table`.
    """
    days = np.zeros((len(GROUPS), inputs.span))
    sums = np.zeros((len(GROUPS), len(MEASURES)))
    _sum_stages(inputs, placement, days[: len(STAGES)], sums[: len(STAGES)])
    for number, trait in enumerate(TRAITS, start=len(STAGES)):
        if trait in placement.ranges:
            measure, first, last = placement.ranges[trait]
            ranking = inputs.rankings[measure]
            for sign, end in ((1, last), (-1, first)):
                _add_first(inputs, ranking, end, sign, days[number], sums[number])
    sampled = None if inputs.sampled is None else _sampled_in(inputs.sampled, placement)
    return summary_frame(inputs, days, sums, sampled)


def summary_frame(
    inputs: SegmentInputs, days: np.ndarray, sums: np.ndarray, sampled: np.ndarray | None
) -> pd.DataFrame:
    """Return the summary of groups, a row each.

    Args:
        inputs: The prepared customers.
        days: Counts by days since the last order, a row per group.
        sums: Sums of `MEASURES`, a row per group.
        sampled: Which customers of `inputs.sampled` (columns) are in which group (rows).

    Returns:
        A frame with the columns of `segment_table`.
    """
    of_all = inputs.place_sums.sum(axis=0)
    count = days.sum(axis=1)
    total = count[: len(STAGES)].sum()
    # Nobody's value is 0, but only where the others' is known.
    sums = np.where((count == 0)[:, None], 0.0, sums)
    sums = np.where(np.isnan(of_all), math.nan, sums)
    orders, revenue, value, probability, variance = sums.T
    ranges = {}
    if sampled is not None and inputs.sampled is not None:
        ranges = value_ranges(inputs.sampled, value, variance, sampled)
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = {
            "customers": count.astype(np.int64),
            "customer_share": count / total,
            "revenue": revenue,
            "revenue_share": revenue / of_all[1],
            "expected_value": value,
            **ranges,
            "expected_value_share": value / of_all[2],
            "average_order_value": revenue / orders,
            "median_days": medians(days, count),
            "mean_probability": probability / count,
        }
    return pd.DataFrame(columns, index=pd.Index(GROUPS, name="segment"))


def map_counts(inputs: SegmentInputs, placement: Placement, trait: str | None = None) -> np.ndarray:
    """Return the customers in each cell of the map by stage.

    Args:
        inputs: From `prepare_segments`.
        placement: From `place_segments`.
        trait: One of `TRAITS`.

    Returns:
        A row a cell, a column a stage. With a trait, a last column has its customers.

    Raises:
        DataError: There is no map without scores.
    """
    grid, width = inputs.grid, len(STAGES)
    if grid is None:
        raise DataError("The customer map needs scores. Prepare the segments with predict_cltv's.")
    at = grid.pair_cell * width + placement.table[grid.pair_place]
    counts = np.bincount(at, grid.pair_count, minlength=grid.cells * width).reshape(
        grid.cells, width
    )
    cells = grid.cell[placement.vips]
    counts[:, STAGE_CODES["vip"]] += np.bincount(cells, minlength=grid.cells)
    counts -= np.bincount(cells * width + placement.vip_from, minlength=counts.size).reshape(
        counts.shape
    )
    if trait is None:
        return counts
    measure, first, last = placement.ranges.get(trait, ("revenue", 0, 0))
    inside = np.bincount(grid.cell[inputs.rankings[measure].rows[first:last]], minlength=grid.cells)
    return np.column_stack([counts, inside])


def _sum_stages(
    inputs: SegmentInputs, placement: Placement, days: np.ndarray, sums: np.ndarray
) -> None:
    stage = placement.table[inputs.places]
    day = inputs.places % inputs.span
    days += np.bincount(
        stage * inputs.span + day, inputs.place_counts, minlength=days.size
    ).reshape(days.shape)
    vips, came_from = placement.vips, placement.vip_from
    moved = np.bincount(
        came_from * inputs.span + inputs.days.take(vips), minlength=days.size
    ).reshape(days.shape)
    days -= moved
    days[STAGE_CODES["vip"]] += moved.sum(axis=0)
    of_vips = np.ascontiguousarray(inputs.measures.take(vips, axis=0).T)
    for column in range(len(MEASURES)):
        sums[:, column] = np.bincount(stage, inputs.place_sums[:, column], minlength=len(STAGES))
        moved = np.bincount(came_from, of_vips[column], minlength=len(STAGES))
        sums[:, column] -= moved
        sums[STAGE_CODES["vip"], column] += moved.sum()


def _sampled_in(sampled: Sampled, placement: Placement) -> np.ndarray:
    """Which groups (rows) the sampled customers (columns) are in."""
    inside = np.zeros((len(GROUPS), len(sampled.place)), dtype=np.bool_)
    stage = placement.table[sampled.place]
    vips = sampled.number[placement.vips]
    stage[vips[vips >= 0]] = STAGE_CODES["vip"]
    inside[stage, np.arange(len(stage))] = True
    for number, trait in enumerate(TRAITS, start=len(STAGES)):
        if trait in placement.ranges:
            measure, first, last = placement.ranges[trait]
            ranks = sampled.ranks[measure]
            inside[number] = (ranks >= first) & (ranks < last)
    return inside


def _add_first(
    inputs: SegmentInputs, ranking: Ranking, end: int, sign: int, days: np.ndarray, sums: np.ndarray
) -> None:
    """Add (or take away) the totals of the first `end` customers of a ranking."""
    block, start = end // BLOCK, end // BLOCK * BLOCK
    rest = ranking.rows[start:end]
    sums += sign * (ranking.running[block] + inputs.measures[rest].sum(axis=0))
    days += sign * (
        ranking.running_days[block] + np.bincount(inputs.days[rest], minlength=inputs.span)
    )


def medians(days: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return the median day of each row of counts by day.

    Args:
        days: Counts by day, a row each.
        count: The sum of each row.

    Returns:
        Days; NaN in an empty row.
    """
    running = days.cumsum(axis=1)
    lower = np.argmax(running >= np.ceil(count / 2)[:, None], axis=1)
    upper = np.argmax(running >= np.floor(count / 2)[:, None] + 1, axis=1)
    return np.where(count > 0, (lower + upper) / 2, math.nan)
