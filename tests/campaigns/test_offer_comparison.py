"""An amount against a percentage of the same cost."""

from dataclasses import replace

import numpy as np
import pytest

from retention import Campaign, Offer, Terms, fit_cltv, plan_campaign, plan_of
from retention.campaigns.campaign import BEST
from retention.campaigns.offer_comparison import _bands, _expected_use, compare_offers
from tests.support.histories import cdnow


@pytest.fixture(scope="module")
def plan():
    customers = cdnow()
    given = Terms(0.08, Offer("amount", 4), anyway_share=0.7, margin=0.5)
    return plan_campaign(
        fit_cltv(customers), customers, Campaign("x", terms=given, holdout_share=0.0)
    )


def test_both_cost_the_same(plan):
    found = compare_offers(plan)
    other = replace(
        plan.campaign,
        terms=replace(plan.campaign.terms, offer=Offer("percentage", found.percentage)),
    )
    turned = plan_of(plan.reachable, other)
    assert turned.economics.cost == pytest.approx(plan.economics.cost)
    back = compare_offers(turned)
    assert back.amount == pytest.approx(4)
    assert back.percentage == pytest.approx(found.percentage)


def test_the_amount_is_the_larger_offer_on_small_orders(plan):
    found = compare_offers(plan)
    value = plan.reachable.ledger.pool.order_value
    assert found.even_at == pytest.approx(4 / found.percentage)
    assert found.larger_amount == pytest.approx((found.percentage * value < 4).mean())
    bands = found.bands
    assert bands["customers"].sum() == len(value)
    assert (np.diff(bands["order_value"]) > 0).all()
    assert ((bands["percentage"] > bands["amount"]) == (bands["order_value"] > found.even_at)).all()


@pytest.mark.parametrize("offer", [Offer(), Offer("free_delivery", 3), Offer("amount", 0)])
def test_other_offers_are_not_compared(plan, offer):
    campaign = replace(plan.campaign, terms=replace(plan.campaign.terms, offer=offer))
    assert compare_offers(plan_of(plan.reachable, campaign)) is None


def test_usual_orders_that_hardly_differ_are_worth_the_same_offer_to_everybody():
    customers = cdnow()
    model = fit_cltv(customers)
    alike = customers[customers["frequency"] == 1].copy()
    alike["monetary_value"] = 35 + np.linspace(-1e-4, 1e-4, len(alike))
    given = Terms(0.08, Offer("amount", 4), margin=0.5)
    found = compare_offers(
        plan_campaign(model, alike, Campaign("x", terms=given, holdout_share=0.0))
    )
    assert len(found.bands) == 1
    assert found.bands["customers"].sum() == len(alike)


def test_bands_hold_about_a_tenth_each_and_never_part_customers_of_one_value():
    bands = _bands(np.arange(1.0, 21.0), np.ones(20))
    assert bands["from_value"].tolist() == list(range(1, 20, 2))
    assert bands["to_value"].tolist() == list(range(2, 21, 2))
    assert bands["customers"].tolist() == [2] * 10
    assert bands["order_value"].tolist() == [1.5 + 2 * band for band in range(10)]
    # Half of the customers have one value: they are one band, and the next begins after them.
    tied = _bands(np.array([10.0, 10.0, 20.0, 30.0]), np.array([3.0, 2.0, 4.0, 1.0]))
    assert tied["from_value"].tolist() == [10, 20, 30]
    assert tied["to_value"].tolist() == [10, 20, 30]
    assert tied["customers"].tolist() == [5, 4, 1]
    assert tied["order_value"].tolist() == [10, 20, 30]


def test_what_either_offer_costs_is_weighed_by_who_is_addressed_and_how_it_is_used(plan):
    terms, ledger = plan.campaign.terms, plan.reachable.ledger
    sums = ledger.sums(plan.treated)
    [phase] = sums.phases
    used, used_value = _expected_use(plan)
    assert used == pytest.approx(0.7 * phase.taking + 0.08 * sums.stays)
    assert used_value == pytest.approx(0.7 * phase.taking_value + 0.08 * sums.stays_value)
    found = compare_offers(plan)
    assert found.amount == 4
    assert found.percentage == pytest.approx(4 * used / used_value)
    assert terms.offer.value * used == pytest.approx(found.percentage * used_value)


def test_only_those_addressed_are_in_the_bands(plan):
    some = plan_of(plan.reachable, replace(plan.campaign, size=500, holdout_share=0.2))
    assert compare_offers(some).bands["customers"].sum() == some.economics.customers == 400


def test_a_campaign_to_nobody_or_without_use_compares_nothing(plan):
    hopeless = replace(plan.campaign, terms=Terms(0.0, Offer("amount", 4), contact_cost=1))
    assert compare_offers(plan_of(plan.reachable, replace(hopeless, size=BEST))) is None
    unused = replace(plan.campaign, terms=Terms(0.0, Offer("amount", 4), anyway_share=0.0))
    assert compare_offers(plan_of(plan.reachable, unused)) is None


def test_an_amount_above_every_order_is_the_whole_order(plan):
    terms = replace(plan.campaign.terms, offer=Offer("amount", 10_000))
    found = compare_offers(plan_of(plan.reachable, replace(plan.campaign, terms=terms)))
    assert found.percentage == 1.0
    assert found.even_at == 10_000
    assert found.larger_amount == 1.0
    assert (found.bands["percentage"] == found.bands["order_value"]).all()
    assert (found.bands["amount"] == 10_000).all()


def test_an_offer_that_less_than_one_order_is_expected_to_use_is_compared_too():
    customers = cdnow()
    given = Terms(0.08, Offer("amount", 4), anyway_share=0.1, margin=0.5)
    campaign = Campaign("x", terms=given, holdout_share=0.0)
    few = plan_campaign(fit_cltv(customers), customers.head(2), campaign)
    assert 0 < _expected_use(few)[0] < 1
    assert compare_offers(few).amount == 4
