"""Numbers read well, and text from a file stays text."""

import re
import string
from datetime import date

import pytest
from hypothesis import given, strategies as st

from retention import wording
from retention.segments.stages import STAGES, TRAITS
from retention.view import text

PUNCTUATION = set(string.punctuation)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (wording.count(1_234_567), "1,234,567"),
        (wording.count(999, short=True), "999"),
        (wording.count(999.6, short=True), "1k"),
        (wording.count(1_250, short=True), "1.25k"),
        (wording.count(99_960, short=True), "100k"),
        (wording.count(999_960, short=True), "1M"),
        (wording.money(2_022_324, "EUR", short=True), "€2.02M"),
        (wording.money(88_123, "EUR", short=True), "€88.1k"),
        (wording.count(2_500_000_000, short=True), "2.5B"),
        (wording.count(-12), "−12"),
        (wording.money(99.994, "USD"), "$99.99"),
        (wording.money(99.996, "USD"), "$100"),
        (wording.money(0, "USD"), "$0"),
        (wording.money(1234.4, "JPY"), "¥1,234"),
        (wording.money(89.9, "MYR"), "RM\u00a089.90"),
        (wording.money(1_200, "THB"), "฿1,200"),
        (wording.money(15, "PHP"), "₱15.00"),
        (wording.money(1_500_000, "EUR", short=True), "€1.5M"),
        (wording.money(-20, "GBP"), "−£20.00"),
        (wording.money(20, "QAR"), "QAR\u00a020.00"),
        (wording.money(20, "XOF"), "XOF\u00a020"),  # it has no cents
        (wording.percent(0), "0%"),
        (wording.percent(0.0995), "10%"),
        (wording.percent(0.9949), "99%"),
        (wording.percent(0.9951), "99.5%"),
        (wording.percent(1.25), "125%"),
        (wording.percent(0.2345, 1), "23.4%"),
        (wording.days(119), "119 days"),
        (wording.days(1500), "4 years"),
        (wording.day(date(2024, 2, 29)), "29 Feb 2024"),
    ],
)
def test_numbers_read_as_a_person_would_write_them(found, expected):
    assert found == expected


@pytest.mark.parametrize("write", [wording.count, wording.money, wording.percent, wording.days])
@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_number_is_a_dash(write, value):
    assert write(value) == wording.MISSING


@given(st.text(max_size=200))
def test_plain_text_has_no_live_markdown(raw):
    escaped = text.plain(raw)
    bare = re.sub(r"\\.", "", escaped)
    assert not PUNCTUATION & set(bare)
    assert "\n" not in escaped


@given(
    st.text(
        alphabet=string.ascii_letters + string.digits + string.punctuation + " ฿é", max_size=200
    )
)
def test_plain_text_still_says_the_same(raw):
    read = re.sub(r"\\(.)", r"\1", text.plain(raw)).replace("\u2060", "")
    assert read == " ".join(raw.split())


@pytest.mark.parametrize(
    "raw", [":smile:", ":material/home:", ":red[x]", "a@b.com", "www.x.com", "->", "<-", "~="]
)
def test_what_streamlit_replaces_after_the_escapes_is_kept_apart(raw):
    assert raw not in re.sub(r"\\(.)", r"\1", text.plain(raw))


def test_long_names_are_cut():
    assert len(text.plain("x" * 1000, limit=50)) == 50


def test_every_group_has_a_name():
    assert tuple(text.STAGE_LABELS) == STAGES
    assert tuple(text.TRAIT_LABELS) == TRAITS


def test_definitions_are_sentences():
    for name, words in text.DEFINITIONS.items():
        assert words[0].isupper(), name
        assert words.endswith("."), name
