"""What a campaign brings and costs: expected values, their ranges, and where gain turns into loss.

A campaign adds to each customer who would not have ordered within the window one order, with the probability `lift`.
It costs a message at a time until the customer orders, the offer of those who would have ordered anyway and use it,
and the offer of those whom it persuades, who all use it and get every message. Each message persuades as many as any
other, and by the offer that holds on its day.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from retention.campaigns.gain_range import Persuaded, gain_range
from retention.campaigns.offers import Offer
from retention.campaigns.pool import CampaignPool
from retention.errors import DataError
from retention.models.uncertainty import Total, Uncertainty, interval
from retention.validation import is_number

#: Up to so many customers each is reckoned with by itself; beyond, in cells of so many bands by two measures.
EXACT, BANDS = 20_000, 200

#: Sums over customers that every choice of terms needs, and those of each phase (an offer's days).
SUMS = (
    "customers",
    "buys",
    "stays",
    "stays_value",
    "stays_square",
    "contacts",
    "contacts_square",
    "orders",
    "orders_variance",
    "revenue",
    "revenue_variance",
    "value",
)
PHASE_SUMS = ("taking", "taking_value", "taking_square", "contacts_taking", "contacts_taking_value")
#: The offers that a message may carry: fields of `Terms`, or the end of the one before.
OPENING, MAIN, ENDS = "opening", "offer", "ends"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the marketer assumes; all of it can be moved without another forecast.

    - `lift`: probability that a customer who would not have ordered within the window does so because of the campaign.
    - `offer`: the main one; `opening`: another one, for earlier messages. `anyway_share`: of those who would have
      ordered anyway, the share who use the offer of that day.
    - `contact_cost`: of one message to one customer, in money; `margin`: share of revenue kept before the campaign.

    Raises:
        DataError: A number is out of range.
    """

    lift: float = 0.05
    offer: Offer = field(default_factory=Offer)
    opening: Offer = field(default_factory=Offer)
    anyway_share: float = 1.0
    contact_cost: float = 0.0
    margin: float = 0.4

    def offered(self, name: str) -> Offer:
        """Return the offer of this name: `MAIN`, `OPENING`, or `ENDS` for none."""
        return Offer() if name == ENDS else getattr(self, name)

    def __post_init__(self) -> None:
        for name, most in (
            ("lift", 1.0),
            ("anyway_share", 1.0),
            ("margin", 1.0),
            ("contact_cost", np.inf),
        ):
            value = getattr(self, name)
            if not (is_number(value) and 0 <= value <= most and np.isfinite(value)):
                wanted = "an amount of 0 or more" if most == np.inf else "a share from 0 to 1"
                raise DataError(f"{name} is {value!r}. Give {wanted}.")
        for name in (MAIN, OPENING):
            if not isinstance(getattr(self, name), Offer):
                raise DataError(
                    f"{name} is {getattr(self, name)!r}. Give an Offer; Offer() is none."
                )


