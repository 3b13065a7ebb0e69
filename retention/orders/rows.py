"""Sheet + mapping -> lines: every row of the file typed, with the reason why it cannot count."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import ibis
import ibis.expr.types as ir

from retention.cells.dates import (
    EARLIEST,
    DateStyle,
    find_date_style,
    latest_plausible,
    read_dates,
)
from retention.cells.money import MoneyStyle, named_currency, read_currency
from retention.cells.phone_keys import find_phone_style, phone_key
from retention.cells.statuses import State
from retention.columns.customer_column import GUESTS
from retention.columns.mapping import Mapping
from retention.engines import store, strlen
from retention.orders.amounts import (
    Amounts,
    DiscountStyle,
    gives_back,
    is_net_of_refunds,
    once_per_order,
    read_amounts,
    sums_per_order,
)
from retention.orders.contact_cells import (
    CONTACT_COLUMNS,
    SIGNAL_COLUMNS,
    WHOLE,
    contact_cells,
    text_or_null,
)
from retention.orders.packed_cells import (
    PARTS,
    cells_of_items,
    is_packed,
    packed_items,
    part_of,
)
from retention.orders.repeats import Repeats, find_repeats
from retention.orders.row_states import STATE_ROLES, RowStates, read_states, state_cell
from retention.sheets.sheet import Sheet

DIMENSIONS = ("channel", "region", "product", "category", "coupon")
#: Those that say what was bought: an order may hold several.
BOUGHT = ("product", "category")
#: What an order carries beside its numbers, where the file has it.
CARRIED = (*DIMENSIONS, *CONTACT_COLUMNS, *SIGNAL_COLUMNS)
#: The roles that say nothing where the file has no amounts.
ABOUT_AMOUNTS = ("refund", "adjusted", "discount", "refund_of", "currency")
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
NO_SALE = "No sale (view, transfer, fee, quote and the like)"
OTHER_CURRENCY = "In another currency"
_STATE_REASONS = {
    State.CANCELLED: CANCELLED,
    State.FAILED: FAILED,
    State.PENDING: PENDING,
    State.ABANDONED: ABANDONED,
    State.OTHER: NO_SALE,
}
#: Why rows are left out by what their status says.
STATE_REASONS = tuple(_STATE_REASONS.values())


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
        once: The sums of money that stand once an order: amount, refund, discount.
        per_order_share: Of the orders with several rows, the share that looks so; None where it
            was not asked.
        has_amounts: Whether the file has amounts; without them every `amount` is NULL.
        numbered: Whether the file numbers its orders.
        grouped: Whether several rows may make one order.
        repeats: Rows that stand twice; those that do not count are not in `table`.
        states: What the texts of the status and of the kind of row mean.
        net: Whether the file's amounts had refunds taken off already.
        profits: Whether the amounts are profits, so that one below zero is a loss.
        discounts: How discounts are written that are shares of the price.
        patchy: Columns that stood on some rows of an order only, and were filled into all.
    """

    table: ir.Table
    dates: DateStyle
    money: MoneyStyle
    currencies: dict[str, int]
    currency: str | None
    priced: bool
    once: tuple[str, ...]
    per_order_share: float | None
    has_amounts: bool
    numbered: bool
    grouped: bool
    states: RowStates
    repeats: Repeats = field(default_factory=Repeats)
    net: bool = False
    profits: bool = False
    discounts: DiscountStyle | None = None
    patchy: tuple[str, ...] = ()

    @property
    def per_order(self) -> bool:
        """Whether amounts stand once an order, not on each line."""
        return "amount" in self.once

    @property
    def carts(self) -> bool:
        """Whether some rows are carts left behind."""
        return any(meaning.state is State.ABANDONED for meaning in self.states.meanings)


