"""The orders of two exports as one table: the newer rows, and what only the earlier one holds."""

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from retention.orders.joining.late_refunds import LateRefunds
from retention.orders.set_aside import ROW_NUMBER

#: Sums of money that are 0 where an export has no column for them.
_NONE_IS_ZERO = ("refunded", "discount")
#: Columns that are no part of the order table.
_KEYS = ("place", "number", "gross", "exact")
_ITEM_KEYS = ("order_id", "customer_id", "ordered_at")


def joined_rows(
    earlier: ir.Table, later: ir.Table, gone: ir.Table, pairs: ir.Table, refunds: LateRefunds | None
) -> ir.Table:
    """Return the orders of two exports, each once.

    Args:
        earlier: The orders of the earlier export, with place, number and gross.
        later: Those of the newer one, alike.
        gone: `earlier`: the places of orders that the newer export shows in any state.
        pairs: From `match_orders`.
        refunds: From `late_refunds`; None where the newer export has no refund rows.

    Returns:
        The columns of the order table, with `source` (0 of the earlier export, 1 of the newer one),
        `place`, `own_id` (the order's number there) and `number`.
    """
    only = earlier.anti_join(gone, earlier.place == gone.earlier)
    if refunds is not None and refunds.placed:
        only = _with_taken(only, refunds.taken)
        later = _with_returned(later, refunds.returned)
    columns = dict(later.schema().items()) | dict(earlier.schema().items())
    later = _with_earlier_cells(later, earlier, pairs)
    wanted = {c: t for c, t in columns.items() if c not in _KEYS}
    if refunds is not None and refunds.placed:
        wanted["refunded"] = dt.float64
    parts = [_shaped(only, wanted, source=0), _shaped(later, wanted, source=1)]
    return parts[0].union(parts[1])


def _shaped(orders: ir.Table, columns: dict[str, dt.DataType], source: int) -> ir.Table:
    cells: dict[str, ir.Value] = {}
    for name, kind in columns.items():
        cell = orders[name].cast(kind) if name in orders.columns else ibis.null(kind)
        cells[name] = cell.fill_null(0.0) if name in _NONE_IS_ZERO else cell
    return orders.select(
        "place",
        "number",
        source=ibis.literal(source, "int8"),
        own_id=orders.order_id,
        **{name: cells[name] for name in cells if name != "order_id"},
    )


def _with_earlier_cells(later: ir.Table, earlier: ir.Table, pairs: ir.Table) -> ir.Table:
    """Return the newer rows with what only the earlier export says of the same orders."""
    # The revenue of the newer rows has none taken off where they name no refund.
    own = (*later.columns, *_KEYS, "refunded")
    lacking = [name for name in earlier.columns if name not in own]
    known = pairs.inner_join(earlier, pairs.earlier == earlier.place)
    known = known.select(
        "later", earlier_number="number", **{name: known[name] for name in lacking}
    )
    joined = later.left_join(known, later.place == known.later)
    number = ibis.coalesce(joined.number, joined.earlier_number)
    return (
        joined.mutate(number=number)
        .drop("later", "earlier_number")
        .select(*later.columns, *lacking)
    )


def _with_taken(orders: ir.Table, taken: ir.Table) -> ir.Table:
    """Return orders with refunds taken off, as far as their revenue reaches."""
    joined = orders.left_join(taken, "place").drop("place_right")
    before = joined.refunded if "refunded" in orders.columns else ibis.literal(0.0)
    back = ibis.least(joined.gross, before + joined.amount.fill_null(0.0)).round(6)
    changed = joined.mutate(refunded=back, revenue=(joined.gross - back).round(6))
    return changed.drop("amount")


def _with_returned(orders: ir.Table, returned: ir.Table) -> ir.Table:
    """Return orders without the refunds that belong to others."""
    if "refunded" not in orders.columns:
        return orders
    key = ["number", "customer_id"]
    joined = orders.left_join(returned, key).drop(*(f"{name}_right" for name in key))
    back = ibis.greatest(0.0, joined.refunded - joined.amount.fill_null(0.0)).round(6)
    changed = joined.mutate(refunded=back, revenue=(joined.gross - back).round(6))
    return changed.drop("amount")


def with_numbers(rows: ir.Table) -> ir.Table:
    """Return joined orders with `order_id`: their number, or else their place in time.

    A number that several customers share is told apart by the customer, as in a file.

    Args:
        rows: From `joined_rows`.
    """
    facts = rows.aggregate(
        numbered=rows.number.count(),
        numbers=rows.number.nunique(),
        all=rows.count(),
    )
    counts = facts.execute().iloc[0]
    number: ir.StringValue = rows.number
    if counts.numbers < counts.numbered:
        holders = rows.count().over(group_by=rows.number)
        number = ibis.ifelse(holders > 1, number + " / " + rows.customer_id, number)
    if counts.numbered < counts["all"]:
        in_time = ibis.window(
            group_by=rows.number.isnull(),
            order_by=[rows.ordered_at, rows.source, rows.place],
        )
        row = ibis.row_number().over(in_time).cast("string")
        number = ibis.coalesce(number, ROW_NUMBER + row if counts.numbered else row)
    return rows.mutate(order_id=number)


def joined_items(
    rows: ir.Table,
    pairs: ir.Table,
    earlier: tuple[ir.Table, ir.Table | None],
    later: tuple[ir.Table, ir.Table | None],
) -> ir.Table | None:
    """Return what the joined orders held; None where each of them is one row.

    Args:
        rows: From `with_numbers`.
        pairs: From `match_orders`.
        earlier: The orders of the earlier export, and its items.
        later: Those of the newer one, alike.
    """
    if earlier[1] is None and later[1] is None:
        return None
    parts = []
    ids = rows.select("source", "place", "own_id", *_ITEM_KEYS)
    later_items, earlier_items = _items(*later), _items(*earlier)
    if later_items is not None:
        parts.append(_of_orders(later_items, ids.filter(ids.source == 1)))
    if earlier_items is not None:
        parts.append(_of_orders(earlier_items, ids.filter(ids.source == 0)))
        if later_items is None:
            # The newer export says nothing of products: what the earlier one says stands.
            shown = ids.filter(ids.source == 1).inner_join(pairs, ids.place == pairs.later)
            own = earlier[0].select("place", earlier_id="order_id")
            shown = shown.select(*_ITEM_KEYS, "earlier").inner_join(own, shown.earlier == own.place)
            shown = shown.select(*_ITEM_KEYS, own_id="earlier_id")
            parts.append(_of_orders(earlier_items, shown))
    columns = {c: t for part in parts for c, t in part.schema().items()}
    shaped = [
        part.select(
            **{c: part[c] if c in part.columns else ibis.null(t) for c, t in columns.items()}
        )
        for part in parts
    ]
    return ibis.union(*shaped) if len(shaped) > 1 else shaped[0]


def _items(orders: ir.Table, items: ir.Table | None) -> ir.Table | None:
    """Return what orders held: a product each where the export has a row an order."""
    if items is not None:
        return items
    named = [name for name in ("product", "category") if name in orders.columns]
    if not named:
        return None
    has_name = ibis.coalesce(*(orders[name] for name in named)).notnull()
    return orders.filter(has_name).select("order_id", *named, share=ibis.literal(1.0))


def _of_orders(items: ir.Table, ids: ir.Table) -> ir.Table:
    held = items.select(
        own_id="order_id", **{c: items[c] for c in items.columns if c not in _ITEM_KEYS}
    )
    ids = ids.select("own_id", *_ITEM_KEYS)
    return held.inner_join(ids, "own_id").drop("own_id")
