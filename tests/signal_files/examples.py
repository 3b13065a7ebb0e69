"""Customers, and files of signals about them, made by code."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pandas as pd


def customers(*ids: str, **columns: Sequence[str | None]) -> pd.DataFrame:
    """Customers as `contacts` returns them; ann, ben and cem unless ids are given."""
    index = pd.Index(ids or ("ann@example.com", "ben@example.com", "cem@example.com"))
    return pd.DataFrame(dict(columns), index=index.rename("customer_id"), dtype=object)


def csv_file(*rows: Sequence[object], delimiter: str = ",") -> bytes:
    """A file of these rows, the first of which is the header."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()
