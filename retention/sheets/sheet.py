"""Order files -> Sheet: their rows as text in DuckDB, read once, whatever the files' formats."""

from __future__ import annotations

import hashlib
import os
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from retention.display import displayed
from retention.engines import one_at_a_time, run_within
from retention.errors import DataError
from retention.sheets.engine_errors import lack_in_words, refuse_engine_errors
from retention.sheets.frames import is_frame, read_frame
from retention.sheets.parts import (
    Part,
    check_fit,
    differences,
    have_same_columns,
    joined_columns,
    places,
)
from retention.sheets.raw_rows import RawRows, raw_names, refuse_many_columns, unique_names
from retention.sheets.readers import check_table, read_raw
from retention.sheets.unpack import PlainFile, unpack
from retention.temporary_files import new_folder, remove_with, temporary_folder
from retention.wording import first_words, plural

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend  # loads 0.3 s of engines

#: What an order file may be given as.
Source = str | os.PathLike[str] | bytes | BinaryIO


@displayed
@dataclass(frozen=True, slots=True)
class Sheet:
    """The raw rows of one or several files, all text, in a DuckDB database of their own.

    Attributes:
        name: The file's name; of several files the first one's, and how many more there are.
        con: The database.
        table: Ibis, the rows, with columns c0, c1, ... in the order of `columns`.
        columns: The files' column names, made unique.
        rows: Data rows.
        digest: Of the files' bytes.
        notes: What was noticed while reading.
        parts: Which rows come from which file, sheet or pasted export, in their order.
        wide_rows: Rows with more cells than columns.
    """

    name: str
    con: Backend
    table: ir.Table
    columns: tuple[str, ...]
    rows: int
    digest: str
    notes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = (Part(name="", first_row=0, records_before=1),)
    wide_rows: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files and sheets that the rows come from."""
        return tuple(dict.fromkeys(part.name for part in self.parts))

    def rows_by_name(self) -> dict[str, int]:
        """Return the rows of each of `names`."""
        ends = [*(part.first_row for part in self.parts[1:]), self.rows]
        rows = dict.fromkeys(self.names, 0)
        for part, end in zip(self.parts, ends, strict=True):
            rows[part.name] += end - part.first_row
        return rows

    def column(self, name: str) -> str:
        """Return the name in `table` of one of the file's columns.

        Args:
            name: The column's name in the file.

        Returns:
            The name in `table`.

        Raises:
            DataError: The file has no such column.
        """
        try:
            return f"c{self.columns.index(name)}"
        except ValueError:
            known = first_words([repr(column) for column in self.columns], 12)
            raise DataError(f"{self.name!r} has no column {name!r}. It has {known}.") from None

    def part(self, row: int) -> Part:
        """Return the part that a data row stands in.

        Args:
            row: The data row, from 0.

        Returns:
            The part.
        """
        return self.parts[bisect_right(self.parts, row, key=lambda part: part.first_row) - 1]

    def line(self, row: int) -> int:
        """Return the spreadsheet row of a data row in its own file.

        Args:
            row: The data row, from 0.

        Returns:
            The row as a spreadsheet counts it, from 1.
        """
        part = self.part(row)
        record = part.records_before + row - part.first_row
        return record + 1 + bisect_right(part.blanks, record)

    def preview(self, n: int = 8) -> pd.DataFrame:
        """Return the first data rows as text, under the file's own column names.

        Args:
            n: How many rows.

        Returns:
            A frame of at most `n` rows.
        """
        return self.named(self.table.limit(n).to_pandas())

    def named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame with its raw columns under the file's own names.

        Args:
            frame: A frame with raw columns of `table`, and perhaps others.

        Returns:
            The frame with its columns renamed; other columns keep their names.
        """
        raw = raw_names(self.columns)
        others = [name for name in frame.columns if name not in raw]
        names = unique_names((*others, *self.columns), len(others) + len(self.columns))
        return frame.rename(columns=dict(zip(raw, names[len(others) :], strict=True)))

    def release(self) -> None:
        """Drop the raw rows, once no other reading of them is wanted."""
        self.con.raw_sql("DROP TABLE IF EXISTS raw")


