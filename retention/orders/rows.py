"""Sheet + mapping -> lines: every row of the file typed, with the reason why it cannot count, if there is one."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from retention.orders.contact_cells import (
    CONTACT_COLUMNS,
    SIGNAL_COLUMNS,
    WHOLE,
    contact_cells,
    text_or_null,
)
from retention.orders.customer_column import GUESTS
from retention.orders.dates import (
    EARLIEST,
    DateStyle,
    find_date_style,
    latest_plausible,
    read_dates,
)
from retention.orders.mapping import Mapping
from retention.orders.money import (
    MoneyStyle,
    find_money_style,
    named_currency,
    read_currency,
    read_money,
)
from retention.orders.sheet import Sheet
from retention.orders.statuses import State, is_refunded_in_part, is_understood, order_state

DIMENSIONS = ("channel", "region", "product", "category", "coupon")
#: Those that say what was bought: an order may hold several.
BOUGHT = ("product", "category")
#: What an order carries beside its numbers, where the file has it.
CARRIED = (*DIMENSIONS, *CONTACT_COLUMNS, *SIGNAL_COLUMNS)
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
    """table: line, order_id, customer_id, ordered_at, amount, status, currency, reason and what else the file has, such
    as listed, quantity x unit price where the amount has a column of its own; the styles say how dates and amounts were
    read; currencies: code -> rows; priced: amount = quantity x unit price; per_order: amounts stand once an order, not
    on each line; numbered: the file numbers its orders; grouped: several rows may make one order; carts: some rows are
    carts left behind; strange: statuses that are not understood; partly: those that speak of a refund in part."""

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


@ibis.udf.scalar.builtin
def strlen(text: str) -> int:
    """DuckDB's number of bytes in a text."""


def read_lines(sheet: Sheet, mapping: Mapping) -> Lines:
    """Type every row of the sheet as the mapping says and mark the rows that are no orders."""
    con, raw = sheet.con, sheet.table
    column = {role: sheet.column(name) for role, name in mapping.columns.items()}
    dates = find_date_style(raw, column["ordered_at"], mapping.day_first)
    cells: dict[str, ir.Value] = {
        "line": raw.rowid(),
        "customer_id": _customer_id(raw, column["customer_id"]),
        "ordered_at": read_dates(raw, column["ordered_at"], dates, column.get("time")),
    }
    priced = "revenue" not in column
    states: dict[str, State] = {}
    money, amounts = _amounts(raw, column, mapping.decimal)
    cells |= amounts
    if "order_id" in column:
        cells["order_id"] = _order_id(raw, column["order_id"])
    if "currency" in column or money.symbols:
        cells["currency"] = _currency(raw, column, money)
    if "status" in column or "cancelled_at" in column:
        states = _states(sheet, column.get("status"))
        cells["status"] = _state(raw, column, states)
    cells |= {role: text_or_null(raw[column[role]]) for role in DIMENSIONS if role in column}
    cells |= contact_cells(raw, column, mapping, cells["ordered_at"])
    con.create_table("typed", raw.select(**cells), overwrite=True)
    typed = _complete(con.table("typed"), mapping)
    numbered = "order_id" in column
    grouped = numbered and _has_repeats(typed)
    if grouped:
        typed = _filled_down(con, typed)
    per_order, share = (
        _amounts_per_order(typed, mapping.per_order, priced) if grouped else (False, None)
    )
    currencies = _currencies(typed)
    currency = mapping.currency or next(iter(currencies), None)
    table = typed.mutate(reason=_reason(typed, currency, per_order))
    carts = State.ABANDONED in states.values()
    strange = tuple(
        sorted(
            text
            for text, state in states.items()
            if state is State.ORDER and not is_understood(text)
        )
    )
    partly = tuple(
        sorted(
            text
            for text, state in states.items()
            if state is State.ORDER and is_refunded_in_part(text)
        )
    )
    return Lines(
        table,
        dates,
        money,
        currencies,
        currency,
        priced,
        per_order,
        share,
        numbered,
        grouped,
        carts,
        strange,
        partly,
    )


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
    """The amount of each row, and refund, discount (both >= 0), quantity and `listed` where the file has them."""

    def number(role: str) -> ir.FloatingValue:
        return read_money(raw, column[role], styles[role])

    roles = [
        r
        for r in ("revenue", "unit_price", "quantity", "refund", "adjusted", "discount")
        if r in column
    ]
    styles = {r: find_money_style(raw, column[r], decimal) for r in roles}
    if "revenue" in column:
        main, amount = styles["revenue"], number("revenue")
    else:
        main, amount = styles["unit_price"], number("quantity") * number("unit_price")
    # Whole cents: sums of prices x pieces should not carry binary dust.
    cells = {"amount": amount.round(6) if "revenue" not in column else amount}
    cells |= {role: number(role).abs() for role in ("refund", "discount") if role in column}
    if "adjusted" in column:
        # What is left of an amount after refunds; 0 or blank where nothing was given back.
        left = number("adjusted")
        given_back = ibis.ifelse((left > 0) & (left < amount), amount - left, 0.0)
        cells["refund"] = cells.get("refund", ibis.literal(0.0)).fill_null(0.0) + given_back
    if "quantity" in column:
        cells["quantity"] = number("quantity")
    if {"revenue", "quantity", "unit_price", "order_id"} <= set(column) and set(BOUGHT) & set(
        column
    ):
        cells["listed"] = number("quantity") * number("unit_price")
    return main, cells


