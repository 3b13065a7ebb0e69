"""What became of a file of signals: a row for each customer, and an account of all its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from retention.display import displayed
from retention.signal_files.kinds import KindKey

#: Why rows say nothing of a customer.
NO_CUSTOMER = "No customer named"
NO_ORDERS = "The customer has no orders"
NO_VALUE = "No answer or value"
UNREADABLE = "The value cannot be read"
NO_DATE = "No date that can be read"
OLDER = "The customer has a later row"
RECOVERED = "The cart was paid later"


@displayed
@dataclass(frozen=True, slots=True)
class SignalReport:
    """What became of the rows of a file of signals.

    Attributes:
        rows_read: Rows of the file.
        rows_used: Rows that say what is known of a customer now.
        customers: Customers of the orders of whom something is known.
        left_out: Rows by the reason why they are not used. With `rows_used` they make `rows_read`.
        notes: What was assumed, a sentence each.
    """

    rows_read: int
    rows_used: int
    customers: int
    left_out: Mapping[str, int]
    notes: tuple[str, ...] = ()

    @property
    def without_orders(self) -> int:
        """Rows whose customer has no orders."""
        return self.left_out.get(NO_ORDERS, 0)


@displayed
@dataclass(frozen=True, slots=True)
class SignalFile:
    """What a file says of the customers of the orders. It is personal data.

    Attributes:
        kind: The kind of file, a key of `SIGNAL_KINDS`.
        name: What the file is called.
        frame: A row for each customer of whom the file says something, indexed by `customer_id`.
            Days are timestamps at midnight, missing where unknown. The columns by kind:

            - nps: `nps_score`, `nps_group` ("Detractor", "Passive" or "Promoter"), `nps_on`;
            - csat: `csat_score`, `csat_group` ("Dissatisfied", "Neutral" or "Satisfied"),
              `csat_on`;
            - reviews: `last_rating`, `rated_on`;
            - points: `loyalty_points`, `loyalty_tier`;
            - subscriptions: `subscription_status` ("active", "paused" or "cancelled"),
              `subscribed`, `next_charge_on`, `subscribed_products` (a sorted tuple);
            - engagement: `email_opened_on`, `email_clicked_on`, `email_opens`, `email_clicks`,
              `unsubscribed`, `email_consent` (missing where the file does not say);
            - carts: `cart_abandoned_on`, `cart_value`.
        report: What became of the file's rows.
        columns: Which column plays which role: role -> column.
        scale: The highest possible score; missing where the kind has none.
        digest: Of the file and of how it was read.
        left_out: The first 10,000 rows that are not used: `line` (spreadsheet row), `reason` and
            the file's own columns as text.
    """

    kind: KindKey
    name: str
    frame: pd.DataFrame = field(repr=False, compare=False)
    report: SignalReport
    columns: Mapping[str, str]
    digest: str = field(repr=False)
    scale: float | None = None
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)
