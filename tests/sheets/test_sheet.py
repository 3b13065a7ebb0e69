"""Whatever a spreadsheet, a shop or a colleague saved it as: the same rows come out."""

import csv
import gzip
import io
import zipfile
from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from retention import DataError, open_sheet, read_orders
from tests.support.order_files import (
    KEPT,
    assert_nothing_vanished,
    assert_same_orders,
    csv_bytes,
    csv_text,
    expected_orders,
    plain_table,
    rows_dropped,
)

HEADER, ROWS = plain_table()
EXPECTED = expected_orders(KEPT)
PRODUCTS = sorted(row[3] for row in ROWS)
LATIN_ROWS = [
    [
        *row[:3],
        f"{row[3]} Käse – café €".encode("cp1252", "ignore").decode("cp1252").strip(),
        row[4],
    ]
    for row in ROWS
]
THAI_HEADER = ["เลขที่คำสั่งซื้อ", "อีเมล", "วันที่สั่งซื้อ", "สินค้า", "ยอดรวม"]
THAI_ROWS = [[*row[:3], "ผ้าพันคอไหม สีแดง", row[4]] for row in ROWS]


def cells_of(data: bytes, name: str | None = "orders.csv") -> list[list[str]]:
    """Header and rows as the sheet has them."""
    sheet = open_sheet(data, name=name)
    frame = sheet.preview(sheet.rows)
    return [list(frame.columns), *frame.fillna("").values.tolist()]


# --- encodings and delimiters ---------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_in_any_unicode(encoding, delimiter):
    assert cells_of(csv_bytes(HEADER, ROWS, delimiter, encoding)) == [HEADER, *ROWS]


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_utf_16_of_both_byte_orders(mark, encoding):
    assert cells_of(mark + csv_bytes(HEADER, ROWS, "\t", encoding), "orders.txt") == [HEADER, *ROWS]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_western_windows_file_keeps_its_accents(delimiter):
    assert cells_of(csv_bytes(HEADER, LATIN_ROWS, delimiter, "cp1252")) == [HEADER, *LATIN_ROWS]


@pytest.mark.parametrize("encoding", ["cp874", "utf-8", "utf-16"])
def test_thai_file_keeps_its_letters(encoding):
    data = csv_bytes(THAI_HEADER, THAI_ROWS, ",", encoding)
    assert cells_of(data, "คำสั่งซื้อ.csv") == [THAI_HEADER, *THAI_ROWS]


def test_thai_file_becomes_orders_and_its_encoding_is_named():
    orders = read_orders(csv_bytes(THAI_HEADER, THAI_ROWS, ",", "cp874"), name="orders.csv")
    assert_same_orders(orders, EXPECTED)
    assert any("cp874" in note or "Thai" in note for note in orders.report.notes)


@pytest.mark.parametrize("word", ["Käse", "Café", "Señor", "£5", "Brøgger"])
def test_one_accent_far_down_the_file_does_not_break_it(word):
    rows = [[str(i), f"c{i % 50}@example.com", "2024-03-15", "Mug", "10.00"] for i in range(9_000)]
    rows[-1][3] = word
    assert cells_of(csv_bytes(HEADER, rows, ",", "cp1252"))[-1][3] == word


