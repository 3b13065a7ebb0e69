"""Plans of a campaign to the CDNOW customers, as most tests of the planner's view use them."""

import pytest

from retention import (
    Campaign,
    CampaignPlan,
    Message,
    Offer,
    Terms,
    customer_hashes,
    fit_cltv,
    plan_of,
    reachable_of,
)
from retention.campaigns.plan import Reachable
from tests.support.histories import cdnow

MESSAGES = (
    Message(0, "We have missed you", offer="opening"),
    Message(3, "A reminder", offer="offer"),
    Message(10, "It has ended", offer="ends"),
)


@pytest.fixture(scope="session")
def audience() -> Reachable:
    customers = cdnow()
    return reachable_of(
        fit_cltv(customers),
        customers,
        Campaign("Win back", messages=MESSAGES),
        customer_hashes(customers.index),
    )


@pytest.fixture(scope="session")
def plan(audience) -> CampaignPlan:
    """A plan that gains, with both offers and a holdout of a tenth."""
    terms = Terms(
        lift=0.05,
        offer=Offer("percentage", 0.1),
        opening=Offer("free_delivery", 2.0),
        contact_cost=0.05,
    )
    campaign = Campaign("Win back", segments=("Lapsed", "At risk"), messages=MESSAGES, terms=terms)
    return plan_of(audience, campaign)


@pytest.fixture(scope="session")
def plan_for_nobody(audience) -> CampaignPlan:
    """A plan whose messages cost more than any customer brings."""
    terms = Terms(lift=0.01, contact_cost=100.0)
    return plan_of(audience, Campaign("Too dear", messages=MESSAGES, terms=terms, size="best"))
