"""The holdout: customers who are left without the campaign, so that its effect can be measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

#: How often a comparison may show an effect that is not there.
SIGNIFICANCE = 0.05
#: How often it must show an effect that is there.
POWER = 0.8
#: A lift that is larger by this share is as good: who is drawn moves it as much.
_NEARLY = 0.02
#: Standard errors between both groups' shares at which a difference shows so often.
Z = NormalDist().inv_cdf(1 - SIGNIFICANCE / 2) + NormalDist().inv_cdf(POWER)


@dataclass(frozen=True, slots=True)
class HoldoutPower:
    """What a holdout can show, and what could show the lift that is assumed.

    Attributes:
        buys: The share expected to order without the campaign.
        shown: The smallest lift that it shows in four of five cases; NaN where it shows none.
        assumed: The lift that is assumed.
        customers: Customers who are addressed or held out.
        share_needed: The smallest share to hold out that shows the assumed lift; NaN where not even
            a half would do.
        shown_by_half: The smallest lift that a half held out shows; NaN where it shows none.
        customers_needed: Customers whom it takes with a half held out.
        campaigns_needed: How many campaigns of this size it takes with a half held out.
    """

    buys: float
    shown: float
    assumed: float
    customers: int
    share_needed: float
    shown_by_half: float
    customers_needed: float
    campaigns_needed: float

    @property
    def suffices(self) -> bool:
        """Whether it shows the lift that is assumed, as nearly as anybody is drawn."""
        return self.shown <= self.assumed * (1 + _NEARLY)

    @property
    def difference(self) -> float:
        """The smallest difference of both groups' shares of buyers that it shows, as a fraction."""
        return self.shown * (1 - self.buys)


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

    Source: Cohen (1988), chapter 6, a normal test on the arcsine scale.
    """
    if min(addressed, held_out) < 2 or not 0 <= buys < 1:
        return float("nan")
    effect = Z * (1 / addressed + 1 / held_out) ** 0.5
    angle = np.arcsin(buys**0.5) + effect / 2
    if angle >= np.pi / 2:
        return float("nan")
    return float((np.sin(angle) ** 2 - buys) / (1 - buys))


def holdout_power(addressed: int, held_out: int, buys: float, lift: float) -> HoldoutPower:
    """Return whether a holdout shows the lift that is assumed, and what would.

    Args:
        addressed: Customers who get the campaign.
        held_out: Customers who do not.
        buys: The share expected to order without the campaign.
        lift: The lift that is assumed.

    Returns:
        What it shows, and the holdout, audience and number of campaigns that would do.
    """
    customers = addressed + held_out
    needed = customers_needed(lift, buys, 0.5)
    return HoldoutPower(
        buys=buys,
        shown=detectable_lift(addressed, held_out, buys),
        assumed=lift,
        customers=customers,
        share_needed=share_needed(customers, lift, buys),
        shown_by_half=detectable_lift(customers // 2, customers // 2, buys),
        customers_needed=needed,
        campaigns_needed=needed / customers if customers else math.inf,
    )


def customers_needed(lift: float, buys: float, share: float) -> float:
    """Return how many customers a comparison takes, those held out included.

    Args:
        lift: The lift to show.
        buys: The share expected to order without the campaign.
        share: The share held out.

    Returns:
        The number, infinite where no number would do.

    >>> 1_355 < customers_needed(0.05 / 0.9, 0.10, 0.5) < 1_365
    True
    """
    if not 0 <= buys < 1 or lift <= 0 or not 0 < share < 1:
        return math.inf
    angle = math.asin((buys + lift * (1 - buys)) ** 0.5) - math.asin(buys**0.5)
    number: float = math.ceil((Z / (2 * angle)) ** 2 / (share * (1 - share)))
    return number


def share_needed(customers: int, lift: float, buys: float) -> float:
    """Return the smallest share to hold out that shows a lift.

    Args:
        customers: Customers in all, those held out included.
        lift: The lift to show.
        buys: The share expected to order without the campaign.

    Returns:
        A share of at most a half; NaN where not even a half would do.
    """
    # The product of both shares that it takes; it is a quarter where both are a half.
    product = customers_needed(lift, buys, 0.5) / 4 / customers if customers else math.inf
    return float((1 - (1 - 4 * product) ** 0.5) / 2) if product <= 0.25 else math.nan
