"""What became of a file's rows: counts, reasons, assumptions and open questions, in words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ibis.expr.types as ir
import pandas as pd

from retention.cells.dates import NUMERIC
from retention.orders.gaps import gap_words, order_gaps
from retention.orders.mapping import Mapping
from retention.orders.roles import ROLES
from retention.orders.rows import BOUGHT, Lines
from retention.sheets.sheet import Sheet
from retention.wording import day

FIRST_LINES = 5
NAMED_COLUMNS = 12
# The fields of Mapping that a question may settle.
Setting = Literal["day_first", "decimal", "currency", "per_order"]
ENOUGH_CUSTOMERS, ENOUGH_DAYS, ENOUGH_ORDERS = 500, 180, 3


@dataclass(frozen=True, slots=True)
class DroppedRows:
    """Rows left out for one reason.

    Attributes:
        reason: Why they were left out.
        rows: How many there are.
        first_lines: The first spreadsheet rows.
        revenue: The money that they carried.
    """

    reason: str
    rows: int
    first_lines: tuple[int, ...]
    revenue: float


@dataclass(frozen=True, slots=True)
class Question:
    """What the file leaves open.

    Attributes:
        setting: The field of Mapping that settles it.
        text: The question.
        options: Value -> label.
        assumed: The value taken meanwhile.
    """

    setting: Setting
    text: str
    options: dict[Any, str]
    assumed: object


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What became of a file's rows.

    Attributes:
        rows_read: Data rows of the file: `rows_kept` and all rows in `reasons`.
        rows_kept: Rows that became orders or parts of orders.
        reasons: The rows left out by reason, the most rows first.
        notes: What was assumed and noticed, in words.
        warnings: Where orders may be missing, and where the data is thin for predictions.
        questions: What the file leaves open.
        refunded: Money taken off orders.
        unplaced_refunds: Refunded money without an order, or beyond the order's amount.
    """

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
    """Return the rows left out, counted by `reason`, the most rows first."""
    entries = [
        DroppedRows(
            reason=str(reason),
            rows=len(rows),
            first_lines=tuple(rows["line"].head(FIRST_LINES)),
            revenue=float(rows["amount"].sum()),
        )
        for reason, rows in left_out.groupby("reason", sort=False)
    ]
    return tuple(sorted(entries, key=lambda entry: -entry.rows))


def reading_notes(
    sheet: Sheet, mapping: Mapping, lines: Lines, totals: pd.Series
) -> tuple[str, ...]:
    """Return what was assumed and noticed while the file was read, in words.

    Args:
        sheet: The file.
        mapping: How it was read.
        lines: Its typed rows.
        totals: Of the orders: `orders`, `end`, `taken` (refunded money), `emptied` (orders that
            were refunded in full).
    """
    layout = [f"Recognised as {mapping.layout}."] if mapping.layout else []
    return (
        *layout,
        *sheet.notes,
        *_wide_rows(sheet),
        *_rows_per_order(mapping, lines),
        *_date_notes(lines),
        *_status_notes(mapping, lines),
        *_money_notes(lines, totals),
        *_future_orders(totals),
        *unused_columns(sheet, mapping),
    )


def _wide_rows(sheet: Sheet) -> list[str]:
    if not sheet.wide_rows:
        return []
    return [
        f"{sheet.wide_rows:,} rows have more cells than there are column names; what stands beyond "
        "is not read. An unquoted delimiter inside a text may have shifted them."
    ]


def _rows_per_order(mapping: Mapping, lines: Lines) -> list[str]:
    if "order_id" not in mapping.columns:
        return ["The file has no order number, so each row counts as one order."]
    if lines.priced:
        pieces, price = mapping.columns["quantity"], mapping.columns["unit_price"]
        return [f"Amounts are {pieces!r} × {price!r}, added up for each order."]
    if not lines.grouped:
        return []
    how = _amount_once(mapping) if lines.per_order else "the amounts of its rows were added up"
    return [f"Several rows share an order number: {how}."]


def _date_notes(lines: Lines) -> list[str]:
    notes = []
    if lines.dates.why:
        order = "day first" if lines.dates.day_first else "month first"
        notes.append(f"Dates were read {order}: {lines.dates.why}.")
    if lines.dates.buddhist:
        notes.append("Years are of the Buddhist era; 543 was subtracted.")
    return notes


