"""An order file -> Orders: one row per order, typed, net of refunds, with a report."""

import datetime as dt
import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from retention.errors import DataError
from retention.orders.contact_cells import with_shared
from retention.orders.detection import detect_columns
from retention.orders.mapping import Mapping
from retention.orders.refunds import (
    REFUND_UNPLACED,
    gather_orders,
    lost_lines,
    net_orders,
    order_items,
    place_refunds,
)
from retention.orders.report import (
    DroppedRows,
    OrderReport,
    count_reasons,
    nothing_left,
    open_questions,
    reading_notes,
    thin_data,
)
from retention.orders.roles import ROLES
from retention.orders.rows import Lines, abandoned_carts, read_lines
from retention.orders.tables import is_table, settle_table, table_sheet
from retention.sheets.sheet import Sheet, open_sheet


@dataclass(frozen=True, slots=True)
class Orders:
    """The canonical order table.

    Orders read from a database's table stay in its engine, for as long as its session is open.

    Contact data is personal: it goes into no address, log or message.

    Attributes:
        table: Ibis, one row per order: order_id, customer_id (text), ordered_at (timestamp, the
            shop's own clock), revenue (float, net of refunds, >= 0). Where the file has them:
            refunded (what came off the revenue), discount, quantity (float), channel, region,
            product, category, coupon, currency (text); email, phone, first_name, last_name,
            country, state, city, zip (text); consent, subscription, complaint (true, false or
            NULL: not known); rating (float); abandoned (timestamp: when the customer left a
            cart).
        report: What became of the file's rows.
        start: The first order day.
        end: The last order day; the observation ends with it.
        currency: The code of the amounts; None where the file names none.
        digest: Of the file's bytes and the reading choices, to key caches with.
        left_out: The rows left out, as `dropped_rows` returns them.
        carts: Ibis, customer_id and `abandoned` (timestamp) of the rows whose status says that
            they are carts left behind; None where the file has no such rows.
        items: Ibis, for files with several rows an order, whose `table` names an order's first
            product: order_id, customer_id, ordered_at, product and category (where the file has
            them) of everything that an order held, and share (float, 1 for all of an order), its
            part of the order's revenue by what the lines cost. None where an order is one row.
    """

    table: ir.Table
    report: OrderReport
    start: dt.date
    end: dt.date
    currency: str | None
    digest: str
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)
    carts: ir.Table | None = field(default=None, repr=False, compare=False)
    items: ir.Table | None = field(default=None, repr=False, compare=False)

    def dropped_rows(self) -> pd.DataFrame:
        """Return the rows left out.

        Its columns are `line` (spreadsheet row), `reason` and the file's own columns as text. Of a
        database's table they are the first 10,000, and `line` is missing: its rows have no order.
        """
        return self.left_out


def read_orders(
    source: Any,
    columns: dict[str, str] | None = None,
    *,
    name: str | None = None,
    day_first: bool | None = None,
    currency: str | None = None,
) -> Orders:
    """Read orders from a file, a frame or a table of a database.

    An Ibis table stays where it is. Its engine computes the orders and all that is asked of them.
    Its dates and numbers must have such types. Nothing permanent is written to its database.

    Args:
        source: A path, bytes or a binary file object. Or a frame of pandas or Polars, or an Arrow
            table. Or an Ibis table of any engine.
        columns: Role -> column name, e.g. {"customer_id": "Email"}, for what should not be
            detected.
        name: What to call the file; its own name where left out.
        day_first: How 05/04/2024 is read where both ways fit.
        currency: The code to keep where a file has several; the most frequent where left out.

    Raises:
        DataError: If the file cannot be read as orders; it says what was found and what to do.
    """
    if day_first not in (None, True, False):
        raise DataError(
            f"day_first is {day_first!r}. Give True, False, or None to let the dates decide."
        )
    if not (currency is None or isinstance(currency, str)) or not (
        columns is None or isinstance(columns, dict)
    ):
        raise DataError(
            "Give the currency as a code such as EUR, and the columns as a dictionary of roles and "
            "names."
        )
    sheet = table_sheet(source, name) if is_table(source) else open_sheet(source, name)
    mapping = detect_columns(sheet, columns)
    if day_first is not None:
        mapping = replace(mapping, day_first=day_first)
    if currency is not None:
        mapping = replace(mapping, currency=currency.upper())
    orders = (
        _table_orders(source, sheet, mapping) if is_table(source) else build_orders(sheet, mapping)
    )
    sheet.release()
    return orders


def _table_orders(table: ir.Table, sheet: Sheet, mapping: Mapping) -> Orders:
    """Return the orders of a table, which stay in its engine."""
    _check_complete(sheet, mapping)
    reading = settle_table(table, sheet, mapping)
    _check_currency(reading.mapping, reading.lines)
    totals = _totals(reading.orders)
    report = _report(
        reading.sheet, reading.mapping, reading.lines, reading.orders, totals, reading.reasons
    )
    if not totals.orders:
        raise DataError(nothing_left(reading.sheet, reading.mapping, report))
    settled = reading.orders.rename(refunded="taken").drop("gross", "over")
    return Orders(
        table=with_shared(settled if totals.taken else settled.drop("refunded"), reading.mapping),
        report=report,
        start=pd.Timestamp(totals.start).date(),
        end=pd.Timestamp(totals.end).date(),
        currency=reading.lines.currency,
        digest=reading.digest,
        left_out=reading.left_out,
        carts=reading.carts,
        items=reading.items,
    )


