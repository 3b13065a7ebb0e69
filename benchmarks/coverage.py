"""How often the 80 % intervals of totals hold the truth, on stores simulated from known parameters.

    python -m benchmarks.coverage [stores]

Every store is drawn from the process, cut, and fitted; then the totals of its value, its orders and
its segments in the days after the cut are compared with their intervals. Prints, for every kind of
store, the share of stores (200 of each kind unless told otherwise) whose truth lay within. With 200
stores and intervals that hold 80 %, chance alone moves a share by up to 6 points either way in 19
of 20 cases. The seeds are 0, 1, 2 and so on.
"""

import argparse
import time
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention import (
    ModelError,
    SeasonIndex,
    Total,
    fit_cltv,
    orders_uncertainty,
    value_uncertainty,
)
from retention.models.season import PLAIN
from tests.support.histories import WINTER, known_store

#: Segments by repeat purchases so far, and by days since the last purchase.
FREQUENCIES = {"once": (0, 0), "1-2 repeats": (1, 2), "3+ repeats": (3, np.inf)}
SILENCES = {"<60 days": (0, 59), "60-179": (60, 179), "180+": (180, np.inf)}
SEGMENTS = (*FREQUENCIES, *SILENCES)

CDNOW = {"r": 0.25, "alpha": 31.0, "a": 0.8, "b": 2.4, "p": 6.25, "q": 3.74, "v": 15.44}
LOYAL = {"r": 1.2, "alpha": 60.0, "a": 0.5, "b": 5.0, "p": 3.0, "q": 2.5, "v": 40.0}
HEAVY_TAIL = {"r": 0.6, "alpha": 80.0, "a": 0.6, "b": 1.5, "p": 2.0, "q": 1.8, "v": 20.0}
LEAVES_AT_ONCE = {"r": 0.5, "alpha": 45.0, "a": 0.9, "b": 1.6, "p": 6.25, "q": 3.74, "v": 15.44}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of store: its customers, days observed, days predicted, and parameters.

    With a season, plain or not, the model may look for one.
    """

    name: str
    customers: int
    days: int
    horizon: int
    parameters: dict[str, float] = field(default_factory=lambda: CDNOW)
    purchase_model: str = "bg_nbd"
    season: SeasonIndex | None = None


KINDS = (
    Kind("CDNOW, 2,000 customers", 2_000, 365, 365),
    Kind("CDNOW, 300 customers", 300, 365, 365),
    Kind("three months ahead", 1_000, 365, 90),
    Kind("loyal customers", 1_000, 700, 365, LOYAL),
    Kind("widely spread spend", 1_500, 540, 365, HEAVY_TAIL),
    Kind("leave at once (MBG/NBD)", 1_500, 450, 365, LEAVES_AT_ONCE, "mbg_nbd"),
    Kind("no season, looked for", 2_000, 730, 180, LOYAL, season=PLAIN),
    Kind("a season, 2 years", 2_000, 730, 180, LOYAL, season=WINTER),
    Kind("a season, CDNOW's customers", 4_000, 730, 90, season=WINTER),
)


def hits(kind: Kind, seed: int) -> dict[str, bool]:
    """Simulate and fit a store; say of each total whether its 80 % interval holds what came.

    Returns "value" and "orders" of the whole store, and the value of each segment with customers.

    Raises:
        ModelError: The store cannot be fitted.
    """
    customers, orders, revenue = known_store(
        kind.customers,
        kind.days,
        kind.horizon,
        seed,
        kind.purchase_model,
        kind.season,
        **kind.parameters,
    )
    model = fit_cltv(customers, kind.purchase_model)
    value = value_uncertainty(model, customers, kind.horizon, annual_discount_rate=0.0)
    found = {
        "value": _holds(value.total(), revenue.sum()),
        "orders": _holds(orders_uncertainty(model, customers, kind.horizon).total(), orders.sum()),
    }
    silence = customers["T"] - customers["recency"]
    for classes, measure in ((FREQUENCIES, customers["frequency"]), (SILENCES, silence)):
        inside = [measure.between(*ends).to_numpy() for ends in classes.values()]
        labels = np.select(inside, range(len(inside)))
        truth = np.bincount(labels, weights=revenue, minlength=len(inside))
        totals = value.totals(labels, len(inside))
        found |= {
            name: _holds(totals[place], truth[place])
            for place, name in enumerate(classes)
            if inside[place].any()
        }
    return found


def _holds(total: Total, truth: float) -> bool:
    return total.low <= truth <= total.high


def main(stores: int) -> None:
    """Print how often ranges of totals hold the truth, by kind of store."""
    columns = ("value", "orders", *SEGMENTS)
    print(f"{stores} stores of each kind; share whose truth lies within the 80 % interval\n")
    print(f"{'':26}" + "".join(f"{name:>12}" for name in columns) + f"{'refused':>9}{'seconds':>9}")
    for kind in KINDS:
        start, found, refused = time.perf_counter(), [], 0
        for seed in range(stores):
            try:
                found.append(hits(kind, seed))
            except ModelError:
                refused += 1
        shares = pd.DataFrame(found).reindex(columns=columns).astype(float).mean()
        print(
            f"{kind.name:26}"
            + "".join(f"{share:>12.1%}" for share in shares)
            + f"{refused:>9}{time.perf_counter() - start:>9.0f}",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stores", type=int, nargs="?", default=200, help="stores of each kind")
    main(parser.parse_args().stores)
