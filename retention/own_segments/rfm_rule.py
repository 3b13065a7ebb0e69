"""An RFM group as conditions on days, orders and revenue, so that it can be kept as a segment."""

from __future__ import annotations

import itertools
import math

import numpy as np

from retention.own_segments.conditions import Condition, Group, Rule
from retention.segments.rfm import SCORES, RfmRules, group_codes, scores_of_places
from retention.segments.rfm_totals import members

_RANGES = tuple((low, high) for low in SCORES for high in SCORES if low <= high)
Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


def rfm_rule(cuts: RfmRules, group: str | None = None, cell: tuple[int, int] | None = None) -> Rule:
    """Return the rule that the customers of an RFM group, or of a cell of the grid, satisfy.

    Args:
        cuts: The cut points in force, from `rfm_cut_points`: the rule names them, so that it means the same customers
            tomorrow, whoever comes and goes.
        group: One of `RFM_GROUPS`.
        cell: A recency score and the mean of the other two.
    """
    wanted = members(np.arange(len(group_codes())), group, cell)
    boxes = _cover(wanted, _reachable(cuts))
    parts = [part for part in (_rule_of(box, cuts) for box in boxes) if part is not None]
    return parts[0] if len(parts) == 1 else Group("any", tuple(parts))


def _reachable(cuts: RfmRules) -> np.ndarray:
    """Return which combinations of scores a customer can have: where cut points are equal, a score is nobody's."""
    scores = scores_of_places()
    known = [
        [_bounds(name, (score, score), cuts) is not None for score in SCORES]
        for name in ("days", "orders", "revenue")
    ]
    return np.all([np.array(column)[scores[:, n] - 1] for n, column in enumerate(known)], axis=0)


def _cover(wanted: np.ndarray, reachable: np.ndarray) -> list[Box]:
    """Return few boxes of scores that hold all places wanted, and no other that can be reached."""
    scores = scores_of_places()
    allowed, open_places = wanted | ~reachable, wanted & reachable
    candidates = []
    for box in itertools.product(_RANGES, repeat=3):
        inside = np.all(
            [(scores[:, n] >= low) & (scores[:, n] <= high) for n, (low, high) in enumerate(box)],
            axis=0,
        )
        if not (inside & ~allowed).any():
            candidates.append((box, inside))
    found = []
    while open_places.any():
        # The box that holds most of what is left; of equal ones the largest, which has the fewest conditions.
        box, inside = max(
            candidates, key=lambda one: (int((one[1] & open_places).sum()), int(one[1].sum()))
        )
        found.append(box)
        open_places = open_places & ~inside
    return found


def _rule_of(box: Box, cuts: RfmRules) -> Rule | None:
    features = ("days_since_last_order", "orders", "revenue")
    parts = []
    for name, feature, scores in zip(("days", "orders", "revenue"), features, box, strict=True):
        if scores == (SCORES[0], SCORES[-1]):
            continue
        low, high = _bounds(name, scores, cuts)
        if math.isinf(low) and math.isinf(high):
            continue
        if math.isinf(low):
            parts.append(Condition(feature, "at_most", high))
        elif math.isinf(high):
            parts.append(Condition(feature, "at_least", low))
        else:
            parts.append(Condition(feature, "between", (low, high)))
    return parts[0] if len(parts) == 1 else Group("all", tuple(parts))


def _bounds(name: str, scores: tuple[int, int], cuts: RfmRules) -> tuple[float, float] | None:
    """Return the lowest and the highest value that has one of these scores; None where none has."""
    low_score, high_score = scores
    if name == "days":
        own = (math.inf, *reversed(cuts.days))  # the most days of each score, from 1
        least = own[high_score] + 1 if high_score < 5 else -math.inf
        low, high = least, own[low_score - 1]
        low = -math.inf if low <= 0 else low
        if high < 0:
            return None
    else:
        own = (-math.inf, *getattr(cuts, name))  # the least of each score, from 1
        low = own[low_score - 1]
        high = own[high_score] if high_score < 5 else math.inf
        if math.isfinite(high):
            # Up to what is just below the next score.
            high = math.ceil(high) - 1 if name == "orders" else math.nextafter(high, -math.inf)
        if low == math.inf or (name == "orders" and high < 1):
            return None
        if name == "orders":
            low = -math.inf if low <= 1 else math.ceil(low)
    if low > high:
        return None
    if name != "revenue":
        low, high = (int(end) if math.isfinite(end) else end for end in (low, high))
    return low, high
