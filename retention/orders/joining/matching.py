"""Which orders of two exports are the same: by number, else by customer, moment and amount."""

from collections.abc import Callable
from typing import Literal

import ibis
import ibis.expr.types as ir

from retention.orders.set_aside import ROW_NUMBER

#: What two orders have in common that are the same: number and customer; number and day, where the
#: customer goes by another name; customer, moment and amount; customer and moment.
Match = Literal["number", "day", "content", "moment"]
_STEPS: dict[Match, tuple[str, ...]] = {
    "number": ("number", "customer_id"),
    "day": ("number", "day"),
    "content": ("customer_id", "moment", "cents"),
    "moment": ("customer_id", "moment"),
}
Keep = Callable[[str, ir.Table], ir.Table]


def order_number(orders: ir.Table, numbered: str) -> ir.StringValue:
    """Return the number of each order as its export has it; NULL where there is none.

    Args:
        orders: order_id and customer_id.
        numbered: Which orders have a number, as in `SetAside`.
    """
    if numbered == "none":
        return ibis.null("string")
    # Orders of several customers that share a number are told apart by the customer behind it.
    number, suffix = orders.order_id, " / " + orders.customer_id
    has_suffix = number.endswith(suffix).fill_null(False)
    number = ibis.ifelse(
        has_suffix, number.substr(0, number.length() - suffix.length().fill_null(0)), number
    )
    return ibis.ifelse(number.startswith(ROW_NUMBER), ibis.null("string"), number)


def keyed(orders: ir.Table, *, by_day: bool) -> ir.Table:
    """Return what orders are compared by.

    Args:
        orders: place, number, customer_id, ordered_at, gross, and `exact`: whether it is the same
            order only where the amount is the same.
        by_day: Whether the time of day says nothing.

    Returns:
        place, number, customer_id, exact; `day`; `moment`; `cents`: the amount before refunds.
    """
    moment = orders.ordered_at.truncate("D") if by_day else orders.ordered_at
    return orders.select(
        "place",
        "number",
        "customer_id",
        "exact",
        day=orders.ordered_at.date(),
        moment=moment,
        cents=(orders.gross.fill_null(0.0) * 100).round().cast("int64"),
    )


def match_orders(
    earlier: ir.Table, later: ir.Table, numbered: tuple[str, str], keep: Keep
) -> ir.Table:
    """Return which orders of two exports are the same.

    Equal orders at the same moment are matched in turn: as many as both exports have are the same.

    Args:
        earlier: From `keyed`.
        later: From `keyed`.
        numbered: Which orders of each have a number, as in `SetAside`.
        keep: Computes a table once, under a name.

    Returns:
        A row for each pair: `earlier` and `later`, their places, and `match`: a `Match`.
    """
    pairs: list[ir.Table] = []
    for match, key in _STEPS.items():
        if not _says_something(match, numbered):
            continue
        left, right = earlier, later
        if "number" not in key and "none" not in numbered:
            left, right = left.filter(left.number.isnull()), right.filter(right.number.isnull())
        if match == "moment":
            right = right.filter(~right.exact)
        pairs.append(keep(f"pairs_{match}", _pairs(left, right, key, match)))
        earlier = keep(
            f"earlier_{match}", earlier.anti_join(pairs[-1], earlier.place == pairs[-1].earlier)
        )
        later = keep(f"later_{match}", later.anti_join(pairs[-1], later.place == pairs[-1].later))
    return ibis.union(*pairs) if len(pairs) > 1 else pairs[0]


def _says_something(match: Match, numbered: tuple[str, str]) -> bool:
    if match in ("number", "day"):
        return "none" not in numbered
    return numbered != ("all", "all")


def _pairs(left: ir.Table, right: ir.Table, key: tuple[str, ...], match: Match) -> ir.Table:
    on = list(key)
    if match != "number":  # a number and its customer stand once an export
        # Most orders have no like, and a turn is costly.
        left, right = left.semi_join(right, on), right.semi_join(left, on)
        left, right = _in_turn(left, on), _in_turn(right, on)
        on = [*on, "turn"]
    joined = left.select(*on, earlier="place").inner_join(right.select(*on, later="place"), on)
    return joined.select("earlier", "later", match=ibis.literal(match))


def _in_turn(orders: ir.Table, key: list[str]) -> ir.Table:
    window = ibis.window(group_by=key, order_by=["cents", "place"])
    return orders.mutate(turn=ibis.row_number().over(window))
