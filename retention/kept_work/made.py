"""What a visitor has made that no other package has a record of."""

from dataclasses import dataclass, replace

import pandas as pd

from retention.display import displayed
from retention.wording import plural


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Customers whom the marketer leaves alone in every campaign.

    Attributes:
        quiet_days: Days after an order during which a customer is left alone.
        unknown_consent: Whether to write to customers whose consent is not known.
        home_country: ISO code of the country of customers without one, from the store settings;
            empty if not chosen.
        listed: Ids and addresses of an uploaded list.
    """

    quiet_days: int = 0
    unknown_consent: bool = False
    home_country: str = ""
    listed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class FixedChoice:
    """Customers under a name.

    Attributes:
        name: The name, without `CHOSEN`.
        about: Who they are, a sentence.
        customers: Their ids.
        digest: Of the orders that they were chosen from.
    """

    name: str
    about: str
    customers: pd.Index
    digest: str


@dataclass(frozen=True, slots=True)
class NotedTest:
    """What is noted of a campaign that has gone out, beside its groups.

    Attributes:
        name: Of the campaign.
        is_read: Whether the visitor has seen its result.
        is_drawn_again: Whether its groups were drawn after the fact.
        sent: The customers who were really sent it, by a list; None without a list.
    """

    name: str
    is_read: bool = False
    is_drawn_again: bool = False
    sent: frozenset[str] | None = None


@displayed
@dataclass(frozen=True, slots=True)
class JoinedFiles:
    """Exports of one shop that were added to a first one.

    Attributes:
        first: What the first one is called.
        newer: How many were added that end on the same day or later.
        older: How many were added that end before.

    >>> JoinedFiles("jan.csv", newer=2, older=1).name
    'jan.csv + 2 newer files + 1 older file'
    """

    first: str
    newer: int = 0
    older: int = 0

    @property
    def name(self) -> str:
        """What all of them are called together."""
        parts = [self.first]
        for number, kind in ((self.newer, "newer"), (self.older, "older")):
            if number:
                parts.append(plural(number, f"{kind} file"))
        return " + ".join(parts)

    def with_another(self, *, is_older: bool) -> "JoinedFiles":
        """Return the files with another one added.

        Args:
            is_older: Whether it ends before the others.
        """
        return replace(self, newer=self.newer + (not is_older), older=self.older + is_older)
