"""Good order files, and the ways in which a file goes bad: cells, columns, text, bytes, containers.

Every mutation takes a seeded generator, so that a seed names a file.
"""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from xml.sax.saxutils import escape

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlwt
from openpyxl import Workbook

from tests.support.messy_store import messy_store
from tests.support.order_files import STORE, csv_text, plain_table

#: What stands in cells of real files and should not, or not there.
CELLS = (
    *("", " ", "0", "-0", "-5", "−5", "(5.00)", "5-", "1e308", "1e15", "-1e300", "9" * 40, "0x1F"),
    *("inf", "-inf", "Infinity", "nan", "NaN", "NULL", "#N/A", "#REF!", "None", "true", "NaT"),
    *("1.234", "1,234", "1.234,56", "1,2,3", "1..2", ".", ",", "-", "$", "฿ 1,240.00", "50 %"),
    *("2025-02-30", "2025-13-01", "0000-00-00", "9999-12-31", "31/12/2024", "12/31/24", "01.02.03"),
    *("2024-01-01T25:61:61", "2024-03-10 02:30:00+99:99", "12 มี.ค. 2567", "Jan 99 99", "24-Feb-29"),
    *("45000", "45000.5", "1e300", "99999999999", "1700000000", "9" * 18, "20240229", "20241399"),
    *("-1700000000", "1700000000000", "99999", "12345.678", "infinity", "epoch", "today"),
    *(
        "a@b.co",
        "@",
        "A@B.CO ",
        "0812****12",
        "+66 81 234 5678",
        "Guest",
        "ลูกค้า",
        "😀",
        "\u202eevil",
    ),
    *("\x00", "\x1a", "\x07", "\ufeff", "\u2028", "a\nb", "a\r\nb", 'say "hi"', '"', "'", ";", "|"),
    *(
        "=1+1",
        "<b>",
        "'; DROP TABLE raw;--",
        "{0} %s",
        "\\",
        "x" * 3000,
        "paid",
        "refunded",
        "\ud800",
    ),
)
HEADERS = (
    *("", " ", "Total", "Total", "Email", "Order date", "Date", "Amount", "customer_id", "Status"),
    *("c0", "extra", "row", "line", "reason", "rowid", "Refund", "Discount", "Quantity", "Price"),
    *(
        "Order\nID",
        "a\r\nb",
        '"',
        "Total (THB)",
        "Currency",
        "Phone",
        "\x00",
        "2024-01-01",
        "12.50",
    ),
    *(
        "Coupon",
        "Channel",
        "Product",
        "Time",
        "x" * 500,
        "'; DROP TABLE raw;--",
        "ยอดรวม",
        "Cancelled at",
    ),
)
PIECES = (
    *(
        b'"',
        b"'",
        b"\x00",
        b"\xff",
        b",",
        b"\n",
        b"\r",
        b"\r\n",
        b";",
        b"\t",
        b"-",
        b"",
        b"\xe0\xb8",
    ),
    *(
        b"9" * 30,
        b'""',
        b'","',
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x1a",
        b"<table>",
        b"PK\x03\x04",
        b"inf",
    ),
)
#: The most columns of an old workbook.
_XLS_COLUMNS = 256
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
_ODS_CONTENT = (
    f'<office:document-content xmlns:office="{_ODS_NAMES}:office:1.0" '
    f'xmlns:table="{_ODS_NAMES}:table:1.0" xmlns:text="{_ODS_NAMES}:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="Orders">{rows}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)
_ODS_MANIFEST = (
    f'<manifest:manifest xmlns:manifest="{_ODS_NAMES}:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
#: A list of texts whose places are counted in 64 bits.
_LARGE_LIST = pa.large_list(pa.string())
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp874", "latin-1")

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """An order file's cells.

    Attributes:
        header: The column names.
        rows: The rows below them.
    """

    header: list[str]
    rows: Rows

    def copy(self) -> "Table":
        """Return a table whose cells can be changed."""
        return Table(list(self.header), [list(row) for row in self.rows])

    @property
    def records(self) -> Rows:
        """The rows, the column names above them."""
        return [self.header, *self.rows]


def plain() -> Table:
    """Return the simplest order file."""
    return Table(*plain_table())


def detailed() -> Table:
    """Return a row an item, with a status, a currency, refunds and what else files have."""
    header = [
        *("Order ID", "Email", "Phone", "Order date", "Status", "Product", "Category", "Quantity"),
        *("Unit price", "Total", "Discount", "Refunded", "Currency", "Coupon", "Country"),
    ]
    rows = [
        [
            *(str(sale.number), sale.person.email, f"+4930{sale.person.user_id:07}"),
            *(f"{sale.placed:%d/%m/%Y %H:%M}", sale.state, item.product, item.category),
            *(str(item.quantity), f"{item.price / 100:.2f}"),
            *(f"{sale.total / 100:.2f}", f"{sale.discount / 100:.2f}"),
            *(f"{sale.refunded / 100:.2f}", "EUR", sale.coupon, sale.person.country),
        ]
        for sale in STORE
        for item in sale.items
    ]
    return Table(header, rows)


def messy() -> Table:
    """Return orders of the messy store, their days as numbers of a spreadsheet."""
    orders = messy_store().table.limit(60).to_pandas()
    days = (pd.to_datetime(orders["ordered_at"]) - pd.Timestamp("1899-12-30")).dt
    serial = days.days + days.seconds / 86_400
    cells = zip(orders["customer_id"], serial.round(4), orders["revenue"].round(2), strict=True)
    return Table(["Customer", "Date", "Amount"], [[str(cell) for cell in row] for row in cells])


def unix_times() -> Table:
    """Return the simplest file with the seconds since 1970 as its dates."""
    table = plain()
    for row in table.rows:
        row[2] = str(int(pd.Timestamp(row[2]).timestamp()))
    return table


# --- cells and columns ----------------------------------------------------------------------------


def cells(rng: random.Random, table: Table) -> None:
    """Put strange cells anywhere."""
    for _ in range(rng.randint(1, 12)):
        row = rng.choice(table.rows)
        row[rng.randrange(len(row))] = rng.choice(CELLS)


def column(rng: random.Random, table: Table) -> None:
    """Fill most of a column with strange cells, of one kind or of several."""
    place = rng.randrange(len(table.header))
    kinds = rng.sample(CELLS, rng.choice((1, 1, 2, 5)))
    share = rng.choice((0.3, 0.7, 1.0))
    for row in table.rows:
        if place < len(row) and rng.random() < share:
            row[place] = rng.choice(kinds)


def header(rng: random.Random, table: Table) -> None:
    """Rename columns."""
    for _ in range(rng.randint(1, 4)):
        table.header[rng.randrange(len(table.header))] = rng.choice(HEADERS)


def columns(rng: random.Random, table: Table) -> None:
    """Drop, double or move columns."""
    order = list(range(len(table.header)))
    rng.shuffle(order)
    order = order[: rng.randint(1, len(order))] + rng.choices(order, k=rng.randint(0, 3))
    for row in table.records:
        row[:] = [row[place] if place < len(row) else "" for place in order]


def ragged(rng: random.Random, table: Table) -> None:
    """Cut some rows short and make others longer."""
    for _ in range(rng.randint(1, 15)):
        row = rng.choice(table.rows)
        if rng.random() < 0.5 and len(row) > 1:
            del row[rng.randrange(1, len(row)) :]
        else:
            row += rng.choices(CELLS, k=rng.choice((1, 2, 40)))


def rows(rng: random.Random, table: Table) -> None:
    """Repeat, blank or add rows: totals, titles, the column names once more."""
    extra = (
        *(["Total"], [""] * len(table.header), table.header, rng.choice(table.rows)),
        *(["Printed on", "2026-03-02"], ["x"] * 60, rng.choices(CELLS, k=len(table.header))),
    )
    for _ in range(rng.randint(1, 8)):
        table.rows.insert(rng.randrange(len(table.rows) + 1), list(rng.choice(extra)))
    if rng.random() < 0.2:
        table.rows[:] = table.rows[: rng.randint(1, 3)]
    if rng.random() < 0.2:
        table.rows.extend([list(row) for row in table.rows])


TABLES = (plain, detailed, messy, unix_times)
TABLE_MUTATIONS = (cells, column, header, columns, ragged, rows)

# --- containers -----------------------------------------------------------------------------------


def as_text(rng: random.Random, table: Table) -> bytes:
    """Return delimited text in some encoding, broken now and then."""
    delimiter = rng.choice((",", ",", ",", ";", "\t", "|"))
    ends = rng.choice(("\r\n", "\n", "\r", "\n\r"))
    text = csv_text(table.header, table.rows, delimiter, lineterminator=ends)
    if rng.random() < 0.2:
        text = text.replace('"', "")
    data = text.encode(rng.choice(ENCODINGS), "ignore")
    return data if rng.random() < 0.4 else damage(rng, data)


def as_zip(rng: random.Random, table: Table) -> bytes:
    """Return a zip file of one or several texts, or a gzip file."""
    if rng.random() < 0.4:
        data = gzip.compress(as_text(rng, table))
    else:
        out = io.BytesIO()
        with zipfile.ZipFile(
            out, "w", rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
        ) as pack:
            for number in range(rng.randint(1, 3)):
                pack.writestr(f"ค{number}.csv", as_text(rng, table))
        data = out.getvalue()
    return data if rng.random() < 0.4 else damage(rng, data)


def _typed(cell: str) -> object:
    """Return a cell as a spreadsheet would hold it."""
    try:
        return float(cell)
    except ValueError:
        pass
    try:
        return pd.Timestamp(cell).to_pydatetime().replace(tzinfo=None) if "-" in cell else cell
    except (ValueError, OverflowError):
        return cell


def _printable(cell: str) -> str:
    return "".join(letter for letter in cell if letter >= " " and not "\ud800" <= letter < "\ue000")


def as_xlsx(rng: random.Random, table: Table) -> bytes:
    """Return a workbook, its parts packed anew where they are damaged."""
    book = Workbook()
    sheet = book.active
    for row in table.records:
        values = [_typed(_printable(cell)) for cell in row]
        sheet.append(
            [value if value == value and abs_is_finite(value) else str(value) for value in values]
        )
    if rng.random() < 0.3:
        sheet.merge_cells("A2:A6")
    if rng.random() < 0.3:
        book.copy_worksheet(sheet)
    out = io.BytesIO()
    book.save(out)
    return _damaged_pack(rng, out.getvalue())


def abs_is_finite(value: object) -> bool:
    """Return whether a value is no infinite number."""
    return not isinstance(value, float) or abs(value) < 1e308


def as_xls(rng: random.Random, table: Table) -> bytes:
    """Return an old workbook, its bytes damaged now and then."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Orders")
    for row, record in enumerate(table.records):
        for place, cell in enumerate(record[:_XLS_COLUMNS]):
            value = _typed(_printable(cell))
            sheet.write(row, place, value if abs_is_finite(value) else str(value))
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()
    draw = rng.random()
    if draw < 0.2:
        return data
    return damage(rng, data) if draw < 0.3 else _overwritten(rng, data)


def _overwritten(rng: random.Random, data: bytes) -> bytes:
    """Overwrite bytes and numbers of records; none moves, so that the container stays whole."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 5)):
        start = rng.randrange(rng.choice((0, 512, 512, 512)), len(changed) - 4)
        numbers = (rng.randrange(1 << 32), 0, 0xFFFFFFFF, 0x7FFFFFFF, 1 << 16, rng.randrange(256))
        number, length = rng.choice(numbers), rng.choice((1, 2, 4))
        changed[start : start + length] = number.to_bytes(4, "little")[:length]
    return bytes(changed)


def as_ods(rng: random.Random, table: Table) -> bytes:
    """Return a workbook of LibreOffice, its parts packed anew where they are damaged."""
    rows = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, record))}</table:table-row>"
        for record in table.records
    )
    return _damaged_pack(rng, ods_bytes(rows))


