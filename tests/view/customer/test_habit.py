"""When one customer usually orders, as the card of the next order says first."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from retention import read_orders, reorders_due
from retention.view.customer.facts import metrics_of
from retention.view.customer.habit import Habit, own_habit
from tests.view.customer.gathered import customers_of

NO_REORDERS = pd.DataFrame(columns=["product", "interval", "due", "basis"])
LAST, END = date(2026, 10, 9), date(2026, 11, 28)


def test_a_product_that_is_due_by_the_own_interval_comes_first():
    reorders = pd.DataFrame(
        {
            "product": ["Tea", "Serum Refill"],
            "interval": [30, 51],
            "due": pd.to_datetime(["2026-11-27", "2026-11-29"]),
            "basis": ["product", "own"],
        }
    )
    habit = own_habit(reorders, (5, 90, 300), LAST, END)
    assert habit == Habit(product="Serum Refill", interval=51, due=date(2026, 11, 29))


@pytest.mark.parametrize(
    ("waits", "due"),
    [
        ((50, 51, 52), date(2026, 11, 29)),
        ((50, 51), None),  # too few
        ((5, 51, 300), None),  # not alike
        ((10, 10, 11), None),  # long over
    ],
)
def test_a_rhythm_needs_waits_that_are_alike_and_not_long_over(waits, due):
    habit = own_habit(NO_REORDERS, waits, LAST, END)
    assert (habit and habit.due) == due


def test_the_card_says_what_the_list_of_reorders_says():
    rows = ["Order,Email,Date,Total,Product"]
    rows += [
        f"s{n},sub@example.com,{day.date()},30,Serum Refill"
        for n, day in enumerate(pd.date_range("2026-01-29", periods=6, freq="51D"))
    ]
    rows += [
        f"o{n},c{n % 150}@example.com,{day.date()},20,Balm"
        for n, day in enumerate(pd.date_range("2026-01-01", "2026-11-28", periods=400))
    ]
    orders = read_orders("\n".join(rows).encode())
    due = reorders_due(orders).set_index("customer_id").loc["sub@example.com"]
    customer = customers_of(orders, ["sub@example.com"], {})[0]
    card = metrics_of(customer)[-2] if customer.due else metrics_of(customer)[-1]
    assert customer.habit is not None
    assert customer.habit.due == pd.Timestamp(due["due"]).date()
    assert "Buys Serum Refill usually every 51 days." in (card.note or "")
    if customer.due is not None:
        assert card.value == f"Due {due['due']:%d %b %Y}".replace("Due 0", "Due ")
        assert "By the model of all customers: in" in (card.note or "")
        card = metrics_of(replace(customer, habit=None))[-2]
        assert card.value.startswith(("In ", "Unlikely"))
