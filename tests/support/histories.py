"""Customer tables for tests: CDNOW's calibration period, simulated stores and handmade ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from retention import SeasonIndex, summarise_customers
from retention.daily_repeats import DailyRepeats, carry
from retention.models.purchases import PurchaseModel
from retention.models.season.index import day_number
from retention.samples.simulator import (
    Buyers,
    Process,
    draw_buyers,
    draw_order_values,
    draw_purchases,
    simulate_orders,
)
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample

#: The first day of simulated stores that have days of the calendar: no first of a year.
FIRST_DAY = date(2021, 3, 7)
PARAMETERS = {"r": 0.6, "alpha": 60.0, "a": 0.7, "b": 3.0}
#: Orders of December 1.6 times those of an average month, those of summer 0.7 times.
WINTER = SeasonIndex(coefficients=(0.35, -0.1, 0.12, -0.06, 0.05, 0.0), reason="")
UNKNOWN = (float("nan"),) * 4  # relative errors of a model that was not fitted


@cache
def _cdnow() -> pd.DataFrame:
    return summarise_customers(shared_sample("cdnow"), as_of="1997-09-30")


def cdnow() -> pd.DataFrame:
    """Return the 2,357 CDNOW customers at the end of the calibration period, in days.

    They come as the papers have them: first orders are not known, so that the models are the
    published ones.
    """
    return _cdnow().drop(columns="initial_spend")


def cdnow_with_first_orders() -> pd.DataFrame:
    """Return the customers of `cdnow` with what they spent on the first day."""
    return _cdnow().copy()


def simulated(
    customers: int = 3_000, days: int = 500, seed: int = 1, **parameters: float
) -> pd.DataFrame:
    """Return the customers of a simulated store; parameters as for `simulate_orders`."""
    settings = {
        "r": 0.5,
        "alpha": 20.0,
        "a": 0.8,
        "b": 2.5,
        "p": 6.0,
        "q": 4.0,
        "v": 15.0,
    } | parameters
    orders = simulate_orders(customers, days, seed=seed, **settings)
    orders["customer_id"] = orders["customer_id"].astype(str)
    end = pd.Timestamp("2024-01-01") + pd.Timedelta(days=days)
    return summarise_customers(orders_of(orders, end=str(end.date())))


def handmade(rows: list[tuple[int, int, int, float]]) -> pd.DataFrame:
    """Return customers from (frequency, recency, T, monetary_value) rows."""
    frame = pd.DataFrame(rows, columns=["frequency", "recency", "T", "monetary_value"])
    frame.index = pd.Index([f"C{row}" for row in range(len(frame))], name="customer_id")
    return frame


def extreme_store(seed: int) -> pd.DataFrame:
    """Return a store whose size, length and parameters are drawn over orders of magnitude."""
    rng = np.random.default_rng(seed)
    low = {"r": -1.5, "alpha": 0, "a": -2, "b": -2, "p": -0.5, "q": -0.3, "v": -2}
    high = {"r": 1.5, "alpha": 3, "a": 1.3, "b": 2, "p": 2, "q": 1.5, "v": 5}
    parameters = {name: float(10 ** rng.uniform(low[name], high[name])) for name in low}
    parameters["alpha"] = max(
        parameters["alpha"], parameters["r"]
    )  # about a purchase a day at most
    customers, days = int(10 ** rng.uniform(1.3, 2.5)), int(10 ** rng.uniform(0.5, 3.3))
    return known_store(customers, days, 0, seed, **parameters)[0]


@dataclass(frozen=True, slots=True)
class KnownStore:
    """A store of known parameters: its customers after `days`, and all purchase days.

    `who` (position in `customers`), `day` (the last one observed is number `days`) and `value` are
    of the same length.
    """

    customers: pd.DataFrame
    days: int
    who: np.ndarray
    day: np.ndarray
    value: np.ndarray
    buyers: Buyers
    process: Process


def known_purchases(
    customers: int,
    days: int,
    after: int,
    seed: int,
    kind: str = "bg_nbd",
    season: SeasonIndex | None = None,
    **parameters: float,
) -> KnownStore:
    """Return a simulated store with what its customers do in the days `after`.

    First orders fall evenly into the days; parameters r, alpha, a, b, p, q, v. `kind` "mbg_nbd"
    lets customers leave right after the first order too. With a season, plain or not, the customers
    have days of the calendar and carry their daily repeat purchases.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    process = Process(**parameters)
    buyers = draw_buyers(process, customers, rng)
    if kind == "mbg_nbd":
        stays = rng.random(customers) >= buyers.leaving
        buyers = replace(buyers, rate=np.where(stays, buyers.rate, 0.0))
    joined, end = rng.random(customers) * days, days + 1.0 + after
    if season is None:
        who, when = draw_purchases(buyers, joined, end, rng)
    else:
        begin = day_number(FIRST_DAY) - 1
        run = season.elapsed(begin, begin + np.append(joined, end))
        who, when = draw_purchases(buyers, run[:-1], run[-1], rng)
        # Rounding must not move a purchase past the end.
        when = np.minimum(season.days_until(begin, when), np.nextafter(end, 0))
    value = draw_order_values(buyers, who, process.p, rng)

    span = days + 1 + after
    purchase, place = np.unique(
        who * np.int64(span) + np.floor(when).astype(np.int64), return_inverse=True
    )
    who, day = np.divmod(purchase, span)
    value = np.bincount(place, weights=value)
    new = np.append(True, who[1:] != who[:-1])
    past = day <= days
    repeat = past & ~new

    def each(rows: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(
            who[rows], None if weights is None else weights[rows], minlength=customers
        )

    frequency = each(repeat)
    latest = np.zeros(customers, dtype=np.int64)
    np.maximum.at(latest, who[past], day[past])
    table = pd.DataFrame(
        {
            "frequency": frequency,
            "recency": latest - day[new],
            "T": days - day[new],
            "monetary_value": each(repeat, value) / np.maximum(frequency, 1),
        }
    )
    table.index = pd.Index([f"C{row}" for row in range(customers)], name="customer_id")
    if season is not None:
        counts = np.bincount(day[repeat], minlength=days + 1)[day[new].min() :]
        carry(table, DailyRepeats(FIRST_DAY + timedelta(days=days), counts))
    return KnownStore(table, days, who, day, value, buyers, process)


def known_store(
    customers: int,
    days: int,
    after: int,
    seed: int,
    kind: str = "bg_nbd",
    season: SeasonIndex | None = None,
    **parameters: float,
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return customers of `known_purchases`, and their later purchase days and spend."""
    store = known_purchases(customers, days, after, seed, kind, season, **parameters)
    later = store.day > days
    orders = np.bincount(store.who[later], minlength=customers)
    return (
        store.customers,
        orders,
        np.bincount(store.who[later], store.value[later], minlength=customers),
    )


@dataclass(frozen=True, slots=True)
class CutStore:
    """What a file of a store's last days shows of it, and what came after.

    Attributes:
        customers: As `summarise_customers` gives them for the file.
        orders: The purchase days of each in the days after it.
        revenue: What they spent on these.
        came_before: Who came before the file.
    """

    customers: pd.DataFrame
    orders: np.ndarray
    revenue: np.ndarray
    came_before: np.ndarray


def cut_to_last(store: KnownStore, days: int) -> CutStore:
    """Return what a file of the last `days` of a store shows.

    The customers have days of the calendar and carry their daily repeat purchases.
    """
    begin = store.days - days
    later, inside = store.day > store.days, (store.day >= begin) & (store.day <= store.days)
    number = len(store.customers)
    here, place = np.unique(store.who[inside], return_inverse=True)
    day, value = store.day[inside] - begin, store.value[inside]
    new = np.append(True, place[1:] != place[:-1])
    frequency = np.bincount(place) - 1
    last = np.zeros(len(here), dtype=np.int64)
    np.maximum.at(last, place, day)
    first = day[new]
    later_spend = np.bincount(place[~new], value[~new], minlength=len(here))
    table = pd.DataFrame(
        {
            "frequency": frequency,
            "recency": last - first,
            "T": days - first,
            "monetary_value": later_spend / np.maximum(frequency, 1),
        },
        index=pd.Index([f"C{row}" for row in here], name="customer_id"),
    )
    repeats = np.bincount(day[~new], minlength=days + 1)[first.min() :]
    joined = store.day[np.append(True, store.who[1:] != store.who[:-1])]
    return CutStore(
        customers=carry(table, DailyRepeats(FIRST_DAY + timedelta(days=store.days), repeats)),
        orders=np.bincount(store.who[later], minlength=number)[here],
        revenue=np.bincount(store.who[later], store.value[later], minlength=number)[here],
        came_before=joined[here] < begin,
    )


def future_orders(
    model: PurchaseModel, x: int, T: float, days: float, number: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Simulate active customers with x repeats in T days: who orders next, and when."""
    rng = np.random.Generator(np.random.PCG64(seed))
    rate = rng.gamma(model.r + x, 1 / (model.alpha + T), number)
    leaving = rng.beta(model.a, model.b_active + x, number)
    who, when = [], []
    here, now = np.arange(number), np.zeros(number)
    while len(here):
        now = now + rng.exponential(1 / rate[here])
        here, now = here[now < days], now[now < days]
        who.append(here)
        when.append(now)
        stays = rng.random(len(here)) >= leaving[here]
        here, now = here[stays], now[stays]
    return np.concatenate(who), np.concatenate(when)


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
    first = int(np.datetime64(FIRST_DAY, "D").astype(int))
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
            "first_order": np.datetime64(FIRST_DAY, "s")
            + history["min"].to_numpy().astype("timedelta64[D]"),
        }
    )
    frame.index = pd.Index([f"C{row}" for row in range(len(frame))], name="customer_id")
    repeats = np.bincount(known["day"], minlength=days)
    repeats -= np.bincount(history["min"], minlength=days)
    end = FIRST_DAY + timedelta(days=days - 1)
    later = purchases[(purchases["day"] >= days) & purchases["who"].isin(history.index)]
    return SeasonalStore(
        customers=carry(frame, DailyRepeats(end, repeats[history["min"].min() :])),
        end=end,
        later=np.bincount(later["day"] - days, minlength=after),
    )
