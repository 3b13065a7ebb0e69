"""An RFM group as conditions on days, orders and revenue, so that it can be kept as a segment."""

from __future__ import annotations

import itertools
import math

import numpy as np

from retention.own_segments.conditions import Condition, Group, Rule
from retention.segments.rfm import (
    MEASURES,
    SCORES,
    Cuts,
    Measure,
    RfmRules,
    group_codes,
    scores_of_places,
)
from retention.segments.rfm_totals import members

#: The feature that asks about each measure of the scores.
_FEATURES: dict[Measure, str] = {
    "days": "days_since_last_order",
    "orders": "orders",
    "revenue": "revenue",
}
_ALL_SCORES = (SCORES[0], SCORES[-1])
_RANGES = tuple((low, high) for low in SCORES for high in SCORES if low <= high)
#: Ranges of the recency, the frequency and the monetary score.
Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


def rfm_rule(cuts: RfmRules, group: str | None = None, cell: tuple[int, int] | None = None) -> Rule:
    """Return the rule that the customers of an RFM group, or of a cell of the grid, satisfy.

    Args:
        cuts: The cut points in force, from `rfm_cut_points`. The rule names them, so that other
            customers do not change what it means. Without amounts it has no cut points of revenue,
            and the rule asks nothing about it.
        group: One of `RFM_GROUPS`, or what practitioners call it.
        cell: A recency score and the mean of the other two.

    Returns:
        A condition or a group. It holds for exactly these customers.
    """
    wanted = members(np.arange(len(group_codes())), group, cell)
    boxes = _cover(wanted, _reachable(cuts), _RANGES if cuts.revenue else (_ALL_SCORES,))
    parts = [_rule_of(box, cuts) for box in boxes]
    return parts[0] if len(parts) == 1 else Group(kind="any", parts=tuple(parts))


def _reachable(cuts: RfmRules) -> np.ndarray:
    """Which combinations of scores a customer can have; equal cut points leave a score empty."""
    scores = scores_of_places()
    reachable = np.ones(len(scores), dtype=bool)
    if cuts.revenue is None:
        reachable &= scores[:, 1] == scores[:, 2]
    for number, name in enumerate(MEASURES):
        if getattr(cuts, name) is None:
            continue
        has_customers = [_bounds(name, (score, score), cuts) is not None for score in SCORES]
        reachable &= np.array(has_customers)[scores[:, number] - 1]
    return reachable


def _cover(
    wanted: np.ndarray, reachable: np.ndarray, monetary: tuple[tuple[int, int], ...]
) -> list[Box]:
    """Few boxes of scores that hold all places wanted, and no other that can be reached.

    `monetary` are the ranges to try of the monetary score.
    """
    scores = scores_of_places()
    allowed, uncovered = wanted | ~reachable, wanted & reachable
    candidates: list[tuple[Box, np.ndarray]] = []
    for box in itertools.product(_RANGES, _RANGES, monetary):
        inside = np.all(
            [(scores[:, n] >= low) & (scores[:, n] <= high) for n, (low, high) in enumerate(box)],
            axis=0,
        )
        if not (inside & ~allowed).any():
            candidates.append((box, inside))

    def places_covered(candidate: tuple[Box, np.ndarray]) -> tuple[int, int]:
        # Of boxes that cover as many, the largest has the fewest conditions.
        return int((candidate[1] & uncovered).sum()), int(candidate[1].sum())

    boxes = []
    while uncovered.any():
        box, inside = max(candidates, key=places_covered)
        boxes.append(box)
        uncovered = uncovered & ~inside
    return boxes


def _rule_of(box: Box, cuts: RfmRules) -> Rule:
    parts = []
    for name, scores in zip(MEASURES, box, strict=True):
        if scores == _ALL_SCORES or (bounds := _bounds(name, scores, cuts)) is None:
            continue
        condition = _condition(_FEATURES[name], *bounds)
        if condition is not None:
            parts.append(condition)
    return parts[0] if len(parts) == 1 else Group(kind="all", parts=tuple(parts))


def _condition(feature: str, low: float, high: float) -> Condition | None:
    """The condition that a value is between the two; None where neither end is finite."""
    if math.isinf(low) and math.isinf(high):
        return None
    if math.isinf(low):
        return Condition(feature=feature, operator="at_most", value=high)
    if math.isinf(high):
        return Condition(feature=feature, operator="at_least", value=low)
    return Condition(feature=feature, operator="between", value=(low, high))


def _bounds(name: Measure, scores: tuple[int, int], cuts: RfmRules) -> tuple[float, float] | None:
    """The lowest and the highest value that has one of these scores; None where none has."""
    points = getattr(cuts, name)
    if name == "days":
        low, high = _day_bounds(scores, points)
    elif name == "orders":
        low, high = _order_bounds(scores, points)
    else:
        low, high = _bounds_of_more(scores, points)
        high = math.nextafter(high, -math.inf) if math.isfinite(high) else high
    return None if low > high or low == math.inf or high == -math.inf else (low, high)


def _day_bounds(scores: tuple[int, int], points: Cuts) -> tuple[float, float]:
    """Days since the last order: fewer are better, and there are none below 0."""
    most = (math.inf, *reversed(points))  # of each score, from 1
    low = most[scores[1]] + 1 if scores[1] < SCORES[-1] else -math.inf
    high = most[scores[0] - 1]
    if high < 0:
        return math.inf, -math.inf
    return -math.inf if low <= 0 else _whole(low), _whole(high)


def _order_bounds(scores: tuple[int, int], points: Cuts) -> tuple[float, float]:
    """Numbers of orders: more are better, and there are none below 1."""
    low, high = _bounds_of_more(scores, points)
    # Up to the last whole number below the next score.
    high = math.ceil(high) - 1 if math.isfinite(high) else high
    if high < 1:
        return math.inf, -math.inf
    return -math.inf if low <= 1 else math.ceil(low) if math.isfinite(low) else low, high


def _bounds_of_more(scores: tuple[int, int], points: Cuts) -> tuple[float, float]:
    """Where the scores begin and where the next one does, of a measure whose larger values win."""
    least = (-math.inf, *points, math.inf)  # of each score, from 1
    return least[scores[0] - 1], least[scores[1]]


def _whole(end: float) -> float:
    return int(end) if math.isfinite(end) else end
