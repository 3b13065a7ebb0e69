"""The planner's labels: offers, lifts and costs as a marketer would say them."""

from dataclasses import replace

import pytest

from retention import Offer
from retention.campaigns.campaign import Message
from retention.campaigns.offers import OFFERS
from retention.view.campaigns import words
from retention.wording import MISSING

NAN = float("nan")


@pytest.mark.parametrize(
    ("offer", "text"),
    [
        (Offer(), "No offer"),
        (Offer("amount", 5), "$5.00 off"),
        (Offer("percentage", 0.15), "15% off"),
        (Offer("free_delivery", 4.5), "Free delivery (costs $4.50)"),
        (Offer("points", 6, 0.5), "Points worth $6.00 (50% redeemed)"),
    ],
)
def test_an_offer_is_told_with_what_it_costs(offer, text):
    assert words.offer_in_words(offer, "USD") == text
    assert words.offer_label(offer.kind) == OFFERS[offer.kind]


def test_every_offer_that_a_message_may_carry_has_a_name():
    for offer in words.OFFER_NAMES:
        assert Message(0, offer=offer).offer == offer
    assert len(set(words.OFFER_NAMES.values())) == len(words.OFFER_NAMES)


def test_a_lift_is_told_in_customers_of_a_hundred_where_there_is_one():
    assert words.lift_in_words(0.0343) == "3.43 in 100"
    assert words.lift_in_words(NAN) == MISSING


def test_few_customers_have_a_decimal():
    assert [words.few(value) for value in (0, 9.94, 10, 1234.5)] == ["0.0", "9.9", "10", "1,234"]


def test_a_message_costs_as_many_digits_as_it_takes():
    costs = (0.0085, 0.05, 0.5, 12)
    assert [words.message_cost(cost, "USD") for cost in costs] == [
        "$0.0085",
        "$0.05",
        "$0.50",
        "$12.00",
    ]


def test_the_largest_offer_is_told_as_the_offer_is(plan):
    figures = replace(plan.economics, largest_offer=0.25)
    order_value = figures.revenue_with.expected / figures.orders_with.expected
    amount = Offer("amount", 5)
    assert words.largest_offer(figures, Offer("percentage", 0.1), "USD") == "25%"
    assert words.largest_offer(replace(figures, largest_offer=7.5), amount, "USD") == "$7.50"
    assert (
        words.largest_offer(replace(figures, largest_offer=2 * order_value), amount, "USD")
        == "An order"
    )
    assert words.largest_offer(replace(figures, largest_offer=NAN), amount, "USD") == MISSING
