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
    BLOCK,
    MEASURES,
    percentile_cutoff,
    percentile_of,
    prepare_segments,
    unavailable,
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


def refusal_of(customers, scores=None, *others):
    """The sentence with which these customers or scores are refused."""
    with pytest.raises(DataError) as refusal:
        prepare_segments(customers, scores, *others)
    return str(refusal.value)


def test_a_refusal_says_what_is_missing_and_what_to_call():
    customers = customers_of([1, 2], [3, 3])
    scores = scores_of(customers)
    assert refusal_of(customers.drop(columns="orders")) == (
        "The column 'orders' is missing. Found: recency, T, revenue, average_order_value, "
        "discount_share."
    )
    assert refusal_of(customers.assign(orders=[0, 1])) == (
        "1 of 2 customers have no usable 'orders': it needs to be a number of 1 or more."
    )
    assert refusal_of(customers.assign(recency=[-1, 5])) == (
        "1 of 2 customers have no usable 'recency': it needs to be a number of 0 or more."
    )
    assert refusal_of(customers.assign(average_order_value=[math.inf, 1])) == (
        "1 of 2 customers have no usable 'average_order_value': it needs to be a number."
    )
    assert refusal_of(customers.assign(recency=99)) == (
        "A customer's last purchase is after the observation end: recency is larger than T."
    )
    assert refusal_of(customers, scores, 45) == (
        "The scores have no column 'p_purchase_45d', which the rule 'ready to buy within 45 days' "
        "reads. Call predict_cltv(..., soon_days=45), or add purchase_probability(model, "
        "customers, days=45)."
    )
    assert refusal_of(customers, scores.assign(cltv=math.nan)) == (
        "2 of 2 customers have no usable 'cltv': it needs to be a number."
    )


@pytest.mark.parametrize("probability", [[0.1], [0.1, math.nan], [0.1, 0.2, 0.3]])
def test_a_probability_that_is_not_these_customers_is_refused(probability):
    customers = customers_of([1, 2], [3, 3])
    inputs = prepare_segments(customers, scores_of(customers))
    with pytest.raises(DataError) as refusal:
        with_probability(inputs, probability, 90)
    assert str(refusal.value) == (
        "The probability to buy within 90 days needs one finite number for each customer."
    )


def test_the_ends_of_what_is_possible_are_taken():
    customers = customers_of([1, 1], [0, 0])
    inputs = prepare_segments(customers, None)
    assert inputs.days.tolist() == [0, 0]
    assert (inputs.span, inputs.customers) == (1, 2)
    assert prepare_segments(customers.iloc[:0], None).customers == 0


def test_groups_that_stay_empty_say_why():
    customers = customers_of([1, 2], [3, 3])
    assert unavailable(prepare_segments(customers, None)) == {
        "vip": "No model of these orders.",
        "ready_to_buy": "No model of these orders.",
        "full_price": "No discounts in this file.",
        "discount_shopper": "No discounts in this file.",
    }
    without_amounts = customers.assign(revenue=math.nan, average_order_value=math.nan)
    with_discounts = without_amounts.assign(discount_share=[0.1, math.nan])
    assert unavailable(prepare_segments(with_discounts, scores_of(customers))) == {
        "vip": "No amounts.",
        "big_spender": "No amounts.",
        "high_order_value": "No amounts.",
    }
    whole = customers.assign(discount_share=0.1)
    assert unavailable(prepare_segments(whole, scores_of(customers))) == {}


@pytest.mark.parametrize(
    ("percentile", "cutoff"),
    [(0, 1.0), (50, 6.0), (80, 9.0), (89.9, 9.0), (90, 10.0), (99, 10.0), (100, math.inf)],
)
def test_a_percentile_of_ten_amounts_lets_in_at_most_its_share(percentile, cutoff):
    assert percentile_cutoff(np.arange(1.0, 11.0), percentile) == cutoff


@pytest.mark.parametrize(
    ("amounts", "percentile", "cutoff"),
    [
        # Who ties across the edge stays out, and so does everybody where all tie.
        ([1, 2, 2, 2, 3], 60, 3.0),
        ([1, 2, 2, 2, 3], 20, 2.0),
        ([1, 1, 2, 2], 50, 2.0),
        ([5, 5, 5, 5], 50, math.inf),
        ([1, 5, 5, 5], 50, math.inf),
        ([5, 5, 5, 5], 0, 5.0),
        ([], 50, math.inf),
        # 9 of 12,000 is a share that no binary number holds.
        (range(12_000), 99.925, 11_991.0),
    ],
)
def test_customers_who_tie_across_the_edge_stay_out(amounts, percentile, cutoff):
    assert percentile_cutoff(np.array(amounts, float), percentile) == cutoff


