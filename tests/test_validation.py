"""Checks of settings and frames: what passes, and in which words the rest is refused."""

import numpy as np
import pandas as pd
import pytest

from retention import DataError, ModelError
from retention.validation import (
    aligned,
    check_choice,
    check_known,
    check_number,
    check_version,
    is_number,
    is_whole,
    mask_of,
    rows_of,
)

CUSTOMERS = pd.Index(["a", "b", "c"], name="customer_id")


@pytest.mark.parametrize("value", [0, -1.5, np.float64(2), np.int64(3)])
def test_finite_numbers_are_numbers(value):
    assert is_number(value)


@pytest.mark.parametrize("value", [True, None, "5", [3], float("nan"), float("inf"), 1j])
def test_what_only_looks_like_a_number_is_none(value):
    assert not is_number(value)


def test_whole_numbers_are_told_by_their_type():
    assert is_whole(2)
    assert is_whole(np.int64(2))
    assert not any(is_whole(value) for value in (2.0, True, "2", None))


@pytest.mark.parametrize("value", [0.01, 1, np.float64(0.5)])
def test_a_number_within_its_bounds_passes(value):
    check_number("The margin", value, "a share", above=0, high=1)


@pytest.mark.parametrize("value", [0, 1.01, True, "1", None, float("nan")])
def test_a_number_out_of_its_bounds_is_named(value):
    with pytest.raises(ModelError, match=r"^The margin is ") as raised:
        check_number("The margin", value, "a share", above=0, high=1, error=ModelError)
    assert str(raised.value) == f"The margin is {value!r}. Give a share."


def test_a_unit_follows_the_refused_value():
    with pytest.raises(DataError, match=r"^The window is 0 days. Give 1 or more\.$"):
        check_number("The window", 0, "1 or more", low=1, unit="days")


def test_a_whole_number_has_to_be_one():
    check_number("The size", 3, "a whole number", whole=True)
    with pytest.raises(DataError, match=r"The size is 3\.0"):
        check_number("The size", 3.0, "a whole number", whole=True)


@pytest.mark.parametrize("value", ["fax", None, 3, ["email"]])
def test_a_choice_has_to_be_among_the_choices(value):
    check_choice("The channel", "sms", ("email", "sms"))
    with pytest.raises(DataError, match=r"Choose 'email', 'sms' or 'push'\.$"):
        check_choice("The channel", value, ("email", "sms", "push"))
    with pytest.raises(ModelError, match=r"Choose 'email'\.$"):
        check_choice("The channel", value, ["email"], ModelError)


def test_an_unknown_key_is_told_the_known_ones():
    check_known("period", "all", {"all": "All"})
    for key in ("year", None, ["all"]):
        with pytest.raises(DataError, match=r"^There is no period .*\. Choose one of all\.$"):
            check_known("period", key, {"all": "All"})


def test_rows_of_customers_that_a_frame_does_not_know_are_empty():
    frame = pd.DataFrame({"city": ["Rome", "Oslo"]}, index=["c", "a"])
    rows = rows_of(frame, CUSTOMERS)
    assert rows.index.equals(CUSTOMERS)
    assert rows["city"].fillna("").tolist() == ["Oslo", "", "Rome"]
    assert rows_of(None, CUSTOMERS).columns.empty


def test_a_frame_is_put_in_the_customers_order():
    frame = pd.DataFrame({"value": [3, 1, 2]}, index=["c", "a", "b"])
    assert aligned(frame, CUSTOMERS)["value"].tolist() == [1, 2, 3]
    same = aligned(frame, CUSTOMERS)
    assert aligned(same, same.index) is same


@pytest.mark.parametrize("index", [["a", "b"], ["a", "b", "d"], ["a", "b", "b"], list("abcd")])
def test_a_frame_of_other_customers_is_refused(index):
    with pytest.raises(DataError, match="do not belong to these 3 customers"):
        aligned(pd.DataFrame(index=index), CUSTOMERS)


def test_a_mask_goes_by_the_index_of_a_series():
    series = pd.Series([True, False, False], index=["c", "b", "a"])
    assert mask_of(series, CUSTOMERS, "The choice").tolist() == [False, False, True]
    assert mask_of(np.array([True, False, True]), CUSTOMERS, "The choice").tolist() == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "values",
    [
        np.array([True]),
        np.array([1, 0, 1]),
        np.array([[True, True, False]]),
        pd.Series([True, True], index=["a", "b"]),
        ["x", "y", "z"],
    ],
)
def test_a_mask_says_true_or_false_for_each_customer(values):
    with pytest.raises(DataError, match="The choice does not say True or False for each of the 3"):
        mask_of(values, CUSTOMERS, "The choice")


@pytest.mark.parametrize(
    ("version", "says"),
    [(None, "no version"), (True, "no version"), ("1", "no version"), (2, "version 2")],
)
def test_files_of_another_version_are_refused(version, says):
    check_version("This file", 1, 1)
    with pytest.raises(DataError, match=f"This file .* {says}"):
        check_version("This file", version, 1)
