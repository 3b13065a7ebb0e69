"""Offers cost what they say, and those out of range are refused in words."""

import pytest

from retention import DataError, Offer
from retention.campaigns.offers import OFFERS


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"kind": "gift"},
            "There is no offer 'gift'. Choose one of none, amount, percentage, free_delivery, "
            "points.",
        ),
        (
            {"kind": "percentage", "value": 1.01},
            "The value of the offer is 1.01. Give a share from 0 to 1.",
        ),
        (
            {"kind": "percentage", "value": -0.01},
            "The value of the offer is -0.01. Give a share from 0 to 1.",
        ),
        (
            {"kind": "amount", "value": -1},
            "The value of the offer is -1. Give an amount of 0 or more.",
        ),
        (
            {"kind": "points", "value": 5, "redeemed": 1.01},
            "The share of points redeemed is 1.01. Give a share from 0 to 1.",
        ),
        (
            {"kind": "points", "value": 5, "redeemed": -0.01},
            "The share of points redeemed is -0.01. Give a share from 0 to 1.",
        ),
    ],
)
def test_wrong_offers_are_refused(wrong, said):
    with pytest.raises(DataError) as refusal:
        Offer(**wrong)
    assert str(refusal.value) == said


@pytest.mark.parametrize("value", [0, 0.5, 1])
def test_the_ends_of_a_share_are_offers(value):
    assert Offer("percentage", value).share == value
    assert Offer("points", 10, redeemed=value).fixed == 10 * value


def test_an_amount_has_no_largest_value():
    assert Offer("amount", 1_000_000).fixed == 1_000_000
    assert Offer("free_delivery", 0).fixed == 0


@pytest.mark.parametrize(
    ("offer", "fixed", "share", "on_an_order_of_80"),
    [
        (Offer(), 0, 0, 0),
        (Offer("none", 7), 0, 0, 0),
        (Offer("amount", 5), 5, 0, 5),
        (Offer("percentage", 0.1), 0, 0.1, 8),
        (Offer("free_delivery", 3), 3, 0, 3),
        (Offer("points", 6, redeemed=0.5), 3, 0, 3),
        # Only points can stay unredeemed.
        (Offer("amount", 6, redeemed=0.5), 6, 0, 6),
        (Offer("percentage", 0.1, redeemed=0.5), 0, 0.1, 8),
    ],
)
def test_an_offer_costs_money_or_a_share_of_the_order(offer, fixed, share, on_an_order_of_80):
    assert (offer.fixed, offer.share) == (fixed, share)
    assert offer.cost(80) == on_an_order_of_80
    assert {Offer(kind).kind for kind in OFFERS} == {*OFFERS}
