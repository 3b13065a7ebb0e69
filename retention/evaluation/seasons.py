"""The season of a store, told from its orders."""

from __future__ import annotations

from datetime import date

import pandas as pd

from retention.customers.summary import summarise_histories
from retention.daily_repeats import carried
from retention.models.histories import group_histories
from retention.models.season.fit import fit_season
from retention.models.season.index import SeasonIndex
from retention.orders.orders import Orders


def season_index(
    orders: Orders,
    as_of: date | str | pd.Timestamp | None = None,
    purchase_model: str = "bg_nbd",
) -> SeasonIndex:
    """Return the season of a store: how much more or less its customers buy on each day.

    `fit_cltv` finds the same season by itself in a table of all customers. This one is for models
    of a part of the customers, who share the store's season.

    Args:
        orders: The orders, e.g. from `read_orders`.
        as_of: The day up to which to look, included; the last day of the orders unless given.
        purchase_model: "bg_nbd" or "mbg_nbd": what says how much customers would buy without it.

    Returns:
        The index. It is plain, and its `reason` says why, where the history is shorter than a year
        and a half or where no season stands out from chance.

    Raises:
        DataError: `as_of` is not a date, or there is no order by then.
        ModelError: The purchase model cannot be fitted.
    """
    histories = summarise_histories(orders, as_of)
    repeats = carried(histories)
    assert repeats is not None, "summarise_histories always brings them"
    return fit_season(group_histories(histories, counted=True), repeats, purchase_model)[0]
