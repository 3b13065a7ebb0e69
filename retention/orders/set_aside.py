"""What an export says beside its orders: those that do not count, and its refunds.

A newer export is joined to earlier orders by it: an order that was cancelled since is a row that
does not count, and the order of a refund may stand in the earlier export.
"""

from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir
import numpy as np
from ibis.backends.duckdb import Backend

from retention.engines import store
from retention.orders.rows import STATE_REASONS, Lines, first_filled

#: How the order numbers of rows begin that have none, in a file that numbers its other orders.
ROW_NUMBER = "row "


@dataclass(frozen=True, slots=True)
class SetAside:
    """What an export says beside its orders.

    Attributes:
        numbered: Whether the export numbers its orders: all, none, or some. Orders without a number
            of an export that numbers the others begin with "row".
        cancelled: Ibis, a row an order that does not count by its status: order_id, customer_id
            (NULL where the row names none), ordered_at, amount; None where there is none.
        refunds: Ibis, a row a refund that stands on rows of its own: refund_id, customer_id,
            ordered_at, amount (> 0) and order_id, the order that it came off (NULL where there is
            no such order); None where there is none.
        lost_amounts: The amount of each row that was left out, in the order of `Orders.left_out`;
            NaN of a row without one. None where they are not known.
    """

    numbered: Literal["all", "none", "some"]
    cancelled: ir.Table | None = None
    refunds: ir.Table | None = None
    lost_amounts: np.ndarray | None = None


def cancelled_orders(marked: ir.Table, gathered: ir.Table, lines: Lines) -> ir.Table:
    """Return the orders of which all rows are left out by their status.

    Args:
        marked: The typed rows, each with the `reason` why it is left out.
        gathered: From `gather_orders`.
        lines: From `read_lines`.
    """
    rows = marked.filter(marked.reason.isin(STATE_REASONS) & marked.ordered_at.notnull())
    if not lines.grouped:
        return rows.select("order_id", "customer_id", "ordered_at", "amount")
    kept = gathered.filter(gathered.fate == "order").select("order_id").distinct()
    rows = rows.anti_join(kept, "order_id")
    return rows.group_by("order_id").aggregate(
        customer_id=first_filled(rows, "customer_id"),
        ordered_at=rows.ordered_at.min(),
        amount=rows.amount.max() if lines.per_order else rows.amount.sum(),
    )


def refund_rows(gathered: ir.Table, placed: ir.Table) -> ir.Table:
    """Return the refunds that stand on rows of their own, and the order that each came off.

    Args:
        gathered: From `gather_orders`.
        placed: From `place_refunds`.
    """
    refunds = gathered.filter(gathered.fate == "refund")
    moments = refunds.select("customer_id", "ordered_at", refund_id=refunds.order_id)
    return placed.drop("line").inner_join(moments, ["refund_id", "customer_id"])


def set_aside(
    con: Backend,
    name: str,
    marked: ir.Table,
    gathered: ir.Table,
    placed: ir.Table | None,
    settled: ir.Table,
    lines: Lines,
    reasons: set[str],
) -> SetAside:
    """Return what an export says beside its orders.

    Args:
        con: The engine of the rows, which keeps the tables.
        name: That of the orders there.
        marked: The typed rows, each with the `reason` why it is left out.
        gathered: From `gather_orders`.
        placed: From `place_refunds`; None where there are no refund rows.
        settled: The orders, one row each.
        lines: From `read_lines`.
        reasons: Why rows are left out.
    """
    has_cancelled = bool(reasons & set(STATE_REASONS))
    has_refunds = placed is not None and not lines.profits
    return SetAside(
        numbered=_numbered(settled) if lines.numbered else "none",
        cancelled=store(con, f"cancelled_{name}", cancelled_orders(marked, gathered, lines))
        if has_cancelled
        else None,
        refunds=store(con, f"refunds_{name}", refund_rows(gathered, placed))
        if placed is not None and has_refunds
        else None,
    )


def _numbered(settled: ir.Table) -> Literal["all", "some"]:
    has_rows = settled.order_id.startswith(ROW_NUMBER).any().fill_null(False)
    return "some" if has_rows.execute() else "all"
