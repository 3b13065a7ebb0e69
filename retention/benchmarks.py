"""Published benchmarks, and the store's value by each benchmark's own definition, so that like is held against like."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from retention.changes import ENOUGH
from retention.errors import DataError
from retention.metrics import LEVEL, METRICS, measure
from retention.order_history import OrderHistory
from retention.period_counts import PeriodCounts, count_period
from retention.periods import Period
from retention.scorecard import Scorecard

ALL = "All e-commerce"
#: How a store stands to a benchmark or target; "above" and "below" where neither is better.
AHEAD, PAR, BEHIND, ABOVE, BELOW, UNKNOWN = "ahead", "on par", "behind", "above", "below", "unknown"
#: Days over which a benchmark's year runs, and for which a customer counts as active in it.
YEAR = 365
#: The value, the ends of its 95 % interval, and the customers it rests on.
Interval = tuple[float, float, float, float]
_FILE = Path(__file__).with_name("benchmarks.csv")
_Z = float(norm.ppf(0.5 + LEVEL / 2))


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published figure, a fraction from `low` to `high` (equal for a single figure).

    `metric` is the key of `METRICS` that it speaks of; `definition` the benchmark's own, with what its source leaves
    open; `computed_as` the key of `COMPUTATIONS` by which a store is held against it; `year` None where it is unknown.
    """

    metric: str
    line_of_business: str
    low: float
    high: float
    computed_as: str
    definition: str
    source: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Target:
    """What the marketer wants of a metric: a fraction, money, number or days, as the metric's `kind` says."""

    metric: str
    value: float

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise DataError(f"There is no metric {self.metric!r}. Choose one of {', '.join(METRICS)}.")
        rate = METRICS[self.metric].kind == "rate"
        if not (math.isfinite(self.value) and 0 < self.value <= (1 if rate else math.inf)):
            wanted = "a fraction above 0 and up to 1, such as 0.3" if rate else "a number above 0"
            raise DataError(f"The target of {self.metric} is {self.value!r}. Give {wanted}.")


@dataclass(frozen=True, slots=True)
class StoreValue:
    """A value of the store with its 95 % interval, the customers or waits (`n`) that it rests on, its period, and a
    `note` on what to bear in mind."""

    value: float
    low: float
    high: float
    n: float
    period: Period
    note: str = ""


@dataclass(frozen=True, slots=True)
class Computation:
    """How a store is held against benchmarks of one definition; `lift` where the value says how much more (0.16 is 16 %
    more) instead of a share, `whole` where it is over all orders so far instead of a year."""

    definition: str
    lift: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A metric's benchmark or target, and the store's value by the definition of that."""

    metric: str
    against: Benchmark | Target
    store: StoreValue

    @property
    def low(self) -> float:
        """The lower end of the benchmark, or the target."""
        return self.against.value if isinstance(self.against, Target) else self.against.low

    @property
    def high(self) -> float:
        """The upper end of the benchmark, or the target."""
        return self.against.value if isinstance(self.against, Target) else self.against.high

    @property
    def lift(self) -> bool:
        """Whether the values say how much more, instead of being the metric's."""
        return isinstance(self.against, Benchmark) and COMPUTATIONS[self.against.computed_as].lift

    @property
    def definition(self) -> str:
        """How the store's value is computed."""
        if isinstance(self.against, Target):
            return METRICS[self.metric].definition
        return COMPUTATIONS[self.against.computed_as].definition

    @property
    def aim(self) -> float:
        """The end of the benchmark at which a store that is behind reaches it; NaN where neither side is better."""
        return {1: self.low, -1: self.high, 0: math.nan}[METRICS[self.metric].better]

    @property
    def status(self) -> str:
        """On par where the store's interval overlaps the benchmark; unknown below 30 customers or waits."""
        if not self.store.n >= ENOUGH or not all(map(math.isfinite, (self.store.low, self.store.high))):
            return UNKNOWN
        over, under = self.store.low > self.high, self.store.high < self.low
        if not (over or under):
            return PAR
        better = METRICS[self.metric].better
        if not better:
            return ABOVE if over else BELOW
        return AHEAD if over == (better > 0) else BEHIND


def benchmarks_for(line_of_business: str = ALL) -> tuple[Benchmark, ...]:
    """Return the benchmarks of a line of business, and those of all e-commerce for metrics that it has none for.

    The first of a metric is the one to compare with; further ones are there to be shown.

    Raises:
        DataError: There is no such line of business.
    """
    names = {name.casefold(): name for name in lines_of_business()}
    line = names.get(line_of_business.casefold())
    if line is None:
        raise DataError(
            f"There is no line of business {line_of_business!r}. Choose one of {', '.join(names.values())}."
        )
    own = [row for row in benchmarks() if row.line_of_business == line]
    has = {row.metric for row in own}
    found = own + [row for row in benchmarks() if row.line_of_business == ALL and row.metric not in has]
    return tuple(sorted(found, key=_place))


