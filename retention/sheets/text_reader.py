"""Delimited text -> its rows in a table of the engine."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import ibis.expr.types as ir

from retention.errors import DataError
from retention.sheets import text_files
from retention.sheets.header import TextLayout
from retention.sheets.pages import repeat_notes, repeated_headers, tidy_rows
from retention.sheets.parts import Part
from retention.sheets.raw_rows import (
    RawRows,
    parts_of,
    raw_names,
    refuse_many_columns,
    store_texts,
    unique_names,
)
from retention.sheets.swallowed_rows import breaks_in, check_quotes
from retention.sheets.unpack import PlainFile

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend  # loads 0.3 s of engines

#: Rows by which a text file shows whether it is a report with blocks, and the most of such a file.
REPORT_SAMPLE, LONGEST_REPORT = 300, 300_000
#: Cells beyond a file's last column that are searched for lines which are missing.
FURTHER_COLUMNS = 50


def read_text(con: Backend, file: PlainFile, folder: Path, table: str) -> RawRows:
    """Read a delimited text file into a new table."""
    path, notes = file.path, list(file.notes)
    encoding = text_files.find_encoding(path, file.name)
    if encoding not in ("utf-8", "utf-8-sig"):
        path = text_files.to_utf8(path, encoding, folder / f"{table}.csv", file.name)
        if encoding in text_files.LEGACY_ENCODINGS:
            known_as = text_files.LEGACY_ENCODINGS[encoding]
            notes.append(f"The letters are coded as {known_as}; check that names look right.")
    head = text_files.read_head(path)
    if text_files.rows_are_quoted(head):
        target = folder / f"{table}-rows.csv"
        path = text_files.rewrite_lines(path, target, text_files.without_marks)
        head = text_files.read_head(path)
        notes.append("Each row stood in quotation marks; it is read without them.")
    layout = text_files.find_layout(head, file.name)
    if layout.delimiter == text_files.ALIGNED:
        target = folder / f"{table}-tabs.csv"
        path = text_files.rewrite_lines(path, target, text_files.with_tabs)
        layout = replace(layout, delimiter="\t")
    notes += layout.notes()
    if layout.header is None:
        notes.append("The file has no column names; columns are numbered.")
    refuse_many_columns(layout.width, file.name)
    columns = unique_names(layout.header or (), layout.width)
    has_breaks = _load_text(con, path, layout, columns, file.name, table)
    raw = con.table(table)
    counts = (
        raw.aggregate(rows=raw.count(), wide=(raw.extra.strip().length() > 0).sum())
        .execute()
        .iloc[0]
        .fillna(0)
    )
    lines, records = text_files.line_count(path), layout.records_before + int(counts["rows"])
    blanks = text_files.blank_positions(path) if lines > records else []
    read = RawRows(
        file=file,
        table=table,
        columns=columns,
        rows=int(counts["rows"]),
        parts=(
            Part(
                name=file.name,
                first_row=0,
                records_before=layout.records_before,
                blanks=tuple(blanks),
            ),
        ),
        notes=tuple(notes),
        wide_rows=int(counts.wide),
        is_named=layout.header is not None,
    )
    lines_in_cells = lines - records - len(blanks)
    if has_breaks or lines_in_cells > 0:
        _check_cells(con, path, layout, read, lines_in_cells)
    con.raw_sql(f"ALTER TABLE {table} DROP COLUMN extra")
    return _without_names(con, _as_report(con, read, layout, table), layout, table)


def _check_cells(
    con: Backend, path: Path, layout: TextLayout, read: RawRows, lines_in_cells: int
) -> None:
    """Refuse a file in which a cell holds rows, also in cells that were not read."""
    raw = con.table(read.table)
    check_quotes(raw, read, layout.delimiter)
    if lines_in_cells > breaks_in(raw):
        # The other lines stand further beyond the last column.
        columns, beyond = (*read.columns, *[""] * FURTHER_COLUMNS), f"{read.table}_beyond"
        _load_text(con, path, layout, columns, read.file.name, beyond)
        check_quotes(con.table(beyond), read, layout.delimiter)
        con.drop_table(beyond)


def _load_text(
    con: Backend, path: Path, layout: TextLayout, columns: tuple[str, ...], name: str, table: str
) -> bool:
    """Read the rows, and return whether line breaks stand inside quotes."""
    options = {
        "auto_detect": False,
        "header": False,
        "delim": layout.delimiter,
        "quote": '"',
        "escape": '"',
        "skip": layout.lines_before,
        "columns": dict.fromkeys([*raw_names(columns), "extra"], "VARCHAR"),
        "null_padding": True,
        "strict_mode": False,
        "max_line_size": 16 << 20,
        # By default a buffer holds many of the longest lines, and a file of one buffer is read by
        # one thread.
        "buffer_size": 32 << 20,
    }
    try:
        _load_csv(con, path, options, table)
    except duckdb.Error:
        # Line breaks inside quotes need the slower reader of one thread.
        try:
            _load_csv(con, path, options | {"parallel": False}, table)
        except duckdb.Error as error:
            line = re.search(r"Line: (\d+)", str(error))
            where = f"line {line[1]}" if line else "one of its lines"
            raise DataError(
                f"{name!r} cannot be read as a table: {where} is too long or broken, as by a "
                "quotation mark that never closes. Save it again as CSV in UTF-8."
            ) from error
        return True
    return False


def _load_csv(con: Backend, path: Path, options: dict[str, Any], table: str) -> None:
    # On Windows a path may still hold brackets, and so may that of the temporary folder.
    source = con.read_csv(escape(str(path)), table_name="source", **options)
    con.create_table(table, source, overwrite=True)
    con.drop_view("source", force=True)


def _as_report(con: Backend, read: RawRows, layout: TextLayout, table: str) -> RawRows:
    """Tidy a text file that a report with blocks and totals was saved as; leave others alone."""
    if read.rows > LONGEST_REPORT:
        return read
    sample = _cells(con.table(table).limit(REPORT_SAMPLE))
    if not tidy_rows(sample, layout).notes:
        return read
    tidied = tidy_rows(_cells(con.table(table)), layout)
    store_texts(con, table, tidied.rows, read.columns)
    kept = set(tidied.kept)
    removed = [row for row in range(read.rows) if row not in kept]
    return replace(_shortened(read, removed, tidied.sections), notes=(*read.notes, *tidied.notes))


def _cells(raw: ir.Table) -> list[list[str]]:
    columns = raw.to_pyarrow().columns
    return [
        [cell or "" for cell in row] for row in zip(*(c.to_pylist() for c in columns), strict=True)
    ]


def _without_names(con: Backend, read: RawRows, layout: TextLayout, table: str) -> RawRows:
    """Leave out rows that repeat the column names, as where two exports were pasted together."""
    if layout.header is None or len(read.parts) > 1:
        return read
    raw = con.table(table)
    first = layout.header[0]
    if not first.strip():
        return read
    numbered = raw.mutate(row=raw.rowid())
    alike = numbered.filter(numbered.c0.isin([first, f"\ufeff{first}"])).order_by("row")
    alike = alike.to_pyarrow()
    cells = [list(row.values()) for row in alike.drop_columns("row").to_pylist()]
    texts = [[cell or "" for cell in row] for row in cells]
    removed = [alike["row"][i].as_py() for i in repeated_headers(texts, layout.header)]
    if not removed:
        return read
    repeats = ibis.memtable({"row": removed})
    others = numbered.anti_join(repeats, "row").order_by("row").drop("row")
    con.create_table(table, others, overwrite=True)
    starts = {row - i for i, row in enumerate(removed)} - {read.rows - len(removed)}
    read = _shortened(read, removed, tuple(sorted({0, *starts})))
    return replace(read, notes=(*read.notes, *repeat_notes(len(removed))))


def _shortened(read: RawRows, removed: list[int], sections: tuple[int, ...]) -> RawRows:
    """Return a file of one part without some of its rows, and with the sections that are left."""
    (part,) = read.parts
    records = [part.records_before + row for row in removed]
    blanks = [count - bisect_left(records, count) for count in part.blanks]
    blanks += [record - i for i, record in enumerate(records)]
    return replace(
        read,
        rows=read.rows - len(removed),
        parts=parts_of(part.name, sections, part.records_before, tuple(sorted(blanks))),
    )
