"""Customers who are left without the campaign, so that it can be told what it did: who, and what they can show."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

#: What a comparison is planned for: how often it may see an effect that is not there, and how often it must see one.
SIGNIFICANCE, POWER = 0.05, 0.8


def customer_hashes(customer_ids: pd.Index) -> np.ndarray:
    """Return a 64-bit number of each customer's id, the same on every machine and in every file."""
    return pd.util.hash_array(customer_ids.to_numpy(dtype=object), categorize=False)


def draws(hashes: np.ndarray, name: str) -> np.ndarray:
    """Return a number from 0 to 1 for each customer, as good as random, the same whenever the name is.

    Args:
        hashes: From `customer_hashes`.
        name: Of the campaign: another name holds out other customers.
    """
    salt = pd.util.hash_array(np.array([name], dtype=object), categorize=False)[0]
    return pd.util.hash_array(hashes ^ salt) / 2.0**64


def detectable_lift(addressed: int, held_out: int, buys: float) -> float:
    """Return the smallest lift that a comparison of both groups shows in four of five cases; NaN where none up to 1 is.

    Args:
        addressed, held_out: Customers in either group.
        buys: The share expected to order without the campaign.

    The lift is the share of those who would not order otherwise. Two-sided test of two shares at 5 %.

    Source: statsmodels' power of a normal test on the arcsine scale (Cohen 1988, chapter 6).
    """
    if min(addressed, held_out) < 2 or not 0 <= buys < 1:
        return float("nan")
    angle = np.arcsin(buys**0.5) + _detectable_effect(addressed, held_out) / 2
    if angle >= np.pi / 2:
        return float("nan")
    return float((np.sin(angle) ** 2 - buys) / (1 - buys))


@lru_cache(maxsize=1_000)
def _detectable_effect(addressed: int, held_out: int) -> float:
    """The difference of the shares' angles, 2 asin(sqrt(share)), that so many customers show."""
    # Heavy to import, and only the planner needs it.
    from statsmodels.stats.power import NormalIndPower

    found = NormalIndPower().solve_power(
        nobs1=addressed,
        ratio=held_out / addressed,
        alpha=SIGNIFICANCE,
        power=POWER,
        alternative="two-sided",
    )
    return float(np.ravel(found)[0])