@pytest.mark.parametrize("lineterminator", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(lineterminator):
    assert cells_of(csv_bytes(HEADER, ROWS, lineterminator=lineterminator)) == [HEADER, *ROWS]


@pytest.mark.parametrize("name", ["orders.csv", "orders.txt", "orders.tsv", "orders", None])
def test_the_name_does_not_decide_the_delimiter(name):
    assert cells_of(csv_bytes(HEADER, ROWS, ";"), name) == [HEADER, *ROWS]


def test_spreadsheets_separator_line_is_not_the_header():
    assert cells_of(b"sep=;\r\n" + csv_bytes(HEADER, ROWS, ";")) == [HEADER, *ROWS]


def test_decimal_commas_do_not_make_the_comma_the_delimiter():
    rows = [[*row[:4], row[4].replace(".", ",")] for row in ROWS]
    assert cells_of(csv_bytes(HEADER, rows, ";")) == [HEADER, *rows]


@pytest.mark.parametrize("inside", [";", "\t", "|"])
def test_marks_inside_quoted_cells_do_not_make_the_delimiter(inside):
    """Packed items have the same number of marks in each row, and more of them than the file has
    columns."""
    rows = [
        [row[1], row[2], inside.join(["size: M", "red", "x", "y", "z"]), row[4]] for row in ROWS
    ]
    header = ["Email", "Order Date", "Items", "Total"]
    assert cells_of(csv_bytes(header, rows, quoting=csv.QUOTE_ALL)) == [header, *rows]


def test_every_cell_in_quotes():
    assert cells_of(csv_bytes(HEADER, ROWS, quoting=csv.QUOTE_ALL)) == [HEADER, *ROWS]


# --- sources and containers -----------------------------------------------------------------------


def test_path_text_path_file_and_bytes_are_the_same(tmp_path):
    data = csv_bytes(HEADER, ROWS)
    path = tmp_path / "orders.csv"
    path.write_bytes(data)
    with path.open("rb") as file:
        sheets = [open_sheet(source) for source in (path, str(path), file, io.BytesIO(data), data)]
    assert {sheet.digest for sheet in sheets} == {sheets[0].digest}
    assert {sheet.rows for sheet in sheets} == {len(ROWS)}
    assert [sheet.name for sheet in sheets[:3]] == ["orders.csv"] * 3
    assert_same_orders(read_orders(path), EXPECTED)


def test_missing_file_is_named(tmp_path):
    with pytest.raises((DataError, FileNotFoundError), match="nowhere"):
        read_orders(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("name", ["orders.csv.gz", "orders.gz", "orders.csv", None])
def test_gzip_is_known_by_its_content(name):
    assert cells_of(gzip.compress(csv_bytes(HEADER, ROWS)), name) == [HEADER, *ROWS]


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("name", ["orders.zip", "orders.csv", None])
def test_zip_is_known_by_its_content(name):
    assert cells_of(zipped({"orders.csv": csv_bytes(HEADER, ROWS)}), name) == [HEADER, *ROWS]


def test_zip_made_on_a_mac_has_one_file_for_us():
    data = zipped(
        {
            "export/": b"",
            "export/orders.csv": csv_bytes(HEADER, ROWS),
            "__MACOSX/export/._orders.csv": b"\x00\x05\x16\x07",
            "export/.DS_Store": b"\x00\x00\x00\x01Bud1",
        }
    )
    assert cells_of(data, "orders.zip") == [HEADER, *ROWS]


def test_zip_of_two_order_files_never_takes_one_silently():
    half = len(ROWS) // 2
    data = zipped(
        {
            "january.csv": csv_bytes(HEADER, ROWS[:half]),
            "february.csv": csv_bytes(HEADER, ROWS[half:]),
        }
    )
    orders = read_orders(data, name="orders.zip")
    assert orders.report.rows_read == len(ROWS) or any(
        "2 order files" in note for note in orders.report.notes
    )


def test_zip_without_a_table_and_empty_zip_are_refused():
    for data in (zipped({}), zipped({"readme/": b""})):
        with pytest.raises(DataError, match=r"(?i)zip|archive|no file|empty"):
            read_orders(data, name="orders.zip")


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


# --- before, between and after the rows -----------------------------------------------------------

PREAMBLES = {
    "title": "Sales report\r\n",
    "title and period": "Sales report\r\nPeriod: 01/01/2023 - 31/12/2024\r\n\r\n",
    "padded to the width": "Sales report,,,,\r\nShop: Harbour Goods,,,,\r\n,,,,\r\n",
    "key and value": "Report,Orders\r\nCreated,2024-12-31\r\nCurrency,USD\r\n\r\n",
    "blank lines": "\r\n\r\n",
}
FOOTERS = {
    "total": ("Total", "", "", "", "99999.00"),
    "grand total": ("Grand total", "", "", "", "99,999.00"),
    "number of orders": (f"{len(ROWS)} orders",),
    "made by": ("Generated by Harbour Goods on 2024-12-31", "", "", "", ""),
    "thai total": ("รวมทั้งสิ้น", "", "", "", "99999.00"),
}


@pytest.mark.parametrize("preamble", PREAMBLES)
def test_lines_before_the_header_are_no_rows(preamble):
    data = PREAMBLES[preamble].encode() + csv_bytes(HEADER, ROWS)
    assert cells_of(data) == [HEADER, *ROWS]


@pytest.mark.parametrize(("footer", "gap"), [(name, i % 2) for i, name in enumerate(FOOTERS)])
def test_lines_after_the_data_are_no_orders(footer, gap):
    text = csv_text(HEADER, ROWS) + "\r\n" * gap + csv_text(FOOTERS[footer], [])
    orders = read_orders(text.encode(), name="report.csv")
    assert_same_orders(orders, EXPECTED)
    assert_nothing_vanished(orders)


def test_totals_row_without_an_order_number_column_is_no_order():
    rows = [[row[1], row[2], row[4]] for row in ROWS]
    data = csv_bytes(["Customer", "Date", "Amount"], [*rows, ["Total", "", "99999.00"]])
    assert_same_orders(read_orders(data, name="report.csv"), EXPECTED)


def test_subtotals_between_the_rows_are_no_orders():
    rows = [
        *ROWS[:5],
        ["Subtotal", "", "", "", "1234.00"],
        *ROWS[5:],
        ["Subtotal", "", "", "", "5678.00"],
    ]
    orders = read_orders(csv_bytes(HEADER, rows), name="report.csv")
    assert_same_orders(orders, EXPECTED)
    assert_nothing_vanished(orders)


def test_blank_lines_between_the_rows_are_no_orders():
    lines = csv_text(HEADER, ROWS).split("\r\n")
    text = "\r\n".join([*lines[:4], "", *lines[4:9], ",,,,", *lines[9:], "", ""])
    orders = read_orders(text.encode(), name="orders.csv")
    assert_same_orders(orders, EXPECTED)
    assert orders.report.rows_kept == len(ROWS)


def test_header_repeated_in_the_middle_is_no_order():
    """Two exports pasted into one file."""
    orders = read_orders(csv_bytes(HEADER, [*ROWS[:6], HEADER, *ROWS[6:]]), name="orders.csv")
    assert_same_orders(orders, EXPECTED)
    assert_nothing_vanished(orders)


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


def test_short_rows_are_reported_not_guessed():
    lines = csv_text(HEADER, ROWS).rstrip("\r\n").split("\r\n")
    lines[3] = ",".join(lines[3].split(",")[:3])  # cut off after the date: no amount
    orders = read_orders("\r\n".join(lines).encode(), name="orders.csv")
    assert_same_orders(orders, expected_orders((*KEPT[:2], *KEPT[3:])))
    assert [dropped.first_lines for dropped in orders.report.reasons] == [(4,)]


def test_a_stray_quote_does_not_swallow_the_rest_of_the_file():
    lines = (
        csv_text(HEADER, [[*row[:3], "Mug", row[4]] for row in ROWS]).rstrip("\r\n").split("\r\n")
    )
    lines[3] = lines[3].replace("Mug", 'Poster 24" sea')
    lines[5] = lines[5].replace("Mug", '5" nail')
    assert_same_orders(read_orders("\r\n".join(lines).encode(), name="orders.csv"), EXPECTED)


# --- line numbers ---------------------------------------------------------------------------------


def first_lines(data: bytes) -> list[tuple[int, ...]]:
    return [dropped.first_lines for dropped in read_orders(data, name="orders.csv").report.reasons]


def with_bad_dates(*at: int) -> list[list[str]]:
    return [[*row[:2], "soon" if i in at else row[2], *row[3:]] for i, row in enumerate(ROWS)]


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


def test_dropped_rows_come_with_their_cells():
    orders = read_orders(csv_bytes(HEADER, with_bad_dates(0, 7)), name="o.csv")
    dropped = orders.dropped_rows()
    assert list(dropped["line"]) == [2, 9]
    assert list(dropped["Email"]) == [ROWS[0][1], ROWS[7][1]]
    assert set(dropped["Order Date"]) == {"soon"}
    assert dropped["reason"].str.contains("date", case=False).all()


# --- the sheet ------------------------------------------------------------------------------------


def test_sheet_shows_the_raw_text():
    sheet = open_sheet(csv_bytes(HEADER, ROWS), name="orders.csv")
    assert sheet.name == "orders.csv"
    assert sheet.columns == tuple(HEADER)
    assert sheet.rows == len(ROWS)
    preview = sheet.preview(3)
    assert len(preview) == 3
    assert list(preview["Total"]) == [row[4] for row in ROWS[:3]]


def test_digest_follows_the_content_and_the_choices():
    data = csv_bytes(HEADER, ROWS)
    first = read_orders(data, name="a.csv")
    assert read_orders(data, name="a.csv").digest == first.digest
    assert read_orders(csv_bytes(HEADER, ROWS[:-1]), name="a.csv").digest != first.digest
    rows = [[*row, "5.00"] for row in ROWS]
    data = csv_bytes([*HEADER, "Margin"], rows)
    assert read_orders(data).digest != read_orders(data, {"revenue": "Margin"}).digest
