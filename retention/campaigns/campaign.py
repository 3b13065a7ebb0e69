"""The plan as the marketer sets it: a campaign and its messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, Literal

from retention import wording
from retention.campaigns.terms import ENDS, MAIN, OPENING, PhaseOffer, Terms
from retention.display import displayed
from retention.errors import DataError
from retention.models.model import MAX_HORIZON_DAYS
from retention.periods import Window
from retention.validation import check_choice, check_known, check_number, is_number, is_whole

Channel = Literal["email", "sms", "messenger", "push", "post", "phone", "ads"]
#: What a message may carry: an offer, the end of one, or "" where nothing changes.
MessageOffer = Literal["opening", "offer", "ends", ""]
Size = Literal["everybody", "best"]
Ranking = Literal["gain", "return"]

#: The channels that a campaign may go through, by what a list of them shows.
CHANNELS: dict[Channel, str] = {
    "email": "E-mail",
    "sms": "SMS",
    "messenger": "Messenger",
    "push": "Web push",
    "post": "Post",
    "phone": "Phone",
    "ads": "Ads to an audience",
}

#: How far a campaign goes down the list of customers: to its end, or to the last expected gain.
EVERYBODY: Final = "everybody"
BEST: Final = "best"

#: What ranks customers: expected gain, or expected gain for each unit of expected cost.
GAIN: Final = "gain"
RETURN: Final = "return"

#: The days over which a frequency cap counts messages.
CAP_DAYS = 30


@displayed
@dataclass(frozen=True, slots=True)
class Message:
    """One message of a sequence.

    Attributes:
        day: The day it goes out, counted from the first message, which is on day 0.
        text: What it says.
        offer: The offer that holds from it on: "offer" (the main one) or "opening"; "ends" where
            the offer before ends; "" where nothing changes.

    Raises:
        DataError: There is no such offer, or the day is no whole number.
    """

    day: int
    text: str = ""
    offer: MessageOffer = MAIN

    def __post_init__(self) -> None:
        if not is_whole(self.day) or not isinstance(self.text, str):
            raise DataError(
                "A message has a whole number of days and a text, not "
                f"{self.day!r} and {self.text!r}."
            )
        check_choice("The offer of a message", self.offer, (MAIN, OPENING, ENDS, ""))


@displayed
@dataclass(frozen=True, slots=True)
class Campaign:
    """What the marketer plans for one segment or several.

    Attributes:
        name: What the campaign is called.
        segments: The names of the segments that it addresses.
        strategy: A key of the playbook; "" for a campaign of the marketer's own.
        channel: A key of `CHANNELS`.
        messages: The sequence. A customer who orders leaves it.
        most_messages: The frequency cap: messages to one customer in 30 days. Messages beyond it
            are not sent.
        window_days: How long orders count as the campaign's, from the first message on.
        terms: The marketer's assumptions.
        holdout_share: The share of the audience that is left without the campaign, as a fraction.
        size: "everybody", "best" (every customer with an expected gain above 0), or a number of
            customers: the first ones by `ranked_by`.
        starts_on: The day of the first message; as soon as possible if None. A day that has passed
            counts as today. Expected values hold for the days after the last order in any case,
            because later orders are not known.
        holdout_key: The text that draws the held-out customers; the name if empty. With a key, a
            new name holds out the same customers.
        ranked_by: "gain" (expected) or "return" (expected gain for each unit of cost, which makes
            the most of a budget).

    Raises:
        DataError: A setting is out of range; the message says which.
    """

    name: str
    segments: tuple[str, ...] = ()
    strategy: str = ""
    channel: Channel = "email"
    messages: tuple[Message, ...] = (Message(0),)
    most_messages: int = 10
    window_days: int = 30
    terms: Terms = field(default_factory=Terms)
    holdout_share: float = 0.1
    size: int | Size = EVERYBODY
    starts_on: date | None = None
    holdout_key: str = ""
    ranked_by: Ranking = GAIN

    def __post_init__(self) -> None:
        _check_text("name", self.name)
        _check_text("holdout key", self.holdout_key)
        if isinstance(self.segments, str) or not isinstance(self.terms, Terms):
            raise DataError("Give the segments as a list of names, and the assumptions as Terms.")
        check_known("channel", self.channel, CHANNELS)
        check_choice("The ranking", self.ranked_by, (GAIN, RETURN))
        self._check_numbers()
        if self.starts_on is not None and type(self.starts_on) is not date:
            raise DataError(
                f"The first message goes out on {self.starts_on!r}. Give a date, or None."
            )
        _check_sequence(self.messages, self.window_days)

    def _check_numbers(self) -> None:
        check_number(
            "The window",
            self.window_days,
            f"a whole number from 1 to {wording.count(MAX_HORIZON_DAYS)}",
            low=1,
            high=MAX_HORIZON_DAYS,
            whole=True,
            unit="days",
        )
        check_number(
            "The share held out", self.holdout_share, "a share from 0 to 0.9", low=0, high=0.9
        )
        if self.size not in (EVERYBODY, BEST):
            advice = "'everybody', 'best' or a number of 1 or more"
            check_number("The audience size", self.size, advice, low=1, whole=True)
        if not (is_number(self.most_messages) and self.most_messages >= 1):
            raise DataError(f"At most {self.most_messages!r} messages are allowed. Give 1 or more.")

    @property
    def sent(self) -> tuple[Message, ...]:
        """The messages that the frequency cap lets through."""
        kept: list[Message] = []
        for message in self.messages:
            recent = [earlier for earlier in kept if message.day - earlier.day < CAP_DAYS]
            if len(recent) < self.most_messages:
                kept.append(message)
        return tuple(kept)

    @property
    def drawn_by(self) -> str:
        """The text that draws the held-out customers."""
        return self.holdout_key or self.name

    def first_day(self, end: date, today: date | None = None) -> date:
        """Return the day of the first message, which is never in the past.

        Args:
            end: The last day of the orders. The first message goes out on a later day.
            today: The present day; that of the computer's clock unless given.
        """
        soonest = soonest_day(end, today)
        return soonest if self.starts_on is None else max(self.starts_on, soonest)

    def window(self, end: date, today: date | None = None) -> Window:
        """Return the days on which orders count as the campaign's, from its first day on.

        Args:
            end: As in `first_day`.
            today: As in `first_day`.
        """
        return Window.of_days(self.first_day(end, today), self.window_days)

    @property
    def phases(self) -> dict[int, PhaseOffer]:
        """The offers of the messages that are sent, by the first day of each.

        `ENDS` stands for days without an offer. An offer ends on its day even where the cap drops
        the message that recalls it: an earlier message has told the last day.
        """
        phases: dict[int, PhaseOffer] = {}
        days_sent = {message.day for message in self.sent}
        for message in self.messages:
            before = next(reversed(phases.values()), ENDS)
            is_sent = message.day in days_sent or message.offer == ENDS
            if is_sent and message.offer and message.offer != before:
                phases[message.day] = message.offer
        return phases


def soonest_day(end: date, today: date | None = None) -> date:
    """Return the first day on which a message can go out: today, and after the last order.

    Args:
        end: The last day of the orders.
        today: The present day; that of the computer's clock unless given.

    >>> soonest_day(date(2011, 12, 9), date(2026, 3, 1))
    datetime.date(2026, 3, 1)
    """
    return max(end + timedelta(days=1), today or date.today())


def _check_text(subject: str, text: object) -> None:
    # Half of a surrogate pair can be in no file.
    if not isinstance(text, str) or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise DataError(f"The {subject} of the campaign is {text!r}. Give a line of text.")


def _check_sequence(messages: Iterable[Message], window_days: int) -> None:
    if not all(isinstance(message, Message) for message in messages):
        raise DataError("Give the sequence as Messages, such as (Message(0), Message(7)).")
    days = [message.day for message in messages]
    if not days or days[0] != 0 or any(later <= earlier for earlier, later in pairwise(days)):
        raise DataError(
            "The first message is on day 0, and each of the others on a later day than the one "
            "before."
        )
    if days[-1] >= window_days:
        raise DataError(
            f"The last message is on day {days[-1]}, and orders count for {window_days} days. "
            "Lengthen the window, or send it earlier."
        )
