"""A frame of pandas or Polars, or an Arrow table -> cells as text that reads in one way only."""

import hashlib
import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from retention.arrow_types import in_engine_type
from retention.errors import DataError

#: Up to this size every whole float is exact.
_EXACT = 2**53
_PANDAS_TEXT = ("string", "empty")


@dataclass(frozen=True, slots=True)
class FrameCells:
    """The cells of a frame.

    Attributes:
        names: The column names as the frame has them; they may repeat.
        columns: The cells of each column, all text.
        rows: Number of rows.
        digest: Of names and cells.
        notes: What was noticed.
    """

    names: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]
    rows: int
    digest: str
    notes: tuple[str, ...] = ()


def is_frame(source: object) -> bool:
    """Return whether a source is a frame of pandas, Polars or Arrow, or one that Arrow can take."""
    return isinstance(source, pd.DataFrame) or hasattr(source, "__arrow_c_stream__")


def read_frame(source: Any, name: str) -> FrameCells:
    """Return the cells of a frame as text.

    Numbers, dates and times are written so that they can be read in one way only. A moment with a
    time zone is shown as the clocks of its zone show it, since an order counts on the shop's day.

    Args:
        source: A frame as `is_frame` knows it.
        name: What to call it.

    Raises:
        DataError: If Arrow cannot take it.
    """
    if isinstance(source, pd.DataFrame):
        names, arrays, notes = _pandas_columns(source)
        rows = len(source)
    else:
        try:
            table = pa.table(source)
        except (pa.ArrowException, TypeError, ValueError, NotImplementedError) as error:
            raise DataError(
                f"{name!r} cannot be read as a table ({error}). Give a frame of pandas or Polars, "
                "or an Arrow table."
            ) from error
        names, arrays, notes, rows = table.column_names, table.columns, [], table.num_rows
    columns = [_text(array) for array in arrays]
    return FrameCells(
        names=tuple(names),
        columns=tuple(columns),
        rows=rows,
        digest=_digest(names, columns),
        notes=tuple(notes),
    )


def _pandas_columns(frame: pd.DataFrame) -> tuple[list[str], list[pa.ChunkedArray], list[str]]:
    """Return names and cells, those of an index that says something first, and notes."""
    index, notes = _index_columns(frame.index)
    names = [_label(label) for label in (*index, *frame.columns)]
    columns = [*index.values(), *(frame.iloc[:, place] for place in range(frame.shape[1]))]
    return names, [_chunked(_pandas_array(column)) for column in columns], notes


def _index_columns(index: pd.Index) -> tuple[dict[str, pd.Series], list[str]]:
    """Return the levels of an index that are columns, and notes.

    Levels with a name are columns, and moments without one. Mere numbers of rows are not.
    """
    levels = [index.get_level_values(place) for place in range(index.nlevels)]
    said = [
        level
        for level in levels
        if level.name is not None or isinstance(level, pd.DatetimeIndex | pd.PeriodIndex)
    ]
    columns = {
        _label("Index" if level.name is None else level.name): pd.Series(level) for level in said
    }
    if columns:
        names = ", ".join(map(repr, columns))
        return columns, [f"The frame's index is read as a column: {names}."]
    if not pd.api.types.is_integer_dtype(index.dtype):
        return {}, ["The frame's index has no name and is not read. Name it to have it read."]
    return {}, []


def _label(label: object) -> str:
    parts = label if isinstance(label, tuple) else (label,)
    return " ".join(str(part) for part in parts if str(part).strip())


