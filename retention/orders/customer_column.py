"""Who bought, where a file has several columns that say so: the usual one, unless it is empty where another is not."""

import ibis
import ibis.expr.types as ir

from retention.orders.sheet import Sheet

GUESTS = (
    "", "0", "0.0", "guest", "guests", "guest user", "guest customer", "guest checkout", "guest order", "(guest)",
    "anonymous", "anonym", "walk-in", "walk in", "walkin", "walk-in customer", "walk in customer", "unknown", "none",
    "null", "nan", "n/a", "na", "#n/a", "-", "--", "undefined", "nil", "not set", "(not set)", "no customer",
    "no email", "ลูกค้าทั่วไป", "ไม่ระบุ", "ไม่มี", "บุคคลทั่วไป", "bisita", "wala",
)  # fmt: skip
#: Another column is worth it from this share of orders on that would have no customer otherwise.
GAINED = 0.05
#: Of its values, so many must be codes (a digit in them: names are shared) and stand beside one usual value only.
ALIKE = 0.95
#: No one customer may hold more of the orders gained: it would be the number of all who walked in.
ONE_CUSTOMER, FEW_ORDERS = 0.1, 3


def customer_column(sheet: Sheet, usual: str, others: list[str], order_id: str | None) -> str:
    """Return the name of the column that says who bought.

    Args:
        sheet: The file.
        usual: The column that is taken as a rule, such as the e-mail address.
        others: Columns that by their names say who bought, too, such as a customer number; the best name first.
        order_id: The column whose rows of one value are one order; None where each row is one.
    """
    for other in others:
        if _leaves_fewer_out(sheet, usual, other, order_id):
            return other
    return usual


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
    found = {name: value.to_pyarrow().as_py() for name, value in facts.items()}
    if found["gained"] - found["lost"] < GAINED * found["orders"] or found["alike"] is None:
        return False
    several = found["most"] > max(FEW_ORDERS, ONE_CUSTOMER * found["gained"])
    return not several and found["alike"] >= ALIKE and found["codes"] >= ALIKE


def _known(cell: ir.StringValue) -> ir.StringValue:
    text = cell.strip().lower()
    return ibis.ifelse(text.isin(GUESTS), ibis.null("string"), text)
