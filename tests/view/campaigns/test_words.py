"""The planner's labels: offers, lifts and costs as a marketer would say them."""

from dataclasses import replace
from datetime import date

import pytest

from retention import Offer
from retention.campaigns.campaign import Message
from retention.campaigns.holdout import holdout_power
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
    assert words.lift_in_words(0.000217) == "0.022 in 100"
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
        == "A whole order"
    )
    assert words.largest_offer(replace(figures, largest_offer=NAN), amount, "USD") == MISSING


def test_a_holdout_that_shows_enough_needs_no_word():
    assert words.holdout_words(holdout_power(9_000, 1_000, 0.1, 0.05), 1_000) == ""
    assert words.holdout_words(holdout_power(0, 0, 0.0, 0.05), 0) == ""


def test_a_holdout_that_shows_too_little_says_what_could():
    larger = words.holdout_words(holdout_power(4_900, 100, 0.1, 0.05), 100)
    assert larger.startswith("With 100 held out a lift shows from 11.1 in 100;")
    assert larger.endswith("Hold out 10% to show 5 in 100.")
    few = holdout_power(450, 50, 0.1, 0.05)
    again = words.holdout_words(few, 50)
    assert "Not even a half held out would: it shows" in again
    assert "send it 4 times with a half held out" in again
    bigger = words.holdout_words(few, 50, words.Bigger("At risk", 4_000, 0.21))
    assert "“At risk”, 4,000 who may be written to, would with about 21% held out." in bigger
    tiny = words.holdout_words(holdout_power(33, 4, 0.1, 0.05), 4)
    assert "campaigns like this one. Take the lift as an assumption" in tiny
    none = words.holdout_words(holdout_power(5, 1, 0.1, 0.05), 1)
    assert none.startswith("With 1 held out this campaign can show no lift at all.")
    nobody = words.holdout_words(holdout_power(5_000, 0, 0.1, 0.05), 0)
    assert nobody.startswith("Nobody is held out")
    assert "Assume a lift above 0." in words.holdout_words(holdout_power(50, 5, 0.1, 0.0), 5)


def test_an_old_file_says_so_and_a_fresh_one_does_not():
    end = date(2026, 3, 1)
    assert words.file_age(date(2026, 3, 8), end) == ""
    month = words.file_age(date(2026, 3, 30), end)
    assert month.startswith("Your file ends on 1 Mar 2026, 29 days before the first message.")
    assert "Load a newer one before you send" in month
    assert "too old to send by" in words.file_age(date(2026, 3, 1), date(2011, 12, 9))
