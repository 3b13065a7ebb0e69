"""What customers do within a window without the campaign."""

import pytest

from retention import (
    Campaign,
    customer_hashes,
    purchase_probability,
    reachable_of,
)


def test_whoever_orders_leaves_the_sequence(store, audience):
    model, customers = store
    contacts = audience.ledger.pool.contacts
    expected = 3 - sum(purchase_probability(model, customers, days).to_numpy() for days in (3, 10))
    assert contacts == pytest.approx(expected)
    once = reachable_of(model, customers, Campaign("Win back"), customer_hashes(customers.index))
    assert (once.ledger.pool.contacts == 1).all()
