"""What silence means for one customer, and when the next order is due."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.display import displayed
from retention.errors import ModelError
from retention.models.histories import group_histories
from retention.models.model import CltvModel
from retention.models.order_counts import order_counts
from retention.validation import check_number

#: Percentiles of the waiting time, of the window and its middle.
WINDOW = (0.1, 0.5, 0.9)
#: Bars in which a distribution of orders is drawn, at most.
MOST_BARS = 45
_ONE_BY_ONE = 3_000  # orders
_RAREST = 1e-3  # probability of all numbers beyond the last bar


@displayed
@dataclass(frozen=True, slots=True)
class NextOrder:
    """When the next order is due, in days from today.

    Attributes:
        never: Probability that it never comes because the customer has left for good. For one-time
            buyers the companion MBG/NBD model gives it, as it does their `p_alive`.
        early: If it comes, it comes within these days with a probability of 10 %.
        middle: The same with a probability of 50 %.
        late: The same with a probability of 90 %. All three may be infinite.
        days: The days of `within`.
        within: Probability that it comes within `days`, as in `predict_cltv`.
    """

    never: float
    early: float
    middle: float
    late: float
    days: float
    within: float


def next_order(
    model: CltvModel, frequency: int, recency: float, T: float, days: float = 30
) -> NextOrder:
    """Return when the next order of a customer with this history is due.

    Args:
        model: From `fit_cltv`.
        frequency: Repeat purchase days, as in `summarise_customers`.
        recency: Days from the first to the last purchase day.
        T: Days from the first purchase day to today.
        days: The days of the probability `within`.

    Returns:
        The probability that there is a next order, and its percentiles in days from today.

    Raises:
        ModelError: The history is impossible, or `days` is not above 0.

    Source: the posterior purchase rate of an active customer is gamma(r + frequency, alpha + T),
    Fader, Hardie and Lee (2005), section 4.2; the wait at such a rate is a Lomax variable.
    """
    _check_history(frequency, recency, T)
    _check_days(days)
    purchases = model.purchases
    with np.errstate(over="ignore"):
        age = purchases.age_as_new(frequency, purchases.age([T]), float(purchases.ahead(days)))
        waits = (purchases.alpha + age) * np.expm1(
            -np.log1p(-np.array(WINDOW)) / (purchases.r + frequency)
        )
    early, middle, late = purchases.days_ahead(waits)
    silence = float(T - recency)
    active = still_active(model, frequency, recency, np.array(silence), silence)
    history = np.array([float(frequency)]), np.array([float(recency)]), np.array([float(T)])
    within = purchases.probability_active(*history)
    within *= purchases.probability_purchase_if_active(history[0], history[2], days)
    return NextOrder(
        never=float(1 - active),
        early=float(early),
        middle=float(middle),
        late=float(late),
        days=float(days),
        within=float(within[0]),
    )


def order_distribution(
    model: CltvModel, frequency: int, recency: float, T: float, days: float = 365
) -> pd.DataFrame:
    """Return how many orders a customer with this history will place in the next `days`.

    Args:
        model: From `fit_cltv`.
        frequency: Repeat purchase days, as in `summarise_customers`.
        recency: Days from the first to the last purchase day.
        T: Days from the first purchase day to today.
        days: How far to look ahead, in days.

    Returns:
        A row for each bar: `orders` (its first number), `to` (its last) and `probability`. One bar
        stands for no order at all, and at most about `MOST_BARS` of one width for the others. The
        bars cover all but the rarest numbers at either end.

    Raises:
        ModelError: The history is impossible, or `days` is not above 0.

    Source: as `order_counts`, for a customer who may have left.
    """
    _check_history(frequency, recency, T)
    _check_days(days)
    active = model.purchases.probability_active(
        *(np.array([float(value)]) for value in (frequency, recency, T))
    )[0]
    purchases = model.purchases
    counts = order_counts(
        purchases,
        frequency,
        purchases.age([float(T)]),
        float(purchases.ahead(days)),
        every=_ONE_BY_ONE,
    )
    probability = np.concatenate([[1 - active * counts.reached[0, 0]], active * counts.share[0]])
    orders = np.concatenate([[0], counts.numbers]).astype(int)
    last = min(int(np.searchsorted(probability.cumsum(), 1 - _RAREST)), len(orders) - 1)
    width = -(-(last + 1) // MOST_BARS)
    # None at all is a bar of its own.
    bar = -(-orders[: last + 1] // width)
    bars = np.unique(bar)
    return pd.DataFrame(
        {
            "orders": np.maximum((bars - 1) * width + 1, 0) * (bars > 0),
            "to": bars * width,
            "probability": np.bincount(bar, weights=probability[: last + 1])[bars],
        }
    )


def still_active(
    model: CltvModel,
    frequency: int,
    recency: float,
    silence: np.ndarray,
    silence_today: float = 0.0,
) -> np.ndarray:
    """Return the probability to be active after days without an order, as `p_alive` is.

    Args:
        model: From `fit_cltv`.
        frequency: Repeat purchase days.
        recency: Days from the first to the last purchase day.
        silence: Days since the last order; any length.
        silence_today: How many of them have passed today. It says at what time of the year the
            others pass.

    Returns:
        The probabilities, 0 to 1, in the shape of `silence`.
    """
    purchases = model.purchases if frequency else model.companion
    age_at_last = purchases.age(silence_today + recency) - purchases.age(silence_today)
    silent = np.asarray(silence, dtype=float)
    passed = purchases.age(silence_today) - purchases.age(silence_today - silent)
    ages, on_clock = age_at_last + passed, purchases.on_its_clock
    if on_clock.elders is None:
        return on_clock.probability_active(float(frequency), age_at_last, ages)
    # The file began on the same day, however long the customer stays silent.
    longer = np.ravel(ages - purchases.age(silence_today + recency))
    each = [
        on_clock.later(float(more)).probability_active(float(frequency), age_at_last, age)
        for more, age in zip(longer, np.ravel(ages), strict=True)
    ]
    return np.array(each).reshape(np.shape(ages))


def silence_chance(model: CltvModel, customers: pd.DataFrame) -> np.ndarray:
    """Return how probable a silence as long as today's is in a customer who is still active.

    Args:
        model: From `fit_cltv`.
        customers: From `summarise_customers`.

    Returns:
        The probability of a wait at least as long, one element a customer. Below 0.1 the silence
        is longer than 9 of 10 of the waits that are usual for the customer.

    Source: after the last order the rate is gamma(r + frequency, alpha + recency), Fader, Hardie
    and Lee (2005), section 4.2; the wait at such a rate is a Lomax variable.
    """
    purchases = model.seen_with(customers).purchases
    histories = group_histories(customers)
    age = purchases.age(histories.T)
    at_last_order = age - purchases.age(histories.T - histories.recency)
    chance = ((purchases.alpha + at_last_order) / (purchases.alpha + age)) ** (
        purchases.r + histories.frequency
    )
    chances: np.ndarray = chance[histories.codes]
    return chances


def active_curve(
    model: CltvModel,
    frequency: int,
    recency: float,
    days: int = 365,
    points: int = 120,
    silence_today: float = 0.0,
) -> pd.DataFrame:
    """Return how the probability to be active falls while a customer stays silent.

    Args:
        model: From `fit_cltv`.
        frequency: Repeat purchase days, as in `summarise_customers`.
        recency: Days from the first to the last purchase day.
        days: The longest silence, in days.
        points: The number of silences, evenly spaced; the same whole day counts once.
        silence_today: Days since the last order today. Where there is a season, it says at what
            time of the year the customer has been silent.

    Returns:
        A frame with `silence` (days since the last order, from 0 to `days`) and `p_alive`.

    Raises:
        ModelError: The history is impossible, or `days` is not above 0.
    """
    _check_history(frequency, recency, recency)
    _check_days(days)
    silence = np.unique(np.linspace(0, days, points).round())
    return pd.DataFrame(
        {
            "silence": silence,
            "p_alive": still_active(model, frequency, recency, silence, silence_today),
        }
    )


def frequency_recency_map(
    model: CltvModel,
    age: int,
    horizon_days: float = 365,
    order_value: float | None = None,
    most: int = 12,
    steps: int = 12,
) -> pd.DataFrame:
    """Return what customers of one age promise, by how often and how lately they have bought.

    Args:
        model: From `fit_cltv`.
        age: Days since the first order, T.
        horizon_days: How far to look ahead.
        order_value: Expected order value; the population's unless given.
        most: The highest number of repeat purchases shown.
        steps: The number of bands of the days since the last order.

    Returns:
        A row for each cell, with the columns:

        - `frequency`: repeat purchases;
        - `silence_from`, `silence_to`: days since the last order; the cell stands for their middle;
        - `p_alive`: probability that the customer has not left for good;
        - `p_purchase`: probability of an order within the horizon;
        - `expected_value`: undiscounted revenue of the horizon, in money; absent where neither the
          orders nor the argument say what an order is worth.

        One-time buyers have a single cell: their last order is the first one.

    Raises:
        ModelError: `age` or `horizon_days` is not above 0, or the map has no cells.
    """
    _check_days(age)
    _check_days(horizon_days)
    if steps < 1 or most < 1:
        raise ModelError(f"The map has {most!r} by {steps!r} cells. Give 1 or more of each.")
    edges = np.linspace(0, age, steps + 1)
    middle = (edges[:-1] + edges[1:]) / 2
    frequency, silence = (
        grid.ravel() for grid in np.meshgrid(np.arange(1, most + 1), middle, indexing="ij")
    )
    rows = pd.DataFrame(
        {
            "frequency": np.append(frequency, 0),
            "silence_from": np.append(np.tile(edges[:-1], most), edges[-2]),
            "silence_to": np.append(np.tile(edges[1:], most), edges[-1]),
        }
    )
    x = rows["frequency"].to_numpy()
    recency = age - np.append(silence, float(age))
    ages = np.full(len(rows), float(age))
    active = model.purchases.probability_active(x, recency, ages)
    orders = active * model.purchases.expected_purchases_if_active(x, ages, horizon_days)[:, 0]
    if order_value is None and model.spend is not None:
        order_value = model.spend.mean
    cells = rows.assign(
        p_alive=np.where(x > 0, active, model.companion.probability_active(0.0, 0.0, ages)),
        p_purchase=active * model.purchases.probability_purchase_if_active(x, ages, horizon_days),
    )
    return cells if order_value is None else cells.assign(expected_value=orders * order_value)


def _check_days(days: float) -> None:
    check_number("The number of days", days, "one above 0", above=0, error=ModelError)


def _check_history(frequency: int, recency: float, T: float) -> None:
    if not (frequency >= 0 and 0 <= recency <= T and (frequency > 0) == (recency > 0)):
        raise ModelError(
            f"No customer can have {frequency!r} repeat purchases, the last one {recency!r} days "
            f"after the first, in {T!r} days."
        )
