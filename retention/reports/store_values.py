"""The store's value by each benchmark's own definition, so that like is held against like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.history.metrics import measure
from retention.history.order_history import OrderHistory
from retention.history.period_counts import PeriodCounts, count_period
from retention.periods import Period
from retention.statistics import METRIC_LEVEL, normal_width

#: Days over which a benchmark's year runs, and for which a customer counts as active in it.
YEAR = 365
#: The value, the ends of its 95 % interval, and the customers it rests on.
Interval = tuple[float, float, float, float]
_Z = normal_width(METRIC_LEVEL)


@dataclass(frozen=True, slots=True)
class StoreValue:
    """A value of the store with its 95 % interval, the customers or waits (`n`) that it rests on, its period, and a
    `note` on what to bear in mind.

    `higher`, `lower`: whether it may be clearly higher or lower with orders that reach back far enough.
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
    """How a store is held against benchmarks of one definition; `lift` where the value says how much more (0.16 is 16 %
    more) instead of a share, `whole` where it is over all orders so far instead of a year."""

    definition: str
    lift: bool = False
    whole: bool = False


def store_values(history: OrderHistory, end: date) -> dict[str, StoreValue]:
    """Return the store's value by each of the benchmarks' definitions, by the key of `COMPUTATIONS`.

    Args:
        history: The orders.
        end: The day after the last that counts; that after the last order where it lies later.

    Raises:
        DataError: There is no order before `end`.
    """
    end = min(end, history.end + timedelta(days=1))
    if end <= history.start:
        raise DataError(
            f"There is no order before {end}: the first is of {history.start}. Pick a later day."
        )
    periods = Period(end - timedelta(days=YEAR), end), Period(history.start, end)
    year, ever = (count_period(history, period, YEAR) for period in periods)
    daily, each = _placed(history, year)
    columns = ["value", "low", "high", "n"]
    found = {
        "yearly_retention": tuple(measure(history, year).loc["customer_retention_rate", columns]),
        "repeat_customers": tuple(measure(history, ever).loc["repeat_purchase_rate", columns]),
        "later_revenue_share": _later_revenue_share(year, daily, each),
        "later_order_value": _later_order_value(year, daily, each),
        "returning_spend": _returning_spend(year, each),
    }
    reach = (periods[0].start - history.start).days
    return {
        name: StoreValue(
            *map(float, values), periods[COMPUTATIONS[name].whole], *_limits(name, reach, values[0])
        )
        for name, values in found.items()
    }


def _limits(name: str, reach: int, value: float) -> tuple[str, bool, bool]:
    """What orders that reach back `reach` days before the year leave open: in words, and whether the value may be
    higher or lower with a longer history."""
    covered = f"The orders cover {YEAR + reach:,} days"
    if COMPUTATIONS[name].whole:
        if reach >= 0:
            return "", False, False
        return f"{covered}: fewer customers have come back than after a longer time.", True, False
    if reach >= YEAR:
        return "", False, False
    if reach < 0:
        return f"{covered} of the {YEAR} that it takes.", True, True
    before = f"The orders reach back {reach:,} days before these {YEAR}, and it takes {YEAR}"
    if name == "yearly_retention":
        # Lapsing takes as long as customers count as active; those won back count as new, which works against it.
        return (
            f"{before}: at the start only recent customers are counted, which makes the value too high.",
            True,
            True,
        )
    new = "customers whose last order came before that count as new"
    if COMPUTATIONS[name].lift:
        return f"{before}: {new}, which blurs the difference.", not value < 0, not value > 0
    return f"{before}: {new}, which makes the value too low.", True, False


def _later_revenue_share(counts: PeriodCounts, daily: pd.DataFrame, each: pd.DataFrame) -> Interval:
    share = _share(daily.loc[daily["later"], "revenue"], daily["revenue"])
    error = _error(counts, each["later_revenue"], each["revenue"])
    low, high = (share * np.exp(side * _Z * error) for side in (-1, 1))
    return share, low, min(high, 1.0), counts.customers


