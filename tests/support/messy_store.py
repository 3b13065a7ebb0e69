"""A store with everything that makes a day of orders hard to count."""

import numpy as np
import pandas as pd

from retention import Orders
from retention.samples.simulator import simulate_orders
from tests.support.orders_stub import orders_of


def messy_store() -> Orders:
    """Several orders a day, free orders, customers who appear after the cut, ids of every kind,
    rows in no order.
    """
    frame = simulate_orders(500, 300, r=1.0, alpha=25, a=0.6, b=3, p=2, q=3, v=20, seed=6)
    rng = np.random.default_rng(6)
    names = [
        f"{word}{number}"
        for number in range(100)
        for word in ("a", "B", "Ä", "00", "mail+x@shop.example ")
    ]
    frame["customer_id"] = np.array(names, dtype=object)[
        rng.permutation(500)[frame["customer_id"] - 1]
    ]
    twice = frame.sample(frac=0.3, random_state=1)
    twice = twice.assign(ordered_at=twice["ordered_at"].dt.normalize() + pd.Timedelta("23:59:59"))
    frame = pd.concat([frame, twice], ignore_index=True)
    frame.loc[rng.random(len(frame)) < 0.15, "revenue"] = 0.0
    return orders_of(frame.sample(frac=1, random_state=2), end="2024-10-26")


def split_in_pandas(orders: Orders, cut: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Purchase days up to a cut and after it of the customers who had bought by then, in plain
    pandas.
    """
    table = orders.table.to_pandas()
    table["day"] = table["ordered_at"].dt.normalize()
    days = table.groupby(["customer_id", "day"], as_index=False)["revenue"].sum()
    before, after = days[days["day"] <= cut], days[days["day"] > cut]
    return before, after[after["customer_id"].isin(before["customer_id"])]
