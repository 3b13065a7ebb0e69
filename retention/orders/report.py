"""What became of a file's rows: counts, reasons, assumptions and open questions, in words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ibis.expr.types as ir
import pandas as pd

from retention.cells.dates import NUMERIC
from retention.cells.money import WITHOUT_CENTS
from retention.cells.statuses import State, is_refunded_in_part
from retention.columns.mapping import Mapping
from retention.columns.roles import ROLES
from retention.display import displayed
from retention.orders.gaps import gap_words, order_gaps
from retention.orders.packed_cells import packed_items
from retention.orders.row_states import StatusMeaning
from retention.orders.rows import BOUGHT, Lines
from retention.sheets.sheet import Sheet
from retention.wording import NO_AMOUNTS, count, day, first_words, plural

FIRST_LINES = 5
NAMED_COLUMNS = 12
# The fields of Mapping that a question may settle.
Setting = Literal[
    "day_first", "decimal", "currency", "per_order", "discounted", "statuses", "repeats"
]
ENOUGH_CUSTOMERS, ENOUGH_DAYS, ENOUGH_ORDERS = 500, 180, 3
# A status of fewer rows than this share is noted, and not asked about.
SMALL_PART = 0.01
MOST_STATUS_QUESTIONS = 5
# Up to this number of customers with this number of orders each, they are no customers.
A_HANDFUL, MANY_ORDERS = 5, 20
# Up to this number of orders a customer, from this number of orders on, hardly anybody came back.
ONE_ORDER_EACH, FEW_ORDERS = 1.03, 100
# What a status can mean, in the words of the question about it.
STATE_LABELS = {
    State.ORDER: "An order",
    State.CANCELLED: "Cancelled",
    State.FAILED: "Payment failed",
    State.PENDING: "Not paid yet",
    State.ABANDONED: "A cart left behind",
    State.REFUNDED: "An order that was refunded or returned",
    State.REFUND: "A refund itself",
    State.OTHER: "No sale",
}


@displayed
@dataclass(frozen=True, slots=True)
class DroppedRows:
    """Rows left out for one reason.

    Attributes:
        reason: Why they were left out.
        rows: How many there are.
        first_lines: The first spreadsheet rows.
        revenue: The money that they carried.
        first_files: The file or sheet of each of the first rows; empty where all are one's.
    """

    reason: str
    rows: int
    first_lines: tuple[int, ...]
    revenue: float
    first_files: tuple[str, ...] = ()

    @property
    def places(self) -> list[str]:
        """Where the first rows stand, in words: a row's number, with its file where it has one."""
        lines = [count(line) for line in self.first_lines]
        if not self.first_files:
            return lines
        return [f"{file}: {line}" for file, line in zip(self.first_files, lines, strict=True)]


@displayed
@dataclass(frozen=True, slots=True)
class Question:
    """What the file leaves open.

    Attributes:
        setting: The field of Mapping that settles it.
        text: The question.
        options: Value -> label.
        assumed: The value taken meanwhile.
        about: The status that the question is about, where the setting has a value for each.
    """

    setting: Setting
    text: str
    options: dict[Any, str]
    assumed: object
    about: str = ""


@displayed
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
        statuses: What each status and each kind of row was taken for.
        unused: The columns that nothing is read from.
    """

    rows_read: int
    rows_kept: int
    reasons: tuple[DroppedRows, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    refunded: float = 0.0
    unplaced_refunds: float = 0.0
    statuses: tuple[StatusMeaning, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def dropped(self) -> dict[str, int]:
        """Reason -> rows left out for it."""
        return {entry.reason: entry.rows for entry in self.reasons}


def count_reasons(left_out: pd.DataFrame) -> tuple[DroppedRows, ...]:
    """Return the rows left out, counted by reason.

    Args:
        left_out: The rows left out, with their `reason`.

    Returns:
        An entry for each reason, the most rows first.
    """
    entries = [
        DroppedRows(
            reason=str(reason),
            rows=len(rows),
            first_lines=tuple(rows["line"].head(FIRST_LINES)),
            revenue=float(rows["amount"].sum()),
            first_files=tuple(rows["file"].head(FIRST_LINES)) if "file" in rows else (),
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

    Returns:
        Sentences.
    """
    unused = unused_columns(sheet, mapping)
    layout = [f"Recognised as {mapping.layout}."] if mapping.layout else []
    layout += [mapping.caveat] if mapping.caveat else []
    return (
        *layout,
        *sheet.notes,
        *_wide_rows(sheet),
        *_rows_per_order(mapping, lines),
        *_packed_notes(sheet, mapping),
        *_date_notes(lines),
        *_status_notes(mapping, lines),
        *lines.repeats.notes(lines.currency, per_order=lines.per_order),
        *_money_notes(mapping, lines, totals),
        *_future_orders(totals),
        *([unused_note(unused)] if unused else []),
    )


