"""Rows that stand twice: left out where they show an order again, noted or asked about elsewhere.

Exports overlap, are pasted together, or are loaded twice. An order counts once: where the same
rows stand again, and where a later export shows it in a newer state.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from retention.columns.mapping import Mapping
from retention.orders.amounts import once_per_order
from retention.orders.equal_rows import EQUAL_ROW, find_equal_rows
from retention.orders.repeated_orders import REPLACED, repeated_orders
from retention.sheets.sheet import Sheet
from retention.wording import count, day, money, plural


@dataclass(frozen=True, slots=True)
class Repeats:
    """Rows that stand twice.

    Attributes:
        dropped: The rows that do not count: line, reason, amount, order_id and customer_id (codes
            of what is shown again, for counting its amount once); None where all count.
        rows: How many there are.
        orders: Orders that stand twice with the same rows.
        replaced: Orders of which a later export shows a newer state.
        newer: The exports whose orders count instead of earlier states.
        first: The first day of the rows; None where no row is left out, or none has a day.
        last: The last day.
        summed: What they add up to.
        once: The same where an amount stands once an order, on one of its rows or on each.
        equal_lines: Rows that are equal to another one of their order, and count.
        equal_rows: Rows without an order number that are equal to an earlier row, beyond chance.
        assumed: What becomes of those until the marketer says so: "once" or "keep".
    """

    dropped: ir.Table | None = None
    rows: int = 0
    orders: int = 0
    replaced: int = 0
    newer: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    summed: float = 0.0
    once: float = 0.0
    equal_lines: int = 0
    equal_rows: int = 0
    assumed: str = "once"

    def notes(self, currency: str | None, *, per_order: bool) -> list[str]:
        """Return what to say about the rows that stand twice.

        Args:
            currency: The code of the amounts; None where the file names none.
            per_order: Whether amounts stand once an order.
        """
        notes = []
        if self.rows:
            summed = self.once if per_order else self.summed
            worth = f" worth {money(summed, currency)}" if summed else ""
            notes.append(
                f"{self._what()} more than once and {self._verb('counts', 'count')} once. "
                f"Left out: {plural(self.rows, 'row')}{worth}."
            )
        if self.replaced:
            differ = "differs" if self.replaced == 1 else "differ"
            notes.append(
                f"{plural(self.replaced, 'order')} {differ} between two exports. The later export "
                f"counts: {', '.join(map(repr, self.newer))}."
            )
        if self.equal_lines:
            are = "row is" if self.equal_lines == 1 else "rows are"
            notes.append(
                f"{count(self.equal_lines)} {are} equal to another row of the same order and "
                "count, "
                "since two pieces of a product are often written so."
            )
        return notes

    def _verb(self, one: str, many: str) -> str:
        return one if max(self.orders + self.replaced, self.equal_rows) == 1 else many

    def _what(self) -> str:
        orders = self.orders + self.replaced
        what = plural(orders, "order") if orders else plural(self.equal_rows, "row")
        stand = self._verb("stands", "stand")
        if self.first is None or self.last is None:
            return f"{what} {stand}"
        days = day(self.first)
        if self.last != self.first:
            days = f"{days} to {day(self.last)}"
        return f"{what} ({days}) {stand}"


def find_repeats(
    sheet: Sheet, mapping: Mapping, typed: ir.Table, *, numbered: bool, grouped: bool
) -> Repeats:
    """Return the rows that stand twice and do not count.

    Args:
        sheet: The file.
        mapping: How it is read; its `repeats` settles whether equal rows count.
        typed: Its rows, typed: line, order_id, customer_id, ordered_at, amount and more.
        numbered: Whether the file numbers its orders.
        grouped: Whether several rows have the same order number.
    """
    if not numbered:
        return _equal_rows(sheet, mapping, typed)
    if not grouped or mapping.repeats == "keep":
        return Repeats()
    repeated = repeated_orders(sheet, mapping, typed, [part.first_row for part in sheet.parts])
    if repeated is None:
        return Repeats()
    rows = repeated.dropped
    if rows.empty:
        return Repeats(equal_lines=repeated.equal_lines)
    is_state = rows["reason"] == REPLACED
    repeats = Repeats(
        orders=rows.loc[~is_state, "order"].nunique(),
        replaced=rows.loc[is_state, "order"].nunique(),
        newer=tuple(dict.fromkeys(_part_words(sheet, row) for row in repeated.newer)),
        once=float(rows.groupby(["order", "part"])["amount"].max().sum()),
        equal_lines=repeated.equal_lines,
    )
    return _without(sheet, rows, repeats)


def _equal_rows(sheet: Sheet, mapping: Mapping, typed: ir.Table) -> Repeats:
    equal = find_equal_rows(sheet, mapping, typed)
    if equal is None:
        return Repeats()
    repeats = Repeats(equal_rows=len(equal.rows), assumed=equal.assumed)
    if (mapping.repeats or equal.assumed) == "keep":
        return repeats
    return _without(sheet, equal.rows.assign(reason=EQUAL_ROW), repeats)


def _without(sheet: Sheet, rows: pd.DataFrame, repeats: Repeats) -> Repeats:
    """Return the repeats with the rows that they leave out."""
    order = rows["order"] if "order" in rows else rows["line"]
    table = rows[["line", "reason", "amount"]].astype({"amount": "float64"})
    table = table.assign(order_id=order, customer_id=rows["part"])
    days = rows["day"].dropna()
    summed = float(rows["amount"].sum())
    return replace(
        repeats,
        dropped=sheet.con.create_table("repeated", ibis.memtable(table), overwrite=True),
        rows=len(rows),
        first=_date(days.min()) if len(days) else None,
        last=_date(days.max()) if len(days) else None,
        summed=summed,
        once=repeats.once if repeats.orders or repeats.replaced else summed,
    )


def repeated_rows(dropped: ir.Table, *, per_order: bool) -> ir.Table:
    """Return the rows that stand twice and do not count: line, reason, amount.

    Args:
        dropped: From `Repeats`.
        per_order: Whether an amount is the order's. Then it stands on one of its rows.
    """
    rows = once_per_order(dropped) if per_order else dropped
    return rows.select("line", "reason", "amount")


def _date(days: float) -> date:
    return date(1970, 1, 1) + timedelta(days=int(days))


def _part_words(sheet: Sheet, row: int) -> str:
    """Return what the export is called that begins with a row."""
    part = sheet.part(row)
    if part.first_row == row and len(sheet.names) == len(sheet.parts):
        return part.name
    return f"{part.name} from row {count(sheet.line(row))}"
