"""Published benchmarks of retention, and where a store stands to them and to its own targets."""

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from retention import wording
from retention.display import displayed
from retention.errors import DataError
from retention.history.changes import ENOUGH
from retention.history.metrics import METRICS, OF_THE_ACTIVE
from retention.history.order_history import OrderHistory, history_of
from retention.orders.orders import Orders
from retention.reports.scorecard import Scorecard
from retention.reports.store_values import COMPUTATIONS, Limits, StoreValue, store_values
from retention.validation import check_number

#: The line of business of benchmarks for all stores.
ALL = "All e-commerce"
#: Where a store stands to a benchmark or target; "above" and "below" where neither is better.
Standing = Literal["ahead", "on par", "behind", "above", "below", "unknown"]
AHEAD: Final = "ahead"
PAR: Final = "on par"
BEHIND: Final = "behind"
ABOVE: Final = "above"
BELOW: Final = "below"
UNKNOWN: Final = "unknown"
_FILE = Path(__file__).with_name("industry.csv")


@displayed
@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published figure.

    Attributes:
        metric: Key of `METRICS` that it describes.
        line_of_business: The stores that it describes; `ALL` for every store.
        low: Lower end of the figure, a fraction.
        high: Upper end of the figure, a fraction; equal to `low` for a single figure.
        computed_as: Key of `COMPUTATIONS` by which a store is compared with it.
        definition: The publisher's definition, and what the source leaves open.
        source: Publisher and title.
        year: Year of publication; None if unknown.
    """

    metric: str
    line_of_business: str
    low: float
    high: float
    computed_as: str
    definition: str
    source: str
    year: int | None


@displayed
@dataclass(frozen=True, slots=True)
class Target:
    """The value of a metric that the marketer aims at.

    Attributes:
        metric: Key of `METRICS`.
        value: A fraction, money, a number or days, as the metric's `kind` says.
    """

    metric: str
    value: float

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise DataError(
                f"There is no metric {self.metric!r}. Choose one of {', '.join(METRICS)}."
            )
        rate = METRICS[self.metric].kind == "rate"
        advice = "a fraction above 0 and up to 1, such as 0.3" if rate else "a number above 0"
        check_number(
            f"The target of {self.metric}",
            self.value,
            advice,
            above=0,
            high=1 if rate else math.inf,
        )


@displayed
@dataclass(frozen=True, slots=True)
class Comparison:
    """A metric's benchmark or target, and the store's value by the same definition.

    Attributes:
        metric: Key of `METRICS`.
        against: The benchmark or target.
        store: The store's value.
    """

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
        """The nearer end of the benchmark for a store behind it; NaN where neither is better."""
        return {1: self.low, -1: self.high, 0: math.nan}[METRICS[self.metric].better]

    @property
    def status(self) -> Standing:
        """Where the store stands: on par where its interval overlaps the benchmark.

        It is unknown below 30 customers or waits, and where orders that reach back farther might
        lead to another answer.
        """
        store = self.store
        over, under = store.low > self.high, store.high < self.low
        is_open = (store.higher and not over) or (store.lower and not under)
        if is_open or not _is_measured(store):
            return UNKNOWN
        if not (over or under):
            return PAR
        better = METRICS[self.metric].better
        if not better:
            return ABOVE if over else BELOW
        return AHEAD if over == (better > 0) else BEHIND


def benchmarks_for(line_of_business: str = ALL) -> tuple[Benchmark, ...]:
    """Return the benchmarks of a line of business.

    A metric without its own has those of all e-commerce. The first benchmark of a metric is the
    one to compare with; further ones are only shown.

    Args:
        line_of_business: One of `lines_of_business`.

    Returns:
        The benchmarks, in the order of the metrics on the card.

    Raises:
        DataError: There is no such line of business.
    """
    lines = {name.casefold(): name for name in lines_of_business()}
    line = lines.get(line_of_business.casefold())
    if line is None:
        raise DataError(
            f"There is no line of business {line_of_business!r}. Choose one of "
            f"{', '.join(lines.values())}."
        )
    of_line = [row for row in benchmarks() if row.line_of_business == line]
    covered = {row.metric for row in of_line}
    general = [
        row for row in benchmarks() if row.line_of_business == ALL and row.metric not in covered
    ]
    return tuple(sorted([*of_line, *general], key=_place_on_card))


def lines_of_business() -> tuple[str, ...]:
    """Return the lines of business that have benchmarks.

    Returns:
        Their names; the first is all e-commerce.
    """
    return tuple(dict.fromkeys(row.line_of_business for row in benchmarks()))


@cache
def benchmarks() -> tuple[Benchmark, ...]:
    """Return every benchmark of the data file.

    Returns:
        The benchmarks, in the file's order.
    """
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Benchmark(
                metric=row["metric"],
                line_of_business=row["line_of_business"],
                low=float(row["low"]),
                high=float(row["high"]),
                computed_as=row["computed_as"],
                definition=row["definition"],
                source=row["source"],
                year=int(row["year"]) if row["year"] else None,
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
    """Return how the store stands to each benchmark and target.

    A benchmark is compared with the store's value by its own definition, up to the end of the
    card's period. A target takes the place of its metric's benchmarks. It is compared with the
    metric on the card.

    Args:
        orders: The orders, or their history.
        card: The scorecard.
        line_of_business: Whose benchmarks to take.
        targets: The marketer's targets.
        values: The `store_values` of the card's end, where they are at hand.

    Returns:
        A comparison for each benchmark and target, in the order of the metrics on the card.

    Raises:
        DataError: There is no such line of business.
    """
    target_of = {target.metric: target for target in targets}
    with history_of(orders) as history:
        values = values or store_values(history, card.period.end)
        comparisons = [
            Comparison(metric=row.metric, against=row, store=values[row.computed_as])
            for row in benchmarks_for(line_of_business)
            if row.metric not in target_of
        ]
        comparisons += [
            Comparison(metric=name, against=target, store=_value_on_card(history, card, name))
            for name, target in target_of.items()
        ]
        return tuple(sorted(comparisons, key=_place_on_card))


def _is_measured(store: StoreValue) -> bool:
    return store.n >= ENOUGH and math.isfinite(store.low) and math.isfinite(store.high)


def _value_on_card(history: OrderHistory, card: Scorecard, metric: str) -> StoreValue:
    row, limits = card.metrics.T[metric], _limits(history, card, metric)
    return StoreValue(
        value=float(row["value"]),
        low=float(row["low"]),
        high=float(row["high"]),
        n=float(row["n"]),
        period=card.period,
        note=limits.note,
        higher=limits.higher,
        lower=limits.lower,
    )


def _limits(history: OrderHistory, card: Scorecard, metric: str) -> Limits:
    """What is left open where the orders do not reach back over all customers of the start."""
    reach = (card.period.start - history.start).days
    if metric not in OF_THE_ACTIVE or reach >= card.active_days:
        return Limits()
    return Limits(
        note=f"The orders reach back {wording.count(reach)} days before the period, and "
        "customers count as "
        f"active for {wording.count(card.active_days)}: only recent customers are there at the "
        "start.",
        higher=True,
        lower=True,
    )


def _place_on_card(row: Benchmark | Comparison) -> int:
    return list(METRICS).index(row.metric)
