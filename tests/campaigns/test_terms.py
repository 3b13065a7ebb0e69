"""Terms out of range are refused, and offers are found by their names."""

import pytest

from retention import DataError, Offer, Terms


def test_wrong_terms_are_refused():
    for wrong in ({"lift": 2}, {"lift_error": -0.1}, {"lift_tests": 1.5}, {"lift_tests": -1}):
        with pytest.raises(DataError):
            Terms(**wrong)


def test_an_offer_is_found_by_its_name():
    terms = Terms(offer=Offer("amount", 5), opening=Offer("free_delivery", 3))
    assert terms.offered("offer") == Offer("amount", 5)
    assert terms.offered("opening") == Offer("free_delivery", 3)
    assert terms.offered("ends") == Offer()
    assert terms.has_offer
    assert not Terms().has_offer