def _status_notes(mapping: Mapping, lines: Lines) -> list[str]:
    notes = []
    if lines.strange:
        statuses = _first_names([repr(status) for status in lines.strange])
        notes.append(
            f"Rows with a status whose meaning is not known count as orders: {statuses}. Take out "
            "of the file what was cancelled or not paid."
        )
    if lines.partly and not {"refund", "adjusted"} & set(mapping.columns):
        notes.append(
            f"Orders with the status {lines.partly[0]!r} count with their whole amount: no column "
            "says how much of it was given back."
        )
    return notes


def _money_notes(lines: Lines, totals: pd.Series) -> list[str]:
    notes = []
    if totals.taken:
        notes.append(
            "A refund came off the order it names, or else off the customer's latest earlier "
            "order, as far as that order's revenue reached."
        )
    if len(lines.currencies) > 1:
        others = ", ".join(
            f"{code} ({n:,} rows)" for code, n in lines.currencies.items() if code != lines.currency
        )
        notes.append(
            f"Amounts in {lines.currency} were taken; left out: {others}. They are never added."
        )
    if totals.emptied:
        notes.append(
            f"{int(totals.emptied):,} orders were refunded in full: they count as orders with "
            "revenue 0."
        )
    return notes


def _future_orders(totals: pd.Series) -> list[str]:
    tomorrow = dt.date.today() + dt.timedelta(days=1)
    if not totals.orders or pd.Timestamp(totals.end).date() <= tomorrow:
        return []
    return [f"The last order is dated in the future ({day(totals.end)}). Check the date column."]


def _first_names(names: Sequence[str]) -> str:
    """Return the first names in words, and how many more there are."""
    more = len(names) - NAMED_COLUMNS
    return ", ".join(names[:NAMED_COLUMNS]) + (f" and {more:,} more" if more > 0 else "")


def _amount_once(mapping: Mapping) -> str:
    """Return how an amount that stands once an order was read and split over the products."""
    how = "the amount was read once for each order"
    if not set(BOUGHT) & set(mapping.columns):
        return how
    if {"quantity", "unit_price"} <= set(mapping.columns):
        pieces, price = mapping.columns["quantity"], mapping.columns["unit_price"]
        return f"{how}, and for what each product brought it is split by {pieces!r} × {price!r}"
    return (
        f"{how}, and for what each product brought it is split evenly, since no column holds the "
        "products' prices"
    )


def unused_columns(sheet: Sheet, mapping: Mapping) -> list[str]:
    """Return a sentence on the columns that nothing is read from; none where all are used."""
    unused = [name for name in sheet.columns if name not in mapping.columns.values()]
    if not unused:
        return []
    are = "columns are" if len(unused) > 1 else "column is"
    return [
        f"{len(unused):,} {are} not used: {_first_names(unused)}. If refunds, discounts, the "
        "channel or the like stand there, say so under “Which column is what” when the file is "
        "loaded."
    ]


def thin_data(orders: ir.Table, totals: pd.Series) -> tuple[str, ...]:
    """Return where orders may be missing, and where the data is thin for predictions.

    Nothing is refused. The minimums are those that other tools ask for.

    Args:
        orders: One row per order.
        totals: Of the orders: `orders`, `start`, `end`.
    """
    if not totals.orders:
        return ()
    customers, most_orders = _customers_and_most_orders(orders)
    days = (pd.Timestamp(totals.end) - pd.Timestamp(totals.start)).days + 1
    placed = orders.select(day=orders.ordered_at.date()).distinct().to_pandas()["day"]
    warnings = [gap_words(gap) for gap in order_gaps(placed)]
    warnings += _shortened(orders)
    if customers < ENOUGH_CUSTOMERS:
        warnings.append(
            f"Only {customers:,} customers; predictions get steady from about {ENOUGH_CUSTOMERS}."
        )
    if days < ENOUGH_DAYS:
        warnings.append(f"Only {days} days of orders; predictions need about {ENOUGH_DAYS}.")
    if most_orders < ENOUGH_ORDERS:
        warnings.append(
            "No customer has three orders or more, so little can be learned about who keeps coming "
            "back."
        )
    return tuple(warnings)


