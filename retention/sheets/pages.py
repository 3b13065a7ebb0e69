"""A page of cells -> its table: the names, the rows, and the lines that are neither."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from retention import wording
from retention.cells.names import plain_name
from retention.sheets.blocks import complete_blocks, fill_merged, find_totals, left_column
from retention.sheets.grids import Grid, Merge
from retention.sheets.header import TextLayout, place_header


@dataclass(frozen=True, slots=True)
class Tidied:
    """Rows of a table without the lines that are none.

    Attributes:
        rows: The rows.
        kept: Where each of them stood.
        sections: The first row of each part that stands below names of its own.
        notes: What was done.
    """

    rows: list[list[str]]
    kept: list[int]
    sections: tuple[int, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a page.

    Attributes:
        title: The page's name.
        header: The names as written; None where there are none.
        width: Columns.
        rows: The data rows.
        sections: The first row of each part that stands below names of its own.
        records_before: Lines of the page before the first row.
        blanks: For each later line that is no row, how many lines before it are rows or stand
            above the first row.
        notes: What was noticed.
    """

    title: str
    header: tuple[str, ...] | None
    width: int
    rows: list[list[str]]
    sections: tuple[int, ...]
    records_before: int
    blanks: tuple[int, ...]
    notes: tuple[str, ...]


def table_of(grid: Grid) -> Table:
    """Return the table of a page that holds a text."""
    layout = place_header(grid.rows, delimiter="")
    first = layout.lines_before
    merges = [
        replace(merge, top=merge.top - first, bottom=merge.bottom - first)
        for merge in grid.merges
        if merge.top >= first
    ]
    tidied = tidy_rows([list(row) for row in grid.rows[first:]], layout, merges)
    return Table(
        title=grid.title,
        header=layout.header,
        width=layout.width,
        rows=tidied.rows,
        sections=tidied.sections,
        records_before=first,
        blanks=_lines_between(tidied.kept, first),
        notes=(*layout.notes(), *tidied.notes),
    )


def tidy_rows(rows: list[list[str]], layout: TextLayout, merges: Sequence[Merge] = ()) -> Tidied:
    """Fill cells that hold for several rows, and leave out what is no row.

    Left out are blank rows, column names that are repeated, with the titles above them, and totals
    that name an order: they would become one of its rows. Other totals stay, since they name no
    customer and no date.

    Args:
        rows: The rows below the column names, changed in place.
        layout: The column names, and the titles above them.
        merges: The merged cells among the rows.

    Returns:
        The rows, and where they stood.
    """
    repeats = repeated_headers(rows, layout.header)
    between = {*repeats, *_repeated_titles(rows, repeats, layout.titles)}
    totals = find_totals(rows) - between
    columns = fill_merged(rows, merges, totals) | complete_blocks(rows, totals, between)
    adding = totals if columns else _naming_an_order(rows, totals)
    skipped = {*adding, *between}
    kept = [i for i, row in enumerate(rows) if i not in skipped and any(row)]
    starts = {bisect_left(kept, repeat) for repeat in repeats}
    notes = _filled_notes(columns, layout.header or ()) + _totals_notes(adding)
    return Tidied(
        rows=[rows[i] for i in kept],
        kept=kept,
        sections=tuple(sorted({0, *starts} - {len(kept)} or {0})),
        notes=(*notes, *repeat_notes(len(repeats))),
    )


def _repeated_titles(
    rows: list[list[str]], repeats: list[int], titles: Sequence[Sequence[str]]
) -> set[int]:
    """Return the lines above repeated column names that stand above the first ones, too.

    A printed report begins each page with them. Their numbers may differ: "page 2 of 5".
    """
    known = {_without_numbers(title) for title in titles}
    repeated: set[int] = set()
    names = set(repeats)
    for repeat in repeats:
        for place in range(repeat - 1, -1, -1):
            if place in names:
                break
            if any(rows[place]) and _without_numbers(rows[place]) not in known:
                break
            repeated.add(place)
    return repeated


def _without_numbers(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(re.sub(r"\d+", "0", cell.strip()) for cell in row if cell.strip())


def _naming_an_order(rows: list[list[str]], totals: set[int]) -> set[int]:
    """Return the totals that begin as a row of the table does."""
    left = left_column(rows)
    orders = {row[left] for i, row in enumerate(rows) if i not in totals} - {""}
    return {i for i in totals if rows[i][left] in orders}


def repeated_headers(rows: list[list[str]], header: tuple[str, ...] | None) -> list[int]:
    """Return the rows that say the column names once more, as where two exports were pasted."""
    if header is None:
        return []
    names = [plain_name(name.strip("\ufeff")) for name in header]
    first = header[0].strip("\ufeff ")

    @cache  # a sheet may say the same names a million times
    def are_names(cells: tuple[str, ...]) -> bool:
        return [plain_name(cell.strip("\ufeff")) for cell in cells] == names

    return [
        i
        for i, row in enumerate(rows)
        if row[0].strip("\ufeff ") == first and are_names(tuple(row[: len(names)]))
    ]


def repeat_notes(repeats: int) -> list[str]:
    """Return what to say about lines that repeat the column names."""
    if not repeats:
        return []
    times = "once more" if repeats == 1 else f"{wording.count(repeats)} times more"
    return [
        f"The column names stand {times} further down, as in exports that were pasted together. "
        "They are no rows."
    ]


def _filled_notes(columns: set[int], header: tuple[str, ...]) -> list[str]:
    if not columns:
        return []
    names = [
        repr(header[c]) if c < len(header) and header[c] else f"'Column {c + 1}'"
        for c in sorted(columns)
    ]
    several = len(names) > 1
    named = f"{', '.join(names[:-1])} and {names[-1]}" if several else names[0]
    return [
        f"{named} {'stand' if several else 'stands'} once for several rows: the rows below took "
        "the same."
    ]


def _totals_notes(totals: set[int]) -> list[str]:
    if not totals:
        return []
    return [f"{wording.count(len(totals))} line{'s' * (len(totals) > 1)} of totals left out."]


def _lines_between(kept: list[int], offset: int) -> tuple[int, ...]:
    """Return the lines that are no rows, each as the number of lines before it that count."""
    blanks, expected = [], 0
    for count, position in enumerate(kept):
        blanks += [offset + count] * (position - expected)
        expected = position + 1
    return tuple(blanks)
