"""Items, coupons and refunds that stand in one cell, as WebToffee's order export writes them."""

import ibis
import pandas as pd
import pytest

from retention import detect_columns, open_sheet, read_orders


def _item(name: str, pieces: int, total: float) -> str:
    return f"name:{name}|product_id:7|sku:X|quantity:{pieces}|total:{total}|sub_total:{total}"


TEA, POT = _item("Green tea", 2, 10.0), _item("Pot | large; black", 1, 30.0)
TWO_REFUNDS = "amount:5|reason:|date:;amount:7.25|reason:x:y|date:"
#: Order, buyer, day, total, coupons, refunds and up to three items; shipping is in the total.
ROWS = [
    [1, "ann", "2025-01-05", 45.0, "code:NEW10|amount:4.50", "", TEA, POT, ""],
    [2, "ben", "2025-01-09", 15.0, "", "amount:2.50|reason:late|date:2025-01-20", TEA, "", ""],
    [3, "ann", "2025-02-01", 30.0, "code:A|amount:1;code:B|amount:2", "", POT, "", ""],
    [4, "cat", "2025-02-03", 50.0, "", TWO_REFUNDS, TEA, POT, _item("Tin", 3, 0.0)],
    [5, "ben", "2025-03-11", 12.0, "", "", "", "", ""],
]
HEADER = ["order_id", "billing_email", "order_date", "order_total", "coupon_items", "refund_items"]
HEADER += ["line_item_1", "line_item_2", "line_item_3"]


def _frame() -> pd.DataFrame:
    frame = pd.DataFrame(ROWS, columns=HEADER).assign(order_currency="EUR", status="completed")
    return frame.assign(billing_email=frame["billing_email"] + "@example.com")


@pytest.fixture(scope="module")
def orders():
    return read_orders(_frame().to_csv(index=False).encode(), name="orders.csv")


def test_refunds_of_a_packed_cell_come_off_their_order(orders):
    table = orders.table.to_pandas().set_index("order_id")
    assert table["revenue"].to_dict() == {"1": 45, "2": 12.5, "3": 30, "4": 37.75, "5": 12}
    assert orders.report.refunded == 2.5 + 5 + 7.25


def test_an_order_has_its_first_product_its_pieces_and_its_first_coupon(orders):
    table = orders.table.to_pandas().set_index("order_id")
    assert table["product"].tolist()[:4] == ["Green tea"] * 2 + ["Pot | large; black", "Green tea"]
    assert pd.isna(table["product"]["5"])
    assert table["quantity"].to_dict() == {"1": 3, "2": 2, "3": 1, "4": 6, "5": 0}
    assert table["coupon"].dropna().to_dict() == {"1": "NEW10", "3": "A"}


def test_each_item_has_its_part_of_the_orders_revenue(orders):
    items = orders.items.to_pandas().set_index(["order_id", "product"])["share"]
    assert items["1", "Green tea"] == pytest.approx(0.25)
    assert items["1", "Pot | large; black"] == pytest.approx(0.75)
    assert items["4", "Tin"] == 0
    assert items.groupby(level=0).sum().tolist() == pytest.approx([1, 1, 1, 1])


def test_the_report_says_so_and_calls_no_item_unused(orders):
    notes = " ".join(orders.report.notes)
    assert "'line_item_1' to 'line_item_3' hold an item of the order each" in notes
    assert "not used" not in notes


def test_a_column_of_plain_names_is_no_record():
    frame = _frame().drop(columns=["line_item_2", "line_item_3", "refund_items", "coupon_items"])
    frame["line_item_1"] = ["Tea", "Pot", "Tea", "Tin: blue", "Tea"]
    orders = read_orders(frame.to_csv(index=False).encode(), name="orders.csv")
    assert orders.table.to_pandas()["product"].tolist() == frame["line_item_1"].tolist()


def test_a_frame_is_read_like_the_file_and_a_table_without_the_records(orders):
    read = read_orders(_frame()).table.to_pandas()
    assert read["revenue"].sum() == orders.table.revenue.sum().execute()
    frame = _frame().assign(order_date=pd.to_datetime(_frame()["order_date"]))
    table = read_orders(ibis.memtable(frame), name="orders")
    assert "product" not in table.table.columns
    assert any("'line_item_1' is not read as the product" in note for note in table.report.notes)


def test_the_layout_names_the_packed_columns():
    mapping = detect_columns(open_sheet(_frame().to_csv(index=False).encode(), name="o.csv"))
    assert mapping.columns["product"] == "line_item_1"
    assert mapping.columns["refund"] == "refund_items"
    assert mapping.columns["coupon"] == "coupon_items"


def test_a_tables_column_of_items_is_read_as_the_product():
    frame = pd.DataFrame(
        {
            "customer_email": ["a@example.com", "b@example.com", "a@example.com"],
            "order_date": pd.to_datetime(["2025-01-05", "2025-01-09", "2025-02-11"]),
            "total": [10.0, 12.0, 14.0],
            "item": ["Tea", "Pot: blue", "Tea"],
        }
    )
    table = read_orders(ibis.memtable(frame), name="orders").table.to_pandas()
    assert sorted(table["product"]) == ["Pot: blue", "Tea", "Tea"]
