"""Who is held out, and what the holdout can show."""

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from retention import (
    Campaign,
    customer_hashes,
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
from retention.random_draws import draws


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


@pytest.mark.parametrize(
    ("lift", "buys", "share"),
    [(0.05, 1.0, 0.5), (0.05, -0.1, 0.5), (0.0, 0.1, 0.5), (0.05, 0.1, 0.0), (0.05, 0.1, 1.0)],
)
def test_what_no_number_of_customers_would_show_needs_infinitely_many(lift, buys, share):
    assert customers_needed(lift, buys, share) == np.inf


def test_the_customers_needed_are_worked_out_by_hand():
    # The angle from 0 to a lift of 1 is a quarter turn, so that (2.8016 / pi)² x 4 customers do.
    assert customers_needed(1.0, 0.0, 0.5) == np.ceil((2.8015852 / np.pi) ** 2 * 4) == 4
    assert customers_needed(0.05, 0.0, 0.5) == np.ceil(
        (2.8015852 / (2 * np.arcsin(0.05**0.5))) ** 2 * 4
    )
    # A tenth held out takes as many more as the product of both shares is smaller.
    assert customers_needed(0.05, 0.1, 0.1) == pytest.approx(
        customers_needed(0.05, 0.1, 0.5) * 0.25 / 0.09, rel=1e-3
    )


def test_two_customers_a_group_are_the_fewest_that_show_anything():
    assert detectable_lift(2, 2, 0.0) == pytest.approx(np.sin(2.8015852 / 2) ** 2)
    assert np.isnan(detectable_lift(2, 1, 0.0))
    assert np.isnan(detectable_lift(1, 2, 0.0))
    assert np.isnan(detectable_lift(500, 500, 1.0))
    assert np.isnan(detectable_lift(500, 500, -0.1))


def test_a_half_is_the_largest_share_needed():
    customers = customers_needed(0.05, 0.1, 0.5)
    assert share_needed(int(customers), 0.05, 0.1) == 0.5
    assert np.isnan(share_needed(int(customers) - 1, 0.05, 0.1))
    assert 0.45 < share_needed(int(customers) + 5, 0.05, 0.1) < 0.5


def test_a_lift_that_is_larger_by_a_fiftieth_is_as_good():
    power = replace(holdout_power(9_000, 1_000, 0.1, 0.05), assumed=0.05)
    assert replace(power, shown=0.0509).suffices
    assert replace(power, shown=0.05 * 1.02).suffices
    assert not replace(power, shown=0.0511).suffices


def test_the_power_of_a_holdout_holds_what_was_asked():
    power = holdout_power(900, 101, 0.2, 0.05)
    assert (power.buys, power.assumed, power.customers) == (0.2, 0.05, 1_001)
    assert power.shown == detectable_lift(900, 101, 0.2)
    assert power.shown_by_half == detectable_lift(500, 500, 0.2)
    assert power.share_needed == pytest.approx(share_needed(1_001, 0.05, 0.2), nan_ok=True)
    assert power.customers_needed == customers_needed(0.05, 0.2, 0.5)
    assert power.campaigns_needed == power.customers_needed / 1_001
    # The lift is of those who would not order; the difference is of all.
    assert power.difference == pytest.approx(power.shown * 0.8)
    assert holdout_power(0, 0, 0.2, 0.05).campaigns_needed == np.inf


def in_shared_cells(store, monkeypatch, campaign):
    """A plan whose customers share cells, as in a base of more than 20,000, and their draws."""
    monkeypatch.setattr("retention.campaigns.ledger.EXACT", 0)
    model, customers = store
    plan = plan_campaign(model, customers, campaign)
    assert len(plan.reachable.ledger.customers) < len(customers)
    return plan, draws(customer_hashes(customers.index), campaign.drawn_by)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5])
def test_in_a_large_base_the_lowest_draws_are_held_out(store, monkeypatch, share):
    plan, drawn = in_shared_cells(
        store, monkeypatch, Campaign("Win back", holdout_share=share, holdout_key="Spring")
    )
    assert sorted(plan.held_out) == np.flatnonzero(drawn < share).tolist()
    assert sorted(plan.addressed) == np.flatnonzero(drawn >= share).tolist()
    assert plan.held == len(plan.held_out)
    assert plan.economics.customers == len(plan.addressed)
    ledger = plan.reachable.ledger
    of_cell = np.bincount(ledger.cell, weights=drawn < share, minlength=len(ledger.customers))
    assert plan.out * ledger.customers == pytest.approx(of_cell)


def test_in_a_large_base_a_cut_holds_out_of_those_within_it_alone(store, monkeypatch):
    campaign = Campaign("Win back", holdout_share=0.3, size=700)
    plan, drawn = in_shared_cells(store, monkeypatch, campaign)
    assert plan.size == len(plan.addressed) + len(plan.held_out) == 700
    assert (drawn[plan.held_out] < 0.3).all()
    assert (drawn[plan.addressed] >= 0.3).all()
    assert plan.held == len(plan.held_out)
    assert plan.economics.customers == len(plan.addressed)


def test_the_draws_of_a_name_are_kept_for_its_next_share(store, monkeypatch):
    plan, drawn = in_shared_cells(store, monkeypatch, Campaign("Win back"))
    reachable = plan.reachable
    [kept] = reachable.drawn.values()
    assert reachable.out("Win back", 0.4).tolist() == (drawn < 0.4).tolist()
    assert reachable.drawn["Win back"] is kept
    counts = reachable.ledger.customers
    assert reachable.split("Win back", 0.4) @ counts == pytest.approx((drawn < 0.4).sum())
    other = draws(reachable.hashes, "Another")
    assert reachable.out("Another", 0.4).tolist() == (other < 0.4).tolist()
    assert list(reachable.drawn) == ["Another"]


def test_the_power_of_a_holdout_says_the_share_that_its_own_customers_need():
    power = holdout_power(4_500, 500, 0.1, 0.05)
    assert 0 < power.share_needed < 0.5
    assert power.share_needed == share_needed(5_000, 0.05, 0.1)
