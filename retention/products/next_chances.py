"""How often a store's customers buy a product with their next order, learnt from all orders."""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.history.order_history import NEVER
from retention.products.product_history import ProductHistory

#: Where the classes begin: orders of the product, the order's place, and orders since.
_TIMES = (1, 2, 3, 5, 9)
_PLACES = (1, 2, 4, 8, 16)
_SINCE = (1, 2, 3, 5, 9)
#: Orders by which a class is drawn to the wider one, and expected hits by which a product is.
_CLASS_WEIGHT, _PRODUCT_WEIGHT = 20.0, 5.0
#: Rounds after which classes and products no longer move each other.
_ROUNDS = 8


class OwnPairs(NamedTuple):
    """Each customer beside each product that the customer has bought.

    Attributes:
        customer: The customer's number.
        product: The product's number.
        last: The day of the last order of the product.
        times: On how many days it was bought.
        chance: The probability that the customer's next order holds it.
    """

    customer: np.ndarray
    product: np.ndarray
    last: np.ndarray
    times: np.ndarray
    chance: np.ndarray


class NextChances(NamedTuple):
    """What the next orders of a store's customers hold.

    Attributes:
        own: Of products that the customer has bought.
        first: Of each product, the probability that an order after the first one holds it, for
            customers who had not bought it before.
    """

    own: OwnPairs
    first: np.ndarray


def next_chances(history: ProductHistory) -> NextChances:
    """Return how likely the next order of each customer holds which product.

    Every order after a customer's first one is a trial for each product bought before. Trials are
    counted by class: times bought, the place of the last such order, and orders since. A product's
    factor is the hits of its trials, divided by what its classes let expect. Rates of classes and
    factors of products are found in turns, so that neither stands for the other.

    Args:
        history: From `product_history`.

    Returns:
        The probabilities; a product's own follow from its class and its factor.
    """
    table = exposed_query(history.table, history.days)
    counts = trials_query(table).to_pandas()
    size = len(history.products)
    rates, factors = _fitted(counts, size)
    pairs = table.filter(table.next_day == NEVER).select(
        "customer", "product", "day", "times", "times_class", "place_class", since=table.since + 1
    )
    frame = pairs.to_pandas()
    product = frame["product"].to_numpy()
    since = np.searchsorted(_SINCE, frame["since"].to_numpy(), side="right") - 1
    chance = rates[frame["times_class"], frame["place_class"], since] * factors[product]
    own = OwnPairs(
        customer=frame["customer"].to_numpy(),
        product=product,
        last=frame["day"].to_numpy(),
        times=frame["times"].to_numpy(),
        chance=np.minimum(chance, 1.0),
    )
    return NextChances(own=own, first=_first_chances(history, counts))


def exposed_query(table: ir.Table, days: ir.Table) -> ir.Table:
    """Return how many orders followed each order of a product, as an expression for any engine.

    Args:
        table: The `table` of a `ProductHistory`.
        days: Its `days`.

    Returns:
        `customer`, `product`, `day`, `next_day` and `place` of the table, and

        - `times`: on how many days the customer had bought the product, this one included;
        - `times_class` and `place_class`: the classes of `times` and of the order's place;
        - `since`: the customer's orders until the next one of the product, which is counted, or
          until the end;
        - `again`: 1 if the product was bought again, else 0.
    """
    orders = days.group_by("customer").agg(customer_orders=days.count())
    of_pair = ibis.window(group_by=[table.customer, table["product"]], order_by=table.nth)
    marked = table.mutate(
        next_place=table.place.lead().over(of_pair), again=ibis.ifelse(table.next_day < NEVER, 1, 0)
    ).inner_join(orders, "customer")
    after = ibis.coalesce(marked.next_place, marked.customer_orders - 1)
    return marked.select(
        "customer",
        "product",
        "day",
        "next_day",
        "place",
        "again",
        times=marked.nth + 1,
        times_class=_class_of(marked.nth + 1, _TIMES),
        place_class=_class_of(marked.place + 1, _PLACES),
        since=(after - marked.place).cast("int64"),
    )


