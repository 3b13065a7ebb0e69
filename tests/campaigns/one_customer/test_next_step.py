"""What to do for a customer: the playbook's strategy of the stage, unless there is trouble."""

import re
from datetime import date

import pandas as pd
import pytest

from retention import strategies
from retention.campaigns.one_customer.next_step import (
    NO_MESSAGE,
    NO_OFFER,
    STAGE_STRATEGIES,
    next_step,
)
from retention.segments.rules import STAGES

END = date(2024, 6, 30)


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_a_strategy_that_the_playbook_means_for_it(stage):
    step = next_step(stage, "Because.", signals={}, as_of=END)
    assert step.strategy.key == STAGE_STRATEGIES[stage]
    assert stage in step.strategy.audience
    assert (step.reason, step.cautions) == ("Because.", ())
    assert step.strategy in strategies()


def test_trouble_comes_first():
    complaint = {"complained_on": pd.Timestamp("2024-06-01")}
    step = next_step("vip", "Because.", signals=complaint, as_of=END)
    assert step.strategy.key == "service_recovery"
    assert step.reason == "A complaint is open since 1 Jun 2024."


@pytest.mark.parametrize(
    ("rating", "day", "key"),
    [
        (2.0, "2024-06-01", "service_recovery"),
        (3.0, "2024-06-01", "loyalty"),
        (2.0, "2024-01-01", "loyalty"),
    ],
)
def test_a_poor_review_is_trouble_while_it_is_recent(rating, day, key):
    signals = {"last_rating": rating, "rated_on": pd.Timestamp(day)}
    assert next_step("repeat", "", signals=signals, as_of=END).strategy.key == key


def test_cautions_name_what_to_leave():
    step = next_step(
        "loyal",
        "",
        signals={"subscribed": True},
        traits=("full_price",),
        consent=False,
        as_of=END,
    )
    assert [caution.partition(":")[0] for caution in step.cautions] == [
        "Opted out",
        "Subscribed",
        "Pays full price",
    ]


def test_who_opted_out_gets_no_message_and_no_offer():
    step = next_step("at_risk", "", signals={}, consent=False, order_value=60.0, as_of=END)
    assert not step.may_write
    assert step.how == (NO_MESSAGE,)


def test_who_pays_full_price_gets_no_offer():
    step = next_step("at_risk", "", signals={}, traits=("full_price",), order_value=60.0, as_of=END)
    assert step.may_write
    assert step.how[0] == NO_OFFER
    assert not any("delivery" in line or "amount" in line for line in step.how)


def test_amounts_follow_the_customers_orders_and_have_their_currency():
    referral = next_step("vip", "", signals={}, order_value=62.0, currency="USD", as_of=END)
    assert referral.how[-1] == (
        "By this customer's orders: about $15.00 for them and $3.00 for the friend."
    )
    reactivation = next_step("lapsed", "", signals={}, order_value=62.0, currency="EUR", as_of=END)
    assert reactivation.how[-1] == "By this customer's orders, the amount is about €6.00."
    assert next_step("lapsed", "", signals={}, as_of=END).how == reactivation.strategy.how
    assert not any(re.search(r"\d{2}", line) for line in referral.strategy.how)


def test_a_refund_of_the_whole_last_order_comes_before_advocacy():
    step = next_step("vip", "Why.", signals={}, refunded_on=date(2024, 6, 20), as_of=END)
    assert step.strategy.key == "service_recovery"
    assert step.reason.startswith("The last order, of 20 Jun 2024, was refunded in full")
    lapsed = next_step("lapsed", "Why.", signals={}, refunded_on=date(2023, 1, 2), as_of=END)
    assert lapsed.strategy.key == "reactivation"
    assert lapsed.cautions == ("The last order, of 2 Jan 2023, was refunded in full.",)
