"""An Ibis table of any engine -> settled orders, computed where the rows are.

Only counts, a sample of rows for finding the columns, and the first rows left out travel.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.expr.operations import TryCast

from retention import wording
from retention.cells.dates import EARLIEST, ISO_ONLY, latest_plausible
from retention.cells.money import LARGEST, MoneyStyle, named_currency
from retention.cells.phone_keys import find_phone_style, phone_key
from retention.columns.customer_column import GUESTS
from retention.columns.mapping import Mapping
from retention.columns.roles import ROLES
from retention.engines import keep, keeping, plans_by_counts, trimmed
from retention.errors import DataError
from retention.orders.amounts import NUMBERS, Amounts, amounts_of
from retention.orders.contact_cells import WHOLE, contact_cells, text_or_null, without_fraction
from retention.orders.doubled_rows import doubled_rows
from retention.orders.guest_rows import orders_without_customer
from retention.orders.packed_cells import PARTS, is_packed
from retention.orders.refunds import (
    gather_orders,
    lost_lines,
    lost_orders,
    net_orders,
    order_items,
    place_refunds,
)
from retention.orders.report import DroppedRows
from retention.orders.row_states import STATE_ROLES, RowStates, read_states, state_cell
from retention.orders.rows import (
    ABOUT_AMOUNTS,
    DIMENSIONS,
    Lines,
    abandoned_carts,
    mark_again,
    mark_lines,
    numbered_rows,
    unusable_rows,
)
from retention.sheets.sheet import Sheet, open_sheet

#: Rows whose cells help to find the columns.
SAMPLE_ROWS = 2_000
#: Rows left out that are brought over, to be shown.
MOST_DROPPED_ROWS = 10_000
#: Blanks that a text may carry beside the usual ones.
_STRANGE_BLANKS = ("\u00a0", "\u200b", "\ufeff")
_ORDER_KEY = ["order_id", "customer_id"]
#: By what rows are numbered, where they have it.
_SORTED_BY = (
    "ordered_at", "order_id", "customer_id", "amount", *DIMENSIONS, "status", "quantity",
    "discount", "refund", "listed", "currency",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableReading:
    """The orders of a table, still in its engine.

    Attributes:
        sheet: The names of the table's columns, the number of its rows, and what was noticed.
        mapping: Which column plays which role.
        lines: The typed rows.
        orders: One row an order, as `net_orders` returns them.
        reasons: The rows left out by reason, the most rows first.
        left_out: The first rows left out: `line` (missing: a table has no order), `reason` and
            the table's own columns as text.
        carts: From `abandoned_carts`; None where there are none.
        items: What the orders held, as `order_items` returns it.
        digest: Of the table, its numbers of rows, orders and money, and how it was read.
        without_customer: From `orders_without_customer`.
        warnings: What stands twice.
    """

    sheet: Sheet
    mapping: Mapping
    lines: Lines
    orders: ir.Table
    reasons: tuple[DroppedRows, ...]
    left_out: pd.DataFrame
    carts: ir.Table | None
    items: ir.Table | None
    digest: str
    without_customer: pd.DataFrame
    warnings: tuple[str, ...] = ()


def is_table(source: object) -> bool:
    """Return whether a source is an Ibis table."""
    return isinstance(source, ir.Table)


def table_sheet(table: ir.Table, name: str | None = None) -> Sheet:
    """Return a sheet of the table's first rows, from which its columns can be found.

    Raises:
        DataError: If the engine cannot be read, or the table has no rows or a single column.
    """
    name = name or _name(table)
    try:
        sample = table.select(**_plain(table)).limit(SAMPLE_ROWS).to_pyarrow()
    except Exception as error:
        raise DataError(f"The table {name!r} cannot be read: {_first_line(error)}") from error
    if not sample.num_rows:
        raise DataError(f"The table {name!r} has no rows. Choose the one that holds the orders.")
    return open_sheet(sample, name)


def _plain(table: ir.Table) -> dict[str, ir.Value]:
    """Return the columns of a table in types that every engine can hand over."""
    cells: dict[str, ir.Value] = {}
    for name, kind in table.schema().items():
        cell = table[name]
        if kind.is_decimal():
            cell = cell.cast("float64")
        elif not (kind.is_numeric() or kind.is_temporal() or kind.is_string()):
            cell = _shown(cell)
        cells[name] = cell
    return cells


def settle_table(table: ir.Table, sheet: Sheet, mapping: Mapping) -> TableReading:
    """Return the orders of a table, computed in its engine.

    Args:
        table: The rows.
        sheet: From `table_sheet`.
        mapping: Which column plays which role; nothing needed is missing.

    Raises:
        DataError: If a needed column has a type that says no day or no number, or if the engine
            fails.
    """
    try:
        with keeping() as keep_for_now:
            return _settled(table, sheet, mapping, keep_for_now)
    except DataError:
        raise
    except Exception as error:
        if not _is_of_engine(error):
            raise  # a fault of ours keeps its traceback
        raise DataError(
            f"The engine that holds {sheet.name!r} could not make orders of it: "
            f"{_first_line(error)}"
        ) from error


def _settled(
    table: ir.Table,
    sheet: Sheet,
    mapping: Mapping,
    keep_for_now: Callable[[ir.Table], ir.Table],
) -> TableReading:
    source = _source(table, sheet, mapping)
    mapping, notes = source.mapping, list(source.notes)
    typed = keep_for_now(_numbered(source.typed, source.numbering))

    def keep_named(_name: str, rows: ir.Table) -> ir.Table:
        return keep_for_now(rows)

    numbered = numbered_rows(typed, mapping, keep_named)
    lines = mark_lines(numbered, mapping, source.amounts, source.states, keep_named)
    marked = lines.table
    good = marked.filter(marked.reason.isnull())
    gathered = gather_orders(good, lines)
    if lines.grouped or plans_by_counts(table):
        gathered = keep_for_now(gathered)
    fates = set(gathered.select("fate").distinct().to_pandas()["fate"])
    placed = keep_for_now(place_refunds(gathered, lines)) if "refund" in fates else None
    orders = net_orders(gathered, placed, lines)
    if not lines.numbered:
        # Rows are numbered for each customer.
        number = orders.customer_id + " / " + orders.line.cast("string")
        orders = orders.mutate(order_id=number).drop("line")
    orders = keep(orders)
    lost = lost_orders(gathered, placed, lines) if fates - {"order"} else None
    reasons = _reasons(lines, gathered, placed, lost)
    count = sum(entry.rows for entry in reasons)
    if count > MOST_DROPPED_ROWS:
        notes.append(
            f"Of {wording.count(count)} rows left out {wording.count(MOST_DROPPED_ROWS)} are "
            "listed. The others stay in "
            "their table."
        )
    items = order_items(good, gathered, lines) if lines.grouped else None
    rows = int(typed.count().to_pyarrow().as_py())
    doubled = doubled_rows(good, numbered=lines.numbered, grouped=lines.grouped)
    return TableReading(
        sheet=replace(sheet, rows=rows, notes=(*sheet.notes, *notes)),
        mapping=mapping,
        lines=lines,
        orders=orders,
        reasons=reasons,
        left_out=_dropped_cells(source, sheet, lines, lost) if count else pd.DataFrame(),
        carts=keep(abandoned_carts(marked)) if lines.carts else None,
        items=None if items is None else keep(items),
        digest=_digest(table, mapping, orders, rows),
        without_customer=orders_without_customer(marked),
        warnings=(doubled,) if doubled else (),
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """The rows of a table, typed but not yet computed.

    Attributes:
        typed: Names and types as `read_lines` has them, without `line`.
        raw_names: The columns of `wide` that hold the table's own cells as text.
        wide: `typed` with these columns.
        mapping: Which column plays which role, of those that can be read.
        amounts: How sums of money were read.
        states: From `read_states`.
        numbering: How rows get their `line`.
        notes: What was noticed.
    """

    typed: ir.Table
    raw_names: list[str]
    wide: ir.Table
    mapping: Mapping
    amounts: Amounts
    states: RowStates
    numbering: "_Numbering"
    notes: tuple[str, ...]


#: Whether rows are numbered within an order or a customer, or need no number: each is an order.
_Numbering = Literal["none", "order_id", "customer_id"]


def _source(table: ir.Table, sheet: Sheet, mapping: Mapping) -> _Source:
    raw_names = [f"c{place}" for place in range(len(table.columns))]
    raw = table.select(
        **{raw: table[name] for raw, name in zip(raw_names, table.columns, strict=True)}
    )
    mapping, notes = _with_readable(raw, sheet, mapping)
    column = {
        role: sheet.column(name)
        for role, name in mapping.columns.items()
        if mapping.has_amounts or role not in ABOUT_AMOUNTS
    }
    texts = {name: f"{name}_text" for name in column.values()}
    raw = raw.mutate(**{text: raw[name].cast("string") for name, text in texts.items()})
    text_of = {role: texts[name] for role, name in column.items()}
    states = read_states(raw, text_of, mapping)
    numbers = {role: _number(raw[column[role]]) for role in NUMBERS if role in column}
    amounts = amounts_of(raw, column, mapping, numbers, MoneyStyle())
    cells = _cells(raw, column, text_of, mapping, states)
    cells |= amounts.cells
    typed = raw.select(**cells)
    own = {name: raw[texts[name]] if name in texts else _shown(raw[name]) for name in raw_names}
    return _Source(
        typed=typed,
        raw_names=raw_names,
        wide=raw.select(**cells, **own),
        mapping=mapping,
        amounts=amounts,
        states=states,
        numbering=_numbering(typed),
        notes=tuple(notes),
    )


def _shown(cell: ir.Column) -> ir.StringValue:
    """Return a cell as text; nothing for lists and the like, which not every engine can write."""
    kind = cell.type()
    is_shown = not (kind.is_nested() or kind.is_binary() or kind.is_interval())
    return cell.cast("string") if is_shown else ibis.null("string")


def _cells(
    raw: ir.Table,
    column: dict[str, str],
    text_of: dict[str, str],
    mapping: Mapping,
    states: RowStates,
) -> dict[str, ir.Value]:
    """Return what each row says beside its sums of money, typed."""
    ordered_at = _moment(raw, column["ordered_at"])
    named = ("customer_id", "order_id", "refund_of")
    marks = _marks(raw, [column[role] for role in named if role in column])
    cells: dict[str, ir.Value] = {
        "customer_id": _customer(raw, column, mapping, marks),
        "ordered_at": ordered_at,
    }
    if "refund_of" in column:
        cells["refund_of"] = _identifier(raw, column["refund_of"], marks).nullif("")
    if "order_id" in column:
        cells["order_id"] = _identifier(raw, column["order_id"], marks).nullif("")
    if "currency" in column:
        cells["currency"] = text_or_null(raw[text_of["currency"]]).upper()
    if STATE_ROLES & set(column):
        cells["status"] = state_cell(raw, text_of, states)
    cells |= {role: text_or_null(raw[text_of[role]]) for role in DIMENSIONS if role in column}
    contacts = {role: text for role, text in text_of.items() if role not in ("rating", "abandoned")}
    cells |= contact_cells(raw, contacts, mapping, ordered_at)
    return cells | _signal_cells(raw, column, ordered_at)


def _signal_cells(
    raw: ir.Table, column: dict[str, str], ordered_at: ir.TimestampValue
) -> dict[str, ir.Value]:
    """Return the signals whose cells are numbers and moments."""
    cells: dict[str, ir.Value] = {}
    if "rating" in column:
        rating = _number(raw[column["rating"]])
        cells["rating"] = ibis.ifelse(rating > 0, rating, ibis.null("float64"))
    if "abandoned" in column:
        cells["abandoned"] = _abandoned(raw, column["abandoned"], ordered_at)
    return cells


def _moment(raw: ir.Table, name: str) -> ir.TimestampValue:
    cell = raw[name]
    if not cell.type().is_string():
        return cell.cast("timestamp")
    # Without its zone, so that an order keeps the shop's day.
    text = text_or_null(cell).substr(0, 19).replace("T", " ")
    return _try_cast(text, "timestamp")


def _try_cast(text: ir.StringValue, kind: str) -> ir.Value:
    """Return a text cast; NULL where it cannot be, in engines that know how."""
    backend = text.get_backend()
    return text.try_cast(kind) if backend.has_operation(TryCast) else text.cast(kind)


def _abandoned(raw: ir.Table, name: str, ordered_at: ir.TimestampValue) -> ir.TimestampValue:
    """Return the moment in a cell, or the order's own where it only says yes."""
    if raw[name].type().is_boolean():
        return ibis.ifelse(raw[name].fill_null(False), ordered_at, ibis.null("timestamp"))
    moment = _moment(raw, name)
    is_likely = moment.date().between(EARLIEST, latest_plausible())
    return ibis.ifelse(is_likely, moment, ibis.null("timestamp"))


