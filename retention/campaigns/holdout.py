"""The holdout: customers who are left without the campaign, so that its effect can be measured."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from retention.campaigns.arrays import Floats, Hashes

#: How often a comparison may show an effect that is not there.
SIGNIFICANCE = 0.05
#: How often it must show an effect that is there.
POWER = 0.8


def customer_hashes(customer_ids: pd.Index) -> Hashes:
    """Return a number of each customer's id, the same on every machine and in every file.

    Args:
        customer_ids: The customers' ids.

    Returns:
        64-bit numbers, one a customer.
    """
    return pd.util.hash_array(customer_ids.to_numpy(dtype=object), categorize=False)


def draws(hashes: Hashes, name: str) -> Floats:
    """Return a number from 0 to 1 for each customer, close to random.

    Args:
        hashes: From `customer_hashes`.
        name: Of the campaign. The same name draws the same numbers; another name draws others.

    Returns:
        The numbers, one a customer.
    """
    salt = pd.util.hash_array(np.array([name], dtype=object), categorize=False)[0]
    numbers: Floats = pd.util.hash_array(hashes ^ salt) / 2.0**64
    return numbers


def detectable_lift(addressed: int, held_out: int, buys: float) -> float:
    """Return the smallest lift that a comparison of both groups shows in four of five cases.

    The lift is the share of those who would not order otherwise. The test is two-sided, of two
    shares, at 5 % significance.

    Args:
        addressed: Customers who get the campaign.
        held_out: Customers who do not.
        buys: The share expected to order without the campaign.

    Returns:
        The lift; NaN where no lift up to 1 is shown.

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
    """The detectable difference of the shares' angles, 2 asin(sqrt(share))."""
    # Heavy to import, and only the planner needs it.
    from statsmodels.stats.power import NormalIndPower

    effect = NormalIndPower().solve_power(
        nobs1=addressed,
        ratio=held_out / addressed,
        alpha=SIGNIFICANCE,
        power=POWER,
        alternative="two-sided",
    )
    return float(np.ravel(effect)[0])
