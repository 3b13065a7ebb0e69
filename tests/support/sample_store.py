"""The samples that come with the app: the orders of both, and the store's file as its rows."""

import io
from functools import cache

import pandas as pd

from retention import Orders, sample_orders

# The statuses of orders that took place.
KEPT = ["Completed", "Refunded", "Partially refunded"]
END = pd.Timestamp("2026-10-31")


def read_store(file: bytes) -> pd.DataFrame:
    """The rows of a store's file, its dates read."""
    return pd.read_csv(io.BytesIO(file), keep_default_na=False, parse_dates=["Order date"])


@cache
def shared_sample(name: str) -> Orders:
    """The orders of a sample, read once for all tests of a process: none may change them."""
    return sample_orders(name)
