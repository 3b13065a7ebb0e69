"""Whatever encoding, delimiter and line ends a text file has: the same rows come out."""

import codecs
import csv
import io
import json

import pytest

from retention import DataError, open_sheet, read_orders
from retention.sheets.text_files import (
    ALIGNED,
    HEAD_BYTES,
    blank_positions,
    find_encoding,
    find_layout,
    line_count,
    read_head,
)
from tests.support.order_files import assert_same_orders, csv_bytes
from tests.support.plain_orders import EXPECTED, HEADER, ORDER_CELLS, PREAMBLES, ROWS, cells_of

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


# --- whole files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_in_any_unicode(encoding, delimiter):
    assert cells_of(csv_bytes(HEADER, ROWS, delimiter, encoding)) == [HEADER, *ROWS]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_unicode_of_both_byte_orders(mark, encoding):
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


@pytest.mark.parametrize("preamble", PREAMBLES)
def test_lines_before_the_header_are_no_rows(preamble):
    data = PREAMBLES[preamble].encode() + csv_bytes(HEADER, ROWS)
    assert cells_of(data) == [HEADER, *ROWS]


def test_a_file_without_column_names_loses_no_order():
    data = b"".join(csv_bytes(row, []) for row in ORDER_CELLS)
    assert_same_orders(read_orders(data, name="orders.csv"), EXPECTED)


# --- the parts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"plain", "utf-8"),
        ("ผ้า".encode(), "utf-8"),
        ("é".encode("utf-8-sig"), "utf-8-sig"),
        ("Email,Total".encode("utf-16-le"), "utf-16-le"),
        ("Email,Total".encode("utf-16-be"), "utf-16-be"),
        ("Email,Total".encode("utf-16"), "utf-16"),
        ("Email,Total".encode("utf-32-le"), "utf-32-le"),
        ("Email,Total".encode("utf-32-be"), "utf-32-be"),
    ],
)
def test_unicode_is_known_by_its_mark_or_by_trial(tmp_path, data, encoding):
    path = tmp_path / "orders.csv"
    path.write_bytes(data)
    assert find_encoding(path, "orders.csv") == encoding


