"""How often ranges of totals hold the truth once they allow for the misses of the store's past.

    python -m benchmarks.joined_coverage [stores]

Stores are simulated with their orders, of models that are true. The last days are hidden, and the
totals of orders and revenue are foreseen. Prints for every kind of store the share of totals that
lay within the model's own 80 % range and within the joined one, and by how much the latter is
wider. In histories of less than a year and a half no season can be told. There the joined range is
at least as wide as the misses of other stores, so that it holds nearly all totals of these stores.
"""

import argparse

import pandas as pd

from benchmarks.coverage import CDNOW, HEAVY_TAIL, LOYAL
from benchmarks.real_stores import gift_shop, in_memory
from retention import Backtest, Orders, Total, backtest
from retention.samples.simulator import simulate_orders

#: Kinds of stores: customers, days known, days foreseen, and parameters.
KINDS = {
    "CDNOW's customers, 3 years": (3_000, 1_095, 365, CDNOW),
    "loyal customers, 2 years": (1_000, 730, 180, LOYAL),
    "loyal customers, 3 years": (1_000, 1_095, 365, LOYAL),
    "widely spread spend, 2 years": (1_500, 730, 365, HEAVY_TAIL),
    "one year known": (2_000, 365, 365, CDNOW),
}
GIFT_SHOP = "gift shop, 2 years and a half"


def simulated(kind: str, seed: int) -> tuple[Orders, int]:
    """Return the orders of a store and the days to hide."""
    if kind == GIFT_SHOP:
        return in_memory(gift_shop(seed=seed, customers=3_000)), 180
    customers, days, hidden, parameters = KINDS[kind]
    frame = simulate_orders(customers, days + hidden, seed=seed, **parameters)
    return in_memory(frame.assign(customer_id=frame["customer_id"].astype(str))), hidden


def hits(kind: str, seed: int) -> dict[str, float]:
    """Return whether totals lay within both ranges, and how much wider the joined one is."""
    orders, hidden = simulated(kind, seed)
    alone, joined = (backtest(orders, hidden, misses=way) for way in (None, "auto"))
    assert alone.revenue is not None
    assert joined.revenue is not None
    return {
        "orders": _holds(alone, alone.orders, "actual_orders"),
        "orders joined": _holds(joined, joined.orders, "actual_orders"),
        "revenue": _holds(alone, alone.revenue, "actual_revenue"),
        "revenue joined": _holds(joined, joined.revenue, "actual_revenue"),
        "wider": _width(joined.orders) / _width(alone.orders),
    }


def _holds(result: Backtest, total: Total, actual: str) -> float:
    return float(total.low <= result.figures[actual] <= total.high)


def _width(total: Total) -> float:
    return total.high - total.low


def main() -> None:
    """Print the shares, by kind of store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stores", type=int, nargs="?", default=60, help="stores of each kind")
    stores = parser.parse_args().stores
    print(f"{stores} stores of each kind; share of totals within the 80 % range\n")
    for kind in (*KINDS, GIFT_SHOP):
        results = pd.DataFrame([hits(kind, seed) for seed in range(stores)])
        shares = results.drop(columns="wider").mean().map("{:.0%}".format)
        words = ", ".join(f"{name} {share}" for name, share in shares.items())
        print(f"{kind:32}{words}; {results['wider'].median():.2f} times as wide", flush=True)


if __name__ == "__main__":
    main()
