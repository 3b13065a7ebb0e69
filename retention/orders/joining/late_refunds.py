"""Refunds of a newer export whose orders stand in the earlier one."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from retention.orders.joining.matching import Keep
from retention.orders.refunds import place_on_orders

_SAME = ["customer_id", "ordered_at", "cents", "turn"]


@dataclass(frozen=True, slots=True)
class LateRefunds:
    """What refunds of the newer export take off earlier orders.

    Attributes:
        refunds: Ibis, the refunds of both exports, each once, as in `SetAside`.
        taken: Ibis, `place` and `amount`: what comes off orders of the earlier export.
        returned: Ibis, `number`, `customer_id` and `amount`: what had come off another order of the
            newer export, and belongs to an earlier one.
        placed: How many refunds there are whose order stands in the earlier export.
    """

    refunds: ir.Table
    taken: ir.Table
    returned: ir.Table
    placed: int


def late_refunds(
    earlier: ir.Table | None, later: ir.Table, orders: ir.Table, keep: Keep
) -> LateRefunds:
    """Find the orders of refunds that the newer export cannot place by itself.

    A refund that names the number of an earlier order comes off it. Else it comes off the
    customer's latest earlier order of its amount, or the latest one.

    Args:
        earlier: The refunds of the earlier export, as in `SetAside`.
        later: Those of the newer one.
        orders: The orders of the earlier export that the newer one does not show: place, number,
            customer_id, ordered_at and gross.
        keep: Computes a table once, under a name.
    """
    later = keep("later_refunds", _in_turn(later))
    fresh = later
    if earlier is not None:
        earlier = keep("earlier_refunds", _in_turn(earlier))
        fresh = later.anti_join(earlier, _SAME)
    numbers = orders.filter(orders.number.notnull())
    by_number = numbers.select("place", "customer_id", refund_id="number")
    named = fresh.inner_join(by_number, ["refund_id", "customer_id"])
    named = keep(
        "named_refunds", named.select("line", "customer_id", "amount", "order_id", "place")
    )
    open_refunds = fresh.filter(fresh.order_id.isnull()).anti_join(named, "line")
    placed = place_on_orders(
        open_refunds.select("customer_id", "ordered_at", "line", "amount", refund_id=_id(fresh)),
        orders.select(
            "customer_id", "ordered_at", "gross", line="place", order_id=orders.place.cast("string")
        ),
    )
    placed = placed.filter(placed.order_id.notnull())
    found = named.select("line", "amount", "place").union(
        placed.select("line", "amount", place=placed.order_id.cast("int64"))
    )
    found = keep("placed_refunds", found)
    taken = found.group_by("place").aggregate(amount=found.amount.sum())
    moved = named.filter(named.order_id.notnull())
    returned = moved.group_by("customer_id", number=moved.order_id).aggregate(
        amount=moved.amount.sum()
    )
    return LateRefunds(
        refunds=keep("refunds", _all_refunds(earlier, later, found, orders)),
        taken=keep("taken", taken),
        returned=keep("returned", returned),
        placed=int(found.count().execute()),
    )


def _id(refunds: ir.Table) -> ir.StringValue:
    return refunds.line.cast("string")


def _in_turn(refunds: ir.Table) -> ir.Table:
    """Return refunds with `cents`, `line` and `turn`, which parts those that are the same."""
    refunds = refunds.mutate(cents=(refunds.amount * 100).round().cast("int64"))
    order = [refunds.ordered_at, refunds.customer_id, refunds.cents, refunds.refund_id]
    same = ibis.window(
        group_by=[refunds.customer_id, refunds.ordered_at, refunds.cents],
        order_by=refunds.refund_id,
    )
    return refunds.mutate(
        line=ibis.row_number().over(order_by=order), turn=ibis.row_number().over(same)
    )


def _all_refunds(
    earlier: ir.Table | None, later: ir.Table, found: ir.Table, orders: ir.Table
) -> ir.Table:
    """Return the refunds of both exports, each once, with the orders that they came off."""
    columns = ["refund_id", "customer_id", "ordered_at", "amount", "order_id"]
    # An order without a number of its own goes by its place, which says that there is one.
    numbers = orders.select("place", late=ibis.coalesce(orders.number, orders.place.cast("string")))
    late = found.select("line", "place").inner_join(numbers, "place").select("line", "late")
    joined = later.left_join(late, "line").drop("line_right")
    if earlier is not None:
        known = earlier.select(*_SAME, known="order_id")
        joined = joined.left_join(known, _SAME).drop(*(f"{name}_right" for name in _SAME))
        number = ibis.coalesce(joined.late, joined.order_id, joined.known)
        only = earlier.anti_join(later, _SAME).select(*columns)
        return joined.mutate(order_id=number).select(*columns).union(only)
    return joined.mutate(order_id=ibis.coalesce(joined.late, joined.order_id)).select(*columns)
