"""A file of signals -> one row for each customer whom the orders know."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from retention import wording
from retention.columns.profiles import column_profiles
from retention.errors import DataError
from retention.orders.rows import customer_text
from retention.sheets.engine_errors import refuse_engine_errors
from retention.sheets.sheet import Sheet, open_sheet, open_sheets
from retention.signal_files.detection import customer_candidates, find_columns
from retention.signal_files.kinds import SignalKind, kind_of
from retention.signal_files.latest import customer_rows
from retention.signal_files.matching import match_customers
from retention.signal_files.report import (
    NO_CUSTOMER,
    NO_DATE,
    NO_ORDERS,
    NO_VALUE,
    RECOVERED,
    UNREADABLE,
    SignalFile,
    SignalReport,
)
from retention.signal_files.values import Cells, is_empty, read_cells

#: Rows left out that are kept, the first ones.
MOST_LEFT_OUT = 10_000
#: Columns that are tried as the customer's, the likeliest first.
_TRIED = 4
#: What the readers of files say of orders, and what it is in any other file.
_OTHER_WORDS = {
    "Export the orders again": "Export it again",
    "the order export": "the export",
    "an order file": "a table",
    "no order file": "no table",
    "order files": "files",
    "order file": "file",
}
_TIES = {
    "lowest": "the lowest",
    "highest": "the highest",
}


def read_signals(
    source: Any,
    kind: str,
    customers: pd.DataFrame,
    columns: Mapping[str, str | None] | None = None,
    *,
    name: str | None = None,
    day_first: bool | None = None,
) -> SignalFile:
    """Read what a shop knows of its customers elsewhere, from a file or a frame.

    Customers are matched by their id, their e-mail address without case and blanks, or their phone
    number however it is typed. Of several rows of a customer the latest counts. Of those without a
    date, or of one moment, the lowest score or the highest number does. Subscriptions and e-mail
    engagement are added up over the customer's rows.

    Args:
        source: A path, bytes or a binary file object, or a list of them. Or a frame of pandas or
            Polars, or an Arrow table.
        kind: "nps", "csat", "reviews", "points", "subscriptions", "engagement" or "carts".
        customers: The customers of the orders, indexed by `customer_id`. From `contacts`, so that
            e-mail addresses and phones match too, or from `summarise_customers`.
        columns: Role -> column name for what should not be detected; None leaves a role empty.
        name: What to call the file; its own name where left out.
        day_first: How 05/04/2024 is read where both ways fit.

    Returns:
        A row for each customer, and a report on all rows of the file.

    Raises:
        DataError: The file cannot be read, lacks a needed column, or names no customer of these
            orders; it says what was found and what to do.
    """
    spec = kind_of(kind)
    if day_first not in (None, True, False):
        raise DataError(
            f"day_first is {day_first!r}. Give True, False, or None to let the dates decide."
        )
    if not isinstance(customers, pd.DataFrame) or not len(customers):
        raise DataError("There are no customers to match. Give the frame that `contacts` returns.")
    if not (columns is None or isinstance(columns, Mapping)):
        raise DataError("Give the columns as a dictionary of roles and column names.")
    sheet = open_signals(source, name)
    chosen = detect_signal_columns(sheet, spec, customers, columns)
    signals = build_signals(sheet, spec, chosen, customers, day_first=day_first)
    sheet.release()
    return signals


def open_signals(source: Any, name: str | Sequence[str] | None = None) -> Sheet:
    """Read a file of signals once.

    Args:
        source: As in `read_signals`.
        name: What to call it, or each of several.

    Returns:
        The rows as text.

    Raises:
        DataError: It is not a table of at least two columns and a row; it says what was found.
    """
    try:
        if isinstance(source, list | tuple):
            return open_sheets(source, None if isinstance(name, str) else name)
        return open_sheet(source, name if isinstance(name, str) else None)
    except DataError as error:
        raise type(error)(_without_orders(str(error))) from None


def _without_orders(message: str) -> str:
    """Return what the readers say of a file that they take for one of orders, for any other."""
    found, single, _ = message.partition("An order file needs")
    if single:
        return (
            f"{found}A file of signals needs one of the customer and one of what is known of them, "
            "separated by commas, semicolons or tabs. The template shows how."
        )
    for words, others in _OTHER_WORDS.items():
        message = message.replace(words, others)
    return message


@refuse_engine_errors
def detect_signal_columns(
    sheet: Sheet,
    kind: SignalKind,
    customers: pd.DataFrame,
    given: Mapping[str, str | None] | None = None,
) -> dict[str, str]:
    """Return role -> column, as far as it can be told.

    Of several columns that may name the customer, the one that meets the most customers is taken.

    Args:
        sheet: From `open_signals`.
        kind: The kind of file.
        customers: As in `read_signals`.
        given: Role -> column that is known; None leaves a role empty.

    Raises:
        DataError: A given role or column does not exist.
    """
    given = {} if given is None else dict(given)
    for role, column in given.items():
        kind.role(role)
        if column is not None:
            sheet.column(column)
    profiles = column_profiles(sheet)
    columns = {role: column for role, column in given.items() if column is not None}
    if "customer" not in given:
        candidates = customer_candidates(kind, profiles)[:_TRIED]
        if candidates:
            columns["customer"] = _best_match(sheet, candidates, customers)
    detected = find_columns(kind, profiles, set(columns.values()))
    detected = {role: column for role, column in detected.items() if role not in given}
    columns |= detected
    return {role.key: columns[role.key] for role in kind.roles if role.key in columns}


def _best_match(sheet: Sheet, candidates: list[str], customers: pd.DataFrame) -> str:
    """The column that meets the most customers; of several the likeliest."""
    if len(candidates) == 1:
        return candidates[0]
    counts = {name: _matched(sheet, name, customers) for name in candidates}
    return max(candidates, key=lambda name: counts[name])


def _matched(sheet: Sheet, column: str, customers: pd.DataFrame) -> int:
    """Rows of customers of the orders, by a column."""
    texts = customer_texts(sheet, column)
    return int(match_customers(texts, customers, sheet)["row"].nunique())


def customer_texts(sheet: Sheet, column: str) -> pd.Series:
    """Return who each row of a sheet is about, as orders name customers; None where nobody is.

    Args:
        sheet: From `open_signals`.
        column: The name of the column of the customers.
    """
    table = sheet.table
    cells = table.select(row=table.rowid(), customer=customer_text(table, sheet.column(column)))
    return _filled(cells.to_pandas().sort_values("row", ignore_index=True)["customer"])


def _filled(texts: pd.Series) -> pd.Series:
    return texts.where(texts.fillna("") != "", None).astype(object)


@refuse_engine_errors
def build_signals(
    sheet: Sheet,
    kind: SignalKind,
    columns: Mapping[str, str],
    customers: pd.DataFrame,
    *,
    day_first: bool | None = None,
) -> SignalFile:
    """Return what the rows of a sheet say of the customers. It may be called again.

    Args:
        sheet: From `open_signals`.
        kind: The kind of file.
        columns: Role -> column.
        customers: As in `read_signals`.
        day_first: As in `read_signals`.

    Raises:
        DataError: A needed column is missing, or no row says anything of a customer of the orders.
    """
    columns = dict(columns)
    _check_columns(sheet, kind, columns)
    cells = read_cells(sheet, kind, columns, day_first)
    named = _filled(cells.frame["customer"])
    met = match_customers(named, customers, sheet)
    reasons = pd.Series("", index=cells.frame.index, dtype=object)
    reasons[named.isna()] = NO_CUSTOMER
    reasons[named.notna() & ~reasons.index.isin(met["row"])] = NO_ORDERS
    _check_met(sheet, columns, named, met, customers)
    reasons = reasons.mask(reasons == "", _row_faults(kind, cells))
    usable = met[(reasons == "").to_numpy()[met["row"]]]
    values = cells.frame.drop(columns="customer")
    rows = usable.join(values, on="row")
    frame, older = customer_rows(kind, rows, cells.scale)
    frame = frame.sort_index()
    reasons[older.index] = older
    if not len(frame):
        raise DataError(_nothing_left(sheet, reasons))
    frame.index = pd.Index(customers.index[frame.index], name="customer_id")
    left_out = {str(reason): int(n) for reason, n in reasons[reasons != ""].value_counts().items()}
    report = SignalReport(
        rows_read=len(reasons),
        rows_used=int((reasons == "").sum()),
        customers=len(frame),
        left_out=left_out,
        notes=(*cells.notes, *_assumptions(kind, columns, cells)),
    )
    reading = repr((kind.key, sorted(columns.items()), day_first)).encode()
    return SignalFile(
        kind=kind.key,
        name=sheet.name,
        frame=frame,
        report=report,
        columns=columns,
        digest=hashlib.sha256(sheet.digest.encode() + reading).hexdigest(),
        scale=cells.scale,
        left_out=_left_out_rows(sheet, reasons),
    )


def _check_columns(sheet: Sheet, kind: SignalKind, columns: dict[str, str]) -> None:
    for role in kind.roles:
        if role.required and role.key not in columns:
            known = wording.first_words([repr(name) for name in sheet.columns], 12)
            raise DataError(
                f"{sheet.name!r} has no column that was found to hold “{role.label}”. It has "
                f"{known}. Choose the column, or pick another kind of file."
            )
    if len(columns) < 2:
        wanted = ", ".join(role.label.lower() for role in kind.roles if role.key != "customer")
        raise DataError(
            f"{sheet.name!r} says nothing of “{kind.label}”. Choose at least one column of: "
            f"{wanted}."
        )
    by_column: dict[str, str] = {}
    for role_key, column in columns.items():
        if column in by_column:
            first, second = (kind.role(key).label for key in (by_column[column], role_key))
            raise DataError(f"{column!r} cannot be both “{first}” and “{second}”. Choose another.")
        by_column[column] = role_key


def _check_met(
    sheet: Sheet,
    columns: dict[str, str],
    named: pd.Series,
    met: pd.DataFrame,
    customers: pd.DataFrame,
) -> None:
    """Refuse a file of which no row is of a customer of the orders, and say what differs."""
    if len(met):
        return
    column, rows = columns["customer"], wording.plural(len(named), "row")
    if named.isna().all():
        raise DataError(
            f"{column!r} names no customer in any of the {rows} of {sheet.name!r}. Choose another "
            "column of the customers."
        )
    has_addresses = named.dropna().str.contains("@").mean() > 0.5
    known = customers["email"].notna().any() if "email" in customers else False
    known = known or customers.index.astype("str").str.contains("@").any()
    if has_addresses and not known:
        advice = (
            "The file names e-mail addresses, and the orders hold none. Choose a column of "
            "customer numbers, or load orders with e-mail addresses"
        )
    elif not has_addresses and known and "email" in customers:
        advice = "The orders know their customers by e-mail addresses too: choose such a column"
    else:
        advice = "Choose another column of the customers, or check that the file is of this shop"
    raise DataError(f"No row of {sheet.name!r} is of a customer of these orders. {advice}.")


def _row_faults(kind: SignalKind, cells: Cells) -> pd.Series:
    """Why rows say nothing, though they are of a customer of the orders; "" where they do."""
    frame, texts = cells.frame, cells.texts
    reasons = pd.Series("", index=frame.index, dtype=object)
    for role in reversed(kind.roles):
        if not role.required or role.value == "customer":
            continue
        missing = frame[role.key].isna()
        fault = NO_DATE if role.value == "date" else UNREADABLE
        empty = is_empty(texts[role.key])
        reasons[missing & ~empty] = fault
        reasons[missing & empty] = NO_DATE if role.value == "date" else NO_VALUE
    if "recovered" in frame:
        reasons[frame["recovered"].to_numpy(bool)] = RECOVERED
    return reasons


def _nothing_left(sheet: Sheet, reasons: pd.Series) -> str:
    counts = reasons[reasons != ""].value_counts()
    listed = "; ".join(f"{reason}: {wording.count(n)}" for reason, n in counts.items())
    return (
        f"No row of {sheet.name!r} says anything of a customer ({listed}). Choose other columns, "
        "or another kind of file."
    )


def _assumptions(kind: SignalKind, columns: dict[str, str], cells: Cells) -> list[str]:
    """How the rows of one customer were joined, and on which scale scores are."""
    notes = []
    if cells.scale is not None and not kind.role("score").scale:
        notes.append(f"Scores are read as of {cells.scale:g}, the highest of a usual scale.")
    if kind.key == "subscriptions":
        notes.append("A customer with several subscriptions is active if one of them is.")
    elif kind.key == "engagement":
        notes.append("Of several rows of a customer the last days count, and opens add up.")
        if "unsubscribed" in columns:
            notes.append("Who unsubscribed counts as opted out on every page.")
    elif "day" in columns:
        notes.append("Of several rows of a customer the latest counts.")
    else:
        notes.append(
            f"No dates: of several rows of a customer {_TIES[kind.ties]} counts, and it is taken "
            "for today's."
        )
    return notes


def _left_out_rows(sheet: Sheet, reasons: pd.Series) -> pd.DataFrame:
    """The first rows that are not used, as they stand in the file, with lines and reasons."""
    first = reasons[reasons != ""].head(MOST_LEFT_OUT)
    table = sheet.table.mutate(row=sheet.table.rowid())
    unused = table.filter(table.row.isin(first.index.tolist() or [-1])).to_pandas()
    unused = unused.sort_values("row", ignore_index=True)
    own = sheet.named(unused.drop(columns="row"))
    own.insert(0, "reason", first.to_numpy(), allow_duplicates=True)
    lines = [sheet.line(int(row)) for row in unused["row"]]
    own.insert(0, "line", lines, allow_duplicates=True)
    return own.reset_index(drop=True)
