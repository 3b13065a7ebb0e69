"""The cells of a file of signals as values: scores, days, amounts, statuses and consent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from retention import wording
from retention.cells.dates import find_date_style, read_dates
from retention.cells.money import find_money_style, read_money
from retention.orders.rows import customer_text
from retention.sheets.sheet import Sheet
from retention.signal_files.kinds import SignalKind, SignalRole
from retention.signal_files.words import (
    email_consent,
    holds_refusals,
    is_recovered,
    satisfaction_of,
    score_of,
    subscription_status,
)

#: Highest scores of usual scales: the file's highest score belongs to the next one.
SCALES = (5.0, 7.0, 10.0, 100.0)
#: Scales of reviews.
STAR_SCALES = (5.0, 10.0, 100.0)
#: Words that stand for no answer.
NO_ANSWERS = ("offered", "unoffered", "n/a", "na", "-", "null", "none", "nan", "skipped")


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The rows of a file of signals as values.

    Attributes:
        frame: A row for each row of the file: `customer` (text), and for each role its value,
            missing where it is empty or cannot be read.
        texts: The same cells as text, "" for an empty one.
        scale: The highest possible score; None where the kind has none.
        notes: What was assumed, a sentence each.
    """

    frame: pd.DataFrame
    texts: pd.DataFrame
    scale: float | None
    notes: tuple[str, ...]


def read_cells(
    sheet: Sheet, kind: SignalKind, columns: dict[str, str], day_first: bool | None
) -> Cells:
    """Return the cells of the chosen columns as values.

    Args:
        sheet: The file.
        kind: Its kind.
        columns: Role -> column.
        day_first: How 05/04/2024 is read where both ways fit.
    """
    table, notes = sheet.table, list(sheet.notes)
    raw = {role: sheet.column(name) for role, name in columns.items()}
    query = {"customer": customer_text(table, raw["customer"])}
    query |= {f"text_{role}": table[name].strip().fill_null("") for role, name in raw.items()}
    for role, name in raw.items():
        match kind.role(role).value:
            case "date":
                style = find_date_style(table, name, day_first)
                query[role] = read_dates(table, name, style)
                if style.ambiguous:
                    order = "day" if style.day_first else "month"
                    notes.append(f"{columns[role]!r} is read with the {order} first: {style.why}.")
            case "number":
                query[role] = read_money(table, name, find_money_style(table, name))
    frame = table.select(row=table.rowid(), **query).to_pandas()
    frame = frame.sort_values("row", ignore_index=True).drop(columns="row")
    texts = frame[[f"text_{role}" for role in raw]].rename(columns=lambda name: name[5:])
    frame = frame.drop(columns=[f"text_{role}" for role in raw])
    scale = _read_words(kind, columns, frame, texts)
    notes += _unread_notes(kind, columns, frame, texts)
    return Cells(frame=frame, texts=texts, scale=scale, notes=tuple(notes))


def _read_words(
    kind: SignalKind, columns: dict[str, str], frame: pd.DataFrame, texts: pd.DataFrame
) -> float | None:
    """Add to the frame what is read cell by cell, and return the highest possible score."""
    scale = None
    for role in columns:
        spec = kind.role(role)
        match spec.value:
            case "score":
                frame[role], scale = _scores(kind, spec, texts[role])
            case "text":
                frame[role] = _texts(kind, role, texts[role])
            case "unsubscribed":
                refusals = holds_refusals(columns[role])
                read = partial(email_consent, refusals=refusals)
                frame["consent"] = _per_text(texts[role], read).astype("boolean")
            case "recovered":
                frame["recovered"] = _per_text(texts[role], is_recovered).eq(True)
    return scale


def _per_text(texts: pd.Series, read: Callable[[str], object]) -> pd.Series:
    """Read each different text once; missing for empty ones."""
    codes, distinct = pd.factorize(texts)
    values = np.array([read(text) if text else None for text in distinct] + [None], dtype=object)
    return pd.Series(values[codes], index=texts.index, dtype=object)


def _scores(kind: SignalKind, role: SignalRole, texts: pd.Series) -> tuple[pd.Series, float | None]:
    read = satisfaction_of if kind.key == "csat" else score_of
    scores = _per_text(texts, read).astype(float)
    if kind.key == "reviews":
        scores = scores.where(scores > 0)  # exports write 0 for no review
    if role.scale:
        return scores.where(scores.between(role.scale[0], role.scale[1])), role.scale[1]
    scores = scores.where(scores >= 0)
    scales = STAR_SCALES if kind.key == "reviews" else SCALES
    most = scores.max()
    return scores, next((scale for scale in scales if not most > scale), float(most))


def _texts(kind: SignalKind, role: str, texts: pd.Series) -> pd.Series:
    if kind.key == "subscriptions" and role == "status":
        return _per_text(texts, subscription_status)
    return texts.where(texts != "", None).astype(object)


def is_empty(texts: pd.Series) -> pd.Series:
    """Return which cells hold no answer.

    Args:
        texts: Cells as text.
    """
    return (texts == "") | texts.str.lower().isin(NO_ANSWERS)


def _unread_notes(
    kind: SignalKind, columns: dict[str, str], frame: pd.DataFrame, texts: pd.DataFrame
) -> list[str]:
    """What stands in a column and cannot be read, by column."""
    notes = []
    for role, column in columns.items():
        if role not in frame or kind.role(role).value not in ("score", "number", "date", "text"):
            continue
        unread = texts[role][frame[role].isna() & ~is_empty(texts[role])]
        if not len(unread):
            continue
        # Notes are printed: an address in a wrong column stays out of them.
        shown = (repr(text[:40]) if "@" not in text else "an address" for text in unread.unique())
        first = wording.first_words(list(dict.fromkeys(shown)), 3)
        notes.append(
            f"{wording.plural(len(unread), 'cell')} of {column!r} cannot be read: {first}."
        )
    return notes
