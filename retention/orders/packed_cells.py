"""Cells that hold a record: an order's items, coupons and refunds in WooCommerce's exports.

An item is `name:Green tea|product_id:7|quantity:2|total:29.80` and stands in a column of its own
(`line_item_1`, `line_item_2` ...). Several coupons or refunds of an order are parted by `;`.
"""

import re

import ibis
import ibis.expr.types as ir

from retention.cells.names import plain_name
from retention.columns.mapping import Mapping
from retention.orders.contact_cells import text_or_null
from retention.sheets.sheet import Sheet

#: The roles whose column may hold records, and the part of a record that is read.
PARTS = {"product": "name", "coupon": "code", "refund": "amount"}
_PACKED_NAME = re.compile(r"(?:.* )?items?(?: \d+)?|(?:coupons|refunds)")
_RECORD = r"^\s*[a-z_]+:.*\|[a-z_]+:"
_NUMBER = r"-?\d+(?:\.\d+)?"


@ibis.udf.scalar.builtin(name="regexp_extract_all")  # type: ignore[untyped-decorator]
def _all_matches(text: str, pattern: str, group: int) -> list[str]:  # type: ignore[empty-body]
    """Return a group of all matches of a pattern, in DuckDB."""


def may_be_packed(column: str) -> bool:
    """Return whether a column is named as those that hold records.

    >>> may_be_packed("line_item_1"), may_be_packed("Item Name")
    (True, False)
    """
    return _PACKED_NAME.fullmatch(plain_name(column)) is not None


def is_packed(cell: ir.Column, name: str) -> bool:
    """Return whether a column holds records.

    Args:
        cell: The column, in any engine.
        name: Its name. Only a usual one has its cells looked at.
    """
    if not (may_be_packed(name) and isinstance(cell, ir.StringColumn)):
        return False
    return bool(cell.re_search(_RECORD).any().fill_null(False).to_pyarrow().as_py())


def packed_items(sheet: Sheet, mapping: Mapping) -> list[str]:
    """Return the file's columns that each hold an item of the order.

    Args:
        sheet: The file.
        mapping: Its product is one of these columns. The others are named alike, with a number.
    """
    name = mapping.columns.get("product")
    if name is None or not is_packed(sheet.table[sheet.column(name)], name):
        return []
    return [column for column in sheet.columns if _stem(column) == _stem(name)]


def _stem(name: str) -> str:
    return re.sub(r" \d+$", "", plain_name(name))


def part_of(cell: ir.StringValue, key: str) -> ir.StringValue:
    """Return what the first record of a cell says under a key; NULL where it has none.

    Args:
        cell: Cells that hold records.
        key: Such as name.
    """
    pattern = rf"(?:^|[|;])\s*{key}:(.*?)(?:[|;][a-z_]+:|$)"
    return text_or_null(cell.re_extract(pattern, 1))


def sum_of(cell: ir.StringValue, key: str) -> ir.FloatingValue:
    """Return the sum over a cell's records of the number under a key; NULL where it has none.

    Args:
        cell: Cells that hold records.
        key: Such as amount.
    """
    numbers = _all_matches(cell, rf"(?:^|[|;])\s*{key}:\s*({_NUMBER})", 1)
    amounts: ir.FloatingValue = numbers.cast("array<float64>").sums()
    return amounts


def cells_of_items(sheet: Sheet, items: list[str]) -> dict[str, ir.Value]:
    """Return the first product and the number of pieces of each row.

    Args:
        sheet: The file.
        items: From `packed_items`, not empty.
    """
    raw, columns = sheet.table, [sheet.column(name) for name in items]
    pieces = [sum_of(raw[column], "quantity").fill_null(0.0) for column in columns]
    return {
        "product": ibis.coalesce(*(part_of(raw[column], "name") for column in columns)),
        "quantity": sum(pieces[1:], start=pieces[0]),
    }


def item_lines(good: ir.Table, sheet: Sheet, items: list[str]) -> ir.Table:
    """Return the rows of orders once for each item, with its `product` and what it cost: `listed`.

    Args:
        good: The typed rows that have no reason to be left out.
        sheet: The file.
        items: From `packed_items`, not empty.
    """
    raw = sheet.table
    tables = [
        raw.select(row=raw.rowid(), product=part_of(cell, "name"), listed=sum_of(cell, "total"))
        for cell in (raw[sheet.column(name)] for name in items)
    ]
    named = ibis.union(*tables) if len(tables) > 1 else tables[0]
    named = named.filter(named.product.notnull())
    rows = good.select(*(name for name in good.columns if name not in ("product", "listed")))
    return rows.inner_join(named, rows.line == named.row).drop("row")
