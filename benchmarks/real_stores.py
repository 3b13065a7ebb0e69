"""How far forecasts of real stores miss, and how often their 80 % ranges hold what came.

    python -m benchmarks.real_stores [files or folders ...] [--model bg_nbd] [--days 30 90] [--each]

The end of every store's history is hidden, predicted and compared, for several lengths of the
hidden part: with the plain model, and with the store's season on the model's clock. The stores are
the two samples, two simulated ones, and every order file that is named or lies in a folder that is
named. With --each, every cut is also judged by what came in its first 30, 60, ... days. Prints a
Markdown table and, below it, the shares of all cuts whose ranges held the truth, before (the plain
model) and after.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import ibis
import numpy as np
import pandas as pd

from retention import Backtest, Orders, RetentionError, backtest, read_orders, sample_orders
from retention.evaluation.past_misses import HIDDEN_DAYS
from retention.orders.report import OrderReport
from retention.samples.simulator import (
    Buyers,
    Process,
    draw_buyers,
    draw_order_values,
    draw_purchases,
)

#: Days that stay known before a cut, at the least.
LEAST_KNOWN_DAYS = 180
#: The plain model with its own ranges, and the season with ranges that know the past misses.
WAYS: tuple[Literal["auto"] | None, ...] = (None, "auto")
FILE_TYPES = (".csv", ".gz", ".tsv", ".txt", ".xlsx", ".xls", ".zip", ".parquet")


def gift_shop(seed: int = 1, customers: int = 6_000, days: int = 1_095) -> pd.DataFrame:
    """Return the orders of a simulated shop of presents: most of the year lies in December."""
    return seasonal_orders({12: 4.0, 11: 2.2, 2: 1.3}, seed, customers, days)


def even_shop(seed: int = 1, customers: int = 6_000, days: int = 1_095) -> pd.DataFrame:
    """Return the orders of a simulated shop without seasons."""
    return seasonal_orders({}, seed, customers, days)


def seasonal_orders(months: dict[int, float], seed: int, customers: int, days: int) -> pd.DataFrame:
    """Return simulated orders whose demand follows the months.

    Args:
        months: The demand of months, where it is not that of a usual month.
        seed: The source of chance.
        customers: How many customers.
        days: How many days from 2021-01-01.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    process = Process(r=0.6, alpha=60.0, a=0.7, b=3.0, p=6.25, q=3.74, v=30.0)
    first = np.datetime64("2021-01-01")
    calendar = pd.DatetimeIndex(first + np.arange(days))
    demand = np.array([months.get(month, 1.0) for month in range(1, 13)])[calendar.month - 1]
    demand /= demand.mean()
    edges, clock = np.arange(days + 1), np.concatenate([[0.0], np.cumsum(demand)])
    buyers: Buyers = draw_buyers(process, customers, rng)
    joined = rng.random(customers) * clock[-1]
    who, when = draw_purchases(buyers, joined, clock[-1], rng)
    day = np.floor(np.interp(when, clock, edges)).clip(0, days - 1).astype(int)
    return pd.DataFrame(
        {
            "order_id": [f"O{number}" for number in range(len(who))],
            "customer_id": np.char.add("C", who.astype(str)),
            "ordered_at": (first + day).astype("datetime64[us]"),
            "revenue": draw_order_values(buyers, who, process.p, rng),
        }
    )


def stores(paths: list[str]) -> Iterator[tuple[str, Orders]]:
    """Yield the stores by name; a file that cannot be read is passed over with a word."""
    yield "sample store", sample_orders("store")
    yield "CDNOW", sample_orders("cdnow")
    yield "gift shop (simulated)", in_memory(gift_shop())
    yield "no season (simulated)", in_memory(even_shop())
    for path in paths:
        folder = Path(path)
        files = sorted(folder.iterdir()) if folder.is_dir() else [folder]
        for file in files:
            if file.suffix.lower() not in FILE_TYPES:
                continue
            try:
                yield file.name, read_orders(str(file))
            except RetentionError as error:
                print(f"{file.name} is left out: {error}")


def in_memory(frame: pd.DataFrame) -> Orders:
    """Return the orders of a frame."""
    table = ibis.duckdb.connect().create_table("orders", frame)
    days = frame["ordered_at"].dt.date
    return Orders(
        table=table,
        report=OrderReport(rows_read=len(frame), rows_kept=len(frame)),
        start=days.min(),
        end=days.max(),
        currency=None,
        digest="simulated",
    )


