"""How often the scorecard calls a store better or worse in which nothing ever changes.

    python -m benchmarks.scorecard_verdicts [stores of each kind]

Simulated stores win as many customers every day, and all of them are drawn alike. Files begin with
the shop, or in the middle of its life, and hold two or three years. Prints the share of stores with
a verdict (up or down), by metric, kind of store and pair of periods. At 95 % it should be 5 %.
Totals are left out: the revenue of a young store truly grows.
"""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from retention import Period
from retention.history.changes import DOWN, UP, changes
from retention.history.file_start import file_start
from retention.history.metrics import METRICS, TOTALS
from retention.history.order_history import NEVER, OrderHistory
from retention.history.period_counts import count_period
from retention.samples.simulator import Process, draw_buyers, draw_order_values, draw_purchases

STORES = 500
ACTIVE_DAYS = 365
#: Days for which a shop had been there when a file begins in the middle of its life.
OLDER = 1_500
START = date(2022, 1, 1)
#: A shop of things that are used up, and one like CDNOW, where most customers buy once.
PROCESSES = {
    "regular": Process(r=0.6, alpha=60.0, a=0.8, b=2.5, p=4.0, q=3.5, v=25.0),
    "seldom": Process(r=0.25, alpha=31.0, a=0.8, b=2.4, p=6.25, q=3.74, v=15.4),
}
#: Lengths of the later period, and whether it is compared with a year before.
PAIRS = {
    "year, year before": (365, True),
    "90 days, year before": (90, True),
    "90 days, 90 before": (90, False),
}


class Kind(NamedTuple):
    """A kind of store.

    Attributes:
        start: What its file begins with.
        days: Days that the file holds.
        a_day: New customers a day.
    """

    start: Literal["shop", "mid-life"]
    days: int
    a_day: float

    @property
    def label(self) -> str:
        """Such as "shop, 2 years, 3 a day"."""
        return f"{self.start} {self.days / 365:.0f}y {self.a_day:g}/day"


KINDS = tuple(
    Kind(start, days, a_day)
    for start in ("shop", "mid-life")
    for days, a_day in ((730, 1.5), (730, 5.0), (1_095, 3.0))
)


def unchanging(kind: Kind, process: Process, seed: int) -> OrderHistory:
    """Return the history of a store in which nothing ever changes."""
    rng = np.random.default_rng(seed)
    older = OLDER if kind.start == "mid-life" else 0
    customers = int(rng.poisson(kind.a_day * (kind.days + older)))
    buyers = draw_buyers(process, customers, rng)
    joined = rng.random(customers) * (kind.days + older)
    who, when = draw_purchases(buyers, joined, kind.days + older, rng)
    orders = pd.DataFrame(
        {
            "customer": who,
            "day": np.floor(when - older).astype(np.int64),
            "revenue": draw_order_values(buyers, who, process.p, rng),
        }
    )
    return history_of_frame(orders[orders["day"] >= 0])


def history_of_frame(orders: pd.DataFrame) -> OrderHistory:
    """Return a history of few orders, without the engine.

    Only periods longer than customers count as active ask the engine's table: there is none.

    Args:
        orders: `customer`, `day` (from 0) and `revenue`.
    """
    sample = orders.sort_values(["customer", "day"], ignore_index=True)
    sample["customer"] = pd.factorize(sample["customer"])[0]
    by_customer = sample.groupby("customer")["day"]
    sample["first_day"] = by_customer.transform("first")
    sample["next_day"] = by_customer.shift(-1, fill_value=NEVER)
    is_first = ~sample["customer"].duplicated()
    stage = np.where(is_first, 0, np.where(sample["day"] == sample["first_day"], 1, 2))
    counted = sample.assign(stage=stage, orders=1)
    return OrderHistory(
        table=None,  # type: ignore[arg-type]  # see above
        moves=counted.groupby(["day", "next_day", "stage"], as_index=False)["orders"].sum(),
        daily=counted.groupby(["first_day", "day"], as_index=False)[["orders", "revenue"]].sum(),
        sample=sample,
        start=START,
        end=START + timedelta(days=int(sample["day"].max())),
    )


def verdicts(history: OrderHistory, days: int, *, year_before: bool) -> pd.Series:
    """Return the verdicts on a store's last days, by metric."""
    end = history.end + timedelta(days=1)
    period = Period(end - timedelta(days=days), end)
    before = period.previous()
    if year_before:
        shift = timedelta(days=365)
        before = Period(max(period.start - shift, history.start), period.end - shift)
    return changes(history, count_period(history, period, ACTIVE_DAYS), before)["verdict"]


def wrong_shares(kind: Kind, process: Process, stores: int) -> pd.DataFrame:
    """Return the share of stores with a verdict: a row a metric, a column a pair of periods."""
    judged: dict[str, list[pd.Series]] = {name: [] for name in PAIRS}
    starts = []
    for seed in range(stores):
        history = unchanging(kind, process, seed)
        starts.append(file_start(history))
        for name, (days, year_before) in PAIRS.items():
            judged[name].append(verdicts(history, days, year_before=year_before))
    told = pd.Series(starts).value_counts(normalize=True)
    print(f"  {kind.label}: the file's start is told as", told.round(2).to_dict())
    names = [name for name in METRICS if name not in TOTALS]
    return pd.DataFrame(
        {
            name: pd.concat(rows, axis=1).isin([UP, DOWN]).mean(axis=1)[names]
            for name, rows in judged.items()
        }
    )


def main(stores: int) -> None:
    """Print the shares of wrong verdicts."""
    print(f"{stores} stores of each kind: standard error {(0.05 * 0.95 / stores) ** 0.5:.1%}")
    parts = {}
    for label, process in PROCESSES.items():
        print(label)
        for kind in KINDS:
            shares = wrong_shares(kind, process, stores)
            for pair in PAIRS:
                parts[label, kind.label, pair] = shares[pair]
    table = pd.DataFrame(parts).dropna(how="all")
    for label in PROCESSES:
        for pair in PAIRS:
            shown = 100 * table.xs((label, pair), axis=1, level=(0, 2))
            print(f"\n{label} store, {pair}: verdicts in % of stores")
            print(shown.round(1).to_string())
    print("\nmean by metric, %:")
    print((100 * table.mean(axis=1)).round(1).to_string())
    print(f"\nlargest share: {table.max().max():.1%}; mean {table.mean().mean():.1%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else STORES)
