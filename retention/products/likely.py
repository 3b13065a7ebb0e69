"""What each customer is likely to buy next, by the own history first."""

from typing import Literal, get_args

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.orders.orders import Orders
from retention.products.due import NEXT_WEEK, THIS_WEEK, due_rows, due_weeks
from retention.products.intervals import reorder_intervals
from retention.products.pairs import bought_next
from retention.products.product_history import ProductHistory, products_of
from retention.validation import check_number

#: Products that are told of a customer unless asked otherwise, and the most that can be asked for.
USUAL_NUMBER, MOST_NUMBER = 3, 50

Reason = Literal["bought often", "due", "bought once", "follows", "best seller"]
REASONS: tuple[Reason, ...] = get_args(Reason)
_CANDIDATE = ["customer", "product", "reason", "tier", "score"]
_OFTEN, _DUE, _ONCE, _FOLLOWS, _BEST = range(len(REASONS))


def likely_next(
    orders: Orders | ProductHistory, n: int = USUAL_NUMBER, by: str = "product"
) -> pd.DataFrame:
    """Return what each customer is likely to buy next.

    First come the customer's own products, those bought on the most days before the others. Of
    equal ones those due this week or the next come first, as `reorders_due` says, then the latest.
    What follows the products of the last order comes after them, by `bought_next`. The store's best
    sellers fill up.

    Args:
        orders: The orders, or their `product_history`.
        n: Products of each customer, at most 50.
        by: "product" or "category"; a history has its own.

    Returns:
        A row for each customer and rank, by customer: `customer_id`, `rank` (1 is the likeliest),
        `product` and `reason`: "bought often" (on two days or more), "due" (bought once), "bought
        once", "follows" or "best seller".

    Raises:
        DataError: The orders name no products or categories, or `n` is out of range.
    """
    check_number(
        "The number of products",
        n,
        f"a whole number from 1 to {MOST_NUMBER}",
        low=1,
        high=MOST_NUMBER,
        whole=True,
    )
    with products_of(orders, by) as history:
        ranked = ranked_products(history, n)
        return pd.DataFrame(
            {
                "customer_id": history.customers[ranked["customer"]],
                "rank": ranked["rank"].to_numpy(),
                "product": history.products[ranked["product"]],
                "reason": np.array(REASONS, dtype=object)[ranked["reason"]],
            }
        )


def likely_columns(likely: pd.DataFrame, n: int = USUAL_NUMBER) -> pd.DataFrame:
    """Return what customers are likely to buy next as columns for an audience file.

    Args:
        likely: From `likely_next`.
        n: How many columns.

    Returns:
        Indexed by `customer_id`: `next_product_1` and so on, "" where there are fewer. For
        `export_audience` these are `properties`, and so merge fields of the platform's messages.

    Raises:
        DataError: The frame is not from `likely_next`, or `n` is out of range.
    """
    if not {"customer_id", "rank", "product"} <= set(likely.columns):
        raise DataError("The frame does not say what is likely next. Make it with likely_next.")
    check_number("The number of columns", n, "a whole number of 1 or more", low=1, whole=True)
    shown = likely[likely["rank"] <= n]
    table = shown.pivot(index="customer_id", columns="rank", values="product")
    table = table.reindex(columns=range(1, n + 1)).astype(object)
    return table.where(table.notna(), "").set_axis(
        [f"next_product_{rank}" for rank in range(1, n + 1)], axis="columns"
    )


def ranked_products(history: ProductHistory, n: int) -> pd.DataFrame:
    """Return the likeliest products of each customer, by their numbers.

    Args:
        history: From `product_history`.
        n: Products of each customer.

    Returns:
        `customer`, `rank` (from 1), `product` and `reason`: its place in `REASONS`.
    """
    candidates = _own(history, n)
    for more in (_following, _best_sellers):
        lacking = _lacking(candidates, len(history.customers), n)
        if len(lacking):
            added = more(history, lacking, n)
            candidates = _first_of(pd.concat([candidates, added], ignore_index=True), n)
    return _with_rank(candidates)[["customer", "rank", "product", "reason"]]


def own_products(history: ProductHistory, n: int) -> pd.DataFrame:
    """Return what each customer bought most often, of equal ones the latest first.

    Args:
        history: From `product_history`.
        n: Products of each customer.

    Returns:
        `customer`, `rank` (from 1) and `product`.
    """
    own = own_products_query(history.table, n).to_pandas()
    order = ["customer", "orders", "last", "product"]
    own = own.sort_values(order, ascending=[True, False, False, True], ignore_index=True)
    return _with_rank(own)[["customer", "rank", "product"]]


def own_products_query(table: ir.Table, n: int) -> ir.Table:
    """Return each customer's most bought products as an Ibis expression, for any engine.

    Args:
        table: The `table` of a `ProductHistory`.
        n: Products of each customer.

    Returns:
        `customer`, `product`, `orders` and `last`, the day of the last order.
    """
    own = table.group_by("customer", "product").agg(orders=table.count(), last=table.day.max())
    of_customer = ibis.window(
        group_by=own.customer, order_by=[own.orders.desc(), own["last"].desc(), own["product"]]
    )
    ranked = own.mutate(rank=ibis.row_number().over(of_customer))
    return ranked.filter(ranked["rank"] < n).drop("rank")


