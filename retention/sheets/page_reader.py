"""Workbooks and web pages -> the rows of their tables in a table of the engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retention.errors import DataError
from retention.sheets.grids import Grid
from retention.sheets.markup import read_markup
from retention.sheets.pages import Table, table_of
from retention.sheets.parts import Names, Part, have_same_columns, joined_columns, places
from retention.sheets.raw_rows import (
    RawRows,
    parts_of,
    refuse_many_columns,
    store_texts,
    unique_names,
)
from retention.sheets.unpack import PlainFile
from retention.sheets.workbooks import read_grids
from retention.wording import plural

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend  # loads 0.3 s of engines


def read_web_page(con: Backend, file: PlainFile, table: str) -> RawRows:
    """Read the tables of a web page, or the sheets of an Excel 2003 XML file, into a new table."""
    return _read_tables(con, file, table, _tables(file, read_markup(file)))


def read_workbook(con: Backend, file: PlainFile, table: str) -> RawRows:
    """Read the sheets of a workbook into a new table."""
    grids, hidden = read_grids(file)
    if not grids:
        raise DataError(f"The workbook {file.name!r} has no filled cells.")
    read = _read_tables(con, file, table, _tables(file, grids))
    if not hidden:
        return read
    sheets = "sheet" if len(hidden) == 1 else "sheets"
    note = f"Hidden {sheets} left out: {', '.join(map(repr, hidden))}."
    return replace(read, notes=(*read.notes, note))


def _tables(file: PlainFile, grids: list[Grid]) -> list[Table]:
    """Return the tables of pages; those of too many columns are refused before any is searched."""
    for grid in grids:
        refuse_many_columns(grid.width, file.name)
    return [table_of(grid) for grid in grids]


def _read_tables(con: Backend, file: PlainFile, table: str, pages: list[Table]) -> RawRows:
    """Read the longest table of a file, with those of the same columns."""
    names = [
        Names(
            part=page.title,
            columns=unique_names(page.header or (), page.width),
            are_numbers=not page.header,
        )
        for page in pages
    ]
    longest = max(range(len(pages)), key=lambda i: len(pages[i].rows))
    joined = [i for i in range(len(pages)) if _belongs(names[longest], names[i], pages[i])]
    columns = joined_columns([names[longest], *(names[i] for i in joined)])
    rows: list[list[str]] = []
    parts: list[Part] = []
    for i in joined:
        page = pages[i]
        title = f"{file.name} / {page.title}" if len(joined) > 1 else file.name
        parts += parts_of(title, page.sections, page.records_before, page.blanks, len(rows))
        rows += _placed(page.rows, places(names[i], columns))
    store_texts(con, table, rows, columns)
    others = [page.title for i, page in enumerate(pages) if i not in joined and page.rows]
    read = [pages[i] for i in joined]
    noticed = dict.fromkeys(note for page in read for note in page.notes)
    return RawRows(
        file=file,
        table=table,
        columns=columns,
        rows=len(rows),
        parts=tuple(parts),
        notes=(*file.notes, *_page_notes(read, others), *noticed),
        is_named=pages[longest].header is not None,
    )


def _placed(rows: list[list[str]], where: list[int | None]) -> list[list[str]]:
    """Return rows with the cells of the joined columns, "" where they have none."""
    return [["" if i is None or i >= len(row) else row[i] for i in where] for row in rows]


def _belongs(longest: Names, other: Names, page: Table) -> bool:
    return other is longest or (bool(page.rows) and have_same_columns(longest, other))


def _page_notes(joined: list[Table], others: list[str]) -> list[str]:
    notes = []
    if len(joined) > 1:
        titles = ", ".join(f"{page.title!r} ({plural(len(page.rows), 'row')})" for page in joined)
        notes.append(f"{len(joined)} sheets have the same columns and were read as one: {titles}.")
    if others:
        sheets = "A sheet" if len(others) == 1 else f"{len(others)} sheets"
        read = "was read" if len(joined) == 1 else "were read"
        have = "has" if len(others) == 1 else "have"
        notes.append(
            f"{sheets} with other columns {'was' if have == 'has' else 'were'} left out: "
            f"{', '.join(map(repr, others))}. {', '.join(repr(p.title) for p in joined)} {read}."
        )
    return notes
