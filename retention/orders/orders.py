"""An order file -> Orders: one row per order, typed, net of refunds, with a report."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention.columns.detection import detect_columns, unread_amount
from retention.columns.mapping import Mapping
from retention.display import displayed, key_text
from retention.engines import let_go_beneath, store
from retention.errors import DataError
from retention.orders.contact_cells import with_shared
from retention.orders.guest_rows import COUNTED, guest_warning, orders_without_customer
from retention.orders.packed_cells import item_lines, packed_items
from retention.orders.refunds import (
    REFUND_UNPLACED,
    gather_orders,
    lost_lines,
    net_orders,
    order_fates,
    order_items,
    place_refunds,
    with_no_refunds,
)
from retention.orders.refusals import dates_disagree, missing_columns, nothing_left
from retention.orders.repeats import repeated_rows
from retention.orders.report import (
    DroppedRows,
    OrderReport,
    count_reasons,
    open_questions,
    reading_notes,
    reading_warnings,
    unused_columns,
)
from retention.orders.rows import (
    NO_CUSTOMER,
    Lines,
    abandoned_carts,
    read_lines,
    unusable_rows,
)
from retention.orders.set_aside import SetAside, set_aside
from retention.orders.split_amounts import split_warning
from retention.orders.tables import is_table, settle_table, table_sheet
from retention.sheets.engine_errors import refuse_engine_errors
from retention.sheets.raw_rows import raw_names
from retention.sheets.sheet import Sheet, open_sheet, open_sheets
from retention.wording import quoted


@displayed
@dataclass(frozen=True, slots=True)
class Orders:
    """The canonical order table.

    Orders read from a database's table stay in its engine, for as long as its session is open.

    Contact data is personal: it goes into no address, log or message.

    Attributes:
        table: Ibis, one row per order: order_id, customer_id (text), ordered_at (timestamp, the
            shop's own clock), revenue (float, net of refunds, >= 0; NULL in every row where the
            file has no amounts). Where the file has them:
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
        items: Ibis, everything that an order held; None where an order is one row. `table` names
            only the first product of an order. Columns:

            - order_id, customer_id, ordered_at: as in `table`;
            - product, category: where the file has them;
            - share: float, the part of the order's revenue by what the lines cost, at most 1.
        has_amounts: Whether the file has amounts. Without them everything in money is left out.
        without_customer: Orders left out because they name no customer, by `dimension` ("channel"
            or "region"), `value` and their number `orders`.
        aside: What the export says beside its orders, by which a newer one is added; None of a
            database's table.
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
    has_amounts: bool = True
    without_customer: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=list(COUNTED)),
        repr=False,
        compare=False,
    )
    aside: SetAside | None = field(default=None, repr=False, compare=False)

    @property
    def engine(self) -> str:
        """Return what tells the engine that holds the orders from others of the process."""
        return str(self.table.get_backend().db_identity)

    def dropped_rows(self) -> pd.DataFrame:
        """Return the rows left out.

        Its columns are `line` (spreadsheet row), `reason` and the file's own columns as text. Where
        the rows come from several files or sheets, `file` stands before them. Of a database's table
        they are the first 10,000, and `line` is missing: its rows have no order.
        """
        return self.left_out

    def release(self) -> None:
        """Drop what the engine of a database's table keeps of the orders; of a file's, nothing."""
        let_go_beneath(table for table in (self.table, self.carts, self.items) if table is not None)


