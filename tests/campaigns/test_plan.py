"""A campaign's plan: its best size, its cut, and the customers who are left out."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from retention import (
    Campaign,
    DataError,
    Message,
    Offer,
    Terms,
    customer_hashes,
    plan_campaign,
    plan_of,
    reachable_of,
)
from retention.campaigns.campaign import BEST
from retention.campaigns.economics import expected_costs, expected_gains
from tests.support.campaign_plans import MESSAGES, TERMS


@settings(max_examples=40)
@given(TERMS, st.sets(st.integers(0, 2_356), min_size=5, max_size=9))
def test_the_best_size_is_the_optimum_of_all_audiences(store, terms, rows):
    model, customers = store
    few = customers.iloc[sorted(rows)]
    campaign = Campaign("Win back", messages=MESSAGES, terms=terms, holdout_share=0.0, size=BEST)
    audience = reachable_of(model, few, campaign, customer_hashes(few.index))
    found = plan_of(audience, campaign)
    gains = expected_gains(audience.ledger, campaign.terms)
    every = (
        sum(gains[list(some)])
        for size in range(len(few) + 1)
        for some in combinations(range(len(few)), size)
    )
    assert found.economics.gain.expected == pytest.approx(max(every), abs=1e-9)
    assert found.curve["gain"].max() == pytest.approx(
        max(0.0, found.economics.gain.expected), abs=1e-9
    )


def test_a_size_takes_the_customers_of_the_highest_gain_ties_included(audience):
    campaign = Campaign(
        "Win back",
        messages=MESSAGES,
        terms=Terms(0.1, Offer("amount", 2)),
        holdout_share=0.0,
        size=500,
    )
    found = plan_of(audience, campaign)
    gains = expected_gains(audience.ledger, campaign.terms)
    assert len(found.addressed) == found.size == 500
    assert found.gains[found.chosen > 0].min() >= np.sort(gains)[-500]
    curve = found.curve.set_index("customers")["gain"]
    assert curve.loc[len(gains)] == pytest.approx(gains.sum())
    # Terms under which all customers gain the same tie everywhere.
    same = replace(campaign, terms=Terms(0.0, Offer(), margin=0.5))
    assert len(plan_of(audience, same).addressed) == 500


@pytest.mark.parametrize(
    "other",
    [
        {"window_days": 60},
        {"messages": (Message(0), Message(5))},
        {"messages": (Message(0, offer=""),)},
    ],
)
def test_customers_asked_about_another_campaign_are_refused(store, other):
    model, customers = store
    campaign = Campaign("Win back")
    reachable = reachable_of(model, customers, campaign, customer_hashes(customers.index))
    with pytest.raises(DataError, match="Ask for them again"):
        plan_of(reachable, replace(campaign, **other))


def test_customers_are_left_out_by_the_first_reason_that_holds(store):
    model, customers = store
    first = np.arange(len(customers)) < 100
    second = np.arange(len(customers)) < 250
    found = plan_campaign(
        model, customers, Campaign("Win back"), left_out={"No consent": first, "Complaint": second}
    )
    assert found.reachable.left_out == {"No consent": 100, "Complaint": 150}
    assert min(*found.addressed, *found.held_out) == 250
    assert found.reachable.segment_customers == len(customers)


def test_nobody_to_address_is_said(store):
    model, customers = store
    with pytest.raises(DataError, match="Nobody is left"):
        plan_campaign(model, customers, Campaign("Win back"), np.zeros(len(customers), dtype=bool))
    with pytest.raises(DataError, match="segment"):
        plan_campaign(model, customers, Campaign("Win back"), np.ones(3, dtype=bool))


@pytest.mark.parametrize("exact", [20_000, 0])
def test_groups_that_are_kept_are_the_plan_whatever_a_draw_would_say(store, monkeypatch, exact):
    # With no exact cells customers share cells, as in a base of more than 20,000.
    monkeypatch.setattr("retention.campaigns.ledger.EXACT", exact)
    model, customers = store
    campaign = Campaign("Win back", messages=MESSAGES, holdout_share=0.3)
    members = np.zeros(len(customers), dtype=bool)
    members[100:900] = True
    held = np.zeros(len(customers), dtype=bool)
    held[100:150] = True  # not as many as the campaign would hold out
    reachable = reachable_of(
        model, customers, campaign, customer_hashes(customers.index), members, held=held
    )
    plan = plan_of(reachable, campaign)
    assert sorted(plan.held_out) == list(range(100, 150))
    assert sorted(plan.addressed) == list(range(150, 900))
    assert (plan.held, plan.economics.customers) == (50, 750)
    cut = plan_of(reachable, replace(campaign, size=300))
    assert cut.size == len(cut.addressed) + len(cut.held_out) == 300
    assert set(cut.held_out) <= set(plan.held_out)
    assert set(cut.addressed) <= set(plan.addressed)
    assert cut.held == len(cut.held_out)


def test_nobody_to_address_says_how_many_there_were_and_why_they_are_out(store):
    model, customers = store
    everybody = np.ones(len(customers), dtype=bool)
    some = np.arange(len(customers)) < 1_500
    nobody = np.zeros(len(customers), dtype=bool)
    left_out = {"No consent": some, "Nobody": nobody, "Complaint": everybody}
    with pytest.raises(DataError) as refusal:
        plan_campaign(model, customers, Campaign("Win back"), left_out=left_out)
    assert str(refusal.value) == (
        "Nobody is left to address of 2,357 customers in the segment (1,500: No consent; 857: "
        "Complaint). Choose another segment, or leave out fewer customers."
    )
    with pytest.raises(DataError) as refusal:
        plan_campaign(model, customers, Campaign("Win back"), nobody)
    assert str(refusal.value) == (
        "Nobody is left to address of 0 customers in the segment. Choose another segment, or "
        "leave out fewer customers."
    )


def test_masks_that_do_not_fit_are_named(store):
    model, customers = store
    campaign, short = Campaign("Win back"), np.ones(3, dtype=bool)
    end = " does not say True or False for each of the 2,357 customers. Make it from their frame."
    with pytest.raises(DataError) as refusal:
        plan_campaign(model, customers, campaign, short)
    assert str(refusal.value) == "'segment'" + end
    with pytest.raises(DataError) as refusal:
        plan_campaign(model, customers, campaign, left_out={"No consent": short})
    assert str(refusal.value) == "'No consent'" + end


def test_a_plan_counts_whom_it_leaves_out_and_cuts_off(store):
    model, customers = store
    some, nobody = (np.arange(len(customers)) < number for number in (300, 0))
    plan = plan_campaign(
        model,
        customers,
        Campaign("Win back", size=1_000, holdout_share=0.2),
        left_out={"No consent": some, "Complaint": nobody},
    )
    assert plan.left_out == {"No consent": 300}
    assert plan.segment_customers == 2_357
    assert plan.available_customers == 2_057
    assert plan.below_cut == 1_057
    assert (plan.size, plan.held, plan.economics.customers) == (1_000, 200, 800)
    assert plan.detectable_lift == plan.power.shown
    assert plan.power.customers == 1_000
    assert plan.power.buys == plan.economics.buyers_without / 800
    assert plan.treated == pytest.approx(plan.chosen - plan.out)


def test_held_out_customers_are_the_price_of_the_test(store):
    model, customers = store
    terms = Terms(lift=0.1, contact_cost=0.05, margin=0.5)
    whole, tested = (
        plan_campaign(model, customers, Campaign("Win back", terms=terms, holdout_share=share))
        for share in (0.0, 0.25)
    )
    assert whole.forgone == 0
    assert tested.forgone == pytest.approx(tested.out @ tested.gains)
    assert tested.forgone + tested.economics.gain.expected == pytest.approx(
        whole.economics.gain.expected
    )


def test_the_gain_at_another_lift_is_that_of_a_plan_with_it(store):
    model, customers = store
    measured = Campaign("Win back", terms=Terms(0.05, lift_error=0.02, lift_tests=2))
    assumed = Campaign("Win back", terms=Terms(0.08))
    found = plan_campaign(model, customers, measured).gain_at(0.08)
    assert found == plan_campaign(model, customers, assumed).economics.gain


def test_a_campaign_that_is_worth_it_for_nobody_has_nothing_to_show(store):
    model, customers = store
    campaign = Campaign("Win back", terms=Terms(0.0, contact_cost=1), size=BEST, holdout_share=0.5)
    plan = plan_campaign(model, customers, campaign)
    assert (plan.size, plan.best_size, plan.economics.customers, plan.held) == (0, 0, 0, 0)
    assert np.isnan(plan.detectable_lift)
    assert plan.power.buys == 0
    assert len(plan.addressed) == 0


def test_a_cut_follows_the_gain_for_each_unit_of_cost_where_that_is_asked(store):
    model, customers = store
    terms = Terms(0.1, Offer("percentage", 0.1), anyway_share=0.3, contact_cost=0.05, margin=0.5)
    campaign = Campaign("Win back", terms=terms, holdout_share=0.0, size=200, ranked_by="return")
    plan = plan_campaign(model, customers, campaign)
    costs = expected_costs(plan.reachable.ledger, terms)
    ratio = plan.gains / costs
    inside = plan.chosen > 0
    assert inside.sum() == 200
    assert ratio[inside].min() >= ratio[~inside].max()
    assert sorted(plan.ranks) == list(range(1, len(ratio) + 1))
    assert (np.diff(ratio[np.argsort(-plan.ranks)]) <= 0).all()
    by_gain = plan_campaign(model, customers, replace(campaign, ranked_by="gain"))
    assert (by_gain.ranks == by_gain.gains).all()


def test_the_curve_of_a_plan_ends_with_everybody_and_holds_the_best_size(store):
    model, customers = store
    terms = Terms(0.05, Offer("amount", 2), anyway_share=0.5, contact_cost=0.05, margin=0.4)
    plan = plan_campaign(model, customers, Campaign("Win back", terms=terms, holdout_share=0.0))
    curve = plan.curve
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve["customers"].iloc[-1] == 2_357
    assert curve["gain"].iloc[-1] == pytest.approx(plan.gains.sum())
    assert 0 < plan.best_size < 2_357
    best = curve.set_index("customers")["gain"]
    assert best.idxmax() == plan.best_size
    assert best.max() == pytest.approx(plan.gains[plan.gains > 0].sum())
    assert 115 <= len(curve) <= 123


def test_whoever_gains_most_stands_first_in_both_lists(store):
    plan = plan_campaign(*store, Campaign("Win back", holdout_share=0.4))
    gains = plan.gains[plan.reachable.ledger.cell]
    for listed in (plan.addressed, plan.held_out):
        assert (np.diff(gains[listed]) <= 0).all()
        assert gains[listed[0]] > gains[listed[-1]]


def test_where_messages_cost_nothing_the_gain_alone_ranks(store):
    terms = Terms(0.1, contact_cost=0.0)
    campaign = Campaign("Win back", terms=terms, ranked_by="return", holdout_share=0.0)
    plan = plan_campaign(*store, campaign)
    assert (expected_costs(plan.reachable.ledger, terms) == 0).all()
    assert (np.diff(plan.gains[np.argsort(-plan.ranks)]) <= 0).all()


def test_who_was_asked_about_another_window_is_asked_again(store):
    model, customers = store
    campaign = Campaign("Win back", window_days=28)
    reachable = reachable_of(model, customers, campaign, customer_hashes(customers.index))
    assert reachable.ledger.pool.window_days == 28
    assert reachable.customer_ids.equals(customers.index)
    with pytest.raises(DataError) as refusal:
        plan_of(reachable, replace(campaign, window_days=60))
    assert str(refusal.value) == (
        "The customers were asked about other messages, offers or another window. Ask for them "
        "again."
    )
