"""The role of each customer in a campaign adds up to what its plan counts."""

import numpy as np

from retention import Campaign, fit_cltv, plan_campaign
from retention.campaigns.one_customer.roles import campaign_roles
from tests.support.histories import cdnow


def test_roles_add_up_to_the_plan():
    customers = cdnow()
    members = np.arange(len(customers)) % 2 == 0
    left_out = {
        "Opted out": np.arange(len(customers)) % 10 == 0,
        "Subscribed": np.arange(len(customers)) % 20 == 4,
    }
    campaign = Campaign("A", holdout_share=0.2, size=500)
    plan = plan_campaign(fit_cltv(customers), customers, campaign, members, left_out=left_out)
    roles = campaign_roles(members, left_out, plan)
    counts = {word: int((roles.codes == n).sum()) for n, word in enumerate(roles.words)}
    assert counts.pop("") == (~members).sum()
    assert counts["Opted out"] == plan.left_out["Opted out"]
    assert counts["Subscribed"] == plan.left_out["Subscribed"]
    assert counts["Addressed"] == plan.economics.customers
    assert counts["Held out"] == plan.held
    assert counts["Below the cut"] == plan.below_cut
    assert roles.of(int(plan.addressed[0])) == "Addressed"
    assert roles.of(1) == ""


def test_without_a_plan_only_the_reasons_are_known():
    members = np.array([True, True, False])
    roles = campaign_roles(members, {"Opted out": np.array([True, False, True])}, None)
    assert [roles.of(row) for row in range(3)] == ["Opted out", "Below the cut", ""]
