"""Has a metric changed? The difference of two periods with its interval, and what it amounts to in a word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from retention.history.metrics import METRICS
from retention.periods import Period
from retention.statistics import difference_interval

#: Customers or waits that both periods need before a change is worth a word.
ENOUGH = 30
UP, DOWN, NOISE, THIN = "up", "down", "no clear change", "too little data"
#: The verdict where the orders do not reach back far enough before the earlier period.
CANNOT = "cannot be compared"
COLUMNS = ["change", "low", "high", "verdict", "why"]


def changes(
    now: pd.DataFrame, before: pd.DataFrame, cannot: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return the change of every metric from one period to another.

    Args:
        now, before: What `measure` gives for the two periods.
        cannot: Metrics that cannot be compared and why, as `not_comparable` returns them.

    Returns:
        A row a metric: `change`, `low`, `high` (95 % interval), `verdict` ("up", "down", "no clear change" where the
        interval holds zero, "too little data" below 30 customers or waits in either period, "cannot be compared") and
        `why`, a sentence on why there is no verdict, else empty. Rates change by points (fractions) and waits by days;
        money, numbers and counts by a share of what they were. Many customers are in both periods, which the interval
        does not make use of: it is rather too wide than too narrow.

    Source: the method of variance estimates recovery, Zou and Donner (2008), Statistics in Medicine 27; for shares
    of what was on the log scale.
    """
    rows = {}
    for name, metric in METRICS.items():
        one, other = now.loc[name], before.loc[name]
        values = np.array(
            [[one["value"], one["low"], one["high"]], [other["value"], other["low"], other["high"]]]
        )
        relative = metric.kind in ("money", "number", "count")
        if relative:
            values = np.log(np.where(values > 0, values, np.nan))
        (value, low, high), (was, was_low, was_high) = values
        found = np.array(
            [value - was, *difference_interval(value, (low, high), was, (was_low, was_high))]
        )
        if relative:
            found = np.expm1(found)
        why = (cannot or {}).get(name, "")
        if why:
            rows[name] = (np.nan, np.nan, np.nan, CANNOT, why)
            continue
        thin = not min(one["n"], other["n"]) >= ENOUGH or not np.isfinite(found).all()
        verdict = THIN if thin else UP if found[1] > 0 else DOWN if found[2] < 0 else NOISE
        rows[name] = (*found, verdict, _why_thin(one["n"], other["n"]) if thin else "")
    return pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS)


def _why_thin(now: float, before: float) -> str:
    for n, period in ((before, "in the earlier period"), (now, "in this period")):
        if n < ENOUGH:
            return (
                f"Too little data: {n:,.0f} customers or waits {period}, of {ENOUGH} that it takes."
            )
    return "There is nothing to compute the change from."


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
