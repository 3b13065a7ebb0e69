"""Each row's sums of money: the amount, what was taken off it and what was given back.

Each column is judged by itself. A discount may be a share of the price, an amount may have refunds
taken off already, and each sum may stand once a line or once an order.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from retention.cells.answers import NO, YES
from retention.cells.money import MoneyStyle, find_money_style, read_money
from retention.cells.names import plain_name
from retention.cells.statuses import State
from retention.columns.mapping import Mapping
from retention.orders.packed_cells import PARTS, is_packed, sum_of

#: The roles whose cells are numbers.
NUMBERS = ("revenue", "unit_price", "quantity", "refund", "adjusted", "discount")
#: The sums of money beside the amount.
BESIDE = ("refund", "discount")
#: Shares of the price are few and round; sums of money are neither.
MOST_SHARES, STEP_OF_SHARES = 101, 0.005
#: From this share of the telling orders on a sum stands once an order.
USUALLY = 0.9
#: Totals of orders with several rows are larger than those of one row, at least by this factor.
GROWS = 1.2
#: The fewest orders of either kind that show it, and the share that stands for a doubt.
ENOUGH_ORDERS, DOUBTFUL = 20, 0.99
#: Words in the name of a column of percentages, and of profits.
_PERCENT_NAMES = frozenset(
    {"percent", "percentage", "pct", "rate", "prozent", "porcentaje", "taux"}
)
_NET_NAMES = frozenset({"net", "netto", "neto", "nett", "สุทธิ"})
# Zeros stand in columns of amounts, too: they are no answer by themselves.
_ZEROS = frozenset({"0", "0.0", "0.00"})
_PROFIT_NAMES = frozenset(
    {"profit", "profits", "margin", "gewinn", "ganancia", "beneficio", "benefice", "lucro", "utile"}
    | {"winst", "laba", "keuntungan", "กำไร", "tubo"}
)


@dataclass(frozen=True, slots=True)
class DiscountStyle:
    """How discounts that are shares of the price are written.

    Attributes:
        hundred: What stands for the whole price: 1 or 100.
        after: Whether the amounts have the discount taken off already.
    """

    hundred: float
    after: bool


@dataclass(frozen=True, slots=True)
class Amounts:
    """The sums of money of each row, and how they were read.

    Attributes:
        money: How the main amounts are written.
        cells: `amount`, and `refund`, `discount` (both >= 0), `quantity`, `listed` (quantity x
            unit price beside a column of amounts) where the file has them.
        priced: Whether the amount is quantity x unit price.
        discounts: How discounts are written that are shares of the price; None where they are
            money.
        profits: Whether the amounts are profits, so that one below zero is a loss.
    """

    money: MoneyStyle
    cells: dict[str, ir.Value]
    priced: bool
    discounts: DiscountStyle | None
    profits: bool


def read_amounts(raw: ir.Table, column: dict[str, str], mapping: Mapping) -> Amounts:
    """Return the sums of money of each row.

    Args:
        raw: The sheet's rows, all text.
        column: Role -> column of `raw`.
        mapping: Role -> the file's column name, and the marketer's answers.
    """
    styles = {
        role: find_money_style(raw, column[role], mapping.decimal)
        for role in NUMBERS
        if role in column
    }
    numbers = {role: read_money(raw, column[role], style) for role, style in styles.items()}
    if "refund" in column and is_packed(raw[column["refund"]], mapping.columns["refund"]):
        numbers["refund"] = sum_of(raw[column["refund"]], PARTS["refund"])
    elif "refund" in column and mapping.has_amounts and _is_flag(raw, column["refund"]):
        is_refunded = raw[column["refund"]].strip().lower().isin(YES).fill_null(False)
        numbers["refund"] = ibis.ifelse(is_refunded, _main_amount(numbers), 0.0)
    main = next(
        (styles[role] for role in ("revenue", "unit_price") if role in column), MoneyStyle()
    )
    return amounts_of(raw, column, mapping, numbers, main)


def amounts_of(
    raw: ir.Table,
    column: dict[str, str],
    mapping: Mapping,
    numbers: dict[str, ir.FloatingValue],
    money: MoneyStyle,
) -> Amounts:
    """Return the sums of money of each row, of any engine.

    Args:
        raw: The rows.
        column: Role -> column of `raw`.
        mapping: Role -> the file's column name, and the marketer's answers.
        numbers: Role -> what the column says, as a number.
        money: How the main amounts are written.
    """
    if not {"revenue", "unit_price"} & set(column):
        return _no_amounts(numbers)
    priced = "revenue" not in column
    amount = _main_amount(numbers)
    cells: dict[str, ir.Value] = {"amount": amount}
    cells |= {role: numbers[role].abs() for role in BESIDE if role in column}
    discounts = _discount_style(raw, column, mapping, numbers) if "discount" in column else None
    if discounts is not None:
        cells |= _from_shares(amount, cells["discount"], discounts)
    if "adjusted" in column:
        given_back = _missing(raw, amount, numbers["adjusted"])
        # A refund beside what is left is the same money again.
        refund = cells.get("refund", ibis.literal(0.0)).fill_null(0.0)
        cells["refund"] = ibis.greatest(refund, given_back)
    if "quantity" in column:
        cells["quantity"] = numbers["quantity"]
    names_products = bool({"product", "category"} & set(column))
    if names_products and {"revenue", "quantity", "unit_price", "order_id"} <= set(column):
        cells["listed"] = numbers["quantity"] * numbers["unit_price"]
    return Amounts(
        money=money,
        cells=cells,
        priced=priced,
        discounts=discounts,
        profits=not priced and bool(_words(mapping, "revenue") & _PROFIT_NAMES),
    )


def _no_amounts(numbers: dict[str, ir.FloatingValue]) -> Amounts:
    """Return the sums of a file without amounts: none but the pieces."""
    cells: dict[str, ir.Value] = {"amount": ibis.null("float64")}
    if "quantity" in numbers:
        cells["quantity"] = numbers["quantity"]
    return Amounts(money=MoneyStyle(), cells=cells, priced=False, discounts=None, profits=False)


def _main_amount(numbers: dict[str, ir.FloatingValue]) -> ir.FloatingValue:
    """Return the amount of each row: as it stands, or pieces x price."""
    if "revenue" in numbers:
        return numbers["revenue"]
    # Whole cents: sums of prices x pieces should not carry binary dust.
    return (numbers["quantity"] * numbers["unit_price"]).round(6)


def _is_flag(raw: ir.Table, column: str) -> bool:
    """Return whether a column answers yes or no, as "Refunded?" does, and holds no amounts."""
    cell = raw[column].strip().lower()
    facts = raw.aggregate(
        others=(~cell.isin([*YES, *NO, *_ZEROS, ""])).any().fill_null(False),
        answers=cell.isin([*YES, *(NO - _ZEROS)]).any().fill_null(False),
    )
    answered = facts.execute().iloc[0]
    return bool(answered.answers and not answered.others)


def _missing(raw: ir.Table, amount: ir.FloatingValue, left: ir.FloatingValue) -> ir.FloatingValue:
    """Return what went back of each amount, from what is left of it.

    Blank means that nothing went back. 0 means the same where more orders have it than repeat their
    amount; else all of it went back.
    """
    facts = (
        raw.aggregate(
            zeros=((left == 0) & (amount > 0)).sum().fill_null(0),
            repeated=((left == amount) & (amount > 0)).sum().fill_null(0),
        )
        .execute()
        .iloc[0]
    )
    is_told = left >= 0 if facts.repeated > facts.zeros else left > 0
    return ibis.ifelse(is_told & (left < amount), amount - left, 0.0)


def _words(mapping: Mapping, role: str) -> set[str]:
    return set(plain_name(mapping.columns[role]).split())


def _discount_style(
    raw: ir.Table, column: dict[str, str], mapping: Mapping, numbers: dict[str, ir.FloatingValue]
) -> DiscountStyle | None:
    """Return how the discounts are written if they are shares of the price."""
    cell, number = raw[column["discount"]].cast("string"), numbers["discount"].abs()
    steps = number / STEP_OF_SHARES
    facts = (
        raw.aggregate(
            cells=number.count(),
            percents=cell.re_search(r"%\s*$").sum().fill_null(0),
            largest=number.max(),
            some_between=((number > 0) & (number < 1)).any().fill_null(False),
            shares=number.nunique(),
            round=((steps - steps.round()).abs() < 1e-6).all().fill_null(False),
        )
        .execute()
        .iloc[0]
    )
    is_after = mapping.discounted if mapping.discounted is not None else "revenue" in column
    is_named = (
        bool(_words(mapping, "discount") & _PERCENT_NAMES) or "%" in mapping.columns["discount"]
    )
    if facts.percents > facts.cells / 2 or (is_named and facts.largest > 1):
        return DiscountStyle(hundred=100.0, after=is_after)
    is_share = facts.some_between and facts.largest <= 1
    is_listed = facts.shares <= MOST_SHARES and facts["round"]
    if is_share and (is_named or is_listed):
        return DiscountStyle(hundred=1.0, after=is_after)
    return None


def _from_shares(
    amount: ir.FloatingValue, discount: ir.FloatingValue, style: DiscountStyle
) -> dict[str, ir.Value]:
    """Return the amount paid and the money taken off; NULL for what was given away whole."""
    # Filled first: the least of nothing and 1 is 1, and a blank is no discount.
    share = ibis.least((discount / style.hundred).fill_null(0.0), 1.0)
    if not style.after:
        return {
            "amount": (amount * (1 - share)).round(6),
            "discount": (amount.abs() * share).round(6),
        }
    taken_off = (amount.abs() * share / (1 - share)).round(6)
    return {"discount": ibis.ifelse(share < 1, taken_off, 0.0)}


def gives_back(typed: ir.Table) -> ir.BooleanValue:
    """Return whether a row is money going back: by what it is, or by an amount below zero.

    Args:
        typed: Rows with `status` and `amount`.

    Returns:
        An expression over the rows, never NULL.
    """
    return ((typed.status == str(State.REFUND)) | (typed.amount < 0)).fill_null(False)


def sums_per_order(
    typed: ir.Table, wanted: bool | None, priced: bool
) -> tuple[tuple[str, ...], float | None]:
    """Return the sums of money that stand once an order, on one of its rows or again on each.

    Args:
        typed: The typed rows, several of which make one order.
        wanted: The marketer's or the platform's answer for the amount.
        priced: Whether the amount is quantity x unit price, and so the line's.

    Returns:
        Of amount, refund and discount those that do; and the share of the orders with several rows
        whose amount looks so, None where it was not asked.
    """
    sales = typed.filter(~gives_back(typed))
    shares = {
        name: _share_per_order(sales, name) for name in ("amount", *BESIDE) if name in typed.columns
    }
    share = shares.pop("amount")
    asked = wanted is None and not priced
    is_per_order = (share or 0.0) >= USUALLY if asked else bool(wanted)
    # A sum that no order tells anything about stands as the amount does.
    once = [
        name
        for name, of_orders in shares.items()
        if (is_per_order if of_orders is None else of_orders >= USUALLY)
    ]
    if is_per_order:
        once.append("amount")
    return tuple(once), (share or 0.0) if asked else None


def _share_per_order(typed: ir.Table, name: str) -> float | None:
    """Return the share of the telling orders in which a sum stands once or is the same on each row.

    An order tells something if it has several rows and, beside the amount, if it is not all zero.
    """
    orders = typed.group_by("order_id").aggregate(
        rows=typed.count(),
        sums=typed[name].count(),
        lowest=typed[name].min(),
        highest=typed[name].max(),
    )
    tells = orders["rows"] > 1
    if name != "amount":
        tells &= orders.highest != 0
    is_same = tells & (orders.sums > 1) & (orders.lowest == orders.highest)
    is_single = (orders["rows"] == 1) & (orders.highest > 0)
    facts = (
        orders.aggregate(
            orders=tells.sum(),
            once=(tells & (orders.sums == 1)).sum(),
            same=is_same.sum(),
            same_mean=orders.highest.mean(where=is_same),
            singles=is_single.sum(),
            single_mean=orders.highest.mean(where=is_single),
        )
        .execute()
        .iloc[0]
    )
    if not facts.orders:
        return None
    share = float(facts.once + facts.same) / float(facts.orders)
    # An amount that is as large for one row as for several may be each row's own, such as the
    # price of a ticket.
    is_flat = facts.same_mean < GROWS * facts.single_mean
    enough = min(facts.same, facts.singles) >= ENOUGH_ORDERS
    return min(share, DOUBTFUL) if name == "amount" and enough and is_flat else share


def once_per_order(left_out: ir.Table) -> ir.Table:
    """Return rows left out, with the amount on one row of each order and NULL on its others.

    Args:
        left_out: order_id, customer_id, line, reason and amount, where an amount is the order's.
    """
    in_order = ibis.window(
        group_by=[left_out.order_id, left_out.customer_id, left_out.reason],
        order_by=[left_out.amount.isnull(), left_out.line],
    )
    numbered = left_out.mutate(place=ibis.row_number().over(in_order))
    amount = ibis.ifelse(numbered.place == 0, numbered.amount, ibis.null("float64"))
    return numbered.mutate(amount=amount).drop("place")


def is_net_of_refunds(typed: ir.Table, mapping: Mapping) -> bool:
    """Return whether the amounts have the refunds beside them taken off already.

    A refund of more than the amount, or beside an amount of zero, says so. A refund of just the
    amount says that it is still in. Where no row tells, the column's name does. Refunds on most
    rows tell nothing.
    """
    if "refund" not in mapping.columns or "revenue" not in mapping.columns:
        return False
    is_refunded = ((typed.refund > 0) & typed.amount.notnull()).fill_null(False)
    beyond = is_refunded & (typed.refund > typed.amount + 0.005)
    whole = is_refunded & ((typed.refund - typed.amount).abs() <= 0.005)
    facts = (
        typed.aggregate(
            rows=typed.count(),
            refunded=is_refunded.sum(),
            beyond=beyond.sum().fill_null(0),
            whole=whole.sum().fill_null(0),
        )
        .execute()
        .iloc[0]
    )
    if facts.refunded > facts["rows"] / 2:
        return False
    if facts.beyond or facts.whole:
        return bool(facts.beyond > facts.whole)
    return bool(_words(mapping, "revenue") & _NET_NAMES)