def read_lines(sheet: Sheet, mapping: Mapping) -> Lines:
    """Type every row of the sheet as the mapping says and mark the rows that are no orders.

    Args:
        sheet: From `open_sheet`.
        mapping: Which column plays which role.

    Returns:
        The typed rows, and what was noticed in them.
    """
    con, raw = sheet.con, sheet.table
    has_amounts = mapping.has_amounts
    column = {
        role: sheet.column(name)
        for role, name in mapping.columns.items()
        if has_amounts or role not in ABOUT_AMOUNTS
    }
    dates = find_date_style(raw, column["ordered_at"], mapping.day_first)
    amounts = read_amounts(raw, column, mapping)
    states = read_states(raw, column, mapping)
    ordered_at = read_dates(raw, column["ordered_at"], dates, column.get("time"))
    cells: dict[str, ir.Value] = {
        "line": raw.rowid(),
        "customer_id": _customer(raw, column, mapping),
        "ordered_at": ordered_at,
        **amounts.cells,
        **_order_cells(raw, column, amounts.money, states),
        **_packed_cells(sheet, mapping, amounts),
        **contact_cells(raw, column, mapping, ordered_at),
    }

    keep = partial(store, con)
    typed = numbered_rows(keep("typed", _moments_first(raw, cells)), mapping, keep)
    numbered = "order_id" in column
    grouped = numbered and _has_repeats(typed)
    repeats = find_repeats(sheet, mapping, typed, numbered=numbered, grouped=grouped)
    if repeats.dropped is not None:
        typed = keep("once", typed.anti_join(repeats.dropped, "line"))
    lines = mark_lines(typed, mapping, amounts, states, keep)
    return replace(lines, dates=dates, repeats=repeats)


def _moments_first(raw: ir.Table, cells: dict[str, ir.Value]) -> ir.Table:
    """Return the cells as columns, with moments in a query below that of all others.

    In one query with many statuses, the forms of a column of dates take the engine ten times as
    long.
    """
    moments = {name: cell for name, cell in cells.items() if cell.type().is_timestamp()}
    first = raw.select(*raw.columns, row=raw.rowid(), **moments)
    row = {raw.rowid().op(): first.row.op()}
    return first.select(
        **{
            name: first[name] if name in moments else cell.op().replace(row).to_expr()
            for name, cell in cells.items()
        }
    )


def numbered_rows(
    typed: ir.Table, mapping: Mapping, keep: Callable[[str, ir.Table], ir.Table]
) -> ir.Table:
    """Return typed rows with all columns that an order needs, and refunds under their order.

    Args:
        typed: line, customer_id, ordered_at, amount and what else the rows have.
        mapping: Which column plays which role.
        keep: Computes a table once, under a name.
    """
    typed = _complete(typed, mapping)
    if {"order_id", "refund_of"} <= set(mapping.columns):
        typed = keep("placed", _placed_by_number(typed))
    return typed


def mark_lines(
    typed: ir.Table,
    mapping: Mapping,
    amounts: Amounts,
    states: RowStates,
    keep: Callable[[str, ir.Table], ir.Table],
) -> Lines:
    """Mark the typed rows that are no orders, in any engine.

    Args:
        typed: From `numbered_rows`.
        mapping: Which column plays which role.
        amounts: How sums of money were read.
        states: From `read_states`.
        keep: Computes a table once, under a name.
    """
    numbered = "order_id" in mapping.columns
    grouped = numbered and _has_repeats(typed)
    once: tuple[str, ...] = ()
    patchy: tuple[str, ...] = ()
    share = None
    if grouped:
        patchy = _patchy(typed)
        typed = keep("filled", _filled_down(typed, patchy)) if patchy else typed
        if mapping.has_amounts:
            once, share = sums_per_order(typed, mapping.per_order, amounts.priced)
    typed = _with_unpaid(typed, mapping)
    is_refund = any(meaning.state is State.REFUND for meaning in states.statuses)
    if numbered and is_refund and "kind" not in mapping.columns:
        typed = _refunded_orders(typed)
    net = is_net_of_refunds(typed, mapping)
    typed = _with_refunds(typed) if net else typed
    currencies = _currencies(typed)
    currency = mapping.currency or next(iter(currencies), None)
    wants_amount = mapping.has_amounts and "amount" not in once
    return Lines(
        table=typed.mutate(reason=_reason(typed, currency, wants_amount)),
        dates=DateStyle("plain"),
        money=amounts.money,
        currencies=currencies,
        currency=currency,
        priced=amounts.priced,
        once=once,
        per_order_share=share,
        has_amounts=mapping.has_amounts,
        numbered=numbered,
        grouped=grouped,
        states=states,
        net=net,
        profits=amounts.profits,
        discounts=amounts.discounts,
        patchy=patchy,
    )


