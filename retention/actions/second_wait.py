"""How long customers who came back waited for their second order."""

from __future__ import annotations

from typing import NamedTuple

from retention.history.order_history import OrderHistory
from retention.statistics import weighted_quantile

#: Days after the first order within which a second one counts.
OBSERVED_DAYS = 180
#: The shares of those who came back, at both ends of the usual days.
USUAL = (0.25, 0.75)


class SecondWait(NamedTuple):
    """The days in which the middle half of those who came back placed their second order.

    Attributes:
        first_day: Days after the first order by which a quarter of them had.
        last_day: Days by which three quarters of them had.
        came_back: How many they are.
        observed: Customers whose first order is `OBSERVED_DAYS` ago or longer.
    """

    first_day: float
    last_day: float
    came_back: int
    observed: int

    @property
    def share(self) -> float:
        """The share of the observed customers who came back; NaN without any."""
        return self.came_back / self.observed if self.observed else float("nan")


def second_wait(history: OrderHistory) -> SecondWait:
    """Return when customers placed their second order, on a later day than the first.

    Customers count whose first order is at least `OBSERVED_DAYS` ago, and waits up to as long. So
    recent customers, of whom only short waits can be seen, do not shorten it.

    Args:
        history: From `order_history`.

    Returns:
        The usual days; NaN where nobody came back.
    """
    # The last order of a customer's first day leads to a later day or to none.
    moves = history.moves[history.moves["next_day"] != history.moves["day"]]
    first = moves[moves["stage"] <= 1]
    observed = first[history.number(history.end) - first["day"] >= OBSERVED_DAYS]
    waits = (observed["next_day"] - observed["day"]).to_numpy()
    is_back = waits <= OBSERVED_DAYS
    number = observed["orders"].to_numpy()
    first_day, last_day = weighted_quantile(waits[is_back], number[is_back], USUAL)
    return SecondWait(
        first_day=float(first_day),
        last_day=float(last_day),
        came_back=int(number[is_back].sum()),
        observed=int(number.sum()),
    )
