"""The scorecard of a large store, beside a straightforward pandas implementation of its counts.

    python -m benchmarks.bench_scorecard [customers]

Both start from the same orders in memory (about 2.7 million of 870,000 customers unless told
otherwise), ours in the engine's table, pandas' in a frame, and count the last year, the year before
it and the same days a year before by the same definitions; ours adds the 95 % intervals and the
changes. Then: what a change of the period costs once the history is there, with the bridge and the
benchmarks. Prints seconds, ratios and whether the counts agree.
"""

from __future__ import annotations

import statistics
import sys
from datetime import timedelta

import numpy as np
import pandas as pd

from benchmarks.bench_cltv import timed
from benchmarks.large_store import large_store
from retention import Period, compare, preset_period, scorecard
from retention.history.order_history import order_history
from retention.periods import PRESETS
from retention.reports.scorecard import bridge, scorecard_of
from retention.reports.store_values import store_values

ROUNDS = 3
ACTIVE_DAYS = 365


def in_pandas(frame: pd.DataFrame, periods: list[Period]) -> list[dict[str, float]]:
    """Count periods the plain way; what the three have in common is done once."""
    orders = frame.assign(day=frame["ordered_at"].dt.normalize()).sort_values(
        ["customer_id", "ordered_at"]
    )
    by_customer = orders.groupby("customer_id", sort=False)
    orders["number"] = by_customer.cumcount()
    orders["wait"] = by_customer["day"].diff().dt.days
    orders["first_day"] = by_customer["day"].transform("min")
    reach = pd.Timedelta(days=ACTIVE_DAYS)
    found = []
    for period in periods:
        start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)

        def customers(low: pd.Timestamp, high: pd.Timestamp) -> pd.Index:
            return pd.Index(
                orders.loc[(orders["day"] >= low) & (orders["day"] < high), "customer_id"].unique()
            )

        at_start, at_end = customers(start - reach, start), customers(end - reach, end)
        inside = orders[(orders["day"] >= start) & (orders["day"] < end)]
        new = inside["first_day"] >= start
        known = (
            orders[orders["day"] < end]
            .groupby("customer_id", sort=False)["day"]
            .agg(["max", "size"])
        )
        came = pd.Index(inside["customer_id"].unique())
        found.append(
            {
                "start": len(at_start),
                "end": len(at_end),
                "kept": at_start.isin(at_end).sum(),
                "customers": len(came),
                "new": inside.loc[new, "customer_id"].nunique(),
                "repeat": (known.loc[came, "size"] > 1).sum(),
                "orders": len(inside),
                "revenue": inside["revenue"].sum(),
                "discount": inside["discount"].sum(),
                "new_orders": new.sum(),
                "new_revenue": inside.loc[new, "revenue"].sum(),
                "second_wait": inside.loc[inside["number"] == 1, "wait"].median(),
                "wait": inside["wait"].median(),
                "silence": (end - pd.Timedelta(days=1) - known["max"]).dt.days.median(),
            }
        )
    return found


def main(number: int) -> None:
    """Print the times of a scorecard, ours beside plain pandas'."""
    orders = large_store(number)
    frame = orders.table.to_pandas()
    print(f"{len(frame):,} orders of {number:,} customers")
    after = orders.end + timedelta(days=1)
    period = Period(after - timedelta(days=365), after)
    card = scorecard(orders, period.start, period.end, ACTIVE_DAYS)
    periods = [one for one in (period, card.previous, card.year_before) if one]
    ours, theirs = [], []
    for _ in range(ROUNDS):
        card, seconds = timed(lambda: scorecard(orders, period.start, period.end, ACTIVE_DAYS))
        ours.append(seconds)
        counts, seconds = timed(lambda: in_pandas(frame, periods))
        theirs.append(seconds)
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(f"scorecard: ours {mine:.2f} s, pandas {other:.2f} s: {mine / other:.2f} of the time")
    agree = all(
        np.isclose(getattr(card.counts, name), value)
        for name, value in counts[0].items()
        if hasattr(card.counts, name)
    )
    print(
        f"the counts of the period agree: {agree}; of the periods, {len(periods)} lie within the "
        "orders"
    )

    history, seconds = timed(lambda: order_history(orders))
    print(f"the history, once: {seconds:.2f} s")
    for preset in PRESETS:
        chosen = preset_period(preset, orders.start, orders.end)
        if chosen.start < orders.start:
            continue
        card, first = timed(lambda chosen=chosen: scorecard_of(history, chosen, ACTIVE_DAYS))
        _, second = timed(lambda card=card: bridge(history, card))
        values, third = timed(lambda chosen=chosen: store_values(history, chosen.end))
        compare(history, card, values=values)
        print(
            f"{PRESETS[preset]:14} card {first:.3f} s, bridge {second:.3f} s, "
            f"benchmarks {third:.3f} s"
        )


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "").replace("_", "")) if len(sys.argv) > 1 else 870_000)
