"""Lines -> settled orders: rows of one number become one order, and refunds come off theirs."""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from retention.cells.statuses import State
from retention.orders.rows import BOUGHT, CARRIED, NO_AMOUNT, Lines, first_filled

FREE_ITEMS = "Only free items (unit price 0)"
REFUND_PLACED = "Refund, taken off an order"
LOSS = "Sold at a loss (a profit below zero)"
REFUND_UNPLACED = "Refund without an earlier order"


def gather_orders(good: ir.Table, lines: Lines) -> ir.Table:
    """Gather lines into candidate orders.

    Args:
        good: The typed lines that have no reason to be left out.
        lines: From `read_lines`.

    Returns:
        One row per candidate: `gross` (>= 0), `negative` (its refund lines), and a `fate`: "order",
        "refund", "free" or "no amount".
    """
    if not lines.has_amounts:
        return _without_amounts(good, lines)
    amount = ibis.ifelse(good.status == str(State.REFUND), -good.amount.abs(), good.amount)
    good = good.mutate(
        paid=ibis.ifelse(amount >= 0, amount, ibis.null("float64")),
        given_back=ibis.ifelse(amount < 0, amount, 0.0),
    )
    orders = _grouped_lines(good, lines.once) if lines.grouped else _single_lines(good)
    fate = ibis.cases(
        # A line of 0 beside the money that went back makes no order of it.
        ((orders.gross.isnull() | (orders.gross == 0)) & (orders.negative < 0), "refund"),
        (orders.gross.isnull(), "no amount"),
        ((orders.gross == 0) & ibis.literal(lines.priced), "free"),
        else_="order",
    )
    return orders.mutate(fate=fate)


def _without_amounts(good: ir.Table, lines: Lines) -> ir.Table:
    """Gather lines that have no amounts: all are orders but those that are refunds by status."""
    is_refund = (good.status == str(State.REFUND)).fill_null(False)
    # The zeros only tell which lines are sales: no order keeps them.
    sold = ibis.ifelse(is_refund, ibis.null("float64"), 0.0)
    good = good.mutate(paid=sold, given_back=ibis.literal(0.0))
    orders = _grouped_lines(good, lines.once) if lines.grouped else _single_lines(good)
    orders = orders.mutate(fate=ibis.ifelse(orders.gross.isnull(), "refund", "order"))
    return orders.mutate(gross=ibis.null("float64"))


def _extra_columns(good: ir.Table) -> list[str]:
    return [name for name in ("quantity", "currency", *CARRIED) if name in good.columns]


def _grouped_lines(good: ir.Table, once: tuple[str, ...]) -> ir.Table:
    """Return a row for each order number and customer."""
    when = good.ordered_at

    def total(name: str, cell: str) -> ir.FloatingValue:
        # Whole cents: what is left of a sum should not be binary dust.
        return first_filled(good, cell) if name in once else good[cell].sum().round(6)

    return good.group_by("order_id", "customer_id").aggregate(
        line=good.line.min(),
        ordered_at=ibis.coalesce(when.min(where=good.paid.notnull()), when.min()),
        gross=total("amount", "paid"),
        negative=good.given_back.sum().round(6),
        returned=_returned(good, "amount" in once),
        **{name: total(name, name) for name in ("refund", "discount") if name in good.columns},
        **{name: _of_order(good, name) for name in _extra_columns(good)},
    )


def _is_refunded(good: ir.Table) -> ir.BooleanValue:
    return (good.status == str(State.REFUNDED)).fill_null(False)


def _returned(good: ir.Table, once: bool) -> ir.FloatingValue:
    """Return the money of an order whose status says refunded: that of the lines that say so.

    Where the amount stands once an order, the order's first status holds for all of it.
    """
    if once:
        is_refunded = first_filled(good, "status") == str(State.REFUNDED)
        paid = first_filled(good, "paid").fill_null(0.0)
        return ibis.ifelse(is_refunded.fill_null(False), paid, 0.0)
    return good.paid.sum(where=_is_refunded(good)).fill_null(0.0).round(6)


def _single_lines(good: ir.Table) -> ir.Table:
    """Return each line as an order of its own."""
    return good.select(
        "order_id",
        "customer_id",
        "line",
        "ordered_at",
        *(name for name in ("refund", "discount") if name in good.columns),
        *_extra_columns(good),
        gross=good.paid,
        negative=good.given_back,
        returned=ibis.ifelse(_is_refunded(good), good.paid.fill_null(0.0), 0.0),
    )


