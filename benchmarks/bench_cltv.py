"""Fit and score a simulated store, side by side with lifetimes called the usual way.

    python benchmarks/bench_cltv.py [customers]
    python benchmarks/bench_cltv.py season [customers ...]

Both get the same customer table (1,000,000 customers over three years unless told otherwise) in one
process and do the same work: fit BG/NBD and Gamma-Gamma, then give every customer a probability to
be active, the expected orders and the value of the next twelve months. Ours fits MBG/NBD as well,
for the one-time buyers, and adds two purchase probabilities and the 80 % intervals of orders and
value. Beside that: the fit of BG/NBD alone, and a backtest of the store in units of one fit and
score. Ours are medians of five rounds. Prints seconds, ratios and how far the results differ.

With "season": what the season and the joined ranges cost, side by side with `season=None` and
ranges of the model alone. The stores are the sample store, and simulated ones with a season, of
200,000 customers unless told otherwise. BLAS has one thread, as in the app. Seconds are the
processors', of the fastest of five rounds: other work on the machine disturbs them least.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.real_stores import in_memory, seasonal_orders
from retention import (
    Orders,
    backtest,
    fit_cltv,
    past_misses,
    predict_cltv,
    sample_orders,
    summarise_customers,
)
from retention.lifetimes_package import lifetimes
from retention.models.histories import group_histories
from retention.models.purchases import fit_purchases
from retention.orders.orders import OrderReport
from retention.samples.simulator import simulate_orders

MONTH = 30  # days in a month of lifetimes
ANNUAL_RATE = 0.10
ROUNDS = 5


def simulated_orders(customers: int) -> Orders:
    """Return a store of the CDNOW kind, observed for three years."""
    frame = simulate_orders(customers, 1096, r=0.3, alpha=35, a=0.8, b=3.0, p=6, q=4, v=15, seed=1)
    frame["customer_id"] = "C" + frame["customer_id"].astype(str).str.zfill(8)
    frame["order_id"] = frame.index.astype(str)
    table = ibis.duckdb.connect().create_table("orders", frame)
    first, last = frame["ordered_at"].min().date(), frame["ordered_at"].max().date()
    return Orders(
        table, OrderReport(len(frame), len(frame)), first, last, currency=None, digest="simulated"
    )


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    """Return what the action returns, and its seconds."""
    start = time.perf_counter()
    result = action()
    return result, time.perf_counter() - start


def usual_way(customers: pd.DataFrame) -> tuple[dict[str, float], pd.DataFrame]:
    """Run lifetimes as its documentation does; return seconds and scores."""
    package = lifetimes()
    history = [customers[name] for name in ("frequency", "recency", "T")]
    seconds = {}
    purchases, seconds["fit purchases"] = timed(lambda: package.BetaGeoFitter().fit(*history))
    paid = customers[(customers["frequency"] > 0) & (customers["monetary_value"] > 0)]
    spend, seconds["fit spend"] = timed(
        lambda: package.GammaGammaFitter().fit(paid["frequency"], paid["monetary_value"])
    )
    active, first = timed(lambda: purchases.conditional_probability_alive(*history))
    orders, second = timed(
        lambda: purchases.conditional_expected_number_of_purchases_up_to_time(12 * MONTH, *history)
    )
    value, third = timed(
        lambda: spend.customer_lifetime_value(
            purchases,
            *history,
            customers["monetary_value"],
            time=12,
            discount_rate=(1 + ANNUAL_RATE) ** (1 / 12) - 1,
            freq="D",
        )
    )
    seconds["score"], seconds["value"] = first + second + third, third
    seconds["parameters"] = purchases.params_
    scores = pd.DataFrame(
        {"p_alive": active, "expected_orders": orders, "cltv": value}, index=customers.index
    )
    return seconds, scores


def processor_seconds(action: Callable[[], Any]) -> float:
    """Return the seconds that all processors spend on an action."""
    start = time.process_time()
    action()
    return time.process_time() - start


def season_cost(name: str, orders: Orders) -> None:
    """Print what the season and the joined ranges cost, step by step and together."""
    customers = summarise_customers(orders)
    model = fit_cltv(customers)
    steps: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "fit": (lambda: fit_cltv(customers), lambda: fit_cltv(customers, season=None)),
        "scores": (
            lambda: predict_cltv(model, customers),
            lambda: predict_cltv(model.without_season(), customers),
        ),
        "backtest": (
            lambda: backtest(orders),
            lambda: backtest(orders, season=None, misses=None),
        ),
        "past misses": (lambda: past_misses(orders), lambda: None),
    }
    rounds = [[[timed(way)[1] for way in ways] for ways in steps.values()] for _ in range(ROUNDS)]
    # The fastest round is the one that other work on the machine has disturbed least.
    taken = np.min(rounds, axis=0)
    season = model.season.reason or f"a season of {model.season.harmonics} harmonics"
    print(f"{name}: {len(customers):,} customers, {season}")
    for step, (on, off) in zip(steps, taken, strict=True):
        print(f"  {step:12}with {on:6.2f} s   without {off:6.2f} s")
    for words, number in (("fit + scores + backtest", 3), ("... + past misses", 4)):
        on, off = taken[:number].sum(axis=0)
        print(f"  {words}: {on:.2f} s with, {off:.2f} s without: {on / off:.2f} times as long")


def season_stores(sizes: list[int]) -> Iterator[tuple[str, Orders]]:
    """Yield the sample store, and simulated stores of these sizes that sell most in December."""
    yield "sample store", sample_orders("store")
    for size in sizes:
        frame = seasonal_orders({12: 2.0, 11: 1.5, 2: 0.8}, seed=1, customers=size, days=1095)
        yield "simulated store", in_memory(frame)


def main(number: int) -> None:
    """Print the times of fit, scores and backtest, ours beside lifetimes'."""
    orders = simulated_orders(number)
    customers, summary = timed(lambda: summarise_customers(orders))
    print(
        f"{len(customers):,} customers, {customers['orders'].sum():,} orders; summarised in "
        f"{summary:.2f} s"
    )
    histories = len(customers.groupby(["frequency", "recency", "T"]))
    print(
        f"{histories:,} distinct histories, {(customers['frequency'] > 0).sum():,} repeat customers"
    )
    lifetimes()  # its import is not what is compared

    model = fit_cltv(customers)
    scores = predict_cltv(model, customers, 12 * MONTH, ANNUAL_RATE)
    rounds = [
        [
            timed(action)[1]
            for action in (
                lambda: fit_cltv(customers),
                lambda: predict_cltv(model, customers, 12 * MONTH, ANNUAL_RATE),
                lambda: backtest(orders),
            )
        ]
        for _ in range(ROUNDS)
    ]
    fit, score, tested = (statistics.median(taken) for taken in zip(*rounds, strict=True))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        theirs, their_scores = usual_way(customers)

    histories, first = timed(lambda: group_histories(customers))
    alone, second = timed(lambda: fit_purchases(histories))

    their_fit = theirs["fit purchases"] + theirs["fit spend"]
    print(f"{'':12}{'ours':>9}{'lifetimes':>11}{'ratio':>8}")
    for name, mine, other in (
        ("fit BG/NBD", first + second, theirs["fit purchases"]),
        ("fit all", fit, their_fit),
        ("score", score, theirs["score"]),
        ("... to value", score, theirs["value"]),
        ("together", fit + score, their_fit + theirs["score"]),
    ):
        print(f"{name:12}{mine:>7.2f} s{other:>9.2f} s{other / mine:>7.1f}x")

    print(
        f"backtest {tested:.2f} s: {tested / (fit + score):.2f} times one fit and score of "
        "customers, "
        f"{tested / (summary + fit + score):.2f} times one from orders"
    )
    off = [
        abs(getattr(alone, name) / theirs["parameters"][name] - 1)
        for name in ("r", "alpha", "a", "b")
    ]
    print(f"largest relative difference of a BG/NBD parameter: {max(off):.1e}")

    repeat = (customers["frequency"] > 0).to_numpy()
    print("largest relative differences: ", end="")
    differences = {
        "p_alive of repeat customers": (scores["p_alive"][repeat], their_scores["p_alive"][repeat]),
        "expected orders": (scores["expected_orders"], their_scores["expected_orders"]),
    }
    print(
        ", ".join(
            f"{name} {np.nanmax(np.abs(a / b - 1)):.1e}" for name, (a, b) in differences.items()
        )
    )
    print(
        f"total value: ours {scores['cltv'].sum():,.0f}, "
        f"lifetimes {their_scores['cltv'].sum():,.0f}"
    )


if __name__ == "__main__":
    words = [word.replace(",", "").replace("_", "") for word in sys.argv[1:]]
    if words[:1] == ["season"]:
        lifetimes()  # its import is no part of a fit
        with threadpool_limits(1, user_api="blas"):
            for store in season_stores([int(word) for word in words[1:]] or [200_000]):
                season_cost(*store)
    else:
        main(int(words[0]) if words else 1_000_000)