def _number(cell: ir.NumericValue) -> ir.FloatingValue:
    """Return a number; NULL for what is no amount (NaN, infinite or larger than any)."""
    number = cell.cast("float64")
    return ibis.ifelse(number.abs() < LARGEST, number, ibis.null("float64"))


def _identifier(raw: ir.Table, name: str, marks: dict[str, bool]) -> ir.StringValue:
    """Return a number or a text that names something: 17850.0 is 17850.

    Only the steps that some cell needs are taken, so that the engine's plans stay small.
    """
    cell = raw[name]
    kind = cell.type()
    if kind.is_floating() or kind.is_decimal():
        number = _number(cell)
        whole = number.cast("int64")
        return ibis.ifelse(number == whole, whole.cast("string"), cell.cast("string"))
    text = cell.cast("string")
    if not kind.is_string():
        return text
    if marks[f"{name}_strange"]:
        for blank in _STRANGE_BLANKS:
            text = text.replace(blank, " ")
    if marks[f"{name}_strange"] or marks[f"{name}_blank"]:
        text = trimmed(text)
    return without_fraction(text) if marks[f"{name}_decimal"] else text


def _marks(raw: ir.Table, names: list[str]) -> dict[str, bool]:
    """Return what occurs in the texts of some columns."""
    facts: dict[str, ir.Value] = {}
    for name in names:
        if not raw[name].type().is_string():
            continue
        text = raw[name]
        strange = [text.contains(blank) for blank in _STRANGE_BLANKS]
        facts |= {
            f"{name}_strange": (strange[0] | strange[1] | strange[2]).any(),
            f"{name}_blank": text.re_search(r"^\s|\s$").any(),
            f"{name}_mail": text.contains("@").any(),
            f"{name}_decimal": text.re_search(WHOLE).any(),
        }
    if not facts:
        return {}
    marks = raw.aggregate(**facts).to_pyarrow().to_pylist()[0]
    return {name: bool(mark) for name, mark in marks.items()}


