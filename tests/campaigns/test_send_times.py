"""When to send: days until an order is due, and who is left at each message."""

from dataclasses import replace

import numpy as np
import pytest

from retention import (
    Campaign,
    Message,
    Offer,
    Terms,
    fit_cltv,
    next_order,
    plan_campaign,
    purchase_probability,
)
from retention.campaigns.send_times import due_in, due_labels, due_table, sequence_table
from retention.own_segments.features import typical_wait
from tests.support.histories import cdnow


def test_an_order_is_due_when_half_of_such_customers_have_ordered():
    customers = cdnow()
    model = fit_cltv(customers)
    days = due_in(customers, typical_wait(model, customers))
    at = int(
        np.flatnonzero(
            (customers["frequency"] > 2) & (customers["recency"] == customers["T"] - 10)
        )[0]
    )
    one = customers.iloc[at]
    # From the day of the last order on, the customer waits as if seen until that day.
    wait = next_order(model, int(one["frequency"]), one["recency"], one["recency"]).middle
    assert days[at] == np.ceil(wait) - 10


def test_days_are_counted_to_the_names_they_belong_to():
    days = np.array([-40, -1, -0.5, 0, 1, 7, 8, 30, 31, 5000, np.nan])
    assert list(due_labels(days)) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5]


@pytest.fixture(scope="module")
def model():
    return fit_cltv(cdnow())


def test_the_table_counts_who_is_addressed(model):
    customers = cdnow().head(500)
    campaign = Campaign("x", terms=Terms(0.1, Offer("amount", 2)), holdout_share=0.2, size=300)
    plan = plan_campaign(model, customers, campaign)
    days = due_in(customers, typical_wait(model, customers))
    found = due_table(plan, days)
    expected = np.bincount(due_labels(days[plan.addressed]), minlength=6)
    assert list(found["customers"]) == list(expected)
    assert found["gain"].sum() == pytest.approx(plan.economics.gain.expected)


def test_the_sequence_counts_who_is_still_in_it_and_the_offer_in_force(model):
    customers = cdnow().head(400)
    messages = (
        Message(0, "One", ""),
        Message(4, "Two", "opening"),
        Message(9, "Three", ""),
        Message(15, "Four"),
    )
    campaign = Campaign(
        "x", messages=messages, terms=Terms(offer=Offer("amount", 2)), holdout_share=0.0
    )
    table = sequence_table(plan_campaign(model, customers, campaign))
    assert list(table["offer"]) == ["", "opening", "opening", "offer"]
    gone = [0.0, *(purchase_probability(model, customers, day).sum() for day in (4, 9, 15))]
    assert table["customers"].to_numpy() == pytest.approx(400 - np.array(gone))
    half = replace(campaign, holdout_share=0.5)
    plan = plan_campaign(model, customers, half)
    assert sequence_table(plan)["customers"].iloc[0] == plan.economics.customers < 250
