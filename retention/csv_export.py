"""Frames as CSV files that a spreadsheet opens correctly, and that run nothing in it."""

from __future__ import annotations

import re
from datetime import date
from numbers import Number

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionDtype

# Excel in Japanese, Chinese and Korean reads the full-width and small forms as the plain signs.
_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫"
# What may stand before the sign without stopping the spreadsheet: blanks, invisible characters,
# quotes.
_SKIPPED = "\\s\x00-\x20\u00a0\u3000\ufeff\u200b-\u200f\u2060\"'`\u2018-\u201f"
# A cell may also start inside a text. Where the separator is a semicolon (most of Europe), the
# quotes of a comma-separated file do not hold: a text is cut at its own separators and line breaks.
_CELL_START = f"(?:^|[;|\t\r\n])[{_SKIPPED}]*[{_SIGNS}]"
_RISKY = re.compile(f"{_CELL_START}|^[\t\r\n]")
_GUARD = re.compile(f"(?:^|(?<=[;|\t\r\n]))(?=[{_SKIPPED}]*[{_SIGNS}])|^(?=[\t\r\n])")


def to_csv(frame: pd.DataFrame, index: bool = True) -> bytes:
    """Return a frame as CSV: UTF-8 with a byte order mark, commas and one header line.

    Text that a spreadsheet would run as a formula gets an apostrophe in front, in cells, index and
    headers alike. Such text starts with = + - @ or their full-width forms, also behind blanks,
    quotes or a separator. A tab or a line break at the start counts too. Numbers, dates and
    booleans stay as they are. A missing value is an empty cell.

    Args:
        frame: The frame.
        index: Whether the index comes first.

    Returns:
        The file.

    >>> frame = pd.DataFrame({"name": ["=1+1", "Ann"], "value": [-2.5, 3.0]})
    >>> to_csv(frame, index=False).decode("utf-8-sig").split()
    ['name,value', "'=1+1,-2.5", 'Ann,3.0']
    """
    if index:
        frame = frame.reset_index(allow_duplicates=True)
    safe = frame.copy(deep=False)
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if not _is_plain(column.dtype):
            safe.isetitem(place, _safe_column(column))  # type: ignore[arg-type]
    safe.columns = [safe_text(str(name)) for name in frame.columns]
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig", errors="replace")


def safe_text(text: str) -> str:
    """Return a text with an apostrophe wherever a spreadsheet would start to run it.

    Args:
        text: The text of a cell or a header.

    Returns:
        The text, harmless in a spreadsheet.

    >>> safe_text("@SUM(A1)"), safe_text("Ann Lee"), safe_text("a;=b")
    ("'@SUM(A1)", 'Ann Lee', "a;'=b")
    """
    return _GUARD.sub("'", text)


def _is_plain(dtype: np.dtype | ExtensionDtype) -> bool:
    """Whether a column of this type can hold nothing but numbers, booleans and times."""
    types = pd.api.types
    return (
        types.is_numeric_dtype(dtype)
        or types.is_datetime64_any_dtype(dtype)
        or types.is_bool_dtype(dtype)
    )


def _safe_column(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
        return column if _is_plain(column.dtype) else _safe_column(column)
    if column.dtype == object:
        return column.map(_safe_value)
    # A column of text: one fast pass finds the few cells that need a closer look.
    risky = column.str.contains(_RISKY.pattern, regex=True, na=False).to_numpy(bool)
    if risky.any():
        column = column.copy()
        column[risky] = column[risky].map(safe_text)
    return column


def _safe_value(value: object) -> object:
    return value if value is None or isinstance(value, Number | date) else safe_text(str(value))
