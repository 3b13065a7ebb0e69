"""Rows that a stray quotation mark made part of a cell: they must not get lost in silence."""

import re
from collections import Counter

import ibis
import ibis.expr.types as ir

from retention import wording
from retention.errors import DataError
from retention.sheets.header import is_value
from retention.sheets.raw_rows import RawRows

#: Rows whose cells are looked at.
_MOST_ROWS = 10_000
#: Values, such as a date and an amount, by which a line of a cell is a row.
_FEWEST_VALUES = 2
#: The most times that the engine's patterns repeat a part.
_MOST_REPEATED = 1_000


def check_quotes(raw: ir.Table, read: RawRows, delimiter: str) -> None:
    """Refuse a file in which a mark opens in one row, and closes in a later one or never.

    Args:
        raw: The file's rows, with what stands beyond its last column.
        read: What the file is.
        delimiter: What stands between its cells.

    Raises:
        DataError: If a cell holds rows, whole or in part; it says where.
    """
    last, width = read.rows - 1, len(read.columns)
    # One flat expression: thousands of nested ones are too deep.
    broken = raw.mutate(row=raw.rowid()).filter(_any(raw, _BREAK))
    joined = [
        broken[name].re_search(_two_rows(place, width, delimiter))
        for place, name in enumerate(raw.columns)
        if width <= _MOST_REPEATED
    ]
    likely = ibis.greatest(broken.row == last, *joined, ibis.literal(False))
    doubtful = broken.mutate(likely=likely).filter(likely | _any(broken, _BREAK + _BREAK))
    first = doubtful.order_by(doubtful.likely.desc(), doubtful.row).limit(_MOST_ROWS)
    cells = first.drop("likely").to_pyarrow()
    rows = cells["row"].to_pylist()
    for place, column in enumerate(cells.drop_columns("row").columns):
        for row, cell in zip(rows, column.to_pylist(), strict=True):
            lines = [line.split(delimiter) for line in (cell or "").splitlines()]
            # A mark that never closes ends with the file, one beyond the last column may close
            # at the end of a line, and any other one closes within a line.
            whole = lines[1:] if row == last or place >= width else lines[1:-1]
            if _are_rows(whole, width) or _are_parts_of_rows(lines, whole, place, width):
                line = read.parts[0].records_before + row + 1
                where = f"column {read.columns[place]!r}" if place < width else "a further column"
                raise DataError(
                    f"{read.file.name!r}: in row {wording.count(line)} a quotation mark opens in "
                    f"{where} and stays open for {wording.plural(len(lines) - 1, 'line')} below, "
                    "so that rows there are part of one cell. Delete the mark, or export the "
                    "orders again."
                )


def breaks_in(raw: ir.Table) -> int:
    """Return how many line breaks stand in the cells of a file.

    Args:
        raw: The file's rows, with what stands beyond its last column.
    """
    breaks = [raw[name].re_split("\r\n|\r|\n").length() - 1 for name in raw.columns]
    sums = raw.aggregate([cell.sum().name(str(place)) for place, cell in enumerate(breaks)])
    return int(sums.execute().iloc[0].fillna(0).sum())


_BREAK = "[\\r\\n][^\\r\\n]*"


def _any(raw: ir.Table, pattern: str) -> ir.BooleanValue:
    """Return whether a cell of a row matches a pattern."""
    return ibis.greatest(*(raw[name].re_search(pattern) for name in raw.columns if name != "row"))


def _two_rows(place: int, width: int, delimiter: str) -> str:
    """Return the pattern of a cell that begins in one row's column and ends in another's.

    A cell beyond the last column holds anything, and then a row.
    """
    cell = rf"[^\r\n{re.escape(delimiter)}]*"
    others = f"{re.escape(delimiter)}{cell}"
    if place >= width:
        return rf"[\r\n]{cell}(?:{others}){{{width - 1}}}$"
    first, last = (f"{cell}(?:{others}){{{times}}}" for times in (width - place - 1, place))
    return rf"^{first}[\r\n](?s:.*[\r\n])?{last}$"


def _are_rows(lines: list[list[str]], width: int) -> bool:
    """Return whether most lines of a cell are rows."""
    alike = sum(len(line) == width and _has_values(line) for line in lines)
    return alike > len(lines) / 2


def _are_parts_of_rows(
    lines: list[list[str]], whole: list[list[str]], place: int, width: int
) -> bool:
    """Return whether a cell holds the end of one row, perhaps others, and a part of the last."""
    if len(lines) < 2:
        return False
    usual = Counter(map(len, whole)).most_common(1)[0] if whole else (width, 1)
    are_parts = usual[1] > len(whole) / 2 and place + len(lines[0]) == usual[0] > 1
    if not whole:
        are_parts = are_parts and len(lines[-1]) == place + 1
    return are_parts and _has_values([cell for line in lines for cell in line], len(lines))


def _has_values(cells: list[str], lines: int = 1) -> bool:
    """Return whether there are enough dates, amounts and addresses among the cells of lines."""
    return sum(map(is_value, cells)) >= max(_FEWEST_VALUES, lines / 2)
