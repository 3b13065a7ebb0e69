"""Which metrics of two periods can be compared: how far back the orders must reach before the earlier one.

A file begins somewhere. Before that day nobody has ordered as far as it tells, so that shortly after it nobody can have
lapsed, few can have come back, and many customers count as new who are not. The earlier of two periods has more of
that, and a store in which nothing changes would seem to change.
"""

from __future__ import annotations

from datetime import date

from retention.history.metrics import METRICS
from retention.periods import Period

#: Days before the earlier period that it takes at least, however short the time is for which customers count as active.
LEAST_REACH = 180
#: How often the days between the two periods go into those that it takes.
TIMES_APART = 2


def reach_needed(now: Period, before: Period, active_days: int) -> int:
    """Return the days that the orders must reach back before the earlier period, for metrics that look back.

    As many as customers count as active for, and twice as many as the periods lie apart: what the beginning of the
    file distorts fades as the orders reach back farther, and matters by how much farther they do for one period than
    for the other. In simulated stores that never change, new and old, some 5 % of 95 % verdicts are wrong from there.
    """
    return max(active_days, LEAST_REACH) + TIMES_APART * (now.start - before.start).days


def not_comparable(start: date, now: Period, before: Period, active_days: int) -> dict[str, str]:
    """Return the metrics that cannot be compared, each with the reason in a sentence.

    Args:
        start: The day of the first order.
        now, before: The two periods.
        active_days: Days for which a customer counts as active after an order.
    """
    reach, needed = max((before.start - start).days, 0), reach_needed(now, before, active_days)
    reasons = {
        "age": "Cannot be compared: it counts all customers so far, so it grows with the age of the orders."
    }
    if reach < needed:
        reasons["past"] = (
            f"Cannot be compared: the orders reach back {reach:,} days before that period, of {needed:,} that it takes."
        )
    return {
        name: reasons[metric.needs] for name, metric in METRICS.items() if metric.needs in reasons
    }
