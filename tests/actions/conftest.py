"""A small sample store, as most tests of actions use it."""

import pytest

from retention import fit_cltv, sample_orders, summarise_customers
from retention.actions.ranking import facts_of


@pytest.fixture(scope="session")
def store():
    orders = sample_orders("store", customers=4_000)
    customers = summarise_customers(orders)
    return orders, customers, fit_cltv(customers)


@pytest.fixture(scope="session")
def facts(store):
    return facts_of(*store)
