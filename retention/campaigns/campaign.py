"""The plan as the marketer sets it: a campaign and its messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from retention.campaigns.economics import (
    ENDS,
    MAIN,
    OPENING,
    Terms,
)
from retention.errors import DataError
from retention.models.model import MAX_HORIZON_DAYS
from retention.validation import is_number

#: Channels that a campaign may go through.
CHANNELS = {
    "email": "E-mail",
    "sms": "SMS",
    "messenger": "Messenger",
    "push": "Web push",
    "post": "Post",
    "phone": "Phone",
    "ads": "Ads to an audience",
}


#: How far a campaign goes down the list of customers, ranked by expected gain.
EVERYBODY, BEST = "everybody", "best"


#: What customers are ranked by: expected gain, or expected gain for each unit of expected cost.
GAIN, RETURN = "gain", "return"


#: The days that a frequency cap counts messages over.
CAP_DAYS = 30


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a sequence: its `day` from the first one on, what it says, and the offer that holds from it on.

    `offer` is "offer" (the main one), "opening", "ends" where the one before ends, or "" where it, if any, holds on.

    Raises:
        DataError: There is no such offer, or the day is no whole number.
    """

    day: int
    text: str = ""
    offer: str = MAIN

    def __post_init__(self) -> None:
        if (
            isinstance(self.day, bool)
            or not isinstance(self.day, (int, np.integer))
            or not isinstance(self.text, str)
        ):
            raise DataError(
                f"A message has a whole number of days and a text, not {self.day!r} and {self.text!r}."
            )
        if self.offer not in (MAIN, OPENING, ENDS, ""):
            known = f"{MAIN!r}, {OPENING!r}, {ENDS!r} (the one before ends) or no new one ('')"
            raise DataError(f"The offer of a message is {known}, not {self.offer!r}.")


@dataclass(frozen=True, slots=True)
class Campaign:
    """What the marketer plans for one segment.

    - `name`; `segments`: names of those it addresses; `strategy`: a key of the playbook, or ""; `channel`: one of
      `CHANNELS`.
    - `messages`: the sequence. Who orders leaves it. `most_messages`: at most so many in 30 days; others are dropped.
    - `window_days`: how long orders count as the campaign's, from the first message on.
    - `terms`: lift, offer, costs and margin; the `Terms` are the marketer's assumptions.
    - `holdout_share`: customers of the audience left without the campaign, as a fraction.
    - `size`: "everybody", "best" (all with an expected gain above 0), or a number of customers: the first ones by
      `ranked_by`, "gain" (expected) or "return" (gain for each unit of cost, which makes the most of a budget).
    - `starts_on`: the day of the first message; the day after the last order unless given. What is expected stands for
      that day, whatever this one is: orders in between are not known.
    - `holdout_key`: what draws the customers held out; the name unless given. With it, a new name changes nobody.

    Raises:
        DataError: A setting is out of range; the message says which.
    """

    name: str
    segments: tuple[str, ...] = ()
    strategy: str = ""
    channel: str = "email"
    messages: tuple[Message, ...] = (Message(0),)
    most_messages: int = 10
    window_days: int = 30
    terms: Terms = field(default_factory=Terms)
    holdout_share: float = 0.1
    size: int | str = EVERYBODY
    starts_on: date | None = None
    holdout_key: str = ""
    ranked_by: str = GAIN

    def __post_init__(self) -> None:
        for said, what in ((self.name, "name"), (self.holdout_key, "holdout key")):
            if not isinstance(said, str) or any("\ud800" <= letter <= "\udfff" for letter in said):
                raise DataError(f"The {what} of the campaign is {said!r}. Give a line of text.")
        if isinstance(self.window_days, bool) or not isinstance(
            self.window_days, (int, np.integer)
        ):
            raise DataError(f"The window is {self.window_days!r} days. Give a whole number.")
        if isinstance(self.segments, str) or not isinstance(self.terms, Terms):
            raise DataError("Give the segments as a list of names, and the assumptions as Terms.")
        if not all(isinstance(message, Message) for message in self.messages):
            raise DataError("Give the sequence as Messages, such as (Message(0), Message(7)).")
        if self.channel not in CHANNELS:
            raise DataError(
                f"There is no channel {self.channel!r}. Choose one of {', '.join(CHANNELS)}."
            )
        if not (is_number(self.holdout_share) and 0 <= self.holdout_share <= 0.9):
            raise DataError(
                f"The share held out is {self.holdout_share!r}. Give a share from 0 to 0.9."
            )
        if isinstance(self.size, bool) or not (
            self.size in (EVERYBODY, BEST)
            or (isinstance(self.size, (int, np.integer)) and self.size >= 1)
        ):
            raise DataError(
                f"The audience size is {self.size!r}. Give 'everybody', 'best' or a number of 1 or more."
            )
        if self.ranked_by not in (GAIN, RETURN):
            raise DataError(f"Customers are ranked by {self.ranked_by!r}. Give 'gain' or 'return'.")
        if not (is_number(self.most_messages) and self.most_messages >= 1):
            raise DataError(f"At most {self.most_messages!r} messages are allowed. Give 1 or more.")
        if not 1 <= self.window_days <= MAX_HORIZON_DAYS:
            raise DataError(
                f"The window is {self.window_days!r} days. Give 1 to {MAX_HORIZON_DAYS:,}."
            )
        if self.starts_on is not None and type(self.starts_on) is not date:
            raise DataError(
                f"The first message goes out on {self.starts_on!r}. Give a date, or None."
            )
        days = [message.day for message in self.messages]
        if not days or days[0] != 0 or any(later <= earlier for earlier, later in pairwise(days)):
            raise DataError(
                "The first message is on day 0, and each of the others on a later day than the one before."
            )
        if days[-1] >= self.window_days:
            raise DataError(
                f"The last message is on day {days[-1]}, and orders count for {self.window_days} days. Lengthen the "
                "window, or send it earlier."
            )

    @property
    def sent(self) -> tuple[Message, ...]:
        """The messages that the frequency cap lets through."""
        kept: list[Message] = []
        for message in self.messages:
            recent = [one for one in kept if message.day - one.day < CAP_DAYS]
            if len(recent) < self.most_messages:
                kept.append(message)
        return tuple(kept)

    @property
    def drawn_by(self) -> str:
        """The text that draws the customers held out."""
        return self.holdout_key or self.name

    def first_day(self, end: date) -> date:
        """Return the day of the first message, for orders whose last day is `end`: never before the day after it."""
        soonest = end + timedelta(days=1)
        return soonest if self.starts_on is None else max(self.starts_on, soonest)

    @property
    def phases(self) -> dict[int, str]:
        """The offers of the messages that are sent, by the day from which each holds; `ENDS` from where none does.

        The end of an offer holds, too, where the message that recalls it is dropped: its last day was told before.
        """
        found: dict[int, str] = {}
        told = {message.day for message in self.sent}
        for message in self.messages:
            heard = message.day in told or message.offer == ENDS
            if heard and message.offer and message.offer != next(reversed(found.values()), ENDS):
                found[message.day] = message.offer
        return found