def lines_of_business() -> tuple[str, ...]:
    """Return the lines of business that there are benchmarks for; the first is all e-commerce."""
    return tuple(dict.fromkeys(row.line_of_business for row in benchmarks()))


@cache
def benchmarks() -> tuple[Benchmark, ...]:
    """Return every benchmark of the data file, in its order."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Benchmark(
                **row | {"low": float(row["low"]), "high": float(row["high"]), "year": int(row["year"] or 0) or None},
            )
            for row in csv.DictReader(file)
        )


def compare(
    history: OrderHistory,
    card: Scorecard,
    line_of_business: str = ALL,
    targets: Iterable[Target] = (),
    values: Mapping[str, StoreValue] | None = None,
) -> tuple[Comparison, ...]:
    """Return how the store stands to each benchmark, by the benchmark's definition, up to the end of the card's period.

    A target takes the place of its metric's benchmarks, and is compared with the metric on the card. `values` are
    `store_values` of the card's end, where they are at hand.

    Raises:
        DataError: There is no such line of business.
    """
    wanted = {target.metric: target for target in targets}
    values = values or store_values(history, card.period.end)
    found = [
        Comparison(row.metric, row, values[row.computed_as])
        for row in benchmarks_for(line_of_business)
        if row.metric not in wanted
    ]
    for name, target in wanted.items():
        row = card.metrics.loc[name, ["value", "low", "high", "n"]]
        found.append(Comparison(name, target, StoreValue(*map(float, row), card.period)))
    return tuple(sorted(found, key=_place))


def store_value(history: OrderHistory, end: date, benchmark: Benchmark) -> StoreValue:
    """Return the store's value by a benchmark's own definition; arguments and errors as in `store_values`."""
    return store_values(history, end)[benchmark.computed_as]


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
        raise DataError(f"There is no order before {end}: the first is of {history.start}. Pick a later day.")
    periods = Period(end - timedelta(days=YEAR), end), Period(history.start, end)
    year, ever = (count_period(history, period, YEAR) for period in periods)
    daily, each = _placed(history, year)
    columns = ["value", "low", "high", "n"]
    found = {
        "yearly_retention": measure(history, year).loc["customer_retention_rate", columns],
        "repeat_customers": measure(history, ever).loc["repeat_purchase_rate", columns],
        "later_revenue_share": _later_revenue_share(year, daily, each),
        "later_order_value": _later_order_value(year, daily, each),
        "returning_spend": _returning_spend(year, each),
    }
    return {
        name: StoreValue(
            *map(float, values), periods[name == "repeat_customers"], _note(history, periods[0], COMPUTATIONS[name])
        )
        for name, values in found.items()
    }


def _place(row: Benchmark | Comparison) -> int:
    """Its metric's place on the card."""
    return list(METRICS).index(row.metric)


def _note(history: OrderHistory, year: Period, computation: Computation) -> str:
    reach = (year.start - history.start).days
    if computation.whole:
        return (
            "" if reach >= 0 else f"{_covered(year, reach)}: fewer customers have come back than after a longer time."
        )
    if reach >= YEAR:
        return ""
    if reach < 0:
        return f"{_covered(year, reach)} of the {YEAR}."
    return (
        f"The orders reach back {reach:,} days before these {YEAR}: customers whose last order came before that count "
        f"as new, which would {'blur the difference' if computation.lift else 'make the value too low'}."
    )


def _covered(year: Period, reach: int) -> str:
    return f"The orders cover {year.days + reach:,} days"


def _later_revenue_share(counts: PeriodCounts, daily: pd.DataFrame, each: pd.DataFrame) -> Interval:
    share = _share(daily.loc[daily["later"], "revenue"], daily["revenue"])
    error = _error(counts, each["later_revenue"], each["revenue"])
    low, high = (share * np.exp(side * _Z * error) for side in (-1, 1))
    return share, low, min(high, 1.0), counts.customers


def _later_order_value(counts: PeriodCounts, daily: pd.DataFrame, each: pd.DataFrame) -> Interval:
    again, first = daily[daily["later"]], daily[~daily["later"]]
    ratio = _share(again["revenue"], again["orders"]) / (_share(first["revenue"], first["orders"]) or np.nan)
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
    error = _error(counts, each["revenue"] * returning, returning, each["revenue"] * new_customer, new_customer)
    return *_lift(ratio, error), min(counts.new, counts.returning)


def _placed(history: OrderHistory, counts: PeriodCounts) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The period's orders by day, with whether they came after the day of the first, and by customer of the sample."""
    begin, end = history.number(counts.period.start), history.number(counts.period.end)
    daily, rows = (frame[(frame["day"] >= begin) & (frame["day"] < end)] for frame in (history.daily, history.sample))
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
            **{name: (name, "sum") for name in ("revenue", "orders", "later_orders", "later_revenue")},
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
    "repeat_customers": Computation("Customers with two or more orders so far / all customers so far.", whole=True),
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
