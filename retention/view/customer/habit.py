"""When a customer usually orders, by the customer's own intervals alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention.products.due import OVERDUE_AFTER

#: Waits of their own from which customers have a usual one.
FEWEST_WAITS = 3


@dataclass(frozen=True, slots=True)
class Habit:
    """A usual interval of one customer.

    Attributes:
        product: What is bought at this interval; empty where it is that of all orders.
        interval: The usual interval in days.
        due: The day on which it is over, since the last such order.
    """

    product: str
    interval: int
    due: date


def own_habit(
    reorders: pd.DataFrame, waits: Sequence[int], last_order: date, end: date
) -> Habit | None:
    """Return when a customer usually orders next.

    A product that is due this week or the next by the own interval comes first, the soonest one.
    Otherwise it is the median wait between orders, where the waits are alike.

    Args:
        reorders: The customer's rows of `reorders_due`.
        waits: Days between the purchase days.
        last_order: The last purchase day.
        end: The last day of the orders.

    Returns:
        The habit. None where the waits are few or differ much, or the last wait is long over.
    """
    own = reorders[reorders["basis"] == "own"]
    if len(own):
        first = own.sort_values(["due", "product"]).iloc[0]
        due = pd.Timestamp(first["due"]).date()
        return Habit(product=str(first["product"]), interval=int(first["interval"]), due=due)
    if len(waits) < FEWEST_WAITS:
        return None
    quarter, half, three_quarters = np.quantile(waits, [0.25, 0.5, 0.75])
    if three_quarters - quarter > half or (end - last_order).days > OVERDUE_AFTER * three_quarters:
        return None
    interval = max(round(float(half)), 1)
    return Habit(product="", interval=interval, due=last_order + timedelta(days=interval))