@dataclass(frozen=True, slots=True)
class Range:
    """An expected value and its 80 % interval."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Economics:
    """What a campaign to some customers brings, in customers, orders and money.

    - `customers` are addressed; `buyers_without` order within the window anyway, `persuaded` because of the campaign.
    - `orders_`, `revenue_` and `margin_without` and `_with`: of the window.
    - `contacts_cost`, `offers_anyway` (of customers who would have ordered anyway), `offers_persuaded`; `cost`: all.
    - `gain`: margin_with - margin_without - cost. `loss_chance`: probability that it is below 0. `return_on_cost`: gain
      / cost, NaN without a cost.
    - `break_even_lift`: the lift at which these customers' expected gain is 0; NaN where no lift up to 1 does it, and
      without customers.
    - `largest_offer`: the `value` of the main offer, of the same kind, at which it is 0; NaN without a main offer, and
      where even a free one would lose money.
    """

    customers: int
    buyers_without: float
    persuaded: float
    contacts: float
    orders_without: Range
    orders_with: Range
    revenue_without: Range
    revenue_with: Range
    margin_without: Range
    margin_with: Range
    contacts_cost: float
    offers_anyway: float
    offers_persuaded: float
    gain: Range
    loss_chance: float
    break_even_lift: float
    largest_offer: float

    @property
    def cost(self) -> float:
        """Contacts and offers together."""
        return self.contacts_cost + self.offers_anyway + self.offers_persuaded

    @property
    def return_on_cost(self) -> float:
        """Gain for each unit of money spent."""
        return self.gain.expected / self.cost if self.cost > 0 else float("nan")


class Sampled(NamedTuple):
    """What the pool says of the customers of its sample, side by side; `taking` has a row for each phase."""

    cell: np.ndarray
    order_value: np.ndarray
    stays: np.ndarray
    taking: np.ndarray
    orders: np.ndarray
    revenue: np.ndarray


@dataclass(frozen=True, slots=True)
class Ledger:
    """A pool summed up by cells of customers who are all but alike, so that a slider's cost does not grow with them.

    - `cell`: each customer's cell; up to `EXACT` customers everybody has an own one, beyond that customers share a cell
      whose chances to order and expected order values lie in the same two hundredth of all.
    - `columns`: the cells' sums, a row for each of `SUMS`, then for each phase and `PHASE_SUMS`.
    - `waiting`: a row for each message, how many of each cell have not ordered before it.
    - `sampled`: the customers from whom the parameters' effect is measured.
    - `offers` names each phase's offer, `OPENING`, `MAIN` or `ENDS`; `weights` is the share of the messages sent in it.
    """

    pool: CampaignPool
    cell: np.ndarray
    columns: np.ndarray
    waiting: np.ndarray
    sampled: Sampled
    offers: tuple[str, ...]
    weights: tuple[float, ...]

    @property
    def customers(self) -> np.ndarray:
        """How many customers each cell has."""
        return self.columns[0]

    @property
    def alone(self) -> bool:
        """Whether everybody has an own cell."""
        return len(self.customers) == len(self.cell)

    @property
    def order_value(self) -> np.ndarray:
        """The mean expected order value of each cell's customers."""
        return self.columns[SUMS.index("value")] / self.customers

    def sums(self, share: np.ndarray | None = None) -> Sums:
        """Return the sums over all cells, of which this share of the customers (by cell) counts; everybody if None."""
        return named(self, self.columns.sum(axis=1) if share is None else self.columns @ share)


class Sums(NamedTuple):
    """Sums by name, or columns of customers; `phases` has those of each phase with its offer's name and weight."""

    whole: dict[str, float]
    phases: tuple[tuple[str, float, dict[str, float]], ...]

    def __getitem__(self, name: str) -> float:
        return self.whole[name]


def ledger(pool: CampaignPool, offers: tuple[str, ...] = (MAIN,)) -> Ledger:
    """Return the pool summed up, ready for any terms; `offers` names the offer of each of its phases."""
    cell, cells = _cells(pool)
    stays, value = 1 - pool.buys, pool.order_value
    columns = [np.ones(len(pool)), pool.buys, stays, stays * value, stays * pool.square]
    columns += [pool.contacts, pool.contacts_square]
    columns += [
        pool.orders.expected,
        pool.orders.variance,
        pool.revenue.expected,
        pool.revenue.variance,
        value,
    ]
    for taking, contacts in zip(pool.taking, pool.contacts_taking, strict=True):
        columns += [taking, taking * value, taking * pool.square, contacts, contacts * value]
    ends = (*pool.phases[1:], pool.window_days)
    weights = [
        sum(first <= day < last for day in pool.messages) / len(pool.messages)
        for first, last in zip(pool.phases, ends, strict=False)
    ]
    summed, waiting = (
        np.stack([np.bincount(cell, weights=column, minlength=cells) for column in of])
        for of in (columns, pool.waiting)
    )
    at = pool.sample
    sampled = Sampled(
        cell[at],
        value[at],
        stays[at],
        pool.taking[:, at],
        pool.orders.expected[at],
        pool.revenue.expected[at],
    )
    return Ledger(pool, cell, summed, waiting, sampled, tuple(offers), tuple(weights))