def _chunked(array: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _pandas_array(column: pd.Series) -> pa.Array | pa.ChunkedArray:
    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        column = column.astype(kind.categories.dtype if _is_plain(kind) else object)
        kind = column.dtype
    if isinstance(kind, pd.DatetimeTZDtype):
        return pa.Array.from_pandas(column.dt.tz_localize(None))
    if isinstance(kind, pd.PeriodDtype):
        return pa.Array.from_pandas(column.dt.to_timestamp())
    is_mixed = (
        pd.api.types.is_object_dtype(kind)
        and pd.api.types.infer_dtype(column, skipna=True) not in _PANDAS_TEXT
    )
    if not is_mixed and not isinstance(kind, pd.IntervalDtype):
        try:
            return pa.Array.from_pandas(column)
        except (pa.ArrowException, TypeError, ValueError):
            pass  # a type that Arrow does not know: cell by cell
    return pa.array([_cell_text(cell) for cell in column.tolist()], pa.string())


def _is_plain(kind: pd.CategoricalDtype) -> bool:
    """Return whether the categories can be cells of a column that has gaps."""
    return not pd.api.types.is_integer_dtype(kind.categories.dtype) and not isinstance(
        kind.categories.dtype, pd.IntervalDtype
    )


def _cell_text(cell: Any) -> str | None:
    """Return a Python object as text; None where it stands for no value."""
    if isinstance(cell, str):
        return cell
    if cell is None or cell is pd.NaT or cell is pd.NA:
        return None
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(cell, float):
        return _float_text(cell)
    if isinstance(cell, Decimal):
        return None if cell.is_nan() else _unmistakable(f"{cell:f}")
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _float_text(number: float) -> str | None:
    if math.isnan(number):
        return None
    if number.is_integer() and abs(number) <= _EXACT:
        return str(int(number))
    return _unmistakable(repr(float(number)))


def _unmistakable(text: str) -> str:
    """Return a number with a fourth decimal where there are three: 1.234 may be a thousand."""
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals}0" if len(decimals) == 3 and decimals.isdigit() else text


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the cells of an Arrow column as text."""
    if pa.types.is_run_end_encoded(column.type):
        column = pc.run_end_decode(column)
    if pa.types.is_dictionary(column.type):
        column = _looked_up(column)
    if pa.types.is_decimal(column.type):
        return _three_decimals(column.cast(pa.string()))
    column = in_engine_type(column)
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    if pa.types.is_timestamp(kind):
        return _moments(column)
    if pa.types.is_floating(kind):
        return _floats(column)
    try:
        return column.cast(pa.large_string() if pa.types.is_string_view(kind) else pa.string())
    except pa.ArrowException:
        return pa.chunked_array([pa.array(map(_cell_text, column.to_pylist()), pa.string())])


def _looked_up(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the cells that a dictionary's column stands for.

    Polars writes categories as views of texts, which Arrow cannot look up.
    """
    kind = column.type.value_type
    if pa.types.is_string_view(kind):
        kind = pa.large_string()
    pieces = [piece.dictionary.cast(kind).take(piece.indices) for piece in column.chunks]
    return pa.chunked_array(pieces, kind)


def _moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if column.type.tz:
        column = pc.local_timestamp(column)
    try:
        return column.cast(pa.timestamp("s")).cast(pa.string())
    except pa.ArrowInvalid:
        return column.cast(pa.timestamp("us"), safe=False).cast(pa.string())


def _floats(column: pa.ChunkedArray) -> pa.ChunkedArray:
    column = pc.if_else(pc.is_nan(column), None, column)
    text = column.cast(pa.string())
    # Numbers such as 1e15 are written in full, as far as they are exact.
    number = column.cast(pa.float64())
    is_whole = pc.and_(pc.equal(pc.floor(number), number), pc.less_equal(pc.abs(number), _EXACT))
    whole = pc.if_else(is_whole, number, None).cast(pa.int64()).cast(pa.string())
    return pc.coalesce(whole, _three_decimals(text))


def _three_decimals(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Do what `_unmistakable` does, for a column."""
    is_open = pc.match_substring_regex(text, r"^[^.]*\.\d{3}$")
    if not pc.any(is_open).as_py():
        return text
    return pc.if_else(is_open, pc.binary_join_element_wise(text, "0", ""), text)


class _Hashing:
    """A file that keeps a hash of what is written to it."""

    closed = False

    def __init__(self) -> None:
        self.hash = hashlib.sha256()

    def write(self, data: Any) -> int:
        self.hash.update(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: all is hashed already."""


def _digest(names: list[str], columns: list[pa.ChunkedArray]) -> str:
    sink = _Hashing()
    sink.hash.update(repr(list(names)).encode())
    for column in columns:
        # In one piece, so that equal cells have equal digests however they were cut.
        whole = pa.table([column.cast(pa.large_string()).combine_chunks()], ["cells"])
        with pa.ipc.new_stream(pa.PythonFile(sink, "w"), whole.schema) as stream:
            stream.write_table(whole)
    return sink.hash.hexdigest()
