"""Prepared inputs: percentiles and money, other days ahead, and what is refused."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from retention import (
    DataError,
    assign_segments,
)
from retention.segments.inputs import (
    percentile_cutoff,
    percentile_of,
    prepare_segments,
    value_cutoffs,
    with_probability,
)
from retention.segments.rules import SegmentRules
from retention.segments.stages import assign_codes, members
from tests.segments.examples import (
    calm,
    customers_of,
    scores_of,
    stores,
)


@calm
@given(stores(), st.floats(0, 100))
def test_a_percentile_and_the_money_it_comes_to_give_the_same_labels(store, percentile):
    customers, scores = store
    rules = SegmentRules(vip_value=percentile, spender_value=percentile, order_value=percentile)
    cutoffs = value_cutoffs(prepare_segments(customers, scores), rules)
    if not all(map(math.isfinite, cutoffs.values())):
        return
    in_money = replace(
        rules,
        value_unit="money",
        vip_value=cutoffs["vip"],
        spender_value=cutoffs["big_spender"],
        order_value=cutoffs["high_order_value"],
    )
    pd.testing.assert_frame_equal(
        assign_segments(customers, scores, rules), assign_segments(customers, scores, in_money)
    )


@calm
@given(stores(), st.floats(0, 1e5))
def test_money_and_the_percentile_it_comes_to_let_in_the_same_customers(store, amount):
    ascending = np.sort(store[1]["cltv"].to_numpy())
    percentile = percentile_of(ascending, amount)
    assert 0 <= percentile <= 100
    assert (ascending >= percentile_cutoff(ascending, percentile)).sum() == (
        ascending >= amount
    ).sum()


def test_the_percentile_of_an_amount_has_no_more_digits_than_needed():
    amounts = np.arange(1.0, 12_001.0)
    assert percentile_of(amounts, 10_801) == 90
    assert percentile_of(amounts, 10_741) == 89.5


def test_scores_of_other_days_are_refused_with_the_call_that_helps():
    customers = customers_of([1], [3])
    with pytest.raises(DataError, match=r"p_purchase_45d.*predict_cltv\(\.\.\., soon_days=45\)"):
        assign_segments(customers, scores_of(customers), SegmentRules(ready_days=45))
    inputs = prepare_segments(customers, scores_of(customers))
    with pytest.raises(DataError, match="within 45 days, the inputs hold 30"):
        assign_codes(inputs, SegmentRules(ready_days=45))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("orders", 0, "1 of 2 customers have no usable 'orders'"),
        ("revenue", math.inf, "1 of 2 customers have no usable 'revenue'"),
        ("T", -1, "1 of 2 customers have no usable 'T'"),
        ("recency", 99, "after the observation end"),
    ],
)
def test_impossible_customers_are_refused_with_their_number(column, value, message):
    customers = customers_of([1, 2], [3, 3])
    customers[column] = customers[column].astype(float)
    customers.loc["c1", column] = value
    with pytest.raises(DataError, match=message):
        assign_segments(customers, None)


def test_a_missing_column_is_named():
    customers = customers_of([1], [3])
    with pytest.raises(DataError, match="'cltv' is missing"):
        assign_segments(customers, scores_of(customers).drop(columns="cltv"))


def test_other_days_ahead_move_only_the_readiness():
    customers = customers_of([1, 2], [3, 3])
    inputs = prepare_segments(customers, scores_of(customers, probability=[0.1, 0.2]))
    later = with_probability(inputs, [0.5, 0.6], 90)
    rules = SegmentRules(ready_days=90)
    assert members(assign_codes(later, rules), "ready_to_buy").all()
    assert (assign_codes(later, rules) & 7).tolist() == (
        assign_codes(inputs, SegmentRules()) & 7
    ).tolist()
