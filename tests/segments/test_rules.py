"""Thresholds: their bounds, and what contradicts itself."""

import math

import pytest

from retention import (
    DataError,
)
from retention.segments.rules import SegmentRules, defaults, thresholds


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"repeat_at_risk": 130}, r"repeat_at_risk \(130\) is above repeat_lapsed \(120\)"),
        ({"new_days": 100}, r"new_days \(100\) is above one_order_lapsed \(90\)"),
        ({"full_price": 0.3}, r"full_price \(0.3\) is above discount_shopper \(0.15\)"),
        ({"loyal_orders": 2}, "loyal_orders is 2; it needs to be 3 to 20"),
        ({"vip_orders": 1}, "vip_orders is 1; it needs to be 2 to 20"),
        ({"new_days": 30.5}, "whole number of days"),
        ({"new_days": math.nan}, "needs to be a number"),
        ({"new_days": True}, "needs to be a number"),
        ({"vip_value": 101}, "0 to 100"),
        ({"vip_value": -1, "value_unit": "money"}, "0 or more"),
        ({"value_unit": "euros"}, "'percentile' or 'money'"),
        ({"ready_probability": 30}, "0 to 1"),
    ],
)
def test_rules_that_contradict_or_leave_their_bounds_are_refused(changes, message):
    with pytest.raises(DataError, match=message):
        SegmentRules(**changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"loyal_at_risk": 181},
            "loyal_at_risk (181) is above loyal_lapsed (180), which leaves customers in two "
            "groups at once. Lower loyal_at_risk or raise loyal_lapsed.",
        ),
        ({"loyal_orders": 3.5}, "loyal_orders is 3.5; it needs to be a whole number of orders."),
        ({"ready_days": 30.5}, "ready_days is 30.5; it needs to be a whole number of days."),
        ({"vip_value": "top"}, "vip_value is 'top'; it needs to be a number."),
        ({"vip_value": 100.5}, "vip_value is 100.5; it needs to be 0 to 100."),
        ({"spender_value": -0.5}, "spender_value is -0.5; it needs to be 0 to 100."),
        (
            {"order_value": -0.5, "value_unit": "money"},
            "order_value is -0.5; it needs to be 0 or more.",
        ),
        ({"new_days": 0}, "new_days is 0; it needs to be 1 to 730."),
        ({"repeat_lapsed": 731}, "repeat_lapsed is 731; it needs to be 1 to 730."),
        (
            {"value_unit": "euros"},
            "value_unit is 'euros'. Choose 'percentile' or 'money'.",
        ),
    ],
)
def test_a_refusal_says_what_was_found_and_what_would_do(changes, said):
    with pytest.raises(DataError) as refusal:
        SegmentRules(**changes)
    assert str(refusal.value) == said


@pytest.mark.parametrize(
    "changes",
    [
        {"new_days": 90},
        {"repeat_at_risk": 120},
        {"loyal_at_risk": 180},
        {"full_price": 0.15},
        {"vip_value": 0},
        {"vip_value": 100},
        {"vip_value": 0, "spender_value": 1e9, "value_unit": "money"},
        {"ready_probability": 0.125},
        {"new_days": 1, "one_order_lapsed": 730},
        {"loyal_orders": 20, "vip_orders": 20},
    ],
)
def test_thresholds_that_meet_and_their_ends_are_rules(changes):
    rules = SegmentRules(**changes)
    assert {name: getattr(rules, name) for name in changes} == changes


def test_the_bounds_of_days_and_values_are_those_of_their_sliders():
    bounds = {name: (t.unit, t.low, t.high, t.step) for name, t in thresholds().items()}
    assert bounds["repeat_at_risk"] == ("days", 1, 730, 1)
    assert bounds["vip_value"] == ("value", 50.0, 99.0, 1.0)
    assert bounds["loyal_orders"] == ("orders", 3, 20, 1)
    assert bounds["full_price"] == ("share", 0.0, 0.6, 0.01)
    assert len(bounds) == len(defaults()) == 15


def test_every_default_lies_on_its_slider():
    for name, threshold in thresholds().items():
        default = defaults()[name]
        assert threshold.low <= default <= threshold.high, name
        steps = (default - threshold.low) / threshold.step
        assert steps == pytest.approx(round(steps)), name
        assert threshold.label
        assert threshold.help.endswith(".")