def open_sheet(source: Any, name: str | None = None) -> Sheet:
    """Read an order file once: CSV or other delimited text (also in .gz or .zip), Excel or Parquet.

    Of a zip file all order files with the same columns are read as one.

    Args:
        source: A path, bytes or a binary file object. Or a frame of pandas or Polars, or an Arrow
            table.
        name: What to call it; the file's own name where left out.

    Returns:
        The rows as text, with the file's column names.

    Raises:
        DataError: If it is not a table of at least two columns and a row; it says what was found.
    """
    if is_frame(source):
        return _frame_sheet(source, name or "frame")
    return open_sheets([source], [name])


def _frame_sheet(source: Any, name: str) -> Sheet:
    cells = read_frame(source, name)
    refuse_many_columns(len(cells.names), name)
    columns = unique_names(cells.names, len(cells.names))
    if not columns:
        raise DataError(f"{name!r} has no columns.")
    check_table(name, columns, cells.rows)
    con = connect()
    table = con.create_table("raw", pa.table(list(cells.columns), names=raw_names(columns)))
    return Sheet(
        name=name,
        con=con,
        table=table,
        columns=columns,
        rows=cells.rows,
        digest=cells.digest,
        notes=cells.notes,
        parts=(Part(name=name, first_row=0, records_before=1),),
    )


@refuse_engine_errors
def open_sheets(sources: Sequence[Source], names: Sequence[str | None] | None = None) -> Sheet:
    """Read several order files with the same or similar columns as one.

    A column is the same where its plain name is. What a file lacks is empty there.

    Args:
        sources: Paths, bytes or binary file objects.
        names: What to call them; their own names where left out.

    Returns:
        The rows of all files as text. `Sheet.parts` says which rows are whose.

    Raises:
        DataError: If one of them is no table, or does not fit with the first; it says what differs.
    """
    if not sources:
        raise DataError("There is no file to read. Give at least one order file.")
    names = [None] * len(sources) if names is None else names
    with temporary_folder() as temporary:
        packs = _unpacked(sources, names, temporary)
        con = connect(reads_files=True)
        files: list[RawRows] = []
        notes: list[str] = []
        seen: dict[str, str] = {}
        for i, pack in enumerate(packs):
            if pack[0].digest in seen:
                notes.append(
                    f"{pack[0].name!r} is the same file as {seen[pack[0].digest]!r} and was not "
                    "read again."
                )
                continue
            seen[pack[0].digest] = pack[0].name
            read, left_out = _read_pack(con, pack, temporary, f"raw_{i}")
            for raw in read:
                check_fit((files or read)[0].names, raw.names)
            files += read
            notes += left_out
    con.raw_sql("SET enable_external_access = false")
    digests = list(seen)
    joined = "".join(digests).encode()
    digest = digests[0] if len(digests) == 1 else hashlib.sha256(joined).hexdigest()
    if len(files) == 1:
        con.raw_sql(f"ALTER TABLE {files[0].table} RENAME TO raw")
        return _sheet(con, files, digest, files[0].columns, [*files[0].notes, *notes])
    columns = _join(con, files)
    return _sheet(con, files, digest, columns, [*_file_notes(files), *notes])


def _unpacked(
    sources: Sequence[Source], names: Sequence[str | None], folder: Path
) -> list[list[PlainFile]]:
    """Unpack every source, and number those of the same name."""
    packs: list[list[PlainFile]] = []
    taken: list[str] = []
    for i, (source, name) in enumerate(zip(sources, names, strict=True)):
        own = folder / str(i)
        own.mkdir()
        pack = []
        for file in unpack(source, own, name):
            taken.append(file.name)
            times = taken.count(file.name)
            pack.append(replace(file, name=f"{file.name} ({times})") if times > 1 else file)
        packs.append(pack)
    return packs


