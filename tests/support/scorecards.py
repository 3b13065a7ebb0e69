"""A scorecard of one month, and what it is compared with."""

from dataclasses import replace
from datetime import date

import pandas as pd

from retention import Benchmark, Comparison, Period, Scorecard, Target
from retention.history.order_history import order_history
from retention.reports.industry import ALL
from retention.reports.scorecard import scorecard_of
from retention.reports.store_values import StoreValue
from tests.support.orders_stub import orders_of


def april() -> Scorecard:
    """April 2024: 40 customers with an order of 20 each, 10 of them new; the same 30 in March and a
    year before.
    """
    months = ["2023-04-10", "2024-03-10", "2024-04-10"]
    rows = [(f"C{number}", month, 20.0) for number in range(30) for month in months]
    rows += [(f"N{number}", "2024-04-12", 20.0) for number in range(10)]
    rows += [("C0", "2023-03-01", 20.0), ("C0", "2024-04-30", 20.0)]
    history = order_history(
        orders_of(pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"]))
    )
    return scorecard_of(history, Period(date(2024, 4, 1), date(2024, 5, 1)))


def with_verdicts(card, previous: dict[str, str] | None = None, year: dict[str, str] | None = None):
    """The card with these verdicts, and no clear change elsewhere; None where there is no such
    period.
    """

    def changed(verdicts):
        if verdicts is None:
            return pd.DataFrame(columns=["value", "change", "low", "high", "verdict", "why"])
        frame = pd.DataFrame(
            {"value": 1.25 * card.metrics["value"], "change": -0.2, "low": -0.25, "high": -0.15}
        )
        verdict = [verdicts.get(name, "no clear change") for name in frame.index]
        return frame.assign(
            verdict=verdict,
            why=[f"Why {name}." if name in verdicts else "" for name in frame.index],
        )

    return replace(
        card,
        previous=None if previous is None else card.period.previous(),
        year_before=None if year is None else card.period.year_before(),
        against_previous=changed(previous),
        against_year=changed(year),
    )


def benchmark(metric, low, value, n=1000, high=None, computed_as="repeat_customers"):
    """A store at `value`, give or take a hundredth of it."""
    against = Benchmark(metric, ALL, low, low if high is None else high, computed_as, "", "", 2020)
    period = Period(date(2024, 1, 1), date(2025, 1, 1))
    return Comparison(metric, against, StoreValue(value, 0.99 * value, 1.01 * value, n, period))


def target(metric, aim, value, n=1000):
    return replace(benchmark(metric, 0.5, value, n), against=Target(metric, aim))
