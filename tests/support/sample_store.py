"""The sample store's file as its rows."""

import io

import pandas as pd

# The statuses of orders that took place.
KEPT = ["Completed", "Refunded", "Partially refunded"]
END = pd.Timestamp("2026-10-31")


def read_store(file: bytes) -> pd.DataFrame:
    """The rows of a store's file, its dates read."""
    return pd.read_csv(io.BytesIO(file), keep_default_na=False, parse_dates=["Order date"])
