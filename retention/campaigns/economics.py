"""What a campaign brings and costs: expected values, their ranges, and where gain turns into loss.

A campaign adds one order, with the probability `lift`, to each customer who would not have ordered
within the window. Its costs are the messages and the offers. A customer gets messages until they
order. Of the customers who would have ordered anyway, a share uses the offer of that day. Every
persuaded customer gets all messages and uses the offer. Each message persuades as many customers
as any other, by the offer that holds on its day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from retention.campaigns.arrays import Floats
from retention.campaigns.gain_range import Persuaded, gain_range
from retention.campaigns.ledger import Amount, Ledger, Sums
from retention.campaigns.offers import Offer
from retention.campaigns.terms import MAIN, Terms
from retention.display import displayed
from retention.models.uncertainty import Total, Uncertainty, interval


@displayed
@dataclass(frozen=True, slots=True)
class Range:
    """An expected value and its 80 % interval.

    Attributes:
        expected: The expected value.
        low: The lower end of the interval.
        high: The upper end of the interval.
    """

    expected: float
    low: float
    high: float


@displayed
@dataclass(frozen=True, slots=True)
class Economics:
    """What a campaign to some customers brings, in customers, orders and money.

    Attributes:
        customers: Customers addressed.
        buyers_without: Expected customers who order within the window without the campaign.
        persuaded: Expected customers who order because of it.
        contacts: Expected messages.
        orders_without: Orders of the window without the campaign.
        orders_with: Orders of the window with the campaign.
        revenue_without: Revenue of the window without the campaign, in money.
        revenue_with: Revenue of the window with the campaign, in money.
        margin_without: Margin of the window without the campaign, in money.
        margin_with: Margin of the window with the campaign, in money.
        contacts_cost: What the messages cost, in money.
        offers_anyway: What offers cost that customers use who would have ordered anyway, in money.
        offers_persuaded: What offers cost that persuaded customers use, in money.
        gain: margin_with - margin_without - cost, in money. Its range allows for the uncertainty
            of a lift that tests have measured.
        loss_chance: The probability that the gain is below 0.
        break_even_lift: The lift at which the expected gain of these customers is 0. NaN where no
            lift up to 1 does it, and without customers.
        largest_offer: The `value` of a main offer of the same kind at which the expected gain
            is 0. NaN without a main offer, and where even a free one would lose money.
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
        """Gain for each unit of money spent; NaN without a cost."""
        return self.gain.expected / self.cost if self.cost > 0 else float("nan")


def expected_costs(ledger: Ledger, terms: Terms) -> Floats:
    """Return what addressing a customer of each cell is expected to cost.

    Args:
        ledger: The customers who may be addressed.
        terms: The marketer's assumptions.

    Returns:
        Money, one element a cell.
    """
    cells = ledger.by_cell()
    anyway, persuaded = _offers_cost(cells, terms)
    return (anyway + persuaded + terms.contact_cost * cells.contacts) / ledger.customers


def expected_gains(ledger: Ledger, terms: Terms) -> Floats:
    """Return what addressing a customer of each cell is expected to gain.

    Args:
        ledger: The customers who may be addressed.
        terms: The marketer's assumptions.

    Returns:
        Money, one element a cell.
    """
    cells = ledger.by_cell()
    added = terms.lift * terms.margin * cells.stays_value / ledger.customers
    return added - expected_costs(ledger, terms)


