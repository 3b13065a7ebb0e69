"""Customers whose id contains a text."""

from __future__ import annotations

import numpy as np
import pandas as pd


def find_customers(
    customers: pd.DataFrame, scores: pd.DataFrame | None, query: str = "", limit: int | None = None
) -> tuple[pd.DataFrame, int]:
    """Find customers whose id contains a text, the most valuable first.

    Args:
        customers: From `summarise_customers`.
        scores: From `predict_cltv`; without scores the highest revenue comes first.
        query: The text. Upper and lower case are the same, and it is no pattern.
        limit: The most rows to return.

    Returns:
        A frame with the customers' index, `orders`, `revenue`, `average_order_value`, `last_order`
        and every score; and how many customers there are in all.
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