def read_orders(
    source: Any,
    columns: dict[str, str | None] | None = None,
    *,
    name: str | Sequence[str] | None = None,
    day_first: bool | None = None,
    currency: str | None = None,
) -> Orders:
    """Read orders from files, a frame or a table of a database.

    Several files with the same or similar columns are read as one. An Ibis table stays where it is.
    Its engine computes the orders and all that is asked of them. Its dates and numbers must have
    such types. Nothing permanent is written to its database.

    Args:
        source: A path, bytes or a binary file object, or a list of them. Or a frame of pandas or
            Polars, or an Arrow table. Or an Ibis table of any engine.
        columns: Role -> column name, e.g. {"customer_id": "Email"}, for what should not be
            detected. None leaves a role empty: {"revenue": None} reads the orders without
            amounts.
        name: What to call the file, or each of several; their own names where left out.
        day_first: How 05/04/2024 is read where both ways fit.
        currency: The code to keep where a file has several; the most frequent where left out.

    Returns:
        The orders, one row each, with a report of everything left out.

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
    sheet = _open(source, name)
    mapping = detect_columns(sheet, columns)
    unread = unread_amount(sheet, mapping)
    if unread is not None and "revenue" not in (columns or {}):
        raise DataError(
            f"No amounts can be read in {quoted(unread)}. Choose the column of the amounts, or "
            'give columns={"revenue": None} to do without everything in money.'
        )
    if day_first is not None:
        mapping = replace(mapping, day_first=day_first)
    if currency is not None:
        mapping = replace(mapping, currency=currency.upper())
    orders = (
        table_orders(source, sheet, mapping) if is_table(source) else build_orders(sheet, mapping)
    )
    sheet.release()
    return orders


def table_orders(table: ir.Table, sheet: Sheet, mapping: Mapping) -> Orders:
    """Return the orders of a table, which stay in its engine.

    It may be called again with another mapping.

    Args:
        table: Of any engine of Ibis.
        sheet: From `table_sheet`.
        mapping: Which column plays which role, as `detect_columns` returns.

    Returns:
        The orders, one row each, with a report of everything left out. `release` lets go of them.

    Raises:
        DataError: If a needed column is missing or of another type, or no row is an order.
    """
    _check_complete(sheet, mapping)
    reading = settle_table(table, sheet, mapping)
    lines, mapping = reading.lines, reading.mapping
    _check_currency(mapping, lines)
    totals = _totals(reading.orders)
    report = _report(reading.sheet, mapping, lines, reading.orders, totals, reading.reasons)
    report = replace(report, warnings=(*reading.warnings, *report.warnings))
    if not totals.orders:
        raise DataError(nothing_left(reading.sheet, mapping, report))
    settled = reading.orders.rename(refunded="taken").drop("gross", "over")
    if not totals.taken or lines.profits:
        settled = settled.drop("refunded")
    return Orders(
        table=with_shared(settled, mapping),
        report=report,
        start=pd.Timestamp(totals.start).date(),
        end=pd.Timestamp(totals.end).date(),
        currency=lines.currency,
        has_amounts=lines.has_amounts,
        digest=reading.digest,
        left_out=reading.left_out,
        carts=reading.carts,
        items=reading.items,
        without_customer=reading.without_customer,
    )


def _open(source: Any, name: str | Sequence[str] | None) -> Sheet:
    if isinstance(source, list | tuple):
        if isinstance(name, str) or (name is not None and len(name) != len(source)):
            raise DataError(
                f"There are {len(source)} files. Give a list of as many names, or leave them out."
            )
        return open_sheets(source, name)
    if not (name is None or isinstance(name, str)):
        raise DataError("There is one file. Give its name as a text, or leave it out.")
    return table_sheet(source, name) if is_table(source) else open_sheet(source, name)


@refuse_engine_errors
def build_orders(sheet: Sheet, mapping: Mapping) -> Orders:
    """Return the orders of a sheet, read as the mapping says.

    It may be called again with another mapping.

    Args:
        sheet: From `open_sheet`.
        mapping: Which column plays which role, as `detect_columns` returns.

    Returns:
        The orders, one row each, with a report of everything left out.

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
        gathered = store(con, "gathered", gathered)
    fates = order_fates(gathered)
    placed = None
    if "refund" in fates.fates:
        placed = store(con, "places_of_refunds", place_refunds(gathered, lines))
    settled = net_orders(gathered, placed, lines)
    if placed is None and not fates.has_refunds:
        # Columns of zeros would take a third of the table's memory.
        settled = with_no_refunds(store(con, name, settled.drop("gross", "taken", "over")))
    else:
        settled = store(con, name, settled)
    dropped = unusable_rows(lines)
    if fates.fates - {"order"}:
        dropped = dropped.union(lost_lines(marked, gathered, placed, lines))
    if lines.repeats.dropped is not None:
        dropped = dropped.union(repeated_rows(lines.repeats.dropped, per_order=lines.per_order))
    left_out = _with_cells(sheet, dropped)
    totals = _totals(settled)
    report = _report(sheet, mapping, lines, settled, totals, count_reasons(left_out))
    guests = guest_warning(sheet, mapping, report.dropped.get(NO_CUSTOMER, 0))
    doubts = (*split_warning(sheet, mapping), *guests)
    report = replace(report, warnings=(*doubts, *report.warnings))
    if not totals.orders:
        raise DataError(nothing_left(sheet, mapping, report))
    carts = store(con, f"carts_{name}", abandoned_carts(marked)) if lines.carts else None
    items = _items(sheet, mapping, good, gathered, lines)
    if items is not None:
        items = store(con, f"items_{name}", items)
    without_customer = orders_without_customer(marked)
    aside = set_aside(con, name, marked, gathered, placed, settled, lines, set(report.dropped))
    aside = replace(aside, lost_amounts=left_out["amount"].to_numpy(dtype=float))
    for table in (
        *("typed", "placed", "once", "repeated", "filled", "gathered"),
        "places_of_refunds",
    ):
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
        has_amounts=lines.has_amounts,
        without_customer=without_customer,
        aside=aside,
    )


