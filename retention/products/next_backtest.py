"""What customers bought after a hidden end of the orders, beside what was likely next."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention.display import displayed
from retention.errors import DataError
from retention.orders.orders import Orders
from retention.products.likely import best_sellers, own_products, ranked_products
from retention.products.product_history import ProductHistory, product_history
from retention.statistics import METRIC_LEVEL, normal_width
from retention.validation import check_number

#: Numbers of products named, for which hits are counted.
NAMED = (1, 3, 5, 10)
#: Days that are hidden unless asked otherwise, in orders of four times that length.
USUAL_DAYS = 90
#: The ways to say what is next, by their names in the table.
METHODS = ("likely next", "own most bought", "best sellers")


@displayed
@dataclass(frozen=True, slots=True)
class NextProductsBacktest:
    """How often what was likely next was bought next; made by `next_products_backtest`.

    Attributes:
        table: A row for each `method` and number of products `named`. The methods are "likely next"
            (`likely_next`), "own most bought" and "best sellers" of the store. Its columns are

            - `recall`: the products of the next order that were named, as a share of those that
              could be: the smaller of `named` and the products of the order. It is the mean over
              customers, with `recall_low` and `recall_high` (95 %);
            - `hit_rate`: the share of customers who bought any product named;
            - `beyond_best`: the recall less that of the best sellers, with `beyond_best_low` and
              `beyond_best_high` (95 %, by the same customers).
        customers: Customers who were known at the cut and came back after it.
        cut: The last day that was known.
        holdout_days: Days hidden after it.
    """

    table: pd.DataFrame
    customers: int
    cut: date
    holdout_days: int


def next_products_backtest(
    orders: Orders, holdout_days: int | None = None, by: str = "product"
) -> NextProductsBacktest:
    """Hide the end of the orders, say what is likely next, and compare with what came.

    A customer's next order is the first purchase day after the cut on which a product is named.

    Args:
        orders: The orders.
        holdout_days: Days to hide; 90, or a quarter of shorter orders, unless given.
        by: "product" or "category".

    Returns:
        The recall of `likely_next`, beside the customers' own most bought products alone and the
        store's best sellers.

    Raises:
        DataError: The orders name no products or categories, `holdout_days` hides all or nothing of
            them, or no customer came back in these days.
    """
    length = (orders.end - orders.start).days + 1
    days = min(USUAL_DAYS, length // 4) if holdout_days is None else holdout_days
    check_number(
        "The number of hidden days",
        days,
        f"a whole number from 1 to {max(length - 1, 1)}",
        low=1,
        high=max(length - 1, 1),
        whole=True,
    )
    cut = orders.end - timedelta(days=days)
    whole = product_history(orders, by)
    try:
        seen = product_history(orders, by, as_of=cut)
        try:
            came = _next_orders(whole, seen)
            if came.empty:
                raise DataError(
                    f"No customer from before {cut} came back in the {days} days after it. Hide "
                    "more days."
                )
            named = _named(seen, max(NAMED))
        finally:
            seen.release()
    finally:
        whole.release()
    return NextProductsBacktest(
        table=_table(came, named),
        customers=int(came["customer"].nunique()),
        cut=cut,
        holdout_days=days,
    )


def _next_orders(whole: ProductHistory, seen: ProductHistory) -> pd.DataFrame:
    """What customers who are known bought on their first day after the cut, by `seen`'s numbers.

    A product that nobody had bought before has the number -1.
    """
    table = whole.table.filter(whole.table.day > seen.last_day)
    first = table.group_by("customer").agg(day=table.day.min())
    came = table.semi_join(first, ["customer", "day"]).select("customer", "product").to_pandas()
    came = came.assign(
        customer=seen.customers.get_indexer(whole.customers)[came["customer"]],
        product=seen.products.get_indexer(whole.products)[came["product"]],
    )
    known: pd.DataFrame = came[came["customer"] >= 0]
    return known.sort_values(["customer", "product"], ignore_index=True)


def _named(seen: ProductHistory, n: int) -> dict[str, pd.DataFrame]:
    """What each method names: `customer`, `rank` and `product`."""
    sold, size = best_sellers(seen, n), len(seen.customers)
    best = pd.DataFrame(
        {
            "customer": np.repeat(np.arange(size), len(sold)),
            "rank": np.tile(np.arange(1, len(sold) + 1), size),
            "product": np.tile(sold, size),
        }
    )
    frames = (ranked_products(seen, n), own_products(seen, n), best)
    return dict(zip(METHODS, frames, strict=True))


def _table(came: pd.DataFrame, named: dict[str, pd.DataFrame]) -> pd.DataFrame:
    sizes = came.groupby("customer").size()
    best = METHODS[-1]
    hits = {
        method: came.merge(frame, on=["customer", "product"]) for method, frame in named.items()
    }
    rows = []
    for number in NAMED:
        recalls = {
            method: _hits(found, number, sizes) / np.minimum(number, sizes.to_numpy())
            for method, found in hits.items()
        }
        for method, recall in recalls.items():
            beyond = recall - recalls[best]
            rows.append(
                {
                    "method": method,
                    "named": number,
                    **_mean("recall", recall),
                    "hit_rate": float((recall > 0).mean()),
                    **_mean("beyond_best", beyond),
                }
            )
    frame = pd.DataFrame(rows)
    order = frame["method"].map({method: place for place, method in enumerate(METHODS)})
    return frame.iloc[np.lexsort((frame["named"], order))].reset_index(drop=True)


def _hits(found: pd.DataFrame, number: int, sizes: pd.Series) -> np.ndarray:
    counts = found[found["rank"] <= number].groupby("customer").size()
    hits: np.ndarray = counts.reindex(sizes.index, fill_value=0).to_numpy(float)
    return hits


def _mean(name: str, values: np.ndarray) -> dict[str, float]:
    """The mean of customers, with its interval."""
    mean, width = float(values.mean()), float("nan")
    if len(values) > 1:
        error = float(values.std(ddof=1)) / np.sqrt(len(values))
        width = normal_width(METRIC_LEVEL) * error
    return {name: mean, f"{name}_low": mean - width, f"{name}_high": mean + width}