def best_sellers(history: ProductHistory, n: int) -> np.ndarray:
    """Return the products with the most orders.

    Args:
        history: From `product_history`.
        n: How many.

    Returns:
        Their numbers, the most orders first.
    """
    sold = history.table.group_by("product").agg(orders=history.table.count())
    top = sold.order_by([sold.orders.desc(), sold["product"]]).limit(n)
    products: np.ndarray = top.to_pandas()["product"].to_numpy()
    return products


def _with_rank(ordered: pd.DataFrame) -> pd.DataFrame:
    return ordered.assign(rank=_places(ordered["customer"].to_numpy()) + 1)


def _own(history: ProductHistory, n: int) -> pd.DataFrame:
    """The customers' own products, the most bought first, of equal ones those due."""
    own = own_products_query(history.table, n).to_pandas().assign(due=False)
    rows = due_rows(history, reorder_intervals(history))
    rows = rows.kept(np.isin(due_weeks(rows, history.last_day), [THIS_WEEK, NEXT_WEEK]))
    due = pd.DataFrame(
        {
            "customer": rows.customer,
            "product": rows.product,
            "orders": rows.orders,
            "last": rows.last,
            "due": True,
        }
    )
    own = pd.concat([due, own], ignore_index=True)
    customer, product = own["customer"].to_numpy(np.int64), own["product"].to_numpy(np.int64)
    own = own[~pd.Series(customer * len(history.products) + product).duplicated().to_numpy()]
    order = np.lexsort(
        (own["product"], -own["last"], ~own["due"].astype(bool), -own["orders"], own["customer"])
    )
    own = own.iloc[order]
    own = own[_places(own["customer"].to_numpy()) < n]
    once = np.where(own["due"], _DUE, _ONCE)
    reason = np.where(own["orders"] > 1, _OFTEN, once)
    score = np.arange(len(own), dtype=float)
    ranked: pd.DataFrame = own.assign(reason=reason, tier=0, score=score)[_CANDIDATE]
    return ranked.reset_index(drop=True)


def _first_of(candidates: pd.DataFrame, n: int) -> pd.DataFrame:
    """The first `n` candidates of each customer, each product once."""
    # An empty part of them would leave its columns without a type.
    typed = candidates.astype(dict.fromkeys(_CANDIDATE[:-1], np.int64) | {"score": float})
    columns = {name: typed[name].to_numpy() for name in _CANDIDATE}
    keys = ("product", "score", "tier", "customer")
    order = np.lexsort([columns[name] for name in keys])
    # A pair of numbers as one tells more quickly which stand twice.
    pairs = columns["customer"] * (columns["product"].max(initial=0) + 1) + columns["product"]
    order = order[~pd.Series(pairs[order]).duplicated().to_numpy()]
    place = _places(columns["customer"][order])
    return typed.iloc[order[place < n]].reset_index(drop=True)


def _places(customers: np.ndarray) -> np.ndarray:
    """The place of each row among those of its customer, from 0; customers ascend."""
    begins = np.flatnonzero(np.diff(customers, prepend=-1))
    lengths = np.diff(np.append(begins, len(customers)))
    places: np.ndarray = np.arange(len(customers)) - np.repeat(begins, lengths)
    return places


def _lacking(candidates: pd.DataFrame, customers: int, n: int) -> np.ndarray:
    """The customers with fewer than `n` candidates."""
    return np.flatnonzero(np.bincount(candidates["customer"], minlength=customers) < n)


def _following(history: ProductHistory, customers: np.ndarray, n: int) -> pd.DataFrame:
    """What follows the products of these customers' last orders; the largest share first."""
    pairs = bought_next(history)
    if pairs.empty:
        return pd.DataFrame(columns=_CANDIDATE)
    number = pd.Series(np.arange(len(history.products)), history.products)
    pairs = pd.DataFrame(
        {
            "before": pairs["product"].map(number),
            "product": pairs["next_product"].map(number),
            "share": pairs["share"],
        }
    )
    table = history.table
    last = table.group_by("customer").agg(day=table.day.max())
    held = table.semi_join(last, ["customer", "day"]).select("customer", before="product")
    rows = held.to_pandas()
    wanted = np.zeros(len(history.customers), dtype=bool)
    wanted[customers] = True
    found = rows[wanted[rows["customer"]]].merge(pairs, on="before")
    shares = found.groupby(["customer", "product"], as_index=False)["share"].sum()
    shares = shares.assign(reason=_FOLLOWS, tier=1, score=-shares["share"])
    return _first_of(shares[_CANDIDATE], n)


def _best_sellers(history: ProductHistory, customers: np.ndarray, n: int) -> pd.DataFrame:
    sold = best_sellers(history, 2 * n)
    return pd.DataFrame(
        {
            "customer": np.repeat(customers, len(sold)),
            "product": np.tile(sold, len(customers)),
            "reason": _BEST,
            "tier": 2,
            "score": np.tile(np.arange(len(sold), dtype=float), len(customers)),
        }
    )
