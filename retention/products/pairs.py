"""What is bought together in one order, and what the order after it holds."""

from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.orders.orders import Orders
from retention.products.chance import FALSE_SHARE, false_shares, pair_chances
from retention.products.product_history import ProductHistory, products_of
from retention.validation import check_number

#: Orders with both products, from which on a pair is shown.
FEWEST_ORDERS = 10
#: Orders of more products say nothing of pairs: they are a wholesaler's, or a test.
MOST_IN_ORDER = 100

_TOGETHER = (
    "product",
    "other",
    "orders",
    "customers",
    "support",
    "orders_of_product",
    "orders_of_other",
    "lift",
    "expected",
    "beyond_chance",
    "p_value",
    "q_value",
)
_NEXT = (
    "product",
    "next_product",
    "customers",
    "second_orders",
    "followed",
    "share",
    "base",
    "lift",
    "expected",
    "beyond_chance",
    "p_value",
    "q_value",
)


class _Counts(NamedTuple):
    """Orders with each product, and all orders.

    Attributes:
        of_product: Orders with each product, by its number.
        orders: All orders that name any product.
        entries: The sum over them of how many products each holds.
    """

    of_product: np.ndarray
    orders: int
    entries: float


def bought_together(
    orders: Orders | ProductHistory,
    by: str = "product",
    *,
    fewest_orders: int = FEWEST_ORDERS,
    false_share: float = FALSE_SHARE,
) -> pd.DataFrame:
    """Return the pairs of products that customers buy in one order by more than chance.

    All that a customer bought on one day is one order. By chance means: every product is in as many
    orders as it is, and every order holds as many products as it does, but which ones is by lot. A
    large order holds many pairs, so that this expects more of a pair than its `lift` does.

    Args:
        orders: The orders, or their `product_history`.
        by: "product" or "category"; a history has its own.
        fewest_orders: Orders with both, from which on a pair is shown. Products in fewer orders are
            in no pair.
        false_share: The share of the pairs shown that may be there by chance.

    Returns:
        A row a pair, the most orders first:

        - `product` and `other`: the names, that with more orders first;
        - `orders` with both, `customers` who placed them, and `support`: the share of these orders
          among all that name any product;
        - `orders_of_product`, `orders_of_other`;
        - `lift`: how many times as often as if neither cared for the other;
        - `expected`: orders with both that chance brings, and `beyond_chance`: `orders` / that;
        - `p_value`: the probability that chance alone brings as many. A customer's orders count
          less where they repeat the pair;
        - `q_value`: the share of false pairs among those at least as unlikely.

        Orders of more than `MOST_IN_ORDER` products are left out of all of it.

    Raises:
        DataError: The orders name no products or categories, or a setting is out of range.

    Source: support and lift, Brin, Motwani, Ullman and Tsur (1997), SIGMOD 26. Margins of orders
    and products held fixed, Gionis et al. (2007), ACM Transactions on Knowledge Discovery 1; in
    closed form, Chung and Lu (2002), Annals of Combinatorics 6. Orders of one customer, Rao and
    Scott (1992), Biometrics 48.
    """
    _check(fewest_orders, false_share)
    with products_of(orders, by) as history:
        held = _held(history)
        sizes = held.group_by("customer", "day").agg(products=held.count())
        spread = sizes.agg(
            orders=sizes.count(),
            entries=sizes.products.sum(),
            pairs=(sizes.products * (sizes.products - 1)).sum(),
        )
        spread = spread.to_pandas().fillna(0.0)
        counts = _counts(held, history, spread)
        frequent = _frequent(held, counts.of_product, fewest_orders)
        left, right = frequent.view(), frequent.view()
        joined = left.inner_join(
            right,
            ["customer", "day", left["product"] < right["product"]],
            lname="",
            rname="{name}_other",
        )
        pairs = _counted(joined, "product", "product_other", fewest_orders)
    size = _frequent_number(counts.of_product, fewest_orders)
    first, other = pairs["product"].to_numpy(), pairs["product_other"].to_numpy()
    ahead, behind = counts.of_product[first], counts.of_product[other]
    same_orders = float(spread["pairs"].iloc[0]) / max(counts.entries, 1) ** 2
    frame = pd.DataFrame(
        {
            "product": history.products[np.where(ahead >= behind, first, other)],
            "other": history.products[np.where(ahead >= behind, other, first)],
            "orders": pairs["number"],
            "customers": pairs["customers"],
            "support": pairs["number"] / max(counts.orders, 1),
            "orders_of_product": np.maximum(ahead, behind),
            "orders_of_other": np.minimum(ahead, behind),
            "lift": pairs["number"] * counts.orders / (ahead * behind),
            "expected": ahead * behind * same_orders,
        }
    )
    tests = size * (size - 1) // 2
    shown = _beyond_chance(frame, "orders", pairs["alike"], tests, false_share)
    return shown[list(_TOGETHER)]


