"""Terms out of range are refused, and offers are found by their names."""

import pytest

from retention import DataError, Offer, Terms


def test_wrong_terms_are_refused():
    with pytest.raises(DataError):
        Terms(lift=2)


def test_an_offer_is_found_by_its_name():
    terms = Terms(offer=Offer("amount", 5), opening=Offer("free_delivery", 3))
    assert terms.offered("offer") == Offer("amount", 5)
    assert terms.offered("opening") == Offer("free_delivery", 3)
    assert terms.offered("ends") == Offer()
    assert terms.has_offer
    assert not Terms().has_offer
