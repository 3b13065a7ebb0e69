"""Settings of the wrong type are refused in words, as settings out of range are."""

import numpy as np
import pandas as pd
import pytest

import retention
from retention import RetentionError
from tests.support.histories import cdnow

WRONG = ["5", None, float("nan"), [3], True]


@pytest.fixture(scope="module")
def model():
    return retention.fit_cltv(cdnow())


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_settings_that_are_no_numbers(model, wrong):
    customers = cdnow()
    orders = retention.sample_orders("store", customers=60)
    asked = [
        lambda: retention.predict_cltv(model, customers, horizon_days=wrong),
        lambda: retention.predict_cltv(model, customers, annual_discount_rate=wrong),
        lambda: retention.predict_cltv(model, customers, margin=wrong),
        lambda: retention.value_uncertainty(model, customers, wrong),
        lambda: retention.Terms(lift=wrong),
        lambda: retention.Offer("amount", wrong),
        lambda: retention.Terms(offer=wrong),
        lambda: retention.Campaign("x", holdout_share=wrong),
        lambda: retention.Campaign("x", most_messages=wrong),
        lambda: retention.Campaign("x", size=wrong),
        lambda: retention.scorecard(orders, active_days=wrong),
    ]
    if wrong is not None:
        asked.append(lambda: retention.backtest(orders, wrong))
    for ask in asked:
        with pytest.raises(RetentionError):
            ask()


@pytest.mark.parametrize(
    "customers",
    [
        None,
        pd.DataFrame(),
        cdnow().assign(frequency=lambda frame: frame["frequency"].astype(str)),
        pd.concat([cdnow(), cdnow()[["T"]]], axis=1),
    ],
    ids=["none", "empty", "texts", "a column twice"],
)
def test_tables_that_are_none(model, customers):
    for ask in (
        lambda: retention.fit_cltv(customers),
        lambda: retention.predict_cltv(model, customers),
    ):
        with pytest.raises(RetentionError):
            ask()


def test_campaigns_of_other_things():
    for wrong in ({"segments": "at_risk"}, {"messages": ("a",)}, {"terms": None}):
        with pytest.raises(RetentionError):
            retention.Campaign("x", **wrong)
    assert retention.Campaign("x", size=np.int64(20)).size == 20


def test_members_may_be_a_list(model):
    customers = cdnow()
    some = customers["frequency"] > 1
    campaign = retention.Campaign("x")
    one, other = (
        retention.plan_campaign(model, customers, campaign, members)
        for members in (some, some.tolist())
    )
    assert one.economics.gain == other.economics.gain


def test_contacts_with_a_customer_twice_are_refused():
    contacts = pd.DataFrame({"email": ["a@x.com", "b@x.com"]}, index=["a", "a"])
    with pytest.raises(RetentionError, match="more than once"):
        retention.export_audience(["a"], "plain", contacts=contacts)
