"""An order file -> Orders: one row per order, typed, net of refunds, with a report of everything left out."""

import datetime as dt
import hashlib
import os
from dataclasses import dataclass, field
from typing import BinaryIO

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention.columns import Mapping, detect_columns
from retention.errors import DataError
from retention.files import Sheet, open_sheet
from retention.formats import ROLES
from retention.lines import DIMENSIONS, NO_AMOUNT, Lines, first_filled, read_lines
from retention.statuses import State

FREE_ITEMS = "Only free items (unit price 0)"
REFUND_PLACED = "Refund, taken off an order"
REFUND_UNPLACED = "Refund without an earlier order"
FIRST_LINES = 5
ENOUGH_CUSTOMERS, ENOUGH_DAYS, ENOUGH_ORDERS = 500, 180, 3


@dataclass(frozen=True, slots=True)
class DroppedRows:
    """Rows left out for one reason: how many, the first spreadsheet rows, and the revenue they carried."""

    reason: str
    rows: int
    first_lines: tuple[int, ...]
    revenue: float


@dataclass(frozen=True, slots=True)
class Question:
    """What the file leaves open. setting: the field of Mapping that settles it; options: value -> label; assumed: the
    value taken meanwhile."""

    setting: str
    text: str
    options: dict
    assumed: object


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What became of a file's rows: rows_read = rows_kept + all rows in `reasons`. refunded: money taken off orders;
    unplaced_refunds: money that found no order, or exceeded it; notes: what was assumed and noticed, in words;
    warnings: where the data is thin for predictions."""

    rows_read: int
    rows_kept: int
    reasons: tuple[DroppedRows, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    refunded: float = 0.0
    unplaced_refunds: float = 0.0

    @property
    def dropped(self) -> dict[str, int]:
        """Reason -> rows left out for it."""
        return {entry.reason: entry.rows for entry in self.reasons}


@dataclass(frozen=True, slots=True)
class Orders:
    """The canonical order table.

    table: Ibis, one row per order: order_id, customer_id (text), ordered_at (timestamp, the shop's own clock),
    revenue (float, net of refunds, >= 0) and, where the file has them, discount, quantity (float), channel, region,
    product, category, coupon, currency (text). start, end: first and last order day; the observation ends at `end`.
    digest: of the file's bytes and the reading choices, to key caches with.
    """

    table: ir.Table
    report: OrderReport
    start: dt.date
    end: dt.date
    currency: str | None
    digest: str
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)

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
    from dataclasses import replace

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
    gathered = _gather(marked.filter(marked.reason.isnull()), lines)
    if lines.grouped:
        con.create_table("gathered", gathered, overwrite=True)
        gathered = con.table("gathered")
    fates = set(gathered.select("fate").distinct().to_pandas()["fate"])
    placed = _place_refunds(gathered) if "refund" in fates else None
    name = f"orders_{_digest(sheet, mapping)[:16]}"
    con.create_table(name, _net(gathered, placed, lines), overwrite=True)
    settled = con.table(name)
    dropped = marked.filter(marked.reason.notnull()).select("line", "reason", "amount")
    if fates - {"order"}:
        dropped = dropped.union(_lost_lines(marked, gathered, placed, lines.grouped))
    left_out = _with_cells(sheet, dropped)
    table = settled.drop("gross", "taken", "over")
    span = settled.aggregate(
        orders=settled.count(),
        start=settled.ordered_at.min().date(),
        end=settled.ordered_at.max().date(),
        taken=settled.taken.sum(),
        over=settled.over.sum(),
        emptied=((settled.revenue == 0) & (settled.gross > 0)).sum(),
    ).execute().iloc[0]
    reasons = _reasons(left_out)
    report = OrderReport(
        rows_read=sheet.rows,
        rows_kept=sheet.rows - len(left_out),
        reasons=reasons,
        notes=_notes(sheet, mapping, lines, span),
        warnings=_warnings(settled, span),
        questions=_questions(sheet, mapping, lines),
        refunded=float(span.taken or 0),
        unplaced_refunds=float(span.over or 0) + sum(-r.revenue for r in reasons if r.reason == REFUND_UNPLACED),
    )
    if not span.orders:
        raise DataError(_nothing_left(sheet, mapping, report))
    for used in ("typed", "filled", "gathered"):
        con.drop_table(used, force=True)
    start, end = (pd.Timestamp(v).date() for v in (span.start, span.end))
    shown = sheet.named(left_out.drop(columns="amount"))
    return Orders(table, report, start, end, lines.currency, _digest(sheet, mapping), shown)


def _digest(sheet: Sheet, mapping: Mapping) -> str:
    return hashlib.sha256(f"{sheet.digest} {mapping!r}".encode()).hexdigest()


def _check_complete(sheet: Sheet, mapping: Mapping) -> None:
    missing = mapping.missing()
    if not missing:
        return
    if "customer_id" in missing and mapping.no_customer:
        raise DataError(mapping.no_customer)
    wanted = " and ".join(ROLES[role].label.lower() for role in missing)
    shown = ", ".join(repr(c) for c in sheet.columns[:8]) + (" ..." if len(sheet.columns) > 8 else "")
    raise DataError(
        f"No column of {sheet.name!r} looks like the {wanted} (columns: {shown}). Choose the column yourself, or export "
        "the orders with it."
    )


def _gather(good: ir.Table, lines: Lines) -> ir.Table:
    """Lines -> candidate orders: gross (>= 0), negative (<= 0, refund lines), and a fate: order, refund, free, no amount."""
    amount = ibis.ifelse(good.state == str(State.REFUND), -good.amount.abs(), good.amount)
    good = good.mutate(
        paid=ibis.ifelse(amount >= 0, amount, ibis.null("float64")),
        given_back=ibis.ifelse(amount < 0, amount, 0.0),
    )
    extras = [c for c in ("quantity", "currency", *DIMENSIONS) if c in good.columns]
    if lines.grouped:
        when = good.ordered_at
        once = lines.per_order

        def total(column: str) -> ir.FloatingValue:
            return first_filled(good, column) if once else good[column].sum()

        cells = {
            "line": good.line.min(),
            "ordered_at": ibis.coalesce(when.min(where=good.paid.notnull()), when.min()),
            "gross": total("paid"),
            "negative": good.given_back.sum(),
            "state": first_filled(good, "state"),
            **{c: total(c) for c in ("refund", "discount") if c in good.columns},
            **{c: good[c].sum() if c == "quantity" else first_filled(good, c) for c in extras},
        }
        orders = good.group_by("order_id", "customer_id").aggregate(**cells)
    else:
        cells = [c for c in ("refund", "discount") if c in good.columns]
        orders = good.select(
            "order_id", "customer_id", "line", "ordered_at", "state", *cells, *extras, gross=good.paid, negative=good.given_back
        )
    fate = ibis.cases(
        (orders.gross.isnull() & (orders.negative < 0), "refund"),
        (orders.gross.isnull(), "no amount"),
        ((orders.gross == 0) & ibis.literal(lines.priced), "free"),
        else_="order",
    )
    return orders.mutate(fate=fate)


def _place_refunds(gathered: ir.Table) -> ir.Table:
    """Each refund row's order: the customer's latest one that is not later than the refund. Columns refund_id,
    customer_id, line, order_id (NULL when there is none), amount (> 0)."""
    refunds = gathered.filter(gathered.fate == "refund")
    asked = refunds.select("customer_id", "ordered_at", "line", refund_id="order_id", amount=-refunds.negative)
    orders = gathered.filter(gathered.fate == "order")
    # Of orders at the same moment the one that stands last in the file.
    orders = orders.group_by("customer_id", "ordered_at").aggregate(order_id=orders.order_id.argmax(orders.line))
    joined = asked.asof_join(orders, on="ordered_at", predicates="customer_id")
    return joined.select("refund_id", "customer_id", "line", "amount", "order_id")


def _net(gathered: ir.Table, placed: ir.Table | None, lines: Lines) -> ir.Table:
    """Orders with revenue net of what was given back; `taken` of it, and `over`, what exceeded the order."""
    orders = gathered.filter(gathered.fate == "order")
    back = -orders.negative
    if "refund" in orders.columns:
        back = back + orders.refund.fill_null(0.0)
    back = ibis.ifelse((orders.state == str(State.REFUNDED)).fill_null(False) & (back <= 0), orders.gross, back)
    orders = orders.mutate(back=back)
    if placed is not None:
        found = placed.filter(placed.order_id.notnull())
        per_order = found.group_by("order_id", "customer_id").aggregate(later=found.amount.sum())
        orders = orders.left_join(per_order, ["order_id", "customer_id"]).drop("order_id_right", "customer_id_right")
        orders = orders.mutate(back=orders.back + orders.later.fill_null(0.0))
    taken = ibis.least(orders.gross, orders.back)
    extras = [c for c in ("discount", "quantity", *DIMENSIONS) if c in orders.columns]
    cells = {c: orders[c].fill_null(0.0) if c == "discount" else orders[c] for c in extras}
    if lines.currencies:
        cells["currency"] = orders.currency
    return orders.select(
        "order_id",
        "customer_id",
        "ordered_at",
        revenue=orders.gross - taken,
        **cells,
        gross=orders.gross,
        taken=taken,
        over=orders.back - taken,
    )


def _lost_lines(marked: ir.Table, gathered: ir.Table, placed: ir.Table | None, grouped: bool) -> ir.Table:
    """The lines of everything gathered that is no order: line, reason, amount."""
    key = ["order_id", "customer_id"]
    lost = gathered.filter(gathered.fate != "order")
    lost = lost.select(*key, "fate", "line", amount=lost.negative)
    if grouped:
        usable = marked.filter(marked.reason.isnull()).select("line", "amount", *key)
        lost = usable.inner_join(lost.select(*key, "fate"), key)
    nowhere = ibis.literal(False)
    if placed is not None:
        unplaced = placed.filter(placed.order_id.isnull()).select(order_id="refund_id", customer_id="customer_id").distinct()
        lost = lost.left_join(unplaced.mutate(nowhere=True), key)
        nowhere = lost.nowhere.fill_null(False)
    reason = ibis.cases(
        (lost.fate == "free", FREE_ITEMS),
        (lost.fate == "no amount", NO_AMOUNT),
        (nowhere, REFUND_UNPLACED),
        else_=REFUND_PLACED,
    )
    return lost.select("line", "amount", reason=reason).select("line", "reason", "amount")


def _with_cells(sheet: Sheet, dropped: ir.Table) -> pd.DataFrame:
    """Rows left out, in the file's order: line, reason, amount, then the raw cells."""
    raw = sheet.table.mutate(row=sheet.table.rowid())
    frame = dropped.inner_join(raw, dropped.line == raw.row).drop("row").order_by("line").to_pandas()
    frame["line"] = [sheet.line(int(row)) for row in frame["line"]]
    return frame


def _reasons(left_out: pd.DataFrame) -> tuple[DroppedRows, ...]:
    entries = [
        DroppedRows(reason, len(rows), tuple(rows["line"].head(FIRST_LINES)), float(rows["amount"].sum()))
        for reason, rows in left_out.groupby("reason", sort=False)
    ]
    return tuple(sorted(entries, key=lambda entry: -entry.rows))


def _notes(sheet: Sheet, mapping: Mapping, lines: Lines, span: pd.Series) -> tuple[str, ...]:
    notes = list(sheet.notes)
    if sheet.wide_rows:
        notes.append(
            f"{sheet.wide_rows:,} rows have more cells than there are column names; what stands beyond is not read. "
            "An unquoted delimiter inside a text may have shifted them."
        )
    if mapping.layout:
        notes.insert(0, f"Recognised as {mapping.layout}.")
    if "order_id" not in mapping.columns:
        notes.append("The file has no order number, so each row counts as one order.")
    elif lines.grouped and not lines.priced:
        where = "once an order" if lines.per_order else "on each line"
        notes.append(f"Several rows share an order number; amounts were taken as standing {where}.")
    if lines.dates.why:
        order = "day first" if lines.dates.day_first else "month first"
        notes.append(f"Dates were read {order}: {lines.dates.why}.")
    if lines.dates.buddhist:
        notes.append("Years are of the Buddhist era; 543 was subtracted.")
    if len(lines.currencies) > 1:
        others = ", ".join(f"{code} ({n:,} rows)" for code, n in lines.currencies.items() if code != lines.currency)
        notes.append(f"Amounts in {lines.currency} were taken; left out: {others}. They are never added.")
    if span.emptied:
        notes.append(f"{int(span.emptied):,} orders were refunded in full: they count as orders with revenue 0.")
    if span.orders and pd.Timestamp(span.end).date() > dt.date.today() + dt.timedelta(days=1):
        notes.append(f"The last order is dated in the future ({pd.Timestamp(span.end).date()}). Check the date column.")
    return tuple(notes)


def _warnings(orders: ir.Table, span: pd.Series) -> tuple[str, ...]:
    """Where the data is thin for predictions (the minimums that other tools ask for); nothing is refused."""
    if not span.orders:
        return ()
    counts = orders.group_by("customer_id").aggregate(n=orders.count())
    facts = counts.aggregate(customers=counts.count(), most=counts.n.max()).execute().iloc[0]
    days = (pd.Timestamp(span.end) - pd.Timestamp(span.start)).days + 1
    found = []
    if facts.customers < ENOUGH_CUSTOMERS:
        found.append(f"Only {facts.customers:,} customers; predictions get steady from about {ENOUGH_CUSTOMERS}.")
    if days < ENOUGH_DAYS:
        found.append(f"Only {days} days of orders; predictions need about {ENOUGH_DAYS}.")
    if facts.most < ENOUGH_ORDERS:
        found.append("No customer has three orders or more, so little can be learned about who keeps coming back.")
    return tuple(found)


def _questions(sheet: Sheet, mapping: Mapping, lines: Lines) -> tuple[Question, ...]:
    """What the whole column leaves open, with the answer taken meanwhile."""
    found = []
    if lines.dates.ambiguous:
        column = mapping.columns["ordered_at"]
        sample = sheet.table[sheet.column(column)].strip().nullif("").max().execute()
        found.append(
            Question(
                "day_first",
                f"In {column!r}, is {sample!r} written with the day or the month first?",
                {True: "Day first", False: "Month first"},
                lines.dates.day_first,
            )
        )
    if lines.money.assumed:
        column = mapping.columns.get("revenue") or mapping.columns["unit_price"]
        found.append(
            Question(
                "decimal",
                f"In {column!r}, what does the mark before three digits stand for?",
                {",": "1.234 is a thousand; 1,5 is one and a half", ".": "1,234 is a thousand; 1.5 is one and a half"},
                lines.money.decimal,
            )
        )
    if len(lines.currencies) > 1:
        options = {code: f"{code} ({n:,} rows)" for code, n in lines.currencies.items()}
        found.append(Question("currency", "Which currency should be used?", options, lines.currency))
    if lines.per_order_share is not None and 0.3 < lines.per_order_share < 1:
        found.append(
            Question(
                "per_order",
                "Where several rows make one order, is the amount the order's or the line's?",
                {True: "The order's total, repeated or on its first row", False: "The line's, to be added up"},
                lines.per_order,
            )
        )
    return tuple(found)


def _nothing_left(sheet: Sheet, mapping: Mapping, report: OrderReport) -> str:
    parts = []
    for entry in report.reasons[:3]:
        lines = ", ".join(f"{line:,}" for line in entry.first_lines[:3])
        parts.append(f"{entry.rows:,} × {entry.reason.lower()} (first: line {lines})")
    used = ", ".join(f"{ROLES[role].label.lower()} from {name!r}" for role, name in mapping.columns.items() if ROLES[role].required)
    return (
        f"None of the {report.rows_read:,} rows of {sheet.name!r} is an order: {'; '.join(parts)}. Read were: {used}. "
        "Choose other columns, or check the export."
    )
