"""Orders of a test that are easy to count: who was drawn into which group, and what each bought."""

import datetime as dt

import numpy as np
import pandas as pd

import retention

START = dt.date(2026, 3, 1)
END = dt.date(2026, 3, 28)


def drawn(names, share=0.3, seed=1):
    """Groups by lot."""
    held_out = np.random.default_rng(seed).random(len(names)) < share
    groups = np.where(held_out, "held_out", "addressed")
    return pd.DataFrame({"customer_id": list(names), "group": groups})


def orders_of(rows, **columns):
    """Orders from rows of customer, day and amount."""
    frame = pd.DataFrame(rows, columns=["customer", "date", "total", *columns])
    frame.insert(0, "order", np.arange(len(frame)).astype(str))
    return retention.read_orders(frame)


def store(customers=1_200, lift=0.0, seed=3, base=0.25, last=dt.date(2026, 4, 30)):
    """Orders before a test and in its window, and its groups; `lift` as in `Terms`."""
    rng = np.random.default_rng(seed)
    names = [f"c{number:05}" for number in range(customers)]
    groups = drawn(names, seed=seed)
    rate = rng.gamma(0.8, 1.25, customers)
    rows = []
    for place, name in enumerate(names):
        count = 1 + rng.poisson(6 * rate[place])
        days = [START - dt.timedelta(days=int(back)) for back in rng.integers(1, 420, count)]
        rows += [(name, day, amount(rng)) for day in days]
        buys = rng.random() < 1 - np.exp(-base * rate[place])
        if groups["group"][place] == "addressed":
            buys = buys or rng.random() < lift
        if buys:
            rows.append((name, START + dt.timedelta(days=int(rng.integers(0, 28))), amount(rng)))
    # Somebody outside the test, so that the orders reach past its end.
    rows.append(("outsider", last, 10.0))
    return orders_of(rows), groups


def amount(rng):
    return round(float(rng.lognormal(3.4, 0.5)), 2)
