"""How often the 80 % intervals of totals hold the truth, on stores simulated from known parameters.

    python -m benchmarks.coverage [stores] [--channels | --first-orders | --mid-life]

Every store is drawn from the process, cut, and fitted; then the totals of its value, its orders and
its segments in the days after the cut are compared with their intervals. Prints, for every kind of
store, the share of stores (200 of each kind unless told otherwise) whose truth lay within. With 200
stores and intervals that hold 80 %, chance alone moves a share by up to 6 points either way in 19
of 20 cases. The seeds are 0, 1, 2 and so on.

Then stores of three channels whose customers differ: the value of each channel by the model of the
whole store, which draws all channels to it, and by the channels' own models. Then stores whose
first orders are known: one-time buyers by the fifths of their first order, by the published spend
model and with the first order as an observation. `--channels` and `--first-orders` print these
alone.
"""

import argparse
import time
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from retention import (
    ModelError,
    SeasonIndex,
    Total,
    fit_cltv,
    fit_groups,
    group_orders_uncertainty,
    group_value_uncertainty,
    orders_uncertainty,
    value_uncertainty,
)
from retention.models.season.index import PLAIN
from tests.support.histories import WINTER, cut_to_last, known_purchases, known_store

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


#: Stores of six years with customers at a constant rate.
MID_LIFE = (
    Kind("CDNOW", 12_000, 2_190, 365),
    Kind("loyal", 6_000, 2_190, 365, LOYAL),
    Kind("widely spread", 9_000, 2_190, 365, HEAVY_TAIL),
    Kind("leave at once", 9_000, 2_190, 365, LEAVES_AT_ONCE, "mbg_nbd"),
)
#: How many of their last days a file holds.
FILES = {"1 year": 365, "2 years": 730, "3 years": 1_095, "all": None}


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of a store: its customers and their parameters."""

    customers: int
    parameters: dict[str, float]


ORGANIC = {"r": 0.45, "alpha": 45.0, "a": 0.8, "b": 2.4, "p": 6.25, "q": 3.74, "v": 15.44}
E_MAIL = {"r": 0.9, "alpha": 60.0, "a": 0.5, "b": 4.0, "p": 4.0, "q": 3.2, "v": 25.0}
PAID = {"r": 0.3, "alpha": 50.0, "a": 1.4, "b": 2.0, "p": 6.25, "q": 4.2, "v": 15.0}
#: Stores of three channels, observed for 540 days and predicted for 365.
CHANNELS = {
    "channels differ": {
        "Organic": Channel(1_500, ORGANIC),
        "E-mail": Channel(600, E_MAIL),
        "Paid": Channel(900, PAID),
    },
    "the same, 40 % the size": {
        "Organic": Channel(600, ORGANIC),
        "E-mail": Channel(240, E_MAIL),
        "Paid": Channel(360, PAID),
    },
    "channels are alike": {
        "Organic": Channel(1_500, ORGANIC),
        "E-mail": Channel(600, ORGANIC),
        "Paid": Channel(900, ORGANIC),
    },
}


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


def channel_store(channels: dict[str, Channel], seed: int) -> pd.DataFrame:
    """A store of several channels: its customers with `first_channel`, `orders` and `revenue`.

    The last two are what they did in the 365 days after 540 observed ones.
    """
    parts = []
    for place, (name, channel) in enumerate(channels.items()):
        customers, orders, revenue = known_store(
            channel.customers, 540, 365, seed * len(channels) + place, **channel.parameters
        )
        parts.append(customers.assign(first_channel=name, later_orders=orders, later=revenue))
    whole = pd.concat(parts)
    whole.index = pd.Index([f"C{row}" for row in range(len(whole))], name="customer_id")
    return whole


def channel_hits(channels: dict[str, Channel], seed: int) -> pd.DataFrame:
    """Simulate and fit a store of channels; say of each channel how far off its value is.

    Returns:
        A row a channel, and one of the whole store: `pooled` and `own` (foreseen / came - 1, by
        the store's model and the channel's own), and whether the truth lay within the 80 % interval
        of value (`pooled_holds`, `own_holds`) and, by the channel's own model, of orders
        (`orders_hold`).
    """
    customers = channel_store(channels, seed)
    model = fit_cltv(customers)
    groups = fit_groups(model, customers, customers["first_channel"])
    by = customers["first_channel"]
    pooled = value_uncertainty(model, customers, 365, annual_discount_rate=0.0)
    own = group_value_uncertainty(groups, customers, by, 365, annual_discount_rate=0.0)
    orders = group_orders_uncertainty(groups, customers, by, 365)
    rows = {}
    for name in (*channels, "all"):
        inside = np.ones(len(by), dtype=bool) if name == "all" else (by == name).to_numpy()
        came = customers["later"][inside].sum()
        totals = pooled.total(inside), own.total(inside)
        rows[name] = {
            "pooled": totals[0].expected / came - 1,
            "own": totals[1].expected / came - 1,
            "pooled_holds": _holds(totals[0], came),
            "own_holds": _holds(totals[1], came),
            "orders_hold": _holds(orders.total(inside), customers["later_orders"][inside].sum()),
        }
    return pd.DataFrame(rows).T.astype(float)


def first_order_hits(kind: Kind, seed: int) -> pd.DataFrame:
    """Simulate and fit a store; say how far off the value of one-time buyers is by first order.

    Returns:
        A row each for "all" customers, those who bought "once", and of these the "lowest fifth" and
        the "highest fifth" by first order. `published` and `seen` are foreseen / came - 1, without
        and with the first order. `published_holds` and `seen_holds` say whether the truth lay
        within the 80 % interval.
    """
    store = known_purchases(kind.customers, kind.days, kind.horizon, seed, **kind.parameters)
    number = kind.customers

    def spent(rows: np.ndarray) -> np.ndarray:
        return np.bincount(store.who[rows], store.value[rows], minlength=number)

    first = spent(np.append(True, store.who[1:] != store.who[:-1]))
    later = spent(store.day > kind.days)
    once = (store.customers["frequency"] == 0).to_numpy()
    low, high = np.quantile(first[once], [0.2, 0.8])
    members = {
        "all": np.ones(number, dtype=bool),
        "once": once,
        "lowest fifth": once & (first <= low),
        "highest fifth": once & (first >= high),
    }
    seen = store.customers.assign(initial_spend=first)
    rows: dict[str, dict[str, float]] = {name: {} for name in members}
    for how, customers in (("published", store.customers), ("seen", seen)):
        model = fit_cltv(customers)
        value = value_uncertainty(model, customers, kind.horizon, annual_discount_rate=0.0)
        for name, inside in members.items():
            total, came = value.total(inside), later[inside].sum()
            rows[name] |= {how: total.expected / came - 1, f"{how}_holds": _holds(total, came)}
    return pd.DataFrame(rows).T.astype(float)


def mid_life_hits(kind: Kind, seed: int, last: int | None) -> pd.DataFrame:
    """Simulate a stationary store of six years; say how far off a forecast of its last days is.

    Args:
        kind: The store. Its days are those of its whole life.
        seed: The seed.
        last: How many days the file holds; None for a store that is as old as its file.

    Returns:
        A row each for the "plain" fit and the one that looks for older customers ("seen"):
        `orders`, `once` and `value` (foreseen / came - 1, of all customers, of those who bought
        once, and of all revenue), `orders_hold` and `value_holds` (whether the truth lay within the
        80 % interval) and `fires` (whether older customers were found).
    """
    store = known_purchases(
        kind.customers, kind.days, kind.horizon, seed, kind.purchase_model, **kind.parameters
    )
    file = cut_to_last(store, last or kind.days)
    once = (file.customers["frequency"] == 0).to_numpy()
    rows = {}
    for how, file_start in (("plain", None), ("seen", "auto")):
        model = fit_cltv(file.customers, kind.purchase_model, season=None, file_start=file_start)
        orders = orders_uncertainty(model, file.customers, kind.horizon)
        value = value_uncertainty(model, file.customers, kind.horizon, annual_discount_rate=0.0)
        rows[how] = {
            "orders": orders.total().expected / file.orders.sum() - 1,
            "once": orders.total(once).expected / file.orders[once].sum() - 1,
            "value": value.total().expected / file.revenue.sum() - 1,
            "orders_hold": _holds(orders.total(), file.orders.sum()),
            "value_holds": _holds(value.total(), file.revenue.sum()),
            "fires": model.file_start.in_mid_life,
        }
    return pd.DataFrame(rows).T.astype(float)


def mid_life_main(stores: int) -> None:
    """Print how near forecasts of files are that begin in the middle of a shop's life."""
    print(f"\n{stores} stationary stores of each kind, cut to their last days; the year ahead\n")
    print(f"{'':24}{'':12}{'plain fit':>50}{'older customers seen':>60}")
    heads = ("orders", "once", "value", "within", "value w.")
    print(f"{'':36}" + "".join(f"{head:>10}" for head in (*heads, *heads, "found")))
    for kind in MID_LIFE:
        for name, last in FILES.items():
            # A store that is as old as its file has as many new customers a day.
            whole = kind if last else replace(kind, days=730, customers=kind.customers // 3)
            found = [mid_life_hits(whole, seed, last) for seed in range(stores)]
            means = pd.concat(found).groupby(level=0, sort=False).mean()
            cells = [f"{kind.name:24}{name:12}"]
            for _, row in means.iterrows():
                cells += [f"{row[column]:>+10.1%}" for column in ("orders", "once", "value")]
                cells += [f"{row[column]:>10.0%}" for column in ("orders_hold", "value_holds")]
            print("".join(cells) + f"{means.loc['seen', 'fires']:>10.0%}", flush=True)


def first_orders_main(stores: int) -> None:
    """Print how near the value of one-time buyers by first order is, and how often ranges hold."""
    print(f"\n{stores} stores of each kind whose first orders are known\n")
    print(f"{'':40}{'published model':>24}{'first order seen':>24}")
    print(f"{'':40}" + "".join(f"{head:>12}" for head in ("error", "within") * 2))
    for kind in KINDS:
        if kind.purchase_model != "bg_nbd":
            continue
        found = [first_order_hits(kind, seed) for seed in range(stores)]
        means = pd.concat(found).groupby(level=0, sort=False).mean()
        for name, row in means.iterrows():
            print(
                f"{kind.name:26}{name:14}{row['published']:>+12.1%}{row['published_holds']:>12.1%}"
                f"{row['seen']:>+12.1%}{row['seen_holds']:>12.1%}",
                flush=True,
            )


def channels_main(stores: int) -> None:
    """Print how near the value of channels is, and how often its range holds the truth."""
    print(f"\n{stores} stores of three channels each; value of the next 365 days\n")
    print(f"{'':26}{'':10}{'store model':>24}{'own models':>36}")
    heads = ("error", "within", "error", "within", "orders within")
    print(
        f"{'':26}{'':10}"
        + "".join(f"{head:>{12 if place < 4 else 15}}" for place, head in enumerate(heads))
    )
    for kind, channels in CHANNELS.items():
        found = [channel_hits(channels, seed) for seed in range(stores)]
        means = pd.concat(found).groupby(level=0).mean().loc[[*channels, "all"]]
        means.loc["channels"] = means.loc[[*channels]].mean()
        for name, row in means.iterrows():
            print(
                f"{kind:26}{name:10}{row['pooled']:>+12.1%}{row['pooled_holds']:>12.1%}"
                f"{row['own']:>+12.1%}{row['own_holds']:>12.1%}{row['orders_hold']:>15.1%}",
                flush=True,
            )


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
    parser.add_argument("--channels", action="store_true", help="stores of channels alone")
    parser.add_argument("--first-orders", action="store_true", help="first orders alone")
    parser.add_argument("--mid-life", action="store_true", help="files of the last years alone")
    given = parser.parse_args()
    alone = given.channels or given.first_orders or given.mid_life
    if not alone:
        main(given.stores)
    if given.channels or not alone:
        channels_main(given.stores)
    if given.first_orders or not alone:
        first_orders_main(given.stores)
    if given.mid_life or not alone:
        mid_life_main(given.stores)