def mark_again(typed: ir.Table, mapping: Mapping, lines: Lines) -> ir.Table:
    """Return the table of `lines` once more, from typed rows that carry other columns besides.

    Args:
        typed: line, customer_id, ordered_at, amount and what else the rows have.
        mapping: Which column plays which role.
        lines: From `mark_lines`.
    """
    typed = numbered_rows(typed, mapping, lambda _name, table: table)
    if lines.patchy:
        typed = _filled_down(typed, lines.patchy)
    typed = _with_unpaid(typed, mapping)
    typed = _with_refunds(typed) if lines.net else typed
    wants_amount = lines.has_amounts and not lines.per_order
    return typed.mutate(reason=_reason(typed, lines.currency, wants_amount))


def _with_unpaid(typed: ir.Table, mapping: Mapping) -> ir.Table:
    """Return the rows with those pending that have no day of payment, where there is such a day."""
    if "paid_at" not in mapping.columns:
        return typed
    is_unpaid = typed.status.isnull() & typed.ordered_at.notnull()
    return typed.mutate(status=ibis.ifelse(is_unpaid, str(State.PENDING), typed.status))


def _with_refunds(typed: ir.Table) -> ir.Table:
    """Return the rows with amounts as they were before refunds came off."""
    return typed.mutate(amount=typed.amount + typed.refund.fill_null(0.0))


def _order_cells(
    raw: ir.Table, column: dict[str, str], money: MoneyStyle, states: RowStates
) -> dict[str, ir.Value]:
    """Return what each row says of its order beside its amount, where the file has it."""
    cells: dict[str, ir.Value] = {}
    if "order_id" in column:
        cells["order_id"] = _order_id(raw, column["order_id"])
    if "refund_of" in column:
        cells["refund_of"] = _plain_number(raw, column["refund_of"])
    if "currency" in column or money.symbols:
        cells["currency"] = _currency(raw, column)
    if STATE_ROLES & set(column):
        cells["status"] = state_cell(raw, column, states)
    return cells | {role: text_or_null(raw[column[role]]) for role in DIMENSIONS if role in column}


def _packed_cells(sheet: Sheet, mapping: Mapping, amounts: Amounts) -> dict[str, ir.Value]:
    """Return what cells say of the order that hold records, as lists of items and coupons do."""
    raw, cells = sheet.table, dict[str, ir.Value]()
    if items := packed_items(sheet, mapping):
        cells = cells_of_items(sheet, items)
        if "quantity" in amounts.cells:
            del cells["quantity"]
    coupon = mapping.columns.get("coupon")
    if coupon is not None and is_packed(raw[sheet.column(coupon)], coupon):
        cells["coupon"] = part_of(raw[sheet.column(coupon)], PARTS["coupon"])
    return cells


def _complete(typed: ir.Table, mapping: Mapping) -> ir.Table:
    """The columns that the file lacks, as constants that take no space."""
    # "Total (THB)" names the currency of the whole column.
    amount = mapping.columns.get("revenue") or mapping.columns.get("unit_price")
    named = named_currency(amount) if amount else None
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
    # A row without a number is an order of its own.
    return ibis.coalesce(_plain_number(raw, column), "row " + raw.rowid().cast("string"))


def _plain_number(raw: ir.Table, column: str) -> ir.StringValue:
    """Return an order's number without blanks around it, and 5001.0 as 5001."""
    cell = raw[column]
    facts = raw.aggregate(blank=cell.re_search(BLANKS).any(), decimal=cell.re_search(WHOLE).any())
    facts = facts.execute().iloc[0]
    if facts.blank:
        cell = text_or_null(cell)
    if facts.decimal:
        cell = cell.re_replace(WHOLE, r"\1")
    return cell


def _refunded_orders(typed: ir.Table) -> ir.Table:
    """Take rows with the status "Refund" as refunded orders, where no other row is their sale.

    An amount below zero stays money going back.
    """
    is_refund = (typed.status == str(State.REFUND)).fill_null(False)
    number = typed.order_id
    facts = typed.aggregate(
        orders=number.nunique(),
        sold=number.nunique(where=~is_refund),
        refunded=number.nunique(where=is_refund),
        below=(is_refund & (typed.amount < 0).fill_null(False)).any().fill_null(False),
    )
    counts = facts.execute().iloc[0]
    stands_beside_a_sale = counts.sold + counts.refunded > counts.orders
    if not counts.refunded or counts.below or stands_beside_a_sale:
        return typed
    return typed.mutate(status=ibis.ifelse(is_refund, str(State.REFUNDED), typed.status))