def _later_order_value(counts: PeriodCounts, daily: pd.DataFrame, each: pd.DataFrame) -> Interval:
    again, first = daily[daily["later"]], daily[~daily["later"]]
    ratio = _share(again["revenue"], again["orders"]) / (
        _share(first["revenue"], first["orders"]) or np.nan
    )
    error = _error(
        counts,
        *(each["later_revenue"], each["later_orders"]),
        *(each["revenue"] - each["later_revenue"], each["orders"] - each["later_orders"]),
    )
    # Whoever has ordered on two days or more by the end ordered again within the period.
    return *_lift(ratio, error), min(counts.new, counts.repeat_days)


def _returning_spend(counts: PeriodCounts, each: pd.DataFrame) -> Interval:
    returning, new_customer = 1.0 * each["returning"], 1.0 * ~each["returning"]
    back, new = counts.revenue - counts.new_revenue, counts.new_revenue
    ratio = (back / (counts.returning or np.nan)) / ((new / (counts.new or np.nan)) or np.nan)
    error = _error(
        counts, each["revenue"] * returning, returning, each["revenue"] * new_customer, new_customer
    )
    return *_lift(ratio, error), min(counts.new, counts.returning)


def _placed(history: OrderHistory, counts: PeriodCounts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The period's orders by day, with whether they came after the day of the first, and by customer of the sample."""
    begin, end = history.number(counts.period.start), history.number(counts.period.end)
    daily, rows = (
        frame[(frame["day"] >= begin) & (frame["day"] < end)]
        for frame in (history.daily, history.sample)
    )
    later = rows["day"] > rows["first_day"]
    each = (
        rows.assign(
            orders=1,
            later_orders=later.astype(int),
            later_revenue=rows["revenue"] * later,
            back=rows["first_day"] < begin,
        )
        .groupby("customer")
        .agg(
            **{
                name: (name, "sum")
                for name in ("revenue", "orders", "later_orders", "later_revenue")
            },
            returning=("back", "first"),
        )
    )
    return daily.assign(later=daily["day"] > daily["first_day"]), each


def _share(part: pd.Series, whole: pd.Series) -> float:
    return float(part.sum()) / (float(whole.sum()) or np.nan)


def _error(counts: PeriodCounts, *sums: pd.Series) -> float:
    """The standard error of the log of a / b, or of (a / b) / (c / d), with a to d sums over the sample's customers.

    Source: the delta method, with customers as the sampling unit.
    """
    pulls = np.zeros(len(sums[0]))
    for values, sign in zip(sums, (1, -1, -1, 1), strict=False):
        total = values.sum()
        pulls += sign * values.to_numpy(float) / (total if total > 0 else np.nan)
    # The sample's error, as that of all customers of the period.
    return float(np.sqrt((pulls**2).sum() * len(pulls) / (counts.customers or np.nan)))


def _lift(ratio: float, error: float) -> tuple[float, float, float]:
    return ratio - 1, ratio * np.exp(-_Z * error) - 1, ratio * np.exp(_Z * error) - 1


COMPUTATIONS = {
    "yearly_retention": Computation(
        f"(Customers with an order in the last {YEAR} days − new customers among them) / customers with an order in "
        f"the {YEAR} days before."
    ),
    "repeat_customers": Computation(
        "Customers with two or more orders so far / all customers so far.", whole=True
    ),
    "later_revenue_share": Computation(
        f"Share of the last {YEAR} days' revenue from orders placed after the day of the customer's first order."
    ),
    "later_order_value": Computation(
        "How much more an order placed after the day of the customer's first order brings than one of that day, in the "
        f"last {YEAR} days.",
        lift=True,
    ),
    "returning_spend": Computation(
        f"How much more a customer who had ordered before the last {YEAR} days brought in them than one whose first "
        "order falls into them.",
        lift=True,
    ),
}
