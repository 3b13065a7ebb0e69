"""From the file to the order table: small stores, odd columns and hostile texts."""

from retention import build_orders, detect_columns, open_sheet, read_orders
from tests.support.order_files import (
    KEPT,
    assert_same_orders,
    csv_bytes,
    expected_orders,
    read_rows,
)
from tests.support.plain_orders import HEADER, ROWS, four_columns

# --- the order table ------------------------------------------------------------------------------


def test_optional_columns_are_found_and_carried():
    header = (
        "Order",
        "Customer",
        "Date",
        "Total",
        "Discount",
        "Channel",
        "Country",
        "Product",
        "Category",
        "Coupon",
    )
    rows = [
        (
            "1",
            "a@example.com",
            "2024-03-13",
            "10",
            "2",
            "Instagram",
            "TH",
            "Mug",
            "Kitchen",
            "HELLO",
        ),
        ("2", "a@example.com", "2024-04-13", "20", "0", "Web", "TH", "Pot", "Kitchen", ""),
        ("3", "b@example.com", "2024-05-13", "30", "0", "Web", "PH", "Tote", "Fashion", ""),
    ]
    table = read_rows(header, *rows).table.to_pandas().sort_values("order_id")
    assert list(table["channel"]) == ["Instagram", "Web", "Web"]
    assert list(table["region"]) == ["TH", "TH", "PH"]
    assert list(table["product"]) == ["Mug", "Pot", "Tote"]
    assert list(table["category"]) == ["Kitchen", "Kitchen", "Fashion"]
    assert list(table["discount"]) == [2.0, 0.0, 0.0]
    assert table["coupon"].iloc[0] == "HELLO"


def test_columns_that_the_file_lacks_are_not_in_the_table():
    columns = set(
        read_orders(four_columns(("Order ID", "Email", "Order date", "Total"))).table.columns
    )
    assert {"order_id", "customer_id", "ordered_at", "revenue"} <= columns
    assert not columns & {
        "discount",
        "channel",
        "region",
        "product",
        "category",
        "coupon",
        "quantity",
    }


def test_digest_follows_the_content_and_the_choices():
    data = csv_bytes(HEADER, ROWS)
    first = read_orders(data, name="a.csv")
    assert read_orders(data, name="a.csv").digest == first.digest
    assert read_orders(csv_bytes(HEADER, ROWS[:-1]), name="a.csv").digest != first.digest
    rows = [[*row, "5.00"] for row in ROWS]
    data = csv_bytes([*HEADER, "Margin"], rows)
    assert read_orders(data).digest != read_orders(data, {"revenue": "Margin"}).digest


# --- odd, but orders ------------------------------------------------------------------------------


def test_single_customer():
    orders = read_rows(HEADER, *[[row[0], "a@example.com", *row[2:]] for row in ROWS])
    assert orders.table.to_pandas()["customer_id"].nunique() == 1
    assert len(orders.table.to_pandas()) == len(ROWS)


def test_single_order():
    orders = read_rows(HEADER, ROWS[0])
    assert orders.start == orders.end
    assert orders.report.rows_kept == 1


def test_all_one_time_buyers():
    orders = read_rows(
        HEADER, *[[row[0], f"c{i}@example.com", *row[2:]] for i, row in enumerate(ROWS)]
    )
    assert orders.table.to_pandas()["customer_id"].is_unique


def test_identical_spends():
    orders = read_rows(HEADER, *[[*row[:4], "10.00"] for row in ROWS])
    assert set(orders.table.to_pandas()["revenue"]) == {10.0}


def test_three_hundred_columns():
    header = [*HEADER, *(f"extra {i}" for i in range(295))]
    rows = [[*row, *(str(i % 7) for i in range(295))] for row in ROWS]
    assert_same_orders(read_orders(csv_bytes(header, rows), name="wide.csv"), expected_orders(KEPT))


HOSTILE = (
    '=HYPERLINK("http://example.com","x")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "**bold** [link](http://example.com) $x^2$ :red[x]",
    "Robert'); DROP TABLE orders;--",
    '"; SELECT 1; --',
    "a\tb",
    "\u202eevil",
    "{0} %s {{x}}",
    "😀 ลูกค้า",
    "x" * 500,
)


def test_hostile_text_in_customers_and_products_is_only_text():
    header = ["Order ID", "Customer", "Order date", "Product", "Total"]
    rows = [[str(i), f"{text}!", "2024-03-13", text, "10.00"] for i, text in enumerate(HOSTILE)]
    orders = read_orders(csv_bytes(header, rows), name='<b>"orders".csv')
    table = orders.table.to_pandas().sort_values("order_id", key=lambda ids: ids.astype(int))
    assert list(table["product"]) == [text.strip() for text in HOSTILE]
    # names compare without case and with single blanks
    assert [name.casefold().split() for name in table["customer_id"]] == [
        f"{text}!".casefold().split() for text in HOSTILE
    ]


def test_hostile_text_in_the_header_is_only_a_name():
    header = ["Order ID", "Email", "Order date", "Total", *HOSTILE]
    rows = [
        [*row[:3], row[4], *(f"{i % 3}{text}" for text in HOSTILE)] for i, row in enumerate(ROWS)
    ]
    rows[0][2] = "no day"
    sheet = open_sheet(csv_bytes(header, rows), name="orders.csv")
    assert sheet.columns == tuple(header)
    mapping = detect_columns(sheet)
    assert_same_orders(build_orders(sheet, mapping), expected_orders(KEPT[1:]))
    chosen = build_orders(sheet, mapping.with_columns(customer_id=HOSTILE[0], product=HOSTILE[3]))
    found = sorted(
        customer.casefold() for customer in chosen.table.to_pandas()["customer_id"].unique()
    )
    assert found == [f"{i}{HOSTILE[0]}".casefold() for i in range(3)]
    assert list(chosen.dropped_rows()[HOSTILE[3]]) == [f"0{HOSTILE[3]}"]


def test_columns_may_have_the_names_that_the_reader_uses_itself():
    names = [
        "line",
        "reason",
        "amount",
        "row",
        "extra",
        "c0",
        "order_id",
        "state",
        "rowid",
        "customer_id",
    ]
    header = ["Order", "Email", "Order date", "Total", *names]
    rows = [[*row[:3], row[4], *(f"x{i} {name}" for name in names)] for i, row in enumerate(ROWS)]
    rows[1][2] = "no day"
    columns = {"order_id": "Order", "customer_id": "Email", "revenue": "Total"}
    orders = read_orders(csv_bytes(header, rows), columns, name="orders.csv")
    assert_same_orders(orders, expected_orders((KEPT[0], *KEPT[2:])))
    dropped = orders.dropped_rows()
    assert len(dropped) == 1
    assert {f"x1 {name}" for name in names} <= {str(value) for value in dropped.iloc[0]}
