"""Short texts of records, for the console and as HTML for notebooks.

A record may hold tables of all customers. Its text says how large they are and no more, so that
printing it neither floods a notebook nor shows who the customers are.
"""

import dataclasses
import html
import reprlib
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

_Record = TypeVar("_Record", bound=type)
#: Characters of a text up to which it stands on one line.
ONE_LINE = 88
#: Characters of a nested record up to which its fields are shown.
_NESTED = 60


class _ShortTexts(reprlib.Repr):
    """Python's own shortener, which also knows tables, arrays and records."""

    def __init__(self) -> None:
        super().__init__()  # takes the limits as arguments from Python 3.12 on
        self.maxlevel = 3
        self.maxtuple = self.maxlist = self.maxset = self.maxfrozenset = self.maxdict = 4
        self.maxstring = self.maxother = _NESTED

    def repr1(self, x: Any, level: int) -> str:
        """Return the text of a value: tables by their size, records by their fields."""
        if isinstance(x, pd.DataFrame):
            return f"<DataFrame: {len(x):,} rows × {x.shape[1]} columns>"
        if isinstance(x, pd.Series | pd.Index):
            return f"<{type(x).__name__}: {len(x):,} values>"
        if isinstance(x, np.ndarray):
            return f"<array: {' × '.join(f'{size:,}' for size in x.shape)}>"
        if isinstance(x, np.generic):
            return self.repr1(x.item(), level)
        if dataclasses.is_dataclass(x) and not isinstance(x, type):
            return self._nested(x, level)
        return super().repr1(x, level)

    def repr_float(self, x: float, level: int) -> str:  # noqa: ARG002 - the shortener's signature
        """Return a number with six figures."""
        return f"{x:.6g}"

    def repr_Table(self, x: Any, level: int) -> str:  # noqa: ARG002, N802 - named after the type
        """Return how many columns a table of Ibis has: its own text may ask the engine."""
        return f"<Table: {len(x.columns)} columns>"

    def _nested(self, record: Any, level: int) -> str:
        """Return a record inside another one: whole, by its first field, or by its name alone."""
        by_name = f"{type(record).__name__}(...)"
        if level <= 0:
            return by_name
        fields = self.fields(record, level - 1)
        first = next((f"{name}={value}" for name, value in fields.items()), "")
        texts = (_on_one_line(record, fields), by_name.replace("...", f"{first}, ..."))
        return next((text for text in texts if len(text) <= _NESTED), by_name)

    def fields(self, record: Any, level: int) -> dict[str, str]:
        """Return the short text of each public field of a record."""
        return {
            field.name: self.repr1(getattr(record, field.name), level)
            for field in dataclasses.fields(record)
            if field.repr and not field.name.startswith("_")
        }


_SHORT = _ShortTexts()


def displayed(record: _Record) -> _Record:
    """Give a dataclass a short text for the console, and one in HTML for notebooks.

    It stands above `@dataclass`. Fields with `repr=False` and private ones are not shown.
    """
    setattr(record, "__repr__", _text)  # noqa: B010 - mypy refuses to assign a method
    setattr(record, "_repr_html_", _html)  # noqa: B010
    return record


def key_text(value: object) -> str:
    """Return all of a value as text, for keys and digests: nothing is shortened or rounded.

    Args:
        value: A record of plain values, or tuples, lists and mappings of them.

    Returns:
        A text that is the same for equal values, and another one for others.

    Raises:
        TypeError: It holds a table or an array, whose text leaves values out.
    """
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index | np.ndarray):
        raise TypeError(f"A {type(value).__name__} is no part of a key.")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return f"{type(value).__qualname__}({key_text(fields)})"
    if isinstance(value, Mapping):
        pairs = [f"{key_text(key)}: {key_text(held)}" for key, held in value.items()]
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, tuple | list):
        return f"{type(value).__name__}({', '.join(map(key_text, value))})"
    return repr(value)


def _text(record: Any) -> str:
    fields = _SHORT.fields(record, _SHORT.maxlevel)
    text = _on_one_line(record, fields)
    if len(text) <= ONE_LINE:
        return text
    lines = [f"    {name}={value}," for name, value in fields.items()]
    return "\n".join([f"{type(record).__name__}(", *lines, ")"])


def _html(record: Any) -> str:
    rows = "".join(
        f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
        f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
        for name, value in _SHORT.fields(record, _SHORT.maxlevel).items()
    )
    return f"<strong>{html.escape(type(record).__name__)}</strong><table>{rows}</table>"


def _on_one_line(record: Any, fields: dict[str, str]) -> str:
    listed = ", ".join(f"{name}={value}" for name, value in fields.items())
    return f"{type(record).__name__}({listed})"
