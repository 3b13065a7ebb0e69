"""The rows of a platform's file: values, properties, and texts that are not too long."""

import numpy as np
import pandas as pd

from retention.audiences.platforms import Platform, platform_table
from retention.customers.contact_values import clean_text, per_value
from retention.errors import DataError

#: The columns of properties that may be Meta's `value`, best first.
_VALUES = ("value", "cltv")


def file_table(
    spec: Platform,
    cells: pd.DataFrame,
    contacts: pd.DataFrame,
    properties: pd.DataFrame | None,
    hashed: bool,
) -> tuple[pd.DataFrame, int]:
    """Return the rows of a platform's file, and the number of texts that were cut."""
    brought = set(contacts.columns) | {"email"}
    table = platform_table(spec, _with_value(cells, properties), brought, hashed)
    if spec.properties and properties is not None:
        table = _with_properties(table, cells["customer_id"], properties)
    return _cut(table, spec.text_bytes) if spec.text_bytes else (table, 0)


def _with_value(cells: pd.DataFrame, properties: pd.DataFrame | None) -> pd.DataFrame:
    """The people with the value that Meta ranks them by, "" where none is given."""
    name = next((name for name in _VALUES if properties is not None and name in properties), None)
    if name is None or properties is None:
        return cells.assign(value="")
    given = _properties_of(cells["customer_id"], properties)[name]
    values = pd.to_numeric(given, errors="coerce").to_numpy(float)
    written = [f"{max(value, 0.0):.2f}" if np.isfinite(value) else "" for value in values]
    return cells.assign(value=np.array(written, dtype=object))


def _properties_of(ids: pd.Series, properties: pd.DataFrame) -> pd.DataFrame:
    if not properties.index.is_unique:
        raise DataError("The properties have several rows for one customer. Give one row each.")
    return properties.reindex(pd.Index(ids, dtype=object))


def _with_properties(table: pd.DataFrame, ids: pd.Series, properties: pd.DataFrame) -> pd.DataFrame:
    taken = {str(header).casefold() for header in table}
    values = _properties_of(ids, properties)
    for place, label in enumerate(properties.columns):
        header = clean_text(str(label))
        if not header or header.casefold() in taken:
            raise DataError(
                f"A property is named {header!r} like another column of the file. Give it another "
                "name."
            )
        taken.add(header.casefold())
        table[header] = _written(values.iloc[:, place]).to_numpy(object)
    return table


def _written(column: pd.Series) -> pd.Series:
    """Dates as YYYY-MM-DD, yes and no as true and false, rounded numbers, texts on one line."""
    types = pd.api.types
    if types.is_datetime64_any_dtype(column.dtype):
        return pd.Series(column.dt.strftime("%Y-%m-%d"))
    if types.is_bool_dtype(column.dtype):
        return column.astype(object).map({True: "true", False: "false"})
    if types.is_numeric_dtype(column.dtype):
        return column.round(6)
    return pd.Series(per_value(column, _one_value), index=column.index, dtype="object")


def _one_value(text: str) -> str:
    day, _, clock = text.partition(" ")
    # A frame of mixed kinds holds its days as objects.
    return day if clock == "00:00:00" else clean_text(text)


def _cut(table: pd.DataFrame, most: int) -> tuple[pd.DataFrame, int]:
    """The table with its texts cut to a number of bytes, and how many were longer."""
    shortened, count = table.copy(), 0
    for name, column in table.items():
        is_long = column.map(lambda cell: isinstance(cell, str) and _is_longer(cell, most))
        if is_long.any():
            count += int(is_long.sum())
            shortened[name] = column.mask(
                is_long, column[is_long].map(lambda cell: _start(cell, most))
            )
    return shortened, count


def _is_longer(text: str, most: int) -> bool:
    # A letter takes up to four bytes.
    return 4 * len(text) > most < len(text.encode("utf-8", "replace"))


def _start(text: str, most: int) -> str:
    """The beginning of a text, up to a whole letter."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
