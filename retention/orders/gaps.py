"""Days without any order that are too many to be chance: is a part of the file missing?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from retention.wording import count, day

#: Shorter stretches without an order are holidays.
LEAST_DAYS = 14
#: At most this many days on either side of a gap say how many of its days usually have an order.
AROUND = 90
#: Expected days with an order from which a gap is named. At random a gap in place of 15 such days
#: comes once in three million.
EXPECTED = 15
#: From this number of days with an order on either side, orders count as coming steadily.
STEADY = 5


class OrderGap(NamedTuple):
    """A stretch of days without an order.

    Attributes:
        first: The first day.
        last: The last day.
        days: How many days there are.
    """

    first: date
    last: date
    days: int


def order_gaps(placed: Iterable[date]) -> tuple[OrderGap, ...]:
    """Return the stretches without an order that are all but impossible by chance.

    The days with an order are counted in as many days as the gap has, at most 90, on either side
    of it. The gap is expected to have the smaller of the two shares. A store that sells now and
    then, or whose orders carry one date a week, has no such gap.

    Args:
        placed: Days with an order, in any order, each once or more.

    Returns:
        The gaps, oldest first.
    """
    days = np.unique(pd.to_datetime(pd.Series(list(placed))).to_numpy().astype("datetime64[D]"))
    gaps = []
    for place in np.flatnonzero(np.diff(days).astype(int) > LEAST_DAYS):
        before, after = days[place], days[place + 1]
        length = int((after - before).astype(int)) - 1
        window = min(length, AROUND)
        fewest = min(
            ((days > before - window) & (days <= before)).sum(),
            ((days >= after) & (days < after + window)).sum(),
        )
        if fewest >= STEADY and fewest / window * length >= EXPECTED:
            first, last = (before + 1).item(), (after - 1).item()
            gaps.append(OrderGap(first=first, last=last, days=length))
    return tuple(gaps)


def gap_words(gap: OrderGap) -> str:
    """Return a gap as a sentence and a question.

    Args:
        gap: The gap.

    Returns:
        Both in one text.
    """
    return (
        f"No orders from {day(gap.first)} to {day(gap.last)} ({count(gap.days)} days), while "
        "they came "
        "steadily before and after: is part of the file missing?"
    )
