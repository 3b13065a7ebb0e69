"""What to do next: ranked, disjoint, planned as the planner plans, and nothing without its data."""

from dataclasses import replace
from datetime import date
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from retention import (
    MeasuredLift,
    Orders,
    contacts,
    customer_hashes,
    fit_cltv,
    lift_source,
    next_actions,
    plan_campaign,
    predict_cltv,
    read_orders,
    signals,
    summarise_customers,
    suppressions,
    usable_contacts,
)
from retention.actions.ranking import (
    MOST_ACTIONS,
    NO_AMOUNTS,
    NO_CONSENT,
    NO_CONTACT,
    largest_gap,
    next_actions_of,
)
from retention.campaigns.campaign import CHANNELS
from retention.campaigns.starting import ENOUGH_CUSTOMERS
from retention.history.order_history import history_of
from tests.support.orders_stub import orders_of


@pytest.fixture(scope="module")
def found(store):
    return next_actions(*store)


def without(orders, *columns):
    """The store's orders read again without some columns."""
    frame = orders.table.to_pandas()
    names = {"customer_id": "customer_id", "ordered_at": "ordered_at", "order_id": "order_id"}
    names |= {name: name for name in ("revenue", "channel", "discount") if name not in columns}
    return read_orders(frame[list(names)], names)


def test_actions_are_ranked_by_their_expected_gain_and_every_one_pays(found):
    gains = [action.gain.expected for action in found.actions]
    assert 2 <= len(gains) <= MOST_ACTIONS
    assert gains == sorted(gains, reverse=True)
    assert gains[-1] > 0
    assert all(a.worth.low < a.worth.expected < a.worth.high for a in found.actions)


def test_actions_start_from_the_lift_that_tests_have_measured(store, found):
    tested = found.actions[0].campaign.strategy
    lift = MeasuredLift(
        name="Spring",
        strategy=tested,
        stages=("vip", "lapsed"),
        lift=0.09,
        standard_error=0.01,
        addressed=900,
        held_out=300,
        end=date(2026, 3, 1),
    )
    learned = next_actions(*store, lift_source=lift_source([lift]))
    for action in learned.actions:
        terms = action.campaign.terms
        assert terms.lift_tests == (1 if action.campaign.strategy == tested else 0)
    first = next(a for a in learned.actions if a.key == found.actions[0].key)
    assert first.gain.expected > found.actions[0].gain.expected
    assert first.gain.high - first.gain.low > found.actions[0].gain.high - found.actions[0].gain.low


def test_no_customer_is_in_two_actions(found):
    ids = [customer for action in found.actions for customer in action.customers]
    assert len(ids) == len(set(ids))
    assert all(action.number >= ENOUGH_CUSTOMERS for action in found.actions)


def test_an_action_is_what_the_planner_says_of_its_campaign(store, found):
    orders, customers, model = store
    for action in found.actions:
        left_out = suppressions(
            action.campaign,
            customers,
            as_of=orders.end,
            signals=signals(orders),
            contacts=usable_contacts(contacts(orders)),
        )
        members = customers.index.isin(action.customers)
        plan = plan_campaign(model, customers, action.campaign, members, left_out=left_out)
        assert plan.economics.gain == action.gain
        assert (plan.economics.customers, plan.held) == (action.addressed, action.held_out)
        assert plan.available_customers == action.reachable
        assert f"{action.number:,}" in action.reason


def test_a_message_costs_the_same_whoever_gets_it(found):
    costs = {(a.campaign.channel, a.campaign.terms.contact_cost) for a in found.actions}
    assert len(costs) == len({channel for channel, _ in costs})


def test_without_contacts_nobody_is_said_to_be_reached(store):
    frame = store[0].table.to_pandas()[["customer_id", "ordered_at", "order_id", "revenue"]]
    numbered = frame.assign(
        customer_id="customer " + frame["customer_id"].factorize()[0].astype(str)
    )
    actions = next_actions(read_orders(numbered, {name: name for name in numbered}))
    assert actions.actions
    assert {action.reach for action in actions.actions} == {"no contact"}
    assert NO_CONTACT in actions.missing


def test_each_campaign_is_filled_in(found):
    for action in found.actions:
        assert action.campaign.segments == (action.name,)
        assert action.campaign.strategy
        assert action.campaign.holdout_share > 0
        assert action.held_out > 0


def test_a_customer_belongs_to_the_most_specific_reason_that_pays(store, facts):
    """Where nothing pays, the same people are free for the next reason."""
    _, customers, _ = store
    hashes = customer_hashes(customers.index)
    everybody = {"listed": np.ones(len(customers), dtype=bool)}
    nobody = next_actions_of(facts, lambda _: everybody, margin=0.4, hashes=hashes)
    assert nobody.actions == ()
    # Where deals alone may be sent, discount shoppers who went quiet are on that list.
    only_deals = next_actions_of(
        facts,
        lambda campaign: {} if campaign.strategy == "deals" else everybody,
        margin=0.4,
        hashes=hashes,
    )
    assert [action.key for action in only_deals.actions] == ["discount_habit"]
    all_of_them = facts.in_group("discount_shopper") & ~facts.in_stage("lapsed")
    assert set(only_deals.actions[0].customers) == set(customers.index[all_of_them])


