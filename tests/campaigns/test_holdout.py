"""Who is held out, and what the holdout can show."""

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from retention import (
    Campaign,
    detectable_lift,
    plan_campaign,
)
from retention.campaigns.holdout import (
    POWER,
    SIGNIFICANCE,
    customers_needed,
    holdout_power,
    share_needed,
)


def test_a_holdout_is_random_stable_and_not_addressed(store):
    model, customers = store
    campaign = Campaign("Win back", holdout_share=0.25)
    found = plan_campaign(model, customers, campaign)
    addressed, held = set(found.addressed), set(found.held_out)
    assert not addressed & held
    assert len(addressed) + len(held) == found.size == len(customers)
    assert len(held) == round(0.25 * len(customers))
    backwards = customers.iloc[::-1]
    again = plan_campaign(model, backwards, campaign)
    assert set(backwards.index[again.held_out]) == set(customers.index[found.held_out])
    other = plan_campaign(model, customers, replace(campaign, name="Another"))
    assert set(other.held_out) != held
    renamed = plan_campaign(
        model, customers, replace(campaign, name="Another name", holdout_key=campaign.name)
    )
    assert set(renamed.held_out) == held
    # Whoever is held out at a quarter is held out at a half too.
    assert held < set(
        plan_campaign(model, customers, replace(campaign, holdout_share=0.5)).held_out
    )


def test_the_detectable_lift_is_that_of_a_textbook_comparison():
    # 10 % against 15 % at 80 % power takes about 680 customers a group.
    assert detectable_lift(681, 681, 0.10) == pytest.approx(0.05 / 0.9, rel=0.01)
    assert detectable_lift(6_810, 681, 0.10) < detectable_lift(681, 681, 0.10)
    assert np.isnan(detectable_lift(100, 1, 0.1))
    assert np.isnan(detectable_lift(5, 5, 0.9))


@pytest.mark.parametrize(("buys", "lift"), [(0.1, 0.05), (0.02, 0.008), (0.6, 0.1)])
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_customers_needed_are_those_at_which_the_lift_shows(buys, lift, share):
    number = customers_needed(lift, buys, share)
    held = round(share * number)
    assert detectable_lift(number - held, held, buys) == pytest.approx(lift, rel=0.03)
    fewer = round(0.7 * number)
    assert detectable_lift(fewer - round(share * fewer), round(share * fewer), buys) > lift


def test_the_share_needed_is_the_smallest_that_shows_the_lift():
    share = share_needed(5_000, 0.05, 0.1)
    held = round(share * 5_000)
    assert 0.05 < share < 0.5
    assert detectable_lift(5_000 - held, held, 0.1) == pytest.approx(0.05, rel=0.01)
    assert np.isnan(share_needed(300, 0.05, 0.1))
    assert np.isnan(share_needed(0, 0.05, 0.1))
    assert np.isnan(share_needed(300, 0.0, 0.1))


def test_a_holdout_that_shows_nothing_says_what_could():
    weak = holdout_power(33, 4, 0.1, 0.05)
    assert not weak.suffices
    assert weak.shown > weak.shown_by_half > weak.assumed
    assert np.isnan(weak.share_needed)
    assert weak.campaigns_needed == pytest.approx(weak.customers_needed / 37)
    assert holdout_power(9_000, 1_000, 0.1, 0.05).suffices
    nobody = holdout_power(500, 0, 0.1, 0.05)
    assert not nobody.suffices
    assert np.isnan(nobody.shown)
    assert np.isinf(holdout_power(500, 50, 0.1, 0.0).customers_needed)


@pytest.mark.parametrize("buys", [0.0, 0.03, 0.2, 0.6])
@pytest.mark.parametrize(("addressed", "held_out"), [(45, 5), (483, 54), (5_000, 5_000)])
def test_the_detectable_lift_is_that_of_statsmodels(addressed, held_out, buys):
    effect = NormalIndPower().solve_power(
        nobs1=addressed,
        ratio=held_out / addressed,
        alpha=SIGNIFICANCE,
        power=POWER,
        alternative="two-sided",
    )
    lift = detectable_lift(addressed, held_out, buys)
    share = buys + lift * (1 - buys)
    assert proportion_effectsize(share, buys) == pytest.approx(np.ravel(effect)[0], rel=1e-4)
