"""An order file -> Sheet: its rows as text in DuckDB, read once, whatever the file's format."""

from __future__ import annotations

import os
import re
import tempfile
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from retention.errors import DataError
from retention.sheets import text_files
from retention.sheets.frames import is_frame, read_frame
from retention.sheets.unpack import PlainFile, unpack

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend  # loads 0.3 s of engines

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
EXCEL_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
PARQUET_MAGIC = b"PAR1"
MAX_COLUMNS = 2000


@dataclass(frozen=True, slots=True)
class Sheet:
    """The raw rows of a file, all text, in a DuckDB database of their own.

    Attributes:
        name: The file's name.
        con: The database.
        columns: The file's column names, made unique.
        rows: Data rows.
        digest: Of the file's bytes.
        notes: What was noticed while reading.
        records_before: Records before the first data row.
        blanks: For each blank line, how many records stand before it.
        wide_rows: Rows with more cells than columns.
    """

    name: str
    con: Backend
    columns: tuple[str, ...]
    rows: int
    digest: str
    notes: tuple[str, ...] = ()
    records_before: int = 1
    blanks: tuple[int, ...] = field(default=(), repr=False)
    wide_rows: int = 0

    @property
    def table(self) -> ir.Table:
        """The rows, with columns c0, c1, ... in the order of `columns`."""
        return self.con.table("raw")

    def column(self, name: str) -> str:
        """Return the name in `table` of the file's column `name`.

        Raises:
            DataError: If the file has no such column.
        """
        try:
            return f"c{self.columns.index(name)}"
        except ValueError:
            known = ", ".join(repr(c) for c in self.columns[:12])
            more = f" and {len(self.columns) - 12} more" if len(self.columns) > 12 else ""
            raise DataError(
                f"{self.name!r} has no column {name!r}. It has {known}{more}."
            ) from None

    def line(self, row: int) -> int:
        """Return the spreadsheet row of data row `row`, which is 0 for the first."""
        record = self.records_before + row
        return record + 1 + bisect_right(self.blanks, record)

    def preview(self, n: int = 8) -> pd.DataFrame:
        """Return the first n data rows as text, under the file's own column names."""
        return self.named(self.table.limit(n).to_pandas())

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame with its raw columns under the file's own names."""
        raw_names = _raw_names(self.columns)
        others = [name for name in frame.columns if name not in raw_names]
        names = unique_names((*others, *self.columns), len(others) + len(self.columns), self.name)
        return frame.rename(columns=dict(zip(raw_names, names[len(others) :], strict=True)))

    def release(self) -> None:
        """Drop the raw rows, once no other reading of them is wanted."""
        self.con.raw_sql("DROP TABLE IF EXISTS raw")


def open_sheet(source: Any, name: str | None = None) -> Sheet:
    """Read an order file once: CSV or other delimited text (also in .gz or .zip), Excel or Parquet.

    Args:
        source: A path, bytes or a binary file object. Or a frame of pandas or Polars, or an Arrow
            table.
        name: What to call it; the file's own name where left out.

    Raises:
        DataError: If it is not a table of at least two columns and a row; it says what was found.
    """
    sheet = _read_frame(source, name) if is_frame(source) else _read_file(source, name)
    if not sheet.columns:
        raise DataError(f"{sheet.name!r} has no columns.")
    if sheet.rows == 0:
        raise DataError(
            f"{sheet.name!r} has column names but no rows below them. Check the export's date "
            "range and filters."
        )
    if len(sheet.columns) < 2:
        raise DataError(
            f"{sheet.name!r} has a single column ({sheet.columns[0]!r}). An order file needs at "
            "least a customer, a date and an amount."
        )
    return sheet


def _read_file(source: str | os.PathLike[str] | bytes | BinaryIO, name: str | None) -> Sheet:
    with tempfile.TemporaryDirectory(prefix="orders-", ignore_cleanup_errors=True) as folder:
        file = unpack(source, Path(folder), name)
        with file.path.open("rb") as stream:
            magic = stream.read(4)
        con = _connect()
        if magic == PARQUET_MAGIC:
            return _read_parquet(con, file)
        if magic in EXCEL_MAGIC or file.name.lower().endswith(WORKBOOK_SUFFIXES):
            return _read_workbook(con, file)
        return _read_text(con, file, Path(folder))


def _read_frame(source: Any, name: str | None) -> Sheet:
    name = name or "frame"
    cells = read_frame(source, name)
    columns = unique_names(cells.names, len(cells.names), name)
    con = _connect()
    if columns:
        con.create_table("raw", pa.table(list(cells.columns), names=_raw_names(columns)))
    return Sheet(
        name=name,
        con=con,
        columns=columns,
        rows=cells.rows,
        digest=cells.digest,
        notes=cells.notes,
    )


