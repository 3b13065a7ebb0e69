"""The 80 % interval of each segment's expected value."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from retention import (
    DataError,
    Uncertainty,
    assign_segments,
    fit_cltv,
    predict_cltv,
    segment_table,
    trait_table,
    value_uncertainty,
)
from retention.models import uncertainty as totals
from retention.models.uncertainty import SAMPLE
from retention.segments.inputs import prepare_segments, with_probability
from retention.segments.rules import STAGES, TRAITS, SegmentRules
from retention.segments.totals import place_segments, summarise_segments
from tests.segments.examples import (
    RANGE,
    both_tables,
    calm,
    customers_of,
    looked_up_summary,
    rules_drawn,
    scores_of,
    stores,
    uncertainty_of,
)
from tests.support.histories import simulated


def modelled(size):
    """A simulated store of so many customers with discounts, its scores and their uncertainty."""
    customers = simulated(size, days=400, seed=4)
    rng = np.random.default_rng(5)
    customers["discount_share"] = np.where(rng.random(size) < 0.5, rng.beta(1, 6, size), 0.0)
    model = fit_cltv(customers)
    return customers, predict_cltv(model, customers), value_uncertainty(model, customers)


def group_totals(uncertainty, labels):
    """Each stage's and each trait's total, from all customers' labels."""
    stages = uncertainty.totals(labels["stage"].cat.codes.to_numpy(int), len(STAGES))
    found = dict(zip(STAGES, stages, strict=True))
    return found | {trait: uncertainty.total(labels[trait].to_numpy()) for trait in TRAITS}


@calm
@given(stores(), rules_drawn(), st.integers(0, 9), st.sampled_from([0.0, 0.5, 1.0]))
def test_every_segments_range_is_the_one_of_its_customers_together(store, rules, seed, share):
    customers, scores = store
    uncertainty = uncertainty_of(scores, seed, share)
    labels = assign_segments(customers, scores, rules)
    counted = both_tables(labels, customers, scores, uncertainty)
    looked_up = looked_up_summary(customers, scores, uncertainty, rules)
    # Running totals differ by rounding, which an interval far narrower than its sums may show.
    noise = 1e-6 * max(scores["cltv"].sum(), 1)
    for name, total in group_totals(uncertainty, labels).items():
        for summary in (counted, looked_up):
            assert summary.loc[name, RANGE].tolist() == pytest.approx(
                [total.low, total.high], rel=1e-6, abs=noise
            )


@pytest.mark.parametrize("size", [3_000, SAMPLE + 10_000])
def test_a_stores_segments_have_the_ranges_that_all_labels_give(size):
    customers, scores, uncertainty = modelled(size)
    assert len(uncertainty.sample) == min(size, SAMPLE)
    rules = SegmentRules()
    labels = assign_segments(customers, scores, rules)
    counted = both_tables(labels, customers, scores, uncertainty)
    looked_up = looked_up_summary(customers, scores, uncertainty, rules)
    assert (counted["customers"] > 0).all()
    for name, total in group_totals(uncertainty, labels).items():
        assert counted.loc[name, RANGE].tolist() == pytest.approx([total.low, total.high])
        assert looked_up.loc[name, RANGE].tolist() == pytest.approx([total.low, total.high])
        assert 0 < total.low < looked_up.loc[name, "expected_value"] < total.high
        assert total.chance > 0
        assert total.parameters > 0


def test_measured_on_a_sample_the_ranges_are_nearly_those_of_everybody(monkeypatch):
    customers, scores, _ = modelled(6_000)
    model, rules = fit_cltv(customers), SegmentRules()
    exact = looked_up_summary(customers, scores, value_uncertainty(model, customers), rules)
    monkeypatch.setattr(totals, "SAMPLE", 1_500)
    sampled = looked_up_summary(customers, scores, value_uncertainty(model, customers), rules)
    assert exact[RANGE].to_numpy() == pytest.approx(sampled[RANGE].to_numpy(), rel=0.03)
    assert (exact[RANGE] != sampled[RANGE]).any(axis=None)


def test_a_segment_nobody_of_the_sample_is_in_takes_the_effect_on_the_whole_store():
    customers = customers_of([1, 1, 6, 6], [3, 500, 3, 500])
    scores = scores_of(customers, [40.0, 10.0, 300.0, 60.0])
    whole = Uncertainty(
        expected=scores["cltv"].to_numpy(),
        variance=np.zeros(4),
        sample=np.array([1, 3]),
        slopes=np.array([[5.0], [30.0]]),
        covariance=np.array([[0.01]]),
    )
    summary = looked_up_summary(customers, scores, whole, SegmentRules())
    spread = 0.1 * 35 / 70 * 40.0
    assert summary.loc["new", RANGE].tolist() == pytest.approx(
        [totals.interval(40.0, 0.0, spread**2).low, totals.interval(40.0, 0.0, spread**2).high]
    )