def _placed_by_number(typed: ir.Table) -> ir.Table:
    """Give refund rows the number and the customer of the order that they name.

    Only rows that give money back, and only where the order is in the file.
    """
    back = gives_back(typed)
    sales = typed.filter(~back & typed.amount.notnull())
    sales = sales.group_by("order_id").aggregate(buyer=first_filled(sales, "customer_id"))
    named = sales.select(number=sales.order_id, buyer=sales.buyer)
    joined = typed.mutate(named_order=ibis.ifelse(back, typed.refund_of, ibis.null("string")))
    joined = joined.left_join(named, joined.named_order == named.number)
    placed = joined.mutate(
        order_id=ibis.coalesce(joined.number, joined.order_id),
        customer_id=ibis.coalesce(joined.buyer, joined.customer_id),
    )
    columns = [name for name in typed.columns if name != "refund_of"]
    return placed.select(*columns)


def _customer(raw: ir.Table, column: dict[str, str], mapping: Mapping) -> ir.StringValue:
    """Return who bought: phones by their digits, all else by its text."""
    customer = customer_text(raw, column["customer_id"])
    if column.get("phone") != column["customer_id"]:
        return customer
    style = find_phone_style(raw, column["customer_id"], _main_currency(raw, column, mapping))
    has_letters = customer.re_search(r"[A-WYZa-wyz]")
    return ibis.ifelse(has_letters, customer, phone_key(raw[column["customer_id"]], style))


def _main_currency(raw: ir.Table, column: dict[str, str], mapping: Mapping) -> str | None:
    """Return the currency of most amounts, as far as the file or the marketer says so."""
    amount = mapping.columns.get("revenue") or mapping.columns.get("unit_price")
    named = mapping.currency or (named_currency(amount) if amount else None)
    if named or not amount:
        return named
    cells = raw.select(currency=_currency(raw, column))
    commonest = cells.filter(cells.currency.notnull()).currency.topk(1).to_pandas()
    return next(iter(commonest["currency"]), None)


def customer_text(raw: ir.Table, column: str) -> ir.StringValue:
    """Return who a cell names: e-mails without case and blanks, 17850 for 17850.0, NULL for guests.

    Only the steps that some cell of the column needs are taken: most columns need none.

    Args:
        raw: The rows as text.
        column: The column of the customers.
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


def _currency(raw: ir.Table, column: dict[str, str]) -> ir.StringValue:
    if "currency" in column:
        return text_or_null(raw[column["currency"]]).upper()
    return read_currency(raw, column.get("revenue") or column["unit_price"])


def first_filled(table: ir.Table, column: str) -> ir.Value:
    """Return a group's first cell of the column, in the file's order, that is not empty.

    Args:
        table: Typed lines, grouped by order.
        column: The column.

    Returns:
        An expression.
    """
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


def _currencies(typed: ir.Table) -> dict[str, int]:
    counted = (
        typed.filter(typed.currency.notnull() & typed.amount.notnull())
        .group_by("currency")
        .aggregate(n=ibis._.count())
    )
    frame = counted.order_by(ibis.desc("n"), "currency").to_pandas()
    return dict(zip(frame["currency"], frame["n"].astype(int), strict=True))


def _reason(t: ir.Table, currency: str | None, each_has_amount: bool) -> ir.StringValue:
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
    if each_has_amount:
        cases.append((t.amount.isnull(), NO_AMOUNT))
    if currency is not None:
        cases.append(((t.currency != currency).fill_null(False), OTHER_CURRENCY))
    return ibis.cases(*cases, else_=ibis.null("string"))


def unusable_rows(lines: Lines) -> ir.Table:
    """Return the rows that cannot count: line, reason, amount.

    Args:
        lines: From `read_lines`. An amount that is the order's stands on one of its rows.
    """
    rows = lines.table.filter(lines.table.reason.notnull())
    rows = rows.select("line", "reason", "amount", "order_id", "customer_id")
    rows = once_per_order(rows) if lines.per_order else rows
    return rows.select("line", "reason", "amount")


def abandoned_carts(marked: ir.Table) -> ir.Table:
    """Return the carts that customers left behind: the rows that were left out as such.

    Args:
        marked: The table of `Lines`.

    Returns:
        The columns customer_id and abandoned.
    """
    carts = marked.filter((marked.reason == ABANDONED) & marked.customer_id.notnull())
    carts = carts.filter(carts.ordered_at.date().between(EARLIEST, latest_plausible()))
    return carts.select("customer_id", abandoned=carts.ordered_at)
