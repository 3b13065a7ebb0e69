"""What customers do within a window without the campaign."""

from dataclasses import replace

import pytest
from scipy.stats import norm

from retention import (
    Campaign,
    Offer,
    PastMisses,
    Terms,
    customer_hashes,
    plan_of,
    purchase_probability,
    reachable_of,
)
from retention.campaigns import pool
from retention.models.misses import MissSpread
from retention.models.season.index import PLAIN


def test_whoever_orders_leaves_the_sequence(store, audience):
    model, customers = store
    contacts = audience.ledger.by_cell().contacts
    expected = 3 - sum(purchase_probability(model, customers, days).to_numpy() for days in (3, 10))
    assert contacts == pytest.approx(expected)
    once = reachable_of(model, customers, Campaign("Win back"), customer_hashes(customers.index))
    assert (once.ledger.by_cell().contacts == 1).all()


def gain_of(model, customers, **terms):
    """The gain of a campaign to all customers that costs an offer to whoever orders anyway."""
    campaign = Campaign(
        "Win back",
        terms=Terms(offer=Offer("amount", 8.0), anyway_share=1.0, contact_cost=0.1, **terms),
        holdout_share=0.0,
    )
    audience = reachable_of(model, customers, campaign, customer_hashes(customers.index))
    return plan_of(audience, campaign).economics


def test_the_gain_allows_for_how_far_forecasts_of_the_store_were_off(store, monkeypatch):
    """Its variance grows by that of the store's pace, times the slope of the gain by it."""
    model, customers = replace(store[0], season=PLAIN), store[1]
    # Offers to those who order anyway outweigh what the campaign adds.
    terms = {"lift": 0.02, "margin": 0.4}
    spread = MissSpread(chances=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0), least=0.2)
    misses = PastMisses(tests=(), is_short=True, orders=spread, revenue=spread)
    alone = gain_of(model, customers, **terms)
    joined = gain_of(replace(model, misses=misses), customers, **terms)
    assert joined.gain.expected == pytest.approx(alone.gain.expected)
    assert joined.orders_without.high > alone.orders_without.high
    assert joined.break_even_lift == alone.break_even_lift

    ordering = pool._ordering
    monkeypatch.setattr(
        pool, "_ordering", lambda purchases, histories, pace: ordering(purchases, histories, 1.02)
    )
    slope = (gain_of(model, customers, **terms).gain.expected - alone.gain.expected) / 0.02
    assert slope < 0
    widths = [(found.gain.high - found.gain.low) / (2 * norm.ppf(0.9)) for found in (joined, alone)]
    assert widths[0] ** 2 - widths[1] ** 2 == pytest.approx((0.2 * slope) ** 2, rel=0.1)


def test_the_chance_of_a_loss_follows_the_wider_range(store):
    model, customers = replace(store[0], season=PLAIN), store[1]
    spread = MissSpread(chances=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0), least=0.4)
    misses = PastMisses(tests=(), is_short=True, orders=spread, revenue=spread)
    terms = {"lift": 0.12, "margin": 0.9}
    alone = gain_of(model, customers, **terms)
    joined = gain_of(replace(model, misses=misses), customers, **terms)
    assert alone.gain.low > 0
    assert joined.loss_chance > alone.loss_chance
