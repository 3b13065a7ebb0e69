"""When to send: when customers' next orders are due, and who is left at each message."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.campaigns.arrays import Floats, Places
from retention.campaigns.ledger import Ledger
from retention.campaigns.plan import CampaignPlan
from retention.campaigns.terms import ENDS

#: Days until an order is due, by name: from the one before up to this many, included.
DUE = {"overdue": -1, "today": 0, "this_week": 7, "this_month": 30, "later": np.inf}


def due_in(customers: pd.DataFrame, typical_wait: Floats) -> Floats:
    """Return in how many days each customer's next order is due.

    An order is due at the last order plus the customer's typical (median) wait: half of the
    customers with such a history would have placed it by then.

    Args:
        customers: From `summarise_customers`.
        typical_wait: From `retention.own_segments.features.typical_wait`, in days.

    Returns:
        Days, negative where that day is past; NaN if unknown.
    """
    silence: Floats = (customers["T"] - customers["recency"]).to_numpy(float)
    return np.ceil(typical_wait) - silence


def due_table(plan: CampaignPlan, days: Floats) -> pd.DataFrame:
    """Return when the next orders of the addressed customers are due.

    Args:
        plan: The plan.
        days: From `due_in`, of all customers.

    Returns:
        A row for each of `DUE` and "unknown": `customers`, and `gain`, what addressing them is
        expected to gain, in money.
    """
    treated = plan.treated[:, None] * due_counts(plan.reachable.ledger, days)
    return pd.DataFrame(
        {"customers": treated.sum(axis=0), "gain": plan.gains @ treated},
        index=pd.Index([*DUE, "unknown"], name="due"),
    )


def due_counts(ledger: Ledger, days: Floats) -> Places:
    """Return how many customers of each cell have an order due when.

    Args:
        ledger: The customers by cells.
        days: From `due_in`, of all customers.

    Returns:
        A row for each cell, and a column for each row of `due_table`.
    """
    labels = due_labels(days[ledger.pool.rows])
    shape = len(ledger.customers), len(DUE) + 1
    places = ledger.cell * shape[1] + labels
    return np.bincount(places, minlength=shape[0] * shape[1]).reshape(shape)


def due_labels(days: Floats) -> Places:
    """Return the row of `due_table` that each customer counts to.

    Args:
        days: From `due_in`.

    Returns:
        Positions in `due_table`, one a customer.
    """
    ends = np.array([end for end in DUE.values() if np.isfinite(end)])
    label = np.searchsorted(ends, np.nan_to_num(days, nan=np.inf), side="left")
    return np.where(np.isnan(days), len(DUE), label)


def sequence_table(plan: CampaignPlan) -> pd.DataFrame:
    """Return the sequence with the customers who are still in it.

    Args:
        plan: The plan.

    Returns:
        A row for each message that is sent: `day`, `text`, `offer` (that holds from it on:
        "opening", "offer" or ""), and `customers`, the addressed customers who are expected to
        get it because they have not ordered since the first message.
    """
    campaign, rows = plan.campaign, []
    waiting = plan.reachable.ledger.waiting @ plan.treated
    for message, customers in zip(campaign.sent, waiting, strict=True):
        offers_so_far = [offer for day, offer in campaign.phases.items() if day <= message.day]
        offer = offers_so_far[-1] if offers_so_far and offers_so_far[-1] != ENDS else ""
        rows.append((message.day, message.text, offer, float(customers)))
    return pd.DataFrame(rows, columns=["day", "text", "offer", "customers"])
