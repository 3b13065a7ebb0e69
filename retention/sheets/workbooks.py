"""A workbook -> its sheets as pages of cells."""

from datetime import datetime
from typing import Any

from retention.errors import DataError
from retention.sheets.compound_files import has_endless_chain
from retention.sheets.grids import Grid, Merge, even_rows
from retention.sheets.unpack import PlainFile

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
WORKBOOK_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_grids(file: PlainFile) -> tuple[list[Grid], list[str]]:
    """Return the sheets that hold cells, and the names of those that are hidden.

    A hidden sheet is read only where no other one is there.

    Raises:
        DataError: If it is no workbook that can be read.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    if has_endless_chain(file.path):
        raise _damaged(file)
    try:
        with CalamineWorkbook.from_path(str(file.path)) as book:
            visible = SheetVisibleEnum.Visible
            shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible == visible]
            read = shown or book.sheet_names
            hidden = [title for title in book.sheet_names if title not in read]
            grids = [_grid(title, book.get_sheet_by_name(title)) for title in read]
    except (CalamineError, OSError, ValueError) as error:
        raise DataError(
            f"{file.name!r} cannot be read as an Excel workbook ({error}). Save the orders as CSV."
        ) from error
    except BaseException as error:
        # The reader's own failure inside a damaged file is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(file) from None
    return [grid for grid in grids if not grid.is_empty()], hidden


def _damaged(file: PlainFile) -> DataError:
    return DataError(
        f"{file.name!r} is damaged inside and cannot be read as an Excel workbook. Open it in "
        "Excel and save the orders as CSV."
    )


def _grid(title: str, sheet: Any) -> Grid:  # a CalamineSheet, whose import waits for a workbook
    rows = [[_cell_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    merges = tuple(
        Merge(top=top, bottom=bottom, left=left, right=right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )
    return Grid(title=title, rows=even_rows(rows), merges=merges)


def _cell_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if value is None:
        return ""
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)
