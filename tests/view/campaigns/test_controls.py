"""Where the planner's controls begin, from the campaign that they show."""

import pytest

from retention import Campaign, Offer
from retention.view.campaigns import controls


@pytest.mark.parametrize(
    ("size", "name"), [("everybody", "Everybody"), ("best", "Best size"), (120, "Own cut")]
)
def test_the_size_of_the_audience_has_a_name(size, name):
    assert controls.size_name(Campaign("Win back", size=size)) == name


@pytest.mark.parametrize("ranking", controls.RANKINGS)
def test_the_ranking_has_the_name_that_it_is_chosen_by(ranking):
    campaign = Campaign("Win back", ranked_by=controls.RANKINGS[ranking])
    assert controls.ranking_name(campaign) == ranking


def test_sliders_begin_with_the_offer_and_where_it_is_of_another_kind_with_a_usual_one():
    assert controls.percent_off(Offer("percentage", 0.15)) == 15
    assert controls.percent_off(Offer("amount", 4)) == 10
    assert controls.offer_worth(Offer("amount", 4)) == 4.0
    assert controls.offer_worth(Offer("percentage", 0.15)) == controls.offer_worth(Offer()) == 5.0
    assert controls.lift_in_100(0.0527) == 5.3
