"""The orders of one customer, read where they are, and what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.orders.orders import Orders

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: What an order may say beside its amounts, in the order of the columns.
ORDER_FACTS = (
    "channel",
    "region",
    "category",
    "product",
    "coupon",
    "rating",
    "complaint",
    "subscription",
)
#: Amounts of an order.
ORDER_AMOUNTS = ("revenue", "refunded", "discount", "quantity")


def customer_orders(orders: Orders, customer_id: str) -> pd.DataFrame:
    """Return the orders of one customer.

    It takes one query of the orders, and of the lines of orders that have several.

    Args:
        orders: The orders, e.g. from `read_orders`.
        customer_id: As in `summarise_customers`.

    Returns:
        A frame with a row for each order, the first one first. Of orders at the same moment, the
        one with the smallest order number comes first. Its columns are

        - `order_id`, `ordered_at`;
        - `revenue`, `refunded`, `discount`, `quantity`, `channel`, `region`, `category`,
          `product`, `coupon`, `rating`, `complaint`, `subscription`: those that the orders have;
        - `products`, `categories`: tuples of everything that the order held, without repetitions.

    Raises:
        DataError: There is no such customer.
    """
    rows: pd.DataFrame = order_query(orders, customer_id).to_pandas()
    if rows.empty:
        raise DataError("There is no such customer in these orders. Search for another one.")
    rows = _in_order(rows)
    keys = ["ordered_at", "order_id"]
    timeline = rows.drop_duplicates(keys).reset_index(drop=True)
    number = rows.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    for name, many in (("product", "products"), ("category", "categories")):
        held = rows.get(f"item_{name}", rows.get(name))
        if held is not None:
            timeline[many] = _distinct(held, number, len(timeline))
    return timeline[[name for name in timeline if not str(name).startswith("item_")]]


def order_query(orders: Orders, customer_id: str) -> ir.Table:
    """Return the query behind `customer_orders`, for any engine.

    Args:
        orders: The orders.
        customer_id: The customer.

    Returns:
        A row for each order, or for each of its lines where the orders have several: then with
        `item_product` and `item_category`.
    """
    table = orders.table
    present = [name for name in (*ORDER_AMOUNTS, *ORDER_FACTS) if name in table.columns]
    own = table.filter(table.customer_id == customer_id).select("order_id", "ordered_at", *present)
    if orders.items is None:
        return own
    lines = orders.items.filter(orders.items.customer_id == customer_id)
    names = ("product", "category", "share")
    held = {f"item_{name}": lines[name] for name in names if name in lines.columns}
    # An order may have no lines that are known, so all orders stay.
    keyed = lines.select(line_order="order_id", line_moment="ordered_at", **held)
    joined = own.left_join(
        keyed, [own.order_id == keyed.line_order, own.ordered_at == keyed.line_moment]
    )
    return joined.drop("line_order", "line_moment")


def order_affinity(timeline: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return what a customer's orders have in common, the most frequent value first.

    Args:
        timeline: From `customer_orders`.
        column: A column of it, such as "channel"; or "products" or "categories".

    Returns:
        A frame indexed by value, with

        - `orders`: orders with the value;
        - `share`: of all orders of the customer, as a fraction; of several products an order
          they may add up to more than 1;
        - `last`: the day of the latest of them.

        It is empty where the orders do not have the column, or no value in it.
    """
    if column not in timeline:
        return pd.DataFrame({"orders": [], "share": [], "last": []})
    values = timeline[[column, "ordered_at"]].explode(column).dropna(subset=[column])
    values = values[values[column].astype("str").str.strip() != ""]
    groups = values.groupby(column, sort=True)["ordered_at"]
    table = pd.DataFrame({"orders": groups.size(), "last": groups.max().dt.normalize()})
    table.insert(1, "share", table["orders"] / len(timeline))
    return table.sort_values(["orders", "last"], ascending=False, kind="stable")


def own_waits(timeline: pd.DataFrame) -> tuple[int, ...]:
    """Return the days from each purchase day of a customer to the next one.

    Args:
        timeline: From `customer_orders`.

    Returns:
        Days in the order in which they passed; none for who has bought on one day only.
    """
    days = timeline["ordered_at"].dt.normalize().drop_duplicates()
    return tuple(int(wait) for wait in days.diff().dt.days.dropna())


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows by order; those of one order by what they cost, the dearest first."""
    ordered = rows.assign(length=rows["order_id"].astype("str").str.len())
    by, ascending = ["ordered_at", "length", "order_id"], [True, True, True]
    if "item_share" in rows:
        by, ascending = [*by, "item_share"], [*ascending, False]
    by += [name for name in ("item_product", "item_category") if name in rows]
    ascending += [True] * (len(by) - len(ascending))
    return ordered.sort_values(by, ascending=ascending, kind="stable").drop(columns="length")


def _distinct(values: pd.Series, number: np.ndarray, size: int) -> list[tuple[str, ...]]:
    """The distinct known values of each order, in the order in which they come."""
    gathered: list[dict[str, None]] = [{} for _ in range(size)]
    for place, value in zip(number.tolist(), values.tolist(), strict=True):
        if isinstance(value, str) and value.strip():
            gathered[place].setdefault(value)
    return [tuple(entry) for entry in gathered]
