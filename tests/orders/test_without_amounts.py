"""Files with a customer and a date, and no amounts."""

import pandas as pd
import pytest

from retention import summarise_customers
from retention.columns.detection import detect_columns, unread_amount
from retention.sheets.sheet import open_sheet
from retention.wording import NO_AMOUNTS
from tests.support.order_files import csv_bytes, plain_table, read_rows

HEADER, ROWS = plain_table()
BARE = ("Email", "Order Date")
BARE_ROWS = [(row[1], row[2]) for row in ROWS]


def test_a_customer_and_a_date_make_orders():
    orders = read_rows(BARE, *BARE_ROWS)
    table = orders.table.to_pandas()
    assert len(table) == len(ROWS)
    assert not orders.has_amounts
    assert table["revenue"].isna().all()
    assert orders.currency is None
    assert orders.report.warnings[0] == NO_AMOUNTS
    assert not orders.report.reasons


def test_orders_with_amounts_say_so():
    orders = read_rows(HEADER, *ROWS)
    assert orders.has_amounts
    assert NO_AMOUNTS not in orders.report.warnings


def test_customers_are_the_same_but_for_money():
    priced = summarise_customers(read_rows(HEADER, *ROWS))
    bare = summarise_customers(read_rows(BARE, *BARE_ROWS))
    same = ["frequency", "recency", "T", "first_order", "last_order", "orders"]
    pd.testing.assert_frame_equal(bare[same], priced[same])
    money = ["monetary_value", "revenue", "average_order_value", "discount_share"]
    assert bare[money].isna().all(axis=None)


def test_rows_of_one_order_stay_one_order():
    rows = [("1", "ann@example.com", "2024-01-02", "Tea"), ("1", "ann@example.com", "", "Cup")]
    rows.append(("2", "bob@example.com", "2024-01-05", "Tea"))
    orders = read_rows(("Order ID", "Email", "Order Date", "Product"), *rows)
    assert orders.table.count().execute() == 2
    assert orders.items is not None
    shares = orders.items.to_pandas().groupby("order_id")["share"].sum()
    assert shares.tolist() == [1, 1]


def test_a_status_still_decides_what_is_an_order():
    header = ("Email", "Order Date", "Status")
    statuses = ("paid", "cancelled", "Credit note", "refunded", "pending")
    rows = [
        ("ann@example.com", f"2024-01-0{day}", status)
        for day, status in enumerate(statuses, start=1)
    ]
    orders = read_rows(header, *rows)
    assert orders.table.to_pandas()["ordered_at"].dt.day.tolist() == [1, 4]
    assert orders.report.rows_read == 5
    assert sum(orders.report.dropped.values()) == 3


def test_refunds_discounts_and_currencies_say_nothing_without_amounts():
    header = ("Email", "Order Date", "Discount amount", "Refunded amount", "Currency")
    rows = [("ann@example.com", "2024-01-02", "1.50", "20.00", "EUR")]
    rows += [("bob@example.com", "2024-01-03", "0", "0", "USD")] * 3
    roles = {
        "revenue": None,
        "discount": "Discount amount",
        "refund": "Refunded amount",
        "currency": "Currency",
    }
    orders = read_rows(header, *rows, columns=roles)
    assert orders.table.count().execute() == 4
    assert not {"discount", "refunded", "currency"} & set(orders.table.columns)
    assert orders.currency is None
    assert not orders.report.refunded


@pytest.mark.parametrize("cell", ["", "n/a"])
def test_a_column_named_like_an_amount_is_named(cell):
    header = ("Email", "Order Date", "Total")
    rows = [(*row, cell) for row in BARE_ROWS]
    sheet = open_sheet(csv_bytes(header, rows), name="orders.csv")
    assert unread_amount(sheet, detect_columns(sheet)) == "Total"
    assert unread_amount(sheet, detect_columns(sheet, {"revenue": "Total"})) is None


@pytest.mark.parametrize(
    "name", ["store", "Item ID", "itemid", "age", "Week", "session_number", "Items", "Duration"]
)
def test_a_number_that_is_no_money_is_not_taken_for_it(name):
    rows = [(*row, 3 + 7 * place % 50) for place, row in enumerate(BARE_ROWS)]
    sheet = open_sheet(csv_bytes((*BARE, name), rows), name="orders.csv")
    assert not detect_columns(sheet).has_amounts


@pytest.mark.parametrize("name", ["spent", "Column 3", "paid", "amount"])
def test_a_likely_amount_is_still_taken(name):
    rows = [(*row, 3 + 7 * place % 50) for place, row in enumerate(BARE_ROWS)]
    sheet = open_sheet(csv_bytes((*BARE, name), rows), name="orders.csv")
    assert detect_columns(sheet).columns["revenue"] == name
