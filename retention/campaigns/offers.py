"""What a campaign offers, and what that costs when somebody uses it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from retention.errors import DataError
from retention.validation import is_number

#: Kinds of offers and what their `value` means.
OFFERS = {
    "none": "No offer",
    "amount": "Money off",
    "percentage": "Percentage off",
    "free_delivery": "Free delivery",
    "points": "Points",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer, used at most once by each customer.

    - `kind`: a key of `OFFERS`.
    - `value`: money ("amount"; "free_delivery": what the delivery costs the shop; "points": what they are worth when
      redeemed), or a share of the order ("percentage"; 0.1 is 10 %).
    - `redeemed`: the share of points that are ever redeemed; 1 for everything else.

    Raises:
        DataError: The kind does not exist, or a number is out of range.
    """

    kind: str = "none"
    value: float = 0.0
    redeemed: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in OFFERS:
            raise DataError(f"There is no offer {self.kind!r}. Choose one of {', '.join(OFFERS)}.")
        highest = 1.0 if self.kind == "percentage" else math.inf
        if not (is_number(self.value) and 0 <= self.value <= highest and math.isfinite(self.value)):
            limits = (
                "a share from 0 to 1" if self.kind == "percentage" else "an amount of 0 or more"
            )
            raise DataError(f"The value of the offer is {self.value!r}. Give {limits}.")
        if not (is_number(self.redeemed) and 0 <= self.redeemed <= 1):
            raise DataError(
                f"The share of points redeemed is {self.redeemed!r}. Give a share from 0 to 1."
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
        """Return what a used offer costs on an order of this value, in money.

        >>> Offer("amount", 5).cost(80), Offer("percentage", 0.1).cost(80), Offer("points", 5, 0.4).cost(80)
        (5.0, 8.0, 2.0)
        """
        return float(self.fixed + self.share * order_value)
