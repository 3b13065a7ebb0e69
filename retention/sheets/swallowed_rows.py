"""Rows that a stray quotation mark made part of a cell: they must not get lost in silence."""

import ibis
import ibis.expr.types as ir

from retention import wording
from retention.errors import DataError
from retention.sheets.header import is_value
from retention.sheets.raw_rows import RawRows

#: Cells with line breaks that are looked at.
_MOST_CELLS = 10_000
#: Values, such as a date and an amount, by which a line of a cell is a row.
_FEWEST_VALUES = 2


def check_quotes(raw: ir.Table, read: RawRows, delimiter: str) -> None:
    """Refuse a file in which a mark opens in one row and closes in a later one.

    Args:
        raw: The file's rows.
        read: What the file is.
        delimiter: What stands between its cells.

    Raises:
        DataError: If a cell holds whole rows; it says where.
    """
    # One flat expression: thousands of nested ones are too deep.
    broken = ibis.greatest(*(raw[name].like("%\n%\n%") for name in raw.columns))
    cells = raw.mutate(row=raw.rowid()).filter(broken).limit(_MOST_CELLS).to_pyarrow()
    rows = cells["row"].to_pylist()
    for column, name in zip(cells.drop_columns("row").columns, read.columns, strict=False):
        for row, cell in zip(rows, column.to_pylist(), strict=True):
            swallowed = _rows_in(cell or "", delimiter, len(read.columns))
            if swallowed:
                line = read.parts[0].records_before + row + 1
                raise DataError(
                    f"{read.file.name!r}: in row {wording.count(line)} a quotation mark opens "
                    "in column "
                    f"{name!r} and closes {wording.count(swallowed + 1)} lines later, so that "
                    "the rows between "
                    "are one cell. Delete the mark there, or export the orders again."
                )


def _rows_in(cell: str, delimiter: str, width: int) -> int:
    """Return the lines of a cell if they are rows of the table, 0 if they are a text."""
    lines = [line.split(delimiter) for line in cell.splitlines()[1:-1]]
    alike = sum(len(line) == width and sum(map(is_value, line)) >= _FEWEST_VALUES for line in lines)
    return len(lines) if alike > len(lines) / 2 else 0
