"""Parquet -> its rows as text in a table of the engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

from retention import wording
from retention.errors import DataError
from retention.file_worker.process import UnreadableFileError, decode
from retention.sheets.parts import Part
from retention.sheets.raw_rows import RawRows, raw_names, refuse_many_columns, unique_names
from retention.sheets.unpack import SUSPICIOUS_FROM_BYTES, SUSPICIOUS_RATIO, PlainFile
from retention.temporary_files import temporary_folder

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend  # loads 0.3 s of engines


def read_parquet(con: Backend, file: PlainFile, table: str) -> RawRows:
    """Read a Parquet file into a new table."""
    most = max(SUSPICIOUS_FROM_BYTES, SUSPICIOUS_RATIO * file.path.stat().st_size)
    with temporary_folder() as folder:
        try:
            rows = decode("parquet", file.path, folder, most).tables[0]
        except UnreadableFileError as error:
            raise _refused(file, error, most) from error
    if not rows.num_columns:
        raise DataError(f"{file.name!r} has no columns. Export the orders again.")
    refuse_many_columns(rows.num_columns, file.name)
    columns = unique_names(rows.column_names, rows.num_columns)
    kinds = rows.schema.types
    try:
        con.create_table("source", rows.rename_columns(raw_names(columns)))
        source = con.table("source")
        cells = {
            raw: _unmistakable(_on_its_clock(source[raw], kind))
            for raw, kind in zip(source.columns, kinds, strict=True)
        }
        con.create_table(table, source.select(**cells))
        con.drop_table("source")
    except (duckdb.Error, pa.ArrowException) as error:
        raise DataError(f"{file.name!r} is a damaged Parquet file. Export it again.") from error
    return RawRows(
        file=file,
        table=table,
        columns=columns,
        rows=rows.num_rows,
        parts=(Part(name=file.name, first_row=0, records_before=1),),
        notes=file.notes,
    )


def _refused(file: PlainFile, error: UnreadableFileError, most: int) -> DataError:
    if error.problem == "too large":
        return DataError(
            f"{file.name!r} unpacks to more than {wording.count(most >> 20)} MB from a small file. "
            "Export the order columns only, or save the orders as CSV."
        )
    if error.problem in ("memory", "time"):
        return DataError(
            f"{file.name!r} takes too much memory or time to read. Export the order columns only, "
            "or save the orders as CSV."
        )
    return DataError(f"{file.name!r} is a damaged Parquet file. Export it again.")


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def timezone(zone: str, moment: dt.Timestamp(timezone="UTC")) -> dt.timestamp:  # type: ignore[valid-type]
    """Return DuckDB's clock of a time zone at a moment.

    Args:
        zone: The zone's name.
        moment: The moment.

    Returns:
        The clock's time.
    """


def _on_its_clock(column: ir.Column, kind: pa.DataType) -> ir.Column:
    """Moments of a time zone as its clocks show them: what counts is the shop's own."""
    if not (pa.types.is_timestamp(kind) and kind.tz):
        return column
    # Nanoseconds of a zone are of a type of their own in the engine.
    column = column.cast(dt.Timestamp(timezone="UTC"))
    offset = re.fullmatch(r"([+-])(\d\d):?(\d\d)", kind.tz)
    if offset is None:
        return timezone(kind.tz, column)
    minutes = int(f"{offset[1]}1") * (60 * int(offset[2]) + int(offset[3]))
    return timezone("UTC", column) + ibis.interval(minutes=minutes)


def _unmistakable(column: ir.Column) -> ir.StringValue:
    """Return cells as text: 1.234 as 1.2340, since the text of a number may be a thousand."""
    if column.type().is_floating():
        column = ibis.ifelse(column.isnan(), ibis.null(column.type()), column)
    text = column.cast("string")
    if column.type().is_floating() or column.type().is_decimal():
        return ibis.ifelse(text.re_search(r"^[^.]*\.\d{3}$"), text + "0", text)
    return text
