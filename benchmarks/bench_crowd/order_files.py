"""Order files by code, and the memory that their orders need on their own."""

from pathlib import Path

import retention
from benchmarks.large_store import large_store

#: Orders of a customer in the sample store, and in the large one.
_ORDERS_EACH_SAMPLE, _ORDERS_EACH_LARGE = 37_000 / 12_000, 2.7
#: From this many orders on a file comes from the large store, which is made in seconds.
_LARGE_FROM = 200_000


def order_file(orders: int, number: int, folder: Path) -> bytes:
    """Return a CSV file of about so many orders. Each number gives another file.

    Args:
        orders: About how many orders it holds.
        number: Which file of this size.
        folder: Where it may lie meanwhile.
    """
    if orders < _LARGE_FROM:
        customers = round(orders / _ORDERS_EACH_SAMPLE)
        return retention.sample_file("store", customers=customers, seed=100 + number)
    store = large_store(round(orders / _ORDERS_EACH_LARGE) + 100 * number)
    path = folder / "large.csv"
    store.table.to_csv(path)
    return path.read_bytes()


def needed_megabytes(content: bytes) -> float:
    """Return the memory of the orders of a file: their tables in the engine, and the customers.

    Args:
        content: The file.
    """
    orders = retention.read_orders(content)
    engine = orders.table.get_backend()
    asked = engine.raw_sql("SELECT sum(memory_usage_bytes) FROM duckdb_memory()")
    held = asked.fetchall()[0][0]
    customers = retention.summarise_customers(orders)
    return (held + int(customers.memory_usage(deep=True).sum())) / 2**20
