"""A plain file -> its rows as text in a table of the engine, by the file's format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from retention.errors import DataError, SingleColumnError
from retention.sheets.markup import is_markup
from retention.sheets.page_reader import read_web_page, read_workbook
from retention.sheets.parquet_reader import read_parquet
from retention.sheets.raw_rows import RawRows
from retention.sheets.text_reader import read_text
from retention.sheets.unpack import WORKBOOK_SUFFIXES, PlainFile
from retention.sheets.workbooks import WORKBOOK_MAGIC

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend  # loads 0.3 s of engines

PARQUET_MAGIC = b"PAR1"


def read_raw(con: Backend, file: PlainFile, folder: Path, table: str) -> RawRows:
    """Read a file into a new table.

    Args:
        con: The engine.
        file: The unpacked file.
        folder: Where temporary copies go.
        table: The new table's name.

    Raises:
        DataError: If it is not a table of at least two columns and a row; it says what was found.
    """
    with file.path.open("rb") as stream:
        magic = stream.read(4)
    if magic == PARQUET_MAGIC:
        raw = read_parquet(con, file, table)
    elif is_markup(file.path):
        raw = read_web_page(con, file, table)
    elif magic in WORKBOOK_MAGIC or file.name.lower().endswith(WORKBOOK_SUFFIXES):
        raw = read_workbook(con, file, table)
    else:
        raw = read_text(con, file, folder, table)
    check_table(file.name, raw.columns, raw.rows)
    return raw


def check_table(name: str, columns: tuple[str, ...], rows: int) -> None:
    """Refuse what can be no table of orders.

    Args:
        name: The name of the file or frame.
        columns: Its column names.
        rows: Its data rows.

    Raises:
        DataError: If it has no row, or less than two columns.
    """
    if rows == 0:
        raise DataError(
            f"{name!r} has column names but no rows below them. Check the export's date range "
            "and filters."
        )
    if len(columns) < 2:
        raise SingleColumnError(
            f"{name!r} has a single column. An order file needs at least a customer, a date and an "
            "amount."
        )
