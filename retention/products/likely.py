"""What each customer is likely to buy next, by how often that is right in the store."""

from typing import Literal, get_args

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.orders.orders import Orders
from retention.products.due import NEXT_WEEK, THIS_WEEK, due_rows, due_weeks
from retention.products.intervals import reorder_intervals
from retention.products.next_chances import NextChances, OwnPairs, next_chances
from retention.products.pairs import bought_next
from retention.products.product_history import ProductHistory, products_of
from retention.validation import check_number

#: Products that are told of a customer unless asked otherwise, and the most that can be asked for.
USUAL_NUMBER, MOST_NUMBER = 3, 50

Reason = Literal["bought often", "due", "bought once", "follows", "best seller"]
REASONS: tuple[Reason, ...] = get_args(Reason)
_CANDIDATE = ["customer", "product", "reason", "chance"]
#: Second orders by which the share of what follows is drawn to that of all second orders.
_FOLLOWER_WEIGHT = 50.0
_OFTEN, _DUE, _ONCE, _FOLLOWS, _BEST = range(len(REASONS))


def likely_next(
    orders: Orders | ProductHistory, n: int = USUAL_NUMBER, by: str = "product"
) -> pd.DataFrame:
    """Return what each customer is likely to buy next.

    Each candidate has the probability that the next order holds it, learnt from the store's own
    orders. The likeliest come first. Candidates are

    - the customer's own products: how often products are bought again after as many orders of them
      and as many orders since, times how much more often that product is (`next_chances`);
    - what follows the products of the last order: its share of second orders, by `bought_next`;
    - products that are new to the customer: how often orders after the first one bring them.

    Args:
        orders: The orders, or their `product_history`.
        n: Products of each customer, at most 50.
        by: "product" or "category"; a history has its own.

    Returns:
        A row for each customer and rank, by customer: `customer_id`, `rank` (1 is the likeliest),
        `product` and `reason`: "bought often" (on two days or more), "due" (bought once, and due
        this week or the next as `reorders_due` says), "bought once", "follows" or "best seller".

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
    chances = next_chances(history)
    candidates = _first_of(
        [
            _own(history, chances.own),
            _following(history),
            _best_sellers(chances, len(history.customers), n),
        ],
        n,
    )
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


def _own(history: ProductHistory, pairs: OwnPairs) -> pd.DataFrame:
    """The customers' own products, and whether those bought once are due."""
    rows = due_rows(history, reorder_intervals(history))
    rows = rows.kept(np.isin(due_weeks(rows, history.last_day), [THIS_WEEK, NEXT_WEEK]))
    size = len(history.products)
    due = np.isin(_keys(pairs.customer, pairs.product, size), _keys(*rows[:2], size))
    return pd.DataFrame(
        {
            "customer": pairs.customer,
            "product": pairs.product,
            "reason": np.where(pairs.times > 1, _OFTEN, np.where(due, _DUE, _ONCE)),
            "chance": pairs.chance,
        }
    )


def _following(history: ProductHistory) -> pd.DataFrame:
    """What follows the products of the customers' last orders."""
    pairs = bought_next(history)
    number = pd.Series(np.arange(len(history.products)), history.products)
    drawn = pairs["followed"] + _FOLLOWER_WEIGHT * pairs["base"]
    pairs = pd.DataFrame(
        {
            "before": pairs["product"].map(number).astype(np.int64),
            "product": pairs["next_product"].map(number).astype(np.int64),
            "chance": (drawn / (pairs["second_orders"] + _FOLLOWER_WEIGHT)).astype(float),
        }
    )
    table = history.table
    last = table.group_by("customer").agg(day=table.day.max())
    held = table.semi_join(last, ["customer", "day"]).select("customer", before="product")
    followers = held.to_pandas().merge(pairs, on="before")
    best: pd.DataFrame = followers.groupby(["customer", "product"], as_index=False)["chance"].max()
    return best.assign(reason=_FOLLOWS)


def _best_sellers(chances: NextChances, customers: int, n: int) -> pd.DataFrame:
    """The products that later orders most often bring, for every customer."""
    # Who has bought some of them has as many own products.
    likeliest = np.argsort(-chances.first, kind="stable")[: 2 * n]
    return pd.DataFrame(
        {
            "customer": np.repeat(np.arange(customers), len(likeliest)),
            "product": np.tile(likeliest, customers),
            "reason": _BEST,
            "chance": np.tile(chances.first[likeliest], customers),
        }
    )


def _first_of(candidates: list[pd.DataFrame], n: int) -> pd.DataFrame:
    """The `n` likeliest candidates of each customer; of a product twice, its first frame counts."""
    columns = {
        name: np.concatenate([frame[name].to_numpy(kind) for frame in candidates])
        for name, kind in zip(_CANDIDATE, (np.int64, np.int64, np.int64, float), strict=True)
    }
    keys = _keys(columns["customer"], columns["product"], columns["product"].max(initial=0) + 1)
    kept = np.flatnonzero(~pd.Series(keys).duplicated().to_numpy())
    customer, chance = columns["customer"][kept], columns["chance"][kept]
    # Equal ones keep the order of the frames: own products before others.
    kept = kept[np.lexsort((-chance, customer))]
    kept = kept[_places(columns["customer"][kept]) < n]
    return pd.DataFrame({name: values[kept] for name, values in columns.items()})


def _keys(customer: np.ndarray, product: np.ndarray, products: int) -> np.ndarray:
    """A customer and a product as one number, by which pairs compare more quickly."""
    keys: np.ndarray = customer.astype(np.int64) * products + product
    return keys


def _places(customers: np.ndarray) -> np.ndarray:
    """The place of each row among those of its customer, from 0; customers ascend."""
    begins = np.flatnonzero(np.diff(customers, prepend=-1))
    lengths = np.diff(np.append(begins, len(customers)))
    places: np.ndarray = np.arange(len(customers)) - np.repeat(begins, lengths)
    return places
