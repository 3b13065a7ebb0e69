"""A small shop with a campaign whose effect is known: its orders as a file, and its two groups."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from retention import Campaign, Terms
from retention.experiments.campaign_test import CampaignTest

FIRST = date(2025, 1, 1)
START = date(2026, 3, 1)
END = date(2026, 3, 28)
#: The last day of the shop's orders.
LAST = date(2026, 4, 10)
CUSTOMERS = 900
HEADER = "Order,Email,Date,Total"


@cache
def _orders(share_persuaded: float) -> pd.DataFrame:
    """The orders of the shop. The first two in three customers were addressed."""
    rng = np.random.default_rng(7)
    rows = []
    span = (LAST - FIRST).days
    addressed = rng.random(CUSTOMERS) < 0.6
    for number in range(CUSTOMERS):
        day = int(rng.integers(0, 380))
        pause = rng.gamma(2.0, 60.0)
        while day <= span:
            rows.append((number, day))
            day += 1 + int(rng.exponential(pause))
            if rng.random() < 0.12:
                break
    window = (START - FIRST).days
    persuaded = np.flatnonzero(addressed & (rng.random(CUSTOMERS) < share_persuaded))
    rows.extend((int(number), window + int(rng.integers(0, 20))) for number in persuaded)
    frame = pd.DataFrame(rows, columns=["number", "day"]).sort_values(["day", "number"])
    frame["total"] = np.round(rng.gamma(4.0, 10.0, len(frame)) + 5, 2)
    frame["addressed"] = addressed[frame["number"]]
    return frame


def email(number: int) -> str:
    """The address of a customer."""
    return f"c{number:04d}@example.com"


def order_csv(until: date = LAST, share_persuaded: float = 0.3) -> bytes:
    """The shop's orders up to a day as a file."""
    frame = _orders(share_persuaded)
    frame = frame[frame["day"] <= (until - FIRST).days]
    lines = [
        f"{place},{email(row.number)},{FIRST + timedelta(days=int(row.day))},{row.total}"
        for place, row in enumerate(frame.itertuples(), start=1)
    ]
    return "\n".join([HEADER, *lines]).encode()


def groups(share_persuaded: float = 0.3) -> pd.DataFrame:
    """Both groups of the campaign: customers with an order before its start."""
    frame = _orders(share_persuaded)
    known = frame[frame["day"] < (START - FIRST).days].drop_duplicates("number")
    return pd.DataFrame(
        {
            "customer_id": [email(number) for number in known["number"]],
            "group": np.where(known["addressed"], "addressed", "held_out"),
        }
    )


def campaign_test(
    name: str = "Spring mail",
    *,
    share_persuaded: float = 0.3,
    start: date = START,
    end: date = END,
    contact_cost: float = 0.1,
) -> CampaignTest:
    """The campaign as a test."""
    campaign = Campaign(
        name,
        segments=("Lapsed",),
        strategy="messages",
        window_days=(end - start).days + 1,
        terms=Terms(contact_cost=contact_cost, margin=0.4),
        holdout_share=0.4,
        starts_on=start,
    )
    return CampaignTest(campaign=campaign, groups=groups(share_persuaded), start=start, end=end)
