"""Files broken in every way that was found, each made by code: read, or refused in words.

Native readers get theirs in a process of their own: see `tests/file_worker`. Files spoilt at random
are in `tests/orders/whole_files/test_fuzz.py`.
"""

import io
import struct
import zipfile
import zlib
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from retention import build_orders, detect_columns, open_sheet, read_orders
from tests.orders.whole_files.mutations import ods_bytes
from tests.orders.whole_files.spoiling import read_or_refused, refused
from tests.support.order_files import assert_nothing_vanished, csv_bytes, plain_table, rows_dropped
from tests.support.reports import excel_xml, web_page, workbook

HEADER, ROWS = plain_table()


@pytest.mark.parametrize(
    "cell", ["inf", "-inf", "nan", "1e300", "-1e300", "9e18", "99999999999999"]
)
@pytest.mark.parametrize("written", ["day numbers", "seconds"])
def test_a_number_beyond_all_dates_is_no_date(cell, written):
    moments = [pd.Timestamp(row[2]) for row in ROWS]
    numbers = {
        "day numbers": [(moment - pd.Timestamp("1899-12-30")).days for moment in moments],
        "seconds": [int(moment.timestamp()) for moment in moments],
    }
    rows = [
        [*row[:2], number, *row[3:]] for row, number in zip(ROWS, numbers[written], strict=True)
    ]
    rows[3][2] = cell
    orders = read_orders(csv_bytes(HEADER, rows), name="orders.csv")
    assert_nothing_vanished(orders)
    assert rows_dropped(orders, "date") == sum(orders.report.dropped.values()) == 1


def old_workbook(following: list[int]) -> bytes:
    """Return the first sectors of an .xls file: which one follows which, and the directory."""
    free, table, end = 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFE
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<9I", 1, 1, 0, 4096, end, 0, end, 0, 0)
    header += struct.pack("<109I", *[free] * 108, free)
    sectors = [table, *following]
    sectors += [free] * (128 - len(sectors))
    entry = "Root Entry".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB", 22, 5, 1)
    entry = (entry + struct.pack("<3I", free, free, free)).ljust(116, b"\0")
    entry += struct.pack("<3I", end, 0, 0)
    return header[:512] + struct.pack("<128I", *sectors) + entry.ljust(512, b"\0")


@pytest.mark.parametrize("following", [[1], [2, 3, 1], [0xFFFFFFFE]])
def test_an_old_workbook_whose_sectors_run_in_a_circle(following):
    assert "Excel workbook" in refused(old_workbook(following), "orders.xls")


def parquet_bytes(table: pa.Table, **options) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


def order_columns(**others: pa.Array) -> dict[str, pa.Array]:
    """Return the columns of a good file, with others in place of some."""
    return {
        "Email": pa.array([row[1] for row in ROWS]),
        "Order date": pa.array([row[2] for row in ROWS]),
        "Total": pa.array([float(row[4]) for row in ROWS]),
        **others,
    }