class OrderFates(NamedTuple):
    """What becomes of candidate orders.

    Attributes:
        fates: Their fates.
        has_refunds: Whether anything came off an order by its own rows or its status.
    """

    fates: set[str]
    has_refunds: bool


def order_fates(gathered: ir.Table) -> OrderFates:
    """Return what becomes of candidate orders.

    Args:
        gathered: From `gather_orders`.
    """
    has_refund = ((_sums_back(gathered) > 0) | (gathered.returned > 0)).fill_null(False)
    kinds = gathered.select("fate", has_refund=has_refund).distinct().to_pandas()
    kept = kinds[kinds["fate"] == "order"]
    return OrderFates(fates=set(kinds["fate"]), has_refunds=bool(kept["has_refund"].any()))


def order_items(
    good: ir.Table, gathered: ir.Table, lines: Lines, *, listed: bool = False
) -> ir.Table | None:
    """Return what each order held, a row a product.

    Lines that take something back are left out, and those that neither name nor cost anything. What
    a line cost is its amount, less what lines of the same product take back. Where amounts stand
    once an order it is quantity x unit price. Where no line of an order has a price, all that name
    something have the same part.

    Args:
        good: The typed lines that have no reason to be left out.
        gathered: From `gather_orders`.
        lines: From `read_lines`.
        listed: Whether what a line cost is its `listed`, whatever its amount is.

    Returns:
        order_id, customer_id, ordered_at, product and category where the file has them, and
        `share`: the product's part of what the order's lines cost. None where the file names no
        product.
    """
    named = [c for c in BOUGHT if c in good.columns]
    if not named:
        return None
    key = ["order_id", "customer_id"]
    orders = gathered.filter(gathered.fate == "order")
    orders = orders.select(*key, "ordered_at", number=_number(orders))
    returned = ((good.amount < 0) | (good.status == str(State.REFUND))).fill_null(False)
    if not (lines.per_order or listed):
        cost = ibis.ifelse(returned, -good.amount.abs(), good.amount)
    else:
        cost = (
            ibis.ifelse(returned, 0.0, good.listed)
            if "listed" in good.columns
            else ibis.literal(0.0)
        )
    parts = good.mutate(cost=cost.fill_null(0.0), kept=~returned)
    parts = parts.group_by(*key, *named).aggregate(
        cost=parts.cost.sum().clip(lower=0.0), lines=parts.kept.sum()
    )
    parts = parts.filter(parts.lines > 0)
    order = ibis.window(group_by=key)
    has_name = ibis.coalesce(*(parts[column] for column in named)).notnull()
    parts = parts.mutate(has_name=has_name, named_lines=ibis.ifelse(has_name, parts.lines, 0))
    cost, named_lines = parts.cost.sum().over(order), parts.named_lines.sum().over(order)
    share = ibis.cases(
        (cost > 0, parts.cost / cost),
        (named_lines > 0, parts.named_lines / named_lines),
        else_=parts.lines / parts.lines.sum().over(order),
    )
    parts = parts.mutate(share=share)
    parts = parts.filter(parts.has_name | (parts.share > 0))
    parts = parts.inner_join(orders, key)
    return parts.select("customer_id", "ordered_at", *named, "share", order_id=parts.number)


def _number(orders: ir.Table) -> ir.StringValue:
    """Return the order number, with the customer where several customers share it.

    Such a number stands for several orders: it starts anew each year, say.
    """
    holders = orders.count().over(group_by=orders.order_id)
    return ibis.ifelse(holders > 1, orders.order_id + " / " + orders.customer_id, orders.order_id)


def _of_order(good: ir.Table, column: str) -> ir.Value:
    """Return what the rows of an order say together.

    Pieces add up. One row is enough for a subscription. Else the first cell counts.
    """
    if column == "quantity":
        return good.quantity.sum()
    if column in ("subscription", "complaint"):
        return good[column].any()
    return good[column].max() if column == "abandoned" else first_filled(good, column)


