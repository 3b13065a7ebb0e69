"""A newer export is added to orders that are loaded already: each order counts once, as it is now.

Rows of files that are read together are compared one by one, since their cells are at hand. Here
both exports are orders already, and only these are compared.
"""

import hashlib
from dataclasses import replace
from functools import partial

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from retention.engines import store, table_names
from retention.errors import DataError
from retention.orders.joining.added import AddedOrders, doubts
from retention.orders.joining.comparison import (
    Matches,
    Side,
    aside_of,
    check_customers,
    is_same_shop,
    listed_changes,
    matched,
    says_the_same,
    shared_orders,
    side_of,
)
from retention.orders.joining.late_refunds import LateRefunds, late_refunds
from retention.orders.joining.lost_rows import lost_rows
from retention.orders.joining.matching import order_number
from retention.orders.joining.reports import joined_counts, joined_report
from retention.orders.joining.rows import joined_items, joined_rows, with_numbers
from retention.orders.orders import Orders
from retention.orders.set_aside import ROW_NUMBER, SetAside
from retention.sheets.engine_errors import refuse_engine_errors
from retention.sheets.sheet import connect

#: Columns that are no part of the order table.
_INTERNAL = ("source", "place", "own_id", "number", "gross", "exact")


@refuse_engine_errors
def add_export(
    kept: Orders,
    newer: Orders,
    *,
    names: tuple[str, str] = ("Earlier orders", "Newer export"),
) -> tuple[Orders, AddedOrders]:
    """Add a newer export to orders that are loaded already.

    An order is known by its number, else by customer, moment and amount. It counts once, in the
    state that the export with the later last day shows. Orders that were cancelled since do not
    count any longer. Orders that the newer export should hold and does not are kept, and named.

    Args:
        kept: The loaded orders, read from files.
        newer: Those of the newer export, alike.
        names: What to call the two in the report.

    Returns:
        The orders of both, and what the export added. Orders to which nothing is added come back
        as they are.

    Raises:
        DataError: If the two do not go together: other currencies, other kinds of customers,
            amounts in one of them only, or orders of a database's table.
    """
    _check_kind(kept, newer)
    con = connect()
    sides = [side_of(con, orders, name) for orders, name in ((kept, "kept"), (newer, "newer"))]
    check_customers(sides[0].table, sides[1].table)
    is_older = newer.end < kept.end
    earlier, later = (sides[1], sides[0]) if is_older else (sides[0], sides[1])
    match = matched(con, earlier, later)
    shared = shared_orders(sides, match, is_older=is_older)
    same_shop = is_same_shop(sides, shared)
    refunds = _refunds(con, earlier, later, match)
    listed, counts = listed_changes(sides, match, is_older=is_older)
    warnings = doubts(
        is_older=is_older, same_shop=same_shop, ends=(kept.end, newer.end), shared=shared
    )
    added = replace(
        counts,
        is_older=is_older,
        same_shop=same_shop,
        late_refunds=refunds.placed if refunds else 0,
        listed=listed,
        warnings=warnings,
    )
    if not (added.new or added.changed or added.late_refunds) and says_the_same(
        earlier, later, match, is_older=is_older
    ):
        return kept, added
    joined = _joined(con, sides, (earlier, later), match, refunds, names)
    report = replace(
        joined.report,
        warnings=(*added.warnings, *joined.report.warnings),
        unplaced_refunds=_unplaced(kept, newer, joined),
    )
    for table in table_names(con):
        if not table.startswith("joined_"):
            con.drop_table(table)
    return replace(joined, report=report), added


def _check_kind(kept: Orders, newer: Orders) -> None:
    """Check that both are orders of files, in one currency."""
    for orders in (kept, newer):
        aside_of(orders)
    if kept.has_amounts != newer.has_amounts:
        with_amounts = "loaded orders have" if kept.has_amounts else "newer export has"
        raise DataError(
            f"Only the {with_amounts} amounts. Choose the same columns for both, or load the "
            "newer export in place of the loaded orders."
        )
    if kept.currency and newer.currency and kept.currency != newer.currency:
        raise DataError(
            f"The loaded orders are in {kept.currency}, and the newer export is in "
            f"{newer.currency}. Amounts in two currencies are never added: load the export by "
            "itself."
        )


def _refunds(con: Backend, earlier: Side, later: Side, match: Matches) -> LateRefunds | None:
    refunds, known = aside_of(later.orders).refunds, aside_of(earlier.orders).refunds
    if refunds is None:
        return None
    later_refunds = con.create_table("refunds_later", refunds.to_pyarrow())
    if known is not None:
        known = con.create_table("refunds_earlier", known.to_pyarrow())

    def keep(name: str, table: ir.Table) -> ir.Table:
        return store(con, f"late_{name}", table)

    only = earlier.table.anti_join(match.gone, earlier.table.place == match.gone.earlier)
    only = only.select("place", "number", "customer_id", "ordered_at", "gross")
    return late_refunds(known, later_refunds, keep("only_earlier", only), keep)


def _unplaced(kept: Orders, newer: Orders, joined: Orders) -> float:
    """Return the refunded money without an order: each refund once, and what exceeded its order."""

    def without_order(orders: Orders) -> float:
        refunds = aside_of(orders).refunds
        if refunds is None:
            return 0.0
        amount = refunds.amount.sum(where=refunds.order_id.isnull()).fill_null(0.0)
        return float(amount.execute())

    exceeding = sum(o.report.unplaced_refunds - without_order(o) for o in (kept, newer))
    return max(0.0, round(exceeding + without_order(joined), 6))


