"""The campaign that a strategy starts from."""

from dataclasses import replace

import pytest

from retention import (
    Offer,
    SavedPlan,
    Terms,
    campaigns_from_json,
    campaigns_to_json,
    strategies,
    usual_campaign,
)
from retention.campaigns.campaign import BEST, CHANNELS
from retention.campaigns.usual import (
    StartingLift,
    _scaled,
    round_amount,
    usual_contact_cost,
    usual_contact_costs,
    usual_lift,
)
from retention.playbook import starting_plan


@pytest.mark.parametrize("key", [strategy.key for strategy in strategies()])
def test_every_usual_campaign_is_a_plan(key):
    found = usual_campaign(key, order_value=1_250, margin=0.3)
    assert campaigns_from_json(campaigns_to_json(SavedPlan((found,)))).campaigns == (found,)
    assert found.messages[0].day == 0
    assert found.terms.margin == 0.3


def test_a_lift_to_start_from_is_lower_for_the_lapsed():
    late, early = (
        usual_campaign("reactivation", lapsed=lapsed).terms.lift for lapsed in (1.0, 0.0)
    )
    assert late == pytest.approx(early * 1.8 / 12, abs=0.001)
    assert replace(Terms(), lift=late).lift == late


def test_a_message_costs_what_the_store_says_of_its_channel():
    campaign = usual_campaign("reactivation")
    costs = {campaign.channel: 0.25}
    told = usual_campaign("reactivation", contact_costs=costs)
    assert told == replace(campaign, terms=replace(campaign.terms, contact_cost=0.25))
    assert usual_campaign("reactivation", contact_costs={"phone": 9.0}) == campaign


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        *((0.0, 0.0), (-3.0, 0.0), (float("nan"), 0.0)),
        *((0.0153, 0.015), (0.9, 0.9), (1.0, 1.0), (1.2, 1.0), (1.3, 1.5), (3.4, 3.5)),
        *((10.0, 10.0), (12.4, 10.0), (38.0, 40.0), (99.0, 100.0), (123_456.0, 100_000.0)),
    ],
)
def test_amounts_have_one_leading_digit_or_one_and_a_half(amount, rounded):
    assert round_amount(amount) == rounded


@pytest.mark.parametrize(
    ("channel", "order_value", "currency", "cost"),
    [
        ("email", 100, None, 0.02),
        ("sms", 100, "THB", 0.2),
        ("post", 100, None, 2.0),
        # Where a unit is worth about a dollar, a message costs no more than messages do.
        ("post", 100, "EUR", 1.5),
        ("phone", 100, "USD", 6.0),
        ("email", 100, "GBP", 0.01),
        ("email", 10, "GBP", 0.002),
        ("phone", 10, "USD", 0.8),
    ],
)
def test_a_message_costs_a_share_of_an_order_up_to_what_messages_cost(
    channel, order_value, currency, cost
):
    assert usual_contact_cost(channel, order_value, currency) == cost
    costs = usual_contact_costs(order_value, currency)
    assert costs[channel] == cost
    assert list(costs) == list(CHANNELS)


@pytest.mark.parametrize(
    ("key", "order_value", "currency", "offer", "opening"),
    [
        ("reactivation", 100, None, Offer("amount", 10), Offer("free_delivery", 5)),
        ("reactivation", 250, None, Offer("amount", 25), Offer("free_delivery", 10)),
        ("reactivation", 1_000, None, Offer("amount", 100), Offer("free_delivery", 50)),
        ("reactivation", 1_000, "EUR", Offer("amount", 100), Offer("free_delivery", 10)),
        ("reactivation", 1_000, "THB", Offer("amount", 100), Offer("free_delivery", 50)),
        ("loyalty", 50, "EUR", Offer("points", 4), Offer()),
        ("service", 50, None, Offer(), Offer()),
    ],
)
def test_offers_grow_with_the_order_and_delivery_no_further_than_delivery_costs(
    key, order_value, currency, offer, opening
):
    terms = usual_campaign(key, order_value=order_value, currency=currency).terms
    assert (terms.offer, terms.opening) == (offer, opening)


def test_a_usual_campaign_is_the_strategys_own():
    found = usual_campaign("reactivation", segments=("Lapsed",), margin=0.3)
    plan = starting_plan("reactivation")
    assert (found.name, found.strategy, found.segments) == (
        "Reactivation",
        "reactivation",
        ("Lapsed",),
    )
    assert (found.channel, found.window_days, found.size) == ("email", 60, BEST)
    assert [message.day for message in found.messages] == [row["day"] for row in plan["messages"]]
    assert [message.text for message in found.messages] == [row["text"] for row in plan["messages"]]
    assert [message.offer for message in found.messages] == [
        row.get("offer", "") for row in plan["messages"]
    ]
    assert (found.terms.lift, found.terms.lift_error, found.terms.lift_tests) == (0.05, 0.0, 0)
    assert found.terms.contact_cost == usual_contact_cost("email", 100)
    assert usual_campaign("reactivation", name="Spring").name == "Spring"


def test_a_lift_source_is_asked_with_the_strategy_the_groups_and_the_lift_assumed():
    asked = []

    def source(*question):
        asked.append(question)
        return StartingLift(0.03, error=0.01, tests=2)

    terms = usual_campaign("reactivation", lapsed=0.5, groups=("lapsed",), lift_source=source).terms
    assert asked == [("reactivation", ("lapsed",), usual_lift(0.5))]
    assert (terms.lift, terms.lift_error, terms.lift_tests) == (0.03, 0.01, 2)


@pytest.mark.parametrize(("lapsed", "lift"), [(0.0, 0.05), (0.5, 0.029), (1.0, 0.008)])
def test_the_lift_falls_with_the_share_who_have_lapsed(lapsed, lift):
    assert usual_lift(lapsed) == lift


@pytest.mark.parametrize(("currency", "cost"), [(None, 2.0), ("EUR", 0.01), ("THB", 2.0)])
def test_a_usual_campaigns_message_costs_what_is_usual_in_its_currency(currency, cost):
    campaign = usual_campaign("reactivation", order_value=10_000, currency=currency)
    assert campaign.terms.contact_cost == cost


@pytest.mark.parametrize(("key", "channel"), [("messages", "sms"), ("service_recovery", "phone")])
def test_a_usual_campaign_goes_out_by_its_strategys_channel(key, channel):
    campaign = usual_campaign(key)
    assert campaign.channel == channel
    assert campaign.terms.contact_cost == usual_contact_cost(channel, 100)


def test_an_offer_is_a_share_of_the_order_to_the_nearest_round_amount():
    # A tenth of 126 is nearer to 15 than to 10; that of 124 is not.
    assert _scaled("amount", 10, 126, None) == Offer("amount", 15)
    assert _scaled("amount", 10, 124, None) == Offer("amount", 10)
    assert _scaled("percentage", 0.15, 500, None) == Offer("percentage", 0.15)
    assert _scaled("none", 0, 500, None) == Offer("none", 0)
    assert _scaled("free_delivery", 5, 500, "USD") == Offer("free_delivery", 10)
    assert _scaled("amount", 5, 500, "USD") == Offer("amount", 25)
