"""The store's value by the definition of each benchmark, so that like is compared with like."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from retention import wording
from retention.errors import DataError
from retention.history.metrics import measure
from retention.history.order_history import OrderHistory
from retention.history.period_counts import PeriodCounts, count_period
from retention.periods import Period
from retention.statistics import METRIC_LEVEL, normal_width

#: Days over which a benchmark's year runs, and for which a customer counts as active in it.
YEAR = 365
_WIDTH = normal_width(METRIC_LEVEL)


@dataclass(frozen=True, slots=True)
class StoreValue:
    """A value of the store, by the definition of a benchmark or of a metric.

    Attributes:
        value: The value, in the unit of the metric; a fraction for a benchmark.
        low: Lower end of its 95 % interval.
        high: Upper end of its 95 % interval.
        n: Customers or waits that it rests on.
        period: Days whose orders it is computed from.
        note: What to bear in mind when reading it, in a sentence; empty if nothing.
        higher: Whether it may be clearly higher with orders that reach back far enough.
        lower: Whether it may be clearly lower with orders that reach back far enough.
    """

    value: float
    low: float
    high: float
    n: float
    period: Period
    note: str = ""
    higher: bool = False
    lower: bool = False


@dataclass(frozen=True, slots=True)
class Computation:
    """How a store is measured for benchmarks of one definition.

    Attributes:
        definition: How the value is computed, in a sentence.
        lift: Whether the value says how much more (0.16 is 16 % more) instead of being a share.
        whole: Whether it covers all orders so far instead of a year.
    """

    definition: str
    lift: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What a short history leaves open about a value.

    Attributes:
        note: What to bear in mind when reading it, in a sentence; empty if nothing.
        higher: Whether it may be clearly higher with orders that reach back far enough.
        lower: Whether it may be clearly lower with orders that reach back far enough.
    """

    note: str = ""
    higher: bool = False
    lower: bool = False


class _Estimate(NamedTuple):
    """A value with the ends of its 95 % interval, and the customers `n` that it rests on."""

    value: float
    low: float
    high: float
    n: float


COMPUTATIONS = {
    "yearly_retention": Computation(
        definition=f"(Customers with an order in the last {YEAR} days − new customers among them) "
        f"/ customers with an order in the {YEAR} days before."
    ),
    "repeat_customers": Computation(
        definition="Customers with two or more orders so far / all customers so far.", whole=True
    ),
    "later_revenue_share": Computation(
        definition=f"Share of the last {YEAR} days' revenue from orders placed after the day of "
        "the customer's first order."
    ),
    "later_order_value": Computation(
        definition="How much more an order placed after the day of the customer's first order "
        f"brings than one of that day, in the last {YEAR} days.",
        lift=True,
    ),
    "returning_spend": Computation(
        definition=f"How much more a customer who had ordered before the last {YEAR} days brought "
        "in them than one whose first order falls into them.",
        lift=True,
    ),
}


def store_values(history: OrderHistory, end: date) -> dict[str, StoreValue]:
    """Return the store's value by each definition of a benchmark.

    Args:
        history: The history of the orders.
        end: The day after the last that counts, at most the day after the last order.

    Returns:
        The values, by the key of `COMPUTATIONS`.

    Raises:
        DataError: There is no order before `end`.
    """
    end = min(end, history.end + timedelta(days=1))
    if end <= history.start:
        raise DataError(
            f"There is no order before {end}: the first is of {history.start}. Pick a later day."
        )
    year, ever = (
        Period(start=end - timedelta(days=YEAR), end=end),
        Period(start=history.start, end=end),
    )
    reach = (year.start - history.start).days
    values = {}
    for name, estimate in _estimates(history, year, ever).items():
        limits = _limits(name, reach, estimate.value)
        values[name] = StoreValue(
            value=float(estimate.value),
            low=float(estimate.low),
            high=float(estimate.high),
            n=float(estimate.n),
            period=ever if COMPUTATIONS[name].whole else year,
            note=limits.note,
            higher=limits.higher,
            lower=limits.lower,
        )
    return values


def _estimates(history: OrderHistory, year: Period, ever: Period) -> dict[str, _Estimate]:
    of_year, of_all = (count_period(history, period, YEAR) for period in (year, ever))
    daily, customers = _placed(history, of_year)
    return {
        "yearly_retention": _measured(history, of_year, "customer_retention_rate"),
        "repeat_customers": _measured(history, of_all, "repeat_purchase_rate"),
        "later_revenue_share": _later_revenue_share(of_year, daily, customers),
        "later_order_value": _later_order_value(of_year, daily, customers),
        "returning_spend": _returning_spend(of_year, customers),
    }


def _measured(history: OrderHistory, counts: PeriodCounts, metric: str) -> _Estimate:
    row = measure(history, counts).T[metric]
    return _Estimate(value=row["value"], low=row["low"], high=row["high"], n=row["n"])


