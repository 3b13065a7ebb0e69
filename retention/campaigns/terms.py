"""What the marketer assumes of a campaign: its lift, its offers, its costs and the margin."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, Literal

from retention.campaigns.offers import Offer
from retention.display import displayed
from retention.errors import DataError
from retention.validation import check_number

#: An offer of the terms, by the name of its field.
OPENING: Final = "opening"
MAIN: Final = "offer"
#: The end of the offer that held before.
ENDS: Final = "ends"

#: What may hold from a day of the sequence on.
PhaseOffer = Literal["opening", "offer", "ends"]


@displayed
@dataclass(frozen=True, slots=True)
class Terms:
    """What the marketer assumes. Changing it needs no other forecast.

    Attributes:
        lift: The probability that a customer who would not order within the window does so
            because of the campaign.
        offer: The main offer.
        opening: Another offer, for earlier messages.
        anyway_share: Of the customers who would have ordered anyway, the share who use the offer
            of that day.
        contact_cost: What one message to one customer costs, in money.
        margin: The share of revenue that is left after the goods, before the campaign.
        lift_error: The standard deviation of the lift, where finished tests have measured it; 0
            where it is an assumption. The range of the gain then takes the lift as it is.
        lift_tests: How many finished tests the lift rests on; 0 where it is an assumption.

    Raises:
        DataError: A number is out of range, or an offer is no `Offer`.
    """

    lift: float = 0.05
    offer: Offer = field(default_factory=Offer)
    opening: Offer = field(default_factory=Offer)
    anyway_share: float = 1.0
    contact_cost: float = 0.0
    margin: float = 0.4
    lift_error: float = 0.0
    lift_tests: int = 0

    def __post_init__(self) -> None:
        for name in ("lift", "anyway_share", "margin", "lift_error"):
            check_number(name, getattr(self, name), "a share from 0 to 1", low=0, high=1)
        check_number(
            "lift_tests", self.lift_tests, "a whole number", low=0, high=math.inf, whole=True
        )
        check_number(
            "contact_cost", self.contact_cost, "an amount of 0 or more", low=0, high=math.inf
        )
        for name in (MAIN, OPENING):
            offer = getattr(self, name)
            if not isinstance(offer, Offer):
                raise DataError(f"{name} is {offer!r}. Give an Offer; Offer() is none.")

    def offered(self, name: PhaseOffer) -> Offer:
        """Return the offer of this name.

        Args:
            name: `MAIN`, `OPENING`, or `ENDS` for none.

        Returns:
            The offer.
        """
        if name == ENDS:
            return Offer()
        return self.offer if name == MAIN else self.opening

    @property
    def has_offer(self) -> bool:
        """Whether there is a main or an opening offer."""
        return self.offer.kind != "none" or self.opening.kind != "none"
