"""Has a metric changed from one period to another?

Both periods look back equally far. The change is split into mix (customers are older or younger
than they were) and behaviour, which alone has a verdict.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from retention import wording
from retention.history.file_start import FileStart, file_start
from retention.history.like_for_like import (
    Difference,
    Weights,
    alike,
    difference,
    estimate,
)
from retention.history.metrics import (
    METRICS,
    OF_THE_ACTIVE,
    TOTALS,
    MetricKind,
    metric_values,
)
from retention.history.order_history import OrderHistory, sampling_step
from retention.history.period_counts import PeriodCounts, count_period
from retention.history.windows import Window, WindowCustomers, customers_in
from retention.periods import Period

#: Customers or waits that both periods need before a change gets a verdict.
ENOUGH = 30
#: What a change amounts to.
ChangeVerdict = Literal["up", "down", "no clear change", "too little data", "cannot be compared"]
UP: Final = "up"
DOWN: Final = "down"
NOISE: Final = "no clear change"
THIN: Final = "too little data"
CANNOT: Final = "cannot be compared"
COLUMNS = ["change", "low", "high", "verdict", "why", "now", "total", "mix", "look_back", "basis"]
#: Metrics of these kinds change by a share of what they were.
RELATIVE_KINDS: frozenset[MetricKind] = frozenset({"money", "number", "count"})
#: How much wider a range is where the file begins in mid-life. Customers from before it are older
#: now than they were then, and how old is not known. On simulated shops that had been there for
#: four years this makes up for it.
_UNKNOWN_AGES = 1.1
_NO_CHANGE = Difference(np.nan, np.nan, np.nan)
#: Why a metric has no verdict although both periods have customers enough.
_NO_EQUAL_AGES = (
    f"Fewer than {ENOUGH} customers are as old now as customers were then, counted from the first "
    "order. So nobody can tell what they do from how old they are."
)
_IN_MID_LIFE = (
    "The file begins in the middle of the shop's life, so ages of older customers are not known. "
    "The range is a tenth wider for it."
)
_UNCLEAR = (
    "The orders do not tell whether the file begins with the shop. The range holds both cases."
)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The customers of two periods that look back equally far.

    Attributes:
        now: Those of the later period, by its window alone.
        newer: Those of them whose first order in the file lies in the window.
        before: Those of the earlier period.
        weights: What makes the ages of `now` and `before` count alike.
        newer_weights: What makes the ages of `newer` and `before` count alike.
    """

    now: WindowCustomers
    newer: WindowCustomers
    before: WindowCustomers
    weights: Weights
    newer_weights: Weights


