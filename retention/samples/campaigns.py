"""Campaigns that the sample store has sent: who got them, and the orders that they brought.

Their effect is known, because it is drawn. What a measurement finds can be compared with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from retention.periods import Window
from retention.random_draws import customer_hashes, draws
from retention.samples import world

#: A store with fewer customers has sent none: nothing could be told from its groups.
FEWEST_CUSTOMERS = 6_000
# Days of orders before a campaign, so that it can be told who has gone quiet.
_DAYS_BEFORE = 730
# Streams of their own, so that the orders of a seed stay what they are without campaigns.
_STREAM = 6
# Who is active or quiet, as the app's stages have it: the days since the last order from which a
# customer is quiet, with few orders and with many.
_MANY_ORDERS, _QUIET_FEW, _QUIET_MANY = 4, 60, 90
_LONGEST_QUIET = 730
# An order that a message brings comes this many days after it on average.
_ANSWER_DAYS = 7.0


@dataclass(frozen=True, slots=True)
class CampaignTruth:
    """A campaign as it was planned, and the effect that it truly had.

    Attributes:
        name: What it is called. It draws the groups.
        strategy: A key of the playbook.
        segments: The names of the segments that it addresses.
        audience: Customers of two orders or more who are active, or who have gone quiet.
        start: The day of the first message.
        end: The last day that counts.
        messages: The day of each e-mail, counted from the first one, and what it says.
        holdout_share: The share of the audience that got nothing, as a fraction.
        contact_cost: Of one message, in money.
        points: What a customer who orders gets in points, in money; 0 for no offer.
        lift: The probability that a customer who would not order otherwise did so because of it.
    """

    name: str
    strategy: str
    segments: tuple[str, ...]
    audience: Literal["active", "quiet"]
    start: date
    end: date
    messages: tuple[tuple[int, str], ...]
    holdout_share: float
    contact_cost: float
    points: float
    lift: float

    @property
    def window(self) -> Window:
        """The days that count."""
        return Window(start=self.start, end=self.end)

    @property
    def days(self) -> int:
        """How many days count."""
        return self.window.days


#: One that worked, and one that did not.
CAMPAIGNS = (
    CampaignTruth(
        name="Reminder in August",
        strategy="reactivation",
        segments=("At risk", "Lapsed"),
        audience="quiet",
        start=date(2026, 8, 17),
        end=date(2026, 9, 13),
        messages=((0, "What is new since the last order"), (10, "The favourites are still here")),
        holdout_share=0.33,
        contact_cost=0.02,
        points=0.0,
        lift=0.055,
    ),
    CampaignTruth(
        name="Bonus points",
        strategy="loyalty",
        segments=("Repeat", "Loyal", "VIP"),
        audience="active",
        start=date(2026, 9, 21),
        end=date(2026, 10, 20),
        messages=((0, "Points worth $8 on the next order"), (14, "The points end in two weeks")),
        holdout_share=0.33,
        contact_cost=0.02,
        points=8.0,
        lift=0.0,
    ),
)


class SentCampaign(NamedTuple):
    """A campaign of a store.

    Attributes:
        truth: What was planned, and what it did.
        groups: A row a customer: `customer_id`, the e-mail address, and `group`, "addressed" or
            "held_out".
    """

    truth: CampaignTruth
    groups: pd.DataFrame


class Brought(NamedTuple):
    """The orders that a campaign brought.

    Attributes:
        who: The place of each order's customer among the store's people.
        day: When it was placed, in days from the store's first one.
        rng: The source of chance for all else of these orders.
    """

    who: npt.NDArray[np.int64]
    day: npt.NDArray[np.float64]
    rng: np.random.Generator


def campaigns_of(customers: int, first: np.datetime64, days: int) -> tuple[CampaignTruth, ...]:
    """Return the campaigns that a store has sent: those whose days its orders hold whole.

    Args:
        customers: How many customers it has.
        first: Its first day.
        days: How many days it has.
    """
    if customers < FEWEST_CUSTOMERS:
        return ()
    return tuple(
        truth
        for truth in CAMPAIGNS
        if _days_from(first, truth.start) >= _DAYS_BEFORE
        and _days_from(first, truth.window.look_on) < days
    )


def groups_of(
    truth: CampaignTruth,
    orders: pd.DataFrame,
    people: pd.DataFrame,
    first: np.datetime64,
    earlier: Sequence[pd.DataFrame] = (),
) -> pd.DataFrame:
    """Return who got a campaign and who was held out, by the orders before its start alone.

    Args:
        truth: The campaign.
        orders: The store's orders that took place: `who` (place in `people`) and `day`.
        people: The store's customers: `email` ("" for guests), `consent`.
        first: The store's first day.
        earlier: The groups of campaigns before it. Their customers are left alone.

    Returns:
        A row a customer: `who`, `customer_id` and `group`.
    """
    start = _days_from(first, truth.start)
    before = orders[orders["day"] < start]
    by_person = before.groupby("who")["day"]
    number = by_person.size()
    quiet_days = start - 1 - np.floor(by_person.max())
    is_quiet = quiet_days >= np.where(number >= _MANY_ORDERS, _QUIET_MANY, _QUIET_FEW)
    suits = is_quiet & (quiet_days <= _LONGEST_QUIET) if truth.audience == "quiet" else ~is_quiet
    may_be_mailed = (people["email"] != "") & people["consent"]
    was_in_one = number.index.isin([who for groups in earlier for who in groups["who"]])
    suits &= (number >= 2) & may_be_mailed.reindex(number.index) & ~was_in_one
    who = number.index[suits]
    email = people["email"].to_numpy(dtype=object)[who]
    drawn = draws(customer_hashes(pd.Index(email, dtype=object)), truth.name)
    return pd.DataFrame(
        {
            "who": who,
            "customer_id": email,
            "group": np.where(drawn < truth.holdout_share, "held_out", "addressed"),
        }
    )


def orders_brought(
    truth: CampaignTruth,
    groups: pd.DataFrame,
    orders: pd.DataFrame,
    first: np.datetime64,
    seed: int,
) -> Brought:
    """Draw the orders of addressed customers who would not have ordered otherwise.

    Args:
        truth: The campaign.
        groups: From `groups_of`.
        orders: As in `groups_of`.
        first: The store's first day.
        seed: The store's seed.
    """
    rng = np.random.Generator(np.random.PCG64([seed, _STREAM, CAMPAIGNS.index(truth)]))
    start = _days_from(first, truth.start)
    ordered_anyway = orders.loc[orders["day"].between(start, start + truth.days, "left"), "who"]
    addressed = groups.loc[groups["group"] == "addressed", "who"].to_numpy()
    brought = ~np.isin(addressed, ordered_anyway) & (rng.random(len(addressed)) < truth.lift)
    who = addressed[brought]
    sent = rng.choice([day for day, _ in truth.messages], len(who))
    # From the first moment after the message to the end, and at an hour at which people order.
    rest = -np.expm1(-(truth.days - sent) / _ANSWER_DAYS)
    answered = sent - _ANSWER_DAYS * np.log1p(-rng.random(len(who)) * rest)
    hours = np.concatenate([[0.0], np.cumsum(world.HOURS)]) / sum(world.HOURS)
    hour = np.interp(rng.random(len(who)), hours, np.arange(25) / 24)
    day = start + np.minimum(np.floor(answered), truth.days - 1) + hour
    return Brought(who=who, day=day, rng=rng)


def _days_from(first: np.datetime64, day: date) -> int:
    return int((np.datetime64(day, "D") - first).astype(int))
