"""The monthly retention triangle beside plain pandas, and the forecast of every cohort.

    python -m benchmarks.bench_cohorts [--customers 1000000] [--rounds 5]

Both start from orders in memory, each in its own form (a DuckDB table, a frame), and take turns in
one process; the answers are compared before anything is timed. "Counted by day" is what the app
does on a history that is there already; "fetched" is pandas with the frame taken from the order
table first. Ours uses every processor, so that other programs at work on the machine slow it down
more than pandas.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.large_store import large_store
from retention import cohort_forecast, cohort_of, cohort_table, fit_cltv, summarise_customers
from retention.history.order_history import order_history
from retention.reports.cohorts import cohort_table_of, second_orders_of


def in_pandas(orders: pd.DataFrame) -> pd.DataFrame:
    """The triangle as one would write it with groupby, transform and periods."""
    first = orders.groupby("customer_id")["ordered_at"].transform("min")
    frame = orders.assign(
        cohort=first.dt.to_period("M"), month=orders["ordered_at"].dt.to_period("M")
    )
    table = (
        frame.groupby(["cohort", "month"])
        .agg(
            active=("customer_id", "nunique"),
            orders=("order_id", "size"),
            revenue=("revenue", "sum"),
        )
        .reset_index()
    )
    table["age"] = (table["month"] - table["cohort"]).map(lambda step: step.n)
    table["customers"] = table["cohort"].map(table[table["age"] == 0].set_index("cohort")["active"])
    table["share"] = table["active"] / table["customers"]
    for name in ("orders", "revenue"):
        table[f"cumulative_{name}"] = table.groupby("cohort")[name].cumsum() / table["customers"]
    return table


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    """Print the medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    orders = large_store(arguments.customers)
    frame, history = orders.table.to_pandas(), order_history(orders)

    plain, ours, ready = in_pandas(frame), cohort_table(orders), cohort_table_of(history)
    same = [
        "age",
        "customers",
        "active",
        "orders",
        "revenue",
        "share",
        "cumulative_orders",
        "cumulative_revenue",
    ]
    # A cell without orders is a row here, and none in pandas.
    for found in (ours, ready):
        assert np.allclose(found.loc[found["active"] > 0, same], plain[same])

    ways = {
        "pandas": lambda: in_pandas(frame),
        "fetched": lambda: in_pandas(orders.table.to_pandas()),
        "cohort_table": lambda: cohort_table(orders),
        "ready": lambda: cohort_table_of(history),
        "seconds": lambda: second_orders_of(history),
    }
    taken = {name: [] for name in ways}
    for _ in range(arguments.rounds):
        for name, work in ways.items():
            taken[name].append(seconds(work))
    median = {name: statistics.median(runs) for name, runs in taken.items()}
    print(
        f"{len(frame):,} orders of {arguments.customers:,} customers, median of "
        f"{arguments.rounds} rounds"
    )
    print(f"triangle with pandas      {median['pandas']:7.2f} s, fetched {median['fetched']:.2f} s")
    for name, words in (("cohort_table", "cohort_table"), ("ready", "  counted by day")):
        ratios = [median[name] / median[way] for way in ("pandas", "fetched")]
        print(f"{words:24}  {median[name]:7.2f} s, {ratios[0]:.2f} and {ratios[1]:.2f} of the time")
    print(f"time to second order      {median['seconds']:7.2f} s, counted by day")

    customers = summarise_customers(orders)
    model, labels = fit_cltv(customers), cohort_of(customers)
    months = seconds(lambda: cohort_forecast(model, customers, labels))
    print(f"forecast of {labels.nunique()} cohorts    {months:7.2f} s, 12 months with ranges")


if __name__ == "__main__":
    main()
