"""Looked-up totals are those of counting every customer."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from retention import (
    assign_segments,
    segment_table,
    trait_table,
)
from retention.segments.inputs import prepare_segments
from retention.segments.rules import STAGES, TRAITS, SegmentRules
from retention.segments.stages import assign_codes, members
from retention.segments.totals import map_counts, place_segments, stage_counts, summarise_segments
from tests.segments.examples import (
    calm,
    customers_of,
    rules_drawn,
    stores,
)


def test_without_a_model_no_group_has_an_expected_value_not_even_the_empty_ones():
    customers = customers_of([1, 2], [3, 3])
    inputs = prepare_segments(customers, None)
    summary = summarise_segments(inputs, place_segments(inputs, SegmentRules()))
    assert (
        summary[["expected_value", "expected_value_share", "mean_probability"]]
        .isna()
        .all(axis=None)
    )
    assert summary.loc["lapsed", "revenue"] == 0


@calm
@given(stores(), rules_drawn())
def test_looked_up_totals_are_those_of_counting_every_customer(store, rules):
    customers, scores = store
    inputs = prepare_segments(customers, scores)
    looked_up = summarise_segments(inputs, place_segments(inputs, rules))
    labels = assign_segments(customers, scores, rules)
    counted = pd.concat(
        [table(labels, customers, scores) for table in (segment_table, trait_table)]
    )
    exact = ["customers", "customer_share", "median_days"]
    pd.testing.assert_frame_equal(looked_up[exact], counted[exact], check_names=False)
    for column in ("revenue", "expected_value"):
        noise = 1e-12 * max(counted[column].sum(), 1)
        assert looked_up[column].tolist() == pytest.approx(
            counted[column].tolist(), rel=1e-9, abs=noise
        )
    assert (looked_up[["revenue", "expected_value"]] >= -1e-6).all(axis=None)


@calm
@given(stores())
def test_every_customer_is_in_one_cell_of_the_map(store):
    customers, scores = store
    inputs = prepare_segments(customers, scores)
    rules = SegmentRules(vip_value=50)
    codes, placement = assign_codes(inputs, rules), place_segments(inputs, rules)
    counted = summarise_segments(inputs, placement)["customers"].to_numpy()[: len(STAGES)]
    assert stage_counts(inputs, placement).tolist() == counted.tolist()
    assert (np.diff(inputs.grid.value_edges) > 0).all()
    for trait in (None, *TRAITS):
        counts = map_counts(inputs, placement, trait)
        for number, stage in enumerate(STAGES):
            inside = np.bincount(
                inputs.grid.cell[members(codes, stage)], minlength=inputs.grid.cells
            )
            assert counts[:, number].tolist() == inside.tolist()
        if trait:
            inside = np.bincount(
                inputs.grid.cell[members(codes, trait)], minlength=inputs.grid.cells
            )
            assert counts[:, -1].tolist() == inside.tolist()