def _cells(pool: CampaignPool) -> tuple[np.ndarray, int]:
    if len(pool) <= EXACT:
        return np.arange(len(pool)), len(pool)
    place = np.zeros(len(pool), dtype=np.int64)
    for measure in (pool.buys, pool.order_value):
        edges = np.unique(
            np.quantile(measure[:: max(len(pool) // 100_000, 1)], np.linspace(0, 1, BANDS + 1))
        )
        place = place * (BANDS + 2) + np.searchsorted(edges, measure, side="right")
    found, cell = np.unique(place, return_inverse=True)
    return cell, len(found)


def named(book: Ledger, rows: np.ndarray) -> Sums:
    """Return rows of a ledger's columns, or their sums, by name."""
    of_phases = [
        dict(zip(PHASE_SUMS, rows[at : at + len(PHASE_SUMS)], strict=True))
        for at in range(len(SUMS), len(rows), len(PHASE_SUMS))
    ]
    return Sums(
        dict(zip(SUMS, rows, strict=False)),
        tuple(zip(book.offers, book.weights, of_phases, strict=True)),
    )


def _offers_cost(sums: Sums, terms: Terms) -> tuple[np.ndarray, np.ndarray]:
    """What offers to those who would have ordered anyway and to the persuaded cost, from sums or columns."""
    anyway = persuaded = 0.0 * sums["stays"]
    for name, weight, phase in sums.phases:
        offer = terms.offered(name)
        anyway = anyway + offer.fixed * phase["taking"] + offer.share * phase["taking_value"]
        persuaded = persuaded + weight * (
            offer.fixed * sums["stays"] + offer.share * sums["stays_value"]
        )
    return terms.anyway_share * anyway, terms.lift * persuaded


def expected_costs(book: Ledger, terms: Terms) -> np.ndarray:
    """Return what addressing a customer of each cell is expected to cost, contacts and offers, in money."""
    columns = named(book, book.columns)
    anyway, persuaded = _offers_cost(columns, terms)
    return (anyway + persuaded + terms.contact_cost * columns["contacts"]) / book.customers


def expected_gains(book: Ledger, terms: Terms) -> np.ndarray:
    """Return what addressing a customer of each cell is expected to gain, in money."""
    columns = named(book, book.columns)
    return terms.lift * terms.margin * columns["stays_value"] / book.customers - expected_costs(
        book, terms
    )


def _mean_offer(book: Ledger, terms: Terms) -> tuple[float, float]:
    """The fixed cost and the share of the order that a persuaded customer's offer costs on average."""
    offers = [
        (weight, terms.offered(name))
        for name, weight in zip(book.offers, book.weights, strict=True)
    ]
    return sum(w * offer.fixed for w, offer in offers), sum(w * offer.share for w, offer in offers)


def economics(
    book: Ledger, terms: Terms, share: np.ndarray | None = None, gains: np.ndarray | None = None
) -> Economics:
    """Return what the campaign brings when this share of each cell's customers is addressed; everybody if None.

    `gains` are `expected_gains`, where they are there already.
    """
    gains = expected_gains(book, terms) if gains is None else gains
    pool, sums = book.pool, book.sums(share)
    lift, margin = terms.lift, terms.margin
    contacts_cost = terms.contact_cost * sums["contacts"]
    offers_anyway, offers_persuaded = _offers_cost(sums, terms)
    added = lift * sums["stays_value"]
    gain = margin * added - contacts_cost - offers_anyway - offers_persuaded

    sampled = np.ones(len(pool.sample)) if share is None else share[book.sampled.cell]
    chance, skewed, persuaded = _chance(book, terms, sums, share, gains)
    variance = chance + _spread(book, terms, sampled, sums["customers"])
    low, high, loss = gain_range(gain, variance, skewed, persuaded)

    orders = _total(
        pool.orders, sums["orders"], sums["orders_variance"], sampled, book.sampled.orders
    )
    revenue = _total(
        pool.revenue, sums["revenue"], sums["revenue_variance"], sampled, book.sampled.revenue
    )
    more_orders = (
        lift * sums["stays"],
        lift * sums["stays"],
    )  # at most one each: variance close to the mean
    more_revenue = added, lift * sums["stays_square"]
    without = [Range(total.expected, total.low, total.high) for total in (orders, revenue)]
    with_it = [
        _raised(total, *more) for total, more in ((orders, more_orders), (revenue, more_revenue))
    ]
    return Economics(
        customers=round(sums["customers"]),
        buyers_without=sums["buys"],
        persuaded=lift * sums["stays"],
        contacts=sums["contacts"],
        orders_without=without[0],
        orders_with=with_it[0],
        revenue_without=without[1],
        revenue_with=with_it[1],
        margin_without=_times(without[1], margin),
        margin_with=_times(with_it[1], margin),
        contacts_cost=contacts_cost,
        offers_anyway=offers_anyway,
        offers_persuaded=offers_persuaded,
        gain=Range(gain, low, high),
        loss_chance=loss,
        break_even_lift=_break_even_lift(book, terms, sums),
        largest_offer=_largest_offer(terms, sums),
    )


def _total(
    uncertainty: Uncertainty,
    expected: float,
    variance: float,
    sampled: np.ndarray,
    of_sample: np.ndarray,
) -> Total:
    """The total of customers of whom sums are there, and the share addressed of each customer of the sample."""
    measured = sampled @ of_sample
    slopes = sampled @ uncertainty.slopes
    return uncertainty.totals_of_sums(
        *map(np.atleast_1d, (expected, variance, measured)), slopes[None]
    )[0]


def _chance(
    book: Ledger, terms: Terms, sums: Sums, share_of: np.ndarray | None, means: np.ndarray
) -> tuple[float, float, Persuaded]:
    """Variance and third cumulant of the gain when the parameters are known, the customers' own chance; and its orders.

    A customer either would have ordered, or may be persuaded: the two are never both. The third cumulant is that of
    the persuaded orders, of which few decide.
    """
    lift, anyway, contact = terms.lift, terms.anyway_share, terms.contact_cost
    stays, value, squared = (sums[name] for name in ("stays", "stays_value", "stays_square"))
    fixed, share = _mean_offer(book, terms)
    first = (terms.margin - share) * value - fixed * stays
    without_offer = 1 - sum(book.weights)
    earned = without_offer * terms.margin**2 * squared
    given = touched = 0.0
    for name, weight, phase in sums.phases:
        offer = terms.offered(name)
        kept = terms.margin - offer.share
        earned += weight * (
            kept**2 * squared - 2 * kept * offer.fixed * value + offer.fixed**2 * stays
        )
        given += (
            offer.fixed**2 * phase["taking"] + 2 * offer.fixed * offer.share * phase["taking_value"]
        )
        given += offer.share**2 * phase["taking_square"]
        touched += (
            offer.fixed * phase["contacts_taking"] + offer.share * phase["contacts_taking_value"]
        )
    square = lift * earned + anyway * given + contact**2 * sums["contacts_square"]
    square += 2 * contact * (anyway * touched - len(book.pool.messages) * lift * first)
    # Customers of one cell are taken to be alike.
    addressed = book.customers if share_of is None else book.customers * share_of
    # Of a positive variable the third moment is at least second² / first: with heavy tails it may be infinite.
    third = lift * earned**2 / first if first > 0 else 0.0
    persuaded = Persuaded(lift * float(stays), lift * float(first), lift * float(earned))
    return max(float(square - addressed @ means**2), 0.0), float(third), persuaded


def _spread(book: Ledger, terms: Terms, sampled: np.ndarray, addressed: float) -> float:
    """Variance of the expected gain from what the fit leaves open (delta method on a sample of the customers)."""
    if not sampled.any():
        return 0.0
    pool, value, (fixed, share) = book.pool, book.sampled.order_value, _mean_offer(book, terms)
    by_buys = -terms.lift * ((terms.margin - share) * value - fixed)
    by_value = terms.lift * book.sampled.stays * (terms.margin - share)
    by_purchases = [by_buys, np.full(len(value), -terms.contact_cost)]
    for name, taking in zip(book.offers, book.sampled.taking, strict=True):
        offer = terms.offered(name)
        by_purchases.append(-terms.anyway_share * (offer.fixed + offer.share * value))
        by_value = by_value - terms.anyway_share * taking * offer.share
    slopes = np.concatenate(
        [
            np.einsum("ji,ijk->k", np.stack(by_purchases) * sampled, pool.slopes),
            (by_value * value * sampled) @ pool.value_slopes,
        ]
    )
    slopes *= addressed / sampled.sum()
    return float(slopes @ pool.covariance @ slopes)


def _raised(total: Total, added: float, variance: float) -> Range:
    """The interval of a total to which persuaded orders, independent of it, are added."""
    raised = interval(total.expected + added, total.chance**2 + variance, total.parameters**2)
    return Range(raised.expected, raised.low, raised.high)


def _times(found: Range, factor: float) -> Range:
    return Range(found.expected * factor, found.low * factor, found.high * factor)


def _break_even_lift(book: Ledger, terms: Terms, sums: Sums) -> float:
    fixed, share = _mean_offer(book, terms)
    each = (terms.margin - share) * sums["stays_value"] - fixed * sums["stays"]
    sunk = terms.contact_cost * sums["contacts"] + _offers_cost(sums, terms)[0]
    return float(sunk / each) if each > 0 and sunk <= each else float("nan")


def _largest_offer(terms: Terms, sums: Sums) -> float:
    if terms.offer.kind == "none" or MAIN not in (name for name, _, _ in sums.phases):
        return float("nan")
    others = replace(terms, offer=Offer())
    one = replace(terms, offer=replace(terms.offer, value=1.0))
    anyway, persuaded = _offers_cost(sums, others)
    left = (
        terms.lift * terms.margin * sums["stays_value"]
        - terms.contact_cost * sums["contacts"]
        - anyway
        - persuaded
    )
    each = (
        sum(_offers_cost(sums, one)) - anyway - persuaded
    )  # costs are linear in the offer's value
    if left < 0 or each <= 0:
        return float("nan")
    largest = float(left) / float(each)
    return min(largest, 1.0) if terms.offer.kind == "percentage" else largest
