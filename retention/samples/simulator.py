"""Customers with known parameters: a vectorised BG/NBD and Gamma-Gamma simulator."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

_LARGEST_ORDER = (
    1e9  # money; only a spend parameter q near 0 gets there, and infinity would be no order value
)


@dataclass(frozen=True, slots=True)
class Process:
    """Parameters of a group of customers, each a number or an array with one value a customer.

    Attributes:
        r: Shape of the purchase rate (gamma).
        alpha: Scale of the purchase rate, in days.
        a: First shape of the chance to leave after a repeat purchase (beta).
        b: Second shape of that chance.
        p: Shape of an order's value (Gamma-Gamma).
        q: Shape of the customers' mean values.
        v: Scale of the customers' mean values, in money.

    Source: Fader, Hardie & Lee 2005 (BG/NBD); Fader & Hardie, note 025 (Gamma-Gamma).
    """

    r: float | np.ndarray
    alpha: float | np.ndarray
    a: float | np.ndarray
    b: float | np.ndarray
    p: float | np.ndarray
    q: float | np.ndarray
    v: float | np.ndarray

    def __post_init__(self) -> None:
        for field in fields(self):
            value = np.asarray(getattr(self, field.name), dtype=float)
            if not (np.isfinite(value) & (value > 0)).all():
                raise ValueError(
                    f"{field.name} must be positive and finite, not {getattr(self, field.name)}"
                )


@dataclass(frozen=True, slots=True)
class Buyers:
    """What the simulator knows of each customer: one array entry a customer.

    Attributes:
        rate: Purchases a day while the customer is active.
        leaving: The chance to leave after a repeat purchase.
        spend: The mean order value, in money.
    """

    rate: np.ndarray
    leaving: np.ndarray
    spend: np.ndarray


def draw_buyers(process: Process, customers: int, rng: np.random.Generator) -> Buyers:
    """Draw the traits of customers from a process.

    Args:
        process: The process.
        customers: How many customers.
        rng: The source of chance.

    Returns:
        The traits, one element a customer.
    """
    rate = rng.standard_gamma(process.r, customers) / process.alpha
    leaving = rng.beta(process.a, process.b, customers)
    with np.errstate(divide="ignore", over="ignore"):
        spend = process.p * process.v / rng.standard_gamma(process.q, customers)
    return Buyers(rate=rate, leaving=leaving, spend=np.minimum(spend, _LARGEST_ORDER))


def draw_purchases(
    buyers: Buyers, joined: np.ndarray, end: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw every purchase of each customer.

    Each round handles only the customers who are still there. The work and the memory therefore
    follow the number of orders.

    Args:
        buyers: The customers.
        joined: When each of them buys for the first time, in days.
        end: When the observation ends, in days.
        rng: The source of chance.

    Returns:
        The customers' positions and the times, round by round: all first purchases, then all
        second ones and so on.
    """
    who, when = [np.arange(len(joined), dtype=np.int32)], [joined]
    active, now = who[0], joined
    while len(active):
        with np.errstate(divide="ignore", over="ignore"):
            now = now + rng.standard_exponential(len(active)) / buyers.rate[active]
        in_time = now < end
        active, now = active[in_time], now[in_time]
        who.append(active)
        when.append(now)
        stays = rng.random(len(active)) >= buyers.leaving[active]
        active, now = active[stays], now[stays]
    return np.concatenate(who), np.concatenate(when)


def draw_order_values(
    buyers: Buyers, who: np.ndarray, p: float | np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw the value of each order, in whole cents and at least one.

    Args:
        buyers: The customers.
        who: The position of each order's customer.
        p: The Gamma-Gamma shape, a number or one value a customer.
        rng: The source of chance.

    Returns:
        Money, one element an order.
    """
    shape = np.broadcast_to(p, buyers.spend.shape)[who]
    values = rng.standard_gamma(shape) * (buyers.spend[who] / shape)
    rounded: np.ndarray = np.clip(np.round(values, 2), 0.01, _LARGEST_ORDER)
    return rounded


def simulate_orders(
    customers: int,
    days: int,
    r: float,
    alpha: float,
    a: float,
    b: float,
    p: float,
    q: float,
    v: float,
    seed: int = 1,
    *,
    intake_days: float | None = None,
    start: str = "2024-01-01",
) -> pd.DataFrame:
    """Simulate the orders of a shop whose parameters are known.

    Args:
        customers: How many customers to draw, each with at least the first order.
        days: Length of the observation from `start`, in days.
        r: BG/NBD parameter.
        alpha: BG/NBD parameter, in days.
        a: BG/NBD parameter.
        b: BG/NBD parameter.
        p: Gamma-Gamma parameter.
        q: Gamma-Gamma parameter.
        v: Gamma-Gamma parameter, in money.
        seed: The same seed gives the same orders.
        intake_days: First orders fall evenly into this number of first days; `days` if None.
        start: The first day, "YYYY-MM-DD".

    Returns:
        One row per order, oldest first: `customer_id` (int64, from 1), `ordered_at` (datetime64,
        whole seconds), `revenue` (float64, cents, at least 0.01).

    Raises:
        ValueError: A parameter is not positive, or `intake_days` is longer than `days`.

    Source: Fader, Hardie & Lee 2005 for the purchases, Fader & Hardie, note 025 for their values.
    The draws come from NumPy's PCG64 generator. One million customers of the CDNOW kind take about
    a second.
    """
    process = Process(r=r, alpha=alpha, a=a, b=b, p=p, q=q, v=v)
    intake = float(days if intake_days is None else intake_days)
    if customers < 1 or not 0 < intake <= days:
        raise ValueError(
            f"needs at least 1 customer and 0 < intake_days <= days, not {customers} customers, "
            f"intake_days {intake:g} and days {days}"
        )
    rng = np.random.Generator(np.random.PCG64(seed))
    buyers = draw_buyers(process, customers, rng)
    who, when = draw_purchases(buyers, rng.random(customers) * intake, days, rng)
    revenue = draw_order_values(buyers, who, p, rng)
    # Whole seconds first: rounding down keeps an order inside its day.
    seconds = (when * 86_400).astype(np.int64)
    order = np.argsort(seconds, kind="stable")
    return pd.DataFrame(
        {
            "customer_id": who[order].astype(np.int64) + 1,
            "ordered_at": np.datetime64(start, "s") + seconds[order].astype("timedelta64[s]"),
            "revenue": revenue[order],
        }
    )
