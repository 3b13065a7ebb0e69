"""The scorecard's counts worked out again, customer by customer, in plain pandas and Python
sets.
"""

from __future__ import annotations

from datetime import date

import pandas as pd


def orders_frame(orders) -> pd.DataFrame:
    """Return the orders with their day."""
    table = orders.table.to_pandas()
    return table.assign(day=table["ordered_at"].dt.normalize())


def counts_of(frame: pd.DataFrame, start: date, end: date, active_days: int) -> dict[str, float]:
    """Return what `count_period` counts for the days from `start` to the one before `end`."""
    start, end = pd.Timestamp(start), pd.Timestamp(end)
    reach = pd.Timedelta(days=active_days)

    def who(low, high) -> set:
        return set(frame.loc[(frame["day"] >= low) & (frame["day"] < high), "customer_id"])

    known = frame[frame["day"] < end].sort_values("ordered_at", kind="stable")
    here = known[known["day"] >= start]
    before = set(known.loc[known["day"] < start, "customer_id"])
    at_start, at_end = who(start - reach, start), who(end - reach, end)
    came = set(here["customer_id"])
    number = known.groupby("customer_id").size()
    days = known.groupby("customer_id")["day"].nunique()
    gap = known.groupby("customer_id")["day"].diff().dt.days
    place = known.groupby("customer_id").cumcount()
    inside = known["day"] >= start
    new = came - before
    return {
        "start": len(at_start),
        "end": len(at_end),
        "kept": len(at_start & at_end),
        "customers": len(came),
        "new": len(new),
        "new_at_end": len(new & at_end),
        "won_back": len(came & before - at_start),
        "lapsed": len((at_start | came) - at_end),
        "repeat": sum(number[one] > 1 for one in came),
        "repeat_days": sum(days[one] > 1 for one in came),
        "orders": len(here),
        "revenue": here["revenue"].sum(),
        "new_orders": here["customer_id"].isin(new).sum(),
        "new_revenue": here.loc[here["customer_id"].isin(new), "revenue"].sum(),
        "ever": len(number),
        "second_waits": sorted(gap[inside & (place == 1)].astype(int)),
        "waits": sorted(gap[inside & (place > 0)].astype(int)),
        "silences": sorted(
            (end - pd.Timedelta(days=1) - known.groupby("customer_id")["day"].max()).dt.days
        ),
    }