def ods_bytes(rows: str) -> bytes:
    """Return a workbook of LibreOffice that holds rows in its own form."""
    content = f'<?xml version="1.0" encoding="UTF-8"?>{_ODS_CONTENT.format(rows=rows)}'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr("mimetype", _ODS)
        pack.writestr("content.xml", content)
        pack.writestr("META-INF/manifest.xml", _ODS_MANIFEST)
    return out.getvalue()


def _ods_cell(cell: str) -> str:
    value = _typed(_printable(cell))
    text = f"<text:p>{escape(str(value))}</text:p>"
    if isinstance(value, datetime):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, float):
        kind = f'office:value-type="float" office:value="{value}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}>{text}</table:table-cell>"


def _damaged_pack(rng: random.Random, data: bytes) -> bytes:
    """Leave a workbook of XML parts whole, or damage its bytes or one of its parts."""
    draw = rng.random()
    if draw < 0.25:
        return data
    return damage(rng, data) if draw < 0.5 else _repacked(rng, data)


def _repacked(rng: random.Random, data: bytes) -> bytes:
    """Damage the parts of a workbook and pack them with right checksums."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        members = old.namelist()
        chosen = rng.choice(members)
        for member in members:
            content = old.read(member)
            if member == chosen:
                if rng.random() < 0.15:
                    continue
                content = _edited(rng, content) if rng.random() < 0.6 else damage(rng, content)
            new.writestr(member, content)
    return out.getvalue()


def _edited(rng: random.Random, content: bytes) -> bytes:
    """Write another reference, type or number into the XML of a workbook."""
    pairs = (
        (b'r="A3"', b'r="XFD1048576"'),
        (b'r="B2"', b'r="ZZZZ4294967295"'),
        (b't="n"', b't="s"'),
        (b't="s"', b't="e"'),
        (b't="s"', b't="d"'),
        (b"<v>1", b"<v>99999999999"),
        (b"<v>", b"<v>-"),
        (b"<v>4", b"<v>1e400"),
        (b"</row>", b""),
        (b"<c ", b"<x "),
        (b'count="', b'count="9999999999'),
        (b"Sheet", b"<>"),
        (b"utf-8", b"utf-16"),
        (b"A1:", b"A0:"),
        (b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="99999" '),
        (b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048576">'),
        (b'value-type="float"', b'value-type="date"'),
        (b'value-type="string"', b'value-type="time"'),
        (b"</table:table-row>", b""),
    )
    old, new = rng.choice(pairs)
    return content.replace(old, new, rng.choice((1, 3, -1)))


def as_parquet(rng: random.Random, table: Table) -> bytes:
    """Return a Parquet file with columns of several types."""
    arrays, names = [], []
    for place, name in enumerate(table.header):
        texts = [row[place] if place < len(row) else None for row in table.rows]
        texts = [
            None if text is None else text.encode("utf-8", "ignore").decode() for text in texts
        ]
        arrays.append(_array(rng, texts))
        names.append(name.encode("utf-8", "ignore").decode())
    out = io.BytesIO()
    pq.write_table(
        pa.table(arrays, names=names),
        out,
        use_deprecated_int96_timestamps=rng.random() < 0.2,
        compression=rng.choice(("snappy", "gzip", "zstd", "none")),
        use_dictionary=rng.random() < 0.5,
        row_group_size=rng.choice((7, 1000)),
    )
    data = out.getvalue()
    return data if rng.random() < 0.5 else damage(rng, data)


def _array(rng: random.Random, texts: list[str | None]) -> pa.Array:
    """Return a column's texts in a type that holds what most of them say."""
    numbers = pd.to_numeric(pd.Series(texts), errors="coerce")
    moments = pd.to_datetime(pd.Series(texts), errors="coerce", format="mixed", utc=True)
    if rng.random() < 0.15:
        return _unusual(rng, texts)
    if numbers.notna().mean() > 0.5:
        return _numbers(rng, texts, numbers)
    if moments.notna().mean() > 0.5:
        return _moments(rng, texts, moments)
    if rng.random() < 0.2:
        return pa.array(texts, pa.string()).dictionary_encode()
    return pa.array(texts, rng.choice((pa.string(), pa.large_string(), pa.binary())))


