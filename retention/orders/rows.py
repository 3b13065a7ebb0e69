"""Sheet + mapping -> lines: every row of the file typed, with the reason why it cannot count."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from retention.cells.dates import (
    EARLIEST,
    DateStyle,
    find_date_style,
    latest_plausible,
    read_dates,
)
from retention.cells.money import (
    MoneyStyle,
    find_money_style,
    named_currency,
    read_currency,
    read_money,
)
from retention.cells.statuses import State, is_refunded_in_part, is_understood, order_state
from retention.orders.contact_cells import (
    CONTACT_COLUMNS,
    SIGNAL_COLUMNS,
    WHOLE,
    contact_cells,
    text_or_null,
)
from retention.orders.customer_column import GUESTS
from retention.orders.engines import trimmed
from retention.orders.mapping import Mapping
from retention.sheets.sheet import Sheet

DIMENSIONS = ("channel", "region", "product", "category", "coupon")
#: Those that say what was bought: an order may hold several.
BOUGHT = ("product", "category")
#: What an order carries beside its numbers, where the file has it.
CARRIED = (*DIMENSIONS, *CONTACT_COLUMNS, *SIGNAL_COLUMNS)
#: The roles whose cells are numbers.
NUMBERS = ("revenue", "unit_price", "quantity", "refund", "adjusted", "discount")
#: A status column with more different texts is free text.
MAX_STATUSES = 300
BLANKS = r"[\s\x{00a0}\x{200b}\x{feff}]+"

NOT_A_ROW = "No customer and no date (totals, notes, blank rows)"
CANCELLED = "Cancelled or voided"
FAILED = "Payment failed"
PENDING = "Not paid yet (pending)"
ABANDONED = "Cart or checkout left behind (not paid)"
NO_CUSTOMER = "No customer (guest order)"
NO_DATE = "No date that can be read"
IMPOSSIBLE_DATE = "Impossible date (before 1990, or more than a year ahead)"
NO_AMOUNT = "No amount that can be read"
OTHER_CURRENCY = "In another currency"
_STATE_REASONS = {
    State.CANCELLED: CANCELLED,
    State.FAILED: FAILED,
    State.PENDING: PENDING,
    State.ABANDONED: ABANDONED,
}


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of a file, typed.

    Attributes:
        table: line, order_id, customer_id, ordered_at, amount, status, currency, reason and what
            else the file has. `listed` is quantity x unit price, where the amount has a column of
            its own. `reason` says why a row cannot count; NULL where it can.
        dates: How dates were read.
        money: How amounts were read.
        currencies: Code -> rows.
        currency: The code whose rows count; None where the file names none.
        priced: Whether the amount is quantity x unit price.
        per_order: Whether amounts stand once an order, not on each line.
        per_order_share: Of the orders with several rows, the share that looks so; None where it
            was not asked.
        numbered: Whether the file numbers its orders.
        grouped: Whether several rows may make one order.
        carts: Whether some rows are carts left behind.
        strange: Statuses that are not understood.
        partly: Statuses that speak of a refund in part.
        patchy: Columns that stood on some rows of an order only, and were filled into all.
    """

    table: ir.Table
    dates: DateStyle
    money: MoneyStyle
    currencies: dict[str, int]
    currency: str | None
    priced: bool
    per_order: bool
    per_order_share: float | None
    numbered: bool
    grouped: bool
    carts: bool = False
    strange: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    patchy: tuple[str, ...] = ()


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def strlen(text: str) -> int:  # type: ignore[empty-body]
    """Return DuckDB's number of bytes in a text."""


def read_lines(sheet: Sheet, mapping: Mapping) -> Lines:
    """Type every row of the sheet as the mapping says and mark the rows that are no orders."""
    con, raw = sheet.con, sheet.table
    column = {role: sheet.column(name) for role, name in mapping.columns.items()}
    dates = find_date_style(raw, column["ordered_at"], mapping.day_first)
    money, amounts = _amounts(raw, column, mapping.decimal)
    states = status_meanings(raw, column.get("status"))
    ordered_at = read_dates(raw, column["ordered_at"], dates, column.get("time"))
    cells: dict[str, ir.Value] = {
        "line": raw.rowid(),
        "customer_id": _customer_id(raw, column["customer_id"]),
        "ordered_at": ordered_at,
        **amounts,
        **_order_cells(raw, column, money, states),
        **contact_cells(raw, column, mapping, ordered_at),
    }
    con.create_table("typed", raw.select(**cells), overwrite=True)

    def keep(filled: ir.Table) -> ir.Table:
        con.create_table("filled", filled, overwrite=True)
        return con.table("filled")

    return mark_lines(con.table("typed"), mapping, states, keep, dates=dates, money=money)