def test_without_margin_nothing_pays(facts, store):
    orders, customers, _ = store
    suppress = partial(suppressions, customers=customers, as_of=orders.end)
    hashes = customer_hashes(customers.index)
    assert next_actions_of(facts, suppress, margin=0.0, hashes=hashes).actions == ()


def test_what_is_missing_is_said(store):
    orders, _, _ = store
    bare = without(orders, "channel", "discount")
    found = next_actions(bare)
    said = " ".join(found.missing)
    assert "a column of the channel" in said
    assert "a column of discounts" in said
    assert NO_CONSENT in found.missing
    assert not {"weak_channel", "discount_habit"} & {action.key for action in found.actions}


def test_without_amounts_an_order_value_brings_the_actions(store):
    orders, _, _ = store
    bare = without(orders, "revenue", "discount", "channel")
    assert next_actions(bare) == next_actions(bare)
    assert next_actions(bare).actions == ()
    assert next_actions(bare).missing == (NO_AMOUNTS,)
    priced = next_actions(bare, order_value=36.0)
    assert priced.actions
    assert priced.actions[0].gain.expected > 0


def test_a_tiny_store_says_what_it_lacks():
    rows = [(f"c{n % 6}", f"2024-0{1 + n % 6}-11", 20.0) for n in range(12)]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])
    names = {name: name for name in frame}
    found = next_actions(read_orders(frame, names))
    assert found.actions == ()
    assert len(found.missing) >= 1


def test_a_day_without_history_has_no_actions():
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(40)],
            "ordered_at": "2024-05-11",
            "revenue": 20.0,
        }
    )
    orders = read_orders(frame, {name: name for name in frame})
    assert next_actions(orders, summarise_customers(orders)).actions == ()


def test_where_a_channel_reaches_nobody_the_campaign_goes_by_email(store, facts):
    orders, customers, _ = store
    reorders = pd.DataFrame(
        {
            "customer_id": customers.index[:200],
            "product": "Beans",
            "week": "this week",
            "basis": "own",
        }
    )
    by_hand = replace(facts, reorders=reorders, contacts=facts.contacts.drop(columns="phone"))
    suppress = partial(suppressions, customers=customers, as_of=orders.end)
    hashes = customer_hashes(customers.index)
    found = next_actions_of(by_hand, suppress, margin=0.4, hashes=hashes)
    due = next(action for action in found.actions if action.key == "reorders_due")
    assert due.campaign.channel == "email"
    assert "Beans" in due.reason
    with_phones = replace(by_hand, contacts=facts.contacts)
    found = next_actions_of(with_phones, suppress, margin=0.4, hashes=hashes)
    due = next(action for action in found.actions if action.key == "reorders_due")
    assert due.campaign.channel == "sms"


def test_gains_grow_with_the_margin(facts, store):
    orders, customers, _ = store
    suppress = partial(suppressions, customers=customers, as_of=orders.end)
    hashes = customer_hashes(customers.index)
    sums = [
        sum(
            action.gain.expected
            for action in next_actions_of(facts, suppress, margin=margin, hashes=hashes).actions
        )
        for margin in (0.2, 0.4, 0.8)
    ]
    assert all(more > less for less, more in pairwise(sums))


def test_people_are_worth_what_is_left_after_the_margin(store, found):
    _, customers, model = store
    scores = predict_cltv(model, customers, margin=0.4, intervals=False)
    for action in found.actions:
        assert action.worth.expected == pytest.approx(scores.loc[action.customers, "cltv"].sum())


def test_messages_cost_what_the_store_says(store):
    costs = dict.fromkeys(CHANNELS, 0.03)
    actions = next_actions(*store, contact_costs=costs).actions
    assert actions
    assert {action.campaign.terms.contact_cost for action in actions} == {0.03}


def orders_with_a_sale(end: str) -> Orders:
    """Two and a half years of orders of about 100, and 3 days of 20 before `end`."""
    random = np.random.default_rng(5)
    days = pd.date_range("2024-01-01", "2026-06-30")
    everyday = pd.DataFrame({"ordered_at": np.repeat(days, 4), "revenue": 100.0})
    sale = pd.date_range(end=end, periods=3)
    peak = pd.DataFrame({"ordered_at": np.repeat(sale, 150), "revenue": 20.0})
    frame = pd.concat([everyday, peak], ignore_index=True)
    frame["revenue"] *= random.lognormal(0, 0.2, len(frame))
    frame["customer_id"] = [f"c{n}" for n in random.integers(0, 2_500, len(frame))]
    return orders_of(frame, end="2026-06-30")


@pytest.mark.parametrize(("sale", "lasting"), [("2026-06-30", False), ("2026-05-20", True)])
def test_a_gap_that_rests_on_a_peak_in_the_last_week_is_none(sale, lasting):
    orders = orders_with_a_sale(sale)
    customers = summarise_customers(orders)
    with history_of(orders) as history:
        gap, missing = largest_gap(history, fit_cltv(customers), customers)
    if lasting:
        assert gap is not None
        assert gap.metric in {"average_order_value", "returning_order_value"}
        assert not missing
    else:
        assert gap is None
        assert "not for the year that ends a week earlier" in missing
