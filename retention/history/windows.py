"""What each customer did in a window: a period, and the days before it that are looked back on.

Two windows of equal length see equally much of the past, so that what they count compares.
"""

from dataclasses import dataclass

import numpy as np

from retention.history.order_history import MONEY_COLUMNS, OrderHistory
from retention.history.period_counts import COME_BACK_DAYS

_LONG_AGO = -(2**30)


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a comparison looks at. Days are numbers, as in `OrderHistory`.

    Attributes:
        begin: The first day of the period.
        end: The day after its last.
        look_back: Days before the period that count.
        active_days: Days for which a customer counts as active after an order.
    """

    begin: int
    end: int
    look_back: int
    active_days: int

    @property
    def start(self) -> int:
        """The first day that is looked at."""
        return self.begin - self.look_back

    @property
    def days(self) -> int:
        """Days that are looked at."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Waits:
    """Waits between two orders.

    Attributes:
        days: How long each wait was.
        place: The position of its customer among those of the window.
    """

    days: np.ndarray
    place: np.ndarray


@dataclass(frozen=True, slots=True)
class WindowCustomers:
    """The customers of a window, one element each.

    Attributes:
        window: The window.
        customer: The number of the customer in the history's sample.
        first: The day of the first order that counts.
        is_older: Whether there is an order before the window, which does not count.
        parts: By the key of a metric, what it adds up over customers.
        wholes: By the key of a metric, what it divides by; a total has none.
        spreads: By the key of a metric, the waits of which it is the median.
    """

    window: Window
    customer: np.ndarray
    first: np.ndarray
    is_older: np.ndarray
    parts: dict[str, np.ndarray]
    wholes: dict[str, np.ndarray]
    spreads: dict[str, Waits]

    def newer(self) -> "WindowCustomers":
        """Return the customers without an order before the window."""
        stays = ~self.is_older
        place = np.cumsum(stays) - 1
        spreads = {}
        for name, waits in self.spreads.items():
            chosen = stays[waits.place]
            spreads[name] = Waits(days=waits.days[chosen], place=place[waits.place[chosen]])
        return WindowCustomers(
            window=self.window,
            customer=self.customer[stays],
            first=self.first[stays],
            is_older=self.is_older[stays],
            parts={name: part[stays] for name, part in self.parts.items()},
            wholes={name: whole[stays] for name, whole in self.wholes.items()},
            spreads=spreads,
        )


def customers_in(history: OrderHistory, window: Window) -> WindowCustomers:
    """Return what the sampled customers did in a window. Earlier orders do not count.

    Args:
        history: The history of the orders.
        window: The window.

    Returns:
        The customers with an order in the window.
    """
    sample = history.sample
    day = sample["day"].to_numpy()
    rows = (day >= window.start) & (day < window.end)
    is_older = sample["first_day"].to_numpy()[rows] < window.start
    day, who = day[rows], sample["customer"].to_numpy()[rows]
    money = {
        name: sample[name].to_numpy(float)[rows]
        for name in ("revenue", *MONEY_COLUMNS)
        if name in sample
    }
    heads = np.flatnonzero(np.r_[True, who[1:] != who[:-1]]) if len(who) else np.zeros(0, int)
    number = np.diff(np.r_[heads, len(who)])
    first, last = day[heads], day[heads + number - 1]
    inside = day >= window.begin
    sums = {"orders": _added(inside.astype(float), heads)} | {
        name: _added(amount * inside, heads) for name, amount in money.items()
    }
    last_before = (
        np.maximum.reduceat(np.where(inside, _LONG_AGO, day), heads) if len(heads) else first
    )
    second = np.where(number > 1, day[np.minimum(heads + 1, max(len(day) - 1, 0))], 2**30)
    parts, wholes = _sums(window, first, sums)
    active = last_before >= window.begin - window.active_days
    active_later = last >= window.end - window.active_days
    known = first < window.begin
    ordered, repeat = sums["orders"] > 0, number > 1
    is_due = (first >= window.begin - COME_BACK_DAYS) & (first < window.end - COME_BACK_DAYS)
    shares = {
        "customer_retention_rate": (known & active_later, active),
        "retained_share": (active & active_later, active),
        "churn_rate": (active & ~active_later, active),
        "repeat_purchase_rate": (ordered & repeat, ordered),
        "repeat_within_90_days": (is_due & (second - first <= COME_BACK_DAYS), is_due),
    }
    for name, (part, whole) in shares.items():
        parts[name], wholes[name] = part.astype(float), whole.astype(float)
    return WindowCustomers(
        window=window,
        customer=who[heads],
        first=first,
        is_older=is_older[heads],
        parts=parts,
        wholes=wholes,
        spreads=_spreads(window, day, who, heads, last),
    )


def _added(amounts: np.ndarray, heads: np.ndarray) -> np.ndarray:
    return np.add.reduceat(amounts, heads) if len(heads) else np.zeros(0)


def _sums(
    window: Window, first: np.ndarray, sums: dict[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return what metrics of orders and money add up, and what they divide by."""
    orders, revenue = sums["orders"], sums["revenue"]
    came, new = (orders > 0).astype(float), first >= window.begin
    parts = {
        "average_order_value": revenue,
        "orders_per_customer": orders,
        "revenue_per_customer": revenue,
        "returning_revenue_share": revenue * ~new,
        "new_order_value": revenue * new,
        "returning_order_value": revenue * ~new,
        "revenue": revenue,
        "orders": orders,
        "customers": came,
        "new_customers": came * new,
        "returning_customers": came * ~new,
    }
    wholes = {
        "average_order_value": orders,
        "orders_per_customer": came,
        "revenue_per_customer": came,
        "returning_revenue_share": revenue,
        "new_order_value": orders * new,
        "returning_order_value": orders * ~new,
    }
    for name, column in (("discount_share", "discount"), ("refund_share", "refunded")):
        if column in sums:
            parts[name], wholes[name] = sums[column], sums[column] + revenue
    return parts, wholes


def _spreads(
    window: Window, day: np.ndarray, who: np.ndarray, heads: np.ndarray, last: np.ndarray
) -> dict[str, Waits]:
    """Return the waits that ended in the period, and the silences of all customers at its end."""
    same = np.zeros(len(day), dtype=bool)
    same[1:] = who[1:] == who[:-1]
    later = np.flatnonzero(same & (day >= window.begin))
    place = np.cumsum(~same) - 1
    is_second = np.isin(later - 1, heads)
    waits = day[later] - day[later - 1]
    return {
        "days_between_orders": Waits(days=waits, place=place[later]),
        "days_to_second_order": Waits(days=waits[is_second], place=place[later][is_second]),
        "days_since_last_order": Waits(
            days=window.end - 1 - last, place=np.arange(len(last), dtype=np.int64)
        ),
    }
