"""Every bad file gives a message that says what was found and what to do, or a working result with
a note."""

import gzip
import io
import random
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings, strategies as st

from retention import DataError, build_orders, detect_columns, open_sheet, read_orders
from tests.support.order_files import (
    KEPT,
    assert_nothing_vanished,
    assert_same_orders,
    csv_bytes,
    csv_text,
    expected_orders,
    plain_table,
    read_rows,
    rows_dropped,
)

HEADER, ROWS = plain_table()
GOOD = csv_bytes(HEADER, ROWS)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(random.Random(1).randbytes(4000))
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(random.Random(2).randbytes(4000))


def refused(data: bytes, name: str = "orders.csv") -> str:
    """The message with which the file is refused; long enough to say what to do, and free of engine
    noise."""
    with pytest.raises(DataError) as error:
        read_orders(data, name=name)
    message = str(error.value)
    assert len(message) > 30, message
    assert not any(
        word in message for word in ("Traceback", "duckdb", "SELECT", "read_csv", "0x")
    ), message
    return message.casefold()


# --- no table at all ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [b"", b"\xef\xbb\xbf", b"\n\n\n", b"   \r\n \r\n", gzip.compress(b"")],
    # Names of their own: a gzip file carries the second of its making, and every worker must see
    # the same test.
    ids=["nothing", "byte order mark", "line ends", "blanks", "gzip of nothing"],
)
def test_empty_file(data):
    message = refused(data)
    assert "empty" in message or "no rows" in message or "nothing" in message


@pytest.mark.parametrize(
    "data", [b"Email\na@example.com\nb@example.com\n", b"hello\n", b"just one line of text"]
)
def test_one_column(data):
    message = refused(data)
    assert "column" in message or "row" in message


def test_header_only():
    message = refused(csv_bytes(HEADER, []))
    assert "row" in message or "order" in message


@pytest.mark.parametrize("seed", range(5))
def test_binary_junk(seed):
    refused(random.Random(seed).randbytes(20_000))


@pytest.mark.parametrize("data", [bytes(5000), b"\x00" * 10 + GOOD[:50]])
def test_zero_bytes(data):
    refused(data)


@pytest.mark.parametrize(
    "data", [PNG, JPEG, b"GIF89a" + bytes(2000), b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" + PNG]
)
@pytest.mark.parametrize(
    "name", ["orders.csv", "orders.xlsx", "orders.parquet", "orders.csv.gz", "orders.zip"]
)
def test_renamed_image_or_document(data, name):
    refused(data, name)


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><body>Please log in</body></html>",
        "<html>\n<table>\n</table>\n</html>",
    ],
)
def test_login_page_saved_as_csv(page):
    refused(page.encode())


def test_json_saved_as_csv():
    refused(b'{"orders": [{"id": 1, "email": "a@example.com", "total": "10.00"}]}\n')


@pytest.mark.parametrize(
    "magic", [b"PAR1", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_right_beginning_and_nothing_behind(magic):
    refused(magic + b"\x00" * 100, "orders")


# --- damaged and dangerous containers -------------------------------------------------------------


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.95])
def test_truncated_gzip(keep):
    rows = [
        [str(i), f"c{i * 7919 % 1000}@example.com", "2024-03-15", f"P{i * 31}", f"{i % 97}.50"]
        for i in range(5000)
    ]
    data = gzip.compress(csv_bytes(HEADER, rows))
    message = refused(data[: int(len(data) * keep)], "orders.csv.gz")
    assert any(
        word in message
        for word in ("damaged", "incomplete", "truncated", "cut", "broken", "corrupt")
    )


