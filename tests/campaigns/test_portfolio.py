"""Several campaigns over one base: whose customers are whose, and the cut to one budget."""

from dataclasses import replace

import numpy as np
import pytest

from retention import (
    Campaign,
    DataError,
    Offer,
    Terms,
    assign_segments,
    contacts,
    cut_to_budget,
    fit_cltv,
    plan_portfolio,
    predict_cltv,
    queue,
    signals,
    split_budget,
    summarise_customers,
    suppressions,
    usable_contacts,
    usual_campaign,
)
from retention.campaigns.portfolio import earlier_campaigns
from tests.pages.steps import button, open_page
from tests.support.histories import cdnow
from tests.support.sample_store import shared_sample

FIRST = Campaign(
    "First",
    holdout_share=0.2,
    terms=Terms(0.06, Offer("amount", 3), Offer(), 0.8, 0.05, 0.6),
)
SECOND = Campaign("Second", terms=Terms(0.09, Offer("percentage", 0.1), Offer(), 1.0, 0.15, 0.5))
THIRD = Campaign("Third", terms=Terms(0.12, Offer(), Offer(), 1.0, 0.8, 0.4))
CAMPAIGNS = (replace(FIRST, size=1_200), SECOND, THIRD)


@pytest.fixture(scope="module")
def base():
    """A model, its customers, and who is in the segments of each campaign: the segments overlap."""
    customers = cdnow()
    frequency = customers["frequency"]
    members = {
        "First": frequency <= 2,
        "Second": (frequency >= 1).to_numpy(),
        "Third": np.ones(len(customers), dtype=bool),
    }
    return fit_cltv(customers), customers, members


def customers_of(plan):
    return {*plan.addressed.tolist(), *plan.held_out.tolist()}


def test_a_customer_belongs_to_the_first_campaign_that_takes_them(base):
    model, customers, members = base
    plans = plan_portfolio(model, customers, CAMPAIGNS, members).plans
    taken = [customers_of(plans[campaign.name]) for campaign in CAMPAIGNS]
    assert not taken[0] & taken[1]
    assert not (taken[0] | taken[1]) & taken[2]
    # Who is below the cut of the first campaign is free for the second.
    both = np.asarray(members["First"]) & members["Second"]
    assert taken[1] == set(np.flatnonzero(members["Second"])) - taken[0]
    assert taken[1] & set(np.flatnonzero(both))
    assert plans["Second"].left_out == {"In “First”": len(taken[0] & set(np.flatnonzero(both)))}


def test_shared_customers_are_told(base):
    model, customers, members = base
    assert plan_portfolio(model, customers, CAMPAIGNS, members).shares_customers
    assert not plan_portfolio(model, customers, CAMPAIGNS[:1], members).shares_customers
    # Campaigns to other people share nobody, though each knows of the ones before it.
    apart = dict(members)
    apart["Second"] = np.asarray(members["Second"]) & ~np.asarray(members["First"])
    assert not plan_portfolio(model, customers, CAMPAIGNS[:2], apart).shares_customers


def test_reasons_to_leave_customers_out_come_after_earlier_campaigns(base):
    model, customers, members = base
    quiet = np.arange(len(customers)) < 300
    found = plan_portfolio(
        model, customers, CAMPAIGNS[:2], members, left_out={"Second": {"Quiet": quiet}}
    )
    assert list(found.plans["Second"].left_out) == ["In “First”", "Quiet"]
    assert found.plans["First"].left_out == {}
    assert min(customers_of(found.plans["Second"])) >= 300


def test_a_campaign_without_a_plan_says_why_and_takes_nobody(base):
    model, customers, members = base
    nobody = members | {"Second": np.zeros(len(customers), dtype=bool)}
    found = plan_portfolio(model, customers, CAMPAIGNS, nobody)
    assert list(found.plans) == ["First", "Third"]
    assert isinstance(found.problems["Second"], DataError)
    assert list(found.plans["Third"].left_out) == ["In “First”"]


@pytest.mark.parametrize(
    ("campaigns", "members", "says"),
    [
        ((FIRST, FIRST), {"First": np.ones(2357, dtype=bool)}, "one name"),
        ((FIRST, SECOND), {"First": np.ones(2357, dtype=bool)}, "Second"),
    ],
)
def test_campaigns_that_cannot_be_told_apart_are_refused(base, campaigns, members, says):
    with pytest.raises(DataError, match=says):
        plan_portfolio(*base[:2], campaigns, members)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8])
