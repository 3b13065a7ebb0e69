"""Rows of a database's table that stand twice are warned of."""

import pandas as pd
import pytest

from retention import read_orders
from tests.orders.test_tables import duckdb_table
from tests.support.shop_tables import TABLES, columns_of


def warnings_of(frame: pd.DataFrame) -> list[str]:
    orders = read_orders(duckdb_table(frame), columns_of(frame))
    return [text for text in orders.report.warnings if "table.distinct()" in text]


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_that_was_filled_twice_is_warned_of(kind):
    frame = TABLES[kind]()
    assert len(warnings_of(pd.concat([frame, frame]))) == 1


@pytest.mark.parametrize("kind", ["line items", "repeated totals", "refund rows"])
def test_a_table_that_was_filled_once_is_not(kind):
    assert warnings_of(TABLES[kind]()) == []


def test_the_warning_counts_orders_and_rows():
    frame = pd.DataFrame(
        {
            "order_id": ["1", "1", "2", "2", "3", "3", "4", "4"],
            "customer_id": list("aabbccdd"),
            "ordered_at": pd.Timestamp("2024-03-01"),
            "total": [1.0, 2.0] * 4,
        }
    )
    (warning,) = warnings_of(pd.concat([frame, frame[:6]]))
    assert warning.startswith("Every row of 3 orders stands more than once (6 rows too many).")


def test_two_pieces_of_a_product_are_no_second_load():
    frame = pd.DataFrame(
        {
            "order_id": [f"{number // 2}" for number in range(60)],
            "customer_id": [f"c{number // 2 % 9}" for number in range(60)],
            "ordered_at": pd.Timestamp("2024-03-01"),
            "total": [float(number // 2) if number < 12 else float(number) for number in range(60)],
        }
    )
    assert warnings_of(frame) == []
