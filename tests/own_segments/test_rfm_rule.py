"""An RFM group as conditions names exactly its customers."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from retention import (
    RFM_GROUPS,
    RfmRules,
    features,
    matches,
    rfm,
    rfm_cut_points,
    rfm_rule,
    summarise_customers,
)
from retention.own_segments.conditions import conditions_of
from retention.own_segments.rule_files import rule_data, rule_of_data
from retention.own_segments.words import describe
from retention.segments.rfm_totals import CELLS, members, place_rfm, prepare_rfm
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def cdnow():
    orders = shared_sample("cdnow")
    customers = summarise_customers(orders)
    return customers, features(customers, as_of=orders.end), prepare_rfm(customers)


OWN = RfmRules((30, 60, 120, 240), (2, 3, 4, 6), (25, 50.5, 100, 200))


@pytest.mark.parametrize("rules", [RfmRules(), OWN], ids=["fifths", "own"])
def test_each_group_and_each_cell_has_its_customers(cdnow, rules):
    customers, asked, inputs = cdnow
    labels, cuts, places = (
        rfm(customers, rules),
        rfm_cut_points(customers, rules),
        place_rfm(inputs, rules),
    )
    for group in RFM_GROUPS:
        rule = rfm_rule(cuts, group)
        assert (matches(rule, asked) == (labels["group"] == group).to_numpy()).all(), group
        assert rule_of_data(rule_data(rule)) == rule
    for cell in CELLS:
        assert (matches(rfm_rule(cuts, cell=cell), asked) == members(places, cell=cell)).all(), cell


@settings(max_examples=25)
@given(
    *(
        st.lists(st.integers(0, most), min_size=4, max_size=4).map(sorted).map(tuple)
        for most in (560, 12, 300)
    ),
    st.sampled_from(RFM_GROUPS),
)
def test_any_cut_points_do(cdnow, days, orders, revenue, group):
    customers, asked, _ = cdnow
    rules = RfmRules(days, orders, revenue)
    rule = rfm_rule(rules, group)
    assert (matches(rule, asked) == (rfm(customers, rules)["group"] == group).to_numpy()).all()


def test_the_words_are_a_marketers():
    words = describe(rfm_rule(OWN, "Lost"))
    assert (
        words
        == "Last ordered 241 or more days ago, and bought at most once, and has spent at most 25.00"
    )
    for group in RFM_GROUPS:
        assert len(list(conditions_of(rfm_rule(OWN, group)))) <= 30


def test_a_group_that_nobody_can_be_in_is_nobody(cdnow):
    _, asked, _ = cdnow
    nobody = RfmRules((-np.inf,) * 4, (np.inf,) * 4, (np.inf,) * 4)
    assert not matches(rfm_rule(nobody, "Champions"), asked).any()
    assert matches(rfm_rule(nobody, "Lost"), asked).all()
