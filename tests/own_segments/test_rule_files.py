"""Rules as data and back, and data that is no rule."""

import json

import pytest
from hypothesis import given, settings

from retention import DataError
from retention.own_segments.rule_files import check_version, rule_data, rule_of_data
from tests.own_segments.examples import (
    rules,
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "nothing"),
        ([], "a list"),
        ({"segments": []}, "no version"),
        ({"version": 2, "segments": []}, "version 2"),
    ],
)
def test_data_of_another_version_are_refused(data, says):
    with pytest.raises(DataError, match=says):
        check_version(data, "This file of segments")


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
