"""When the sample store's customers buy: its demand day by day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.samples import world


def season(first: np.datetime64, days: int) -> np.ndarray:
    """Return the demand of each day, 1 on the average of four years.

    Args:
        first: The first day.
        days: How many days there are.
    """
    calendar = pd.DatetimeIndex(first + np.arange(max(days, 1461)))
    middle = np.array([15.0 + 30.4375 * month for month in range(-1, 13)])
    demand = np.interp(
        calendar.day_of_year, middle, (world.MONTHS[-1], *world.MONTHS, world.MONTHS[0])
    )
    demand *= np.array(world.WEEKDAYS)[calendar.day_of_week]
    demand *= np.where(sale_weekend(calendar), world.SALE_WEEKEND, 1.0)
    seasons: np.ndarray = (demand / demand[:1461].mean())[:days]
    return seasons


def sale_weekend(calendar: pd.DatetimeIndex) -> np.ndarray:
    """Tell the days from Black Friday to Cyber Monday.

    Black Friday is the day after November's fourth Thursday.

    Args:
        calendar: The days.

    Returns:
        True or False for each of them.
    """
    november = calendar.to_numpy().astype("datetime64[Y]").astype("datetime64[M]") + 10
    thursday = np.busday_offset(november.astype("datetime64[D]"), 3, roll="forward", weekmask="Thu")
    since = (calendar.to_numpy().astype("datetime64[D]") - thursday).astype(int)
    return (since >= 1) & (since <= 4)