def _connect() -> Backend:
    # Nothing is fetched from anywhere. What does not fit in memory goes to the system's temporary
    # folder.
    return ibis.duckdb.connect(
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
        temp_directory=tempfile.gettempdir(),
        # Memory of dropped tables goes back at once: by default the engine keeps hundreds of
        # megabytes for later.
        allocator_background_threads=True,
        allocator_flush_threshold="8MB",
        allocator_bulk_deallocation_flush_threshold="8MB",
        threads=os.cpu_count() or 1,
    )


def _read_text(con: Backend, file: PlainFile, folder: Path) -> Sheet:
    path, notes = file.path, list(file.notes)
    encoding = text_files.find_encoding(path, file.name)
    if encoding not in ("utf-8", "utf-8-sig"):
        path = text_files.to_utf8(path, encoding, folder / "text.csv", file.name)
        if encoding in text_files.LEGACY_ENCODINGS:
            known_as = text_files.LEGACY_ENCODINGS[encoding]
            notes.append(f"The letters are coded as {known_as}; check that names look right.")
    layout = text_files.find_layout(text_files.read_head(path), file.name)
    if layout.delimiter == text_files.ALIGNED:
        path = text_files.to_tabs(path, folder / "tabs.csv")
        layout = replace(layout, delimiter="\t")
    notes += _preamble_notes(layout)
    if layout.header is None:
        notes.append("The file has no column names; columns are numbered.")
    columns = unique_names(layout.header or (), layout.width, file.name)
    options = {
        "auto_detect": False,
        "header": False,
        "delim": layout.delimiter,
        "quote": '"',
        "escape": '"',
        "skip": layout.lines_before,
        "columns": dict.fromkeys([*_raw_names(columns), "extra"], "VARCHAR"),
        "null_padding": True,
        "strict_mode": False,
        "max_line_size": 16 << 20,
        # By default a buffer holds many of the longest lines, and a file of one buffer is read by
        # one thread.
        "buffer_size": 32 << 20,
    }
    try:
        _load_csv(con, path, options)
    except duckdb.Error:
        # Line breaks inside quotes need the slower reader of one thread.
        try:
            _load_csv(con, path, options | {"parallel": False})
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise DataError(
                f"{file.name!r} cannot be read as a table: {reason}. Save it again as CSV in UTF-8."
            ) from error
    raw = con.table("raw")
    counts = (
        raw.aggregate(rows=raw.count(), wide=(raw.extra.strip().length() > 0).sum())
        .execute()
        .iloc[0]
        .fillna(0)
    )
    con.raw_sql("ALTER TABLE raw DROP COLUMN extra")
    blanks = tuple(text_files.blank_positions(path, layout.records_before + int(counts["rows"])))
    return Sheet(
        name=file.name,
        con=con,
        columns=columns,
        rows=int(counts["rows"]),
        digest=file.digest,
        notes=tuple(notes),
        records_before=layout.records_before,
        blanks=blanks,
        wide_rows=int(counts.wide),
    )


def _load_csv(con: Backend, path: Path, options: dict[str, Any]) -> None:
    con.create_table("raw", con.read_csv(str(path), table_name="source", **options), overwrite=True)
    con.drop_view("source", force=True)


def _read_parquet(con: Backend, file: PlainFile) -> Sheet:
    try:
        source = con.read_parquet(str(file.path), table_name="source")
        columns = unique_names(source.columns, len(source.columns), file.name)
        kinds = [field.type for field in pq.read_schema(file.path)]
        cells = {
            raw: _unmistakable(_on_its_clock(source[c], kind))
            for raw, c, kind in zip(_raw_names(columns), source.columns, kinds, strict=True)
        }
        con.create_table("raw", source.select(**cells))
        con.drop_view("source", force=True)
    except duckdb.Error as error:
        raise DataError(f"{file.name!r} is a damaged Parquet file. Export it again.") from error
    return Sheet(
        name=file.name,
        con=con,
        columns=columns,
        rows=con.table("raw").count().execute(),
        digest=file.digest,
        notes=file.notes,
    )


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def timezone(zone: str, moment: dt.Timestamp(timezone="UTC")) -> dt.timestamp:  # type: ignore[valid-type]
    """Return DuckDB's clock of a time zone at a moment."""


