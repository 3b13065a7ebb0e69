"""The form for orders is read as it stands: every column is found, and nothing is asked."""

import io

import pandas as pd

from retention import read_orders
from retention.columns.detection import detect_columns
from retention.samples.template import COLUMNS, order_template
from retention.sheets.sheet import open_sheets


def test_the_form_is_read_without_a_question():
    orders = read_orders(order_template(), name="orders.csv")
    assert orders.report.questions == ()
    # All there is to say is that a form is short.
    assert [
        next(words for words in ("Only 4 customers", "114 days", warning) if words in warning)
        for warning in orders.report.warnings
    ] == ["Only 4 customers", "114 days"]
    assert orders.currency == "USD"
    table = orders.table.order_by("order_id").to_pandas()
    assert len(table) == 7  # one of the eight was cancelled
    assert table["customer_id"].value_counts()["ada@example.com"] == 3
    assert round(table["revenue"].sum(), 2) == 240.0
    assert {"channel", "product", "category", "coupon", "discount", "consent"} <= set(table.columns)


def test_every_column_of_the_form_is_found():
    detected = detect_columns(open_sheets([io.BytesIO(order_template())], ["orders.csv"]))
    assert set(detected.columns.values()) == set(COLUMNS)


def test_the_form_opens_in_a_spreadsheet():
    assert order_template().startswith(b"\xef\xbb\xbf")
    frame = pd.read_csv(io.BytesIO(order_template()), encoding="utf-8-sig")
    assert list(frame.columns) == list(COLUMNS)
