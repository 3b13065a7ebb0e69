"""What became of a file's rows: counts, reasons, assumptions and open questions, in words."""

import datetime as dt
from dataclasses import dataclass

import ibis.expr.types as ir
import pandas as pd

from retention.orders.dates import NUMERIC
from retention.orders.gaps import gap_words, order_gaps
from retention.orders.mapping import Mapping
from retention.orders.roles import ROLES
from retention.orders.rows import BOUGHT, Lines
from retention.orders.sheet import Sheet
from retention.wording import day

FIRST_LINES = 5
NAMED_COLUMNS = 12
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
    warnings: where orders may be missing, and where the data is thin for predictions."""

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


def count_reasons(left_out: pd.DataFrame) -> tuple[DroppedRows, ...]:
    entries = [
        DroppedRows(
            reason, len(rows), tuple(rows["line"].head(FIRST_LINES)), float(rows["amount"].sum())
        )
        for reason, rows in left_out.groupby("reason", sort=False)
    ]
    return tuple(sorted(entries, key=lambda entry: -entry.rows))


def reading_notes(sheet: Sheet, mapping: Mapping, lines: Lines, span: pd.Series) -> tuple[str, ...]:
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
    elif lines.priced:
        pieces, price = mapping.columns["quantity"], mapping.columns["unit_price"]
        notes.append(f"Amounts are {pieces!r} × {price!r}, added up for each order.")
    elif lines.grouped:
        how = _amount_once(mapping) if lines.per_order else "the amounts of its rows were added up"
        notes.append(f"Several rows share an order number: {how}.")
    if lines.dates.why:
        order = "day first" if lines.dates.day_first else "month first"
        notes.append(f"Dates were read {order}: {lines.dates.why}.")
    if lines.dates.buddhist:
        notes.append("Years are of the Buddhist era; 543 was subtracted.")
    if lines.strange:
        named = ", ".join(repr(status) for status in lines.strange[:NAMED_COLUMNS])
        more = (
            f" and {len(lines.strange) - NAMED_COLUMNS:,} more"
            if len(lines.strange) > NAMED_COLUMNS
            else ""
        )
        notes.append(
            f"Rows with a status whose meaning is not known count as orders: {named}{more}. Take out of the file what "
            "was cancelled or not paid."
        )
    if lines.partly and not {"refund", "adjusted"} & set(mapping.columns):
        notes.append(
            f"Orders with the status {lines.partly[0]!r} count with their whole amount: no column says how much of it "
            "was given back."
        )
    if span.taken:
        notes.append(
            "A refund came off the order it names, or else off the customer's latest earlier order, as far as that "
            "order's revenue reached."
        )
    if len(lines.currencies) > 1:
        others = ", ".join(
            f"{code} ({n:,} rows)" for code, n in lines.currencies.items() if code != lines.currency
        )
        notes.append(
            f"Amounts in {lines.currency} were taken; left out: {others}. They are never added."
        )
    if span.emptied:
        notes.append(
            f"{int(span.emptied):,} orders were refunded in full: they count as orders with revenue 0."
        )
    if span.orders and pd.Timestamp(span.end).date() > dt.date.today() + dt.timedelta(days=1):
        notes.append(
            f"The last order is dated in the future ({day(span.end)}). Check the date column."
        )
    notes += unused_columns(sheet, mapping)
    return tuple(notes)


def _amount_once(mapping: Mapping) -> str:
    """How an amount that stands once an order was read, and how it is split over what the order held."""
    how = "the amount was read once for each order"
    if not set(BOUGHT) & set(mapping.columns):
        return how
    if {"quantity", "unit_price"} <= set(mapping.columns):
        pieces, price = mapping.columns["quantity"], mapping.columns["unit_price"]
        return f"{how}, and for what each product brought it is split by {pieces!r} × {price!r}"
    return f"{how}, and for what each product brought it is split evenly, since no column holds the products' prices"


def unused_columns(sheet: Sheet, mapping: Mapping) -> list[str]:
    """A sentence on the columns of the file that nothing is read from; none where all are used."""
    left = [name for name in sheet.columns if name not in mapping.columns.values()]
    if not left:
        return []
    names = ", ".join(left[:NAMED_COLUMNS])
    more = f" and {len(left) - NAMED_COLUMNS:,} more" if len(left) > NAMED_COLUMNS else ""
    are = "columns are" if len(left) > 1 else "column is"
    return [
        f"{len(left):,} {are} not used: {names}{more}. If refunds, discounts, the channel or the like stand there, say "
        "so under “Which column is what” when the file is loaded."
    ]


def thin_data(orders: ir.Table, span: pd.Series) -> tuple[str, ...]:
    """Where orders may be missing, and where the data is thin for predictions; nothing is refused.

    The minimums are those that other tools ask for.
    """
    if not span.orders:
        return ()
    # Most stores are large enough, and a part of their orders shows it at a fraction of the cost.
    for part in (orders.limit(ENOUGH_CUSTOMERS * 100), orders):
        counts = part.group_by("customer_id").aggregate(n=part.count())
        facts = counts.aggregate(customers=counts.count(), most=counts.n.max()).execute().iloc[0]
        if facts.customers >= ENOUGH_CUSTOMERS and facts.most >= ENOUGH_ORDERS:
            break
    days = (pd.Timestamp(span.end) - pd.Timestamp(span.start)).days + 1
    placed = orders.select(day=orders.ordered_at.date()).distinct().to_pandas()["day"]
    found = [gap_words(gap) for gap in order_gaps(placed)]
    found += _shortened(orders)
    if facts.customers < ENOUGH_CUSTOMERS:
        found.append(
            f"Only {facts.customers:,} customers; predictions get steady from about {ENOUGH_CUSTOMERS}."
        )
    if days < ENOUGH_DAYS:
        found.append(f"Only {days} days of orders; predictions need about {ENOUGH_DAYS}.")
    if facts.most < ENOUGH_ORDERS:
        found.append(
            "No customer has three orders or more, so little can be learned about who keeps coming back."
        )
    return tuple(found)


def _shortened(orders: ir.Table) -> list[str]:
    """A sentence on customer numbers that a spreadsheet has rounded, so that several customers share one."""
    alike = orders.filter(orders.customer_id.re_search(r"^\d(?:[.,]\d+)?[Ee]\+\d+$"))
    facts = alike.aggregate(orders=alike.count(), sample=alike.customer_id.max()).execute().iloc[0]
    if not facts.orders:
        return []
    return [
        f"{int(facts.orders):,} orders have a customer number such as {facts['sample']!r}: a spreadsheet has rounded "
        "it, and different customers now share one. Export the orders again and load the file as it comes."
    ]


def open_questions(sheet: Sheet, mapping: Mapping, lines: Lines) -> tuple[Question, ...]:
    """What the whole column leaves open, with the answer taken meanwhile."""
    found = []
    if lines.dates.ambiguous:
        column = mapping.columns["ordered_at"]
        cell = sheet.table[sheet.column(column)].strip()
        open_to_both = cell.re_extract(NUMERIC, 1) != cell.re_extract(NUMERIC, 2)
        sample = cell.max(where=cell.re_search(NUMERIC) & open_to_both).execute() or "01/02"
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
                {
                    ",": "1.234 is a thousand; 1,5 is one and a half",
                    ".": "1,234 is a thousand; 1.5 is one and a half",
                },
                lines.money.decimal,
            )
        )
    if len(lines.currencies) > 1:
        options = {code: f"{code} ({n:,} rows)" for code, n in lines.currencies.items()}
        found.append(
            Question("currency", "Which currency should be used?", options, lines.currency)
        )
    if lines.per_order_share is not None and 0.3 < lines.per_order_share < 1:
        found.append(
            Question(
                "per_order",
                "Where several rows make one order, is the amount the order's or the line's?",
                {
                    True: "The order's total, repeated or on its first row",
                    False: "The line's, to be added up",
                },
                lines.per_order,
            )
        )
    return tuple(found)


def nothing_left(sheet: Sheet, mapping: Mapping, report: OrderReport) -> str:
    parts = []
    for entry in report.reasons[:3]:
        lines = ", ".join(f"{line:,}" for line in entry.first_lines[:3])
        parts.append(f"{entry.rows:,} × {entry.reason.lower()} (first: line {lines})")
    used = ", ".join(
        f"{ROLES[role].label.lower()} from {name!r}"
        for role, name in mapping.columns.items()
        if ROLES[role].required
    )
    return (
        f"None of the {report.rows_read:,} rows of {sheet.name!r} is an order: {'; '.join(parts)}. Read were: {used}. "
        "Choose other columns, or check the export."
    )
