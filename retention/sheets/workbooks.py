"""A workbook -> its sheets as pages of cells, decoded by a worker."""

import pyarrow as pa

from retention.errors import DataError
from retention.file_worker.process import UnreadableFileError, decode
from retention.sheets.grids import Grid, Merge
from retention.sheets.unpack import MAX_UNPACKED_BYTES, PlainFile
from retention.temporary_files import temporary_folder

WORKBOOK_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_grids(file: PlainFile) -> tuple[list[Grid], list[str]]:
    """Return the sheets that hold cells, and the names of those that are hidden.

    A hidden sheet is read only where no other one is there.

    Raises:
        DataError: If it is no workbook that can be read.
    """
    with temporary_folder() as folder:
        try:
            decoded = decode("workbook", file.path, folder, MAX_UNPACKED_BYTES)
        except UnreadableFileError as error:
            raise _refused(file, error) from error
    sheets = zip(decoded.about["sheets"], decoded.tables, strict=True)
    grids = [_grid(sheet["title"], sheet["merges"], cells) for sheet, cells in sheets]
    return [grid for grid in grids if not grid.is_empty()], decoded.about["hidden"]


def _refused(file: PlainFile, error: UnreadableFileError) -> DataError:
    if error.problem == "damaged":
        return DataError(
            f"{file.name!r} cannot be read as an Excel workbook ({error.detail}). Save the orders "
            "as CSV."
        )
    if error.problem == "fallen":
        return DataError(
            f"{file.name!r} is damaged inside or takes too much memory, and cannot be read as an "
            "Excel workbook. Open it in Excel and save the orders as CSV."
        )
    return DataError(
        f"{file.name!r} takes too much memory or time to read as an Excel workbook. Save the "
        "orders as CSV, or export a shorter time."
    )


def _grid(title: str, merges: list[list[int]], cells: pa.Table) -> Grid:
    columns = [column.to_pylist() for column in cells.columns]
    return Grid(
        title=title,
        rows=[list(row) for row in zip(*columns, strict=True)],
        merges=tuple(
            Merge(top=top, bottom=bottom, left=left, right=right)
            for top, left, bottom, right in merges
        ),
    )