def _joined(
    con: Backend,
    sides: list[Side],
    roles: tuple[Side, Side],
    match: Matches,
    refunds: LateRefunds | None,
    names: tuple[str, str],
) -> Orders:
    """Return the orders of both exports."""
    (kept, newer), (earlier, later) = (side.orders for side in sides), roles
    keep = partial(store, con)
    rows = keep("united", joined_rows(earlier.table, later.table, match.gone, match.pairs, refunds))
    rows = keep("numbered", with_numbers(rows))
    columns = list(dict.fromkeys((*later.table.columns, *earlier.table.columns, *rows.columns)))
    table = rows.select(*(c for c in columns if c in rows.columns and c not in _INTERNAL))
    # Joins return their rows in any order, and sums and ties follow it: the same two exports make
    # the same table, as the same digest says.
    table = keep("joined_orders", table.order_by(["ordered_at", "order_id", "customer_id"]))
    facts = table.aggregate(start=table.ordered_at.min(), end=table.ordered_at.max())
    ends = facts.to_pandas().iloc[0]
    items = _items(con, rows, match, earlier, later)
    lost = lost_rows((kept, newer), names)
    report = joined_report(
        (kept.report, newer.report), (sides[0].table, sides[1].table), table, names, lost
    )
    return Orders(
        table=table,
        report=report,
        start=pd.Timestamp(ends["start"]).date(),
        end=pd.Timestamp(ends["end"]).date(),
        currency=kept.currency or newer.currency,
        digest=hashlib.sha256(f"{kept.digest} + {newer.digest}".encode()).hexdigest(),
        left_out=lost.rows,
        carts=_carts(con, earlier.orders, later),
        items=None if items is None else keep("joined_items", items),
        has_amounts=kept.has_amounts,
        without_customer=joined_counts((kept.without_customer, newer.without_customer)),
        aside=replace(_joined_aside(con, rows, earlier, later, refunds), lost_amounts=lost.amounts),
    )


def _items(
    con: Backend, rows: ir.Table, match: Matches, earlier: Side, later: Side
) -> ir.Table | None:
    held = []
    for side, name in ((earlier, "items_earlier"), (later, "items_later")):
        items = side.orders.items
        if items is not None:
            items = con.create_table(name, items.to_pyarrow())
        held.append((side.table, items))
    return joined_items(rows, match.pairs, held[0], held[1])


def _carts(con: Backend, earlier: Orders, later: Side) -> ir.Table | None:
    """Return the carts of both: within its period the newer export says which are left behind."""
    newest = later.orders.carts
    if earlier.carts is None and newest is None:
        return None
    parts = []
    if earlier.carts is not None:
        parts.append(con.create_table("carts_earlier", earlier.carts.to_pyarrow()))
    if newest is not None:
        carts = con.create_table("carts_later", newest.to_pyarrow())
        first, last = later.orders.start, later.orders.end
        parts = [part.filter(~part.abandoned.date().between(first, last)) for part in parts]
        parts.append(carts)
    joined = parts[0].union(parts[1], distinct=True) if len(parts) > 1 else parts[0]
    return con.create_table("joined_carts", joined)


def _joined_aside(
    con: Backend, rows: ir.Table, earlier: Side, later: Side, refunds: LateRefunds | None
) -> SetAside:
    """Return what both exports say beside their orders, for the next one to be added."""
    cancelled = _joined_cancelled(con, rows, earlier, later)
    known = aside_of(earlier.orders).refunds
    late = refunds.refunds if refunds is not None else None if known is None else known.to_pyarrow()
    numbered = {earlier.numbered, later.numbered}
    return SetAside(
        numbered=aside_of(later.orders).numbered if len(numbered) == 1 else "some",
        cancelled=cancelled,
        refunds=None if late is None else con.create_table("joined_refunds", late),
    )


def _joined_cancelled(con: Backend, rows: ir.Table, earlier: Side, later: Side) -> ir.Table | None:
    """Return the orders that count in neither export by their status, each once."""
    parts = []
    for side, name in ((earlier, "cancelled_earlier"), (later, "cancelled_later")):
        cancelled = aside_of(side.orders).cancelled
        if cancelled is None:
            continue
        table = con.create_table(name, cancelled.to_pyarrow())
        number = order_number(table, side.numbered)
        row = ROW_NUMBER + name + " " + table.order_id
        parts.append(table.mutate(order_id=ibis.coalesce(number, row), has_number=number.notnull()))
    if not parts:
        return None
    joined = parts[0].union(parts[1]) if len(parts) > 1 else parts[0]
    # A cart or an unpaid order may have become an order since.
    joined = joined.anti_join(rows, joined.order_id == rows.number)
    key = ibis.ifelse(joined.has_number, joined.order_id, "")
    same = ibis.window(
        group_by=[key, joined.customer_id, joined.ordered_at, joined.amount],
        order_by=joined.order_id,
    )
    joined = joined.mutate(turn=ibis.row_number().over(same)).filter(lambda t: t.turn == 0)
    return con.create_table("joined_cancelled", joined.drop("turn", "has_number"))