def test_truncated_zip_and_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", GOOD * 20)
    refused(out.getvalue()[: len(out.getvalue()) // 2], "orders.zip")
    refused(out.getvalue()[: len(out.getvalue()) // 2], "orders.xlsx")


def test_wrong_checksum():
    data = bytearray(gzip.compress(GOOD))
    data[-6] ^= 0xFF
    refused(bytes(data), "orders.csv.gz")


def test_encrypted_zip_asks_for_one_without_password():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("orders.csv", GOOD)
    data = bytearray(out.getvalue())
    data[6] |= 1  # the "encrypted" flag of the member, and of its entry in the directory
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    message = refused(bytes(data), "orders.zip")
    assert "password" in message or "encrypted" in message


def _flood(size: int) -> tuple[bytes, int]:
    """A raw deflate stream that unpacks to at least `size` bytes of rows, made without ever holding
    them."""
    rows = b"1,a@example.com,2024-03-15,Mug,10.00\r\n" * 100_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH)
    times = size // len(rows) + 1
    return block * times + zlib.compressobj(9, zlib.DEFLATED, -15).flush(), times * len(rows)


@pytest.mark.parametrize("honest", [True, False])
def test_zip_bomb_is_stopped(honest):
    """400 MB of rows in a file of one MB; the directory may claim to hold only a little."""
    packed, size = _flood(400 << 20)
    claimed = min(size, 0xFFFFFFFE) if honest else 1000
    name = b"orders.csv"
    sizes = struct.pack("<III", 0, len(packed), claimed)
    local = (
        b"PK\x03\x04"
        + struct.pack("<HHHHH", 20, 0, 8, 0, 0)
        + sizes
        + struct.pack("<HH", len(name), 0)
        + name
    )
    entry = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
    entry += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack(
        "<HHHHIIH", 0, 0, 1, 1, len(entry), len(local) + len(packed), 0
    )
    refused(local + packed + entry + end, "orders.zip")


def test_gzip_bomb_is_stopped():
    packed, size = _flood(400 << 20)
    data = (
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
        + packed
        + struct.pack("<II", 0, size & 0xFFFFFFFF)
    )
    message = refused(data, "orders.csv.gz")
    assert "large" in message or "big" in message or "gb" in message or "mb" in message


def test_gzip_within_gzip_is_not_followed_for_ever():
    data = GOOD
    for _ in range(50):
        data = gzip.compress(data)
    refused(data, "orders.csv.gz")


# --- a table, but not of orders -------------------------------------------------------------------


def test_all_rows_dropped_names_the_reasons():
    header = (*HEADER, "Status")
    message = refused(csv_bytes(header, [[*row, "cancelled"] for row in ROWS]))
    assert "cancel" in message
    assert str(len(ROWS)) in message


def test_table_without_dates():
    message = refused(
        csv_bytes(("Email", "City", "Total"), [(row[1], "Rome", row[4]) for row in ROWS])
    )
    assert "date" in message


@pytest.mark.parametrize("cell", ["", "n/a", "paid"])
def test_amounts_that_cannot_be_read_are_not_taken_for_none(cell):
    file = csv_bytes(("Email", "Order date", "Total"), [(row[1], row[2], cell) for row in ROWS])
    assert "'total'" in refused(file)
    orders = read_orders(file, {"revenue": None}, name="orders.csv")
    assert not orders.has_amounts


def test_list_of_customers_is_not_a_list_of_orders():
    rows = [(f"c{i}@example.com", "Ann", "Lee", "Boston", "yes") for i in range(30)]
    refused(csv_bytes(("Email", "First name", "Last name", "City", "Accepts marketing"), rows))


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


def test_duplicate_column_names():
    header = [*HEADER, "Total", "Email", "email", ""]
    rows = [[*row, "", "", "", ""] for row in ROWS]
    assert_same_orders(
        read_orders(csv_bytes(header, rows), name="orders.csv"), expected_orders(KEPT)
    )


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


def test_very_long_cells_and_many_quotes():
    rows = [[*row[:3], 'He said "hello"; ' * 2000, row[4]] for row in ROWS]
    assert_same_orders(
        read_orders(csv_bytes(HEADER, rows), name="orders.csv"), expected_orders(KEPT)
    )


def test_dates_of_the_year_9999_and_1900_and_money_that_is_no_number_are_reported_apart():
    rows = [list(row) for row in ROWS]
    rows[0][2], rows[1][2], rows[2][4], rows[3][4] = "9999-12-31", "1900-01-01", "NaN", "Infinity"
    orders = read_rows(HEADER, *rows)
    assert_same_orders(orders, expected_orders(KEPT[4:]))
    assert rows_dropped(orders, "date") == 2
    assert sum(orders.report.dropped.values()) == 4
    assert_nothing_vanished(orders)


# --- anything -------------------------------------------------------------------------------------


def holds_together(data: bytes, name: str = "orders.csv") -> None:
    """Orders that account for every row, or a DataError; no other exception."""
    try:
        orders = read_orders(data, name=name)
    except DataError:
        return
    assert_nothing_vanished(orders)
    table = orders.table.to_pandas()
    assert len(table) > 0
    assert table["revenue"].between(0, float("inf"), inclusive="left").all()
    assert table[["order_id", "customer_id", "ordered_at"]].notna().all().all()
    assert not table.duplicated(["order_id", "customer_id"]).any()


@settings(max_examples=8)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_never_a_crash(data):
    damaged = bytearray(GOOD[:1500])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        piece = data.draw(
            st.sampled_from(
                [
                    b'"',
                    b"\x00",
                    b"\xff",
                    b",",
                    b"\n",
                    b"\r",
                    b";",
                    b"-",
                    b"",
                    b"\xe0\xb8",
                    b"9" * 30,
                ]
            )
        )
        damaged[at : at + data.draw(st.integers(0, 5))] = piece
    holds_together(bytes(damaged))


CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "-5",
            "NaN",
            "=1+1",
            "2024-03-05",
            "31/12/2024",
            "9999-01-01",
            "a@b.co",
            "$1,2",
            "#N/A",
        ]
    ),
    st.text(max_size=12),
    st.floats().map(str),
)


@settings(max_examples=10)
@given(st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=8))
def test_any_cells_under_the_right_names_are_read_or_refused(rows):
    text = csv_text(("Order ID", "Email", "Order date", "Total"), rows)
    holds_together(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=20)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    holds_together(text.encode("utf-8", "surrogatepass"))
