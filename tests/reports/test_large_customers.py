"""What a period's money is without the few customers on whom it rests."""

import math

import numpy as np
import pandas as pd
import pytest

from retention import Period
from retention.history.order_history import history_of
from retention.reports.large_customers import large_customers
from retention.reports.scorecard import scorecard_of
from retention.view.scorecard import words
from tests.support.orders_stub import orders_of

NOW, BEFORE = Period(start="2025-01-01", end="2026-01-01"), Period("2024-01-01", "2025-01-01")


def store(wholesale: float):
    """Two years in which an order of 50 came to bring 55, beside three buyers who order less."""
    random = np.random.default_rng(1)
    days = pd.date_range("2024-01-01", "2025-12-31")
    rows = [
        {"customer_id": f"c{random.integers(0, 400):03}", "ordered_at": day, "revenue": amount}
        for day in days
        for amount in [50.0 if day.year == 2024 else 55.0] * 2
    ]
    rows += [
        {"customer_id": f"spa {n}", "ordered_at": day, "revenue": wholesale}
        for n in range(3)
        for day in pd.to_datetime(["2024-02-03", "2024-06-03", "2025-03-03"])
    ]
    return orders_of(pd.DataFrame(rows), end="2025-12-31")


def test_a_few_buyers_who_hold_much_are_taken_out():
    with history_of(store(1_200.0)) as history:
        large = large_customers(history, NOW, BEFORE)
        card = scorecard_of(history, NOW)
    assert large is not None
    assert large.customers == 3
    assert large.share == pytest.approx(3_600 / (3_600 + 730 * 55))
    assert large.share_before == pytest.approx(7_200 / (7_200 + 732 * 50))
    assert large.values["average_order_value"] == pytest.approx(55)
    assert large.changes["average_order_value"] == pytest.approx(0.1)
    assert words.without_large(large, "average_order_value", card, "USD") == (
        "3 customers make 8.2% of the revenue (16% in the period before). "
        "Without them $55.00, +10%."
    )
    assert words.without_large(large, "customers", card, "USD") == ""
    assert words.without_large(None, "revenue", card, "USD") == ""


def test_a_store_of_equal_customers_and_one_without_a_past():
    with history_of(store(60.0)) as history:
        assert large_customers(history, NOW, BEFORE) is None
    with history_of(store(1_200.0)) as history:
        large = large_customers(history, NOW, None)
    assert large is not None
    assert large.changes == {}
    assert math.isnan(large.share_before)