def economics(
    ledger: Ledger, terms: Terms, share: Floats | None = None, gains: Floats | None = None
) -> Economics:
    """Return what the campaign brings.

    Args:
        ledger: The customers who may be addressed.
        terms: The marketer's assumptions.
        share: The share of each cell's customers who are addressed; all of them if None.
        gains: The `expected_gains` of the cells, where they are known already.

    Returns:
        The orders, money and limits of the campaign.
    """
    gains = expected_gains(ledger, terms) if gains is None else gains
    pool, sums = ledger.pool, ledger.sums(share)
    lift, margin = terms.lift, terms.margin
    contacts_cost = terms.contact_cost * sums.contacts
    offers_anyway, offers_persuaded = _offers_cost(sums, terms)
    added = lift * sums.stays_value
    gain = margin * added - contacts_cost - offers_anyway - offers_persuaded

    sampled = np.ones(len(pool.sample)) if share is None else share[ledger.sampled.cell]
    chance, third, persuaded = _chance(ledger, terms, sums, share, gains)
    variance = chance + _spread(ledger, terms, sampled, sums.customers)
    low, high, loss = gain_range(gain, variance, third, persuaded)

    orders = _total(pool.orders, sums.orders, sums.orders_variance, sampled, ledger.sampled.orders)
    revenue = _total(
        pool.revenue, sums.revenue, sums.revenue_variance, sampled, ledger.sampled.revenue
    )
    # At most one more order a customer: its variance is close to its mean.
    orders_with = _raised(
        orders,
        added=lift * sums.stays,
        variance=lift * sums.stays + (terms.lift_error * sums.stays) ** 2,
    )
    revenue_with = _raised(
        revenue,
        added=added,
        variance=lift * sums.stays_square + (terms.lift_error * sums.stays_value) ** 2,
    )
    revenue_without = _range_of(revenue)
    return Economics(
        customers=round(sums.customers),
        buyers_without=sums.buys,
        persuaded=lift * sums.stays,
        contacts=sums.contacts,
        orders_without=_range_of(orders),
        orders_with=orders_with,
        revenue_without=revenue_without,
        revenue_with=revenue_with,
        margin_without=_times(revenue_without, margin),
        margin_with=_times(revenue_with, margin),
        contacts_cost=contacts_cost,
        offers_anyway=offers_anyway,
        offers_persuaded=offers_persuaded,
        gain=Range(expected=gain, low=low, high=high),
        loss_chance=loss,
        break_even_lift=_break_even_lift(ledger, terms, sums),
        largest_offer=_largest_offer(terms, sums),
    )


def _offers_cost(sums: Sums[Amount], terms: Terms) -> tuple[Amount, Amount]:
    """What offers cost: to customers who would have ordered anyway, and to persuaded ones."""
    anyway = 0.0 * sums.stays
    persuaded = 0.0 * sums.stays
    for phase in sums.phases:
        offer = terms.offered(phase.offer)
        anyway = anyway + offer.fixed * phase.taking + offer.share * phase.taking_value
        persuaded = persuaded + phase.weight * (
            offer.fixed * sums.stays + offer.share * sums.stays_value
        )
    return terms.anyway_share * anyway, terms.lift * persuaded


def _mean_offer(ledger: Ledger, terms: Terms) -> tuple[float, float]:
    """What a persuaded customer's offer costs on average: in money, and as a share of the order."""
    offers = [
        (weight, terms.offered(name))
        for name, weight in zip(ledger.offers, ledger.weights, strict=True)
    ]
    fixed = sum(weight * offer.fixed for weight, offer in offers)
    return fixed, sum(weight * offer.share for weight, offer in offers)


def _total(
    uncertainty: Uncertainty,
    expected: float,
    variance: float,
    sampled: Floats,
    expected_of_sample: Floats,
) -> Total:
    """The total of the customers addressed, from their sums and the sample's share addressed."""
    return uncertainty.totals_of_sums(
        expected=np.atleast_1d(expected),
        variance=np.atleast_1d(variance),
        measured=np.atleast_1d(sampled @ expected_of_sample),
        slopes=(sampled @ uncertainty.slopes)[None],
    )[0]


def _chance(
    ledger: Ledger, terms: Terms, sums: Sums[float], share: Floats | None, means: Floats
) -> tuple[float, float, Persuaded]:
    """Variance and third cumulant of the gain for known parameters, and the persuaded orders.

    A customer either would have ordered or may be persuaded, never both. The third cumulant is
    that of the persuaded orders: a few of them decide.
    """
    lift, contact = terms.lift, terms.contact_cost
    fixed, offer_share = _mean_offer(ledger, terms)
    first = (terms.margin - offer_share) * sums.stays_value - fixed * sums.stays
    earned = _squared_earnings(ledger, terms, sums)
    given, touched = _squared_offers(terms, sums)
    square = lift * earned + terms.anyway_share * given + contact**2 * sums.contacts_square
    messages = len(ledger.pool.messages)
    square += 2 * contact * (terms.anyway_share * touched - messages * lift * first)
    # Customers of one cell are taken to be alike.
    addressed = ledger.customers if share is None else ledger.customers * share
    # The third moment of a positive variable is at least second² / first. With heavy tails it
    # may be infinite.
    third = lift * earned**2 / first if first > 0 else 0.0
    persuaded = Persuaded(
        orders=lift * float(sums.stays),
        earned=lift * float(first),
        squared=lift * float(earned),
        doubt=(terms.lift_error / lift) ** 2 if lift > 0 else 0.0,
    )
    return max(float(square - addressed @ means**2), 0.0), float(third), persuaded


