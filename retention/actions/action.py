"""The records of what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from retention.campaigns.campaign import Campaign
from retention.campaigns.economics import Range
from retention.display import displayed
from retention.wording import count, general, money, plural

#: What an action rests on.
ActionKey = Literal[
    "silent_vips",
    "quiet_loyal",
    "quiet_repeat",
    "reorders_due",
    "second_order",
    "weak_channel",
    "discount_habit",
    "largest_gap",
]

#: What is known of reaching people: who agreed, only where to write, or not even that.
Reach = Literal["consent known", "consent unknown", "no contact"]
_MAY: dict[Reach, str] = {
    "consent known": "may be written to",
    "consent unknown": "have no reason to be left out, but the file does not say who agreed",
    "no contact": "have no reason to be left out, but the file has no address to write to",
}

#: What a campaign of each strategy is called in a sentence.
DEEDS = {
    "reactivation": "a win-back sequence",
    "referral": "an invitation to refer friends",
    "deals": "a deal for them",
    "membership": "a membership",
    "loyalty": "a reminder of their points",
    "messages": "a reminder",
    "reviews": "a question how they liked it",
    "cross_sell": "a follow-up to their order",
    "service_recovery": "a personal answer",
    "service": "help with their order",
}


@displayed
@dataclass(frozen=True, slots=True, eq=False)
class NextAction:
    """One thing to do next: the reason, the people, what it should bring, and its campaign.

    Attributes:
        key: What it rests on.
        name: What its people are called: the segment that the campaign addresses.
        reason: Why these people now, a sentence.
        customers: Their ids.
        worth: What they are expected to spend within 12 months, in money, with its 80 % range.
        gain: What the campaign is expected to bring after its cost, in money, with its 80 % range.
            The lift is the one that its campaign assumes.
        campaign: The campaign, ready to be planned or changed.
        left_out: Customers among them who may not be written to, by reason; only those that occur.
        addressed: Customers whom the campaign writes to.
        held_out: Customers who are left without it, to measure the effect.
        below_cut: Customers who may be written to, and for whom a message does not pay.
        shown_lift: The smallest lift that the holdout shows in four of five cases; NaN where it
            shows none.
        reach: Whether the orders have what the campaign's channel needs, and who agreed to it.
        currency: Of the amounts.
    """

    key: ActionKey
    name: str
    reason: str
    customers: pd.Index
    worth: Range
    gain: Range
    campaign: Campaign
    left_out: dict[str, int]
    addressed: int
    held_out: int
    below_cut: int
    shown_lift: float
    reach: Reach
    currency: str | None

    @property
    def number(self) -> int:
        """How many customers it is about."""
        return len(self.customers)

    @property
    def reachable(self) -> int:
        """How many of them may be written to."""
        return self.number - sum(self.left_out.values())

    @property
    def promise(self) -> str:
        """What the people are worth, and what the campaign should bring, a sentence."""
        deed = DEEDS.get(self.campaign.strategy, "a campaign")
        ends = (self.gain.expected, self.gain.low, self.gain.high)
        worth = _amount(self.worth.expected, self.currency, self.worth.expected)
        gain, low, high = (_amount(x, self.currency, max(map(abs, ends))) for x in ends)
        return (
            f"They are worth {worth} a year; {deed} should bring {gain} "
            f"(80% range {low} to {high})."
        )

    @property
    def sentence(self) -> str:
        """The reason and the promise."""
        return f"{self.reason} {self.promise}"

    @property
    def contactability(self) -> str:
        """How many may be written to, and how many the campaign writes to, a sentence."""
        words = f"{count(self.reachable)} of {plural(self.number, 'customer')} {_MAY[self.reach]}"
        if self.left_out:
            most = max(self.left_out, key=lambda reason: self.left_out[reason])
            words += f" ({count(self.left_out[most])}: {most[0].lower()}{most[1:]})"
        lift = self.campaign.terms.lift
        # NaN is a holdout that shows nothing.
        enough = (
            "" if self.shown_lift <= lift else f", too few to prove {general(lift * 100, 3)} in 100"
        )
        cut = f"; for {count(self.below_cut)} it would not pay" if self.below_cut else ""
        return (
            f"{words}. The campaign writes to {count(self.addressed)} and holds out "
            f"{count(self.held_out)}{enough}{cut}."
        )


@displayed
@dataclass(frozen=True, slots=True)
class NextActions:
    """What to do next, and what would bring more to do.

    Attributes:
        actions: At most five, the largest expected gain first. No customer is in two of them.
        missing: What the orders lack for other actions, a sentence each.
    """

    actions: tuple[NextAction, ...]
    missing: tuple[str, ...]


def _amount(x: float, currency: str | None, largest: float) -> str:
    """An amount, without cents where the largest beside it has two digits before them or more.

    Nobody knows the gain of a campaign to the cent.
    """
    if largest < 10:
        return money(x, currency)
    return money(round(x), currency, short=True, whole=True)