def _limits(name: str, reach: int, value: float) -> Limits:
    """What is left open by orders that reach back `reach` days before the year."""
    covered = f"The orders cover {wording.count(YEAR + reach)} days"
    if COMPUTATIONS[name].whole:
        if reach >= 0:
            return Limits()
        return Limits(
            note=f"{covered}: fewer customers have come back than after a longer time.", higher=True
        )
    if reach >= YEAR:
        return Limits()
    if reach < 0:
        return Limits(note=f"{covered} of the {YEAR} that it takes.", higher=True, lower=True)
    before = (
        f"The orders reach back {wording.count(reach)} days before these {YEAR}, and it "
        f"takes {YEAR}"
    )
    if name == "yearly_retention":
        # Customers lapse only after their active days. Customers won back count as new, which
        # works the other way.
        return Limits(
            note=f"{before}: at the start only recent customers are counted, which makes the value "
            "too high.",
            higher=True,
            lower=True,
        )
    new = "customers whose last order came before that count as new"
    if COMPUTATIONS[name].lift:
        return Limits(
            note=f"{before}: {new}, which blurs the difference.",
            higher=not value < 0,
            lower=not value > 0,
        )
    return Limits(note=f"{before}: {new}, which makes the value too low.", higher=True)


def _later_revenue_share(
    counts: PeriodCounts, daily: pd.DataFrame, customers: pd.DataFrame
) -> _Estimate:
    share = _ratio(daily.loc[daily["later"], "revenue"], daily["revenue"])
    error = _error(counts, customers["later_revenue"], customers["revenue"])
    low, high = (share * np.exp(side * _WIDTH * error) for side in (-1, 1))
    return _Estimate(value=share, low=low, high=min(high, 1.0), n=counts.customers)


def _later_order_value(
    counts: PeriodCounts, daily: pd.DataFrame, customers: pd.DataFrame
) -> _Estimate:
    later, first = daily[daily["later"]], daily[~daily["later"]]
    ratio = _ratio(later["revenue"], later["orders"]) / (
        _ratio(first["revenue"], first["orders"]) or np.nan
    )
    error = _error(
        counts,
        customers["later_revenue"],
        customers["later_orders"],
        customers["revenue"] - customers["later_revenue"],
        customers["orders"] - customers["later_orders"],
    )
    # Customers with orders on two or more days by the end ordered again within the period.
    return _lift(ratio, error, min(counts.new, counts.repeat_days))


def _returning_spend(counts: PeriodCounts, customers: pd.DataFrame) -> _Estimate:
    returning, new = 1.0 * customers["returning"], 1.0 * ~customers["returning"]
    spend_of_new = counts.new_revenue / (counts.new or np.nan)
    spend_of_returning = (counts.revenue - counts.new_revenue) / (counts.returning or np.nan)
    error = _error(
        counts, customers["revenue"] * returning, returning, customers["revenue"] * new, new
    )
    return _lift(
        spend_of_returning / (spend_of_new or np.nan), error, min(counts.new, counts.returning)
    )


def _placed(history: OrderHistory, counts: PeriodCounts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the orders of a period by day, and the sampled customers of the period.

    Orders are `later` where they came after the day of the customer's first order.
    """
    begin, end = history.number(counts.period.start), history.number(counts.period.end)
    daily, rows = (
        frame[(frame["day"] >= begin) & (frame["day"] < end)]
        for frame in (history.daily, history.sample)
    )
    is_later = rows["day"] > rows["first_day"]
    rows = rows.assign(
        orders=1,
        later_orders=is_later.astype(int),
        later_revenue=rows["revenue"] * is_later,
        returning=rows["first_day"] < begin,
    )
    customers = rows.groupby("customer").agg(
        revenue=("revenue", "sum"),
        orders=("orders", "sum"),
        later_orders=("later_orders", "sum"),
        later_revenue=("later_revenue", "sum"),
        returning=("returning", "first"),
    )
    return daily.assign(later=daily["day"] > daily["first_day"]), customers


def _ratio(part: pd.Series, whole: pd.Series) -> float:
    return float(part.sum()) / (float(whole.sum()) or np.nan)


def _error(counts: PeriodCounts, *sums: pd.Series) -> float:
    """The standard error of the log of a / b, or of (a / b) / (c / d).

    Here a to d are sums over the customers of the sample.

    Source: the delta method, with customers as the sampling unit.
    """
    pulls = np.zeros(len(sums[0]))
    for values, sign in zip(sums, (1, -1, -1, 1), strict=False):
        total = values.sum()
        pulls += sign * values.to_numpy(float) / (total if total > 0 else np.nan)
    # The error of all customers of the period, from the error of the sample.
    return float(np.sqrt((pulls**2).sum() * len(pulls) / (counts.customers or np.nan)))


def _lift(ratio: float, error: float, customers: int) -> _Estimate:
    return _Estimate(
        value=ratio - 1,
        low=ratio * np.exp(-_WIDTH * error) - 1,
        high=ratio * np.exp(_WIDTH * error) - 1,
        n=customers,
    )
