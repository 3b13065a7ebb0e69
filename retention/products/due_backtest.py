"""How many customers bought what was due, on a hidden end of the orders."""

from datetime import timedelta

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.orders.orders import Orders
from retention.products.due import DUE_WEEKS, WEEK, due_rows, due_weeks
from retention.products.intervals import reorder_intervals
from retention.products.product_history import ProductHistory, product_history, products_of
from retention.statistics import wilson

#: Days that are hidden: this week and the next.
HIDDEN_DAYS = 2 * WEEK


def due_hit_rates(orders: Orders, by: str = "product") -> pd.DataFrame:
    """Hide the last 14 days, say what is due, and count who bought it in them.

    Args:
        orders: The orders.
        by: "product" or "category".

    Returns:
        A row for each `week` (one of `DUE_WEEKS`) and `basis` ("own" or "product") of which
        anything was due:

        - `rows`: customers and products that were due;
        - `bought`: of how many the customer bought the product in the hidden days;
        - `rate`: their share, with `rate_low` and `rate_high` (95 %).

    Raises:
        DataError: The orders name no products or categories, or cover 14 days or fewer.
    """
    cut = orders.end - timedelta(days=HIDDEN_DAYS)
    if cut <= orders.start:
        raise DataError(
            f"The orders cover {(orders.end - orders.start).days + 1} days. To hide "
            f"{HIDDEN_DAYS} of them, a longer period is needed."
        )
    with products_of(orders, by) as whole:
        seen = product_history(orders, by, as_of=cut)
        try:
            rows = due_rows(seen, reorder_intervals(seen))
            came = _bought_after(whole, seen)
        finally:
            seen.release()
    frame = pd.DataFrame(
        {
            "week": due_weeks(rows, seen.last_day),
            "basis": np.where(rows.own, "own", "product"),
            "bought": np.isin(rows.customer * len(seen.products) + rows.product, came),
        }
    )
    rates = frame.groupby(["week", "basis"], as_index=False).agg(
        rows=("bought", "size"), bought=("bought", "sum")
    )
    rates = rates.astype({"rows": np.int64, "bought": np.int64})
    low, high = wilson(rates["bought"], rates["rows"])
    rates = rates.assign(rate=rates["bought"] / rates["rows"], rate_low=low, rate_high=high)
    return rates.sort_values(
        ["week", "basis"],
        key=lambda column: (
            column.map({week: n for n, week in enumerate(DUE_WEEKS)}).fillna(0)
            if column.name == "week"
            else column
        ),
        ignore_index=True,
    )


def _bought_after(whole: ProductHistory, seen: ProductHistory) -> np.ndarray:
    """The customers and products bought after the cut, as one number by `seen`'s numbers."""
    later = whole.table.filter(whole.table.day > seen.last_day)
    pairs = later.select("customer", "product").distinct().to_pandas()
    customer = seen.customers.get_indexer(whole.customers)[pairs["customer"]]
    product = seen.products.get_indexer(whole.products)[pairs["product"]]
    known = (customer >= 0) & (product >= 0)
    numbers: np.ndarray = (customer * len(seen.products) + product)[known]
    return numbers
