"""A new campaign is named after what it does and to which segments."""

from retention.campaigns.campaign import Campaign
from retention.playbook import strategies
from retention.view.campaigns.beginning import campaign_name


def test_a_campaign_is_named_after_its_strategy_and_its_segments():
    for strategy in strategies():
        name = campaign_name(strategy.key, ("Lapsed", "At risk"))
        assert name == f"{strategy.name}: Lapsed + At risk"
    assert campaign_name("", ("Lapsed",)) == "Own campaign: Lapsed"


def test_the_name_of_many_segments_is_one_that_a_campaign_may_have():
    name = campaign_name("", tuple(f"Segment {number}" for number in range(40)))
    assert Campaign(name).name == name