def _customers_and_most_orders(orders: ir.Table) -> tuple[int, int]:
    """Return the number of customers and the most orders of a customer, or enough of both."""
    # Most stores are large enough, and a part of their orders shows it at a fraction of the cost.
    for part in (orders.limit(ENOUGH_CUSTOMERS * 100), orders):
        counts = part.group_by("customer_id").aggregate(n=part.count())
        facts = counts.aggregate(customers=counts.count(), most=counts.n.max()).execute().iloc[0]
        if facts.customers >= ENOUGH_CUSTOMERS and facts.most >= ENOUGH_ORDERS:
            break
    return int(facts.customers), int(facts.most)


def _shortened(orders: ir.Table) -> list[str]:
    """Return a sentence on customer numbers that a spreadsheet has rounded.

    Several customers share such a number.
    """
    alike = orders.filter(orders.customer_id.re_search(r"^\d(?:[.,]\d+)?[Ee]\+\d+$"))
    facts = alike.aggregate(orders=alike.count(), sample=alike.customer_id.max()).execute().iloc[0]
    if not facts.orders:
        return []
    return [
        f"{int(facts.orders):,} orders have a customer number such as {facts['sample']!r}: a "
        "spreadsheet has rounded it, and different customers now share one. Export the orders "
        "again and load the file as it comes."
    ]


def open_questions(sheet: Sheet, mapping: Mapping, lines: Lines) -> tuple[Question, ...]:
    """Return what the whole column leaves open, with the answer taken meanwhile."""
    questions = []
    if lines.dates.ambiguous:
        questions.append(_ask_day_first(sheet, mapping, lines))
    if lines.money.assumed:
        questions.append(_ask_decimal(mapping, lines))
    if len(lines.currencies) > 1:
        questions.append(
            Question(
                setting="currency",
                text="Which currency should be used?",
                options={code: f"{code} ({n:,} rows)" for code, n in lines.currencies.items()},
                assumed=lines.currency,
            )
        )
    if lines.per_order_share is not None and 0.3 < lines.per_order_share < 1:
        questions.append(
            Question(
                setting="per_order",
                text="Where several rows make one order, is the amount the order's or the line's?",
                options={
                    True: "The order's total, repeated or on its first row",
                    False: "The line's, to be added up",
                },
                assumed=lines.per_order,
            )
        )
    return tuple(questions)


def _ask_day_first(sheet: Sheet, mapping: Mapping, lines: Lines) -> Question:
    column = mapping.columns["ordered_at"]
    cell = sheet.table[sheet.column(column)].strip()
    # A cell such as 02/02/2024 would not show what the question is about.
    is_open = cell.re_extract(NUMERIC, 1) != cell.re_extract(NUMERIC, 2)
    sample = cell.max(where=cell.re_search(NUMERIC) & is_open).execute() or "01/02"
    return Question(
        setting="day_first",
        text=f"In {column!r}, is {sample!r} written with the day or the month first?",
        options={True: "Day first", False: "Month first"},
        assumed=lines.dates.day_first,
    )


def _ask_decimal(mapping: Mapping, lines: Lines) -> Question:
    column = mapping.columns.get("revenue") or mapping.columns["unit_price"]
    return Question(
        setting="decimal",
        text=f"In {column!r}, what does the mark before three digits stand for?",
        options={
            ",": "1.234 is a thousand; 1,5 is one and a half",
            ".": "1,234 is a thousand; 1.5 is one and a half",
        },
        assumed=lines.money.decimal,
    )


def nothing_left(sheet: Sheet, mapping: Mapping, report: OrderReport) -> str:
    """Return the message for a file of which no row is an order."""
    parts = []
    for entry in report.reasons[:3]:
        lines = ", ".join(f"{line:,}" for line in entry.first_lines[:3])
        where = f" (first: line {lines})" if lines else ""
        parts.append(f"{entry.rows:,} × {entry.reason.lower()}{where}")
    used = ", ".join(
        f"{ROLES[role].label.lower()} from {name!r}"
        for role, name in mapping.columns.items()
        if ROLES[role].required
    )
    return (
        f"None of the {report.rows_read:,} rows of {sheet.name!r} is an order: "
        f"{'; '.join(parts)}. Read were: {used}. Choose other columns, or check the export."
    )
