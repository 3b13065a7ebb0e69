"""The CDNOW customers, as most tests of campaigns use them."""

import pytest

from retention import (
    Campaign,
    customer_hashes,
    fit_cltv,
    reachable_of,
)
from tests.support.campaign_plans import MESSAGES
from tests.support.histories import cdnow


@pytest.fixture(scope="module")
def store():
    customers = cdnow()
    return fit_cltv(customers), customers


@pytest.fixture(scope="module")
def audience(store):
    model, customers = store
    campaign = Campaign("Win back", messages=MESSAGES)
    return reachable_of(model, customers, campaign, customer_hashes(customers.index))
