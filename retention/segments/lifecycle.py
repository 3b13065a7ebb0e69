"""The stages that one customer went through, and the day on which silence leads to the next one."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention.segments.inputs import ORDERS_CAP
from retention.segments.rules import STAGES, SegmentRules
from retention.segments.totals import stage_table

#: What made a customer enter a stage.
BY_ORDER, BY_SILENCE = "order", "silence"


def stage_path(
    moments: pd.Series, end: date, rules: SegmentRules | None = None, *, is_vip: bool = False
) -> pd.DataFrame:
    """Return the stages that a customer went through, day by day.

    A day's stage is the one after its orders. It follows from the number of orders and the days
    since the last one. VIP is a matter of today's expected value: the past knows none.

    Args:
        moments: When the customer ordered, in ascending order.
        end: The last day of the orders, which is today.
        rules: The thresholds; the published ones unless given.
        is_vip: Whether the customer is VIP today: then the last stage is called so.

    Returns:
        A frame with a row for each stage in its turn:

        - `stage`: one of `STAGES`;
        - `start`, `last`: its first and last day;
        - `orders`: orders by its first day;
        - `by`: "order" or "silence", what led into it.

    Raises:
        ValueError: There are no moments.
    """
    days = pd.to_datetime(moments).dt.normalize()
    placed = days.value_counts().sort_index()
    if placed.empty:
        raise ValueError("A customer without an order has no stage.")
    rows: list[tuple[str, date, int, str]] = []
    numbers = placed.cumsum().tolist()
    firsts = [moment.date() for moment in placed.index]
    for first, following, number in zip(
        firsts, [*firsts[1:], end + timedelta(days=1)], numbers, strict=True
    ):
        for silence, stage in _changes(number, (following - first).days, rules or SegmentRules()):
            if not rows or rows[-1][0] != stage:
                by = BY_SILENCE if silence else BY_ORDER
                rows.append((stage, first + timedelta(days=silence), number, by))
    path = pd.DataFrame(rows, columns=["stage", "start", "orders", "by"])
    path.insert(2, "last", [*(start - timedelta(days=1) for start in path["start"][1:]), end])
    if is_vip:
        path.loc[len(path) - 1, "stage"] = "vip"
    return path


def stages_ahead(
    orders: int, silence: int, end: date, rules: SegmentRules | None = None
) -> pd.DataFrame:
    """Return which stages a customer enters, and when, if no order comes.

    Args:
        orders: Orders so far, 1 or more.
        silence: Days since the last order at the end.
        end: The last day of the orders, which is today.
        rules: The thresholds; the published ones unless given.

    Returns:
        A frame with `stage` and `start` (its first day), the next one first. It is empty for a
        customer who has lapsed.
    """
    rules = rules or SegmentRules()
    longest = max(rules.one_order_lapsed, rules.repeat_lapsed, rules.loyal_lapsed) + 2
    changes = [
        (stage, end + timedelta(days=days - silence))
        for days, stage in _changes(orders, longest, rules)
        if days > silence
    ]
    return pd.DataFrame(changes, columns=["stage", "start"])


def _changes(orders: int, days: int, rules: SegmentRules) -> list[tuple[int, str]]:
    """The stage after this number of orders and each silence at which it changes, below `days`."""
    table = stage_table(rules, days).reshape(ORDERS_CAP + 1, days)
    codes = table[min(orders, ORDERS_CAP)] & 7
    changed = np.flatnonzero(np.diff(codes, prepend=255))
    return [(int(silence), STAGES[codes[silence]]) for silence in changed]
