"""A stretch without orders is named where the store's own pace makes it all but impossible, and
only there."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention import read_orders, sample_orders
from retention.orders.gaps import OrderGap, gap_words, order_gaps
from tests.support.order_files import csv_bytes


def days(start: str, number: int, every: int = 1) -> list[date]:
    return list(pd.date_range(start, periods=number, freq=f"{every}D").date)


def test_three_months_missing_from_daily_orders_are_named():
    gaps = order_gaps(days("2025-01-01", 200) + days("2025-11-01", 100))
    assert gaps == (OrderGap(date(2025, 7, 20), date(2025, 10, 31), 104),)
    assert gap_words(gaps[0]).startswith("No orders from 20 Jul 2025 to 31 Oct 2025 (104 days)")


@pytest.mark.parametrize(("length", "named"), [(14, 0), (15, 1)])
def test_two_weeks_are_a_holiday(length, named):
    begin = days("2025-01-01", 100)
    after = pd.Timestamp("2025-04-11") + pd.Timedelta(days=length)
    assert len(order_gaps(begin + days(str(after.date()), 100))) == named


def test_two_gaps_are_two():
    placed = days("2025-01-01", 60) + days("2025-06-01", 60) + days("2025-12-01", 60)
    assert [gap.first for gap in order_gaps(placed)] == [date(2025, 3, 2), date(2025, 7, 31)]


@pytest.mark.parametrize("every", [7, 10, 30])
def test_orders_dated_once_a_week_or_month_have_no_gap(every):
    assert not order_gaps(days("2024-01-01", 60, every))


def test_a_store_that_starts_slowly_has_none():
    """A first order, and business only three months later."""
    assert not order_gaps([date(2025, 1, 1), *days("2025-04-01", 200)])
    assert not order_gaps([date(1970, 1, 1), *days("2025-04-01", 200)])


def test_a_gap_is_seen_whatever_the_order_and_however_often_a_day_stands():
    placed = days("2025-01-01", 90) + days("2025-07-01", 90)
    assert order_gaps(placed[::-1] + placed[:5]) == order_gaps(placed)
    assert len(order_gaps(placed)) == 1


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.floats(0.02, 1.0))
def test_orders_at_random_have_none(seed, pace):
    rng = np.random.default_rng(seed)
    placed = np.datetime64("2024-01-01") + np.flatnonzero(rng.random(730) < pace)
    assert not order_gaps(placed.tolist())


def test_the_samples_have_none():
    for name in ("store", "cdnow"):
        table = sample_orders(name).table
        assert not order_gaps(
            table.select(day=table.ordered_at.date()).distinct().to_pandas()["day"]
        )


def test_the_report_of_the_reading_asks_for_the_missing_part():
    rows = [
        (str(n), f"c{n % 40}@x.com", str(day), "10")
        for n, day in enumerate(days("2025-01-01", 300))
    ]
    kept = [row for row in rows if not "2025-04-01" <= row[2] < "2025-07-01"]
    whole, part = (
        read_orders(csv_bytes(("Order", "Email", "Date", "Total"), some)) for some in (rows, kept)
    )
    asked = [words for words in part.report.warnings if "is part of the file missing?" in words]
    assert asked == [gap_words(OrderGap(date(2025, 4, 1), date(2025, 6, 30), 91))]
    assert not any("missing" in words for words in whole.report.warnings)
