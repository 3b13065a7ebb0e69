"""Do the orders go on as the model has them? Gaps, the latest weeks, and whether customers buy at a steady beat."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.evaluation.weekly import fitted_orders
from retention.history.order_history import OrderHistory, gaps_of
from retention.models.checks import Check
from retention.models.histories import group_histories
from retention.models.model import CltvModel
from retention.orders.gaps import gap_words
from retention.wording import signed_percent

#: The latest days that are looked at: the fewest of these in which the model has enough repeat orders.
WINDOWS = (30, 60, 90, 180)
ENOUGH_ORDERS = 20
#: Deviation of the latest orders from the model that is worth a word, and the one at which a forecast is idle.
OFF, FAR_OFF = 0.2, 0.6
#: Pairs of successive waits that a beat is read from, and the mean difference below which there is one.
ENOUGH_PAIRS, STEADY = 100, 0.35


def recent_checks(
    model: CltvModel, customers: pd.DataFrame, history: OrderHistory
) -> tuple[Check, ...]:
    """Return the checks that read the days of the orders, the latest ones and the waits between them.

    Args:
        model: The model fitted to all of the orders.
        customers: The customers it was fitted to.
        history: The orders' history.
    """
    return (_gaps(history), _latest(model, customers, history), _rhythm(history))


def _gaps(history: OrderHistory) -> Check:
    name = "Gaps"
    gaps = gaps_of(history)
    if not gaps:
        return Check(
            name, "good", "There is no stretch without orders that chance would not explain."
        )
    return Check(
        name,
        "caution",
        " ".join(gap_words(gap) for gap in gaps),
        "Load the missing part. If the store was closed, the model takes its customers for less active, and the "
        "rates of those months count for nothing.",
    )


def _latest(model: CltvModel, customers: pd.DataFrame, history: OrderHistory) -> Check:
    name = "Latest orders"
    histories = group_histories(customers)
    moves = history.moves
    # The last order of a customer's day stands for the day; the first of all is no repeat.
    day = moves.loc[moves["day"] != moves["next_day"], ["day", "orders"]]
    known = [days for days in WINDOWS if days < history.length // 2]
    for window in known:
        expected = fitted_orders(model.purchases, histories, window)
        if expected < ENOUGH_ORDERS:
            continue
        begin = history.length - window
        first = int(histories.counts[window > histories.T].sum())
        actual = int(day.loc[day["day"] >= begin, "orders"].sum()) - first
        off = actual / expected - 1
        finding = (
            f"In the last {window} days {actual:,} repeat orders came, where the model fits {expected:,.0f} "
            f"({signed_percent(off)})."
        )
        # Orders come in clusters: twice the deviation that independent ones would show.
        if abs(off) <= OFF or abs(actual - expected) < 4 * np.sqrt(expected):
            return Check(name, "good", finding)
        direction, leans = ("fewer", "high") if off < 0 else ("more", "low")
        return Check(
            name,
            "bad" if off < -FAR_OFF else "caution",
            finding,
            f"Expect {direction} orders than the forecast says in the months ahead, unless this was the season; make "
            "sure that the file holds all orders to its end.",
            leans,
        )
    return Check(
        name,
        "unknown",
        "The latest months have too few repeat orders to be compared with the model.",
        "Look again with more orders: a longer period, or all of the store's customers.",
    )


def _rhythm(history: OrderHistory) -> Check:
    """The mean difference of two successive waits as a share of their sum: a half where orders come at random."""
    name = "Rhythm"
    days = history.sample[["customer", "day"]].drop_duplicates().sort_values(["customer", "day"])
    wait = days.groupby("customer")["day"].diff()
    before = wait.groupby(days["customer"]).shift()
    pairs = wait.notna() & before.notna()
    number = int(pairs.sum())
    if number < ENOUGH_PAIRS:
        return Check(
            name,
            "unknown",
            f"{number:,} pairs of successive waits are too few to tell a beat from chance.",
            "Load a longer period, so that more customers reach a third order.",
        )
    difference = float(((wait - before).abs() / (wait + before))[pairs].mean())
    finding = (
        f"Two successive waits of a customer differ by {difference:.0%} of their sum; 50% is what orders at random "
        "moments show, 0% a calendar."
    )
    if difference < STEADY:
        return Check(
            name,
            "caution",
            f"Customers order at a steady beat, which the model does not know. {finding}",
            "Take the chances within 30 days as too low for who is due, and who is far past the usual wait as leaving.",
        )
    return Check(name, "good", finding)
