"""Rules as data and back, and data that is no rule."""

import json

import pytest
from hypothesis import given, settings

from retention import DataError
from retention.own_segments.rule_files import read_json, rule_data, rule_of_data
from retention.own_segments.values import Bought
from tests.own_segments.examples import (
    rules,
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "found a list"),
        ({}, "found nothing"),
        ({"some": []}, "'some'"),
        ({"all": {}}, "list of conditions"),
        ({"all": [], "any": []}, "A group is one of"),
        (
            {"feature": "orders", "operator": "is", "value": 1, "x": 1},
            "'x'",
        ),
        ({"feature": 1, "operator": "is"}, "text"),
        ({"feature": "nope", "operator": "is"}, "no feature 'nope'"),
        ({"feature": "orders", "operator": "near", "value": 1}, "'near'"),
        (
            {"feature": "orders", "operator": "is", "value": {}},
            "not an object",
        ),
        (
            {"feature": "product", "operator": "bought", "value": ["Tea"]},
            "'values'",
        ),
        (
            {"feature": "product", "operator": "bought", "value": {"values": ["Tea"], "days": 1.5}},
            "whole number",
        ),
        (
            {"feature": "product", "operator": "bought", "value": {"values": ["Tea"], "days": "3"}},
            "whole number",
        ),
        (
            {"feature": "product", "operator": "bought", "value": {"values": ["Tea"], "day": 3}},
            "'values'",
        ),
        (
            {"feature": "product", "operator": "bought", "value": {"values": [1]}},
            "name",
        ),
        (
            {"feature": "stage", "operator": "one_of", "value": [["x"]]},
            "name",
        ),
        (
            {"all": [{"feature": "orders", "operator": "is", "value": 1}] * 1001},
            "1,001",
        ),
    ],
)
def test_data_that_is_no_rule_says_where(data, says):
    with pytest.raises(DataError, match=says):
        rule_of_data(data)


def test_data_without_end_is_refused():
    data = {"feature": "orders", "operator": "is", "value": 1}
    for _ in range(5_000):
        data = {"all": [data]}
    with pytest.raises(DataError, match="deep"):
        rule_of_data(data)


@settings(max_examples=200)
@given(rules())
def test_a_rule_survives_its_file(rule):
    assert rule_of_data(json.loads(json.dumps(rule_data(rule)))) == rule


def test_whole_numbers_of_other_tools_are_whole():
    # Some tools write every number with a decimal.
    value = {"values": ["Tea"], "days": 30.0}
    condition = rule_of_data({"feature": "product", "operator": "bought", "value": value})
    assert condition.value == Bought(values=("Tea",), days=30)
    assert isinstance(condition.value.days, int)
    numbers = read_json("[30.0, 3e1, -0.0, 30.5, 1e300, 30]")
    assert numbers == [30, 30, 0, 30.5, 1e300, 30]
    assert [type(number) for number in numbers] == [int, int, int, float, float, int]
