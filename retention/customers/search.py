"""Customers whose id contains a text."""

from __future__ import annotations

import numpy as np
import pandas as pd


def find_customers(
    customers: pd.DataFrame, scores: pd.DataFrame | None, query: str = "", limit: int | None = None
) -> tuple[pd.DataFrame, int]:
    """Customers whose id contains `query`, the most valuable first, and how many there are in all.

    Upper and lower case are the same, and the query is text, not a pattern. `limit` caps the rows returned.
    The frame has the customers' index, `orders, revenue, average_order_value, last_order` and every score;
    without scores (None) the highest revenue comes first.
    """
    wanted = query.strip()
    rows = np.arange(len(customers))
    if wanted:
        rows = np.flatnonzero(
            customers.index.str.contains(wanted, case=False, regex=False, na=False)
        )
    rank = (customers["revenue"] if scores is None else scores["cltv"]).to_numpy()
    total = len(rows)
    if limit is not None and total > limit:
        rows = rows[np.argpartition(-rank[rows], limit)[:limit]]
    rows = rows[np.argsort(-rank[rows], kind="stable")]
    known = customers[["orders", "revenue", "average_order_value", "last_order"]].iloc[rows]
    return (known if scores is None else pd.concat([known, scores.iloc[rows]], axis=1)), total
