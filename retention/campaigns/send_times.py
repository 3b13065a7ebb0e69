"""When to send: who is due for the next order by their own rhythm, and who is left at each message of a sequence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.campaigns.economics import ENDS, Ledger
from retention.campaigns.plan import CampaignPlan

#: Days until an order is due, by name: from the one before up to this many, included.
DUE = {"overdue": -1, "today": 0, "this_week": 7, "this_month": 30, "later": np.inf}


def due_in(customers: pd.DataFrame, typical_wait: np.ndarray) -> np.ndarray:
    """Return in how many days each customer's next order is due, negative where that day is past, NaN if unknown.

    An order is due when half of the customers with such a history would have placed it: at the last order plus the
    customer's typical (median) wait, from `retention.own_segments.features.typical_wait`.
    """
    silence = (customers["T"] - customers["recency"]).to_numpy(float)
    return np.ceil(typical_wait) - silence


def due_table(plan: CampaignPlan, days: np.ndarray) -> pd.DataFrame:
    """Return when the next orders of the addressed customers are due: a row for each of `DUE` and "unknown".

    Args:
        plan: The plan.
        days: From `due_in`, of all customers.

    Columns: `customers`, and `gain`, what addressing them is expected to gain.
    """
    book, names = plan.reachable.book, [*DUE, "unknown"]
    counts = due_counts(book, days)
    treated = plan.treated[:, None] * counts
    return pd.DataFrame(
        {"customers": treated.sum(axis=0), "gain": plan.gains @ treated},
        index=pd.Index(names, name="due"),
    )


def due_counts(book: Ledger, days: np.ndarray) -> np.ndarray:
    """Return how many customers of each cell (row) have an order due when (columns as the rows of `due_table`)."""
    labels = due_labels(days[book.pool.rows])
    shape = len(book.customers), len(DUE) + 1
    return np.bincount(book.cell * shape[1] + labels, minlength=shape[0] * shape[1]).reshape(shape)


def due_labels(days: np.ndarray) -> np.ndarray:
    """Return the row of `due_table` that each customer counts to."""
    ends = np.array([end for end in DUE.values() if np.isfinite(end)])
    label = np.searchsorted(ends, np.nan_to_num(days, nan=np.inf), side="left")
    return np.where(np.isnan(days), len(DUE), label)


def sequence_table(plan: CampaignPlan) -> pd.DataFrame:
    """Return the sequence with who is still in it: a row a message that is sent.

    Columns: `day`, `text`, `offer` (that holds from it on: "opening", "offer" or ""), `customers` of the addressed who
    are expected to get it: those who have not ordered since the first message.
    """
    still = plan.reachable.book.waiting @ plan.treated
    rows = []
    for message, customers in zip(plan.campaign.sent, still, strict=True):
        holds = [offer for day, offer in plan.campaign.phases.items() if day <= message.day]
        rows.append(
            (
                message.day,
                message.text,
                holds[-1] if holds and holds[-1] != ENDS else "",
                float(customers),
            )
        )
    return pd.DataFrame(rows, columns=["day", "text", "offer", "customers"])
