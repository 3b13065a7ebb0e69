"""The sample store's campaigns come and go with it, in a session that is not there."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
import streamlit as st

from retention import Campaign, Orders, read_orders
from retention.experiments.campaign_test import CampaignTest, MeasuredLift
from retention.samples.template import order_template
from retention.view.session import campaign_tests, loaded
from retention.view.session.sample_tests import sample_tests

NAMES = ["Bonus points", "Reminder in August"]


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    # Caches of a session are there only while a page runs.
    monkeypatch.setattr(loaded, "empty_caches", lambda: None)


@pytest.fixture(scope="module")
def own_orders() -> Orders:
    return read_orders(order_template(), name="orders.csv")


def names() -> list[str]:
    return [test.name for test in campaign_tests.tests()]


def own_test(name: str) -> CampaignTest:
    groups = pd.DataFrame({"customer_id": ["a", "b"], "group": ["addressed", "held_out"]})
    return CampaignTest(
        campaign=Campaign(name), groups=groups, start=date(2026, 9, 1), end=date(2026, 9, 30)
    )


def test_the_sample_store_brings_its_campaigns():
    loaded.put_sample("store")
    assert names() == NAMES
    points, reminder = campaign_tests.tests()
    assert (points.start, points.end) == (date(2026, 9, 21), date(2026, 10, 20))
    assert points.days == points.campaign.window_days == 30
    assert points.campaign.terms.offer.fixed == 8
    assert not reminder.campaign.terms.has_offer
    assert set(points.groups["group"]) == {"addressed", "held_out"}
    customers = loaded.get().customers
    assert all(test.groups["customer_id"].isin(customers.index).all() for test in sample_tests())


def test_they_are_gone_with_it_and_own_campaigns_stay(own_orders):
    loaded.put_sample("store")
    campaign_tests.keep_test(own_test("Spring"))
    for name in ("Spring", NAMES[0]):
        campaign_tests.keep_lift(
            MeasuredLift(
                name=name, strategy="", stages=(), lift=0.1, standard_error=0.1, addressed=1,
                held_out=1, end=date(2026, 9, 30),
            )
        )  # fmt: skip
    loaded.put("orders.csv", own_orders)
    assert names() == ["Spring"]
    assert [lift.name for lift in campaign_tests.lifts()] == ["Spring"]


def test_other_data_have_none(own_orders):
    loaded.put("orders.csv", own_orders)
    assert names() == []
    loaded.put_sample("cdnow")
    assert names() == []


def test_a_campaign_of_the_same_name_stays_what_it_is(own_orders):
    own = own_test(NAMES[0])
    campaign_tests.keep_test(own)
    loaded.put_sample("store")
    assert sorted(names()) == NAMES
    assert own in campaign_tests.tests()
    loaded.put("orders.csv", own_orders)
    assert campaign_tests.tests() == (own,)


def test_they_come_once_however_often_the_store_is_opened():
    loaded.put_sample("store")
    copy = replace(campaign_tests.tests()[0])
    campaign_tests.keep_test(copy)
    loaded.put_sample("store")
    assert len(names()) == 2
    assert copy in campaign_tests.tests()
