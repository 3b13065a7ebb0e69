"""One budget over several campaigns: no other split of it gains more."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from retention import (
    Campaign,
    DataError,
    Offer,
    Terms,
    budget_curve,
    customer_hashes,
    fit_cltv,
    plan_of,
    queue,
    reachable_of,
    split_budget,
)
from retention.campaigns.budget import Queue, cut_to
from retention.campaigns.campaign import BEST
from retention.campaigns.economics import expected_costs, expected_gains
from tests.support.histories import cdnow

CAMPAIGNS = (
    Campaign(
        "One order",
        holdout_share=0.0,
        terms=Terms(0.06, Offer("amount", 3), Offer(), 0.8, 0.05, 0.6),
    ),
    Campaign(
        "Repeat",
        holdout_share=0.0,
        terms=Terms(0.09, Offer("percentage", 0.1), Offer(), 1.0, 0.15, 0.5),
        window_days=60,
    ),
    Campaign("Loyal", holdout_share=0.0, terms=Terms(0.12, Offer(), Offer(), 1.0, 0.8, 0.4)),
)


@pytest.fixture(scope="module")
def audiences():
    customers = cdnow()
    model, hashes = fit_cltv(customers), customer_hashes(customers.index)
    frequency = customers["frequency"]
    segments = (frequency == 0, frequency.between(1, 3), frequency > 3)
    return [
        reachable_of(model, customers, campaign, hashes, inside)
        for campaign, inside in zip(CAMPAIGNS, segments, strict=True)
    ]


@pytest.fixture(scope="module")
def line(audiences):
    return queue(
        [
            plan_of(audience, campaign)
            for audience, campaign in zip(audiences, CAMPAIGNS, strict=True)
        ]
    )


def best_within(audience, campaign, budget):
    """What a campaign gains with a budget of its own: customers one by one by gain for cost."""
    gains = expected_gains(audience.ledger, campaign.terms)
    costs = expected_costs(audience.ledger, campaign.terms)
    total = 0.0
    for at in sorted(range(len(gains)), key=lambda at: -gains[at] / costs[at]):
        if gains[at] > 0 and costs[at] <= budget:
            budget -= costs[at]
            total += gains[at]
    return total


@pytest.mark.parametrize("budget", [40.0, 150.0, 400.0])
def test_the_split_beats_every_other_on_a_grid(audiences, line, budget):
    found = split_budget(line, budget)
    assert found["cost"].sum() <= budget
    shares = np.linspace(0, 1, 11)
    for one, two in product(shares, shares):
        if one + two > 1 + 1e-9:
            continue
        parts = budget * np.array([one, two, max(1 - one - two, 0)])
        other = sum(map(best_within, audiences, CAMPAIGNS, parts))
        # The last customer may not fit: so much, and no more, can be missing.
        assert found["gain"].sum() >= other - line.gain.max()
    assert found["gain"].sum() >= found["even_gain"].sum() - line.gain.max()


def test_money_without_end_addresses_everybody_who_is_worth_it(audiences, line):
    found = split_budget(line, 1e9)
    for number, (audience, campaign) in enumerate(zip(audiences, CAMPAIGNS, strict=True)):
        gains = expected_gains(audience.ledger, campaign.terms)
        assert (
            found.loc[number, "customers"]
            == found.loc[number, "even_customers"]
            == (gains > 0).sum()
        )
        assert found.loc[number, "gain"] == pytest.approx(gains[gains > 0].sum())


def test_no_budget_addresses_nobody_and_a_negative_one_is_refused(line):
    assert split_budget(line, 0)[["customers", "cost", "gain"]].sum().sum() == 0
    with pytest.raises(DataError, match="budget"):
        split_budget(line, -1)


def test_each_unit_of_money_brings_less_than_the_one_before(line):
    curve = budget_curve(line)
    slopes = np.diff(curve["gain"]) / np.diff(curve["budget"])
    assert (np.diff(slopes) <= 1e-9).all()
    assert curve["gain"].iloc[-1] == pytest.approx(line.gain.sum())


def test_campaigns_of_which_none_is_worth_it_have_an_empty_queue(audiences):
    terms = Terms(0.0, Offer("amount", 5), contact_cost=1)
    hopeless = [
        replace(campaign, name="No", holdout_share=0.0, terms=terms) for campaign in CAMPAIGNS
    ]
    line = queue(
        [
            plan_of(audience, campaign)
            for audience, campaign in zip(audiences, hopeless, strict=True)
        ]
    )
    assert not len(line.cost)
    assert split_budget(line, 100)["customers"].sum() == 0
    assert len(budget_curve(line)) == 1


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8, 1.0])
def test_campaigns_cut_to_their_parts_of_a_budget_keep_it_and_gain_what_the_split_said(
    audiences, line, share
):
    budget = share * line.cost.sum()
    found = split_budget(line, budget)
    cost = gain = 0.0
    for number, audience in enumerate(audiences):
        cut = cut_to(plan_of(audience, CAMPAIGNS[number]), found.loc[number, "cost"])
        if cut is None:
            assert found.loc[number, "customers"] == 0
            continue
        plan = plan_of(audience, cut)
        cost += plan.economics.cost
        gain += plan.economics.gain.expected
        # One more customer would cost more than there is, or gain nothing.
        more = plan_of(audience, replace(cut, size=plan.size + 1)).economics
        assert (
            more.cost > found.loc[number, "cost"]
            or more.gain.expected <= plan.economics.gain.expected + 1e-9
        )
    assert cost <= budget * (1 + 1e-9)
    assert gain == pytest.approx(found["gain"].sum(), abs=3 * line.gain.max())


def test_a_cut_by_gain_would_cost_more_than_the_split_said(audiences):
    """Where costs follow the order's value, a number of customers alone does not hold a budget.

    The customers who gain most cost most.
    """
    percentage = replace(CAMPAIGNS[1], terms=replace(CAMPAIGNS[1].terms, anyway_share=0.3))
    plan = plan_of(audiences[1], percentage)
    budget = 0.3 * queue([plan]).cost.sum()
    cut = cut_to(plan, budget)
    within, beyond = (
        plan_of(audiences[1], one).economics for one in (cut, replace(cut, ranked_by="gain"))
    )
    assert within.cost <= budget < beyond.cost
    assert within.gain.expected / within.cost > beyond.gain.expected / beyond.cost


def test_a_cut_never_exceeds_the_marketers_own(audiences):
    own = plan_of(audiences[0], replace(CAMPAIGNS[0], size=30))
    assert cut_to(own, 1e9).size == 30
    free = replace(CAMPAIGNS[0], size=30, terms=Terms(0.06, Offer(), Offer(), 0.0, 0.0, 0.6))
    plan = plan_of(audiences[0], free)
    cut = plan_of(audiences[0], cut_to(plan, 0.0))
    # Without a cost those who gain most come first.
    assert (cut.size, cut.economics.gain.expected) == (
        30,
        pytest.approx(plan.economics.gain.expected),
    )
    assert cut_to(plan_of(audiences[1], CAMPAIGNS[1]), 0.0) is None
    assert cut_to(plan_of(audiences[2], CAMPAIGNS[2]), 1e9) == CAMPAIGNS[2]


def test_held_out_customers_come_on_top_of_the_cut(audiences):
    campaign = replace(CAMPAIGNS[0], holdout_share=0.3)
    plan = plan_of(audiences[0], campaign)
    cut = plan_of(audiences[0], cut_to(plan, plan.economics.cost / 2))
    assert cut.economics.cost == pytest.approx(plan.economics.cost / 2, rel=0.02)
    assert cut.held == pytest.approx(0.3 * cut.size, abs=1)


def test_customers_given_twice_are_refused(audiences):
    plans = [plan_of(audiences[0], CAMPAIGNS[0]), plan_of(audiences[1], CAMPAIGNS[1])]
    with pytest.raises(DataError, match=r"the same customers.*: One order, Repeat, One order"):
        queue([*plans, plans[0]])
    with pytest.raises(DataError, match="the same customers"):
        queue([*plans, plan_of(audiences[0], replace(CAMPAIGNS[0], size=20))])


def test_a_cut_and_a_holdout_hold_for_the_budget_too(audiences):
    cut = replace(CAMPAIGNS[0], size=20, holdout_share=0.5)
    plan = plan_of(audiences[0], cut)
    found = split_budget(queue([plan]), 1e9)
    assert found.loc[0, "customers"] == plan.economics.customers == 10
    assert found.loc[0, "cost"] == pytest.approx(plan.economics.cost)


@given(st.integers(0, 10_000), st.integers(2, 11), st.floats(0, 1))
@settings(max_examples=60)
def test_few_customers_are_chosen_as_well_as_can_be(seed, number, part):
    rng = np.random.default_rng(seed)
    cost, gain = rng.gamma(1, 1, number), rng.gamma(1, 1, number)
    order = np.argsort(-gain / cost)
    cost, gain = cost[order], gain[order]
    own = rng.integers(0, 2, number)
    line = Queue(
        2, own, np.arange(number), np.ones(number), gain, cost, np.cumsum(cost), np.cumsum(gain)
    )
    budget = part * cost.sum()
    found = split_budget(line, budget)
    picks = np.array(list(product((0, 1), repeat=number)))
    # A sum that is the budget but for its rounding may be paid or not: the order of adding decides.
    best, at_most = (
        (picks @ gain)[picks @ cost <= budget * edge].max() for edge in (1 - 1e-9, 1 + 1e-9)
    )
    assert best * (1 - 1e-3) <= found["gain"].sum() <= at_most * (1 + 1e-9)
    assert found["cost"].sum() <= budget * (1 + 1e-9)
    assert found["even_gain"].sum() <= found["gain"].sum() + 1e-9


def test_a_budget_pays_for_a_part_of_customers_who_are_alike():
    line = Queue(
        1,
        np.zeros(1, int),
        np.zeros(1, int),
        *(np.array([x]) for x in (1000.0, 500.0, 100.0, 100.0, 500.0)),
    )
    found = split_budget(line, 5.05)
    assert found.loc[0, "customers"] == 50
    assert found.loc[0, "cost"] == pytest.approx(5)
    assert found.loc[0, "gain"] == pytest.approx(25)


def test_what_a_budget_cannot_be_split_over_is_said(audiences, line):
    with pytest.raises(DataError) as refusal:
        queue([])
    assert str(refusal.value) == "There is no plan to spend a budget on. Give one or more."
    plan = plan_of(audiences[0], CAMPAIGNS[0])
    with pytest.raises(DataError) as refusal:
        queue([plan, plan])
    assert str(refusal.value) == (
        "Two of these plans address the same customers, who would be paid for twice: One order, "
        "One order. Plan the later ones with `left_out`."
    )
    with pytest.raises(DataError) as refusal:
        split_budget(line, -0.01)
    assert str(refusal.value) == "The budget is -0.01. Give an amount of 0 or more."


def test_a_plan_that_addresses_nobody_may_stand_beside_another_of_the_same_customers(audiences):
    plan = plan_of(audiences[0], CAMPAIGNS[0])
    hopeless = replace(CAMPAIGNS[0].terms, lift=0.0)
    nobody = plan_of(audiences[0], replace(CAMPAIGNS[0], terms=hopeless, size=BEST))
    assert nobody.size == 0
    assert queue([plan, nobody]).campaigns == 2


def test_the_queue_runs_from_the_highest_gain_for_each_unit_of_cost(audiences, line):
    ratio = line.gain / line.cost
    assert (np.diff(ratio) <= 1e-12).all()
    assert (line.gain > 0).all()
    assert line.spent == pytest.approx(np.cumsum(line.cost))
    assert line.gained == pytest.approx(np.cumsum(line.gain))
    assert line.campaigns == 3
    for number, audience in enumerate(audiences):
        own = line.campaign == number
        terms, cells = CAMPAIGNS[number].terms, line.cell[own]
        customers = audience.ledger.customers[cells]
        assert line.customers[own] == pytest.approx(customers)
        assert line.gain[own] == pytest.approx(
            expected_gains(audience.ledger, terms)[cells] * customers
        )
        assert line.cost[own] == pytest.approx(
            expected_costs(audience.ledger, terms)[cells] * customers
        )


def line_of(cost, gain, customers=None, campaign=None) -> Queue:
    """A queue of these cells, one customer each unless given."""
    cost, gain = np.array(cost, float), np.array(gain, float)
    number = len(cost)
    return Queue(
        1 if campaign is None else max(campaign) + 1,
        np.zeros(number, int) if campaign is None else np.array(campaign),
        np.arange(number),
        np.ones(number) if customers is None else np.array(customers, float),
        gain,
        cost,
        np.cumsum(cost),
        np.cumsum(gain),
    )


def test_what_the_next_one_leaves_pays_for_later_ones_that_still_fit():
    # More customers than are looked at one by one: the third costs too much, the last ones do not.
    number = 130
    cost = [2.0, 2.0, 50.0, *[1.0] * (number - 3)]
    gain = [20.0, 18.0, 400.0, *[3.0] * (number - 3)]
    found = split_budget(line_of(cost, gain), 7.0)
    assert found.loc[0, ["customers", "cost", "gain"]].tolist() == [5, 7.0, 47.0]


def test_a_budget_that_just_pays_for_a_customer_pays_for_them():
    found = split_budget(line_of([3.0, 4.0], [6.0, 4.0]), 7.0)
    assert found.loc[0, ["customers", "cost", "gain"]].tolist() == [2, 7.0, 10.0]
    found = split_budget(line_of([3.0, 4.0], [6.0, 4.0]), 6.99)
    assert found.loc[0, ["customers", "cost", "gain"]].tolist() == [1, 3.0, 6.0]


def test_an_even_split_leaves_what_a_campaign_cannot_spend():
    line = line_of([4.0, 1.0, 4.0], [12.0, 2.0, 7.0], campaign=[0, 1, 1])
    found = split_budget(line, 8.0)
    # The best split pays for both dear ones; each campaign with its half buys what it can.
    assert found["customers"].tolist() == [1, 1]
    assert found["gain"].tolist() == [12.0, 7.0]
    assert found["even_customers"].tolist() == [1, 1]
    assert found["even_cost"].tolist() == [4.0, 1.0]
    assert found["even_gain"].tolist() == [12.0, 2.0]
    assert found.index.name == "campaign"


def test_a_part_of_a_cell_leaves_the_rest_of_the_money_to_later_ones():
    line = line_of([10.0, 1.5], [40.0, 3.0], customers=[5, 1])
    found = split_budget(line, 5.6)
    # Two of five alike customers cost 4, and the rest pays for the last one.
    assert found.loc[0, ["customers", "cost", "gain"]].tolist() == [3, 5.5, 19.0]


def test_a_part_of_a_cell_leaves_no_more_than_the_rest_of_the_money():
    # Of 5.60 two of five alike customers take 4. The next one costs too much, the last does not.
    found = split_budget(line_of([10.0, 3.0, 1.5], [40.0, 6.0, 2.0], customers=[5, 1, 1]), 5.6)
    assert found.loc[0, ["customers", "cost", "gain"]].tolist() == [3, 5.5, 18.0]
    assert found["customers"].dtype == int


def test_one_of_two_alike_customers_is_paid_for():
    found = split_budget(line_of([10.0], [30.0], customers=[2]), 5.0)
    assert found.loc[0, ["customers", "cost", "gain"]].tolist() == [1, 5.0, 15.0]


def test_the_rest_pays_for_the_cheap_behind_the_dear_and_is_spent_to_the_last_cent():
    costs, gains = [2.0, 9.0, 3.0, 4.0, 2.0], [8.0, 27.0, 6.0, 7.0, 3.0]
    line = line_of(costs, gains, customers=[2, 1, 1, 1, 1])
    for budget, cost, gain in ((7.5, 7.0, 17.0), (5.0, 5.0, 14.0), (4.99, 4.0, 11.0)):
        found = split_budget(line, budget)
        assert found.loc[0, ["cost", "gain"]].tolist() == [cost, gain]


def test_of_three_campaigns_each_spends_its_third_on_its_own_customers():
    line = line_of([2.0, 3.0, 4.0], [8.0, 6.0, 4.0], campaign=[0, 1, 2])
    found = split_budget(line, 9.0)
    assert found["even_cost"].tolist() == [2.0, 3.0, 0.0]
    assert split_budget(line, 12.0)["even_cost"].tolist() == [2.0, 3.0, 4.0]
    assert found["cost"].tolist() == [2.0, 3.0, 4.0]


def test_only_customers_who_are_addressed_and_gain_something_are_in_the_queue(audiences):
    plan = plan_of(audiences[0], replace(CAMPAIGNS[0], size=20))
    line = queue([plan])
    assert line.customers.sum() == 20
    assert (line.customers > 0).all()
    nothing = Terms(0.0, Offer(), Offer(), 0.0, 0.0, 0.6)
    assert not len(queue([plan_of(audiences[0], replace(CAMPAIGNS[0], terms=nothing))]).cell)


def test_customers_of_a_cell_gain_and_cost_together(monkeypatch):
    monkeypatch.setattr("retention.campaigns.ledger.EXACT", 0)
    customers = cdnow()
    hashes, inside = customer_hashes(customers.index), customers["frequency"].between(1, 3)
    audience = reachable_of(fit_cltv(customers), customers, CAMPAIGNS[1], hashes, inside)
    plan = plan_of(audience, CAMPAIGNS[1])
    line = queue([plan])
    assert line.customers.max() == 2
    costs = expected_costs(audience.ledger, CAMPAIGNS[1].terms)[line.cell]
    assert line.cost == pytest.approx(costs * line.customers)
    assert line.gain == pytest.approx(plan.gains[line.cell] * line.customers)


def test_a_campaign_that_is_worth_it_for_nobody_is_cut_to_nothing(audiences):
    hopeless = replace(CAMPAIGNS[0], terms=replace(CAMPAIGNS[0].terms, lift=0.0), size=BEST)
    assert cut_to(plan_of(audiences[0], hopeless), 5.0) is None


def test_the_curve_of_a_budget_has_every_step_of_a_short_queue():
    curve = budget_curve(line_of([1.0, 2.0, 4.0], [5.0, 6.0, 7.0]))
    assert curve["budget"].tolist() == [0.0, 1.0, 3.0, 7.0]
    assert curve["gain"].tolist() == [0.0, 5.0, 11.0, 18.0]
    long = budget_curve(line_of(np.ones(1_000), np.ones(1_000)))
    assert long["budget"].tolist() == [10.0 * step for step in range(101)]
    empty = budget_curve(line_of([], []))
    assert empty.to_dict("list") == {"budget": [0.0], "gain": [0.0]}
