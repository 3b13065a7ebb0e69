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
from retention.campaigns.economics import expected_gains
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
