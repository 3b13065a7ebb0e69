"""Published benchmarks, and the store's value by each benchmark's own definition, so that like is held against like."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from retention.errors import DataError
from retention.history.changes import ENOUGH
from retention.history.metrics import METRICS
from retention.history.order_history import OrderHistory, history_of
from retention.orders.orders import Orders
from retention.reports.scorecard import Scorecard
from retention.reports.store_values import COMPUTATIONS, StoreValue, store_values

ALL = "All e-commerce"
#: How a store stands to a benchmark or target; "above" and "below" where neither is better.
AHEAD, PAR, BEHIND, ABOVE, BELOW, UNKNOWN = "ahead", "on par", "behind", "above", "below", "unknown"
#: Metrics of the customers who were active when the period began.
OF_THE_START = ("customer_retention_rate", "retained_share", "churn_rate")
_FILE = Path(__file__).with_name("benchmarks.csv")


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
            raise DataError(
                f"There is no metric {self.metric!r}. Choose one of {', '.join(METRICS)}."
            )
        rate = METRICS[self.metric].kind == "rate"
        if not (math.isfinite(self.value) and 0 < self.value <= (1 if rate else math.inf)):
            wanted = "a fraction above 0 and up to 1, such as 0.3" if rate else "a number above 0"
            raise DataError(f"The target of {self.metric} is {self.value!r}. Give {wanted}.")


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
        """On par where the store's interval overlaps the benchmark; unknown below 30 customers or waits, and where
        orders that reach back farther might say otherwise."""
        if not self.store.n >= ENOUGH or not all(
            map(math.isfinite, (self.store.low, self.store.high))
        ):
            return UNKNOWN
        over, under = self.store.low > self.high, self.store.high < self.low
        if (self.store.higher and not over) or (self.store.lower and not under):
            return UNKNOWN
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
    found = own + [
        row for row in benchmarks() if row.line_of_business == ALL and row.metric not in has
    ]
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
                **row
                | {
                    "low": float(row["low"]),
                    "high": float(row["high"]),
                    "year": int(row["year"] or 0) or None,
                },
            )
            for row in csv.DictReader(file)
        )


def compare(
    orders: Orders | OrderHistory,
    card: Scorecard,
    line_of_business: str = ALL,
    targets: Iterable[Target] = (),
    values: Mapping[str, StoreValue] | None = None,
) -> tuple[Comparison, ...]:
    """Return how the store stands to each benchmark, by the benchmark's definition, up to the end of the card's period.

    `orders` may be their history, where it is at hand.
    A target takes the place of its metric's benchmarks, and is compared with the metric on the card. `values` are
    `store_values` of the card's end, where they are at hand.

    Raises:
        DataError: There is no such line of business.
    """
    with history_of(orders) as history:
        wanted = {target.metric: target for target in targets}
        values = values or store_values(history, card.period.end)
        found = [
            Comparison(row.metric, row, values[row.computed_as])
            for row in benchmarks_for(line_of_business)
            if row.metric not in wanted
        ]
        for name, target in wanted.items():
            row = card.metrics.loc[name, ["value", "low", "high", "n"]]
            found.append(
                Comparison(
                    name,
                    target,
                    StoreValue(*map(float, row), card.period, *_cut_off(history, card, name)),
                )
            )
        return tuple(sorted(found, key=_place))


def _cut_off(history: OrderHistory, card: Scorecard, name: str) -> tuple[str, bool, bool]:
    """Whether the customers active at the start are only those whom the orders reach back to."""
    reach = (card.period.start - history.start).days
    if name not in OF_THE_START or reach >= card.active_days:
        return "", False, False
    return (
        f"The orders reach back {reach:,} days before the period, and customers count as active for "
        f"{card.active_days:,}: only recent customers are there at the start.",
        True,
        True,
    )


def store_value(history: OrderHistory, end: date, benchmark: Benchmark) -> StoreValue:
    """Return the store's value by a benchmark's own definition; arguments and errors as in `store_values`."""
    return store_values(history, end)[benchmark.computed_as]


def _place(row: Benchmark | Comparison) -> int:
    """Its metric's place on the card."""
    return list(METRICS).index(row.metric)
