"""The campaign that a segment starts with: which stage, which strategy, which amounts."""

import numpy as np
import pandas as pd
import pytest

from retention import STAGES, DataError, strategies, usual_campaign
from retention.campaigns.starting import (
    ENOUGH_CUSTOMERS,
    FIRST_STAGES,
    average_order_value,
    first_stage,
    lapsed_share,
    starting_campaign,
    suited_strategies,
)

CUSTOMERS = pd.DataFrame({"orders": [1, 3, 6], "revenue": [10.0, 60.0, 30.0]})
FIRST_TWO = np.array([True, True, False])
NOBODY = np.zeros(3, dtype=bool)


def test_every_stage_has_a_place_in_the_order():
    assert sorted(FIRST_STAGES) == sorted(STAGES)


def test_the_first_stage_with_enough_customers_comes_first():
    enough = dict.fromkeys(FIRST_STAGES, ENOUGH_CUSTOMERS)
    assert first_stage(enough) == "at_risk"
    assert first_stage(enough | {"at_risk": ENOUGH_CUSTOMERS - 1}) == "lapsed"


def test_without_enough_customers_the_largest_stage_comes_first():
    assert first_stage({"at_risk": 2, "loyal": 5, "new": 4}) == "loyal"
    assert first_stage({"lapsed": 3, "new": 3}) == "lapsed"
    assert first_stage(dict.fromkeys(FIRST_STAGES, 0)) is None
    assert first_stage({}) is None


def test_strategies_for_a_group_come_first_and_none_is_lost():
    for stage in FIRST_STAGES:
        suited = suited_strategies([stage])
        fits = [stage in strategy.audience for strategy in suited]
        assert fits == sorted(fits, reverse=True)
        assert set(suited) == set(strategies())
    assert suited_strategies([]) == list(strategies())


def test_order_values_are_the_members_and_everybodys_where_nobody_is_one():
    assert average_order_value(CUSTOMERS, FIRST_TWO) == pytest.approx(70 / 4)
    assert average_order_value(CUSTOMERS, NOBODY) == pytest.approx(100 / 10)


def test_the_share_of_the_lapsed_is_that_of_the_members():
    assert lapsed_share(np.array([True, False, True]), FIRST_TWO) == 0.5
    assert lapsed_share(FIRST_TWO, NOBODY) == 0.0


def test_a_segment_starts_with_the_usual_campaign_of_its_orders():
    found = starting_campaign(
        CUSTOMERS,
        FIRST_TWO,
        np.array([True, False, True]),
        segments=("At risk",),
        groups=("at_risk",),
        margin=0.3,
        currency="EUR",
    )
    key = suited_strategies(["at_risk"])[0].key
    assert found == usual_campaign(
        key, segments=("At risk",), order_value=17.5, margin=0.3, lapsed=0.5, currency="EUR"
    )


def test_a_strategy_may_be_chosen_and_has_to_exist():
    found = starting_campaign(CUSTOMERS, FIRST_TWO, NOBODY, segments=("A",), strategy="deals")
    assert found.strategy == "deals"
    with pytest.raises(DataError, match="no strategy"):
        starting_campaign(CUSTOMERS, FIRST_TWO, NOBODY, segments=("A",), strategy="magic")
