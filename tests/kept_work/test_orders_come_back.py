"""Orders come back from saved work exactly, whatever columns they have."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from retention.customers.summary import summarise_customers
from retention.kept_work.order_parts import order_parts, orders_of_parts
from retention.orders.orders import Orders, read_orders
from retention.samples.data_sets import sample_file
from tests.kept_work.examples import small_orders
from tests.support import order_layouts as write
from tests.support.order_files import STORE, csv_bytes, plain_table
from tests.support.order_layouts import LAYOUTS, layout_file

COMPARED = {
    *("table", "items", "carts", "aside", "left_out", "without_customer"),
    *("report", "start", "end", "currency", "digest", "has_amounts"),
}


def assert_exactly(orders: Orders, again: Orders) -> None:
    assert again.table.schema() == orders.table.schema()
    pd.testing.assert_frame_equal(
        again.table.to_pandas(), orders.table.to_pandas(), check_exact=True
    )
    assert {field.name for field in fields(Orders)} == COMPARED
    assert orders.aside.numbered == again.aside.numbered
    for name in ("items", "carts", "cancelled", "refunds"):
        table, other = (
            getattr(of if name in COMPARED else of.aside, name) for of in (orders, again)
        )
        assert (table is None) == (other is None)
        if table is not None:
            pd.testing.assert_frame_equal(other.to_pandas(), table.to_pandas(), check_exact=True)
    pd.testing.assert_frame_equal(again.dropped_rows(), orders.dropped_rows())
    np.testing.assert_array_equal(again.aside.lost_amounts, orders.aside.lost_amounts)
    pd.testing.assert_frame_equal(
        again.without_customer,
        orders.without_customer,
        check_dtype=len(orders.without_customer) > 0,
    )
    for name in ("report", "start", "end", "currency", "digest", "has_amounts"):
        assert getattr(again, name) == getattr(orders, name)
    pd.testing.assert_frame_equal(summarise_customers(again), summarise_customers(orders))


@pytest.mark.parametrize("name", ["store", "cdnow"])
def test_a_sample_comes_back(name):
    orders = read_orders(sample_file(name), name=f"{name}.csv")
    assert_exactly(orders, orders_of_parts(order_parts(orders)))


def test_products_refunds_and_left_out_rows_come_back():
    orders = small_orders()
    assert orders.items is not None
    assert len(orders.dropped_rows())
    assert_exactly(orders, orders_of_parts(order_parts(orders)))


def test_orders_without_amounts_come_back():
    rows = (
        b"Email,Date\na@example.com,2024-01-01\na@example.com,2024-02-01\nb@example.com,2024-03-01"
    )
    orders = read_orders(rows, name="x.csv")
    assert not orders.has_amounts
    assert_exactly(orders, orders_of_parts(order_parts(orders)))


def test_open_questions_come_back():
    rows = csv_bytes(
        ["Email", "Date", "Total", "Status"],
        [[f"{i}@example.com", f"0{1 + i % 9}/0{1 + i % 8}/2024", "5", "Zork"] for i in range(40)],
    )
    orders = read_orders(rows, name="x.csv")
    assert {question.setting for question in orders.report.questions} >= {"day_first"}
    assert_exactly(orders, orders_of_parts(order_parts(orders)))


SHOPIFY = next(name for name in LAYOUTS if name.startswith("shopify"))
WOO = "woocommerce_advanced_order_export"


@pytest.mark.parametrize(
    "content",
    [
        layout_file(SHOPIFY, write.shopify(STORE, LAYOUTS[SHOPIFY]["columns"])),
        layout_file(WOO, write.woocommerce_advanced(STORE)),
    ],
    ids=["shopify", "woocommerce"],
)
def test_the_orders_of_platforms_come_back(content):
    orders = read_orders(content, name="x.csv")
    assert_exactly(orders, orders_of_parts(order_parts(orders)))


def test_a_plain_file_comes_back():
    orders = read_orders(csv_bytes(*plain_table()), name="x.csv")
    assert_exactly(orders, orders_of_parts(order_parts(orders)))