def _numbers(rng: random.Random, texts: list[str | None], numbers: pd.Series) -> pa.Array:
    """Return numbers as floats, integers, decimals, texts or bytes."""
    floats = pa.array(numbers.astype("float64"), from_pandas=True)
    kinds = (
        *(pa.float64(), pa.float32(), pa.float16(), pa.string(), pa.binary()),
        *(pa.int64(), pa.int32(), pa.int16(), pa.int8(), pa.uint64(), pa.uint8()),
        *(pa.decimal128(38, 4), pa.decimal256(60, 6), pa.dictionary(pa.int8(), pa.float64())),
    )
    kind = rng.choice(kinds)
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return pa.array(texts, kind)
    if pa.types.is_dictionary(kind):
        return floats.dictionary_encode()
    if pa.types.is_decimal(kind):
        near = numbers.where(numbers.abs() < 1e15).round(4)
        return pa.array([None if pd.isna(cell) else Decimal(str(cell)) for cell in near], kind)
    return floats.cast(kind, safe=False)


def _moments(rng: random.Random, texts: list[str | None], moments: pd.Series) -> pa.Array:
    """Return moments in some unit and zone, or as days, hours, spans or texts."""
    zone = rng.choice((None, "UTC", "Asia/Bangkok", "+07:00", "-03:30", "Nowhere/Land"))
    unit = rng.choice(("s", "ms", "us", "ns"))
    kinds = (
        *(pa.timestamp(unit, zone), pa.timestamp(unit, zone), pa.date32(), pa.date64()),
        *(pa.string(), pa.time64("us"), pa.duration(unit)),
    )
    kind = rng.choice(kinds)
    if pa.types.is_string(kind):
        return pa.array(texts, kind)
    naive = pa.array(moments.dt.tz_localize(None), pa.timestamp("us"), from_pandas=True)
    if pa.types.is_duration(kind):
        return naive.cast(pa.int64()).cast(kind)
    return naive.cast(kind, safe=False)