def place_refunds(gathered: ir.Table, lines: Lines) -> ir.Table:
    """Return each refund row's order, which is not later than the refund.

    It is the customer's latest order whose status says refunded while no sum does, else the latest
    one of exactly this amount, else the latest of all. Of several refunds the first one is that of
    the status, or of the amount.

    Returns:
        Columns refund_id, customer_id, line, order_id (NULL where there is none), amount (> 0).
    """
    refunds = gathered.filter(gathered.fate == "refund")
    refund_rows = refunds.select(
        "customer_id", "ordered_at", "line", refund_id="order_id", amount=-refunds.negative
    )
    orders = gathered.filter(gathered.fate == "order")
    placed = place_on_orders(refund_rows, orders)
    if any(meaning.state is State.REFUNDED for meaning in lines.states.meanings):
        awaited = orders.filter((orders.returned > 0) & (_sums_back(orders) <= 0))
        placed = _with_first(placed, _latest_orders(refund_rows, awaited))
    return placed.select("refund_id", "customer_id", "line", "amount", "order_id")


def place_on_orders(refund_rows: ir.Table, orders: ir.Table) -> ir.Table:
    """Return each refund row's order: the customer's latest one of its amount, else the latest.

    Args:
        refund_rows: customer_id, ordered_at, line, refund_id and amount (> 0).
        orders: customer_id, ordered_at, line, order_id and gross.

    Returns:
        Columns refund_id, customer_id, line, amount, order_id (NULL where there is none).
    """
    latest = _latest_orders(refund_rows, orders)
    placed = _with_first(latest, _latest_orders(refund_rows, orders, of_amount=True))
    return placed.select("refund_id", "customer_id", "line", "amount", "order_id")


def _with_first(placed: ir.Table, better: ir.Table) -> ir.Table:
    """Return placed refunds, each with the better order where it is the first refund of it."""
    key = ["refund_id", "customer_id"]
    better = better.filter(better.order_id.notnull())
    same_order = ibis.window(group_by=[better.customer_id, better.order_id], order_by=better.line)
    better = better.mutate(turn=ibis.row_number().over(same_order))
    better = better.filter(better.turn == 0).select(*key, better="order_id")
    placed = placed.left_join(better, key)
    placed = placed.mutate(order_id=ibis.coalesce(placed.better, placed.order_id))
    return placed.select(*key, "line", "amount", "order_id")


def _sums_back(orders: ir.Table) -> ir.FloatingValue:
    """Return what went back by an order's own rows: amounts below zero and refunded amounts."""
    back = -orders.negative
    return back + orders.refund.fill_null(0.0) if "refund" in orders.columns else back


def _latest_orders(refund_rows: ir.Table, orders: ir.Table, *, of_amount: bool = False) -> ir.Table:
    """Return refund rows with the number of the customer's latest order not later than them.

    Args:
        refund_rows: customer_id, ordered_at, line, refund_id and amount.
        orders: The candidates.
        of_amount: Whether the order must have been worth exactly the refund.
    """
    # Windows and joins of equal values run on every engine, which joins of earlier ones do not.
    columns = ("customer_id", "ordered_at", "line", "number", "amount", "is_order", "cents")
    sales = orders.semi_join(refund_rows, "customer_id").mutate(
        number=orders.order_id, amount=ibis.literal(0.0), is_order=ibis.literal(True)
    )
    sales = sales.mutate(cents=_cents(sales.gross, of_amount))
    back = refund_rows.mutate(
        number=refund_rows.refund_id,
        is_order=ibis.literal(False),
        cents=_cents(refund_rows.amount, of_amount),
    )
    events = sales.select(*columns).union(back.select(*columns))
    # A refund may come at the moment of its order. Of orders at the same moment the one that stands
    # last in the file counts.
    in_order = ibis.window(
        group_by=[events.customer_id, events.cents],
        order_by=[
            events.ordered_at,
            ibis.ifelse(events.is_order, 0, 1),
            events.line,
            events.number,
        ],
    )
    events = events.mutate(place=ibis.row_number().over(in_order))
    so_far = ibis.cumulative_window(
        group_by=[events.customer_id, events.cents], order_by=events.place
    )
    latest = ibis.ifelse(events.is_order, events.place, ibis.null("int64")).max().over(so_far)
    events = events.mutate(latest=latest)
    found = events.filter(events.is_order).select(
        "customer_id", "cents", order_id="number", latest="place"
    )
    rows = events.filter(~events.is_order).drop("place", "is_order").rename(refund_id="number")
    joined = rows.left_join(found, ["customer_id", "cents", "latest"])
    return joined.select("refund_id", "customer_id", "line", "amount", "order_id")


