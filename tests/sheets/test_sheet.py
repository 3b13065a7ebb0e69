"""Whatever a shop or a colleague saved it as, Parquet, Excel or text: the same rows come out."""

import io
from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from retention import open_sheet, read_orders
from tests.support.order_files import (
    KEPT,
    assert_same_orders,
    csv_bytes,
    csv_text,
    expected_orders,
    rows_dropped,
)
from tests.support.plain_orders import (
    DATE,
    EMAIL,
    EXPECTED,
    HEADER,
    NUMBER,
    PREAMBLES,
    ROWS,
    cells_of,
    four_columns,
    with_bad_dates,
)

PRODUCTS = sorted(row[3] for row in ROWS)


# --- Parquet and Excel ----------------------------------------------------------------------------


def test_parquet_keeps_types():
    frame = pd.DataFrame(
        {
            "order_id": [sale.number for sale in KEPT],
            "email": [sale.person.email for sale in KEPT],
            "created_at": pd.to_datetime([sale.placed for sale in KEPT]),
            "total": [sale.revenue for sale in KEPT],
        }
    )
    orders = read_orders(frame.to_parquet(), name="orders.parquet")
    assert_same_orders(orders, EXPECTED)
    times = pd.to_datetime(orders.table.to_pandas()["ordered_at"])
    assert sorted(times) == sorted(pd.Timestamp(sale.placed) for sale in KEPT)


@pytest.mark.parametrize("zone", ["Asia/Bangkok", "US/Eastern", "UTC", "+07:00", "-03:30"])
def test_moments_of_a_zone_are_on_the_shops_own_clock(zone):
    midnight = pd.Timestamp("2024-01-05 00:00", tz=zone)
    frame = pd.DataFrame(
        {"customer": ["a", "b"], "date": [midnight, midnight], "total": [1.5, 2.5]}
    )
    orders = read_orders(frame.to_parquet(), name="orders.parquet")
    assert orders.table.ordered_at.max().to_pyarrow().as_py().isoformat() == "2024-01-05T00:00:00"


def test_parquet_with_a_column_name_twice():
    columns = [
        pa.array(["a", "b"]),
        pa.array(["2024-01-05", "2024-01-06"]),
        pa.array([1.5, 2.0]),
        pa.array([1, 2]),
    ]
    content = io.BytesIO()
    pq.write_table(pa.table(columns, names=["customer", "date", "amount", "amount"]), content)
    assert read_orders(content.getvalue(), name="orders.parquet").report.rows_kept == 2


def test_parquet_with_zone_and_numbers_for_customers():
    frame = pd.DataFrame(
        {
            "customer_id": [17850.0, 17850.0, 13047.0, None],
            "order_date": pd.to_datetime(
                ["2024-03-05 23:30", "2024-04-01 00:10", "2024-04-02 00:00", "2024-04-03 00:00"]
            ).tz_localize("Asia/Bangkok"),
            "revenue": [10.0, 20.5, 5.25, 1.0],
        }
    )
    orders = read_orders(frame.to_parquet(), name="orders.parquet")
    table = orders.table.to_pandas()
    assert sorted(table["customer_id"]) == ["13047", "17850", "17850"]
    assert orders.start.isoformat() == "2024-03-05"
    assert rows_dropped(orders, "customer") == 1


def excel(sheets: dict[str, list[list[object]]]) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def typed_rows() -> list[list[object]]:
    return [[s.number, s.person.email, s.placed, s.items[0].product, s.revenue] for s in KEPT]


def test_excel_with_real_dates_and_numbers():
    orders = read_orders(excel({"Orders": [HEADER, *typed_rows()]}), name="orders.xlsx")
    assert_same_orders(orders, EXPECTED)
    assert sorted(orders.table.to_pandas()["product"]) == PRODUCTS


def test_excel_with_everything_as_text():
    assert cells_of(excel({"Orders": [HEADER, *ROWS]}), None) == [HEADER, *ROWS]


def test_excel_with_title_rows_blank_column_and_totals():
    rows = [
        ["Sales report 2024"],
        [],
        [None, *HEADER],
        *([None, *row] for row in typed_rows()),
        [],
        [None, "Total", None, None, None, sum(sale.revenue for sale in KEPT)],
    ]
    orders = read_orders(excel({"Report": rows}), name="orders.xlsx")
    assert_same_orders(orders, EXPECTED)


def test_excel_takes_the_sheet_that_has_the_orders():
    data = excel({"Read me": [["Exported by the shop"]], "Orders": [HEADER, *typed_rows()]})
    assert_same_orders(read_orders(data, name="orders.xlsx"), EXPECTED)


