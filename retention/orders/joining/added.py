"""What a newer export added to earlier orders, in numbers and in words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from retention.display import displayed
from retention.wording import count, day, plural

#: Order numbers that a record holds of each kind.
SAMPLES = 5
#: Orders that are listed at most: those of another shop are all missing.
MOST_LISTED = 10_000
#: Kinds of orders that are listed, and how a sentence counts them.
CHANGES = {
    "refunded": "refunded",
    "cancelled": "cancelled",
    "amount": "with another amount",
    "customer": "of another customer",
}
MISSING = "missing"
LISTED_COLUMNS = (
    *("order_id", "customer_id", "ordered_at", "change"),
    *("revenue_before", "revenue_after"),
)


@displayed
@dataclass(frozen=True, slots=True)
class AddedOrders:
    """What an export added to the orders that were loaded.

    Attributes:
        new: Orders that only the export holds.
        refunded: Known orders of which more was refunded since.
        cancelled: Known orders that do not count any more by their status.
        amended: Known orders whose amount is another one for other reasons.
        reassigned: Known orders that belong to another customer since.
        missing: Known orders of the export's period that it does not hold. They still count.
        unchanged: Known orders that the export shows as they were.
        kept_period: The first and the last day of the orders that were loaded.
        period: The first and the last day of the export.
        is_older: Whether the export ends before the orders that were loaded. Then these stand where
            both show an order.
        same_shop: Whether the orders of the shared period are mostly the same; None where the
            periods share too few orders to tell.
        late_refunds: Refunds of the export that came off orders which stand only in the earlier
            one, or the other way around.
        samples: Kind ("new", "refunded", "cancelled", "amount", "customer", "missing") -> the
            numbers of the first orders.
        listed: The orders that changed or are missing, at most 10,000: `order_id`, `customer_id`,
            `ordered_at`, `change` (the kind), `revenue_before` and `revenue_after`.
        warnings: What to doubt, in words.
    """

    new: int
    refunded: int
    cancelled: int
    amended: int
    reassigned: int
    missing: int
    unchanged: int
    kept_period: tuple[dt.date, dt.date]
    period: tuple[dt.date, dt.date]
    is_older: bool = False
    same_shop: bool | None = True
    late_refunds: int = 0
    samples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    listed: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=list(LISTED_COLUMNS)),
        repr=False,
        compare=False,
    )
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> int:
        """Known orders of which the export shows another state."""
        return self.refunded + self.cancelled + self.amended + self.reassigned

    @property
    def sentence(self) -> str:
        """What is new, changed and missing, in one sentence."""
        if not (self.new or self.changed or self.missing):
            return "Nothing is new: every order of the file was known, and none has changed."
        parts = [
            f"{plural(self.new, 'order')} {_is(self.new)} new" if self.new else "No order is new"
        ]
        numbers = (self.refunded, self.cancelled, self.amended, self.reassigned)
        ways = [
            f"{count(number)} {words}"
            for number, words in zip(numbers, CHANGES.values(), strict=True)
            if number
        ]
        if ways:
            have = "has" if self.changed == 1 else "have"
            parts.append(f"{count(self.changed)} {have} changed ({', '.join(ways)})")
        if self.missing:
            parts.append(f"{count(self.missing)} {_is(self.missing)} missing from the newer file")
        return f"{', '.join(parts)}."


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def doubts(
    *,
    is_older: bool,
    same_shop: bool | None,
    ends: tuple[dt.date, dt.date],
    shared: tuple[int, int],
) -> tuple[str, ...]:
    """Return what to doubt before an export is added, in words.

    Args:
        is_older: Whether the export ends before the orders that are loaded.
        same_shop: Whether most orders of the shared period are the same.
        ends: The last day of the loaded orders, and of the export.
        shared: How many orders of the shared period are the same, and how many could be.
    """
    words = []
    if is_older:
        words.append(
            f"The file is older than the loaded orders: it ends on {day(ends[1])}, they end on "
            f"{day(ends[0])}. Where both show an order, the loaded one stands."
        )
    if same_shop is False:
        words.append(
            f"Of {plural(shared[1], 'order')} in the days that both cover, {_none(shared[0])} the "
            "same. The file may be of another shop."
        )
    return tuple(words)


def _none(number: int) -> str:
    return f"only {count(number)} {_is(number)}" if number else "none is"


def first_numbers(numbers: Sequence[str]) -> tuple[str, ...]:
    """Return the first order numbers of a list."""
    return tuple(str(number) for number in numbers[:SAMPLES])
