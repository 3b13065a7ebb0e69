"""Terms out of range are refused in words, and offers are found by their names."""

import pytest

from retention import DataError, Offer, Terms


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lift": 1.01}, "lift is 1.01. Give a share from 0 to 1."),
        ({"lift": -0.01}, "lift is -0.01. Give a share from 0 to 1."),
        ({"anyway_share": 1.01}, "anyway_share is 1.01. Give a share from 0 to 1."),
        ({"anyway_share": -0.01}, "anyway_share is -0.01. Give a share from 0 to 1."),
        ({"margin": 1.01}, "margin is 1.01. Give a share from 0 to 1."),
        ({"margin": -0.01}, "margin is -0.01. Give a share from 0 to 1."),
        ({"lift_error": 1.01}, "lift_error is 1.01. Give a share from 0 to 1."),
        ({"lift_error": -0.01}, "lift_error is -0.01. Give a share from 0 to 1."),
        ({"lift_tests": 1.5}, "lift_tests is 1.5. Give a whole number."),
        ({"lift_tests": -1}, "lift_tests is -1. Give a whole number."),
        ({"contact_cost": -0.01}, "contact_cost is -0.01. Give an amount of 0 or more."),
        ({"offer": 5}, "offer is 5. Give an Offer; Offer() is none."),
        ({"opening": None}, "opening is None. Give an Offer; Offer() is none."),
    ],
)
def test_wrong_terms_are_refused(wrong, said):
    with pytest.raises(DataError) as refusal:
        Terms(**wrong)
    assert str(refusal.value) == said


@pytest.mark.parametrize("name", ["lift", "anyway_share", "margin", "lift_error"])
@pytest.mark.parametrize("end", [0, 1])
def test_the_ends_of_a_share_are_terms(name, end):
    assert getattr(Terms(**{name: end}), name) == end


def test_costs_and_tests_have_no_upper_end():
    terms = Terms(contact_cost=1_000, lift_tests=1_000)
    assert (terms.contact_cost, terms.lift_tests) == (1_000, 1_000)
    assert Terms(contact_cost=0, lift_tests=0).contact_cost == 0


def test_an_offer_is_found_by_its_name():
    terms = Terms(offer=Offer("amount", 5), opening=Offer("free_delivery", 3))
    assert terms.offered("offer") == Offer("amount", 5)
    assert terms.offered("opening") == Offer("free_delivery", 3)
    assert terms.offered("ends") == Offer()


@pytest.mark.parametrize(
    ("terms", "has_offer"),
    [
        (Terms(), False),
        (Terms(offer=Offer("amount", 5)), True),
        (Terms(opening=Offer("free_delivery", 3)), True),
        (Terms(offer=Offer("points", 5), opening=Offer("amount", 3)), True),
    ],
)
def test_either_offer_is_one(terms, has_offer):
    assert terms.has_offer is has_offer
