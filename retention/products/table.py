"""Every product in numbers: its customers, who bought it again, and after how many days."""

import numpy as np
import pandas as pd

from retention.history.changes import ENOUGH
from retention.orders.orders import Orders
from retention.products.intervals import ENOUGH_REORDERS, reorder_intervals
from retention.products.product_history import ProductHistory, products_of
from retention.statistics import wilson

_COUNTS = ("customers", "orders", "repeat_customers")


def product_table(orders: Orders | ProductHistory, by: str = "product") -> pd.DataFrame:
    """Return the numbers of every product or category.

    An order of a product is a day on which a customer bought it. The lines of an order of several
    lines count each.

    Args:
        orders: The orders, or their `product_history`.
        by: "product" or "category"; a history has its own.

    Returns:
        A row for each (index: its name), the most customers first:

        - `customers` who bought it, and `orders`: days on which a customer did;
        - `units`: NaN where the file does not say how many of each product an order held;
        - `revenue`: its part of the revenue, in money, by what the lines cost; NaN without amounts;
        - `repeat_customers`: customers who bought it again on a later day;
        - `repeat_rate`: their share so far, with `repeat_rate_low` and `repeat_rate_high` (95 %);
        - `reorders`: how many intervals from one order of it to the customer's next there are;
        - `interval_q1`, `interval_median`, `interval_q3`: the quartiles of these intervals in days,
          NaN without one. Intervals that there was no time to see are made up for, as
          `reorder_intervals` says;
        - `enough_customers`: whether the repeat rate rests on 30 customers or more;
        - `enough_reorders`: whether the intervals rest on 30 reorders or more.

    Raises:
        DataError: The orders name no products or categories.
    """
    with products_of(orders, by) as history:
        bought = history.table
        sums = bought.group_by("product").agg(
            customers=(bought.nth == 0).sum(),
            orders=bought.count(),
            units=bought.units.sum(),
            revenue=bought.revenue.sum(),
            repeat_customers=(bought.nth == 1).sum(),
        )
        numbers = sums.to_pandas().set_index("product").reindex(range(len(history.products)))
        intervals = reorder_intervals(history)
    numbers = numbers.astype(dict.fromkeys(_COUNTS, np.int64))
    low, high = wilson(numbers["repeat_customers"], numbers["customers"])
    numbers = numbers.assign(
        units=numbers["units"].astype(float),
        revenue=numbers["revenue"].astype(float),
        repeat_rate=numbers["repeat_customers"] / numbers["customers"],
        repeat_rate_low=low,
        repeat_rate_high=high,
    )
    numbers = numbers.join(intervals)
    numbers["enough_customers"] = numbers["customers"] >= ENOUGH
    numbers["enough_reorders"] = numbers["reorders"] >= ENOUGH_REORDERS
    table: pd.DataFrame = numbers.set_axis(history.products)
    return table