def _wide_rows(sheet: Sheet) -> list[str]:
    if not sheet.wide_rows:
        return []
    return [
        f"{count(sheet.wide_rows)} rows have more cells than there are column names; what "
        "stands beyond "
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
    if not lines.has_amounts:
        return ["Several rows share an order number: they are one order."]
    how = _amount_once(mapping) if lines.per_order else "the amounts of its rows were added up"
    return [f"Several rows share an order number: {how}."]


def _packed_notes(sheet: Sheet, mapping: Mapping) -> list[str]:
    items = packed_items(sheet, mapping)
    if not items:
        return []
    where = f"{items[0]!r} to {items[-1]!r} hold" if len(items) > 1 else f"{items[0]!r} holds"
    return [f"{where} an item of the order each: its name, pieces and total were read."]


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
    if "status" in mapping.columns and not lines.states.statuses:
        notes.append(
            f"{mapping.columns['status']!r} holds free texts, so no order is left out by it."
        )
    # Those that many rows have are warned of.
    telling = _telling(lines)
    unclear = [meaning.text for meaning in _unclear(lines) if meaning not in telling]
    if unclear:
        names = first_words([repr(status) for status in unclear], NAMED_COLUMNS)
        notes.append(
            f"Rows with a status whose meaning is not known count as orders: {names}. Say what "
            "it means when the file is loaded, or take out of the file what was not paid."
        )
    payments = (*lines.states.statuses, *lines.states.payments)
    if lines.states.arrived and any(p.state is State.PENDING for p in payments):
        notes.append(
            "Orders that await their payment count once their parcel has arrived, as with cash on "
            "delivery."
        )
    partly = [
        meaning.text for meaning in lines.states.statuses if is_refunded_in_part(meaning.text)
    ]
    if partly and not {"refund", "adjusted"} & set(mapping.columns):
        notes.append(
            f"Orders with the status {partly[0]!r} count with their whole amount: no column "
            "says how much of it was given back."
        )
    return notes


def _unclear(lines: Lines) -> list[StatusMeaning]:
    """Return the statuses that count as orders because their words are not known."""
    return [
        meaning
        for meaning in lines.states.meanings
        if not meaning.understood and meaning.state is State.ORDER
    ]


def _telling(lines: Lines) -> list[StatusMeaning]:
    """Return the unclear statuses that no small part of the rows has."""
    columns = (lines.states.statuses, lines.states.payments, lines.states.kinds)
    rows = max(sum(meaning.rows for meaning in meanings) for meanings in columns)
    return [meaning for meaning in _unclear(lines) if meaning.rows >= SMALL_PART * rows]


def _money_notes(mapping: Mapping, lines: Lines, totals: pd.Series) -> list[str]:
    notes = []
    if lines.net:
        notes.append(
            f"{mapping.columns['revenue']!r} has refunds taken off already, so those in "
            f"{mapping.columns['refund']!r} are not taken off again."
        )
    if lines.discounts is not None:
        after = "after" if lines.discounts.after else "before"
        notes.append(
            f"{mapping.columns['discount']!r} holds shares of the price. The amounts are taken as "
            f"those {after} the discount."
        )
    if lines.profits:
        notes.append(
            f"{mapping.columns['revenue']!r} is a profit, not what was paid: rows below zero are "
            "losses, not refunds. Choose the amount paid if the file has it."
        )
    if totals.taken and not lines.profits:
        notes.append(
            "A refund came off the order it names, or else off the customer's earlier order of "
            "its amount, or the latest one, as far as that order's revenue reached."
        )
    if len(lines.currencies) > 1:
        others = ", ".join(
            f"{code} ({count(n)} rows)"
            for code, n in lines.currencies.items()
            if code != lines.currency
        )
        notes.append(
            f"Amounts in {lines.currency} were taken; left out: {others}. They are never added."
        )
    if totals.emptied:
        emptied = int(totals.emptied)
        count_as = (
            "was refunded in full: it counts as an order"
            if emptied == 1
            else ("were refunded in full: they count as orders")
        )
        notes.append(f"{plural(emptied, 'order')} {count_as} with revenue 0.")
    return notes


def _future_orders(totals: pd.Series) -> list[str]:
    tomorrow = dt.date.today() + dt.timedelta(days=1)
    if not totals.orders or pd.Timestamp(totals.end).date() <= tomorrow:
        return []
    return [
        f"The last order is dated in the future ({day(totals.end)}). Check the date column, and "
        f"the clock of this computer: it says {day(dt.date.today())}."
    ]


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


def unused_columns(sheet: Sheet, mapping: Mapping) -> tuple[str, ...]:
    """Return the columns that nothing is read from.

    Args:
        sheet: From `open_sheet`.
        mapping: Which column plays which role.
    """
    used = {*mapping.columns.values(), *packed_items(sheet, mapping)}
    return tuple(name for name in sheet.columns if name not in used)


def unused_note(unused: Sequence[str]) -> str:
    """Return the sentence on the columns that nothing is read from.

    Args:
        unused: From `unused_columns`, not empty.
    """
    are = "columns are" if len(unused) > 1 else "column is"
    return (
        f"{count(len(unused))} {are} not used: {first_words(unused, NAMED_COLUMNS)}. If refunds, "
        "discounts, the channel or the like stand there, say so under “Which column is what” when "
        "the file is loaded."
    )


def reading_warnings(
    orders: ir.Table, totals: pd.Series, mapping: Mapping, lines: Lines
) -> tuple[str, ...]:
    """Return what is missing, where orders may be, and where the data is thin for predictions.

    Nothing is refused. The minimums are those that other tools ask for.

    Args:
        orders: One row per order.
        totals: Of the orders: `orders`, `start`, `end`.
        mapping: How the file was read.
        lines: Its typed rows.
    """
    if not totals.orders:
        return ()
    unclear = _telling(lines)
    doubts = [] if lines.has_amounts else [NO_AMOUNTS]
    doubts += [_unclear_statuses(unclear)] if unclear else []
    doubts += [
        f"No column is named as the {ROLES[role].label.lower()}: {mapping.columns[role]!r} was "
        "taken for it by its cells. Check which column is what."
        for role in mapping.guessed
    ]
    column = mapping.columns["customer_id"]
    return (*doubts, *data_warnings(orders, totals, repr(column)))


def data_warnings(
    orders: ir.Table, totals: pd.Series, column: str = "the customers' column"
) -> tuple[str, ...]:
    """Return where orders may be missing, and where the data is thin for predictions.

    Args:
        orders: One row per order.
        totals: Of the orders: `orders`, `start`, `end`.
        column: What to call the column of the customers.
    """
    customers, most_orders = _customers_and_most_orders(orders)
    days = (pd.Timestamp(totals.end) - pd.Timestamp(totals.start)).days + 1
    placed = orders.select(day=orders.ordered_at.date()).distinct().to_pandas()["day"]
    warnings = _doubtful_customers(column, orders, int(totals.orders))
    warnings += [gap_words(gap) for gap in order_gaps(placed)]
    warnings += _shortened(orders)
    if customers < ENOUGH_CUSTOMERS:
        warnings.append(
            f"Only {plural(customers, 'customer')}; predictions get steady from about "
            f"{ENOUGH_CUSTOMERS}."
        )
    if days < ENOUGH_DAYS:
        warnings.append(
            f"Only {plural(days, 'day')} of orders; predictions need about {ENOUGH_DAYS}."
        )
    if most_orders < ENOUGH_ORDERS:
        warnings.append(
            "No customer has three orders or more, so little can be learned about who keeps coming "
            "back."
        )
    return tuple(warnings)


def _unclear_statuses(unclear: list[StatusMeaning]) -> str:
    names = first_words([repr(meaning.text) for meaning in unclear], NAMED_COLUMNS)
    rows = sum(meaning.rows for meaning in unclear)
    return (
        f"{count(rows)} rows have a status whose meaning is not known, and count as orders: "
        f"{names}. "
        "Settle it before you trust the numbers."
    )


def _doubtful_customers(column: str, orders: ir.Table, placed: int) -> list[str]:
    """Return a sentence where the column of customers is likely none.

    An estimate of their number shows whether a doubt is possible. Only then they are counted.
    """
    about = int(orders.customer_id.approx_nunique().execute())
    few, single = about <= 2 * A_HANDFUL, placed <= 1.2 * ONE_ORDER_EACH * about
    if not (few or single) or placed < MANY_ORDERS:
        return []
    customers = int(orders.customer_id.nunique().execute())
    if customers <= A_HANDFUL and placed >= MANY_ORDERS * customers:
        hold = "value" if customers == 1 else "values"
        return [
            f"{count(customers)} {hold} of {column} hold all {count(placed)} orders. Check "
            "that it says "
            "who bought."
        ]
    if placed >= FEW_ORDERS and placed <= ONE_ORDER_EACH * customers:
        return [
            f"{count(customers)} customers have {count(placed)} orders: hardly anybody ordered "
            "twice. Check "
            f"that {column} is the same for all orders of a person."
        ]
    return []


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
    # The plain search goes first: few numbers pass it, and the pattern costs five times as much.
    has_plus = orders.filter(orders.customer_id.contains("+"))
    alike = has_plus.filter(has_plus.customer_id.re_search(r"^\d(?:[.,]\d+)?[Ee]\+\d+$"))
    facts = alike.aggregate(orders=alike.count(), sample=alike.customer_id.max()).execute().iloc[0]
    if not facts.orders:
        return []
    return [
        f"{count(int(facts.orders))} orders have a customer number such as {facts['sample']!r}: a "
        "spreadsheet has rounded it, and different customers now share one. Export the orders "
        "again and load the file as it comes."
    ]


def open_questions(sheet: Sheet, mapping: Mapping, lines: Lines) -> tuple[Question, ...]:
    """Return what the whole column leaves open, with the answer taken meanwhile.

    Args:
        sheet: From `open_sheet`.
        mapping: Which column plays which role.
        lines: From `read_lines`.

    Returns:
        The questions.
    """
    questions = []
    if lines.dates.ambiguous:
        questions.append(_ask_day_first(sheet, mapping, lines))
    if lines.money.assumed and lines.currency not in WITHOUT_CENTS:
        questions.append(_ask_decimal(mapping, lines))
    if len(lines.currencies) > 1:
        questions.append(
            Question(
                setting="currency",
                text="Which currency should be used?",
                options={code: f"{code} ({count(n)} rows)" for code, n in lines.currencies.items()},
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
    if lines.discounts is not None:
        questions.append(_ask_discounted(mapping, lines.discounts.after))
    questions += [_ask_status(meaning) for meaning in _telling(lines)[:MOST_STATUS_QUESTIONS]]
    if lines.repeats.equal_rows:
        questions.append(_ask_repeats(lines))
    return tuple(questions)


def _ask_discounted(mapping: Mapping, after: bool) -> Question:
    amount = mapping.columns.get("revenue") or mapping.columns["unit_price"]
    return Question(
        setting="discounted",
        text=f"Is {amount!r} the amount before or after the share in "
        f"{mapping.columns['discount']!r}?",
        options={True: "After: it is what was paid", False: "Before: the share still comes off"},
        assumed=after,
    )


def _ask_status(meaning: StatusMeaning) -> Question:
    return Question(
        setting="statuses",
        text=f"What does the status {meaning.text!r} mean? {count(meaning.rows)} rows have it.",
        options=dict(STATE_LABELS),
        assumed=meaning.state,
        about=meaning.text,
    )


def _ask_repeats(lines: Lines) -> Question:
    return Question(
        setting="repeats",
        text=(
            f"{plural(lines.repeats.equal_rows, 'row')} of this file say the same as an earlier "
            "row. Are they orders of their own?"
        ),
        options={
            "once": "No, they stand twice: count each once",
            "keep": "Yes, count them all",
        },
        assumed=lines.repeats.assumed,
    )


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