def changes(history: OrderHistory, counts: PeriodCounts, before: Period) -> pd.DataFrame:
    """Return the change of every metric from one period to another.

    Args:
        history: The history of the orders.
        counts: From `count_period` of the later period.
        before: The earlier period, which begins with the orders or later. Where it is shorter,
            the last days of both are compared.

    Returns:
        A row a metric. Rates change by points (fractions) and waits by days. Money, numbers and
        counts change by a share of what they were. The columns:

        - `value`, `now`: what the metric was and is, where both look back equally far;
        - `change`, `low`, `high`: the change with its 95 % interval, customers of each age
          weighted alike; totals change as they stand;
        - `verdict`: a `ChangeVerdict` on this change; "no clear change" where the interval holds
          zero, "too little data" below 30 customers or waits in either period, "cannot be
          compared" below 30 customers of equal ages;
        - `why`: a sentence on why there is no verdict, else empty;
        - `total`, `mix`: the change from `value` to `now`, and the part of it that comes of
          customers being older or younger than they were;
        - `look_back`: the days before each period that count;
        - `basis`: what is compared with what, in a sentence or two.
    """
    now, active_days, start = counts.period, counts.active_days, file_start(history)
    whole = _windows(history, now, before, active_days, least=0)
    past = _windows(history, now, before, active_days, least=now.days // 2)
    pairs = {windows: _pair(history, *windows) for windows in {whole, past}}
    compared = Period(start=max(now.start, _matching(now, before)), end=now.end)
    if compared != now:
        counts = count_period(history, compared, active_days)
    is_now = metric_values(counts)
    was = metric_values(count_period(history, before, active_days))
    customers = int(history.moves.loc[history.moves["stage"] == 0, "orders"].sum())
    rows = {}
    for name, metric in METRICS.items():
        windows = whole if metric.needs == "period" else past
        row = _row(pairs[windows], name, start, sampling_step(customers))
        if metric.needs == "period":
            row = _with_exact(row, name, is_now[name], was[name])
        row["look_back"] = windows[0].look_back
        row["basis"] = _basis(name, windows, now, active_days, start)
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", *COLUMNS])


def _matching(now: Period, before: Period) -> date:
    """Return the first day of `now` where the orders have only the last days of `before`."""
    missing = now.days - before.days
    # A leap day is not missing.
    return now.start + timedelta(days=missing if missing > 1 else 0)


def _windows(
    history: OrderHistory, now: Period, before: Period, active_days: int, least: int
) -> tuple[Window, Window]:
    """Return the windows of both periods, which look back as far as the earlier one can.

    Where that is less than `least`, the first half of each period is what is looked back on.
    """
    begin, end = history.number(before.start), history.number(before.end)
    look_back, apart = begin, history.number(now.end) - end
    if look_back < least:
        begin = end // 2
        look_back = begin
    active = min(active_days, look_back)
    # The same number of days in both, also where one of them holds a leap day.
    return (
        Window(begin=begin + apart, end=end + apart, look_back=look_back, active_days=active),
        Window(begin=begin, end=end, look_back=look_back, active_days=active),
    )


def _pair(history: OrderHistory, now: Window, before: Window) -> _Pair:
    later, earlier = customers_in(history, now), customers_in(history, before)
    newer = later.newer()
    return _Pair(
        now=later,
        newer=newer,
        before=earlier,
        weights=alike(later, earlier),
        newer_weights=alike(newer, earlier),
    )


def _row(pair: _Pair, name: str, start: FileStart, scale: int) -> dict[str, Any]:
    """Return the row of a metric, by what the file begins with."""
    relative = METRICS[name].kind in RELATIVE_KINDS
    if name not in pair.now.parts and name not in pair.now.spreads:
        return _cells(np.nan, np.nan, [_NO_CHANGE], (0.0, 0.0), np.nan)
    plain = estimate(pair.now, name), estimate(pair.before, name)
    total = difference((pair.now, plain[0]), (pair.before, plain[1]), relative=relative)
    differences, numbers = [], []
    for customers, weights in _sides(pair, name, start):
        if name in TOTALS:
            both = estimate(customers, name), plain[1]
        else:
            both = (
                estimate(customers, name, weights.now, weights.bands[0]),
                estimate(pair.before, name, weights.before, weights.bands[1]),
            )
        found = difference((customers, both[0]), (pair.before, both[1]), relative=relative)
        if start == "mid-life" and name not in TOTALS:
            found = _wider(found)
        differences.append(found)
        numbers.append((both[0].n, both[1].n))
    row = _cells(plain[1].value, plain[0].value, differences, min(numbers, key=min), total.value)
    if row["verdict"] == THIN and min(value.n for value in plain) >= ENOUGH:
        row |= {"verdict": CANNOT, "why": _NO_EQUAL_AGES}
    if name in TOTALS:
        row |= {"value": scale * row["value"], "now": scale * row["now"], "mix": np.nan}
    elif relative:
        row["mix"] = (1 + total.value) / (1 + row["change"]) - 1
    return row


def _wider(found: Difference) -> Difference:
    return found._replace(
        low=found.value + _UNKNOWN_AGES * (found.low - found.value),
        high=found.value + _UNKNOWN_AGES * (found.high - found.value),
    )


def _sides(pair: _Pair, name: str, start: FileStart) -> list[tuple[WindowCustomers, Weights]]:
    """Return whom to compare with the customers before, and how ages are weighted.

    Where the file begins with the shop, ages are known: customers older than anybody was then
    are left out. Where it begins in mid-life they are not: both windows forget what came before.
    """
    forgetful, newer = (pair.now, pair.weights), (pair.newer, pair.newer_weights)
    if name in TOTALS and name != "new_customers":
        return [forgetful]
    return {"shop": [newer], "mid-life": [forgetful], "unclear": [forgetful, newer]}[start]


def _cells(
    value: float,
    now: float,
    differences: list[Difference],
    numbers: tuple[float, float],
    total: float,
) -> dict[str, Any]:
    """Return the cells of a row; a verdict holds only where it holds by each difference."""
    change = differences[0].value
    low = min(found.low for found in differences)
    high = max(found.high for found in differences)
    verdict: ChangeVerdict = UP if low > 0 else DOWN if high < 0 else NOISE
    why = ""
    if not (min(numbers) >= ENOUGH and np.isfinite([change, low, high]).all()):
        verdict, why = THIN, _why_thin(*numbers)
    return {
        "value": value,
        "change": change,
        "low": low,
        "high": high,
        "verdict": verdict,
        "why": why,
        "now": now,
        "total": total,
        "mix": total - change,
    }


def _with_exact(row: dict[str, Any], name: str, now: float, before: float) -> dict[str, Any]:
    """Return the row with the values of all customers, where a sample of them was compared."""
    row |= {"now": now, "value": before}
    if name not in TOTALS or not (now > 0 and before > 0):
        return row
    change = now / before - 1
    stretch = (1 + change) / (1 + row["change"])
    ends = {end: (1 + row[end]) * stretch - 1 for end in ("low", "high")}
    return row | ends | {"change": change, "total": change}


def _basis(
    name: str,
    windows: tuple[Window, Window],
    now: Period,
    active_days: int,
    start: FileStart,
) -> str:
    """Return what a metric is compared with, in a sentence or two."""
    window, needs = windows[0], METRICS[name].needs
    sentences, days = [], window.end - window.begin
    if days < now.days - 1:
        sentences.append(
            f"The orders begin too late for more, so the last {wording.count(days)} days of "
            "both periods are "
            "compared."
        )
    if needs != "period":
        sentences.append(f"Both periods look back {wording.count(window.look_back)} days.")
        if name in OF_THE_ACTIVE and window.active_days < active_days:
            sentences.append(
                f"Customers count as active for {wording.count(window.active_days)} days here."
            )
    if name not in TOTALS:
        sentences.append("Customers of each age, counted from the first order, weigh alike.")
        sentences += {"unclear": [_UNCLEAR], "mid-life": [_IN_MID_LIFE], "shop": []}[start]
    return " ".join(sentences)


def _why_thin(now: float, before: float) -> str:
    for customers, period in ((before, "in the earlier period"), (now, "in this period")):
        if customers < ENOUGH:
            return (
                f"Too little data: {wording.count(customers)} customers or waits {period}, of "
                f"{ENOUGH} that "
                "it takes."
            )
    return "There is nothing to compute the change from."
