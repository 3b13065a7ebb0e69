"""The campaign that a strategy starts from."""

from dataclasses import replace

import pytest

from retention import (
    SavedPlan,
    Terms,
    campaigns_from_json,
    campaigns_to_json,
    strategies,
    usual_campaign,
)


@pytest.mark.parametrize("key", [strategy.key for strategy in strategies()])
def test_every_usual_campaign_is_a_plan(key):
    found = usual_campaign(key, order_value=1_250, margin=0.3)
    assert campaigns_from_json(campaigns_to_json(SavedPlan((found,)))).campaigns == (found,)
    assert found.messages[0].day == 0
    assert found.terms.margin == 0.3


def test_a_lift_to_start_from_is_lower_for_the_lapsed():
    late, early = (
        usual_campaign("reactivation", lapsed=lapsed).terms.lift for lapsed in (1.0, 0.0)
    )
    assert late == pytest.approx(early * 1.8 / 12, abs=0.001)
    assert replace(Terms(), lift=late).lift == late


def test_a_message_costs_what_the_store_says_of_its_channel():
    campaign = usual_campaign("reactivation")
    costs = {campaign.channel: 0.25}
    told = usual_campaign("reactivation", contact_costs=costs)
    assert told == replace(campaign, terms=replace(campaign.terms, contact_cost=0.25))
    assert usual_campaign("reactivation", contact_costs={"phone": 9.0}) == campaign
