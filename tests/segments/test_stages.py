"""Lifecycle stages and traits: who is where, whatever the thresholds."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention import (
    DataError,
    Uncertainty,
    assign_segments,
    fit_cltv,
    fitted_rules,
    predict_cltv,
    published_rules,
    segment_table,
    trait_table,
    value_uncertainty,
)
from retention.models import uncertainty as totals
from retention.models.uncertainty import SAMPLE
from retention.segments.inputs import percentile_cutoff, percentile_of
from retention.segments.presets import FEWEST_REORDERS, reorder_gaps, rules_from_gaps
from retention.segments.rules import defaults, thresholds
from retention.segments.stages import (
    STAGES,
    TRAITS,
    SegmentRules,
    assign_codes,
    describe_rules,
    label_frame,
    map_counts,
    members,
    place_segments,
    prepare_segments,
    stage_counts,
    summarise_segments,
    unavailable,
    value_cutoffs,
    with_probability,
)
from retention.view.segments.sliders import VALUES, measure_of, money_scale
from tests.support.histories import simulated
from tests.support.orders_stub import orders_of

# A shared machine may pause; the number of examples keeps the whole file to a few seconds.
calm = settings(max_examples=40)

RANGE = ["expected_value_low", "expected_value_high"]


def customers_of(orders, days, revenue=None, discount=None):
    n = len(orders)
    revenue = np.asarray(revenue if revenue is not None else np.full(n, 100.0), float)
    return pd.DataFrame(
        {
            "recency": [5 if k > 1 else 0 for k in orders],
            "T": [d + (5 if k > 1 else 0) for k, d in zip(orders, days, strict=True)],
            "orders": orders,
            "revenue": revenue,
            "average_order_value": revenue / np.asarray(orders),
            "discount_share": np.full(n, math.nan) if discount is None else discount,
        },
        index=pd.Index([f"c{i}" for i in range(n)], name="customer_id"),
    )


def scores_of(customers, value=None, probability=None, p_alive=1.0):
    n = len(customers)
    return pd.DataFrame(
        {
            "p_alive": np.broadcast_to(p_alive, n),
            "p_purchase_30d": np.broadcast_to(0.1 if probability is None else probability, n),
            "cltv": np.broadcast_to(50.0 if value is None else value, n),
        },
        index=customers.index,
    )


def stage_of(orders, days, value=50.0, rules=None):
    """The stage of one customer beside another who is worth far more."""
    customers = customers_of([orders, 9], [days, 1])
    return assign_segments(customers, scores_of(customers, [value, 1e6]), rules).loc["c0", "stage"]


@st.composite
def stores(draw, size=25):
    n = draw(st.integers(1, size))
    lists = {
        name: draw(st.lists(element, min_size=n, max_size=n))
        for name, element in {
            "orders": st.integers(1, 40),
            "days": st.integers(0, 3000),
            "revenue": st.floats(0, 1e6),
            "discount": st.one_of(st.just(math.nan), st.floats(0, 1)),
            "value": st.floats(0, 1e5),
            "probability": st.floats(0, 1),
            "p_alive": st.floats(0, 1),
        }.items()
    }
    customers = customers_of(lists["orders"], lists["days"], lists["revenue"], lists["discount"])
    return customers, scores_of(customers, lists["value"], lists["probability"], lists["p_alive"])


@st.composite
def rules_drawn(draw):
    def pair(low, high, whole=True):
        number = st.integers(low, high) if whole else st.floats(low, high)
        return sorted([draw(number), draw(number)])

    new_days, one_order_lapsed = pair(1, 730)
    repeat_at_risk, repeat_lapsed = pair(1, 730)
    loyal_at_risk, loyal_lapsed = pair(1, 730)
    full_price, discount_shopper = pair(0.0, 0.6, whole=False)
    unit = draw(st.sampled_from(["percentile", "money"]))
    top = 100 if unit == "percentile" else 1e5
    return SegmentRules(
        new_days=new_days,
        one_order_lapsed=one_order_lapsed,
        repeat_at_risk=repeat_at_risk,
        repeat_lapsed=repeat_lapsed,
        loyal_at_risk=loyal_at_risk,
        loyal_lapsed=loyal_lapsed,
        full_price=full_price,
        discount_shopper=discount_shopper,
        loyal_orders=draw(st.integers(3, 20)),
        vip_orders=draw(st.integers(2, 20)),
        vip_value=draw(st.floats(0, top)),
        spender_value=draw(st.floats(0, top)),
        order_value=draw(st.floats(0, top)),
        ready_probability=draw(st.floats(0, 1)),
        value_unit=unit,
    )


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


@calm
@given(stores(), st.integers(50, 99))
def test_a_slider_in_money_reaches_every_percentile_of_the_other(store, percentile):
    customers, scores = store
    inputs = prepare_segments(customers, scores)
    for slider in VALUES:
        ascending, scale = measure_of(inputs, slider), money_scale(inputs, slider)
        cutoff = percentile_cutoff(ascending, percentile)
        assert (ascending >= scale.within(cutoff)).sum() == (ascending >= cutoff).sum()
        assert 0 <= scale.standard <= scale.high


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


def test_scores_of_other_days_are_refused_with_the_call_that_helps():
    customers = customers_of([1], [3])
    with pytest.raises(DataError, match=r"p_purchase_45d.*predict_cltv\(\.\.\., soon_days=45\)"):
        assign_segments(customers, scores_of(customers), SegmentRules(ready_days=45))
    inputs = prepare_segments(customers, scores_of(customers))
    with pytest.raises(DataError, match="within 45 days, the inputs hold 30"):
        assign_codes(inputs, SegmentRules(ready_days=45))


def test_scores_of_other_customers_are_refused():
    customers = customers_of([1, 2], [3, 3])
    scores = scores_of(customers)
    with pytest.raises(DataError, match="do not belong"):
        assign_segments(customers, scores.iloc[:1])
    with pytest.raises(DataError, match="do not belong"):
        assign_segments(customers, scores.rename(index={"c1": "stranger"}))


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


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"repeat_at_risk": 130}, r"repeat_at_risk \(130\) is above repeat_lapsed \(120\)"),
        ({"new_days": 100}, r"new_days \(100\) is above one_order_lapsed \(90\)"),
        ({"full_price": 0.3}, r"full_price \(0.3\) is above discount_shopper \(0.15\)"),
        ({"loyal_orders": 2}, "loyal_orders is 2; it needs to be 3 to 20"),
        ({"vip_orders": 1}, "vip_orders is 1; it needs to be 2 to 20"),
        ({"new_days": 30.5}, "whole number of days"),
        ({"new_days": math.nan}, "needs to be a number"),
        ({"new_days": True}, "needs to be a number"),
        ({"vip_value": 101}, "0 to 100"),
        ({"vip_value": -1, "value_unit": "money"}, "0 or more"),
        ({"value_unit": "euros"}, "'percentile' or 'money'"),
        ({"ready_probability": 30}, "0 to 1"),
    ],
)
def test_rules_that_contradict_or_leave_their_bounds_are_refused(changes, message):
    with pytest.raises(DataError, match=message):
        SegmentRules(**changes)


def test_every_default_lies_on_its_slider():
    for name, threshold in thresholds().items():
        default = defaults()[name]
        assert threshold.low <= default <= threshold.high, name
        steps = (default - threshold.low) / threshold.step
        assert steps == pytest.approx(round(steps)), name
        assert threshold.label
        assert threshold.help.endswith(".")


def test_descriptions_carry_the_numbers_in_force():
    words = describe_rules(SegmentRules(repeat_at_risk=45, loyal_orders=3), "EUR", {"vip": 412.4})
    assert list(words) == [*STAGES, *TRAITS]
    assert words["repeat"] == "2 orders, the last one less than 45 days ago, and not VIP."
    assert "top 10% (EUR 412 or more)" in words["vip"]
    in_money = describe_rules(SegmentRules(value_unit="money", spender_value=250), "EUR")
    assert in_money["big_spender"] == "Revenue so far of EUR 250 or more."


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


def uncertainty_of(scores, seed, share=1.0):
    """Any variances, slopes by two parameters, and sample of about this share of the customers."""
    rng = np.random.default_rng(seed)
    value = scores["cltv"].to_numpy(float)
    sample = np.flatnonzero(rng.random(len(value)) < share)
    root = rng.normal(size=(2, 2)) / 10
    slopes = rng.normal(size=(len(sample), 2)) * value[sample, None]
    return Uncertainty(value, rng.random(len(value)) * value**2, sample, slopes, root @ root.T)


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


def both_tables(labels, customers, scores, uncertainty=None):
    return pd.concat(
        [table(labels, customers, scores, uncertainty) for table in (segment_table, trait_table)]
    )


def looked_up_summary(customers, scores, uncertainty, rules):
    inputs = prepare_segments(customers, scores, rules.ready_days, uncertainty)
    return summarise_segments(inputs, place_segments(inputs, rules))


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


def test_codes_and_labels_say_the_same():
    customers = customers_of([1, 2, 6], [3, 100, 3], revenue=[1.0, 2.0, 300.0])
    inputs = prepare_segments(customers, scores_of(customers, probability=[0.1, 0.2, 0.9]))
    codes = assign_codes(inputs, SegmentRules())
    labels = label_frame(codes, customers.index)
    for stage in STAGES:
        assert members(codes, stage).tolist() == (labels["stage"] == stage).tolist()
    for trait in TRAITS:
        assert members(codes, trait).tolist() == labels[trait].tolist()


def test_other_days_ahead_move_only_the_readiness():
    customers = customers_of([1, 2], [3, 3])
    inputs = prepare_segments(customers, scores_of(customers, probability=[0.1, 0.2]))
    later = with_probability(inputs, [0.5, 0.6], 90)
    rules = SegmentRules(ready_days=90)
    assert members(assign_codes(later, rules), "ready_to_buy").all()
    assert (assign_codes(later, rules) & 7).tolist() == (
        assign_codes(inputs, SegmentRules()) & 7
    ).tolist()


def test_an_empty_base_gives_empty_tables():
    customers = customers_of([], [])
    scores = scores_of(customers, value=np.array([]), probability=np.array([]))
    labels = assign_segments(customers, scores)
    assert len(labels) == 0
    assert segment_table(labels, customers, scores)["customers"].tolist() == [0] * len(STAGES)


def test_reorder_gaps_count_days_between_purchase_days():
    orders = orders_of(
        pd.DataFrame(
            {
                "customer_id": ["a", "a", "a", "a", "b", "b", "c"],
                "ordered_at": [
                    "2024-01-01 10:00:00",
                    "2024-01-01 18:00:00",
                    "2024-01-31 09:00:00",
                    "2024-03-01 09:00:00",
                    "2024-01-01 09:00:00",
                    "2024-01-31 23:00:00",
                    "2024-01-01 09:00:00",
                ],
                "revenue": 10.0,
            }
        )
    )
    gaps = reorder_gaps(orders)
    assert gaps.to_numpy().tolist() == [[1, 30, 2], [2, 30, 1]]
    assert list(gaps) == ["purchase", "days", "reorders"]
    fitted = fitted_rules(orders)
    assert fitted.rules == SegmentRules()
    assert len(fitted.notes) == 3


def gaps_of(**waits):
    rows = [
        (int(name[1:]), day, count) for name, days in waits.items() for day, count in days.items()
    ]
    return pd.DataFrame(rows, columns=["purchase", "days", "reorders"])


def test_fitted_days_are_the_quantiles_of_each_class_of_customers():
    first = dict.fromkeys(range(1, 101), 1)
    repeat = dict.fromkeys(range(1, 201), 1)
    loyal = dict.fromkeys(range(10, 30), 10)
    fitted = rules_from_gaps(gaps_of(p1=first, p2=repeat, p5=loyal))
    rules = fitted.rules
    assert (rules.new_days, rules.one_order_lapsed) == (50, 90)
    assert (rules.repeat_at_risk, rules.repeat_lapsed) == (150, 180)
    assert (rules.loyal_at_risk, rules.loyal_lapsed) == (24, 27)
    assert rules.loyal_orders == SegmentRules().loyal_orders
    assert fitted.notes == ()
    assert "500 reorders" in fitted.method


def test_where_reorders_come_like_clockwork_there_is_time_between_at_risk_and_lapsed():
    monthly = {30: 200, 31: 9}
    fitted = rules_from_gaps(gaps_of(p1=monthly, p2=monthly, p4={28: 50, 30: 40, 45: 10}))
    rules = fitted.rules
    assert (rules.new_days, rules.one_order_lapsed) == (30, 38)
    assert (rules.repeat_at_risk, rules.repeat_lapsed) == (30, 38)
    assert (rules.loyal_at_risk, rules.loyal_lapsed) == (30, 38)
    assert len(fitted.notes) == 3
    assert "so regularly" in fitted.notes[0]
    assert "30 to 38 days" in describe_rules(rules)["at_risk"]
    assert "and 30 days since" in describe_rules(replace(rules, repeat_lapsed=30))["at_risk"]


def test_too_few_reorders_of_loyal_customers_borrow_the_repeat_customers_days():
    few = dict.fromkeys(range(1, FEWEST_REORDERS), 1)
    enough = {20: FEWEST_REORDERS, 40: 10}
    fitted = rules_from_gaps(gaps_of(p1=enough, p2=enough, p4=few))
    assert fitted.rules.loyal_lapsed == fitted.rules.repeat_lapsed
    assert fitted.notes == (
        "Too few reorders of loyal customers: the days of repeat customers stand in.",
    )


def test_waits_beyond_the_slider_are_cut_with_a_note():
    fitted = rules_from_gaps(gaps_of(p1={900: 60}, p2={30: 60}, p4={30: 60}))
    assert fitted.rules.new_days == fitted.rules.one_order_lapsed == 730
    assert any("900 days" in note for note in fitted.notes)
