"""When groups are kept, replaced and left as they are; and what tells tests apart."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from retention import Campaign, fit_cltv, plan_campaign, read_orders, summarise_customers
from retention.campaigns.plan import CampaignPlan
from retention.view.results.words import EMPTY
from retention.view.session import campaign_tests
from tests.experiments.tested_shop import START, campaign_test, order_csv

BEFORE = date(2026, 2, 20)


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


@pytest.fixture(scope="module")
def plan() -> CampaignPlan:
    customers = summarise_customers(read_orders(order_csv(BEFORE), name="orders.csv"))
    campaign = Campaign("Hello", segments=("All",), starts_on=date.today() + timedelta(days=9))
    return plan_campaign(
        fit_cltv(customers), customers, campaign, np.ones(len(customers), dtype=bool)
    )


def test_a_campaign_goes_out_with_both_groups_and_its_days(plan):
    campaign_tests.goes_out(plan, BEFORE)
    (test,) = campaign_tests.tests()
    assert test.start == plan.campaign.starts_on
    assert test.days == plan.campaign.window_days
    sizes = test.groups["group"].value_counts()
    assert sizes["addressed"] == len(plan.addressed)
    assert sizes["held_out"] == len(plan.held_out)


def test_before_its_start_a_new_draw_replaces_the_first(plan):
    campaign_tests.goes_out(plan, BEFORE)
    first = campaign_tests.test_named("Hello")
    campaign_tests.goes_out(plan, BEFORE)
    assert campaign_tests.test_named("Hello") is not first


def test_once_it_has_begun_the_draw_stays_until_it_starts_again(plan):
    begun = replace(campaign_test("Hello"), start=START)
    campaign_tests.keep_test(begun)
    campaign_tests.goes_out(plan, START)
    assert campaign_tests.test_named("Hello") is begun
    campaign_tests.goes_out(plan, BEFORE)  # by the calendar it has begun
    assert campaign_tests.test_named("Hello") is begun
    campaign_tests.goes_out(plan, START, again=True)
    assert campaign_tests.test_named("Hello") is not begun


def test_digests_tell_tests_of_one_name_apart():
    test = campaign_test()
    campaign_tests.keep_test(test)
    first = campaign_tests.digest_of(test)
    assert campaign_tests.digest_of(test) == first
    swapped = test.groups.assign(group=test.groups["group"].to_numpy()[::-1])
    assert campaign_tests.digest_of(replace(test, groups=swapped)) != first
    assert campaign_tests.digest_of(replace(test, end=test.end + timedelta(days=1))) != first


def test_a_finished_test_is_unread_until_it_was_opened():
    test = campaign_test()
    campaign_tests.keep_test(test)
    assert campaign_tests.unread(BEFORE) == ()
    assert campaign_tests.unread(test.end) == ()  # its last day may have been cut at noon
    assert campaign_tests.unread(test.window.look_on) == (test,)
    campaign_tests.mark_read(test)
    assert campaign_tests.unread(test.window.look_on) == ()


def test_what_is_noted_of_tests_comes_back_in_another_session(monkeypatch):
    test, other = campaign_test(), campaign_test("Other")
    campaign_tests.keep_test(test)
    campaign_tests.mark_read(test)
    campaign_tests.keep_sent(test.name, frozenset({"a", "b"}))
    campaign_tests.keep_drawn_again(other)
    noted = campaign_tests.notes()
    monkeypatch.setattr(st, "session_state", {})
    campaign_tests.keep_all_tests((test, other))
    campaign_tests.keep_all_notes(noted)
    assert campaign_tests.unread(test.window.look_on) == (other,)
    assert campaign_tests.sent_of(test.name) == {"a", "b"}
    assert campaign_tests.sent_of("Other") is None
    assert campaign_tests.drawn_again() == {"Other"}


def test_a_test_that_is_forgotten_leaves_no_note():
    test = campaign_test()
    campaign_tests.keep_test(test)
    campaign_tests.mark_read(test)
    campaign_tests.keep_sent(test.name, frozenset({"a"}))
    campaign_tests.forget_test(test.name)
    campaign_tests.keep_test(test)
    assert campaign_tests.notes() == ()


def test_roles_are_those_of_the_kept_groups():
    test = campaign_test()
    campaign_tests.keep_test(test)
    rows = test.groups.drop_duplicates("group").set_index("group")["customer_id"]
    assert campaign_tests.roles_of(rows["addressed"]) == {"Spring mail": "Addressed"}
    assert campaign_tests.roles_of(rows["held_out"]) == {"Spring mail": "Held out"}
    assert campaign_tests.roles_of("nobody@example.com") == {}
    assert isinstance(test.groups, pd.DataFrame)


def test_the_page_without_campaigns_says_two_ways_to_begin():
    assert "download its audience files" in EMPTY
    assert "another tool has sent" in EMPTY


def test_what_is_out_is_history_and_what_waits_is_planned():
    test = campaign_test("Hello")
    campaign_tests.keep_test(test)
    before_start = START - timedelta(days=1)
    assert campaign_tests.gone_out(START) == (test,)
    assert campaign_tests.is_out(test.campaign, START)
    assert campaign_tests.waiting_test("Hello", START) is None
    later = date.today() + timedelta(days=9)
    waits = replace(test, start=later, end=later + timedelta(days=9))
    campaign_tests.keep_test(waits)
    assert campaign_tests.gone_out(before_start) == ()
    assert not campaign_tests.is_out(test.campaign, before_start)
    assert campaign_tests.waiting_test("Hello", before_start) is waits


def test_another_campaign_with_the_name_of_one_that_is_out_is_not_out():
    campaign_tests.keep_test(campaign_test("Hello"))
    assert not campaign_tests.is_out(Campaign("Hello", holdout_key="Another draw"), START)
    assert not campaign_tests.is_out(Campaign("Bye"), START)


def test_a_test_runs_on_its_first_and_its_last_day_and_not_after():
    test = campaign_test("Hello")
    campaign_tests.keep_test(test)
    day = timedelta(days=1)
    running = [
        bool(campaign_tests.running_on(on))
        for on in (test.start - day, test.start, test.end, test.end + day)
    ]
    assert running == [False, True, True, False]


def test_groups_that_a_plan_has_taken_over_are_not_kept_anew(plan):
    campaign_tests.goes_out(plan, BEFORE)
    first = campaign_tests.test_named("Hello")
    held = np.zeros(len(plan.reachable.hashes), dtype=bool)
    taken_over = replace(plan, reachable=replace(plan.reachable, held=held))
    campaign_tests.goes_out(taken_over, BEFORE)
    assert campaign_tests.test_named("Hello") is first
