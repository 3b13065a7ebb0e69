"""What to do for a customer: the playbook's strategy of the stage, unless there is trouble."""

from datetime import date

import pandas as pd
import pytest

from retention import strategies
from retention.campaigns.one_customer.next_step import STAGE_STRATEGIES, next_step
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
