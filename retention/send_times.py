"""When to send: who is due for the next order by their own rhythm, and who is left at each message of a sequence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.campaigns import Campaign, Reachable

#: Days until an order is due, by name: from the one before up to this many, included.
DUE = {"overdue": -1, "today": 0, "this_week": 7, "this_month": 30, "later": np.inf}


def due_in(customers: pd.DataFrame, typical_wait: np.ndarray) -> np.ndarray:
    """Return in how many days each customer's next order is due, negative where that day is past, NaN if unknown.

    An order is due when half of the customers with such a history would have placed it: at the last order plus the
    customer's typical (median) wait, from `retention.features.typical_wait`.
    """
    silence = (customers["T"] - customers["recency"]).to_numpy(float)
    return np.ceil(typical_wait) - silence


def due_table(days: np.ndarray, gains: np.ndarray | None = None) -> pd.DataFrame:
    """Return how many customers are due when: a row for each of `DUE` and "unknown".

    Args:
        days: From `due_in`.
        gains: Of addressing each of them, in money.

    Columns: `customers`, and `gain`, their sum of `gains` (0 without).
    """
    label = due_labels(days)
    names = [*DUE, "unknown"]
    gains = np.zeros(len(days)) if gains is None else gains
    return pd.DataFrame(
        {
            "customers": np.bincount(label, minlength=len(names)),
            "gain": np.bincount(label, weights=gains, minlength=len(names)),
        },
        index=pd.Index(names, name="due"),
    )


def due_labels(days: np.ndarray) -> np.ndarray:
    """Return the row of `due_table` that each customer counts to."""
    ends = np.array([end for end in DUE.values() if np.isfinite(end)])
    label = np.searchsorted(ends, np.nan_to_num(days, nan=np.inf), side="left")
    return np.where(np.isnan(days), len(DUE), label)


def sequence_table(audience: Reachable, campaign: Campaign, chosen: np.ndarray | None = None) -> pd.DataFrame:
    """Return the sequence with who is still in it: a row a message that is sent.

    Args:
        audience: Of the campaign.
        campaign: The same one.
        chosen: Which customers of the audience's pool are addressed; everybody if None.

    Columns: `day`, `text`, `offer` (that holds from it on: "opening", "offer" or ""), `customers` expected to get it:
    those who have not ordered since the first message.
    """
    pool = audience.book.pool
    inside = np.ones(len(pool), dtype=bool) if chosen is None else chosen
    still = pool.waiting[:, inside].sum(axis=1)
    holds, rows = "", []
    for message, customers in zip(campaign.sent, still, strict=True):
        holds = message.offer or holds
        rows.append((message.day, message.text, holds, float(customers)))
    return pd.DataFrame(rows, columns=["day", "text", "offer", "customers"])