def _unusual(rng: random.Random, texts: list[str | None]) -> pa.Array:
    """Return texts in a type that few writers use and that no order file needs."""
    count = len(texts)
    filled = [None if text is None else text or "0" for text in texts]
    documents = [None if text is None else json.dumps(text) for text in texts]
    storage = pa.array([bytes([row % 256]) * 16 for row in range(count)], pa.binary(16))
    makers: tuple[Callable[[], pa.Array], ...] = (
        lambda: pa.nulls(count),
        lambda: pa.array([None] * count, pa.string()),
        lambda: pa.array([None if text is None else bool(text) for text in texts]),
        lambda: storage,
        lambda: pa.ExtensionArray.from_storage(pa.uuid(), storage),
        lambda: pa.ExtensionArray.from_storage(pa.json_(), pa.array(documents, pa.string())),
        lambda: pa.array(texts, pa.string_view()),
        lambda: pa.array(texts, pa.binary_view()),
        lambda: pa.array(filled, pa.large_binary()),
        lambda: pa.array([None if text is None else [text] for text in texts]),
        lambda: pa.array([None if text is None else [text] for text in texts], _LARGE_LIST),
        lambda: pa.array([[text, text] for text in texts], pa.list_(pa.string(), 2)),
        lambda: pa.array([{"a": text} for text in texts]),
        lambda: pa.array([{"a": [text], "b": {"c": text}} for text in texts]),
        lambda: pa.array([[("a", text)] for text in texts], pa.map_(pa.string(), pa.string())),
        lambda: pa.array([None] * count, pa.string()).dictionary_encode(),
    )
    return rng.choice(makers)()


CONTAINERS: dict[str, Callable[[random.Random, Table], bytes]] = {
    "csv": as_text,
    "zip": as_zip,
    "xlsx": as_xlsx,
    "xls": as_xls,
    "ods": as_ods,
    "parquet": as_parquet,
}

# --- bytes ----------------------------------------------------------------------------------------


def damage(rng: random.Random, data: bytes) -> bytes:
    """Cut, fill, double or overwrite bytes."""
    damaged = bytearray(data)
    for _ in range(rng.randint(1, 10)):
        if not damaged:
            break
        start = rng.randrange(len(damaged))
        length = rng.choice((0, 0, 1, 2, 5, 100))
        draw = rng.random()
        if draw < 0.5:
            damaged[start : start + length] = rng.choice(PIECES)
        elif draw < 0.7:
            damaged[start] ^= 1 << rng.randrange(8)
        elif draw < 0.8:
            damaged[start : start + 4] = rng.randbytes(4)
        elif draw < 0.9:
            damaged[start:start] = damaged[start : start + 300]
        elif draw < 0.95:
            del damaged[start : start + rng.choice((10, 1000))]
        else:
            del damaged[-rng.randint(1, max(len(damaged) // 4, 1)) :]
    return bytes(damaged)
