"""Has a metric changed from one period to another, and may the two periods be compared?"""

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from retention.history.metrics import METRICS, MetricKind
from retention.periods import Period
from retention.statistics import difference_interval

#: Customers or waits that both periods need before a change gets a verdict.
ENOUGH = 30
#: What a change amounts to. "Cannot be compared": the orders begin too late before the earlier
#: period.
ChangeVerdict = Literal["up", "down", "no clear change", "too little data", "cannot be compared"]
UP: Final = "up"
DOWN: Final = "down"
NOISE: Final = "no clear change"
THIN: Final = "too little data"
CANNOT: Final = "cannot be compared"
COLUMNS = ["change", "low", "high", "verdict", "why"]
#: Metrics of these kinds change by a share of what they were.
RELATIVE_KINDS: frozenset[MetricKind] = frozenset({"money", "number", "count"})
#: Days that the orders reach back before the earlier period, at the least.
LEAST_REACH = 180
#: Days that the orders reach back for each day between the starts of the two periods.
TIMES_APART = 2


#: A row of what `measure` returns, by column.
_Row = Mapping[Hashable, float]


class _Change(NamedTuple):
    change: float
    low: float
    high: float
    verdict: ChangeVerdict
    why: str


def changes(
    now: pd.DataFrame, before: pd.DataFrame, cannot: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return the change of every metric from one period to another.

    Many customers are in both periods. The interval ignores this, so it is too wide rather than
    too narrow.

    Args:
        now: What `measure` returns for the later period.
        before: What `measure` returns for the earlier period.
        cannot: Metrics that cannot be compared and why, as `not_comparable` returns them.

    Returns:
        A row a metric. `change`, `low` and `high` are the change and its 95 % interval. Rates
        change by points (fractions) and waits by days. Money, numbers and counts change by a
        share of what they were. `verdict` is a `ChangeVerdict`: "no clear change" where the
        interval holds zero, "too little data" below 30 customers or waits in either period.
        `why` is a sentence on why there is no verdict, else empty.

    Source: the method of variance estimates recovery, Zou and Donner (2008), Statistics in
    Medicine 27. Relative changes are computed on the log scale.
    """
    later, earlier, reasons = now.to_dict("index"), before.to_dict("index"), cannot or {}
    rows = {
        name: _change(metric.kind, later[name], earlier[name], reasons.get(name, ""))
        for name, metric in METRICS.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS)


def reach_needed(now: Period, before: Period, active_days: int) -> int:
    """Return the days that the orders must reach back before the earlier period.

    This holds for metrics that look back. The beginning of the file distorts both periods. The
    distortion fades with the reach, and the farther the periods lie apart the more it differs.
    So the days are those of an active customer, and twice the days between the two periods. In
    simulated stores that never change, about 5 % of the verdicts at 95 % are then wrong.

    Args:
        now: The later period.
        before: The earlier period.
        active_days: Days for which a customer counts as active after an order.

    Returns:
        The number of days.
    """
    return max(active_days, LEAST_REACH) + TIMES_APART * (now.start - before.start).days


def not_comparable(start: date, now: Period, before: Period, active_days: int) -> dict[str, str]:
    """Return the metrics that cannot be compared, and why.

    Args:
        start: The day of the first order.
        now: The later period.
        before: The earlier period.
        active_days: Days for which a customer counts as active after an order.

    Returns:
        The reason in a sentence, by the key of the metric.
    """
    reach, needed = max((before.start - start).days, 0), reach_needed(now, before, active_days)
    reasons = {
        "age": "Cannot be compared: it counts all customers so far, so it grows with the age of "
        "the orders."
    }
    if reach < needed:
        reasons["past"] = (
            f"Cannot be compared: the orders reach back {reach:,} days before that period, of "
            f"{needed:,} that it takes."
        )
    return {
        name: reasons[metric.needs] for name, metric in METRICS.items() if metric.needs in reasons
    }


def _change(kind: MetricKind, now: _Row, before: _Row, cannot: str) -> _Change:
    if cannot:
        return _Change(change=np.nan, low=np.nan, high=np.nan, verdict=CANNOT, why=cannot)
    change, low, high = _difference(kind, now, before)
    customers, customers_before = now["n"], before["n"]
    verdict: ChangeVerdict = UP if low > 0 else DOWN if high < 0 else NOISE
    why = ""
    if not (min(customers, customers_before) >= ENOUGH and np.isfinite([change, low, high]).all()):
        verdict, why = THIN, _why_thin(customers, customers_before)
    return _Change(change=change, low=low, high=high, verdict=verdict, why=why)


def _difference(kind: MetricKind, now: _Row, before: _Row) -> tuple[float, float, float]:
    """Return the change from one value to another, and the ends of its 95 % interval."""
    columns = ("value", "low", "high")
    values = np.array([[row[name] for name in columns] for row in (now, before)], dtype=float)
    if kind in RELATIVE_KINDS:
        values = np.log(np.where(values > 0, values, np.nan))
    (value, low, high), (was, was_low, was_high) = values
    ends = difference_interval(value, (low, high), was, (was_low, was_high))
    difference = np.array([value - was, *ends])
    if kind in RELATIVE_KINDS:
        difference = np.expm1(difference)
    return float(difference[0]), float(difference[1]), float(difference[2])


def _why_thin(now: float, before: float) -> str:
    for customers, period in ((before, "in the earlier period"), (now, "in this period")):
        if customers < ENOUGH:
            return (
                f"Too little data: {customers:,.0f} customers or waits {period}, of {ENOUGH} that "
                "it takes."
            )
    return "There is nothing to compute the change from."
