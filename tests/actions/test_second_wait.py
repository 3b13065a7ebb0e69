"""When customers come back, worked out by hand."""

from datetime import date, timedelta

import pandas as pd
import pytest

from retention import read_orders
from retention.actions.second_wait import second_wait
from retention.history.order_history import history_of

FIRST = date(2023, 1, 1)


def wait_of(orders):
    """The second wait of orders as (customer, day) pairs."""
    frame = pd.DataFrame(
        [(name, FIRST + timedelta(days=day), 10.0) for name, day in orders],
        columns=["customer_id", "ordered_at", "revenue"],
    )
    frame["ordered_at"] = pd.to_datetime(frame["ordered_at"])
    with history_of(read_orders(frame, {name: name for name in frame})) as history:
        return second_wait(history)


def test_the_middle_half_of_the_waits():
    orders = [(f"c{n}", 0) for n in range(8)] + [(f"c{n}", 10 * (n + 1)) for n in range(4)]
    found = wait_of([*orders, ("late", 400)])
    assert (found.first_day, found.last_day) == (10, 30)
    assert (found.came_back, found.observed) == (4, 8)
    assert found.share == 0.5


def test_another_order_on_the_first_day_is_no_return():
    found = wait_of([("a", 0), ("a", 0), ("a", 25), ("b", 0), ("b", 0), ("late", 400)])
    assert (found.came_back, found.observed) == (1, 2)
    assert found.first_day == found.last_day == 25


def test_recent_customers_and_late_returns_do_not_count():
    found = wait_of([("a", 0), ("a", 181), ("b", 300), ("b", 305), ("late", 400)])
    assert (found.came_back, found.observed) == (0, 1)
    assert found.first_day != found.first_day


def test_nobody_observed_has_no_share():
    found = wait_of([("a", 0), ("b", 3)])
    assert found.observed == 0
    assert found.share != found.share
    assert found.came_back == pytest.approx(0)
