"""Who bought, where several columns say so: the usual one, unless another tells more.

Another column is taken where it names the customer of more orders. It is taken, too, where the
usual one has a value of its own for each order, and the other one comes back.
"""

import ibis
import ibis.expr.types as ir

from retention.sheets.sheet import Sheet

GUESTS = (
    "", "0", "0.0", "guest", "guests", "guest user", "guest customer", "guest checkout",
    "guest order", "(guest)", "anonymous", "anonym", "walk-in", "walk in", "walkin",
    "walk-in customer", "walk in customer", "unknown", "none", "null", "nan", "n/a", "na", "#n/a",
    "-", "--", "undefined", "nil", "not set", "(not set)", "no customer", "no email",
    "ลูกค้าทั่วไป", "ไม่ระบุ", "ไม่มี", "บุคคลทั่วไป", "bisita", "wala",
)  # fmt: skip
#: Another column is taken if it names the customer of at least this share more of the orders.
GAINED = 0.05
#: At least this share of its values must be codes, with a digit in them, since customers share
#: names. The same share must stand beside one usual value only.
ALIKE = 0.95
#: No customer may have more of the orders gained: it would be the number of all walk-in buyers.
ONE_CUSTOMER, FEW_ORDERS = 0.1, 3
#: From this number of orders on it is telling that each has a value of its own.
ENOUGH_ORDERS = 20
#: At least this share of another column's values must stand in several orders, and there must be
#: this number of values: a handful is no list of customers.
RETURNING, A_HANDFUL = 0.01, 10


def customer_column(sheet: Sheet, usual: str, others: list[str], order_id: str | None) -> str:
    """Return the name of the column that says who bought.

    Args:
        sheet: The file.
        usual: The column that is taken as a rule, such as the e-mail address.
        others: Other columns whose names say who bought, the best name first, such as a number.
        order_id: The column whose rows of one value are one order; None where each row is one.

    Returns:
        `usual`, or the one of `others` that the rows speak for.
    """
    for other in others:
        if _leaves_fewer_out(sheet, usual, other, order_id):
            return other
    return usual


def returning_column(sheet: Sheet, usual: str, others: list[str], order_id: str | None) -> str:
    """Return the first other column that repeats, where the usual one numbers the orders.

    Args:
        sheet: The file.
        usual: The column that is taken as a rule.
        others: Other columns whose names say who bought, the best name first.
        order_id: The column whose rows of one value are one order; None where each row is one.
    """
    usual_orders = _orders_of_values(sheet, usual, order_id)
    numbers_orders = usual_orders["orders"] >= ENOUGH_ORDERS and usual_orders["returning"] == 0
    if not numbers_orders:
        return usual
    for other in others:
        orders_of_other = _orders_of_values(sheet, other, order_id)
        comes_back = orders_of_other["returning"] >= RETURNING * orders_of_other["values"]
        if comes_back and orders_of_other["values"] >= A_HANDFUL:
            return other
    return usual


def _orders_of_values(sheet: Sheet, column: str, order_id: str | None) -> dict[str, int]:
    """Return the number of `orders` and `values`, and the values that stand in several orders."""
    table = sheet.table
    order = table.rowid().cast("string") if order_id is None else table[sheet.column(order_id)]
    rows = table.select(order=order, value=_known(table[sheet.column(column)]))
    rows = rows.filter(rows.value.notnull() & rows.order.notnull())
    values = rows.group_by("value").agg(orders=rows.order.nunique())
    facts = values.aggregate(
        values=values.count(),
        orders=values.orders.sum().fill_null(0),
        returning=(values.orders > 1).sum().fill_null(0),
    )
    return {name: int(number) for name, number in facts.execute().iloc[0].items()}


def _leaves_fewer_out(sheet: Sheet, usual: str, other: str, order_id: str | None) -> bool:
    table = sheet.table
    order = table.rowid().cast("string") if order_id is None else table[sheet.column(order_id)]
    rows = table.select(
        order=order,
        usual=_known(table[sheet.column(usual)]),
        other=_known(table[sheet.column(other)]),
    )
    orders = rows.group_by("order").agg(usual=rows.usual.max(), other=rows.other.max())
    gained = orders.filter(orders.usual.isnull() & orders.other.notnull())
    lost = orders.filter(orders.usual.notnull() & orders.other.isnull())
    both = orders.filter(orders.usual.notnull() & orders.other.notnull())
    values = both.group_by("other").agg(alike=both.usual.nunique())
    facts = {
        "orders": orders.count(),
        "gained": gained.count(),
        "lost": lost.count(),
        "most": gained.group_by("other").agg(n=gained.count()).n.max(),
        "alike": (values.alike == 1).mean(),
        "codes": orders.other.re_search(r"\d").mean(),
    }
    counts = {name: value.to_pyarrow().as_py() for name, value in facts.items()}
    gain = counts["gained"] - counts["lost"]
    if gain < GAINED * counts["orders"] or counts["alike"] is None:
        return False
    is_crowded = counts["most"] > max(FEW_ORDERS, ONE_CUSTOMER * counts["gained"])
    return not is_crowded and bool(counts["alike"] >= ALIKE and counts["codes"] >= ALIKE)


def _known(cell: ir.StringValue) -> ir.StringValue:
    text = cell.strip().lower()
    return ibis.ifelse(text.isin(GUESTS), ibis.null("string"), text)