def test_what_is_no_text_is_refused_by_name(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(bytes(range(32)) * 10)
    with pytest.raises(DataError, match=r"'orders\.csv' is not text"):
        find_encoding(path, "orders.csv")


RECORDS = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
JSON_FILES = {
    "a list of objects": json.dumps(RECORDS),
    "in many lines": json.dumps(RECORDS, indent=2),
    "an object a line": "\n".join(map(json.dumps, RECORDS)),
    "an object": json.dumps({"orders": RECORDS}),
    "a list of lists": json.dumps([HEADER, *ROWS]),
}


@pytest.mark.parametrize("kind", JSON_FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_is_refused_by_name(kind, encoding):
    """One line of it was read as a single order of many columns."""
    with pytest.raises(DataError, match=r"'orders\.json' is JSON, not a table"):
        read_orders(JSON_FILES[kind].encode(encoding), name="orders.json")


def test_column_names_in_brackets_are_no_json():
    header = [f"[{name}]" for name in HEADER]
    assert cells_of(csv_bytes(header, ROWS)) == [header, *ROWS]


def written(delimiter: str, quoting: int) -> str:
    table = io.StringIO()
    csv.writer(table, delimiter=delimiter, quoting=quoting).writerows([HEADER, *ROWS])
    return table.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_rows_that_stand_in_quotation_marks_are_read_as_rows(delimiter, quoting):
    doubled = (row.replace('"', '""') for row in written(delimiter, quoting).splitlines())
    content = "\r\n".join(f'"{row}"' for row in doubled).encode("utf-8-sig")
    assert cells_of(content) == [HEADER, *ROWS]
    [note] = open_sheet(content, "orders.csv").notes
    assert note == "Each row stood in quotation marks; it is read without them."


def test_lines_below_that_stand_in_no_quotation_marks_stay_as_they_are():
    quoted = [f'"{i},c{i % 9}@example.com,2024-01-0{1 + i % 9},5.00"' for i in range(400)]
    below = ["400,d@example.com,2024-02-01,7.00", '"401","e@example.com","2024-02-02","8.00"']
    long = f'"402,f@example.com,2024-02-03,{"9" * 200_000}"'
    content = "\n".join(['"Order,Email,Date,Total"', *quoted, *below, long]).encode()
    orders = read_orders(content, name="orders.csv")
    last = orders.table.order_by("ordered_at").to_pandas().tail(2)
    assert last["customer_id"].tolist() == ["d@example.com", "e@example.com"]
    assert last["revenue"].tolist() == [7.0, 8.0]
    assert orders.report.rows_kept == 402


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_cells_in_quotation_marks_are_no_rows_in_them(delimiter):
    content = written(delimiter, csv.QUOTE_ALL).encode()
    assert cells_of(content) == [HEADER, *ROWS]
    assert open_sheet(content, "orders.csv").notes == ()


#: The cells' marks are doubled between them and missing at both ends.
BROKEN = "\n".join(f'"{i}"",""c{i}@example.com"",""2024-01-0{i}"",""5.00"' for i in range(1, 9))


@pytest.mark.parametrize("content", ['"a"\n"b"\n', '"a, b\n', '"', '"a,b"\n"c\n', BROKEN])
def test_what_is_no_row_in_quotation_marks_is_refused_in_words(content):
    with pytest.raises(DataError):
        read_orders(content.encode(), name="orders.csv")


@pytest.mark.parametrize("line_end", ["\x85", "\u2028", "\u2029"])
def test_rows_that_no_line_break_parts_are_not_read_as_one(line_end):
    rows = csv_bytes(HEADER, ROWS).decode().splitlines()
    with pytest.raises(DataError, match="is one long line"):
        read_orders(line_end.join(rows).encode(), name="orders.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("zeros", [8, 1000, HEAD_BYTES + 1])
def test_a_file_whose_end_was_never_written_says_so(encoding, zeros):
    content = csv_bytes(HEADER, LATIN_ROWS if encoding == "cp1252" else ROWS, ",", encoding)
    with pytest.raises(DataError, match="was not saved to its end"):
        read_orders(content + bytes(zeros), name="orders.csv")


def test_the_layout_says_where_the_table_stands():
    layout = find_layout("Sales report\n\nEmail;Date;Total\na@x.com;2024-03-05;1,50\n", "x.csv")
    assert layout.delimiter == ";"
    assert layout.header == ("Email", "Date", "Total")
    assert layout.width == 3
    assert layout.lines_before == 3
    assert (layout.records_before, layout.preamble) == (2, 1)


def test_columns_may_be_set_apart_by_blanks():
    rows = "".join(f"{n:04}   2024-03-{n:02}  1{n}.50\n" for n in range(1, 9))
    layout = find_layout(rows, "x.txt")
    assert (layout.delimiter, layout.width, layout.header) == (ALIGNED, 3, None)


def test_the_head_of_a_long_file_ends_with_a_whole_line(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("a@example.com,2024-03-05,12.50\n" * (HEAD_BYTES // 20))
    head = read_head(path)
    assert len(head) <= HEAD_BYTES
    assert head.endswith("12.50\n")
    path.write_text("a,b\n1,2")
    assert read_head(path) == "a,b\n1,2"


def test_blank_lines_are_known_by_the_records_before_them(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b'a,b\n\n1,"two\n\nlines"\n\n\n3,4\n')
    assert blank_positions(path) == [1, 2, 2]
    path.write_bytes(b"a,b\n1,2\n3,4")
    assert blank_positions(path) == []


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_lines_are_counted_with_each_kind_of_end(tmp_path, monkeypatch, ends, chunk):
    monkeypatch.setattr("retention.sheets.text_files.CHUNK", chunk)
    path = tmp_path / "orders.csv"
    for lines in ([b"a,b", b"", b"1,2"], [b"a,b", b"1,2", b""], [b""], []):
        path.write_bytes(ends.join(lines))
        assert line_count(path) == len(b"\n".join(lines).splitlines())
