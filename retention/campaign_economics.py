"""What a campaign brings and costs: expected values, their ranges, and where gain turns into loss.

A campaign adds to each customer who would not have ordered within the window one order, with the probability `lift`.
It costs a message at a time until the customer orders, the offer of those who would have ordered anyway and use it,
and the offer of those whom it persuades, who all use it and get every message.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.stats import norm, pearson3

from retention.campaign_pool import CampaignPool
from retention.errors import DataError
from retention.intervals import HIGH, LOW
from retention.offers import Offer
from retention.totals import Total, interval

#: Columns of the sums over customers, whatever the terms are.
SUMS = (
    "customers",
    "buys",
    "taking",
    "stays",
    "stays_value",
    "stays_square",
    "taking_value",
    "taking_square",
    "contacts",
    "contacts_square",
    "contacts_taking",
    "contacts_taking_value",
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the marketer assumes; all of it can be moved without another forecast.

    - `lift`: probability that a customer who would not have ordered within the window does so because of the campaign.
    - `offer`; `anyway_share`: of those who would have ordered anyway, the share who use the offer.
    - `contact_cost`: of one message to one customer, in money; `margin`: share of revenue kept before the campaign.

    Raises:
        DataError: A number is out of range.
    """

    lift: float = 0.05
    offer: Offer = field(default_factory=Offer)
    anyway_share: float = 1.0
    contact_cost: float = 0.0
    margin: float = 0.4

    def __post_init__(self) -> None:
        for name, most in (("lift", 1.0), ("anyway_share", 1.0), ("margin", 1.0), ("contact_cost", np.inf)):
            value = getattr(self, name)
            if not (0 <= value <= most and np.isfinite(value)):
                wanted = "an amount of 0 or more" if most == np.inf else "a share from 0 to 1"
                raise DataError(f"{name} is {value!r}. Give {wanted}.")


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
    - `break_even_lift`: the lift at which the expected gain is 0; NaN where no lift up to 1 does it.
    - `largest_offer`: the `value` of the offer, of the same kind, at which it is 0; NaN for no offer, and where even
      a free one would lose money.
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


@dataclass(frozen=True, slots=True)
class Ledger:
    """A pool, and in `columns` the products of its arrays that all terms add up: a row for each of `SUMS`."""

    pool: CampaignPool
    columns: np.ndarray

    def sums(self, inside: np.ndarray | None = None) -> dict[str, float]:
        """Return the sums over the customers of whom `inside` is True, by name; over everybody if None."""
        weights = np.ones(self.columns.shape[1]) if inside is None else inside.astype(float)
        return dict(zip(SUMS, (self.columns @ weights).tolist(), strict=True))


def ledger(pool: CampaignPool) -> Ledger:
    """Return the pool with its products, ready for any terms."""
    stays, taking, value = 1 - pool.buys, pool.taking, pool.order_value
    columns = [
        np.ones(len(pool)),
        pool.buys,
        taking,
        stays,
        stays * value,
        stays * pool.square,
        taking * value,
        taking * pool.square,
        pool.contacts,
        pool.contacts_square,
        pool.contacts_taking,
        pool.contacts_taking * value,
    ]
    return Ledger(pool, np.stack(columns))


def _weights(terms: Terms) -> np.ndarray:
    """What each of `SUMS` counts in the expected gain."""
    fixed, share, lift, anyway = terms.offer.fixed, terms.offer.share, terms.lift, terms.anyway_share
    weights = dict.fromkeys(SUMS, 0.0) | {
        "stays": -lift * fixed,
        "stays_value": lift * (terms.margin - share),
        "taking": -anyway * fixed,
        "taking_value": -anyway * share,
        "contacts": -terms.contact_cost,
    }
    return np.array(list(weights.values()))


def expected_gains(book: Ledger, terms: Terms) -> np.ndarray:
    """Return what addressing each customer of the pool is expected to gain, in money."""
    weights = _weights(terms)
    used = np.flatnonzero(weights)
    if not len(used):
        return np.zeros(len(book.pool))
    return sum(weights[at] * book.columns[at] for at in used)


def expected_costs(book: Ledger, terms: Terms) -> np.ndarray:
    """Return what addressing each customer of the pool is expected to cost, contacts and offers, in money."""
    sums = dict(zip(SUMS, book.columns, strict=True))
    fixed, share = terms.offer.fixed, terms.offer.share
    used = terms.lift * (fixed * sums["stays"] + share * sums["stays_value"])
    used += terms.anyway_share * (fixed * sums["taking"] + share * sums["taking_value"])
    return used + terms.contact_cost * sums["contacts"]


def economics(book: Ledger, terms: Terms, inside: np.ndarray | None = None) -> Economics:
    """Return what the campaign brings when the customers of whom `inside` is True are addressed; everybody if None."""
    pool, sums = book.pool, book.sums(inside)
    fixed, share, lift = terms.offer.fixed, terms.offer.share, terms.lift
    anyway, margin, contact = terms.anyway_share, terms.margin, terms.contact_cost
    contacts_cost = contact * sums["contacts"]
    offers_anyway = anyway * (fixed * sums["taking"] + share * sums["taking_value"])
    offers_persuaded = lift * (fixed * sums["stays"] + share * sums["stays_value"])
    added = lift * sums["stays_value"]
    gain = margin * added - contacts_cost - offers_anyway - offers_persuaded

    chance, skewed = _chance(book, terms, sums, inside)
    variance = chance + _spread(book, terms, inside)
    low, high, loss = _distribution(gain, variance, skewed)

    where = np.ones(len(pool), dtype=bool) if inside is None else inside
    orders, revenue = pool.orders.total(where), pool.revenue.total(where)
    more_orders = lift * sums["stays"], lift * sums["stays"]  # at most one each: variance close to the mean
    more_revenue = added, lift * sums["stays_square"]
    without = [Range(total.expected, total.low, total.high) for total in (orders, revenue)]
    with_it = [_raised(total, *more) for total, more in ((orders, more_orders), (revenue, more_revenue))]
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
        break_even_lift=_break_even_lift(terms, sums),
        largest_offer=_largest_offer(terms, sums),
    )


