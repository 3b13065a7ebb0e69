"""A campaign that has gone out: its two groups, and the days on which orders count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from retention import wording
from retention.campaigns.arrays import Mask
from retention.campaigns.campaign import Campaign
from retention.display import displayed
from retention.errors import DataError
from retention.periods import Window

#: The groups of a campaign that was planned here.
ADDRESSED, HELD_OUT = "addressed", "held_out"


@displayed
@dataclass(frozen=True, slots=True, eq=False)
class CampaignTest:
    """A campaign as a controlled test: whom chance put into which group, and when it ends.

    Attributes:
        campaign: What was planned. Its terms say what a message, an offer and the goods cost.
        groups: A row a customer: `customer_id` and `group`, "addressed" or "held_out". Lists from
            elsewhere may have several groups with names of their own.
        start: The first day that counts: that of the first message.
        end: The last day that counts, named before the start.
        control: The group that got nothing; "" where nobody was held out.

    Raises:
        DataError: It ends before it starts, or the groups have other columns.
    """

    campaign: Campaign
    groups: pd.DataFrame
    start: date
    end: date
    control: str = HELD_OUT

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise DataError(
                f"The test ends on {self.end}, before it starts on {self.start}. Exchange the days."
            )
        if list(self.groups.columns) != ["customer_id", "group"]:
            raise DataError(
                "The groups of a test have the columns customer_id and group, not "
                f"{', '.join(map(str, self.groups.columns))}."
            )

    @property
    def name(self) -> str:
        """What the campaign is called."""
        return self.campaign.name

    @property
    def window(self) -> Window:
        """The days on which orders count."""
        return Window(start=self.start, end=self.end)

    def members(self, customers: pd.Index) -> Mask:
        """Return which customers are in one of its groups.

        Args:
            customers: The ids of all customers.
        """
        return np.asarray(customers.isin(self.groups["customer_id"]), dtype=bool)

    def held_out(self, customers: pd.Index) -> Mask:
        """Return which customers got nothing.

        Args:
            customers: The ids of all customers.
        """
        control = self.groups.loc[self.groups["group"] == self.control, "customer_id"]
        return np.asarray(customers.isin(control), dtype=bool)

    @property
    def days(self) -> int:
        """How many days count."""
        return self.window.days


def left_to_tests(tests: Iterable[CampaignTest], customers: pd.Index) -> dict[str, Mask]:
    """Return the customers whom campaigns that run address or hold out, for `left_out` of a plan.

    Another message before a test's end would spoil what it shows.

    Args:
        tests: The campaigns that run when the plan's first message goes out.
        customers: The ids of all customers.

    Returns:
        True or False for each customer, by a reason to leave them out of the plan.
    """
    return {
        f"Still in “{test.name}” until {wording.day(test.end)}": test.members(customers)
        for test in tests
    }


@displayed
@dataclass(frozen=True, slots=True)
class MeasuredLift:
    """What one finished test says about a strategy, for the plans that come.

    Attributes:
        name: Of the campaign. A later measurement of the same name takes its place.
        strategy: A key of the playbook; "" for a campaign of the marketer's own.
        stages: Keys of the stages and traits that it addressed: the kind of segment.
        lift: As in `Terms`: the share of those who would not order otherwise, from -1 to 1.
        standard_error: Of the lift.
        addressed: Customers who got the campaign.
        held_out: Customers who did not.
        end: The last day that counted.
    """

    name: str
    strategy: str
    stages: tuple[str, ...]
    lift: float
    standard_error: float
    addressed: int
    held_out: int
    end: date