def test_cutoffs_are_of_the_measure_that_a_group_is_named_for():
    customers = customers_of([1, 2, 4, 5], [3, 3, 3, 3], revenue=[10.0, 40.0, 40.0, 30.0])
    scores = scores_of(customers, value=[7.0, 5.0, 6.0, 8.0])
    inputs = prepare_segments(customers, scores)
    rules = SegmentRules(vip_value=50, spender_value=75, order_value=75)
    assert value_cutoffs(inputs, rules) == {
        "vip": 7.0,
        "big_spender": math.inf,
        "high_order_value": 20.0,
    }
    in_money = replace(rules, value_unit="money")
    assert value_cutoffs(inputs, in_money) == {
        "vip": 50,
        "big_spender": 75,
        "high_order_value": 75,
    }
    assert value_cutoffs(prepare_segments(customers, None), in_money) == {
        "big_spender": 75,
        "high_order_value": 75,
    }


def test_totals_stand_by_orders_and_days():
    customers = customers_of([1, 1, 30, 40], [3, 3, 0, 0], revenue=[10.0, 20.0, 30.0, 40.0])
    inputs = prepare_segments(customers, scores_of(customers, value=[1.0, 2.0, 3.0, 4.0]))
    # Beyond 20 orders no threshold tells two customers apart.
    assert inputs.span == 4
    assert inputs.place.tolist() == [7, 7, 80, 80]
    assert inputs.places.tolist() == [7, 80]
    assert inputs.place_counts.tolist() == [2, 2]
    totals = dict(zip(MEASURES, inputs.place_sums.T, strict=True))
    assert totals["orders"].tolist() == [2, 70]
    assert totals["revenue"].tolist() == [30, 70]
    assert totals["value"].tolist() == [3, 7]
    assert totals["probability"] == pytest.approx([0.2, 0.2])
    assert np.isnan(totals["variance"]).all()


def test_a_ranking_runs_upwards_with_its_totals_and_leaves_out_the_unknown():
    customers = customers_of(
        [2, 1, 3], [4, 0, 2], revenue=[30.0, 10.0, 20.0], discount=[0.3, math.nan, 0.1]
    )
    rankings = prepare_segments(customers, None).rankings
    assert {*rankings} == {"revenue", "order_value", "discount"}
    assert rankings["revenue"].ascending.tolist() == [10, 20, 30]
    assert rankings["revenue"].rows.tolist() == [1, 2, 0]
    assert rankings["revenue"].running[:, MEASURES.index("orders")].tolist() == [0, 6]
    assert rankings["revenue"].running_days.tolist() == [[0] * 5, [1, 0, 1, 0, 1]]
    assert rankings["discount"].ascending.tolist() == [0.1, 0.3]
    assert rankings["discount"].rows.tolist() == [2, 0]
    assert rankings["discount"].running_days.tolist() == [[0] * 5, [0, 0, 1, 0, 1]]


def test_a_long_ranking_has_a_total_for_each_block_of_customers():
    number = BLOCK + 3
    customers = customers_of([1] * number, [0] * number, revenue=np.arange(number, dtype=float))
    ranking = prepare_segments(customers, None).rankings["revenue"]
    sums = ranking.running[:, MEASURES.index("revenue")]
    assert sums.tolist() == [0, sum(range(BLOCK)), sum(range(number))]
    assert ranking.running_days.tolist() == [[0], [BLOCK], [number]]


def test_the_map_has_cells_between_even_steps_of_root_and_logarithm():
    customers = customers_of([1, 1, 1, 1], [3, 3, 3, 3])
    scores = scores_of(customers, value=[0.0, 1.0, 10.0, 100.0], probability=[0.0, 0.1, 0.2, 0.4])
    grid = prepare_segments(customers, scores).grid
    assert grid.cells == 40 * 24 == 960
    edges = grid.probability_edges
    assert (edges[0], edges[-1], len(edges)) == (0, 0.4, 41)
    assert np.diff(np.sqrt(edges)) == pytest.approx(np.full(40, 0.4**0.5 / 40))
    assert (len(grid.value_edges), grid.value_edges[-1]) == (25, pytest.approx(100))
    assert grid.value_edges[0] == pytest.approx(np.quantile([1, 10, 100], 0.01))
    assert np.diff(np.log(grid.value_edges)) == pytest.approx(
        np.full(24, np.log(100 / grid.value_edges[0]) / 24)
    )
    row, column = np.divmod(grid.cell, 40)
    assert row.tolist() == [0, 0, 11, 23]
    assert column.tolist() == [0, 20, 28, 39]
    assert (grid.pair_place == inputs_place(customers)).all()
    assert sorted(grid.pair_cell) == sorted(grid.cell)
    assert grid.pair_count.tolist() == [1, 1, 1, 1]


def inputs_place(customers):
    """The place of customers who all have the same orders and days."""
    [place] = {*prepare_segments(customers, None).place.tolist()}
    return place


def test_the_map_of_a_store_without_value_or_chances_has_edges_all_the_same():
    customers = customers_of([1, 1], [3, 3])
    grid = prepare_segments(customers, scores_of(customers, value=0.0, probability=0.0)).grid
    assert grid.probability_edges[-1] == 0.05
    assert grid.value_edges[[0, -1]] == pytest.approx([1e-10, 1e-9])
    assert grid.cell.tolist() == [0, 0]
    assert grid.pair_count.tolist() == [2]
