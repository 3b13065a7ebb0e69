"""After how many days a product is bought again, by those who do buy it again."""

import ibis
import numpy as np
import pandas as pd

from retention.history.order_history import NEVER
from retention.products.product_history import ProductHistory

#: Reorders from which a product's usual interval is known well enough to act on.
ENOUGH_REORDERS = 30
#: Shares of the reorders at which intervals are told, and their names.
QUARTILES = {"interval_q1": 0.25, "interval_median": 0.5, "interval_q3": 0.75}
#: As how many intervals a long one counts at most, for those that nobody could see yet.
MOST_WEIGHT = 5.0


def reorder_intervals(history: ProductHistory) -> pd.DataFrame:
    """Return how long customers wait before they buy a product again.

    Only reorders that came can be seen, and of a recent purchase only a short interval. So an
    interval counts for those of its length that there was no time to see. Its weight is all orders
    of the product, divided by those at least as long ago as the interval lasts, and at most
    `MOST_WEIGHT`. Customers who never buy the product again have no interval.

    Args:
        history: From `product_history`.

    Returns:
        A row for each product (index: its number), with `reorders`, and the quartiles of the
        interval in days: `interval_q1`, `interval_median` and `interval_q3`. They are NaN without a
        reorder.

    Source: inverse probability weights, Horvitz and Thompson (1952), Journal of the American
    Statistical Association 47. The chance to see an interval is the share of orders that have been
    followed for as long. Lagakos, Barraj and De Gruttola (1988), Biometrika 75, describe the bias.
    """
    table, size = history.table, len(history.products)
    came = table.filter(table.next_day < NEVER)
    reorders = came.group_by("product", days=came.next_day - came.day).agg(number=came.count())
    followed = table.group_by(
        "product", days=ibis.literal(history.last_day, "int32") - table.day
    ).agg(number=table.count())
    return interval_quartiles(_sorted(reorders.to_pandas()), _sorted(followed.to_pandas()), size)


def interval_quartiles(reorders: pd.DataFrame, followed: pd.DataFrame, size: int) -> pd.DataFrame:
    """Return the weighted quartiles of counted intervals.

    Args:
        reorders: `product`, `days` and the `number` of reorders after as many days, sorted by the
            first two.
        followed: The same of all orders, where `days` is how long ago they are.
        size: How many products there are.

    Returns:
        As `reorder_intervals`.
    """
    product, days, number = _columns(reorders)
    weights = number * np.minimum(_follow_up_weights(product, days, followed, size), MOST_WEIGHT)
    quartiles = {
        name: grouped_quantile(product, days, weights, share, size)
        for name, share in QUARTILES.items()
    }
    counts = np.bincount(product, number, minlength=size).astype(np.int64)
    return pd.DataFrame({"reorders": counts, **quartiles})


def grouped_quantile(
    groups: np.ndarray, values: np.ndarray, weights: np.ndarray, share: float, size: int
) -> np.ndarray:
    """Return the smallest value of each group at or below which a share of its weight lies.

    Args:
        groups: The group of each value, 0 to `size` - 1, in ascending order.
        values: The values, ascending within each group.
        weights: How often each value counts, above 0.
        share: A fraction above 0 and below 1.
        size: The number of groups.

    Returns:
        One element a group; NaN for a group without values.
    """
    quantiles = np.full(size, np.nan)
    if not len(groups):
        return quantiles
    totals = np.bincount(groups, weights, minlength=size)
    starts = np.cumsum(totals) - totals
    # Where each value's weight ends, on a line on which every group is one long.
    ends = groups + (np.cumsum(weights) - starts[groups]) / totals[groups]
    present = np.flatnonzero(totals > 0)
    places = np.searchsorted(ends, present + share - 1e-9)
    quantiles[present] = values[np.minimum(places, len(values) - 1)]
    return quantiles


def _follow_up_weights(
    product: np.ndarray, days: np.ndarray, followed: pd.DataFrame, size: int
) -> np.ndarray:
    """All orders of a product, divided by those that are at least so many days ago."""
    of_order, ago, number = _columns(followed)
    width = int(ago.max(initial=0)) + 1
    passed = np.concatenate([[0.0], np.cumsum(number)])
    totals = np.bincount(of_order, number, minlength=size)
    ends = np.cumsum(totals)
    shorter = passed[np.searchsorted(of_order * width + ago, product * width + days)]
    weights: np.ndarray = totals[product] / np.maximum(ends[product] - shorter, 1)
    return weights


def _columns(counts: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        counts["product"].to_numpy(np.int64),
        counts["days"].to_numpy(np.int64),
        counts["number"].to_numpy(float),
    )


def _sorted(counts: pd.DataFrame) -> pd.DataFrame:
    return counts.sort_values(["product", "days"], ignore_index=True)