def _customer(
    raw: ir.Table, column: dict[str, str], mapping: Mapping, marks: dict[str, bool]
) -> ir.StringValue:
    """Return who bought: addresses without case, phones by their digits, and NULL for guests."""
    name = column["customer_id"]
    text = _identifier(raw, name, marks)
    if column.get("phone") == name:
        amount = mapping.columns.get("revenue") or mapping.columns["unit_price"]
        currency = mapping.currency or named_currency(amount)
        phones = raw.select(phone=text)
        key = phone_key(text, find_phone_style(phones, "phone", currency))
        text = ibis.ifelse(text.re_search(r"[A-WYZa-wyz]"), text, key)
    if marks.get(f"{name}_mail"):
        text = ibis.ifelse(text.contains("@"), text.lower().replace(" ", ""), text)
    named = raw.select(text=text)
    guests = named.filter(named.text.lower().isin(GUESTS)).distinct().to_pyarrow()
    texts = guests["text"].to_pylist()
    return ibis.ifelse(text.isin(texts), ibis.null("string"), text) if texts else text


def _numbering(typed: ir.Table) -> _Numbering:
    if "order_id" not in typed.columns:
        return "customer_id"
    counts = typed.aggregate(rows=typed.count(), ids=typed.order_id.nunique()).to_pyarrow()
    return "none" if counts["rows"] == counts["ids"] else "order_id"