def bought_next(
    orders: Orders | ProductHistory,
    by: str = "product",
    *,
    fewest_orders: int = FEWEST_ORDERS,
    false_share: float = FALSE_SHARE,
) -> pd.DataFrame:
    """Return what the second order holds after a first order with a product, by more than chance.

    An order is a purchase day. By chance means the same as in `bought_together`: large first orders
    and large second ones hold more pairs.

    Args:
        orders: The orders, or their `product_history`.
        by: "product" or "category"; a history has its own.
        fewest_orders: Customers with such a pair, from which on it is shown.
        false_share: The share of the pairs shown that may be there by chance.

    Returns:
        A row a pair, the most customers first:

        - `product` of the first order and `next_product` of the second; they may be the same;
        - `customers` whose first order had `product`, and `second_orders`: how many came back;
        - `followed`: how many of those bought `next_product` then, and `share`: their share;
        - `base`: the share of all second orders with `next_product`, and `lift`: `share` / `base`;
        - `expected`, `beyond_chance`, `p_value`, `q_value`: as in `bought_together`.

        Orders of more than `MOST_IN_ORDER` products are left out of the pairs and shares.

    Raises:
        DataError: The orders name no products or categories, or a setting is out of range.
    """
    _check(fewest_orders, false_share)
    with products_of(orders, by) as history:
        held, size = _held(history), len(history.products)
        began = history.table.filter(history.table.place == 0)
        customers = _orders_by_product(began, size)
        sizes = (
            held.filter(held.place < 2)
            .group_by("customer")
            .agg(first=(held.place == 0).sum(), second=(held.place == 1).sum())
        )
        sizes = sizes.filter((sizes["first"] > 0) & (sizes.second > 0))
        both = held.filter(held.place < 2).semi_join(sizes, "customer")
        spread = (
            sizes.agg(
                orders=sizes.count(),
                first=sizes["first"].sum(),
                second=sizes.second.sum(),
                pairs=(sizes["first"] * sizes.second).sum(),
            )
            .to_pandas()
            .fillna(0)
            .iloc[0]
        )
        first, second = both.filter(both.place == 0), both.filter(both.place == 1)
        ahead, behind = (_orders_by_product(part, size) for part in (first, second))
        joined = _frequent(first, ahead, fewest_orders).inner_join(
            _frequent(second, behind, fewest_orders), "customer", lname="", rname="{name}_other"
        )
        pairs = _counted(joined, "product", "product_other", fewest_orders)
    tests = _frequent_number(ahead, fewest_orders) * _frequent_number(behind, fewest_orders)
    before, after = pairs["product"].to_numpy(), pairs["product_other"].to_numpy()
    second_orders, number = ahead[before], pairs["number"]
    share, base = number / second_orders, behind[after] / max(float(spread["orders"]), 1)
    entries = max(float(spread["first"] * spread["second"]), 1)
    frame = pd.DataFrame(
        {
            "product": history.products[before],
            "next_product": history.products[after],
            "customers": customers[before],
            "second_orders": second_orders,
            "followed": number,
            "share": share,
            "base": base,
            "lift": share / base,
            "expected": second_orders * behind[after] * float(spread["pairs"]) / entries,
        }
    )
    return _beyond_chance(frame, "followed", pairs["alike"], tests, false_share)[list(_NEXT)]


def _check(fewest_orders: int, false_share: float) -> None:
    check_number(
        "The fewest orders", fewest_orders, "a whole number of 1 or more", low=1, whole=True
    )
    check_number("The share of false pairs", false_share, "a share from 0 to 1", low=0, high=1)


def _held(history: ProductHistory) -> ir.Table:
    """The products of each order, without the orders of more than anybody buys."""
    table = history.table
    sizes = table.group_by("customer", "day").agg(products=table.count())
    large = sizes.filter(sizes.products > MOST_IN_ORDER)
    held = table.select("customer", "product", "day", "place")
    return held.anti_join(large, ["customer", "day"])


def _counts(held: ir.Table, history: ProductHistory, spread: pd.DataFrame) -> _Counts:
    return _Counts(
        of_product=_orders_by_product(held, len(history.products)),
        orders=int(spread["orders"].iloc[0]),
        entries=float(spread["entries"].iloc[0]),
    )


def _orders_by_product(held: ir.Table, size: int) -> np.ndarray:
    counted = held.group_by("product").agg(orders=held.count()).to_pandas()
    numbers = np.zeros(size, dtype=np.int64)
    numbers[counted["product"].to_numpy()] = counted["orders"].to_numpy()
    return numbers


def _frequent(held: ir.Table, of_product: np.ndarray, fewest: int) -> ir.Table:
    """The rows of products in enough orders for a pair."""
    if _frequent_number(of_product, fewest) == len(of_product):
        return held
    counted = held.group_by("product").agg(orders=held.count())
    return held.semi_join(counted.filter(counted.orders >= fewest), "product")


def _frequent_number(of_product: np.ndarray, fewest: int) -> int:
    return int((of_product >= fewest).sum())


def _counted(joined: ir.Table, first: str, other: str, fewest: int) -> pd.DataFrame:
    """The number of orders with both products, and of their customers.

    `alike` is how many of these orders the customer of one of them has, on average.
    """
    # Counted twice: by customer the rare pairs would be by far the most.
    often = joined.group_by(first, other).agg(number=joined.count())
    kept = joined.semi_join(often.filter(often.number >= fewest), [first, other])
    of_customer = kept.group_by(first, other, "customer").agg(number=kept.count())
    pairs = of_customer.group_by(first, other).agg(
        number=of_customer.number.sum(),
        squares=(of_customer.number * of_customer.number).sum(),
        customers=of_customer.count(),
    )
    frame: pd.DataFrame = pairs.to_pandas()
    frame["alike"] = frame["squares"] / frame["number"]
    return frame.sort_values([first, other], ignore_index=True)


def _beyond_chance(
    frame: pd.DataFrame, counted: str, alike: pd.Series, tests: int, false_share: float
) -> pd.DataFrame:
    """The pairs that chance does not bring, the most often counted first.

    A customer's own habit repeats a pair. So orders count for as many as vary by themselves.
    """
    chances = pair_chances(frame[counted] / alike, frame["expected"] / alike)
    frame = frame.assign(
        beyond_chance=frame[counted] / frame["expected"],
        p_value=chances,
        q_value=false_shares(chances, tests),
    )
    shown = frame[(frame["q_value"] <= false_share) & (frame["beyond_chance"] > 1)]
    return shown.sort_values([counted, "lift"], ascending=False, kind="stable", ignore_index=True)
