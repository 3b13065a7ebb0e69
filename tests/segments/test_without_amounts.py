"""Stages, traits, the RFM grid and movements of orders without amounts."""

import numpy as np
import pandas as pd
import pytest

from retention import (
    RFM_GROUPS,
    STAGES,
    assign_segments,
    features,
    fit_cltv,
    matches,
    movement,
    predict_cltv,
    rfm,
    rfm_cut_points,
    rfm_grid,
    rfm_rule,
    rfm_table,
    segment_table,
    summarise_customers,
    trait_table,
)
from retention.segments.inputs import prepare_segments, unavailable
from retention.segments.rules import SegmentRules
from retention.segments.totals import place_segments, summarise_segments
from tests.support.bare_orders import both


@pytest.fixture(scope="module")
def stores():
    """With amounts and without: orders, customers, model and scores."""
    found = []
    for orders in both():
        customers = summarise_customers(orders)
        model = fit_cltv(customers)
        found.append((orders, customers, model, predict_cltv(model, customers)))
    return found


def test_stages_are_those_by_orders_and_days(stores):
    (_, priced, _, _), (_, bare, _, scores) = stores
    nobody_is_vip = assign_segments(priced, None)["stage"]
    labels = assign_segments(bare, scores)
    pd.testing.assert_series_equal(labels["stage"], nobody_is_vip)
    assert not labels[["big_spender", "high_order_value"]].any(axis=None)
    assert labels["ready_to_buy"].any()


def test_what_is_missing_is_named(stores):
    _, bare, _, scores = stores[1]
    assert unavailable(prepare_segments(bare, scores)) == {
        **dict.fromkeys(("vip", "big_spender", "high_order_value"), "No amounts."),
        **dict.fromkeys(("full_price", "discount_shopper"), "No discounts in this file."),
    }


def test_tables_know_customers_and_no_money(stores):
    _, bare, _, scores = stores[1]
    labels = assign_segments(bare, scores)
    money = ["revenue", "revenue_share", "expected_value", "expected_value_share"]
    for table in (segment_table(labels, bare, scores), trait_table(labels, bare, scores)):
        assert table[[*money, "average_order_value"]].isna().all(axis=None)
    inputs, rules = prepare_segments(bare, scores), SegmentRules()
    summary = summarise_segments(inputs, place_segments(inputs, rules))
    counts = labels["stage"].value_counts()
    assert summary["customers"][list(STAGES)].tolist() == [counts[stage] for stage in STAGES]


def test_the_frequency_score_stands_for_the_monetary_one(stores):
    (_, priced, _, _), (_, bare, _, scores) = stores
    labels, whole = rfm(bare), rfm(priced)
    assert "monetary_score" not in labels
    same = ["recency_score", "frequency_score"]
    pd.testing.assert_frame_equal(labels[same], whole[same])
    assert rfm_cut_points(bare).revenue is None
    table, grid = rfm_table(labels, bare, scores), rfm_grid(labels, bare, scores)
    assert table["customers"].sum() == grid["customers"].sum() == len(bare)
    assert table["customers"].tolist() == [
        int((labels["group"] == group).sum()) for group in RFM_GROUPS
    ]
    by_mean = grid["customers"].groupby("mean_score").sum()
    assert by_mean.to_dict() == {
        score: int((labels["frequency_score"] == score).sum()) for score in range(1, 6)
    }


def test_a_group_becomes_conditions_on_days_and_orders(stores):
    orders, bare, model, scores = stores[1]
    known = features(bare, scores, as_of=orders.end, orders=orders, model=model)
    labels, cuts = rfm(bare)["group"], rfm_cut_points(bare)
    for group in labels.unique():
        inside = matches(rfm_rule(cuts, group), known)
        assert (inside == (labels == group).to_numpy()).all(), group


def test_movements_are_those_without_vips(stores):
    (priced, _, _, _), (bare, _, model, _) = stores
    days = "2025-03-31", "2025-11-15"
    moves = movement(bare, *days, model=model)
    same = ["from", "to", "customers"]
    pd.testing.assert_frame_equal(moves[same], movement(priced, *days)[same])
    known = moves["from"] != "not_yet"
    assert moves.loc[known, ["revenue_before", "revenue_between"]].isna().all(axis=None)
    assert moves[["value_before", "value_after", "value_after_low"]].isna().all(axis=None)


def test_features_in_money_are_off(stores):
    orders, bare, model, scores = stores[1]
    known = features(
        bare,
        scores,
        as_of=orders.end,
        labels=assign_segments(bare, scores),
        orders=orders,
        model=model,
    )
    money = {"revenue", "average_order_value", "expected_value", "expected_order_value"}
    assert not (money | {"big_spender", "high_order_value"}) & set(known.available)
    assert {"orders", "p_alive", "expected_orders", "ready_to_buy", "due"} <= set(known.available)
    assert "amounts" in known.missing("revenue")
    assert known.value is None
    assert np.isnan(known.revenue).all()
