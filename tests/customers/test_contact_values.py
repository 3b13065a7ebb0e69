"""Texts of contacts in one line, addresses that can be one, hashes, and what consent says."""

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from retention import DataError
from retention.customers.contact_values import (
    clean_text,
    consent_values,
    email_address,
    hashed,
    per_value,
)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a@b",
            "@example.com",
            "a@",
            "a b@example.com",
            "a@exa mple.com",
            "a@@example.com",
            "a@example..com",
        ),
        *(
            ".a@example.com",
            "a.@example.com",
            "a@-example.com",
            "a@example.com.",
            "a@example.123",
            "a,b@example.com",
        ),
        *(
            "a" * 65 + "@example.com",
            "a@" + "b" * 250 + ".com",
            "<a@example.com>",
            "a" * 100_000,
            "",
            "mailto:a@b.com",
        ),
    ],
)
def test_what_cannot_be_an_address_is_none(text):
    assert email_address(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "a@b.co",
        "a+b@example.com",
        "o'brien@example.ie",
        "x_y-z@sub.example.co.th",
        "ü@exämple.de",
        "1@2.io",
    ],
)
def test_what_can_be_an_address_is_one(text):
    assert email_address(f" {text.upper()}\u200b") == text


@given(st.text(max_size=30))
def test_a_clean_text_is_one_line_that_no_mark_turns_around(text):
    clean = clean_text(text)
    assert clean == clean_text(clean)
    assert len(clean.splitlines()) <= 1
    assert not set(clean) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u200b\ufeff\x00\r\n\t")


def test_a_value_is_read_once_for_each_distinct_text():
    read = []

    def upper(text: str) -> str:
        read.append(text)
        return text.upper()

    assert per_value(["a", None, "b", "a"], upper).tolist() == ["A", "", "B", "A"]
    assert read == ["a", "b"]


def test_nothing_has_no_hash():
    assert hashed("") == ""
    assert len(hashed("ann@example.com")) == 64


def test_consent_is_read_in_any_case_and_stays_unknown_where_it_is_empty():
    read = consent_values(pd.Series(["YES", "no", " ", None, 1, False], dtype=object))
    assert read.tolist() == [True, False, pd.NA, pd.NA, True, False]
    assert str(read.dtype) == "boolean"


def test_a_word_of_consent_that_is_neither_yes_nor_no_is_refused():
    with pytest.raises(DataError, match="'perhaps'"):
        consent_values(pd.Series(["yes", "perhaps"]))
