"""An order file -> Orders: one row per order, typed, net of refunds, with a report of everything left out."""

import datetime as dt
import hashlib
import os
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import ibis.expr.types as ir
import pandas as pd

from retention.errors import DataError
from retention.orders.contact_cells import with_shared
from retention.orders.dates import EARLIEST, latest_plausible
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
    OrderReport,
    count_reasons,
    nothing_left,
    open_questions,
    reading_notes,
    thin_data,
)
from retention.orders.roles import ROLES
from retention.orders.rows import ABANDONED, read_lines
from retention.orders.sheet import Sheet, open_sheet


@dataclass(frozen=True, slots=True)
class Orders:
    """The canonical order table.

    table: Ibis, one row per order: order_id, customer_id (text), ordered_at (timestamp, the shop's own clock),
    revenue (float, net of refunds, >= 0) and, where the file has them, refunded (what came off the revenue), discount,
    quantity (float), channel, region, product, category, coupon, currency (text); email, phone, first_name, last_name,
    country, state, city, zip (text), consent, subscription, complaint (true, false or NULL: not known), rating (float),
    abandoned (timestamp: when the customer left a cart). Contact data is personal: it goes into no address, log or
    message. start, end: first and last order day; the observation ends at `end`. digest: of the file's bytes and the
    reading choices, to key caches with. carts: Ibis, customer_id and `abandoned` (timestamp) of the rows whose
    status says that they are carts left behind; None where the file has no such rows. items: Ibis, order_id,
    customer_id, ordered_at and, where the file has them, product, category of everything that an order held, for files
    with several rows an order (whose `table` names an order's first), and share (float, 1 for all of an order): its
    part of the order's revenue, by what the lines cost; None where an order is one row.
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
        """The rows left out: `line` (spreadsheet row), `reason`, then the file's own columns as text."""
        return self.left_out


def read_orders(
    source: str | os.PathLike | bytes | BinaryIO,
    columns: dict[str, str] | None = None,
    *,
    name: str | None = None,
    day_first: bool | None = None,
    currency: str | None = None,
) -> Orders:
    """Read an order file.

    source: path, bytes or binary file object. columns: role -> column name, e.g. {"customer_id": "Email"}, for what
    should not be detected. day_first: how 05/04/2024 is read where both ways fit. currency: the one to keep where
    a file has several (default: the most frequent). Raises DataError with what was found and what to do.
    """
    if day_first not in (None, True, False):
        raise DataError(
            f"day_first is {day_first!r}. Give True, False, or None to let the dates decide."
        )
    if not (currency is None or isinstance(currency, str)) or not (
        columns is None or isinstance(columns, dict)
    ):
        raise DataError(
            "Give the currency as a code such as EUR, and the columns as a dictionary of roles and names."
        )
    sheet = open_sheet(source, name)
    mapping = detect_columns(sheet, columns)
    if day_first is not None:
        mapping = replace(mapping, day_first=day_first)
    if currency is not None:
        mapping = replace(mapping, currency=currency.upper())
    orders = build_orders(sheet, mapping)
    sheet.release()
    return orders


def build_orders(sheet: Sheet, mapping: Mapping) -> Orders:
    """The orders of a sheet, read as the mapping says; may be called again with another mapping.

    Raises DataError when a needed column is missing or no row is an order.
    """
    _check_complete(sheet, mapping)
    lines = read_lines(sheet, mapping)
    if mapping.currency and lines.currencies and mapping.currency not in lines.currencies:
        found = ", ".join(lines.currencies)
        raise DataError(f"No row is in {mapping.currency}; the file has {found}.")
    con = sheet.con
    marked = lines.table
    good = marked.filter(marked.reason.isnull())
    gathered = gather_orders(good, lines)
    if lines.grouped:
        con.create_table("gathered", gathered, overwrite=True)
        gathered = con.table("gathered")
    fates = set(gathered.select("fate").distinct().to_pandas()["fate"])
    placed = place_refunds(gathered) if "refund" in fates else None
    name = f"orders_{_digest(sheet, mapping)[:16]}"
    con.create_table(name, net_orders(gathered, placed, lines), overwrite=True)
    settled = con.table(name)
    dropped = marked.filter(marked.reason.notnull()).select("line", "reason", "amount")
    if fates - {"order"}:
        dropped = dropped.union(lost_lines(marked, gathered, placed, lines.grouped))
    left_out = _with_cells(sheet, dropped)
    span = (
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
    table = settled.rename(refunded="taken").drop("gross", "over")
    if not span.taken:
        table = table.drop("refunded")
    if not lines.numbered:
        table = table.mutate(order_id=table.line.cast("string")).drop("line")
    table = with_shared(table, mapping)
    reasons = count_reasons(left_out)
    report = OrderReport(
        rows_read=sheet.rows,
        rows_kept=sheet.rows - len(left_out),
        reasons=reasons,
        notes=reading_notes(sheet, mapping, lines, span),
        warnings=thin_data(settled, span),
        questions=open_questions(sheet, mapping, lines),
        refunded=float(span.taken or 0),
        unplaced_refunds=float(span.over or 0)
        + sum(-r.revenue for r in reasons if r.reason == REFUND_UNPLACED),
    )
    if not span.orders:
        raise DataError(nothing_left(sheet, mapping, report))
    carts = _carts(marked, con, f"carts_{name}") if lines.carts else None
    items = order_items(good, gathered, lines) if lines.grouped else None
    if items is not None:
        con.create_table(f"items_{name}", items, overwrite=True)
        items = con.table(f"items_{name}")
    for used in ("typed", "filled", "gathered"):
        con.drop_table(used, force=True)
    start, end = (pd.Timestamp(v).date() for v in (span.start, span.end))
    shown = sheet.named(left_out.drop(columns="amount"))
    return Orders(
        table, report, start, end, lines.currency, _digest(sheet, mapping), shown, carts, items
    )


def _carts(marked: ir.Table, con, name: str) -> ir.Table:
    """The carts that customers left behind: the rows that were left out as such."""
    left = marked.filter((marked.reason == ABANDONED) & marked.customer_id.notnull())
    left = left.filter(left.ordered_at.date().between(EARLIEST, latest_plausible()))
    con.create_table(name, left.select("customer_id", abandoned=left.ordered_at), overwrite=True)
    return con.table(name)


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
        f"No column of {sheet.name!r} looks like the {wanted} (columns: {shown}). Choose the column yourself, or "
        "export the orders with it."
    )


def _with_cells(sheet: Sheet, dropped: ir.Table) -> pd.DataFrame:
    """Rows left out, in the file's order: line, reason, amount, then the raw cells."""
    raw = sheet.table.mutate(row=sheet.table.rowid())
    frame = (
        dropped.inner_join(raw, dropped.line == raw.row).drop("row").order_by("line").to_pandas()
    )
    frame["line"] = [sheet.line(int(row)) for row in frame["line"]]
    return frame
