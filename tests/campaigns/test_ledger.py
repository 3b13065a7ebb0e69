"""Customers summed up in cells give the plan that each of them alone gives."""

from dataclasses import replace

import pytest

from retention import (
    Campaign,
    Message,
    Offer,
    Terms,
    plan_campaign,
    plan_of,
)
from retention.campaigns import ledger as campaign_ledger
from retention.campaigns.campaign import BEST


def test_customers_in_cells_give_the_plan_that_each_alone_gives(store, monkeypatch):
    model, customers = store
    given = Terms(0.07, Offer("percentage", 0.1), Offer("free_delivery", 2), 0.6, 0.05, 0.5)
    messages = (Message(0, offer="opening"), Message(5), Message(12, offer=""))
    campaign = Campaign("Win back", messages=messages, terms=given, size=BEST)
    alone = plan_campaign(model, customers, campaign)
    monkeypatch.setattr(campaign_ledger, "EXACT", 100)
    celled = plan_campaign(model, customers, campaign)
    assert len(celled.reachable.ledger.customers) < 0.5 * len(customers)
    assert celled.size == pytest.approx(alone.size, rel=0.03)
    assert celled.economics.gain.expected == pytest.approx(alone.economics.gain.expected, rel=0.02)
    assert celled.economics.gain.low == pytest.approx(
        alone.economics.gain.low, abs=0.05 * alone.economics.cost
    )
    assert celled.economics.orders_with.high == pytest.approx(
        alone.economics.orders_with.high, rel=0.03
    )
    # Counts and sums are those of the very customers who are addressed and held out.
    assert len(celled.addressed) == celled.economics.customers
    assert len(celled.held_out) == celled.held
    pool = celled.reachable.ledger.pool
    buys = dict(zip(pool.rows.tolist(), pool.buys, strict=True))
    assert celled.economics.buyers_without == pytest.approx(
        sum(buys[row] for row in celled.addressed.tolist()), rel=0.01
    )
    everybody = replace(campaign, size="everybody", holdout_share=0.0)
    monkeypatch.undo()
    both = [plan_of(plan.reachable, everybody).economics for plan in (alone, celled)]
    assert both[0].gain.expected == pytest.approx(both[1].gain.expected)
    assert both[0].break_even_lift == pytest.approx(both[1].break_even_lift)


def test_what_a_test_of_customers_in_cells_forgoes_is_missing_from_the_gain(store, monkeypatch):
    model, customers = store
    monkeypatch.setattr(campaign_ledger, "EXACT", 100)
    whole, tested = (
        plan_campaign(
            model,
            customers,
            Campaign("Win back", terms=Terms(0.07, contact_cost=0.01), holdout_share=share),
        )
        for share in (0.0, 0.3)
    )
    assert whole.reachable.ledger.customers.max() > 1
    gain = whole.economics.gain.expected
    assert tested.forgone > 0
    assert tested.forgone + tested.economics.gain.expected == pytest.approx(gain)
    assert whole.curve["gain"].iloc[-1] == pytest.approx(gain)


@pytest.mark.parametrize("size", [1, 7, 777, 2000])
def test_a_cut_through_customers_in_cells_is_exact(store, monkeypatch, size):
    model, customers = store
    monkeypatch.setattr(campaign_ledger, "EXACT", 100)
    monkeypatch.setattr(campaign_ledger, "BANDS", 5)
    campaign = Campaign(
        "Win back", terms=Terms(0.07, contact_cost=0.1), size=size, holdout_share=0.3
    )
    found = plan_campaign(model, customers, campaign)
    assert found.size == size
    assert len(found.addressed) + len(found.held_out) == size
    assert len(found.addressed) == found.economics.customers
    assert len(found.held_out) == found.held
    assert not set(found.addressed.tolist()) & set(found.held_out.tolist())
    again = plan_campaign(model, customers, campaign)
    assert list(found.addressed) == list(again.addressed)
