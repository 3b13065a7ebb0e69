"""A store of any size, simulated in memory: what the benchmarks of the segments run on."""

import ibis
import numpy as np

from retention import Orders
from retention.orders.orders import OrderReport
from retention.samples.simulator import simulate_orders


def large_store(customers: int) -> Orders:
    """Orders of these customers over two years, about 2.7 each, some with discounts."""
    frame = simulate_orders(customers, 730, r=0.45, alpha=42.0, a=0.55, b=1.9, p=6.0, q=4.0, v=26.0)
    frame["order_id"] = np.arange(len(frame)).astype(str)
    frame["customer_id"] = "c" + frame["customer_id"].astype(str)
    rng = np.random.default_rng(2)
    share = np.where(rng.random(len(frame)) < 0.3, rng.beta(2, 8, len(frame)), 0.0)
    frame["discount"] = frame["revenue"] * share / (1 - share)
    table = ibis.duckdb.connect().create_table("orders", frame)
    first, last = frame["ordered_at"].min().date(), frame["ordered_at"].max().date()
    return Orders(
        table, OrderReport(len(frame), len(frame)), first, last, "USD", f"large-{customers}"
    )
