"""File to scored customers, against pandas + lifetimes called the usual way, and clvkit.

    python benchmarks/bench_pipeline.py [customers] [rounds]

All read the same CSV (customer, date, amount) of a simulated store, in turn. Each run has a fresh
process of its own, so that imports count and peak memory can be compared. Printed: seconds and peak
memory of each, and the ratios of the medians. The usual way has no intervals, so that ours is run
without them; "ranges" is ours with every customer's 80 % intervals. clvkit takes part where it is
installed: pip install clvkit==0.2.1.
"""

import multiprocessing
import resource
import sys
import tempfile
import time
from functools import partial
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

HORIZON_MONTHS = 12


def usual_way(path: str) -> dict[str, float]:
    """read_csv, summary_data_from_transaction_data, fit, customer_lifetime_value."""
    import pandas as pd
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import summary_data_from_transaction_data

    orders = pd.read_csv(path, parse_dates=["date"])
    summary = summary_data_from_transaction_data(
        orders, "customer", "date", monetary_value_col="amount"
    )
    purchases = BetaGeoFitter().fit(summary["frequency"], summary["recency"], summary["T"])
    repeat = summary[(summary["frequency"] > 0) & (summary["monetary_value"] > 0)]
    spend = GammaGammaFitter().fit(repeat["frequency"], repeat["monetary_value"])
    summary["p_alive"] = purchases.conditional_probability_alive(
        summary["frequency"], summary["recency"], summary["T"]
    )
    value = spend.customer_lifetime_value(
        purchases,
        summary["frequency"],
        summary["recency"],
        summary["T"],
        summary["monetary_value"],
        time=HORIZON_MONTHS,
    )
    return {
        "customers": len(summary),
        "value": float(value.sum()),
        "r": float(purchases.params_["r"]),
    }


def clvkit_way(path: str) -> dict[str, float]:
    """CustomerBase.from_transactions, CLV().fit and predict, as its README has it, in days."""
    import pandas as pd
    from clvkit import CLV, CustomerBase

    log = pd.read_csv(path, parse_dates=["date"]).rename(columns={"customer": "customer_id"})
    base = CustomerBase.from_transactions(log, time_unit="D", collapse="D")
    model = CLV().fit(base)
    # The discount rate is that of a day: a tenth a year, as ours.
    scores = model.predict(horizon=365, discount_rate=1.1 ** (1 / 365.25) - 1).to_pandas()
    return {"customers": len(scores), "value": float(scores["clv"].sum())}


def our_way(path: str, intervals: bool = False) -> dict[str, float]:
    """read_orders, summarise_customers, fit_cltv, predict_cltv."""
    import retention

    orders = retention.read_orders(path)
    customers = retention.summarise_customers(orders)
    model = retention.fit_cltv(customers)
    scores = retention.predict_cltv(model, customers, intervals=intervals)
    return {"customers": len(scores), "value": float(scores["cltv"].sum()), "r": model.r}


def _run(way: str, path: str, pipe: Connection) -> None:
    start = time.perf_counter()
    ways = {
        "usual": usual_way,
        "clvkit": clvkit_way,
        "ours": our_way,
        "ranges": partial(our_way, intervals=True),
    }
    result = ways[way](path)
    seconds = time.perf_counter() - start
    pipe.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, result))


def measure(way: str, path: str) -> tuple[float, float, dict[str, float]]:
    """Seconds, peak megabytes and results of one run in a fresh process."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(way, path, sender))
    process.start()
    sender.close()
    answer = receiver.recv()
    process.join()
    return answer


def main() -> None:
    """Write the store's file, run both ways in turn, print the medians and their ratios."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    from retention.samples.simulator import simulate_orders

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "orders.csv")
        frame = simulate_orders(
            customers, 1095, r=0.2426, alpha=30.9, a=0.7929, b=2.4259, p=6.25, q=3.74, v=15.44
        )
        frame["customer"] = "C" + frame["customer_id"].astype(str).str.zfill(7)
        frame["date"] = frame["ordered_at"].dt.strftime("%Y-%m-%d")
        frame["amount"] = frame["revenue"].round(2)
        frame[["customer", "date", "amount"]].to_csv(path, index=False)
        print(
            f"{customers:,} customers, {len(frame):,} orders, "
            f"{Path(path).stat().st_size / 1e6:.0f} MB CSV",
            flush=True,
        )
        del frame
        runs: dict[str, list] = {"ours": [], "ranges": [], "usual": []}
        if find_spec("clvkit"):
            runs["clvkit"] = []
        for _ in range(rounds):
            for way in runs:
                runs[way].append(measure(way, path))
                seconds, memory, result = runs[way][-1]
                print(f"  {way:6}  {seconds:7.2f} s  {memory:7.0f} MB  {result}", flush=True)
    seconds = {way: median(run[0] for run in taken) for way, taken in runs.items()}
    memory = {way: median(run[1] for run in taken) for way, taken in runs.items()}
    for peer in [way for way in ("usual", "clvkit") if way in runs]:
        for way, words in (("ours", "the same work"), ("ranges", "with intervals")):
            print(
                f"{words} as {peer}: {seconds[peer] / seconds[way]:.1f} times faster, "
                f"{memory[way] / memory[peer]:.2f} of the memory"
            )


if __name__ == "__main__":
    main()