def test_nobody_brings_nothing_for_sure():
    customers = customers_of([1, 2], [3, 3])
    scores = scores_of(customers)
    summary = looked_up_summary(customers, scores, uncertainty_of(scores, 1), SegmentRules())
    assert summary.loc["lapsed", ["customers", "expected_value", *RANGE]].tolist() == [0, 0, 0, 0]


def test_without_its_uncertainty_a_value_has_no_range():
    customers = customers_of([1, 2], [3, 3])
    for scores in (scores_of(customers), None):
        labels = assign_segments(customers, scores)
        assert not set(RANGE) & set(both_tables(labels, customers, scores))


def test_other_days_ahead_leave_the_ranges_of_the_stages_alone():
    customers = customers_of([1, 2, 6, 6], [3, 3, 3, 300])
    scores = scores_of(customers, [10.0, 20.0, 30.0, 5.0])
    inputs = prepare_segments(customers, scores, 30, uncertainty_of(scores, 2))
    later = with_probability(inputs, [0.5, 0.6, 0.7, 0.0], 90)
    before, after = (
        summarise_segments(prepared, place_segments(prepared, SegmentRules(ready_days=days)))
        for prepared, days in ((inputs, 30), (later, 90))
    )
    assert before.loc[list(STAGES), RANGE].equals(after.loc[list(STAGES), RANGE])
    assert before.loc["ready_to_buy", "customers"] == 0
    assert (
        after.loc["ready_to_buy", "expected_value_high"]
        > after.loc["ready_to_buy", "expected_value"]
        == 60
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda known: replace(known, expected=known.expected * 0.4),
        lambda known: replace(known, expected=known.expected[::-1]),
        lambda known: replace(known, expected=known.expected[:1], variance=known.variance[:1]),
    ],
    ids=["other margin", "other order", "other customers"],
)
def test_an_uncertainty_of_other_values_is_refused(spoil):
    customers = customers_of([1, 2], [3, 3])
    scores = scores_of(customers, [10.0, 20.0])
    labels = assign_segments(customers, scores)
    with pytest.raises(DataError, match="not that of these scores' 'cltv'"):
        segment_table(labels, customers, scores, spoil(uncertainty_of(scores, 3)))
    with pytest.raises(DataError, match="needs the scores it belongs to"):
        trait_table(labels, customers, None, uncertainty_of(scores, 3))


def test_an_uncertainty_of_other_values_or_without_scores_is_refused_whole():
    customers = customers_of([1, 2], [3, 3])
    scores = scores_of(customers, value=[50.0, 60.0])
    uncertainty = uncertainty_of(scores, 0)
    with pytest.raises(DataError) as refusal:
        prepare_segments(customers, None, 30, uncertainty)
    assert str(refusal.value) == (
        "The uncertainty of the expected value needs the scores it belongs to: pass both, or "
        "neither."
    )
    said = (
        "The uncertainty is not that of these scores' 'cltv'. Call value_uncertainty with these "
        "customers, in this order, and with the model, horizon, discount rate and margin of "
        "predict_cltv."
    )
    for other in (scores.assign(cltv=[60.0, 50.0]), scores.assign(cltv=[50.0, 60.01])):
        with pytest.raises(DataError) as refusal:
            prepare_segments(customers, other, 30, uncertainty)
        assert str(refusal.value) == said
    with pytest.raises(DataError) as refusal:
        prepare_segments(customers.iloc[:1], scores.iloc[:1], 30, uncertainty)
    assert str(refusal.value) == said
    close = scores.assign(cltv=[50.0 * (1 + 1e-7), 60.0])
    assert prepare_segments(customers, close, 30, uncertainty).sampled is not None


def test_the_sample_knows_its_customers_places_and_ranks():
    customers = customers_of([1, 2, 3], [3, 0, 1], revenue=[30.0, 10.0, 20.0])
    scores = scores_of(customers, value=[5.0, 7.0, 6.0])
    uncertainty = replace(uncertainty_of(scores, 0), sample=np.array([0, 2]))
    uncertainty = replace(uncertainty, slopes=np.array([[1.0, 2.0], [3.0, 4.0]]))
    inputs = prepare_segments(customers, scores, 30, uncertainty)
    sampled = inputs.sampled
    assert sampled.number.tolist() == [0, -1, 1]
    assert sampled.place.tolist() == inputs.place[[0, 2]].tolist()
    assert sampled.ranks["revenue"].tolist() == [2, 1]
    assert sampled.ranks["value"].tolist() == [0, 1]
    assert sampled.expected.tolist() == [5.0, 6.0]
    assert sampled.uncertainty.slopes.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert inputs.measures[:, 4].tolist() == uncertainty.variance.tolist()