def _on_its_clock(column: ir.Column, kind: pa.DataType) -> ir.Column:
    """Moments of a time zone as its clocks show them: what counts is the shop's own."""
    if not (pa.types.is_timestamp(kind) and kind.tz):
        return column
    offset = re.fullmatch(r"([+-])(\d\d):?(\d\d)", kind.tz)
    if offset is None:
        return timezone(kind.tz, column)
    minutes = int(f"{offset[1]}1") * (60 * int(offset[2]) + int(offset[3]))
    return timezone("UTC", column) + ibis.interval(minutes=minutes)


def _unmistakable(column: ir.Column) -> ir.StringValue:
    """Return cells as text: 1.234 as 1.2340, since the text of a number may be a thousand."""
    if column.type().is_floating():
        column = ibis.ifelse(column.isnan(), ibis.null(column.type()), column)
    text = column.cast("string")
    if column.type().is_floating() or column.type().is_decimal():
        return ibis.ifelse(text.re_search(r"^[^.]*\.\d{3}$"), text + "0", text)
    return text


def _read_workbook(con: Backend, file: PlainFile) -> Sheet:
    pages = _workbook_pages(file)
    title = max(pages, key=lambda name: len(pages[name]), default="")
    cells = [[_cell_text(value) for value in row] for row in pages.get(title, [])]
    if not _has_text(cells):
        raise DataError(f"The workbook {file.name!r} has no filled cells.")
    layout = text_files.place_header([(row, i + 1) for i, row in enumerate(cells)], delimiter="")
    notes = list(file.notes)
    if len(pages) > 1:
        notes.append(f"The workbook has {len(pages)} sheets; {title!r}, the longest, was read.")
    notes += _preamble_notes(layout)
    width = max(len(row) for row in cells)
    columns = unique_names(layout.header or (), width, file.name)
    body = cells[layout.lines_before :]
    filled = [i for i, row in enumerate(body) if any(row)]
    table = _text_table([body[i] for i in filled], columns)
    con.create_table("raw", ibis.memtable(table))
    return Sheet(
        name=file.name,
        con=con,
        columns=columns,
        rows=len(filled),
        digest=file.digest,
        notes=tuple(notes),
        records_before=layout.lines_before,
        blanks=_blanks_before(filled, layout.lines_before),
    )


def _has_text(rows: list[list[str]]) -> bool:
    return any(any(row) for row in rows)


def _text_table(rows: list[list[str]], columns: tuple[str, ...]) -> pa.Table:
    arrays = [
        pa.array([row[place] or None for row in rows], pa.string()) for place in range(len(columns))
    ]
    return pa.table(arrays, names=_raw_names(columns))


def _workbook_pages(file: PlainFile) -> dict[str, list[list[Any]]]:
    """Return the cells of each sheet of a workbook, row by row."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(str(file.path)) as book:
            return {
                title: book.get_sheet_by_name(title).to_python(skip_empty_area=False)
                for title in book.sheet_names
            }
    except (CalamineError, OSError, ValueError) as error:
        raise DataError(
            f"{file.name!r} cannot be read as an Excel workbook ({error}). Save the orders as CSV."
        ) from error


def _preamble_notes(layout: text_files.TextLayout) -> list[str]:
    lines = layout.preamble
    if not lines:
        return []
    return [f"{lines} line{'s' * (lines > 1)} above the column names left out."]


def _blanks_before(filled: list[int], offset: int) -> tuple[int, ...]:
    """Blank rows among `filled` row positions, each as the number of rows that stand before it."""
    blanks, expected = [], 0
    for count, position in enumerate(filled):
        blanks += [offset + count] * (position - expected)
        expected = position + 1
    return tuple(blanks)


def _cell_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if value is None:
        return ""
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _raw_names(columns: tuple[str, ...]) -> list[str]:
    return [f"c{i}" for i in range(len(columns))]


def unique_names(header: tuple[str, ...], width: int, file: str) -> tuple[str, ...]:
    """Return `width` names: the header's, trimmed; blank ones numbered, repeated ones as (2), (3).

    >>> unique_names(("Email", " Email", ""), 4, "x.csv")
    ('Email', 'Email (2)', 'Column 3', 'Column 4')
    """
    if width > MAX_COLUMNS:
        raise DataError(
            f"{file!r} has {width:,} columns; at most {MAX_COLUMNS:,} are read. Export the order "
            "columns only."
        )
    names: list[str] = []
    taken: set[str] = set()
    for i in range(width):
        plain = (header[i].strip().strip("\ufeff") if i < len(header) else "") or f"Column {i + 1}"
        name, n = plain, 1
        while name in taken:
            n += 1
            name = f"{plain} ({n})"
        taken.add(name)
        names.append(name)
    return tuple(names)