def _numbered(typed: ir.Table, numbering: _Numbering) -> ir.Table:
    """Return the rows with their `line`, and those without an order number with one of their own.

    A table has no order, so that `line` counts by day, then by amount and the rest. It counts
    within each order or customer, since a single count of all rows would pass through one machine.
    """
    if numbering == "none":
        return typed.mutate(line=ibis.literal(0, "int64"))
    alone = ibis.coalesce(typed.customer_id, typed.ordered_at.cast("string"), "")
    alone = "alone " + alone
    group = ibis.coalesce(typed.order_id, alone) if numbering == "order_id" else alone
    others = [name for name in _SORTED_BY if name in typed.columns]
    window = ibis.window(group_by=group, order_by=[typed[name] for name in others])
    numbered = typed.mutate(line=ibis.row_number().over(window).cast("int64"))
    if numbering == "order_id":
        own = (
            "row " + numbered.line.cast("string") + " of " + ibis.coalesce(numbered.customer_id, "")
        )
        numbered = numbered.mutate(order_id=ibis.coalesce(numbered.order_id, own))
    return numbered


def _reasons(
    lines: Lines, gathered: ir.Table, placed: ir.Table | None, lost: ir.Table | None
) -> tuple[DroppedRows, ...]:
    """Return what `count_reasons` returns, counted in the engine, without lines."""
    marked = lines.table
    dropped = unusable_rows(lines)
    if lost is not None:
        dropped = dropped.union(lost_lines(marked, gathered, placed, lines))
    counted = dropped.group_by("reason").aggregate(
        n=dropped.count(), money=dropped.amount.sum().fill_null(0.0)
    )
    entries = [
        DroppedRows(
            reason=str(row["reason"]),
            rows=int(row["n"]),
            first_lines=(),
            revenue=float(row["money"]),
        )
        for row in counted.order_by("reason").to_pyarrow().to_pylist()
    ]
    return tuple(sorted(entries, key=lambda entry: -entry.rows))


