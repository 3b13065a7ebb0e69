"""Unused columns that may be the product, the currency or the channel."""

import pandas as pd

from retention import detect_columns, open_sheet
from retention.columns.likely import MOST_LIKELY, likely_columns


def _likely(**columns: list[str]) -> dict[str, tuple[str, ...]]:
    rows = 24
    frame = pd.DataFrame(
        {
            "Order ID": [str(1001 + row) for row in range(rows)],
            "Email": [f"buyer{row % 7}@example.com" for row in range(rows)],
            "Order date": [f"2025-03-{1 + row:02}" for row in range(rows)],
            "Total": [f"{20 + row}.50" for row in range(rows)],
        }
        | {name: (cells * rows)[:rows] for name, cells in columns.items()}
    )
    sheet = open_sheet(frame.to_csv(index=False).encode(), name="orders.csv")
    mapping = detect_columns(sheet)
    mapping = mapping.with_columns(product=None, currency=None, channel=None)
    return likely_columns(sheet, mapping)


def test_codes_of_currencies_are_told_from_other_words_of_three_letters():
    columns = {"Paid in": ["EUR", "USD"], "Team": ["red", "tan"]}
    assert _likely(**columns)["currency"] == ("Paid in",)


def test_columns_named_alike_are_named_the_likeliest_first():
    columns = {
        "Sold thing (item)": ["Tea", "Pot"],
        "Product Name": ["Tea", "Pot"],
        "First touch campaign": ["spring", "autumn"],
    }
    likely = _likely(**columns)
    assert likely["product"] == ("Product Name", "Sold thing (item)")
    assert likely["channel"] == ("First touch campaign",)


def test_numbers_dates_lists_and_methods_of_payment_are_no_product_and_no_channel():
    columns = {
        "Item total": ["10.00", "20.00"],
        "Payment method title": ["Card", "Cash"],
        "Item shipped on": ["2025-03-01"],
        "Product details": ["Product ID: 7, Product Name: Tea, " * 4],
        "Shipping source": ["Depot", "Shop"],
    }
    likely = _likely(**columns)
    assert likely == {"product": (), "currency": (), "channel": ()}


def test_at_most_three_columns_are_named():
    columns = {f"Item {letter}": ["Tea", "Pot"] for letter in "ABCDE"}
    assert len(_likely(**columns)["product"]) == MOST_LIKELY


def test_nothing_is_asked_where_all_are_found():
    frame = pd.DataFrame(
        {
            "Email": ["a@example.com", "b@example.com"],
            "Date": ["2025-01-05", "2025-01-09"],
            "Total": ["10.00", "12.50"],
            "Product": ["Tea", "Pot"],
            "Currency": ["EUR", "EUR"],
            "Channel": ["web", "shop"],
        }
    )
    sheet = open_sheet(frame.to_csv(index=False).encode(), name="orders.csv")
    assert likely_columns(sheet, detect_columns(sheet)) == {}