def _cents(amount: ir.FloatingValue, of_amount: bool) -> ir.IntegerValue:
    """Return whole cents, which are exactly equal where amounts are; 0 where none need be equal."""
    if not of_amount:
        return ibis.literal(0, "int64")
    return (amount.fill_null(0.0) * 100).round().cast("int64")


def net_orders(gathered: ir.Table, placed: ir.Table | None, lines: Lines) -> ir.Table:
    """Return orders with revenue net of what was given back.

    Where the file has no order numbers, `line` stands for them: millions of texts are made only
    when they are asked for.

    Args:
        gathered: From `gather_orders`.
        placed: From `place_refunds`; None where there are no refund rows.
        lines: From `read_lines`.

    Returns:
        One row per order: `taken` is what came off the order, `over` what exceeded it.
    """
    orders = gathered.filter(gathered.fate == "order")
    orders = orders.mutate(back=_sums_back(orders))
    if placed is not None:
        with_order = placed.filter(placed.order_id.notnull())
        per_order = with_order.group_by("order_id", "customer_id").aggregate(
            later=with_order.amount.sum()
        )
        orders = orders.left_join(per_order, ["order_id", "customer_id"]).drop(
            "order_id_right", "customer_id_right"
        )
        orders = orders.mutate(back=orders.back + orders.later.fill_null(0.0))
    # A status that says refunded is the same refund as the sum or the row beside it.
    back = ibis.ifelse(orders.back > 0, orders.back, orders.returned)
    orders = orders.mutate(back=back.round(6))
    # Nothing is known to have come off an order without an amount.
    taken = ibis.ifelse(orders.gross.isnull(), 0.0, ibis.least(orders.gross, orders.back))
    extras = [c for c in ("discount", "quantity", *CARRIED) if c in orders.columns]
    cells = {c: orders[c].fill_null(0.0) if c == "discount" else orders[c] for c in extras}
    if lines.currencies:
        cells["currency"] = orders.currency
    number = _number(orders) if lines.grouped else orders.order_id
    return orders.select(
        "customer_id",
        "ordered_at",
        **({"order_id": number} if lines.numbered else {"line": orders.line}),
        revenue=(orders.gross - taken).round(6),
        **cells,
        gross=orders.gross,
        taken=taken,
        over=ibis.ifelse(orders.gross.isnull(), 0.0, orders.back - taken),
    )


def with_no_refunds(orders: ir.Table) -> ir.Table:
    """Return orders that no refund came off with the columns that `net_orders` has besides."""
    return orders.mutate(gross=orders.revenue, taken=ibis.literal(0.0), over=ibis.literal(0.0))


def lost_orders(gathered: ir.Table, placed: ir.Table | None, lines: Lines) -> ir.Table:
    """Return everything gathered that is no order: order_id, customer_id, line, amount, reason."""
    key = ["order_id", "customer_id"]
    lost = gathered.filter(gathered.fate != "order")
    lost = lost.select(*key, "fate", "line", amount=lost.negative)
    nowhere = ibis.literal(False)
    if placed is not None:
        unplaced = (
            placed.filter(placed.order_id.isnull())
            .select(order_id="refund_id", customer_id="customer_id")
            .distinct()
        )
        lost = lost.left_join(unplaced.mutate(nowhere=True), key)
        nowhere = lost.nowhere.fill_null(False)
    reason = ibis.cases(
        (lost.fate == "free", FREE_ITEMS),
        (lost.fate == "no amount", NO_AMOUNT),
        (ibis.literal(lines.profits), LOSS),
        (nowhere, REFUND_UNPLACED),
        else_=REFUND_PLACED,
    )
    return lost.select(*key, "line", "amount", reason=reason)


def lost_lines(
    marked: ir.Table, gathered: ir.Table, placed: ir.Table | None, lines: Lines
) -> ir.Table:
    """Return the lines of everything gathered that is no order: line, reason, amount."""
    lost = lost_orders(gathered, placed, lines)
    if lines.grouped:
        key = ["order_id", "customer_id"]
        usable = marked.filter(marked.reason.isnull()).select("line", "amount", *key)
        lost = usable.inner_join(lost.select(*key, "reason"), key)
    return lost.select("line", "reason", "amount")