def _dropped_cells(
    source: _Source, sheet: Sheet, lines: Lines, lost: ir.Table | None
) -> pd.DataFrame:
    """Return the first rows left out: line (missing), reason, and the table's cells as text."""
    wide = _numbered(source.wide, source.numbering)
    own = {name: wide[name] for name in source.raw_names}
    marked = mark_again(wide, source.mapping, lines)
    parts = [marked.filter(marked.reason.notnull()).select("reason", *own)]
    if lost is not None:
        good = marked.filter(marked.reason.isnull()).drop("reason")
        fates = lost.select(*_ORDER_KEY, "reason").distinct()
        parts.append(good.inner_join(fates, _ORDER_KEY).select("reason", *own))
    frames = []
    room = MOST_DROPPED_ROWS
    for part in parts:
        frames.append(part.limit(room).to_pandas())
        room -= len(frames[-1])
    frame = pd.concat(frames, ignore_index=True)
    frame.insert(0, "line", pd.array([pd.NA] * len(frame), "Int64"))
    return sheet.named(frame)


def _digest(table: ir.Table, mapping: Mapping, orders: ir.Table, rows: int) -> str:
    """Return a digest that changes with the table's rows, as far as counts and sums show it."""
    sums = orders.aggregate(
        orders=orders.count(),
        gross=orders.gross.sum().round(2),
        revenue=orders.revenue.sum().round(2),
        last=orders.ordered_at.max(),
    )
    facts = sums.to_pyarrow().to_pylist()
    text = f"{ibis.to_sql(table)} {table.get_backend().name} {mapping!r} {rows} {facts}"
    return hashlib.sha256(text.encode()).hexdigest()


def _with_readable(raw: ir.Table, sheet: Sheet, mapping: Mapping) -> tuple[Mapping, list[str]]:
    """Return the mapping without optional columns of types that are not read, and notes on them.

    Raises:
        DataError: If a needed column is one of them.
    """
    notes: list[str] = []
    dropped: list[str] = []
    for role, name in mapping.columns.items():
        problem = _problem(raw[sheet.column(name)], role, name)
        if not problem:
            continue
        if role in ("customer_id", "ordered_at", "revenue") or (
            role in ("quantity", "unit_price") and "revenue" not in mapping.columns
        ):
            raise DataError(problem)
        notes.append(f"{name!r} is not read as the {ROLES[role].label.lower()}: {problem}")
        dropped.append(role)
    moment = raw[sheet.column(mapping.columns["ordered_at"])].type()
    if moment.is_timestamp() and moment.timezone is not None:
        notes.append(
            f"{mapping.columns['ordered_at']!r} holds moments of a time zone. They count on the "
            "clock of the engine's session: set its zone to the shop's."
        )
    return mapping.with_columns(**dict.fromkeys(dropped)), notes


def _problem(cell: ir.Column, role: str, name: str) -> str:
    """Return why a column cannot be read in a role; an empty text where it can."""
    kind = cell.type()
    what = f"the column {name!r} has the type {kind}"
    if role == "time":
        return "the time of day is read from the date's own column."
    if role in PARTS and is_packed(cell, name):
        return "lists of items, coupons and refunds in one cell are read from files."
    if role in (*NUMBERS, "rating") and (kind.is_boolean() or not kind.is_numeric()):
        return f"{what}. Cast it to a number in the engine."
    if role == "ordered_at" or (role == "abandoned" and not kind.is_boolean()):
        if kind.is_string():
            return _no_iso(cell, name)
        if not (kind.is_date() or kind.is_timestamp()):
            return f"{what}. Cast it to a date or a timestamp in the engine."
    return ""


def _no_iso(cell: ir.StringColumn, name: str) -> str:
    """Return why a column of texts cannot be read as dates; an empty text where it can."""
    texts = trimmed(cell).name("cell").as_table()
    others = texts.filter((texts.cell != "") & ~texts.cell.re_search(ISO_ONLY)).limit(1)
    cells = others.to_pyarrow()["cell"].to_pylist()
    if not cells:
        return ""
    return (
        f"the column {name!r} has texts such as {cells[0]!r}. Of texts in a table only dates such "
        "as 2026-07-31 are read. Cast the column to a date in the engine."
    )


def _name(table: ir.Table) -> str:
    name = getattr(table.op(), "name", None)
    return name if isinstance(name, str) and name else "table"


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _is_of_engine(error: Exception) -> bool:
    """Return whether an error comes from an engine or its driver."""
    package = type(error).__module__.partition(".")[0]
    return package not in ("builtins", "retention", "pandas", "numpy")