def mark_lines(
    typed: ir.Table,
    mapping: Mapping,
    states: dict[str, State],
    keep: Callable[[ir.Table], ir.Table],
    *,
    dates: DateStyle,
    money: MoneyStyle,
) -> Lines:
    """Mark the typed rows that are no orders, in any engine.

    Args:
        typed: line, customer_id, ordered_at, amount and what else the rows have.
        mapping: Which column plays which role.
        states: From `status_meanings`.
        keep: Computes a table once.
        dates: How dates were read.
        money: How amounts were read.
    """
    typed = _complete(typed, mapping)
    priced = "revenue" not in mapping.columns
    numbered = "order_id" in mapping.columns
    grouped = numbered and _has_repeats(typed)
    per_order, share = False, None
    patchy: tuple[str, ...] = ()
    if grouped:
        patchy = _patchy(typed)
        typed = keep(_filled_down(typed, patchy)) if patchy else typed
        per_order, share = _amounts_per_order(typed, mapping.per_order, priced)
    currencies = _currencies(typed)
    currency = mapping.currency or next(iter(currencies), None)
    orders = [text for text, state in states.items() if state is State.ORDER]
    return Lines(
        table=typed.mutate(reason=_reason(typed, currency, per_order)),
        dates=dates,
        money=money,
        currencies=currencies,
        currency=currency,
        priced=priced,
        per_order=per_order,
        per_order_share=share,
        numbered=numbered,
        grouped=grouped,
        carts=State.ABANDONED in states.values(),
        strange=tuple(sorted(text for text in orders if not is_understood(text))),
        partly=tuple(sorted(text for text in orders if is_refunded_in_part(text))),
        patchy=patchy,
    )


def mark_again(typed: ir.Table, mapping: Mapping, lines: Lines) -> ir.Table:
    """Return the table of `lines` once more, from typed rows that carry other columns besides."""
    typed = _complete(typed, mapping)
    if lines.patchy:
        typed = _filled_down(typed, lines.patchy)
    return typed.mutate(reason=_reason(typed, lines.currency, lines.per_order))


def _order_cells(
    raw: ir.Table, column: dict[str, str], money: MoneyStyle, states: dict[str, State]
) -> dict[str, ir.Value]:
    """Return what each row says of its order beside its amount, where the file has it."""
    cells: dict[str, ir.Value] = {}
    if "order_id" in column:
        cells["order_id"] = _order_id(raw, column["order_id"])
    if "currency" in column or money.symbols:
        cells["currency"] = _currency(raw, column)
    if "status" in column or "cancelled_at" in column:
        cells["status"] = row_states(raw, column, states)
    return cells | {role: text_or_null(raw[column[role]]) for role in DIMENSIONS if role in column}


def _complete(typed: ir.Table, mapping: Mapping) -> ir.Table:
    """The columns that the file lacks, as constants that take no space."""
    # "Total (THB)" names the currency of the whole column.
    named = named_currency(mapping.columns.get("revenue") or mapping.columns["unit_price"])
    absent = {
        # Without an order number each row is an order.
        "order_id": typed.line.cast("string"),
        "currency": ibis.literal(named) if named else ibis.null("string"),
        "status": ibis.null("string"),
    }
    return typed.mutate(
        **{name: value for name, value in absent.items() if name not in typed.columns}
    )


def _order_id(raw: ir.Table, column: str) -> ir.StringValue:
    cell = raw[column]
    facts = raw.aggregate(blank=cell.re_search(BLANKS).any(), decimal=cell.re_search(WHOLE).any())
    facts = facts.execute().iloc[0]
    if facts.blank:
        cell = text_or_null(cell)
    if facts.decimal:
        cell = cell.re_replace(WHOLE, r"\1")
    # A row without a number is an order of its own.
    return ibis.coalesce(cell, "row " + raw.rowid().cast("string"))


