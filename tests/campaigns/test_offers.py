"""Offers out of range are refused."""

import pytest

from retention import DataError, Offer


@pytest.mark.parametrize(
    "make",
    [lambda: Offer("gift"), lambda: Offer("percentage", 5), lambda: Offer("amount", -1)],
)
def test_wrong_offers_are_refused(make):
    with pytest.raises(DataError):
        make()


def test_an_offer_costs_money_or_a_share_of_the_order():
    assert (Offer("amount", 5).fixed, Offer("amount", 5).share) == (5, 0)
    assert (Offer("percentage", 0.1).fixed, Offer("percentage", 0.1).share) == (0, 0.1)
    assert Offer("points", 6, redeemed=0.5).cost(80) == 3
    assert Offer().cost(80) == 0
