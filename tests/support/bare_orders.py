"""A store with amounts, and the same store without them."""

import numpy as np
import pandas as pd

from retention import Orders, read_orders
from retention.samples.simulator import simulate_orders

CHANNELS = np.array(["Search", "E-mail", "Shop"])


def store_rows(
    customers: int = 600, days: int = 700, seed: int = 3, *, addresses: bool = False
) -> pd.DataFrame:
    """The rows of a store's file: customer, day, channel, and an amount above zero."""
    orders = simulate_orders(
        customers, days, seed=seed, r=0.6, alpha=40.0, a=0.8, b=3.0, p=6.0, q=4.0, v=15.0
    )
    number = orders["customer_id"].astype(int)
    return pd.DataFrame(
        {
            "Customer": number.astype(str) + "@example.com"
            if addresses
            else "c" + number.astype(str),
            "Order date": orders["ordered_at"],
            "Channel": CHANNELS[number % 3],
            "Total": orders["revenue"].clip(lower=0.01).round(2),
        }
    )


def read(rows: pd.DataFrame) -> Orders:
    """The orders of such rows."""
    return read_orders(rows.to_csv(index=False).encode(), name="orders.csv")


def both(**settings: int) -> tuple[Orders, Orders]:
    """The orders with their amounts, and without."""
    rows = store_rows(**settings)
    return read(rows), read(rows.drop(columns="Total"))
