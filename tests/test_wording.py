"""Numbers, money and days read as a person would write them."""

from datetime import date

import numpy as np
import pytest
from hypothesis import example, given, strategies as st

from retention import wording
from retention.periods import Period


@pytest.mark.parametrize(
    ("written", "expected"),
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
def test_numbers_read_as_a_person_would_write_them(written, expected):
    assert written == expected


@pytest.mark.parametrize("write", [wording.count, wording.money, wording.percent, wording.days])
@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_number_is_a_dash(write, value):
    assert write(value) == wording.MISSING


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (wording.signed(5), "+5"),
        (wording.signed(-5.55, 1), "−5.5"),
        (wording.signed(0.4), "0"),
        (wording.signed(float("nan")), wording.MISSING),
        (wording.signed_percent(-0.125, 1), "−12.5%"),
        (wording.signed_percent(0.001), "0%"),
        (wording.signed_percent(float("inf")), "not to be said"),
        (wording.decimal(0.5, 2), "0.50"),
        (wording.decimal(-0.5, 2), "−0.50"),
        (wording.deviation_words(0.25), "25% too many"),
        (wording.deviation_words(-0.25, "high", "low"), "25% too low"),
        (wording.deviation_words(2.9), "290% too many"),
        (wording.deviation_words(3.0), "4 times as many"),
        (wording.deviation_words(float("nan")), "not to be compared"),
        (wording.deviation_figure(0.004, "too many", "too few"), "right"),
        (wording.deviation_figure(float("nan"), "too many", "too few"), wording.MISSING),
        (wording.rounded_orders(12.34, 99), "12.3"),
        (wording.rounded_orders(12.34, 100), "12"),
        (wording.plural(1, "day"), "1 day"),
        (wording.plural(0, "day"), "0 days"),
        (wording.plural(1_500, "city", "cities"), "1,500 cities"),
        (wording.money_range(-20, 20_500, "USD"), "−$20.00 to $20.5k"),
        (wording.span(Period("2024-02-01", "2024-03-01")), "1 Feb 2024 to 29 Feb 2024"),
    ],
)
def test_signs_ranges_and_parts_of_sentences(written, expected):
    assert written == expected


@example(0.5)  # rounds to an even 0 yen
@given(st.floats(-1e12, 1e12))
def test_no_amount_but_nothing_reads_as_nothing(amount):
    for currency in ("USD", "JPY", None):
        digits = wording.money(amount, currency).lstrip("<>−$¥")
        assert (float(digits.replace(",", "")) == 0) == (amount == 0)


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_share_of_some_never_reads_as_nobody_or_everybody(share):
    assert wording.percent(share) not in ("0%", "100%")


def test_shares_of_numpy_are_written_like_those_of_python():
    for share in (0.0, 0.0004, 0.5, 0.9960, 0.9996, 1.0):
        assert wording.percent(np.float64(share)) == wording.percent(share)