def _customer_id(raw: ir.Table, column: str) -> ir.StringValue:
    """E-mails compared without case and blanks; 17850.0 is 17850; guests are NULL.

    Only the steps that some cell of the column needs are taken: most columns need none.
    """
    text = raw[column]
    mail = text.contains("@")
    space = text.contains(" ") | text.contains("\t") | text.contains("\n")
    facts = raw.aggregate(
        mail=mail.any(),
        space=space.any(),
        inside=ibis.ifelse(mail & space, text.re_search(r"\S\s+\S*@|@\S*\s+\S"), False).any(),
        # Where a text has more bytes than letters there may be blanks of other kinds.
        beyond_ascii=(strlen(text) != text.length()).any(),
        decimal=text.contains(".0").any(),
    )
    facts = facts.execute().iloc[0]
    if facts.beyond_ascii:
        text = text.re_replace(rf"^{BLANKS}|{BLANKS}$", "")
    elif facts.space:
        text = text.strip()
    if facts.mail:
        mail = text.lower()
        if facts.beyond_ascii or facts.inside:
            mail = mail.re_replace(BLANKS, "")
        text = ibis.ifelse(text.contains("@"), mail, text)
    if facts.decimal:
        text = ibis.ifelse(text.contains(".0"), text.re_replace(WHOLE, r"\1"), text)
    named = raw.select(text=text)
    guests = named.filter(named.text.lower().isin(GUESTS)).distinct().to_pandas()["text"].tolist()
    return ibis.ifelse(text.isin(guests), ibis.null("string"), text) if guests else text


def _amounts(
    raw: ir.Table, column: dict[str, str], decimal: str | None
) -> tuple[MoneyStyle, dict[str, ir.Value]]:
    """Return how amounts are written, and each row's amount and other numbers.

    These are refund, discount (both >= 0), quantity and `listed`, where the file has them.
    """
    styles = {
        role: find_money_style(raw, column[role], decimal) for role in NUMBERS if role in column
    }
    numbers = {role: read_money(raw, column[role], style) for role, style in styles.items()}
    main = styles["revenue" if "revenue" in column else "unit_price"]
    return main, amount_cells(numbers, column)


def amount_cells(
    numbers: dict[str, ir.FloatingValue], column: Collection[str]
) -> dict[str, ir.Value]:
    """Return each row's amount and other numbers, as `read_lines` has them, in any engine.

    Args:
        numbers: The role of each column of numbers and what it says.
        column: All roles that the file has.
    """
    if "revenue" in column:
        amount = numbers["revenue"]
    else:
        # Whole cents: sums of prices x pieces should not carry binary dust.
        amount = (numbers["quantity"] * numbers["unit_price"]).round(6)
    cells = {"amount": amount}
    cells |= {role: numbers[role].abs() for role in ("refund", "discount") if role in column}
    if "adjusted" in column:
        # What is left of an amount after refunds; 0 or blank where nothing was given back.
        remaining = numbers["adjusted"]
        is_lower = (remaining > 0) & (remaining < amount)
        given_back = ibis.ifelse(is_lower, amount - remaining, 0.0)
        cells["refund"] = cells.get("refund", ibis.literal(0.0)).fill_null(0.0) + given_back
    if "quantity" in column:
        cells["quantity"] = numbers["quantity"]
    names_products = bool(set(BOUGHT) & set(column))
    if names_products and {"revenue", "quantity", "unit_price", "order_id"} <= set(column):
        cells["listed"] = numbers["quantity"] * numbers["unit_price"]
    return cells


def _currency(raw: ir.Table, column: dict[str, str]) -> ir.StringValue:
    if "currency" in column:
        return text_or_null(raw[column["currency"]]).upper()
    return read_currency(raw, column.get("revenue") or column["unit_price"])


def status_meanings(raw: ir.Table, column: str | None) -> dict[str, State]:
    """Return the meaning of each distinct status; nothing where the column is free text."""
    if column is None:
        return {}
    values = (
        raw.select(status=trimmed(raw[column]))
        .distinct()
        .limit(MAX_STATUSES + 1)
        .to_pandas()["status"]
    )
    texts = [v for v in values.dropna().tolist() if v]
    return {} if len(texts) > MAX_STATUSES else {v: order_state(v) for v in texts}


def row_states(raw: ir.Table, column: dict[str, str], states: dict[str, State]) -> ir.StringValue:
    """Return what became of each row's order by its status and its day of cancellation."""
    state: ir.StringValue = ibis.null("string")
    if states:
        cell = trimmed(raw[column["status"]])
        by_state = {
            s: [text for text, meaning in states.items() if meaning is s]
            for s in set(states.values())
        }
        state = ibis.cases(
            *[(cell.isin(texts), ibis.literal(str(s))) for s, texts in by_state.items()],
            else_=state,
        )
    if "cancelled_at" in column:
        gone = text_or_null(raw[column["cancelled_at"]])
        state = ibis.ifelse(
            gone.notnull() & ~gone.lower().isin(GUESTS), str(State.CANCELLED), state
        )
    return state


