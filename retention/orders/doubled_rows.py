"""Rows of a database's table that stand twice: warned of, since rows of a table have no order.

In a file the place of a row tells two pieces of a product from an export that was loaded twice.
"""

import ibis.expr.types as ir

from retention.wording import count, plural

#: Of the rows with the same customer and moment, the share of equal ones that chance cannot reach.
BEYOND_CHANCE = 0.5
#: The fewest equal rows, and their smallest share, that are worth a warning.
FEWEST, SMALLEST_SHARE = 10, 0.002
#: The fewest orders of several different rows, all of them twice, that show a second load.
FEWEST_ORDERS = 3
#: From this share of the orders on, also those of one row show it.
MOST = 0.5


def doubled_rows(good: ir.Table, *, numbered: bool, grouped: bool) -> str | None:
    """Return the warning where rows stand twice beyond what pieces or chance explain.

    Args:
        good: The typed rows that have no reason to be left out.
        numbered: Whether the table numbers its orders.
        grouped: Whether several rows may make one order.
    """
    if numbered and not grouped:
        return None
    content = [name for name in good.columns if name not in ("line", "reason")]
    if not numbered:
        content.remove("order_id")
    equal = good.group_by(content).aggregate(times=good.count())
    what = _doubled_orders(equal) if numbered else _equal_rows(equal)
    if what is None:
        return None
    return (
        f"{what}. Rows of a table have no order, so a table that was filled twice cannot be told "
        "from equal orders or pieces, and all of them count. If it was filled twice, give "
        "table.distinct()."
    )


def _doubled_orders(equal: ir.Table) -> str | None:
    orders = equal.group_by("order_id", "customer_id").aggregate(
        different=equal.count(), fewest=equal.times.min(), rows=equal.times.sum()
    )
    is_doubled = orders.fewest > 1
    extra = orders["rows"] - orders.different
    facts = orders.aggregate(
        all=orders.count(),
        doubled=is_doubled.sum().fill_null(0),
        # Two equal rows alone may be two pieces.
        several=(is_doubled & (orders.different > 1)).sum().fill_null(0),
        extra=extra.sum(where=is_doubled).fill_null(0),
    )
    counts = facts.to_pyarrow().to_pylist()[0]
    if counts["several"] < FEWEST_ORDERS and counts["doubled"] <= MOST * counts["all"]:
        return None
    rows = plural(int(counts["extra"]), "row")
    return f"Every row of {count(counts['doubled'])} orders stands more than once ({rows} too many)"


def _equal_rows(equal: ir.Table) -> str | None:
    same = equal.group_by("customer_id", "ordered_at").aggregate(
        rows=equal.times.sum(), different=equal.count()
    )
    facts = same.aggregate(
        rows=same["rows"].sum().fill_null(0),
        again=(same["rows"] - same.different).sum().fill_null(0),
        extra=(same["rows"] - 1).sum().fill_null(0),
    )
    counts = facts.to_pyarrow().to_pylist()[0]
    fewest = max(FEWEST, SMALLEST_SHARE * counts["rows"])
    if counts["again"] < fewest or counts["again"] <= BEYOND_CHANCE * counts["extra"]:
        return None
    return f"{plural(int(counts['again']), 'row')} of this table say the same as another row"
