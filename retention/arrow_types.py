"""Types of Arrow and Parquet columns that every engine has, and columns in them."""

from typing import TypeVar

import pyarrow as pa

Column = TypeVar("Column", pa.Array, pa.ChunkedArray)


def in_engine_type(column: Column) -> Column:
    """Return a column in a type that engines have; of a type that none stands for, as texts.

    Args:
        column: A column of any type but a dictionary.

    Raises:
        pyarrow.ArrowException: If a cell does not fit what its column says.
    """
    kind = engine_type(column.type)
    if kind is not None:
        # Only spans lose anything: what is shorter than a microsecond.
        return column if kind == column.type else column.cast(kind, safe=False)
    cells = pa.array((None if cell is None else str(cell) for cell in column.to_pylist()), _TEXT)
    return pa.chunked_array([cells]) if isinstance(column, pa.ChunkedArray) else cells


def engine_type(kind: pa.DataType) -> pa.DataType | None:
    """Return the type that stands for one of Arrow, at any depth; None where none does.

    A column without a cell has no type where pandas wrote it: it becomes one of texts. So do UUIDs,
    which no type stands for.
    """
    types = pa.types
    if types.is_null(kind):
        return _TEXT
    if types.is_float16(kind):
        return pa.float32()
    if types.is_decimal256(kind):
        return pa.float64()  # as a text, 1.500 could be read as 1,500
    if types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")  # pandas writes nanoseconds, which engines do not have
    if types.is_fixed_size_binary(kind) or types.is_binary_view(kind):
        return pa.binary()
    if isinstance(kind, pa.BaseExtensionType):
        return None
    if types.is_nested(kind):
        return _nested_type(kind)
    return kind


def _nested_type(kind: pa.DataType) -> pa.DataType | None:
    """Return the type that stands for a list, a structure or a map."""
    parts = [engine_type(kind.field(place).type) for place in range(kind.num_fields)]
    if None in parts:
        return None
    if pa.types.is_list(kind):
        return pa.list_(*parts)
    if pa.types.is_large_list(kind):
        return pa.large_list(*parts)
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(*parts, kind.list_size)
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(part) for field, part in zip(kind, parts, strict=True)])
    if pa.types.is_map(kind):
        return pa.map_(kind.key_type, engine_type(kind.item_type))
    return None


_TEXT = pa.string()
