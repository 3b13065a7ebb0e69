"""A file or a table that was opened, until its columns are checked."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import ibis.expr.types as ir
import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from retention import wording
from retention.cells.names import plain_name
from retention.columns.detection import detect_columns
from retention.columns.likely import likely_columns
from retention.columns.mapping import Mapping
from retention.columns.roles import ROLES
from retention.kept_work.work import Work
from retention.orders.orders import Orders
from retention.sheets.sheet import Sheet, open_sheets
from retention.view import text
from retention.view.session.kept_work import record
from retention.view.session.loaded import UPLOAD, Origin

#: Rows that the column check shows.
PREVIEW_ROWS = 8
_DRAFT = "load_draft"


@dataclass(frozen=True, slots=True)
class Draft:
    """An opened file or table whose columns the marketer is checking.

    Attributes:
        sheet: The file's rows as text; of a table in a warehouse the first ones.
        detected: The columns as they were detected.
        likely: Important roles without a column, and the columns that may play them.
        empty_roles: Roles whose column is there without a single filled cell.
        preview: The first rows as they stand in the file.
        rows: Of the whole file or table.
        origin: Where it came from.
        table: The table, which stays in its warehouse; None of a file.
        readings: The orders made so far. A warehouse keeps them until they are released.
        busy: Held while the sheet is read: a click starts the page anew beside the run that is
            still reading.
    """

    sheet: Sheet
    detected: Mapping
    likely: dict[str, tuple[str, ...]]
    empty_roles: frozenset[str]
    preview: pd.DataFrame
    rows: int
    origin: Origin
    table: ir.Table | None = None
    readings: list[Orders] = field(default_factory=list)
    busy: threading.Lock = field(default_factory=threading.Lock)

    @property
    def kind(self) -> str:
        """What was opened, in a word."""
        return "file" if self.table is None else "table"


def draft() -> Draft | None:
    """Return the file whose columns are being checked, if there is one."""
    return st.session_state.get(_DRAFT)


def keep_draft(opened: Draft) -> None:
    """Let the columns of a file be checked next.

    Args:
        opened: The file.
    """
    st.session_state[_DRAFT] = opened


def drop_draft() -> None:
    """Check no columns any more."""
    st.session_state.pop(_DRAFT, None)


def draft_of_uploads(
    uploads: list[UploadedFile], step: Callable[[str], None], work: Work | None = None
) -> Draft:
    """Open uploaded files as one draft.

    Args:
        uploads: The files.
        step: Is told each step in words.
        work: Saved work that they are opened beside, which knows their columns.

    Raises:
        DataError: One of them is no table, or does not fit with the first.
    """
    megabytes = wording.count(max(1, sum(upload.size for upload in uploads) / 1e6))
    several = f" and {wording.plural(len(uploads) - 1, 'more file')}" * (len(uploads) > 1)
    step(f"Reading {text.plain(uploads[0].name, 80)}{several} ({megabytes} MB)")
    sheet = open_sheets(uploads, [upload.name for upload in uploads])
    return draft_of(sheet, step, UPLOAD, work=work)


def draft_of(
    sheet: Sheet,
    step: Callable[[str], None],
    origin: Origin,
    table: ir.Table | None = None,
    work: Work | None = None,
) -> Draft:
    """Find the columns of what was opened.

    Args:
        sheet: The rows as text.
        step: Is told each step in words.
        origin: Where it came from.
        table: The table that stays in its warehouse; None of a file.
        work: As in `draft_of_uploads`.
    """
    step("Finding the columns")
    detected = record.mapping_for(sheet.columns, work) or detect_columns(sheet)
    rows = sheet.rows
    if table is not None:
        step("Counting the rows")
        rows = int(table.count().execute())
    return Draft(
        sheet=sheet,
        detected=detected,
        likely=likely_columns(sheet, detected),
        empty_roles=_empty_roles(sheet, detected),
        preview=sheet.preview(PREVIEW_ROWS),
        rows=rows,
        origin=origin,
        table=table,
    )


def _empty_roles(sheet: Sheet, detected: Mapping) -> frozenset[str]:
    """Roles without a column, though a column of their name is there: it must be empty."""
    by_name = {plain_name(column): column for column in reversed(sheet.columns)}
    columns = {}
    for role, spec in ROLES.items():
        names = [name for name in map(plain_name, spec.names) if name in by_name]
        if names and role not in detected.columns:
            columns[role] = sheet.table[sheet.column(by_name[names[0]])]
    if not columns:
        return frozenset()
    filled = sheet.table.aggregate(
        **{role: column.strip().nullif("").count() for role, column in columns.items()}
    )
    counts = filled.to_pandas().iloc[0]
    return frozenset(role for role in columns if not counts[role])
