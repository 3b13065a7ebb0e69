"""Tables as Parquet, and back: every column of a known name and type, within bounds."""

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from retention import wording
from retention.errors import DataError
from retention.file_worker.process import UnreadableFileError, decode
from retention.left_over_files import process_prefix

MOST_ROWS = 50_000_000
MOST_COLUMNS = 500
#: Bytes that a table may always have, how many times as large as its file it may be, and the most.
FEW_BYTES, MOST_BY_SIZE, MOST_BYTES = 256 << 20, 200, 4 << 30
#: Bytes of the longest text.
LONGEST_TEXT = 1 << 20
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
    with tempfile.TemporaryDirectory(
        prefix=process_prefix(), ignore_cleanup_errors=True
    ) as temporary:
        path, answers = Path(temporary) / "part", Path(temporary) / "answers"
        path.write_bytes(content)
        answers.mkdir()
        most = min(max(FEW_BYTES, MOST_BY_SIZE * len(content)), MOST_BYTES)
        try:
            table = decode("parquet", path, answers, most).tables[0]
        except UnreadableFileError as error:
            if error.problem == "too large":
                raise DataError(f"The part {part!r} is too large. Save the work again.") from error
            raise DataError(
                f"The part {part!r} is damaged. Open another copy of the file, or save the work "
                "again."
            ) from error
    _check_schema(table.schema, part, columns)
    _check_size(table, part)
    return table.replace_schema_metadata(None)


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


def _check_size(table: pa.Table, part: str) -> None:
    if table.num_rows > MOST_ROWS:
        raise DataError(
            f"The part {part!r} has {wording.count(table.num_rows)} rows, which is too many."
        )
    texts = [column for column in table.columns if column.type == TEXT]
    if any((pc.max(pc.binary_length(text)).as_py() or 0) > LONGEST_TEXT for text in texts):
        raise DataError(f"The part {part!r} holds a text that is too long. Save the work again.")
