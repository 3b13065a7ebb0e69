"""How time and memory grow with the store, from a file and from a table in Spark.

    python -m benchmarks.bench_scale [customers ...] [--engine file|duckdb|spark]

Each size runs in a process of its own, over the same simulated shop: 2.7 orders a customer in
three years. Printed are the seconds of each step and of all processors together, the peak memory of
this process up to it, the rows that travelled from the engine, and how the processors' seconds grow
with the orders (1 is in proportion).

"file" reads a CSV file and scores every customer. "duckdb" and "spark" read a table in its engine
and fit the model to its distinct histories. Spark runs on this machine, in a JVM: its processor's
seconds are counted (on Linux), its memory is not. It needs Java and requirements-spark.txt.
"""

import argparse
import contextlib
import math
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

SIZES = (1_000_000, 3_000_000, 10_000_000)
#: Customers that are simulated at a time.
PART = 1_000_000
#: The JVM's memory.
SPARK_MEMORY = "6g"
#: Parts of the data that Spark works on. Its default of 200 is for a cluster.
PARTITIONS = 8


class Step(NamedTuple):
    """What a step took.

    Attributes:
        seconds: On the clock.
        processors: Seconds of all processors, those of the JVM included.
        peak: The process's peak memory up to its end, in MB.
    """

    seconds: float
    processors: float
    peak: float


class Clock:
    """What each step took."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}

    def run(self, step: str, work: Callable[[], Any]) -> Any:
        """Return what the work returns, and keep what it took."""
        start, processors = time.perf_counter(), processor_seconds()
        result = work()
        self.steps[step] = Step(
            seconds=time.perf_counter() - start,
            processors=processor_seconds() - processors,
            peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )
        return result


def processor_seconds() -> float:
    """Return the processors' seconds of this process and of the processes that it started."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid():
                ticks += int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def write_store(path: Path, customers: int) -> int:
    """Write the orders of a simulated store as CSV and return their number."""
    from retention.samples.simulator import simulate_orders

    orders = 0
    for part, first in enumerate(range(0, customers, PART)):
        number = min(PART, customers - first)
        frame = simulate_orders(
            number, 1095, r=0.2426, alpha=30.9, a=0.7929, b=2.4259, p=6.25, q=3.74, v=15.44,
            seed=part,
        )  # fmt: skip
        frame["customer"] = "C" + (frame["customer_id"] + first).astype(str).str.zfill(8)
        frame["date"] = frame["ordered_at"].dt.strftime("%Y-%m-%d")
        frame["amount"] = frame["revenue"].round(2)
        columns = frame[["customer", "date", "amount"]]
        columns.to_csv(path, index=False, mode="a", header=part == 0)
        orders += len(frame)
    return orders


def from_file(path: Path, clock: Clock) -> int:
    """Read the file and score every customer."""
    import retention

    orders = clock.run("read", lambda: retention.read_orders(path))
    customers = clock.run("summary", lambda: retention.summarise_customers(orders))
    model = clock.run("fit", lambda: retention.fit_cltv(customers))
    clock.run("scores", lambda: retention.predict_cltv(model, customers, intervals=False))
    clock.run("ranges", lambda: retention.predict_cltv(model, customers))
    return len(customers)


def from_table(table: Any, clock: Clock) -> int:
    """Read the table in its engine and fit the model to its distinct histories."""
    import retention

    orders = clock.run("read", lambda: retention.read_orders(table))
    histories = clock.run("histories", lambda: retention.summarise_histories(orders))
    clock.run("fit", lambda: retention.fit_cltv(histories))
    return len(histories)


def duckdb_table(path: Path) -> Any:
    """Return the orders as a table of a DuckDB database on disk."""
    import ibis

    shop = ibis.duckdb.connect(path.with_suffix(".duckdb"))
    shop.create_table("orders", shop.read_csv(path))
    return shop.table("orders")


def spark_table(path: Path) -> Any:
    """Return the orders as a table of Spark, kept as Parquet."""
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    import ibis
    from pyspark.sql import SparkSession

    parquet = path.with_suffix(".parquet")
    local = ibis.duckdb.connect()
    local.read_csv(path).to_parquet(parquet)
    session = (
        SparkSession.builder.master("local[*]")
        .config("spark.driver.memory", SPARK_MEMORY)
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", PARTITIONS)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    lake = ibis.pyspark.connect(session)
    table = lake.read_parquet(parquet, table_name="orders")
    table.limit(1).to_pyarrow()  # the start of the engine is no work on the orders
    return table


def _run(engine: str, path: Path, pipe: Connection) -> None:
    import lifetimes.utils  # noqa: F401  # its import is no work of any step

    import retention  # noqa: F401

    clock = Clock()
    if engine == "file":
        travelled = from_file(path, clock)
    else:
        table = duckdb_table(path) if engine == "duckdb" else spark_table(path)
        travelled = from_table(table, clock)
    pipe.send((clock.steps, travelled))


def measure(engine: str, path: Path) -> tuple[dict[str, Step], int]:
    """Return the steps of one run in a process of its own, and the rows that travelled."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(engine, path, sender))
    process.start()
    sender.close()
    answer: tuple[dict[str, Step], int] = receiver.recv()
    process.join()
    return answer


def growth(orders: list[int], seconds: list[float]) -> str:
    """Return the power of the orders by which seconds grow from each size to the next."""
    powers = [
        math.log(seconds[place + 1] / seconds[place]) / math.log(orders[place + 1] / orders[place])
        for place in range(len(orders) - 1)
    ]
    return ", ".join(f"{power:.2f}" for power in powers)


def main() -> None:
    """Run every size and print its steps, then how they grow."""
    parser = argparse.ArgumentParser(description="How time and memory grow with the store.")
    parser.add_argument("customers", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--engine", choices=("file", "duckdb", "spark"), default="file")
    chosen = parser.parse_args()
    numbers: list[int] = []
    taken: dict[str, list[float]] = {}
    for customers in chosen.customers:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "orders.csv"
            orders = write_store(path, customers)
            size = path.stat().st_size / 1e6
            steps, travelled = measure(chosen.engine, path)
        numbers.append(orders)
        seconds = sum(step.seconds for step in steps.values())
        print(
            f"{customers:,} customers, {orders:,} orders, {size:,.0f} MB CSV: {seconds:.1f} s, "
            f"{travelled:,} rows travelled",
            flush=True,
        )
        for name, step in steps.items():
            taken.setdefault(name, []).append(step.processors)
            print(
                f"  {name:10} {step.seconds:7.2f} s  {step.processors:7.2f} s of processors  "
                f"up to {step.peak:6,.0f} MB",
                flush=True,
            )
    if len(numbers) > 1:
        for name, spent in taken.items():
            print(f"{name} grows by the power {growth(numbers, spent)} of the orders")


if __name__ == "__main__":
    sys.exit(main())