def first_filled(table: ir.Table, column: str) -> ir.Value:
    """Return a group's first cell of the column, in the file's order, that is not empty."""
    return table[column].argmin(table.line, where=table[column].notnull())


def _has_repeats(typed: ir.Table) -> bool:
    counts = typed.aggregate(rows=typed.count(), ids=typed.order_id.nunique()).execute().iloc[0]
    return bool(counts.ids < counts["rows"])


def _patchy(typed: ir.Table) -> tuple[str, ...]:
    """Return the columns of an order that stand on some rows only.

    What was bought is the row's own.
    """
    dimensions = (name for name in DIMENSIONS if name in typed.columns and name not in BOUGHT)
    names = ("customer_id", "ordered_at", "status", "currency", *dimensions)
    empty = typed.aggregate(**{name: (typed[name].isnull() & True).sum() for name in names})
    holes = empty.execute().iloc[0]
    rows = typed.count().execute()
    return tuple(name for name in names if 0 < int(holes[name] or 0) < rows)


def _filled_down(typed: ir.Table, patchy: tuple[str, ...]) -> ir.Table:
    """Return the rows with what stands only on some rows of an order filled into all of them."""
    firsts = typed.group_by("order_id").aggregate(
        **{f"first_{name}": first_filled(typed, name) for name in patchy}
    )
    joined = typed.join(firsts, "order_id", how="left")
    filled = joined.mutate(
        **{name: ibis.coalesce(joined[name], joined[f"first_{name}"]) for name in patchy}
    )
    return filled.select(*typed.columns)


def _amounts_per_order(
    typed: ir.Table, wanted: bool | None, priced: bool
) -> tuple[bool, float | None]:
    """Return whether the amount is the order's, on one row or again on each, not the line's."""
    if wanted is not None or priced:
        return bool(wanted), None
    orders = typed.group_by("order_id").aggregate(
        rows=typed.count(),
        amounts=typed.amount.count(),
        lowest=typed.amount.min(),
        highest=typed.amount.max(),
    )
    several = orders.filter(orders["rows"] > 1)
    facts = (
        several.aggregate(
            orders=several.count(),
            once=((several.amounts == 1) & (several["rows"] > 1)).sum(),
            same=((several.amounts > 1) & (several.lowest == several.highest)).sum(),
        )
        .execute()
        .iloc[0]
    )
    share = float(facts.once + facts.same) / float(facts.orders) if facts.orders else 0.0
    return share >= 0.9, share


def _currencies(typed: ir.Table) -> dict[str, int]:
    counted = (
        typed.filter(typed.currency.notnull() & typed.amount.notnull())
        .group_by("currency")
        .aggregate(n=ibis._.count())
    )
    frame = counted.order_by(ibis.desc("n"), "currency").to_pandas()
    return dict(zip(frame["currency"], frame["n"].astype(int), strict=True))


def _reason(t: ir.Table, currency: str | None, per_order: bool) -> ir.StringValue:
    cases = [
        (t.customer_id.isnull() & t.ordered_at.isnull(), NOT_A_ROW),
        *[
            ((t.status == str(state)).fill_null(False), reason)
            for state, reason in _STATE_REASONS.items()
        ],
        (t.customer_id.isnull(), NO_CUSTOMER),
        (t.ordered_at.isnull(), NO_DATE),
        (~t.ordered_at.date().between(EARLIEST, latest_plausible()), IMPOSSIBLE_DATE),
    ]
    if not per_order:
        cases.append((t.amount.isnull(), NO_AMOUNT))
    if currency is not None:
        cases.append(((t.currency != currency).fill_null(False), OTHER_CURRENCY))
    return ibis.cases(*cases, else_=ibis.null("string"))


def abandoned_carts(marked: ir.Table) -> ir.Table:
    """Return the carts that customers left behind: the rows that were left out as such."""
    carts = marked.filter((marked.reason == ABANDONED) & marked.customer_id.notnull())
    carts = carts.filter(carts.ordered_at.date().between(EARLIEST, latest_plausible()))
    return carts.select("customer_id", abandoned=carts.ordered_at)
