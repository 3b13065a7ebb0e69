"""Simulated stores whose demand is known on each day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from retention.daily_repeats import DailyRepeats, carry
from retention.models.season import SeasonIndex
from retention.samples.simulator import Process, draw_buyers, draw_purchases

#: The first day of every store here: no first of a year.
FIRST = date(2021, 3, 7)
PARAMETERS = {"r": 0.6, "alpha": 60.0, "a": 0.7, "b": 3.0}
#: Orders of December 1.6 times those of an average month, those of summer 0.7 times.
WINTER = SeasonIndex(coefficients=(0.35, -0.1, 0.12, -0.06, 0.05, 0.0), reason="")


@dataclass(frozen=True, slots=True)
class SeasonalStore:
    """Customers as they stood after the observed days, and what they ordered later.

    `customers` is what `summarise_customers` gives, as far as models need it; `later` are purchase
    days by day after the end, for customers known then.
    """

    customers: pd.DataFrame
    end: date
    later: np.ndarray


def seasonal_store(
    demand: SeasonIndex | Callable[[np.ndarray], np.ndarray],
    customers: int = 4_000,
    days: int = 900,
    seed: int = 1,
    after: int = 0,
    kind: str = "bg_nbd",
) -> SeasonalStore:
    """Return a store of known parameters whose demand follows an index, or a function of the day.

    Customers come evenly over the observed days.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    number = np.arange(days + after)
    first = int(np.datetime64(FIRST, "D").astype(int))
    on_day = demand.on(first + number) if isinstance(demand, SeasonIndex) else demand(number)
    clock, edges = np.append(0.0, np.cumsum(on_day)), np.arange(days + after + 1)
    buyers = draw_buyers(Process(**PARAMETERS, p=6.0, q=4.0, v=15.0), customers, rng)
    if kind == "mbg_nbd":
        buyers.rate[rng.random(customers) < buyers.leaving] = 0.0
    joined = np.interp(rng.random(customers) * days, edges, clock)
    who, when = draw_purchases(buyers, joined, clock[-1], rng)
    day = np.floor(np.interp(when, clock, edges)).astype(int).clip(0, days + after - 1)
    purchases = pd.DataFrame({"who": who, "day": day}).drop_duplicates()
    known = purchases[purchases["day"] < days]
    history = known.groupby("who")["day"].agg(["min", "max", "size"])
    frame = pd.DataFrame(
        {
            "frequency": history["size"] - 1,
            "recency": history["max"] - history["min"],
            "T": days - 1 - history["min"],
            "monetary_value": np.where(history["size"] > 1, 20.0, 0.0),
            "first_order": np.datetime64(FIRST, "s")
            + history["min"].to_numpy().astype("timedelta64[D]"),
        }
    )
    frame.index = pd.Index([f"C{row}" for row in range(len(frame))], name="customer_id")
    repeats = np.bincount(known["day"], minlength=days)
    repeats -= np.bincount(history["min"], minlength=days)
    end = FIRST + timedelta(days=days - 1)
    later = purchases[(purchases["day"] >= days) & purchases["who"].isin(history.index)]
    return SeasonalStore(
        customers=carry(frame, DailyRepeats(end, repeats[history["min"].min() :])),
        end=end,
        later=np.bincount(later["day"] - days, minlength=after),
    )