def _squared_earnings(ledger: Ledger, terms: Terms, sums: Sums[float]) -> float:
    """The sum of the squares of what an order of each customer who stays would earn."""
    earned = (1 - sum(ledger.weights)) * terms.margin**2 * sums.stays_square
    for phase in sums.phases:
        offer = terms.offered(phase.offer)
        kept = terms.margin - offer.share
        earned += phase.weight * (
            kept**2 * sums.stays_square
            - 2 * kept * offer.fixed * sums.stays_value
            + offer.fixed**2 * sums.stays
        )
    return earned


def _squared_offers(terms: Terms, sums: Sums[float]) -> tuple[float, float]:
    """For customers who order anyway: the sums of the squared offers and of messages x offers."""
    given = touched = 0.0
    for phase in sums.phases:
        offer = terms.offered(phase.offer)
        given += offer.fixed**2 * phase.taking + 2 * offer.fixed * offer.share * phase.taking_value
        given += offer.share**2 * phase.taking_square
        touched += offer.fixed * phase.contacts_taking + offer.share * phase.contacts_taking_value
    return given, touched


def _spread(ledger: Ledger, terms: Terms, sampled: Floats, addressed: float) -> float:
    """Variance of the expected gain from the fit, and from the pace and prices of the store.

    Delta method on a sample of the customers.
    """
    if not sampled.any():
        return 0.0
    pool, value = ledger.pool, ledger.sampled.order_value
    fixed, offer_share = _mean_offer(ledger, terms)
    by_buys = -terms.lift * ((terms.margin - offer_share) * value - fixed)
    by_value = terms.lift * ledger.sampled.stays * (terms.margin - offer_share)
    by_purchases = [by_buys, np.full(len(value), -terms.contact_cost)]
    for name, taking in zip(ledger.offers, ledger.sampled.taking, strict=True):
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


def _range_of(total: Total) -> Range:
    return Range(expected=total.expected, low=total.low, high=total.high)


def _raised(total: Total, added: float, variance: float) -> Range:
    """The interval of a total to which persuaded orders are added, independent of it."""
    return _range_of(
        interval(
            total.expected + added,
            total.chance**2 + variance,
            total.parameters**2,
            total.store**2,
            total.missed**2,
        )
    )


def _times(amount: Range, factor: float) -> Range:
    return Range(
        expected=amount.expected * factor, low=amount.low * factor, high=amount.high * factor
    )


def _break_even_lift(ledger: Ledger, terms: Terms, sums: Sums[float]) -> float:
    fixed, offer_share = _mean_offer(ledger, terms)
    each = (terms.margin - offer_share) * sums.stays_value - fixed * sums.stays
    sunk = terms.contact_cost * sums.contacts + _offers_cost(sums, terms)[0]
    return float(sunk / each) if each > 0 and sunk <= each else float("nan")


def _largest_offer(terms: Terms, sums: Sums[float]) -> float:
    if terms.offer.kind == "none" or MAIN not in (phase.offer for phase in sums.phases):
        return float("nan")
    without = replace(terms, offer=Offer())
    with_unit = replace(terms, offer=replace(terms.offer, value=1.0))
    anyway, persuaded = _offers_cost(sums, without)
    left = (
        terms.lift * terms.margin * sums.stays_value
        - terms.contact_cost * sums.contacts
        - anyway
        - persuaded
    )
    # Costs are linear in the offer's value.
    each = sum(_offers_cost(sums, with_unit)) - anyway - persuaded
    if left < 0 or each <= 0:
        return float("nan")
    largest = float(left) / float(each)
    return min(largest, 1.0) if terms.offer.kind == "percentage" else largest
