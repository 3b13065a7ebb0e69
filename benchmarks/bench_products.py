"""What each function on products takes, and what came of what was due, on any store's file.

    python -m benchmarks.bench_products FILE [--rounds 3]

The file is read first, untimed. The table of products is computed in plain pandas, too, and the two
are compared. Then the last 14 days are hidden: how many customers bought what was due in them,
beside all who had ever bought the same products? At the end stands the backtest of likely products.
"""

import argparse
import time
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pandas as pd

import retention
from retention import Orders, ProductHistory
from retention.products.due_backtest import HIDDEN_DAYS, due_hit_rates


def in_pandas(lines: pd.DataFrame) -> pd.DataFrame:
    """The counts of the table as one would write them with groupby."""
    frame = lines.assign(day=lines["ordered_at"].dt.normalize()).dropna(subset=["product"])
    frame = frame[["customer_id", "product", "day"]].drop_duplicates()
    days = frame.groupby(["product", "customer_id"]).size()
    return pd.DataFrame(
        {
            "customers": days.groupby("product").size(),
            "orders": days.groupby("product").sum(),
            "repeat_customers": (days > 1).groupby("product").sum(),
            "reorders": (days - 1).groupby("product").sum(),
        }
    )


def seconds(work: Callable[[], object], rounds: int) -> float:
    """How long one call takes, the shortest of some."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def came(orders: Orders) -> pd.DataFrame:
    """How many bought what was due within the hidden days, by week and basis."""
    seen = retention.product_history(orders, as_of=orders.end - timedelta(days=HIDDEN_DAYS))
    whole = retention.product_history(orders)
    later = whole.table.filter(whole.table.day > seen.last_day).to_pandas()
    bought = set(_pairs(whole, later))
    ever = seen.table.filter(seen.table.nth == 0).to_pandas()
    everybody = [pair in bought for pair in _pairs(seen, ever)]
    seen.release()
    whole.release()
    all_of_them = pd.DataFrame(
        {"week": ["ever bought"], "basis": [""], "rows": len(ever), "rate": np.mean(everybody)}
    )
    return pd.concat([due_hit_rates(orders), all_of_them], ignore_index=True)


def _pairs(history: ProductHistory, rows: pd.DataFrame) -> list[tuple[str, str]]:
    customers, products = history.customers[rows["customer"]], history.products[rows["product"]]
    return list(zip(customers, products, strict=True))


def main() -> None:
    """Print the seconds, the rates and the recalls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", help="an order file that names products")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    orders = retention.read_orders(arguments.file)
    customers = retention.summarise_customers(orders)
    uncertainty = retention.value_uncertainty(retention.fit_cltv(customers), customers)
    source = orders.table if orders.items is None else orders.items
    lines = source.select("customer_id", "ordered_at", "product").to_pandas()
    history = retention.product_history(orders)
    lines = lines[~lines["product"].isin(history.fees)]
    plain, ours = in_pandas(lines), retention.product_table(history)
    assert (ours[list(plain)].sort_index() == plain.sort_index()).all(axis=None)
    print(f"{len(lines):,} lines, {len(customers):,} customers, {len(ours):,} products")
    print(f"{int(ours['enough_reorders'].sum()):,} products rest on 30 reorders or more\n")
    work: dict[str, Callable[[], object]] = {
        "product_history (read once)": lambda: retention.product_history(orders).release(),
        "product_table": lambda: retention.product_table(history),
        "the same counts in pandas": lambda: in_pandas(lines),
        "product_value": lambda: retention.product_value(history, customers, uncertainty),
        "bought_together": lambda: retention.bought_together(history),
        "bought_next": lambda: retention.bought_next(history),
        "order_journey": lambda: retention.order_journey(history),
        "reorders_due": lambda: retention.reorders_due(history),
        "likely_next, 10": lambda: retention.likely_next(history, 10),
        "next_products_backtest": lambda: retention.next_products_backtest(orders),
    }
    for name, call in work.items():
        print(f"{name:30} {seconds(call, arguments.rounds):6.2f} s")
    rates = came(orders).round(3).to_string(index=False)
    print(f"\nBought within {HIDDEN_DAYS} hidden days\n{rates}")
    for days in (30, 90):
        backtest = retention.next_products_backtest(orders, days)
        columns = ["method", "named", "recall", "recall_low", "recall_high", "hit_rate"]
        print(f"\nThe next order of {backtest.customers:,} customers, {days} days hidden")
        print(backtest.table[columns].round(3).to_string(index=False))


if __name__ == "__main__":
    main()
