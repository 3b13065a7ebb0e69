"""How many customers came back on each day. A table of customers carries these counts along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

#: Where a table of customers carries them, among the attributes of the frame.
ATTRIBUTE = "repeat_purchases"


@dataclass(frozen=True, slots=True, eq=False)
class DailyRepeats:
    """The repeat purchases of each day, up to the day that customers were summarised for.

    Attributes:
        end: That day.
        counts: Customers who bought on a day, and not for the first time; the last one is of `end`.
    """

    end: date
    counts: np.ndarray


def carry(customers: pd.DataFrame, repeats: DailyRepeats) -> pd.DataFrame:
    """Write the counts into the attributes of a table of customers.

    They are kept as a text: pandas copies attributes with every frame that it derives, and writes
    them into Parquet files as JSON.

    Args:
        customers: The table.
        repeats: The counts.

    Returns:
        The same table.
    """
    counts = " ".join(map(str, repeats.counts.tolist()))
    customers.attrs[ATTRIBUTE] = f"{repeats.end.isoformat()} {counts}"
    return customers


def carried(customers: pd.DataFrame) -> DailyRepeats | None:
    """Return the counts that a table of customers carries.

    Args:
        customers: The table.

    Returns:
        The counts; None where it carries none.
    """
    text = customers.attrs.get(ATTRIBUTE)
    if not isinstance(text, str):
        return None
    end, _, counts = text.partition(" ")
    return DailyRepeats(date.fromisoformat(end), np.array(counts.split(), dtype=np.int64))


def carried_end(customers: pd.DataFrame) -> date | None:
    """Return the day that a table of customers was summarised for, where it carries it."""
    text = customers.attrs.get(ATTRIBUTE)
    return date.fromisoformat(text[:10]) if isinstance(text, str) else None
