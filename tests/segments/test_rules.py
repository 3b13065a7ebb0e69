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


def test_every_default_lies_on_its_slider():
    for name, threshold in thresholds().items():
        default = defaults()[name]
        assert threshold.low <= default <= threshold.high, name
        steps = (default - threshold.low) / threshold.step
        assert steps == pytest.approx(round(steps)), name
        assert threshold.label
        assert threshold.help.endswith(".")
