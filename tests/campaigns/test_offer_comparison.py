"""An amount against a percentage of the same cost."""

from dataclasses import replace

import numpy as np
import pytest

from retention import Campaign, Offer, Terms, fit_cltv, plan_campaign, plan_of
from retention.campaigns.offer_comparison import compare_offers
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