def test_excel_numbers_for_customers_and_midnight_days():
    rows = [
        [17850, datetime(2024, 3, 5), 10],
        [17850, datetime(2024, 4, 15), 20.5],
        [13047, datetime(2024, 4, 16), 5],
    ]
    orders = read_orders(
        excel({"Sheet1": [["Customer ID", "Order date", "Amount"], *rows]}), name="orders.xlsx"
    )
    assert sorted(orders.table.to_pandas()["customer_id"]) == ["13047", "17850", "17850"]
    assert (orders.start.isoformat(), orders.end.isoformat()) == ("2024-03-05", "2024-04-16")


# --- cells and rows of text -----------------------------------------------------------------------


def test_line_breaks_inside_quotes_do_not_end_the_row():
    rows = [[*row[:3], f"{row[3]}\nsecond line, with comma\n\nfourth", row[4]] for row in ROWS]
    assert cells_of(csv_bytes(HEADER, rows)) == [HEADER, *rows]


def test_cells_beyond_the_last_column_cost_no_order_and_text_there_is_noted():
    lines = csv_text(HEADER, ROWS).rstrip("\r\n").split("\r\n")
    lines[3] += ",,"
    assert_same_orders(read_orders("\r\n".join(lines).encode(), name="orders.csv"), EXPECTED)
    lines[5] += ",a comma that was not quoted"
    orders = read_orders("\r\n".join(lines).encode(), name="orders.csv")
    assert_same_orders(orders, EXPECTED)
    assert any("1 row" in note and "cells" in note for note in orders.report.notes)


def test_a_stray_quote_does_not_swallow_the_rest_of_the_file():
    lines = (
        csv_text(HEADER, [[*row[:3], "Mug", row[4]] for row in ROWS]).rstrip("\r\n").split("\r\n")
    )
    lines[3] = lines[3].replace("Mug", 'Poster 24" sea')
    lines[5] = lines[5].replace("Mug", '5" nail')
    assert_same_orders(read_orders("\r\n".join(lines).encode(), name="orders.csv"), EXPECTED)


def test_very_long_cells_and_many_quotes():
    rows = [[*row[:3], 'He said "hello"; ' * 2000, row[4]] for row in ROWS]
    assert_same_orders(
        read_orders(csv_bytes(HEADER, rows), name="orders.csv"), expected_orders(KEPT)
    )


# --- line numbers ---------------------------------------------------------------------------------


def first_lines(data: bytes) -> list[tuple[int, ...]]:
    return [dropped.first_lines for dropped in read_orders(data, name="orders.csv").report.reasons]


def test_line_numbers_are_those_of_the_spreadsheet():
    assert first_lines(csv_bytes(HEADER, with_bad_dates(0, 7))) == [(2, 9)]


def test_line_numbers_count_the_lines_before_the_header():
    data = PREAMBLES["title and period"].encode() + csv_bytes(HEADER, with_bad_dates(0, 7))
    assert first_lines(data) == [(5, 12)]


def test_line_numbers_count_blank_lines():
    lines = csv_text(HEADER, with_bad_dates(0, 7)).split("\r\n")
    text = "\r\n".join([*lines[:4], "", "", *lines[4:]])
    assert first_lines(text.encode()) == [(2, 11)]


def test_line_numbers_count_a_cell_of_several_lines_as_one_row():
    rows = [[*row[:3], "two\nlines", row[4]] for row in with_bad_dates(0, 7)]
    assert first_lines(csv_bytes(HEADER, rows)) == [(2, 9)]


# --- the sheet ------------------------------------------------------------------------------------


def test_sheet_shows_the_raw_text():
    sheet = open_sheet(csv_bytes(HEADER, ROWS), name="orders.csv")
    assert sheet.name == "orders.csv"
    assert sheet.columns == tuple(HEADER)
    assert sheet.rows == len(ROWS)
    preview = sheet.preview(3)
    assert len(preview) == 3
    assert list(preview["Total"]) == [row[4] for row in ROWS[:3]]


def test_duplicate_column_names():
    header = [*HEADER, "Total", "Email", "email", ""]
    rows = [[*row, "", "", "", ""] for row in ROWS]
    assert_same_orders(
        read_orders(csv_bytes(header, rows), name="orders.csv"), expected_orders(KEPT)
    )


def test_duplicate_names_are_told_apart():
    data = four_columns(("Order ID", "Email", "Date", "Date"), (NUMBER, EMAIL, DATE, DATE))
    sheet = open_sheet(data, name="orders.csv")
    assert len(set(sheet.columns)) == 4
    assert sheet.columns[:3] == ("Order ID", "Email", "Date")
