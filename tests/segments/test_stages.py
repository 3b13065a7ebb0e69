"""Lifecycle stages and traits: which customer is in which, whatever the thresholds."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from retention import (
    DataError,
    assign_segments,
    published_rules,
    segment_table,
    trait_table,
)
from retention.segments.inputs import prepare_segments, unavailable, value_cutoffs
from retention.segments.rules import STAGES, TRAITS, SegmentRules
from retention.segments.stages import assign_codes, label_frame, members
from tests.segments.examples import (
    calm,
    customers_of,
    rules_drawn,
    scores_of,
    stores,
)


def stage_of(orders, days, value=50.0, rules=None):
    """The stage of one customer beside another who is worth far more."""
    customers = customers_of([orders, 9], [days, 1])
    return assign_segments(customers, scores_of(customers, [value, 1e6]), rules).loc["c0", "stage"]


def stage_in_plain_words(orders, days, value, cutoff, rules):
    """The definitions, one customer at a time."""
    if orders == 1:
        if days < rules.new_days:
            return "new"
        return "first_time" if days <= rules.one_order_lapsed else "lapsed"
    loyal = orders >= rules.loyal_orders
    at_risk = rules.loyal_at_risk if loyal else rules.repeat_at_risk
    lapsed = rules.loyal_lapsed if loyal else rules.repeat_lapsed
    if days > lapsed:
        return "lapsed"
    if days >= at_risk:
        return "at_risk"
    if value >= cutoff and orders >= rules.vip_orders:
        return "vip"
    return "loyal" if loyal else "repeat"


@calm
@given(stores(), rules_drawn())
def test_every_customer_has_exactly_the_stage_the_definitions_give(store, rules):
    customers, scores = store
    labels = assign_segments(customers, scores, rules)
    cutoff = value_cutoffs(prepare_segments(customers, scores), rules)["vip"]
    days = customers["T"] - customers["recency"]
    assert list(labels.index) == list(customers.index)
    assert list(labels["stage"].cat.categories) == list(STAGES)
    assert labels["stage"].cat.ordered
    assert list(labels["stage"]) == [
        stage_in_plain_words(n, d, v, cutoff, rules)
        for n, d, v in zip(customers["orders"], days, scores["cltv"], strict=True)
    ]


@calm
@given(stores(), rules_drawn())
def test_traits_follow_their_definitions(store, rules):
    customers, scores = store
    labels = assign_segments(customers, scores, rules)
    cutoffs = value_cutoffs(prepare_segments(customers, scores), rules)
    share = customers["discount_share"]
    expected = {
        "big_spender": customers["revenue"] >= cutoffs["big_spender"],
        "high_order_value": customers["average_order_value"] >= cutoffs["high_order_value"],
        "full_price": (share <= rules.full_price) & (share < rules.discount_shopper),
        "discount_shopper": share >= rules.discount_shopper,
        "ready_to_buy": scores["p_purchase_30d"] >= rules.ready_probability,
    }
    for trait, column in expected.items():
        assert labels[trait].tolist() == column.tolist(), trait


@calm
@given(stores(), st.randoms(use_true_random=False))
def test_row_order_changes_nothing(store, random):
    customers, scores = store
    labels = assign_segments(customers, scores)
    shuffled = list(customers.index)
    random.shuffle(shuffled)
    again = assign_segments(customers.loc[shuffled], scores)
    pd.testing.assert_frame_equal(again.loc[customers.index], labels)


@calm
@given(stores(), st.integers(1, 730), st.integers(0, 300))
def test_raising_a_lapsed_threshold_never_adds_lapsed_customers(store, days, more):
    customers, scores = store
    low = SegmentRules(repeat_at_risk=1, repeat_lapsed=days)
    high = replace(low, repeat_lapsed=min(days + more, 730))
    lapsed = [
        set(customers.index[assign_segments(customers, scores, rules)["stage"] == "lapsed"])
        for rules in (low, high)
    ]
    assert lapsed[1] <= lapsed[0]


@calm
@given(stores(), st.floats(0, 100), st.floats(0, 100))
def test_raising_a_percentile_never_adds_vips_or_big_spenders(store, one, other):
    customers, scores = store
    low, high = sorted([one, other])
    groups = []
    for percentile in (low, high):
        rules = SegmentRules(vip_value=percentile, spender_value=percentile)
        labels = assign_segments(customers, scores, rules)
        groups.append(
            (set(labels.index[labels["stage"] == "vip"]), set(labels.index[labels["big_spender"]]))
        )
    assert groups[1][0] <= groups[0][0]
    assert groups[1][1] <= groups[0][1]


@calm
@given(stores(), st.integers(0, 100))
def test_the_top_share_is_never_exceeded(store, percentile):
    customers, scores = store
    labels = assign_segments(customers, scores, SegmentRules(spender_value=percentile))
    assert labels["big_spender"].sum() <= math.ceil(len(customers) * (100 - percentile) / 100)


@calm
@given(stores(), st.floats(0, 1))
def test_p_alive_plays_no_part(store, p_alive):
    customers, scores = store
    pd.testing.assert_frame_equal(
        assign_segments(customers, scores),
        assign_segments(customers, scores.assign(p_alive=p_alive)),
    )


@pytest.mark.parametrize(
    ("orders", "days", "stage"),
    [
        (1, 0, "new"),
        (1, 29, "new"),
        (1, 30, "first_time"),
        (1, 90, "first_time"),
        (1, 91, "lapsed"),
        (2, 59, "repeat"),
        (2, 60, "at_risk"),
        (2, 120, "at_risk"),
        (2, 121, "lapsed"),
        (3, 59, "repeat"),
        (3, 121, "lapsed"),
        (4, 89, "loyal"),
        (4, 90, "at_risk"),
        (4, 180, "at_risk"),
        (4, 181, "lapsed"),
        (500, 89, "loyal"),
        (500, 9_000, "lapsed"),
    ],
)
def test_published_scheme_at_its_boundaries(orders, days, stage):
    assert stage_of(orders, days, rules=published_rules()) == stage


@pytest.mark.parametrize(
    ("orders", "days", "stage"), [(1, 0, "new"), (2, 59, "vip"), (2, 60, "at_risk"), (4, 89, "vip")]
)
def test_vips_are_active_and_have_ordered_twice(orders, days, stage):
    rules = SegmentRules(value_unit="money", vip_value=400, spender_value=0, order_value=0)
    assert stage_of(orders, days, value=400, rules=rules) == stage
    assert stage_of(orders, days, value=399, rules=rules) != "vip"


def test_identical_customers_never_stand_out():
    customers = customers_of([3] * 10, [5] * 10)
    labels = assign_segments(customers, scores_of(customers))
    assert set(labels["stage"]) == {"repeat"}
    assert not labels[["big_spender", "high_order_value"]].any(axis=None)


def test_one_of_five_customers_is_the_top_tenth():
    customers = customers_of([3] * 5, [5] * 5, revenue=[10, 20, 30, 40, 50])
    labels = assign_segments(customers, scores_of(customers))
    assert labels["big_spender"].tolist() == [False] * 4 + [True]


def test_without_scores_nobody_is_vip_or_ready_and_the_reason_is_told():
    customers = customers_of([1, 2, 6], [3, 3, 3])
    labels = assign_segments(customers, None)
    assert labels["stage"].tolist() == ["new", "repeat", "loyal"]
    assert not labels["ready_to_buy"].any()
    missing = unavailable(prepare_segments(customers, None))
    assert missing["vip"] == "No model of these orders."
    assert missing["ready_to_buy"] == missing["vip"]


def test_without_discounts_nobody_is_a_discount_or_full_price_customer_and_the_reason_is_told():
    customers = customers_of([1, 2], [3, 3])
    labels = assign_segments(customers, scores_of(customers))
    assert not labels[["full_price", "discount_shopper"]].any(axis=None)
    missing = unavailable(prepare_segments(customers, scores_of(customers)))
    assert missing == dict.fromkeys(
        ("full_price", "discount_shopper"), "No discounts in this file."
    )


def test_a_customer_without_known_discount_is_neither_among_others_who_have_it():
    customers = customers_of([1, 1, 1], [3, 3, 3], discount=[0.0, 0.5, math.nan])
    labels = assign_segments(customers, scores_of(customers))
    assert labels["full_price"].tolist() == [True, False, False]
    assert labels["discount_shopper"].tolist() == [False, True, False]


def test_scores_of_other_customers_are_refused():
    customers = customers_of([1, 2], [3, 3])
    scores = scores_of(customers)
    with pytest.raises(DataError, match="do not belong"):
        assign_segments(customers, scores.iloc[:1])
    with pytest.raises(DataError, match="do not belong"):
        assign_segments(customers, scores.rename(index={"c1": "stranger"}))


@calm
@given(stores(), rules_drawn())
def test_tables_add_up_to_what_pandas_says(store, rules):
    customers, scores = store
    labels = assign_segments(customers, scores, rules)
    stages, traits = (table(labels, customers, scores) for table in (segment_table, trait_table))
    days = customers["T"] - customers["recency"]
    assert stages["customers"].sum() == len(customers)
    assert stages["customer_share"].sum() == pytest.approx(1)
    assert list(stages.index) == list(STAGES)
    assert list(traits.index) == list(TRAITS)
    masks = {stage: labels["stage"] == stage for stage in STAGES} | {
        trait: labels[trait] for trait in TRAITS
    }
    both = pd.concat([stages, traits])
    for name, mask in masks.items():
        row = both.loc[name]
        assert row["customers"] == mask.sum()
        assert row["revenue"] == pytest.approx(customers["revenue"][mask].sum())
        assert row["expected_value"] == pytest.approx(scores["cltv"][mask].sum())
        if mask.any():
            assert row["median_days"] == days[mask].median()
            assert row["mean_probability"] == pytest.approx(scores["p_purchase_30d"][mask].mean())
            assert row["average_order_value"] == pytest.approx(
                customers["revenue"][mask].sum() / customers["orders"][mask].sum()
            )
        else:
            assert row[["median_days", "mean_probability", "average_order_value"]].isna().all()


def test_codes_and_labels_say_the_same():
    customers = customers_of([1, 2, 6], [3, 100, 3], revenue=[1.0, 2.0, 300.0])
    inputs = prepare_segments(customers, scores_of(customers, probability=[0.1, 0.2, 0.9]))
    codes = assign_codes(inputs, SegmentRules())
    labels = label_frame(codes, customers.index)
    for stage in STAGES:
        assert members(codes, stage).tolist() == (labels["stage"] == stage).tolist()
    for trait in TRAITS:
        assert members(codes, trait).tolist() == labels[trait].tolist()


def test_an_empty_base_gives_empty_tables():
    customers = customers_of([], [])
    scores = scores_of(customers, value=np.array([]), probability=np.array([]))
    labels = assign_segments(customers, scores)
    assert len(labels) == 0
    assert segment_table(labels, customers, scores)["customers"].tolist() == [0] * len(STAGES)


def test_rules_of_other_days_than_the_inputs_are_refused_with_what_helps():
    customers = customers_of([1], [3])
    inputs = prepare_segments(customers, scores_of(customers))
    with pytest.raises(DataError) as refusal:
        assign_codes(inputs, SegmentRules(ready_days=45))
    assert str(refusal.value) == (
        "The rules ask for the probability to buy within 45 days, the inputs hold 30. Prepare "
        "them with ready_days=45."
    )
    # Without a model nothing is asked of the days.
    assert len(assign_codes(prepare_segments(customers, None), SegmentRules(ready_days=45))) == 1


def test_tables_read_the_first_column_of_chances_whatever_its_days():
    customers = customers_of([1, 2], [3, 3])
    scores = scores_of(customers, probability=[0.2, 0.4])
    other = scores.rename(columns={"p_purchase_30d": "p_purchase_45d"})
    other = other.assign(p_purchase_90d=0.9, p_purchase=0.5)[
        ["p_alive", "p_purchase", "p_purchase_45d", "cltv", "p_purchase_90d"]
    ]
    labels = assign_segments(customers, scores)
    table = segment_table(labels, customers, other)
    assert table.loc[["new", "repeat"], "mean_probability"].tolist() == [0.2, 0.4]
    assert table.index.name == "stage"
    assert trait_table(labels, customers, other).index.name == "trait"


def test_tables_take_labels_in_any_order_and_refuse_those_of_others():
    customers = customers_of([1, 2], [3, 3], revenue=[10.0, 20.0])
    scores = scores_of(customers)
    labels = assign_segments(customers, scores)
    pd.testing.assert_frame_equal(
        segment_table(labels.iloc[::-1], customers, scores),
        segment_table(labels, customers, scores),
    )
    with pytest.raises(DataError, match="do not belong"):
        segment_table(labels.iloc[:1], customers, scores)


def test_a_threshold_lets_in_who_just_reaches_it():
    customers = customers_of(
        [2, 2, 2], [3, 3, 3], revenue=[100.0, 99.0, 101.0], discount=[0.15, 0.02, 0.0201]
    )
    scores = scores_of(customers, value=[400.0, 399.0, 401.0], probability=[0.3, 0.29, 0.31])
    rules = SegmentRules(value_unit="money", vip_value=400, spender_value=100, order_value=50)
    labels = assign_segments(customers, scores, rules)
    assert labels["stage"].tolist() == ["vip", "repeat", "vip"]
    assert labels["big_spender"].tolist() == [True, False, True]
    assert labels["high_order_value"].tolist() == [True, False, True]
    assert labels["discount_shopper"].tolist() == [True, False, False]
    assert labels["full_price"].tolist() == [False, True, False]
    assert labels["ready_to_buy"].tolist() == [True, False, True]


def test_ready_to_buy_is_meant_within_the_days_of_the_rules():
    customers = customers_of([2, 2], [10, 10])
    scores = scores_of(customers).drop(columns="p_purchase_30d")
    scores["p_purchase_60d"] = [0.2, 0.7]
    rules = SegmentRules(ready_days=60, ready_probability=0.5)
    assert assign_segments(customers, scores, rules)["ready_to_buy"].tolist() == [False, True]
