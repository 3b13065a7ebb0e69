"""Customers whose id contains a text, and customers in the order of what they promise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.validation import all_unknown

#: What customers are ranked by: the first of these that is known.
RANKINGS = {
    "cltv": "expected value",
    "expected_orders": "expected orders",
    "revenue": "revenue",
    "orders": "number of orders",
}
#: Columns of a customer that say nothing where the orders have no amounts.
IN_MONEY = ("monetary_value", "initial_spend", "revenue", "average_order_value", "discount_share")


def find_customers(
    customers: pd.DataFrame, scores: pd.DataFrame | None, query: str = "", limit: int | None = None
) -> tuple[pd.DataFrame, int]:
    """Find customers whose id contains a text, the most valuable first.

    Args:
        customers: From `summarise_customers`.
        scores: From `predict_cltv`; without scores the highest revenue comes first. Without
            amounts the most expected orders, or else the most orders, come first.
        query: The text. Upper and lower case are the same, and it is no pattern.
        limit: The most rows to return.

    Returns:
        A frame with the customers' index, `orders`, `revenue`, `average_order_value`, `last_order`
        and every score, without the amounts where none are known; and how many customers there are
        in all.
    """
    wanted = query.strip()
    rows = np.arange(len(customers))
    if wanted:
        rows = np.flatnonzero(
            customers.index.str.contains(wanted, case=False, regex=False, na=False)
        )
    ranking = ranked_by(customers, scores)
    source = scores if scores is not None and ranking in scores else customers
    rank = source[ranking].to_numpy()
    total = len(rows)
    if limit is not None and total > limit:
        rows = rows[np.argpartition(-rank[rows], limit)[:limit]]
    rows = rows[np.argsort(-rank[rows], kind="stable")]
    names = ["orders", "revenue", "average_order_value", "last_order"]
    if all_unknown(customers["revenue"]):
        names = [name for name in names if name not in IN_MONEY]
    known = customers[names].iloc[rows]
    return (known if scores is None else pd.concat([known, scores.iloc[rows]], axis=1)), total


def ranked_by(customers: pd.DataFrame, scores: pd.DataFrame | None = None) -> str:
    """Return the column that ranks customers, a key of `RANKINGS`.

    Args:
        customers: From `summarise_customers`, with or without the scores beside it.
        scores: From `predict_cltv`, where they stand in a frame of their own.
    """
    for name in RANKINGS:
        known = scores if scores is not None and name in scores else customers
        if name in known and not all_unknown(known[name]):
            return name
    return "orders"


def best_first(customers: pd.DataFrame) -> pd.DataFrame:
    """Return customers the most valuable first, without amounts where none are known.

    Args:
        customers: From `summarise_customers`, with the scores beside it where there are any.
    """
    ordered = customers.sort_values(ranked_by(customers), ascending=False, kind="stable")
    if all_unknown(customers["revenue"]):
        ordered = ordered.drop(columns=[name for name in IN_MONEY if name in ordered])
    return ordered