def trials_query(table: ir.Table) -> ir.Table:
    """Return trials and hits by product and class, as an expression for any engine.

    Args:
        table: From `exposed_query`.

    Returns:
        `product`, `times_class`, `place_class`, `later_first` (first orders of the product that
        were not the customer's first), and of each class of orders since its `trials_` and `hits_`.
    """
    counts: dict[str, ir.IntegerScalar] = {
        # Postgres casts no truth to a long number.
        "later_first": ibis.ifelse((table.times == 1) & (table.place > 0), 1, 0).sum()
    }
    for number, (begin, end) in enumerate(zip(_SINCE, (*_SINCE[1:], NEVER), strict=True)):
        within = ibis.least(table.since, end - 1) - (begin - 1)
        hit = (table.again == 1) & (table.since >= begin) & (table.since < end)
        counts[f"trials_{number}"] = ibis.greatest(within, 0).sum()
        counts[f"hits_{number}"] = ibis.ifelse(hit, 1, 0).sum()
    return table.group_by("product", "times_class", "place_class").agg(**counts)


def _class_of(number: ir.IntegerValue, begins: tuple[int, ...]) -> ir.IntegerValue:
    """The class of a number of 1 or more, from 0."""
    steps = [ibis.ifelse(number >= begin, 1, 0) for begin in begins[1:]]
    total: ir.IntegerValue = steps[0]
    for step in steps[1:]:
        total = total + step
    return total


def _fitted(counts: pd.DataFrame, products: int) -> tuple[np.ndarray, np.ndarray]:
    """The rate of each class, and the factor of each product."""
    numbers = range(len(_SINCE))
    trials = counts[[f"trials_{number}" for number in numbers]].to_numpy(float)
    hits = counts[[f"hits_{number}" for number in numbers]].to_numpy(float)
    product = counts["product"].to_numpy(np.int64)
    place = (counts["times_class"].to_numpy(np.int64), counts["place_class"].to_numpy(np.int64))
    hits_by_class = _by_class(hits, place)
    hits_by_product = np.bincount(product, hits.sum(axis=1), products)
    factors = np.ones(products)
    for _ in range(_ROUNDS):
        rates = _class_rates(hits_by_class, _by_class(trials * factors[product, None], place))
        expected = np.bincount(product, (trials * rates[place]).sum(axis=1), products)
        factors = (hits_by_product + _PRODUCT_WEIGHT) / (expected + _PRODUCT_WEIGHT)
    return rates, factors


def _by_class(values: np.ndarray, place: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    sums = np.zeros((len(_TIMES), len(_PLACES), len(_SINCE)))
    np.add.at(sums, place, values)
    return sums


def _class_rates(hits: np.ndarray, trials: np.ndarray) -> np.ndarray:
    """Hits per trial, where a class of few trials is drawn to the classes that hold it."""
    weight = _CLASS_WEIGHT
    # Without any later order, half: an own product is then named before others.
    whole = (hits.sum() + 1) / (trials.sum() + 2)
    by_times = (hits.sum(axis=(1, 2)) + weight * whole) / (trials.sum(axis=(1, 2)) + weight)
    by_since = (hits.sum(axis=1) + weight * by_times[:, None]) / (trials.sum(axis=1) + weight)
    rates: np.ndarray = (hits + weight * by_since[:, None, :]) / (trials + weight)
    return rates


def _first_chances(history: ProductHistory, counts: pd.DataFrame) -> np.ndarray:
    """How likely an order after the first one holds a product that the customer had not bought."""
    size = len(history.products)
    sold = history.table.group_by("product").agg(orders=history.table.count()).to_pandas()
    orders = np.bincount(sold["product"], sold["orders"], size)
    all_days = int(history.days.count().to_pandas())
    later = all_days - len(history.customers)
    product = counts["product"].to_numpy(np.int64)
    trials = counts[[f"trials_{number}" for number in range(len(_SINCE))]].to_numpy(float)
    without = later - np.bincount(product, trials.sum(axis=1), size)
    came = np.bincount(product, counts["later_first"].to_numpy(float), size)
    # Where few orders tell, the product's share of all orders does.
    usual = orders / max(all_days, 1)
    chances: np.ndarray = (came + _CLASS_WEIGHT * usual) / (without + _CLASS_WEIGHT)
    return chances