def build_orders(sheet: Sheet, mapping: Mapping) -> Orders:
    """Return the orders of a sheet, read as the mapping says.

    It may be called again with another mapping.

    Raises:
        DataError: If a needed column is missing or no row is an order.
    """
    _check_complete(sheet, mapping)
    lines = read_lines(sheet, mapping)
    _check_currency(mapping, lines)
    con, marked = sheet.con, lines.table
    name = f"orders_{_digest(sheet, mapping)[:16]}"
    good = marked.filter(marked.reason.isnull())
    gathered = gather_orders(good, lines)
    if lines.grouped:
        gathered = _stored(con, "gathered", gathered)
    fates = set(gathered.select("fate").distinct().to_pandas()["fate"])
    placed = place_refunds(gathered) if "refund" in fates else None
    settled = _stored(con, name, net_orders(gathered, placed, lines))
    dropped = marked.filter(marked.reason.notnull()).select("line", "reason", "amount")
    if fates - {"order"}:
        dropped = dropped.union(lost_lines(marked, gathered, placed, lines.grouped))
    left_out = _with_cells(sheet, dropped)
    totals = _totals(settled)
    report = _report(sheet, mapping, lines, settled, totals, count_reasons(left_out))
    if not totals.orders:
        raise DataError(nothing_left(sheet, mapping, report))
    carts = _stored(con, f"carts_{name}", abandoned_carts(marked)) if lines.carts else None
    items = order_items(good, gathered, lines) if lines.grouped else None
    if items is not None:
        items = _stored(con, f"items_{name}", items)
    for table in ("typed", "filled", "gathered"):
        con.drop_table(table, force=True)
    return Orders(
        table=_order_table(settled, totals, lines, mapping),
        report=report,
        start=pd.Timestamp(totals.start).date(),
        end=pd.Timestamp(totals.end).date(),
        currency=lines.currency,
        digest=_digest(sheet, mapping),
        left_out=sheet.named(left_out.drop(columns="amount")),
        carts=carts,
        items=items,
    )


def _check_currency(mapping: Mapping, lines: Lines) -> None:
    if mapping.currency and lines.currencies and mapping.currency not in lines.currencies:
        currencies = ", ".join(lines.currencies)
        raise DataError(f"No row is in {mapping.currency}; the file has {currencies}.")


def _stored(con: Backend, name: str, table: ir.Table) -> ir.Table:
    """Return a table computed once and kept under a name."""
    con.create_table(name, table, overwrite=True)
    return con.table(name)


def _totals(settled: ir.Table) -> pd.Series:
    """Return the number of orders, their first and last day, and what refunds came to."""
    totals: pd.Series = (
        settled.aggregate(
            orders=settled.count(),
            start=settled.ordered_at.min().date(),
            end=settled.ordered_at.max().date(),
            taken=settled.taken.sum(),
            over=settled.over.sum(),
            emptied=((settled.revenue == 0) & (settled.gross > 0)).sum(),
        )
        .execute()
        .iloc[0]
    )
    return totals


def _order_table(settled: ir.Table, totals: pd.Series, lines: Lines, mapping: Mapping) -> ir.Table:
    table = settled.rename(refunded="taken").drop("gross", "over")
    if not totals.taken:
        table = table.drop("refunded")
    if not lines.numbered:
        table = table.mutate(order_id=table.line.cast("string")).drop("line")
    return with_shared(table, mapping)


def _report(
    sheet: Sheet,
    mapping: Mapping,
    lines: Lines,
    settled: ir.Table,
    totals: pd.Series,
    reasons: tuple[DroppedRows, ...],
) -> OrderReport:
    without_order = sum(-entry.revenue for entry in reasons if entry.reason == REFUND_UNPLACED)
    return OrderReport(
        rows_read=sheet.rows,
        rows_kept=sheet.rows - sum(entry.rows for entry in reasons),
        reasons=reasons,
        notes=reading_notes(sheet, mapping, lines, totals),
        warnings=thin_data(settled, totals),
        questions=open_questions(sheet, mapping, lines),
        refunded=float(totals.taken or 0),
        unplaced_refunds=float(totals.over or 0) + without_order,
    )


def _digest(sheet: Sheet, mapping: Mapping) -> str:
    return hashlib.sha256(f"{sheet.digest} {mapping!r}".encode()).hexdigest()


def _check_complete(sheet: Sheet, mapping: Mapping) -> None:
    missing = mapping.missing()
    if not missing:
        return
    if "customer_id" in missing and mapping.no_customer:
        raise DataError(mapping.no_customer)
    wanted = " and ".join(ROLES[role].label.lower() for role in missing)
    shown = ", ".join(repr(c) for c in sheet.columns[:8]) + (
        " ..." if len(sheet.columns) > 8 else ""
    )
    raise DataError(
        f"No column of {sheet.name!r} looks like the {wanted} (columns: {shown}). Choose the "
        "column yourself, or export the orders with it."
    )


def _with_cells(sheet: Sheet, dropped: ir.Table) -> pd.DataFrame:
    """Return rows left out in the file's order: line, reason, amount, then the raw cells."""
    raw = sheet.table.mutate(row=sheet.table.rowid())
    frame: pd.DataFrame = (
        dropped.inner_join(raw, dropped.line == raw.row).drop("row").order_by("line").to_pandas()
    )
    frame["line"] = [sheet.line(int(row)) for row in frame["line"]]
    return frame