def cuts(orders: Orders, wanted: list[int], *, each: bool) -> list[tuple[int, int]]:
    """Return days hidden and days judged, for the cuts that leave enough before them."""
    span = (orders.end - orders.start).days
    hidden = [days for days in wanted if span - days >= LEAST_KNOWN_DAYS]
    judged = wanted if each else []
    return [
        (days, horizon)
        for days in hidden
        for horizon in sorted({days, *judged} - {0})
        if horizon <= days
    ]


def up_to(orders: Orders, days: int) -> Orders:
    """Return the orders without those of the last days."""
    end = orders.end - timedelta(days=days)
    if not days:
        return orders
    table = orders.table.filter(orders.table.ordered_at.date() <= ibis.literal(end))
    return replace(orders, table=table, end=end)


def figures(result: Backtest) -> dict[str, object]:
    """Return what a backtest says of totals, weeks and customers."""
    row, weeks = result.figures, result.tracking[result.tracking["part"] == "foreseen"]
    inside = (weeks["low"] <= weeks["actual"]) & (weeks["actual"] <= weeks["high"])
    orders, revenue = result.orders, result.revenue
    return {
        "weeks in": inside.mean(),
        "week error": (weeks["expected"] - weeks["actual"]).abs().sum()
        / max(weeks["actual"].sum(), 1),
        "orders": row["bias"],
        "orders in": bool(orders.low <= row["actual_orders"] <= orders.high),
        "half-width": (orders.high - orders.low) / 2 / max(orders.expected, 1e-9),
        "revenue": row["revenue_bias"],
        "revenue in": None
        if revenue is None
        else bool(revenue.low <= row["actual_revenue"] <= revenue.high),
        "deviance": row["deviance"],
        "gini": row["gini"],
        "customers in": result.coverage,
    }


def measure(
    name: str, orders: Orders, model: str, judged: list[tuple[int, int]]
) -> Iterator[dict[str, object]]:
    """Yield a row for each cut and horizon of a store and each way to model it."""
    for hidden, days in judged:
        known = up_to(orders, hidden - days)
        for way in WAYS:
            begin = time.perf_counter()
            try:
                result = backtest(known, days, model, season=way, file_start=way, misses=way)
            except RetentionError as error:
                print(f"{name}, {hidden} days hidden: {error}")
                continue
            seconds = time.perf_counter() - begin
            season = result.model.season
            yield {
                "store": name,
                "hidden": hidden,
                "judged": days,
                "known": (known.end - known.start).days - days,
                "model": "plain"
                if way is None
                else "guard: plain"
                if season.is_plain
                else "season",
                **figures(result),
                "seconds": seconds,
            }


def markdown(table: pd.DataFrame) -> str:
    """Return the table as Markdown, with percentages where they belong."""
    shown = table.copy()
    for name in ("weeks in", "week error", "half-width", "customers in"):
        shown[name] = [f"{value:.0%}" for value in table[name]]
    for name in ("orders", "revenue"):
        shown[name] = ["" if np.isnan(value) else f"{value:+.1%}" for value in table[name]]
    for name in ("orders in", "revenue in"):
        shown[name] = [{True: "in", False: "out", None: ""}[value] for value in table[name]]
    shown["deviance"] = [f"{value:.4f}" for value in table["deviance"]]
    shown["gini"] = [f"{value:.3f}" for value in table["gini"]]
    shown["seconds"] = [f"{value:.2f}" for value in table["seconds"]]
    lines = [list(shown.columns), ["---"] * len(shown.columns), *shown.astype(str).to_numpy()]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Print the table of all stores, and how often ranges held the truth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", help="order files, or folders of them")
    parser.add_argument("--model", default="bg_nbd", help="bg_nbd, mbg_nbd or auto")
    parser.add_argument("--days", nargs="*", type=int, default=HIDDEN_DAYS, help="days hidden")
    parser.add_argument("--each", action="store_true", help="shorter horizons of each cut, too")
    arguments = parser.parse_args()
    rows: list[dict[str, object]] = []
    for name, orders in stores(arguments.paths):
        judged = cuts(orders, list(arguments.days), each=arguments.each)
        rows += measure(name, orders, arguments.model, judged)
    if not rows:
        print("No store has a history that is long enough.")
        return
    table = pd.DataFrame(rows)
    print(markdown(table), "\n")
    table["way"] = np.where(table["model"] == "plain", "before", "after")
    held = table.groupby("way")[["orders in", "revenue in", "weeks in"]]
    print(held.agg(lambda values: values.astype(float).mean()).map("{:.0%}".format).to_string())


if __name__ == "__main__":
    main()