def test_campaigns_cut_to_a_budget_keep_within_it_and_gain_what_the_split_said(base, share):
    model, customers, members = base
    plans = plan_portfolio(model, customers, CAMPAIGNS, members).plans
    line = queue(list(plans.values()))
    budget = share * line.cost.sum()
    cut = cut_to_budget(model, customers, CAMPAIGNS, members, budget)
    after = plan_portfolio(model, customers, cut, members).plans
    assert list(after) == [campaign.name for campaign in cut]
    assert sum(plan.economics.cost for plan in after.values()) <= budget * (1 + 1e-9)
    gained = sum(plan.economics.gain.expected for plan in after.values())
    # A later campaign may find better customers among those whom an earlier one lets go.
    assert gained >= split_budget(line, budget)["gain"].sum() - 3 * line.gain.max()
    assert not set.intersection(*(customers_of(plan) for plan in after.values()))


def test_a_budget_for_everything_changes_nothing(base):
    model, customers, members = base
    campaigns = tuple(replace(campaign, size="best") for campaign in CAMPAIGNS)
    assert cut_to_budget(model, customers, campaigns, members, 1e9) == campaigns


def test_no_budget_keeps_no_campaign_but_those_without_a_plan(base):
    model, customers, members = base
    assert cut_to_budget(model, customers, CAMPAIGNS, members, 0.0) == ()
    nobody = members | {"Second": np.zeros(len(customers), dtype=bool)}
    assert cut_to_budget(model, customers, CAMPAIGNS, nobody, 0.0) == (SECOND,)
    with pytest.raises(DataError, match="budget"):
        cut_to_budget(model, customers, CAMPAIGNS, members, -1.0)


def test_earlier_campaigns_are_those_before_it_or_before_the_one_it_replaces():
    assert earlier_campaigns(CAMPAIGNS, SECOND) == CAMPAIGNS[:1]
    new = Campaign("New")
    assert earlier_campaigns(CAMPAIGNS, new) == CAMPAIGNS
    assert earlier_campaigns(CAMPAIGNS, new, "Second") == CAMPAIGNS[:1]
    assert earlier_campaigns(CAMPAIGNS, replace(new, name="First"), "Second") == ()
    assert earlier_campaigns((), new, "Gone") == ()


def test_the_pages_button_cuts_campaigns_as_the_function_does():
    at = button(open_page("pages/campaigns.py"), "Load the sample store").click().run()
    first = usual_campaign("reactivation", segments=("At risk", "Lapsed"), order_value=30.0)
    first = replace(first, name="One", terms=replace(first.terms, lift=0.05))
    costly = replace(first.terms, contact_cost=0.05, offer=Offer("percentage", 0.1))
    campaigns = (
        first,
        replace(first, name="Two", segments=("At risk",), terms=costly),
        replace(first, name="Three", segments=("All customers",), terms=costly),
    )
    at.session_state["campaigns_kept"] = campaigns
    at = at.switch_page("pages/campaign_calendar.py").run()
    box = at.slider(key="plan_budget")
    at = box.set_value(box.min + 60 * box.step).run()
    budget = at.slider(key="plan_budget").value
    button(at, "Cut the campaigns to the best split").click().run()
    assert not at.exception

    orders = shared_sample("store")
    customers = summarise_customers(orders)
    model = fit_cltv(customers, model_of_the_page(orders))
    stage = assign_segments(customers, predict_cltv(model, customers, intervals=False))["stage"]
    members = {
        "One": stage.isin(["at_risk", "lapsed"]),
        "Two": stage == "at_risk",
        "Three": np.ones(len(customers), dtype=bool),
    }
    left_out = {
        campaign.name: suppressions(
            campaign,
            customers,
            as_of=orders.end,
            signals=signals(orders),
            contacts=usable_contacts(contacts(orders)),
        )
        for campaign in campaigns
    }
    cut = cut_to_budget(model, customers, campaigns, members, budget, left_out=left_out)
    assert at.session_state["campaigns_kept"] == cut
    assert cut != campaigns


def model_of_the_page(orders):
    """Which purchase model the page's "auto" picks."""
    from retention.evaluation.backtest import backtest

    return backtest(orders, purchase_model="auto").purchase_model
