"""The planner's labels: offers, lifts and costs as a marketer would say them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from retention import LearnedLift, Offer, Terms, wording
from retention.campaigns.campaign import Message
from retention.campaigns.holdout import holdout_power
from retention.campaigns.offers import OFFERS
from retention.campaigns.usual import StartingLift
from retention.experiments.power import ProposedTest
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


LOOK = words.Look(days=28, day=date(2026, 12, 28), price="Holding them out costs $41 of gain.")


def proposal_of(power, share=0.34, days=28):
    return ProposedTest(share=share, days=days, held_out=340, power=power, forgone=0.0)


def test_a_test_is_told_with_what_it_shows_when_to_look_and_what_it_costs():
    power = holdout_power(700, 300, 0.1, 0.075)
    assert words.holdout_words(power, 300, LOOK) == (
        "With 300 held out of 1,000 and 28 days, the test shows 6.5 points or more, a lift of "
        "7.23 in 100. You assume 7.5 in 100, so it should show. Look on 28 Dec 2026. Holding them "
        "out costs $41 of gain."
    )
    assert "Your tests say 7.5 in 100" in words.holdout_words(power, 300, LOOK, measured=True)
    smaller = words.holdout_words(power, 300, LOOK, proposal=proposal_of(power, 0.12, 14))
    assert smaller.endswith("Hold out 12% for 14 days: that would do to show 7.5 in 100.")
    assert words.holdout_words(holdout_power(0, 0, 0.0, 0.05), 0, LOOK) == ""


def test_a_holdout_that_shows_too_little_says_what_could():
    weak = holdout_power(4_900, 100, 0.1, 0.05)
    larger = words.holdout_words(weak, 100, LOOK)
    assert larger.startswith(
        "With 100 held out of 5,000 and 28 days, the test shows 10 points or more, a lift of "
        "11.1 in 100. You assume 5 in 100, so it will hardly prove anything. Look on 28 Dec 2026."
    )
    assert larger.endswith("Hold out 10% to show 5 in 100.")
    enough = proposal_of(holdout_power(3_300, 1_700, 0.1, 0.05))
    assert words.holdout_words(weak, 100, LOOK, proposal=enough).endswith(
        "Hold out 34% for 28 days to show 5 in 100."
    )
    few = holdout_power(450, 50, 0.1, 0.05)
    again = words.holdout_words(few, 50, LOOK)
    assert "Holding out a half would not show it either: a half shows" in again
    assert "send it 4 times with a half held out" in again
    at_risk = words.Bigger("At risk", 4_000, 0.21, 0.04)
    bigger = words.holdout_words(few, 50, LOOK, bigger=at_risk)
    assert bigger.endswith(
        "Choose “At risk” instead and hold out 21% of its 4,000 customers: that test should show "
        "its lift of 4 in 100."
    )
    tiny = words.holdout_words(holdout_power(33, 4, 0.1, 0.05), 4, LOOK)
    assert "campaigns like this one. Take the lift as an assumption" in tiny
    known = words.holdout_words(holdout_power(33, 4, 0.1, 0.05), 4, LOOK, measured=True)
    assert known.endswith("campaigns like this one. Measure it on a larger audience.")
    none = words.holdout_words(holdout_power(5, 1, 0.1, 0.05), 1, LOOK)
    assert none.startswith("With 1 held out this campaign can show no lift at all.")
    nobody = words.holdout_words(holdout_power(5_000, 0, 0.1, 0.05), 0, LOOK)
    assert nobody.startswith("Nobody is held out")
    without = words.holdout_words(holdout_power(50, 5, 0.1, 0.0), 5, LOOK)
    assert "Assume a lift above 0." in without


def test_a_test_is_read_on_the_day_after_its_window(plan):
    end = date(2026, 3, 1)
    look = words.look_of(plan, end, "USD", today=date(2026, 3, 2))
    assert look.day == date(2026, 3, 2) + timedelta(days=plan.campaign.window_days)
    price = wording.money(plan.forgone, "USD", short=True)
    assert look.price == f"Holding them out costs {price} of expected gain."
    assert words.look_of(replace(plan, forgone=-3.0), end, "USD").price == ""


def test_a_lift_says_whether_it_is_assumed_or_measured():
    assert words.lift_basis(StartingLift(0.05)).startswith("An assumption")
    measured = StartingLift(0.031, error=0.0164, tests=2)
    assert words.lift_basis(measured) == "From 2 tests of yours: 3.1 in 100, 80% range 1 to 5.2."
    learned = LearnedLift(
        lift=-0.004, low=-0.021, high=0.013, error=0.013, tests=1, source="same strategy"
    )
    assert words.lift_basis(learned.start, learned) == (
        "From 1 test of yours, on other customers: −0.4 in 100, 80% range −2.1 to 1.3."
    )
    assert words.expects_lift(Terms()) == "you assume"
    assert words.expects_lift(Terms(lift_error=0.01, lift_tests=1)) == "your tests say"


def test_an_old_file_says_so_and_a_fresh_one_does_not():
    end = date(2026, 3, 1)
    assert words.file_age(date(2026, 3, 8), end) == ""
    month = words.file_age(date(2026, 3, 30), end)
    assert month.startswith("Your file ends on 1 Mar 2026, 29 days before the first message.")
    assert "Load a newer one before you send" in month
    assert "too old to send by" in words.file_age(date(2026, 3, 1), date(2011, 12, 9))
