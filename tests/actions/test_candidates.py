"""Reasons to write to somebody now, on a small store and on facts changed by hand."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from retention import movement
from retention.actions.candidates import MONTH_DAYS, Candidate, candidates
from retention.actions.second_wait import SecondWait
from retention.reports.metric_gaps import Gap
from retention.segments.labels import LABELS


def by_key(facts):
    return {
        candidate.key: candidate
        for candidate in candidates(facts)
        if isinstance(candidate, Candidate)
    }


def missing(facts):
    return [sentence for sentence in candidates(facts) if isinstance(sentence, str)]


@pytest.fixture
def gap():
    return Gap(
        metric="repeat_purchase_rate",
        against="year before",
        store=0.24,
        low=0.22,
        high=0.26,
        aim=0.28,
        change=0.17,
        lever=None,
        moved=0.0,
        capped=False,
        gain=None,
        basis="",
        arithmetic=0.0,
        arithmetic_basis="",
    )


def test_who_went_quiet_is_who_moved_to_at_risk_within_the_month(store, facts):
    orders, _, model = store
    moves = movement(orders, orders.end - timedelta(days=MONTH_DAYS), orders.end, model=model)
    fell = moves[moves["from"].isin(["repeat", "loyal", "vip"]) & (moves["to"] == "at_risk")]
    found = by_key(facts)
    quiet = found["quiet_loyal"].members, found["quiet_repeat"].members
    assert quiet[0].sum() + quiet[1].sum() == fell["customers"].sum() > 0
    assert not (quiet[0] & quiet[1]).any()


def test_a_list_named_after_a_stage_or_a_trait_lies_within_it(facts, gap):
    reorders = pd.DataFrame(
        {"customer_id": facts.customers.index[:20], "product": "Tea"}
        | {"week": "this week", "basis": "own"}
    )
    named = by_key(replace(facts, reorders=reorders, gap=gap, gap_missing="")).values()
    assert {"At risk since this month, 4 orders or more", "Active discount shoppers"} <= {
        candidate.name for candidate in named
    }
    for candidate in named:
        # Behind a colon stands the name of a metric.
        words = f" {candidate.name.partition(':')[0].casefold()} ".replace(",", " ")
        for key, label in LABELS.items():
            if f" {label.casefold()} " in words or f" {label.casefold()}s " in words:
                assert not (candidate.members & ~facts.in_group(key)).any(), candidate.name


def test_second_orders_are_due_of_those_who_bought_once_and_lately(facts):
    wait = SecondWait(first_day=10, last_day=40, came_back=300, observed=900)
    due = by_key(replace(facts, second_wait=wait))["second_order"]
    chosen = facts.customers[due.members]
    silence = chosen["T"] - chosen["recency"]
    assert (chosen["orders"] == 1).all()
    assert silence.between(10, 40).all()
    assert "10 to 40 days ago" in due.reason(int(due.members.sum()))


def test_second_orders_need_customers_who_came_back(facts):
    wait = SecondWait(first_day=float("nan"), last_day=float("nan"), came_back=29, observed=80)
    thin = replace(facts, second_wait=wait)
    assert "second_order" not in by_key(thin)
    assert any("there are 29" in sentence for sentence in missing(thin))


def test_silence_of_vips_is_measured_by_their_own_pace(facts):
    silent = by_key(facts)["silent_vips"].members
    assert (facts.silence_chance[silent] < 0.1).all()
    assert not (silent & ~facts.in_stage("vip")).any()


def test_a_channel_is_named_only_where_its_customers_come_back_clearly_less(facts):
    values = facts.channels.values.assign(verdict="no clear difference")
    quiet = replace(facts, channels=replace(facts.channels, values=values))
    assert "weak_channel" not in by_key(quiet)
    name = values.index[0]
    values = values.assign(verdict=["less", *values["verdict"].iloc[1:]])
    weak = by_key(replace(facts, channels=replace(facts.channels, values=values)))["weak_channel"]
    assert (facts.customers.loc[weak.members, "first_channel"] == name).all()
    assert str(name) in weak.reason(5)


def test_the_largest_gap_is_for_those_of_its_strategy(facts, gap):
    found = by_key(replace(facts, gap=gap, gap_missing=""))["largest_gap"]
    assert found.strategy == "loyalty"
    of_strategy = facts.in_stage("repeat", "loyal", "vip")
    assert (found.members == of_strategy & (facts.p_alive >= 0.1)).all()
    assert found.reason(12).startswith(
        "Repeat purchase rate is 24%, 4 points less than in the year"
    )
    gone = replace(facts, gap=gap, gap_missing="", p_alive=np.where(facts.orders > 4, 0.2, 0.001))
    moved = by_key(gone)["largest_gap"]
    assert (moved.members == of_strategy & (facts.orders > 4)).all()
    assert "12 customers have a chance of 10% or more to be active still" in moved.reason(12)


def test_without_a_gap_the_reason_is_passed_on(facts):
    assert "x" in missing(replace(facts, gap=None, gap_missing="x"))
    assert "largest_gap" not in by_key(replace(facts, gap=None, gap_missing=""))


def test_reorders_are_due_by_the_interval_of_each_customer(facts):
    ids = facts.customers.index
    reorders = pd.DataFrame(
        {
            "customer_id": [*ids[:20], *ids[5:40], *ids[40:90], *ids[90:99]],
            "product": ["Tea"] * 20 + ["Beans"] * 35 + ["Cups"] * 50 + ["Mugs"] * 9,
            "week": ["this week"] * 55 + ["next week"] * 50 + ["this week"] * 9,
            "basis": ["own"] * 105 + ["product"] * 9,
        }
    )
    due = by_key(replace(facts, reorders=reorders))["reorders_due"]
    assert set(ids[due.members]) == set(ids[:40])
    assert "Beans" in due.reason(35)
    nothing = replace(facts, reorders=reorders.iloc[:0])
    assert "reorders_due" not in by_key(nothing)
    assert any(sentence.startswith("Reorders due") for sentence in missing(nothing))


def test_one_customer_is_spoken_of_as_one(facts):
    for candidate in by_key(facts).values():
        assert "1 customers" not in candidate.reason(1)