def _read_pack(
    con: Backend, pack: list[PlainFile], folder: Path, table: str
) -> tuple[list[RawRows], list[str]]:
    """Read a file; of a zip file the largest one, and those with the same columns."""
    largest = read_raw(con, pack[0], folder, f"{table}_0")
    files, left_out, notes = [largest], [], []
    for i, file in enumerate(pack[1:], start=1):
        try:
            read = read_raw(con, file, folder, f"{table}_{i}")
        except DataError as error:
            notes.append(f"{file.name!r} in the zip file was left out. {error}")
            continue
        if have_same_columns(largest.names, read.names):
            files.append(read)
        else:
            con.drop_table(read.table)
            left_out.append(file.name)
    if left_out:
        was, has = ("were", "have") if len(left_out) > 1 else ("was", "has")
        notes.append(
            f"The zip file holds {len(pack)} order files; {', '.join(map(repr, left_out))} {was} "
            f"left out, which {has} other columns than the largest, {largest.file.name!r}."
        )
    return files, notes


def _join(con: Backend, files: list[RawRows]) -> tuple[str, ...]:
    """Put the rows of several files below each other in the table `raw`; return its columns."""
    columns = joined_columns([file.names for file in files])
    for i, file in enumerate(files):
        where = places(file.names, columns)
        cells = ", ".join(
            f"{'NULL::VARCHAR' if place is None else f'c{place}'} AS {raw}"
            for place, raw in zip(where, raw_names(columns), strict=True)
        )
        # The numbers of DuckDB's rows follow the order in which they are put in.
        into = "INSERT INTO raw" if i else "CREATE TABLE raw AS"
        con.raw_sql(f"{into} SELECT {cells} FROM {file.table}")
        con.drop_table(file.table)
    return columns


def _sheet(
    con: Backend, files: list[RawRows], digest: str, columns: tuple[str, ...], notes: list[str]
) -> Sheet:
    first = files[0].file.name
    others = len(files) - 1
    parts: list[Part] = []
    rows = 0
    for file in files:
        parts += [replace(part, first_row=part.first_row + rows) for part in file.parts]
        rows += file.rows
    return Sheet(
        name=f"{first} and {plural(others, 'more file')}" if others else first,
        con=con,
        table=con.table("raw"),
        columns=columns,
        rows=rows,
        digest=digest,
        notes=tuple(notes),
        parts=tuple(parts),
        wide_rows=sum(file.wide_rows for file in files),
    )


def _file_notes(files: list[RawRows]) -> list[str]:
    """Return what was read of each file, and what was noticed there."""
    listed = ", ".join(f"{file.file.name!r} ({plural(file.rows, 'row')})" for file in files)
    notes = [f"{len(files)} files were read as one: {listed}."]
    for file in files:
        notes += [f"{file.file.name}: {note}" for note in file.notes]
    for file in files[1:]:
        notes += differences(files[0].names, file.names)
    return notes


def connect(*, reads_files: bool = False) -> Backend:
    """Return a database of its own, which opens no file, no address and no other database.

    Args:
        reads_files: Whether it is to open files until that is forbidden.
    """
    # What does not fit in memory goes to a folder that no other engine has, and nobody else sees.
    folder = new_folder()
    con = ibis.duckdb.connect(
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
        enable_external_access=reads_files,
        temp_directory=str(folder),
        # Memory of dropped tables goes back at once: by default the engine keeps hundreds of
        # megabytes for later.
        allocator_background_threads=True,
        allocator_flush_threshold="8MB",
        allocator_bulk_deallocation_flush_threshold="8MB",
        threads=os.cpu_count() or 1,
    )
    remove_with(con, folder)
    one_at_a_time(con)
    run_within(con, lack_in_words)
    return con
