"""Tables as Parquet, and back: every column of a known name and type, within bounds."""

import io
from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from retention import wording
from retention.errors import DataError

MOST_ROWS = 50_000_000
MOST_COLUMNS = 500
#: Bytes of all texts of a table, and of its longest one.
MOST_TEXT_BYTES = 2 << 30
LONGEST_TEXT = 1 << 20
#: Rows that are read at once.
_BATCH = 1 << 16

TEXT, NUMBER, WHOLE, YES_NO = pa.string(), pa.float64(), pa.int64(), pa.bool_()
MOMENT = pa.timestamp("us")


def to_parquet(table: pa.Table) -> bytes:
    """Return a table as a Parquet file.

    Args:
        table: Of any types that Parquet has.
    """
    sink = io.BytesIO()
    pq.write_table(
        table.replace_schema_metadata(None), sink, compression="zstd", store_schema=False
    )
    return sink.getvalue()


def frame_to_parquet(frame: pd.DataFrame, schema: pa.Schema | None = None) -> bytes:
    """Return a frame without its index as a Parquet file.

    Args:
        frame: Of texts and numbers.
        schema: The types of its columns. Where left out, a column without any cell holds texts.
    """
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    fields = [
        pa.field(field.name, TEXT if _is_text(field.type) else field.type) for field in table.schema
    ]
    return to_parquet(table.cast(pa.schema(fields)))


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind)
    )


def from_parquet(content: bytes, part: str, columns: Mapping[str, pa.DataType]) -> pa.Table:
    """Return the table of a Parquet file.

    Args:
        content: The file.
        part: What it is called in a refusal.
        columns: The columns that it may have, and their types. All of them may be missing.

    Raises:
        DataError: It is damaged, too large, or has another column or type.
    """
    return _read(content, part, columns)


def any_table(content: bytes, part: str) -> pa.Table:
    """Return the table of a Parquet file whose columns are texts and numbers under any names.

    Args:
        content: The file.
        part: What it is called in a refusal.

    Raises:
        DataError: It is damaged, too large, or has a column of another type.
    """
    return _read(content, part, None)


def _read(content: bytes, part: str, columns: Mapping[str, pa.DataType] | None) -> pa.Table:
    try:
        schema = pq.read_schema(pa.BufferReader(content))
        _check_schema(schema, part, columns)
        texts = [field.name for field in schema if field.type == TEXT]
        # As a dictionary, a text that stands in a million rows is in memory once.
        file = pq.ParquetFile(pa.BufferReader(content), read_dictionary=texts)
        if file.metadata.num_rows > MOST_ROWS:
            raise DataError(
                f"The part {part!r} has {wording.count(file.metadata.num_rows)} rows, which is too "
                "many."
            )
        table = _decoded(file, schema, part)
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise DataError(
            f"The part {part!r} is damaged. Open another copy of the file, or save the work again."
        ) from error
    return table


def _check_schema(schema: pa.Schema, part: str, columns: Mapping[str, pa.DataType] | None) -> None:
    if len(schema) > MOST_COLUMNS or len(set(schema.names)) < len(schema):
        raise DataError(f"The part {part!r} has too many columns, or two of one name.")
    for field in schema:
        if columns is not None and field.name not in columns:
            raise DataError(
                f"The part {part!r} has a column {field.name[:80]!r}, which is not known there."
            )
        kinds = (TEXT, NUMBER, WHOLE, YES_NO) if columns is None else (columns[field.name],)
        if field.type not in kinds:
            raise DataError(
                f"The part {part!r} has {str(field.type)[:80]} in its column {field.name[:80]!r}, "
                f"not {' or '.join(map(str, kinds))}."
            )


def _decoded(file: pq.ParquetFile, schema: pa.Schema, part: str) -> pa.Table:
    """The whole table, once each batch of it is known to be small enough."""
    batches, size = [], 0
    for batch in file.iter_batches(batch_size=_BATCH):
        columns = []
        for column in batch.columns:
            if pa.types.is_dictionary(column.type):
                lengths = pc.binary_length(column.dictionary)
                longest = pc.max(lengths).as_py() or 0
                size += pc.sum(pc.take(lengths, column.indices)).as_py() or 0
                if longest > LONGEST_TEXT or size > MOST_TEXT_BYTES:
                    raise DataError(
                        f"The part {part!r} unpacks to texts that are too long. Save the work "
                        "again."
                    )
                column = column.dictionary_decode()
            columns.append(column)
        batches.append(pa.RecordBatch.from_arrays(columns, names=schema.names))
    if not batches:
        return schema.empty_table()
    return pa.Table.from_batches(batches).replace_schema_metadata(None)