def _currency(raw: ir.Table, column: dict[str, str], money: MoneyStyle) -> ir.StringValue:
    if "currency" in column:
        return text_or_null(raw[column["currency"]]).upper()
    return read_currency(raw, column.get("revenue") or column["unit_price"])


def _states(sheet: Sheet, column: str | None) -> dict[str, State]:
    """The meaning of each distinct status; nothing where the column is free text."""
    if column is None:
        return {}
    values = (
        sheet.table.select(status=sheet.table[column].strip())
        .distinct()
        .limit(MAX_STATUSES + 1)
        .to_pandas()["status"]
    )
    texts = [v for v in values.dropna().tolist() if v]
    return {} if len(texts) > MAX_STATUSES else {v: order_state(v) for v in texts}


def _state(raw: ir.Table, column: dict[str, str], states: dict[str, State]) -> ir.StringValue:
    state: ir.StringValue = ibis.null("string")
    if states:
        cell = raw[column["status"]].strip()
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
    """Within a group, the column's first cell in the file's order that is not empty."""
    return table[column].argmin(table.line, where=table[column].notnull())


def _has_repeats(typed: ir.Table) -> bool:
    counts = typed.aggregate(rows=typed.count(), ids=typed.order_id.nunique()).execute().iloc[0]
    return bool(counts.ids < counts["rows"])


def _filled_down(con, typed: ir.Table) -> ir.Table:
    """What stands only on some rows of an order holds for all of them, but for what was bought: that is the row's."""
    kept = (name for name in DIMENSIONS if name in typed.columns and name not in BOUGHT)
    roles = ("customer_id", "ordered_at", "status", "currency", *kept)
    holes = (
        typed.aggregate(**{r: (typed[r].isnull() & True).sum() for r in roles}).execute().iloc[0]
    )
    rows = typed.count().execute()
    patchy = [r for r in roles if 0 < int(holes[r] or 0) < rows]
    if not patchy:
        return typed
    firsts = typed.group_by("order_id").aggregate(
        **{f"first_{r}": first_filled(typed, r) for r in patchy}
    )
    joined = typed.join(firsts, "order_id", how="left")
    filled = joined.mutate(**{r: ibis.coalesce(joined[r], joined[f"first_{r}"]) for r in patchy})
    con.create_table("filled", filled.select(*typed.columns), overwrite=True)
    return con.table("filled")


def _amounts_per_order(
    typed: ir.Table, wanted: bool | None, priced: bool
) -> tuple[bool, float | None]:
    """Whether the amount is the order's (on its first row, or again on each) rather than the line's."""
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
