"""What a campaign offers, and what that costs when somebody uses it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from retention.display import displayed
from retention.validation import check_known, check_number

OfferKind = Literal["none", "amount", "percentage", "free_delivery", "points"]

#: The kinds of offers by what a list of them shows.
OFFERS: dict[OfferKind, str] = {
    "none": "No offer",
    "amount": "Money off",
    "percentage": "Percentage off",
    "free_delivery": "Free delivery",
    "points": "Points",
}


@displayed
@dataclass(frozen=True, slots=True)
class Offer:
    """One offer, used at most once by each customer.

    Attributes:
        kind: A key of `OFFERS`.
        value: A share of the order for "percentage", where 0.1 is 10 %; an amount of money for
            the other kinds. For "free_delivery" it is what the delivery costs the shop. For
            "points" it is what they are worth when they are redeemed.
        redeemed: The share of points that are ever redeemed; 1 for the other kinds.

    Raises:
        DataError: The kind does not exist, or a number is out of range.
    """

    kind: OfferKind = "none"
    value: float = 0.0
    redeemed: float = 1.0

    def __post_init__(self) -> None:
        check_known("offer", self.kind, OFFERS)
        is_share = self.kind == "percentage"
        check_number(
            "The value of the offer",
            self.value,
            "a share from 0 to 1" if is_share else "an amount of 0 or more",
            low=0,
            high=1 if is_share else math.inf,
        )
        check_number(
            "The share of points redeemed", self.redeemed, "a share from 0 to 1", low=0, high=1
        )

    @property
    def fixed(self) -> float:
        """What a used offer costs whatever the order's value, in money."""
        if self.kind in ("none", "percentage"):
            return 0.0
        return self.value * (self.redeemed if self.kind == "points" else 1.0)

    @property
    def share(self) -> float:
        """What a used offer costs as a share of the order's value."""
        return self.value if self.kind == "percentage" else 0.0

    def cost(self, order_value: float) -> float:
        """Return what a used offer costs on an order of this value.

        Args:
            order_value: The order's value, in money.

        Returns:
            Money.

        >>> Offer("amount", 5).cost(80), Offer("percentage", 0.1).cost(80)
        (5.0, 8.0)
        >>> Offer("points", 5, redeemed=0.4).cost(80)
        2.0
        """
        return float(self.fixed + self.share * order_value)