@pytest.mark.parametrize("zone", ["UTC", "Asia/Bangkok", "+07:00"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_moments_of_a_zone_are_read_as_its_clocks_show_them(unit, zone):
    moments = pd.DatetimeIndex([row[2] for row in ROWS]).tz_localize(zone)
    times = pa.array(moments.tz_convert("UTC").tz_localize(None), pa.timestamp("ns"))
    times = times.cast(pa.timestamp(unit)).cast(pa.timestamp(unit, zone))
    data = parquet_bytes(pa.table(order_columns(**{"Order date": times})))
    orders = read_orders(data, name="orders.parquet")
    assert sorted(orders.table.to_pandas()["ordered_at"]) == sorted(
        pd.Timestamp(row[2]) for row in ROWS
    )


def test_a_parquet_file_without_columns_says_so():
    assert "has no columns" in refused(parquet_bytes(pa.table({})), "orders.parquet")


#: Columns of types that no engine has, or only some: of good files, as other tools write them.
UNUSUAL = {
    "no type": pa.nulls(len(ROWS)),
    "lists of no type": pa.array([[None]] * len(ROWS)),
    "structures of no type": pa.array([{"a": [{"b": None}]}] * len(ROWS)),
    "half numbers": pa.array([1.5] * len(ROWS), pa.float16()),
    "numbers of 50 digits": pa.array([Decimal("1.50")] * len(ROWS), pa.decimal256(50, 2)),
    "lists of numbers of 50 digits": pa.array(
        [[Decimal("1.50")]] * len(ROWS), pa.list_(pa.decimal256(50, 2))
    ),
    "four bytes": pa.array([b"abcd"] * len(ROWS), pa.binary(4)),
    "bytes in views": pa.array([b"a"] * len(ROWS), pa.binary_view()),
    "pairs": pa.array([[1, 2]] * len(ROWS), pa.list_(pa.float16(), 2)),
    "maps": pa.array([[("a", None)]] * len(ROWS), pa.map_(pa.string(), pa.null())),
    "UUIDs": pa.array([UUID(int=7).bytes] * len(ROWS), pa.uuid()),
    "JSON": pa.array(["{}"] * len(ROWS), pa.json_()),
    # As pandas writes spans by default.
    "spans in nanoseconds": pa.array([86_400_000_000_001] * len(ROWS), pa.duration("ns")),
    "lists of spans": pa.array([[1]] * len(ROWS), pa.list_(pa.duration("ns"))),
}


@pytest.mark.parametrize("kind", UNUSUAL)
def test_a_parquet_column_of_an_unusual_type_is_read_beside_the_others(kind):
    data = parquet_bytes(pa.table(order_columns(Notes=UNUSUAL[kind])))
    orders = read_orders(data, name="orders.parquet")
    assert orders.report.rows_read == orders.report.rows_kept == len(ROWS)
    sheet = open_sheet(data, "orders.parquet")
    for role in ("customer_id", "revenue", "status", "product"):
        mapping = detect_columns(sheet).with_columns(**{role: "Notes"})
        read_or_refused(lambda mapping=mapping: build_orders(sheet, mapping))


def test_three_decimals_of_a_number_of_50_digits_are_no_thousands():
    totals = pa.array([Decimal("12.345")] * len(ROWS), pa.decimal256(50, 3))
    orders = read_orders(parquet_bytes(pa.table(order_columns(Total=totals))), name="a.parquet")
    assert orders.table.revenue.sum().execute() == pytest.approx(12.345 * len(ROWS))


def test_customers_may_be_uuids():
    ids = [UUID(int=row) for row in range(len(ROWS))]
    columns = order_columns(Buyer=pa.array([identity.bytes for identity in ids], pa.uuid()))
    mapping = {"customer_id": "Buyer"}
    orders = read_orders(parquet_bytes(pa.table(columns)), name="a.parquet", columns=mapping)
    assert set(orders.table.customer_id.to_pandas()) == {str(identity) for identity in ids}


def test_a_parquet_schema_that_is_no_base64():
    data = parquet_bytes(pa.table(order_columns()))
    place = data.rindex(b"ARROW:schema") + 40
    assert "damaged Parquet" in refused(data[:place] + b"\xff" + data[place + 1 :], "o.parquet")


def test_a_parquet_column_whose_name_is_no_text():
    data = parquet_bytes(pa.table(order_columns(Note=pa.array(["x"] * len(ROWS)))))
    assert "damaged Parquet" in refused(data.replace(b"Note", b"No\xf3\xff"), "orders.parquet")


@pytest.mark.parametrize("rows", [6_000, 34_000_000])
def test_a_small_parquet_file_that_floods_the_memory(rows):
    """Either one long text that all rows repeat, or more rows than a small file can tell apart."""
    text = "x" * (300_000 if rows == 6_000 else 1)
    column = pa.DictionaryArray.from_arrays(pa.array(bytes(rows), pa.int8()), [text])
    data = parquet_bytes(pa.table(dict.fromkeys(("a", "b"), column)))
    assert len(data) < 300_000
    assert "unpacks to more than" in refused(data, "orders.parquet")


def edited(book: bytes, edit) -> bytes:
    """Return a workbook whose parts were each passed through `edit(name, content)`."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            new.writestr(member, edit(member, old.read(member)))
    return out.getvalue()


@pytest.mark.parametrize("reference", ["XFD1048576", "XFD20000", "Z4294967295"])
def test_a_cell_far_away_from_the_table(reference):
    book = edited(
        workbook({"Orders": [HEADER, *ROWS]}),
        lambda name, content: content.replace(b'r="B4"', f'r="{reference}"'.encode()),
    )
    assert "far away" in refused(book, "orders.xlsx")


def sharing(book: bytes, cell: bytes, text: bytes) -> bytes:
    """Return a workbook whose cells of one content refer to one text that all of them share."""
    parts = {
        "sheet1.xml": (
            b' t="inlineStr"><is><t>' + cell + b"</t></is></c>",
            b' t="s"><v>0</v></c>',
        ),
        "workbook.xml.rels": (
            b"</Relationships>",
            b'<Relationship Id="rId99" Target="sharedStrings.xml" Type="http://schemas.openxml'
            b'formats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>',
        ),
        "[Content_Types].xml": (
            b"</Types>",
            b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxml'
            b'formats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
        ),
    }
    book = edited(
        book, lambda name, content: content.replace(*parts.get(name.rsplit("/")[-1], (b"<", b"<")))
    )
    out = io.BytesIO(book)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as pack:
        main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        pack.writestr(
            "xl/sharedStrings.xml",
            b'<sst xmlns="' + main + b'"><si><t>' + text + b"</t></si></sst>",
        )
    return out.getvalue()


@pytest.mark.parametrize(("times", "letters"), [(1, 32_000), (2_500, 32_000)])
def test_a_text_that_all_cells_of_a_workbook_share(times, letters):
    """A hundred thousand cells of it would fill 3 GB; forty take a megabyte, and are read."""
    rows = [[*row[:3], "Mug", row[4]] for row in ROWS] * times
    book = sharing(workbook({"Orders": [HEADER, *rows]}), b"Mug", b"x" * letters)
    assert len(book) < 3_000_000
    orders = read_or_refused(lambda: read_orders(book, name="orders.xlsx"))
    if times == 1:
        assert orders.table.product.length().max().execute() == letters
    else:
        assert "takes too much memory" in orders


def overlapping_zip(entries: int) -> bytes:
    """Return a zip file whose directory names one packed file of 2 MB again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = csv_bytes(HEADER, ROWS) * (2_000_000 // len(csv_bytes(HEADER, ROWS)))
    packed = packer.compress(content) + packer.flush()
    sizes = struct.pack("<III", zlib.crc32(content), len(packed), len(content))
    name = b"orders0000.csv"
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes
    local += struct.pack("<HH", len(name), 0) + name + packed
    directory = b""
    for number in range(entries):
        name = b"orders%04d.csv" % number
        directory += b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
        directory += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<HHHHIIH", 0, 0, entries, entries, len(directory), len(local), 0)
    return local + directory + b"PK\x05\x06" + end


def test_entries_of_a_zip_file_that_overlap():
    data = overlapping_zip(2_000)
    assert len(data) < 300_000
    refused(data, "orders.zip")


@pytest.mark.parametrize(
    "cell",
    [
        "a@" * 50_000,
        "1," * 50_000,
        "1 " * 50_000 + "x",
        "." * 100_000,
        "-" * 100_000 + "1",
        "9" * 100_000,
        "2024-" * 20_000,
        "Jan " * 25_000,
        "((" * 50_000,
        "$ " * 50_000,
        "0" * 50_000 + "e" * 50_000,
        " " * 100_000 + "x",
    ],
    ids=lambda cell: repr(cell[:4]),
)
def test_a_long_cell_holds_nothing_up_in_whichever_column_it_stands(cell):
    rows = [list(row) for row in ROWS]
    for place in range(len(HEADER)):
        rows[place * 3][place] = cell
    read_or_refused(lambda: read_orders(csv_bytes(HEADER, rows), name="orders.csv"))


#: Each column of the simplest file plays several roles, and none that it is fit for.
UNFIT_ROLES = {
    "Order ID": "order_id customer_id payment_status quantity coupon refund state phone time "
    "full_name channel",
    "Email": "ordered_at subscription category status kind delivery_status refund_of first_name",
    "Order Date": "currency zip complaint region paid_at country",
    "Product": "email discount last_name cancelled_at abandoned city rating",
    "Total": "product revenue unit_price test_order adjusted consent",
}


def test_a_column_of_many_roles_beside_dates_of_many_forms_holds_nothing_up():
    """Statuses that nobody knows, and columns of several roles: it took 45 seconds."""
    rows = [[*row[:2], str(int(pd.Timestamp(row[2]).timestamp())), *row[3:]] for row in ROWS]
    rows[4:4] = [["Total"], ["Total"], rows[9]]
    sheet = open_sheet(csv_bytes(HEADER, rows), "orders.csv")
    columns = {role: name for name, roles in UNFIT_ROLES.items() for role in roles.split()}
    mapping = replace(
        detect_columns(sheet).with_columns(**columns),
        day_first=False,
        per_order=True,
        repeats="once",
    )
    assert "customer from 'Order ID'" in str(read_or_refused(lambda: build_orders(sheet, mapping)))


# --- wide files -----------------------------------------------------------------------------------


def wide(columns: int, rows: int) -> list[list[str]]:
    """Return the records of a file with many columns beside customer, date and amount."""
    others = range(columns - 3)
    header = ["customer", "date", "amount", *(f"meta {place}" for place in others)]
    return [header] + [
        [f"c{row % 9}", f"2024-01-{row % 28 + 1:02}", "5.00"]
        + [f"{row * columns + place}.25" for place in others]
        for row in range(rows)
    ]


def test_hundreds_of_columns_hold_nothing_up():
    """The engine planned one query over all of them: 800 took two minutes and all its memory."""
    header, *rows = wide(600, 40)
    orders = read_or_refused(lambda: read_orders(csv_bytes(header, rows), name="orders.csv"))
    assert orders.report.rows_kept == 40


def test_as_many_columns_as_a_file_may_have_keep_their_names_beside_the_reason(monkeypatch):
    monkeypatch.setattr("retention.sheets.raw_rows.MAX_COLUMNS", 20)
    header, *rows = wide(20, 3)
    rows[1][2] = "nothing"
    frame = pd.DataFrame(rows, columns=header)
    left_out = read_orders(frame).dropped_rows()
    assert left_out.columns.tolist() == ["line", "reason", *header]
    assert left_out["meta 7"].tolist() == [rows[1][10]]


def test_column_names_that_stand_thousands_of_times_hold_nothing_up():
    """Each was taken for the beginning of an export, and each export asked of each row."""
    block = csv_bytes(HEADER, ROWS[:2])
    orders = read_or_refused(lambda: read_orders(block * 5_000, name="orders.csv"))
    assert orders.report.rows_read == 10_000


def test_cells_of_a_web_page_that_span_thousands_of_others():
    page = web_page([HEADER, *ROWS])
    wide = page.replace(b"<td>", b'<td colspan="1000" rowspan="60000">')
    assert "3,000 columns" in refused(wide, "orders.xls")
    tall = page.replace(b"<td>", b'<td rowspan="9999999">')
    read_or_refused(lambda: read_orders(tall, name="orders.xls"))


@pytest.mark.parametrize(
    ("row", "cell", "words"),
    [(2, 16_000, "16,000 columns"), (1_000_000, 1, "far away"), (9_999_999, 1_900, "far away")],
)
def test_a_cell_of_an_excel_2003_file_far_away_from_the_table(row, cell, words):
    far = f'<Row ss:Index="{row}"><Cell ss:Index="{cell}"><Data>x</Data></Cell></Row></Table>'
    data = excel_xml([HEADER, *ROWS[:-1]]).replace(b"</Table>", far.encode())
    assert words in refused(data, "orders.xls")


def open_document(rows: str) -> bytes:
    """Return a workbook of LibreOffice with rows in its own form."""
    return ods_bytes(f"<table:table-row>{cells(*HEADER)}</table:table-row>{rows}")


def cells(*texts: str, times: int = 1) -> str:
    return "".join(
        f'<table:table-cell table:number-columns-repeated="{times}" office:value-type="string">'
        f"<text:p>{text}</text:p></table:table-cell>"
        for text in texts
    )


def test_cells_that_are_repeated_to_the_edge_of_a_sheet_are_refused_at_once():
    rows = "".join(
        f"<table:table-row>{cells(*row[:4])}{cells(row[4], times=99_999)}</table:table-row>"
        for row in ROWS
    )
    assert "16,384 columns" in refused(open_document(rows), "orders.ods")


def test_column_names_that_are_repeated_to_the_end_of_a_sheet():
    names = cells(*HEADER)
    repeated = f'<table:table-row table:number-rows-repeated="1048576">{names}</table:table-row>'
    assert "no rows below them" in refused(ods_bytes(repeated), "orders.ods")


def test_a_row_that_is_repeated_a_hundred_thousand_times_is_read():
    row = cells(*ROWS[0])
    repeated = f'<table:table-row table:number-rows-repeated="100000">{row}</table:table-row>'
    orders = read_or_refused(lambda: read_orders(open_document(repeated), name="orders.ods"))
    assert orders.report.rows_read == 100_000


@pytest.mark.parametrize("name", [b"orders\x00csv", b"orders\xff.csv"])
def test_a_broken_name_inside_a_zip_file(name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr("ordersX.csv" if b"." in name else "ordersXcsv", csv_bytes(HEADER, ROWS))
    data = bytearray(out.getvalue().replace(b"ordersX", name[:7]))
    # The flag that says "UTF-8", of the member and of its entry in the directory.
    data[7] |= 8
    data[data.rindex(b"PK\x01\x02") + 9] |= 8
    read_or_refused(lambda: read_orders(bytes(data), name="orders.zip"))


def test_header_cells_with_line_breaks():
    header = ["Order\nID", "Email\n", "Order date\r\n", "Product", "Total\t"]
    orders = read_orders(csv_bytes(header, ROWS), name="orders.csv")
    assert orders.report.rows_read == orders.report.rows_kept == len(ROWS)


@pytest.mark.parametrize("letter", ["n", "伀", "\u2000"])
def test_column_names_of_thousands_of_letters_are_quoted_in_part(letter):
    long = f"x{letter * 5_000}x"
    message = refused(csv_bytes([long] * 12, [["a"] * 12] * 9), "orders.csv")
    assert "…" in message
    orders = read_orders(csv_bytes([*HEADER, long], [[*row, "a"] for row in ROWS]))
    assert orders.report.rows_kept == len(ROWS)


def test_ragged_rows():
    rows = [
        row[: 1 + i % 5] if i % 4 == 0 else [*row, *"xyz"[: i % 4]] for i, row in enumerate(ROWS)
    ]
    read_or_refused(lambda: read_orders(csv_bytes(HEADER, rows), name="orders.csv"))


def test_a_quotation_mark_that_closes_many_rows_later_hides_no_rows():
    rows = [[*row[:3], "Mug", row[4]] for row in ROWS]
    lines = csv_bytes(HEADER, rows).decode().split("\r\n")
    lines[5] = lines[5].replace("Mug", '"Mug')
    lines[20] = lines[20].replace("Mug", 'Mug"')
    message = refused("\r\n".join(lines).encode(), "orders.csv")
    assert "row 6" in message
    assert "'Product'" in message
    assert "open for 15 lines" in message


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("column", range(len(HEADER)))
@pytest.mark.parametrize("rows", [[7], range(2, 30)], ids=["once", "often"])
def test_a_quotation_mark_that_closes_in_the_next_row_hides_no_row(column, rows, ends):
    lines = csv_bytes(HEADER, [[*row[:3], "Mug", row[4]] for row in ROWS]).decode().splitlines()
    for row in rows:
        for line in (row, row + 1) if len(rows) == 1 else (row,):
            cells = lines[line].split(",")
            lines[line] = ",".join([*cells[:column], f'"{cells[column]}', *cells[column + 1 :]])
    message = refused(ends.join(lines).encode(), "orders.csv")
    assert f"row {rows[0] + 1} a quotation mark opens in column {HEADER[column]!r}" in message
    assert "open for 1 line below" in message


def test_a_stray_mark_is_seen_below_thousands_of_texts_of_several_lines(monkeypatch):
    monkeypatch.setattr("retention.sheets.swallowed_rows._MOST_ROWS", 10)
    rows = [[*row[:3], "1 Main Street\nCork\nIreland", row[4]] for row in ROWS]
    for row in rows[30:32]:
        row[3] = "Mug"
    lines = csv_bytes(HEADER, rows).decode().split("\r\n")
    lines[31:33] = [line.replace(",", ',"', 1) for line in lines[31:33]]
    message = refused("\r\n".join(lines).encode(), "orders.csv")
    assert "row 32 " in message


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("opens", [5, len(ROWS) - 1])
def test_a_quotation_mark_that_never_closes_hides_no_rows(opens, ends):
    rows = [[*row[:3], "Mug", row[4]] for row in ROWS]
    lines = csv_bytes(HEADER, rows).decode().splitlines()
    lines[opens] = lines[opens].replace("Mug", '"Mug')
    message = refused((ends.join(lines) + ends).encode(), "orders.csv")
    assert f"row {opens + 1} " in message
    below = len(ROWS) - opens
    assert f"open for {below} {'line' if below == 1 else 'lines'} below" in message


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("closes", [6, 20, None])
@pytest.mark.parametrize("before", ["", ",x", ",x,y", "," * 40])
def test_a_quotation_mark_beyond_the_last_column_hides_no_rows(before, closes, ends):
    lines = csv_bytes(HEADER, ROWS).decode().splitlines()
    lines[5] += f'{before},"x, y'
    if closes is not None:
        lines[closes] += '"'
    message = refused((ends.join(lines) + ends).encode(), "orders.csv")
    assert "row 6 a quotation mark opens in a further column" in message


@pytest.mark.parametrize("before", ["", ",x", ",x,y"])
def test_texts_of_several_lines_beyond_the_last_column_are_no_hidden_rows(before):
    lines = csv_bytes(HEADER, ROWS).decode().splitlines()
    lines[5] += f'{before},"1 Main Street\nCork\nIreland"'
    orders = read_orders("\n".join(lines).encode(), name="orders.csv")
    assert orders.report.rows_read == len(ROWS)


def test_a_quotation_mark_that_opens_in_the_last_row_hides_no_row():
    lines = csv_bytes(HEADER, [[*row[:3], "Mug", row[4]] for row in ROWS]).decode()
    before, _, last = lines.rpartition("Mug")
    orders = read_orders(f'{before}"Mug{last}'.encode(), name="orders.csv")
    assert_nothing_vanished(orders)
    assert orders.report.rows_read == len(ROWS)


def test_texts_of_several_lines_are_no_hidden_rows():
    rows = [
        [*row[:3], "1, Main Street, 2, b, c\nCork, 12.50, 3, 4, 5\nx\ny", row[4]] for row in ROWS
    ]
    orders = read_orders(csv_bytes(HEADER, rows), name="orders.csv")
    assert orders.report.rows_read == orders.report.rows_kept == len(ROWS)


@pytest.mark.parametrize("role", ["ordered_at", "revenue", "customer_id", "order_id", "status"])
def test_a_column_without_a_cell_may_be_chosen(role):
    data = parquet_bytes(pa.table(order_columns(Empty=pa.nulls(len(ROWS), pa.string()))))
    sheet = open_sheet(data, "orders.parquet")
    mapping = detect_columns(sheet).with_columns(**{role: "Empty"})
    read_or_refused(lambda: build_orders(sheet, mapping))


def test_a_status_that_nothing_is_read_from_beside_a_delivery():
    rows = [[*row, "", "delivered"] for row in ROWS]
    sheet = open_sheet(csv_bytes([*HEADER, "Note", "Delivery"], rows), "orders.csv")
    mapping = detect_columns(sheet).with_columns(status="Note", delivery_status="Delivery")
    orders = read_or_refused(lambda: build_orders(sheet, mapping))
    assert orders.report.rows_kept == len(ROWS)