def _chance(book: Ledger, terms: Terms, sums: dict[str, float], inside: np.ndarray | None) -> tuple[float, float]:
    """Variance and third cumulant of the gain when the parameters are known: the customers' own chance.

    A customer either would have ordered, or may be persuaded: the two are never both. The third cumulant is that of
    the persuaded orders, of which few decide.
    """
    fixed, share, lift = terms.offer.fixed, terms.offer.share, terms.lift
    anyway, kept, contact = terms.anyway_share, terms.margin - terms.offer.share, terms.contact_cost
    number = len(book.pool.messages)
    earned = kept**2 * sums["stays_square"] - 2 * kept * fixed * sums["stays_value"] + fixed**2 * sums["stays"]
    given = fixed**2 * sums["taking"] + 2 * fixed * share * sums["taking_value"] + share**2 * sums["taking_square"]
    square = lift * earned + anyway * given + contact**2 * sums["contacts_square"]
    square -= 2 * contact * number * lift * (kept * sums["stays_value"] - fixed * sums["stays"])
    square += 2 * contact * anyway * (fixed * sums["contacts_taking"] + share * sums["contacts_taking_value"])
    means = expected_gains(book, terms)
    if inside is not None:
        means = means[inside]
    first = kept * sums["stays_value"] - fixed * sums["stays"]
    # Of a positive variable the third moment is at least second² / first: with heavy tails it may be infinite.
    third = lift * earned**2 / first if first > 0 else 0.0
    return max(float(square - means @ means), 0.0), float(third)


def _spread(book: Ledger, terms: Terms, inside: np.ndarray | None) -> float:
    """Variance of the expected gain from what the fit leaves open (delta method on a sample of the customers)."""
    pool = book.pool
    chosen = pool.sample if inside is None else pool.sample[inside[pool.sample]]
    addressed = len(pool) if inside is None else int(inside.sum())
    of = np.isin(pool.sample, chosen)
    if not of.any():
        return 0.0
    value, fixed, share = pool.order_value[chosen], terms.offer.fixed, terms.offer.share
    by_purchases = np.stack(
        [
            -terms.lift * ((terms.margin - share) * value - fixed),
            -terms.anyway_share * (fixed + share * value),
            np.full(len(chosen), -terms.contact_cost),
        ],
        axis=1,
    )
    by_value = terms.lift * (1 - pool.buys[chosen]) * (terms.margin - share)
    by_value -= terms.anyway_share * pool.taking[chosen] * share
    slopes = np.concatenate(
        [np.einsum("ij,ijk->k", by_purchases, pool.slopes[of]), (by_value * value) @ pool.value_slopes[of]]
    )
    slopes *= addressed / len(chosen)
    return float(slopes @ pool.covariance @ slopes)


def _distribution(mean: float, variance: float, third: float) -> tuple[float, float, float]:
    """The 80 % interval of the gain and the probability that it is below 0, by a shifted gamma variable."""
    width = variance**0.5
    if width <= 1e-12 * abs(mean) or width < 1e-100:
        return mean, mean, float(mean < 0)
    skew = third / variance**1.5
    # A skewness this small changes nothing, and the gamma's shape grows beyond what can be computed.
    law = norm(mean, width) if skew < 1e-3 else pearson3(skew, mean, width)
    low, high = law.ppf([LOW, HIGH])
    return float(min(low, mean)), float(max(high, mean)), float(law.cdf(0.0))


def _raised(total: Total, added: float, variance: float) -> Range:
    """The interval of a total to which persuaded orders, independent of it, are added."""
    raised = interval(total.expected + added, total.chance**2 + variance, total.parameters**2)
    return Range(raised.expected, raised.low, raised.high)


def _times(found: Range, factor: float) -> Range:
    return Range(found.expected * factor, found.low * factor, found.high * factor)


def _break_even_lift(terms: Terms, sums: dict[str, float]) -> float:
    fixed, share = terms.offer.fixed, terms.offer.share
    each = (terms.margin - share) * sums["stays_value"] - fixed * sums["stays"]
    sunk = terms.contact_cost * sums["contacts"]
    sunk += terms.anyway_share * (fixed * sums["taking"] + share * sums["taking_value"])
    if each <= 0:
        return float("nan") if sunk > 0 or each < 0 else 0.0
    lift = sunk / each
    return lift if lift <= 1 else float("nan")


def _largest_offer(terms: Terms, sums: dict[str, float]) -> float:
    if terms.offer.kind == "none":
        return float("nan")
    earned = terms.lift * terms.margin * sums["stays_value"] - terms.contact_cost * sums["contacts"]
    if terms.offer.kind == "percentage":
        used = terms.lift * sums["stays_value"] + terms.anyway_share * sums["taking_value"]
    else:
        used = terms.lift * sums["stays"] + terms.anyway_share * sums["taking"]
        used *= terms.offer.redeemed if terms.offer.kind == "points" else 1.0
    if earned < 0 or used <= 0:
        return float("nan")
    largest = earned / used
    return min(largest, 1.0) if terms.offer.kind == "percentage" else largest
