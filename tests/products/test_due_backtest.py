"""What came of what was due, on orders worked by hand."""

import pandas as pd
import pytest

from retention import DataError, read_orders
from retention.products.due_backtest import due_hit_rates


def orders_of(rows: list[tuple[str, str, str]]):
    frame = pd.DataFrame(rows, columns=["Email", "Date", "Product"]).assign(Total=10.0)
    return read_orders(frame)


def test_a_hit_is_a_purchase_of_that_product_in_the_hidden_days():
    regular = [f"2024-0{month}-0{day}" for month, day in ((1, 1), (2, 1), (3, 3), (4, 3))]
    rows = [("came@x.com", day, "Tea") for day in regular]
    rows += [("else@x.com", day, "Tea") for day in regular]
    rows += [("away@x.com", day, "Tea") for day in regular]
    # The cut is 1 May: all three are due two days after it.
    rows += [
        ("came@x.com", "2024-05-04", "Tea"),
        ("else@x.com", "2024-05-04", "Cup"),
        ("new@x.com", "2024-05-15", "Tea"),
    ]
    rates = due_hit_rates(orders_of(rows)).set_index(["week", "basis"])
    own = rates.loc[("this week", "own")]
    assert (own["rows"], own["bought"]) == (3, 1)
    assert own["rate"] == pytest.approx(1 / 3)
    assert own["rate_low"] < 1 / 3 < own["rate_high"]


def test_two_weeks_of_orders_hide_nothing():
    rows = [("a@x.com", f"2024-01-{day:02d}", "Tea") for day in range(1, 15)]
    with pytest.raises(DataError, match="cover 14 days"):
        due_hit_rates(orders_of(rows))
