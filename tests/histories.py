"""Customer tables for tests: CDNOW's calibration period, simulated stores and handmade ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from retention.customers import summarise_customers
from retention.samples import sample_orders
from retention.simulator import simulate_orders
from tests.orders_stub import orders_of


@cache
def _cdnow() -> pd.DataFrame:
    return summarise_customers(sample_orders("cdnow"), as_of="1997-09-30")


def cdnow() -> pd.DataFrame:
    """Return the 2,357 CDNOW customers at the end of the calibration period, in days."""
    return _cdnow().copy()


def simulated(customers: int = 3_000, days: int = 500, seed: int = 1, **parameters: float) -> pd.DataFrame:
    """Return the customers of a simulated store; parameters as for `simulate_orders`."""
    settings = {"r": 0.5, "alpha": 20.0, "a": 0.8, "b": 2.5, "p": 6.0, "q": 4.0, "v": 15.0} | parameters
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
    parameters["alpha"] = max(parameters["alpha"], parameters["r"])  # about a purchase a day at most
    customers, days = int(10 ** rng.uniform(1.3, 2.7)), int(10 ** rng.uniform(0.5, 3.3))
    return simulated(customers, days, seed=seed, **parameters)
