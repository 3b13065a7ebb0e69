"""The rows of one file as text in a table of the engine, and the names of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from retention import wording
from retention.errors import DataError
from retention.sheets.parts import Names, Part
from retention.sheets.unpack import PlainFile

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend  # loads 0.3 s of engines

MAX_COLUMNS = 2000
#: Times that column names may stand in a file where an export was pasted below each of them.
MOST_SECTIONS = 1000


@dataclass(frozen=True, slots=True)
class RawRows:
    """The rows of a file in a table of the engine, with columns c0, c1, ...

    Attributes:
        file: The file.
        table: The table's name.
        columns: Its column names, made unique.
        rows: Data rows.
        parts: Which rows come from which export or sheet.
        notes: What was noticed while reading.
        wide_rows: Rows with more cells than columns.
        is_named: Whether the file has column names.
    """

    file: PlainFile
    table: str
    columns: tuple[str, ...]
    rows: int
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    wide_rows: int = 0
    is_named: bool = True

    @property
    def names(self) -> Names:
        """The columns, to compare them with those of other files."""
        return Names(part=self.file.name, columns=self.columns, are_numbers=not self.is_named)


def raw_names(columns: Sequence[str]) -> list[str]:
    """Return the names that columns have in the engine's table."""
    return [f"c{i}" for i in range(len(columns))]


def store_texts(con: Backend, table: str, rows: list[list[str]], columns: tuple[str, ...]) -> None:
    """Put rows of texts into a table of the engine; an empty text becomes NULL."""
    arrays = [
        pa.array([row[place] or None for row in rows], pa.string()) for place in range(len(columns))
    ]
    texts = pa.table(arrays, names=raw_names(columns))
    con.create_table(table, ibis.memtable(texts), overwrite=True)


def parts_of(
    name: str,
    sections: tuple[int, ...],
    records_before: int,
    blanks: tuple[int, ...],
    first: int = 0,
) -> tuple[Part, ...]:
    """Return the sections of a file as parts; the pages of a long report are no parts.

    Args:
        name: What the parts are called.
        sections: The first row of each, 0 for the file's first.
        records_before: Records of the file before its first row.
        blanks: As in `Part`.
        first: The whole table's row of the file's first.
    """
    if len(sections) > MOST_SECTIONS:
        sections = (0,)
    return tuple(
        Part(
            name=name,
            first_row=first + section,
            records_before=records_before + section,
            blanks=blanks,
        )
        for section in sections
    )


def refuse_many_columns(width: int, file: str) -> None:
    """Raise DataError where a file has more than `MAX_COLUMNS` columns."""
    if width > MAX_COLUMNS:
        raise DataError(
            f"{file!r} has {wording.count(width)} columns; at most {wording.count(MAX_COLUMNS)} "
            "are read. Export the order columns only."
        )


def unique_names(header: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Return the names of a sheet's columns, made unique.

    The header's names are trimmed. Blank ones are numbered, repeated ones get (2), (3).

    Args:
        header: The names as written.
        width: How many columns there are.

    Returns:
        As many names as columns.

    >>> unique_names(("Email", " Email", ""), 4)
    ('Email', 'Email (2)', 'Column 3', 'Column 4')
    """
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