def _items(
    sheet: Sheet, mapping: Mapping, good: ir.Table, gathered: ir.Table, lines: Lines
) -> ir.Table | None:
    """Return what each order held: a product a row of the file, or a product a cell of a row."""
    if packed := packed_items(sheet, mapping):
        good = item_lines(good, sheet, packed)
        return order_items(good, gathered, lines, listed=True)
    return order_items(good, gathered, lines) if lines.grouped else None


def _check_currency(mapping: Mapping, lines: Lines) -> None:
    if mapping.currency and lines.currencies and mapping.currency not in lines.currencies:
        currencies = ", ".join(lines.currencies)
        raise DataError(f"No row is in {mapping.currency}; the file has {currencies}.")


def _totals(settled: ir.Table) -> pd.Series:
    """Return the number of orders, their first and last day, and what refunds came to."""
    totals: pd.Series = (
        settled.aggregate(
            orders=settled.count(),
            start=settled.ordered_at.min().date(),
            end=settled.ordered_at.max().date(),
            taken=settled.taken.sum(),
            over=settled.over.sum(),
            emptied=((settled.revenue == 0) & (settled.gross > 0)).fill_null(False).sum(),
        )
        .execute()
        .iloc[0]
    )
    return totals


def _order_table(settled: ir.Table, totals: pd.Series, lines: Lines, mapping: Mapping) -> ir.Table:
    table = settled.rename(refunded="taken").drop("gross", "over")
    if not totals.taken or lines.profits:
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
        warnings=reading_warnings(settled, totals, mapping, lines),
        questions=open_questions(sheet, mapping, lines),
        refunded=0.0 if lines.profits else float(totals.taken or 0),
        unplaced_refunds=float(totals.over or 0) + without_order,
        statuses=lines.states.meanings,
        unused=unused_columns(sheet, mapping),
    )


def _digest(sheet: Sheet, mapping: Mapping) -> str:
    return hashlib.sha256(f"{sheet.digest} {key_text(mapping)}".encode()).hexdigest()


def _check_complete(sheet: Sheet, mapping: Mapping) -> None:
    if mapping.missing():
        raise DataError(missing_columns(sheet, mapping))
    if disagreement := dates_disagree(sheet, mapping):
        raise DataError(disagreement)


def _with_cells(sheet: Sheet, dropped: ir.Table) -> pd.DataFrame:
    """Return rows left out in the file's order: line, reason, amount, then the raw cells."""
    left_out = dropped.order_by("line").to_pandas()
    frame: pd.DataFrame = left_out.join(_cells(sheet, left_out["line"]), on="line")
    rows = frame["line"].astype(int).tolist()
    frame["line"] = [sheet.line(row) for row in rows]
    if len(sheet.names) > 1:
        frame.insert(0, "file", [sheet.part(row).name for row in rows])
    return frame


def _cells(sheet: Sheet, rows: pd.Series) -> pd.DataFrame:
    """Return the raw cells of some rows, by row."""
    if rows.empty:
        return pd.DataFrame(columns=raw_names(sheet.columns), dtype="str")
    wanted = ibis.memtable(rows.to_frame("wanted"))
    raw = sheet.table.mutate(row=sheet.table.rowid())
    cells: pd.DataFrame = raw.semi_join(wanted, raw.row == wanted.wanted).to_pandas()
    return cells.set_index("row")
