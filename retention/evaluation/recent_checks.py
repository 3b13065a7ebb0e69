"""Do the orders go on as the model expects? Gaps, the latest weeks, and the rhythm of customers."""

from typing import Literal

import numpy as np
import pandas as pd

from retention.evaluation.weekly import fitted_orders
from retention.history.order_history import OrderHistory, gaps_of
from retention.models.checks import Check
from retention.models.histories import Histories, group_histories
from retention.models.model import CltvModel
from retention.orders.gaps import gap_words
from retention.wording import count, percent, signed_percent

#: Days at the end of the history that may be compared. The shortest window with enough repeat
#: orders is taken.
WINDOWS = (30, 60, 90, 180)
#: Repeat orders that the model should expect in a window.
ENOUGH_REPEAT_ORDERS = 20
#: Deviation of the latest orders from the model, as a share, that calls for caution.
CAUTION_DEVIATION = 0.2
#: Missing orders, as a share, from which the forecast is not to be used.
BAD_DEVIATION = 0.6
#: Pairs of successive waits that show a rhythm.
ENOUGH_PAIRS = 100
#: Mean difference of two successive waits, as a share of their sum, below which they are steady.
STEADY_DIFFERENCE = 0.35


def recent_checks(
    model: CltvModel, customers: pd.DataFrame, history: OrderHistory
) -> tuple[Check, ...]:
    """Return the checks of gaps, of the latest orders and of the waits between orders.

    Args:
        model: The model fitted to all of the orders.
        customers: The customers that it was fitted to.
        history: The orders' history.

    Returns:
        The three checks, in this order.
    """
    return (_gaps(history), _latest(model, customers, history), _rhythm(history))


def _gaps(history: OrderHistory) -> Check:
    gaps = gaps_of(history)
    if not gaps:
        return Check(
            name="Gaps",
            status="good",
            finding="There is no stretch without orders that chance would not explain.",
        )
    return Check(
        name="Gaps",
        status="caution",
        finding=" ".join(gap_words(gap) for gap in gaps),
        advice="Load the missing part. If the store was closed, the model takes its customers for "
        "less active, and the rates of those months count for nothing.",
    )


def _latest(model: CltvModel, customers: pd.DataFrame, history: OrderHistory) -> Check:
    histories = group_histories(customers)
    for window in WINDOWS:
        if window >= history.length // 2:
            break
        expected = fitted_orders(model.purchases, histories, window)
        if expected >= ENOUGH_REPEAT_ORDERS:
            came = _repeat_days(histories, history, window)
            return _compared(window, came, expected, knows_season=not model.season.is_plain)
    return Check(
        name="Latest orders",
        status="unknown",
        finding="The latest months have too few repeat orders to be compared with the model.",
        advice="Look again with more orders: a longer period, or all of the store's customers.",
    )


def _repeat_days(histories: Histories, history: OrderHistory, window: int) -> int:
    """How many days with a repeat order the customers had in the last days."""
    moves = history.moves
    # The last order of a customer's day stands for the day.
    days = moves.loc[moves["day"] != moves["next_day"], ["day", "orders"]]
    # A customer's first day is no repeat.
    first = int(histories.counts[window > histories.T].sum())
    return int(days.loc[days["day"] >= history.length - window, "orders"].sum()) - first


def _compared(window: int, actual: int, expected: float, *, knows_season: bool) -> Check:
    deviation = actual / expected - 1
    finding = (
        f"In the last {window} days {count(actual)} repeat orders came, where the model fits "
        f"{count(expected)} ({signed_percent(deviation)})."
    )
    # Orders come in clusters: twice the deviation that independent ones would show.
    is_chance = abs(actual - expected) < 4 * np.sqrt(expected)
    if abs(deviation) <= CAUTION_DEVIATION or is_chance:
        return Check(name="Latest orders", status="good", finding=finding)
    leans: Literal["high", "low"] = "high" if deviation < 0 else "low"
    direction = "fewer" if leans == "high" else "more"
    return Check(
        name="Latest orders",
        status="bad" if deviation < -BAD_DEVIATION else "caution",
        finding=finding,
        advice=f"Expect {direction} orders than the forecast says in the months ahead"
        f"{'' if knows_season else ', unless this was the season'}; make sure that the file holds "
        "all orders to its end.",
        leans=leans,
    )


def _rhythm(history: OrderHistory) -> Check:
    """The mean difference of two successive waits as a share of their sum.

    It is a half where orders come at random.
    """
    name = "Rhythm"
    days = history.sample[["customer", "day"]].drop_duplicates().sort_values(["customer", "day"])
    wait = days.groupby("customer")["day"].diff()
    before = wait.groupby(days["customer"]).shift()
    pairs = wait.notna() & before.notna()
    number = int(pairs.sum())
    if number < ENOUGH_PAIRS:
        return Check(
            name=name,
            status="unknown",
            finding=f"{count(number)} pairs of successive waits are too few to tell a beat from "
            "chance.",
            advice="Load a longer period, so that more customers reach a third order.",
        )
    difference = float(((wait - before).abs() / (wait + before))[pairs].mean())
    finding = (
        f"Two successive waits of a customer differ by {percent(difference, 0)} of their sum; 50% "
        "is what orders at random moments show, 0% a calendar."
    )
    if difference < STEADY_DIFFERENCE:
        return Check(
            name=name,
            status="caution",
            finding="Customers order at a steady beat, which the model does not know. " + finding,
            advice="The chance of an order within 30 days is too low for customers who are due. "
            "Treat customers far past their usual wait as leaving.",
        )
    return Check(name=name, status="good", finding=finding)
