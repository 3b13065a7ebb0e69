"""Phones in E.164: numbers that can be called, read as the library reads them."""

import numpy as np
import phonenumbers
from hypothesis import given, settings, strategies as st

from retention.customers.phones import phone_number, phone_numbers


def parsed(text: str, country: str) -> str:
    """A valid number in E.164 as the library reads it, without any short cut."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return ""
    valid = phonenumbers.is_valid_number(number) and not number.extension
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""


def test_phones_are_numbers_that_can_be_called():
    cases = [
        ("0812345678", "TH"),
        ("+66 (0)81 234 5678", ""),
        ("02 1234 5678", "IT"),
        ("8 800 555 35 35", "RU"),
    ]
    cases += [
        ("+442079460000", "US"),
        ("12345", "US"),
        ("0917 123 4567", "PH"),
        ("+63 917 123 4567", ""),
        ("abc", "US"),
    ]
    cases += [
        ("1 617 555 0100", "US"),
        ("617.555.0100 ext 5", "US"),
        ("+1" + "5" * 40, ""),
        ("9" * 100_000, "US"),
    ]
    for text, country in cases:
        assert phone_number(text, country) == parsed(text, country)
    assert phone_numbers(["0812345678", None], np.array(["TH", "TH"], dtype=object)).tolist() == [
        "+66812345678",
        "",
    ]


@settings(max_examples=150)
@given(
    region=st.sampled_from(
        ["US", "GB", "TH", "PH", "DE", "IT", "RU", "MX", "BR", "AR", "AU", "FR", "JP", "SG", "HU"]
    ),
    mobile=st.booleans(),
    style=st.integers(0, 2),
    digits=st.lists(st.tuples(st.integers(0, 18), st.integers(0, 9)), max_size=2),
)
def test_the_quick_reading_of_a_phone_is_the_librarys(region, mobile, style, digits):
    kind = (
        phonenumbers.PhoneNumberType.MOBILE if mobile else phonenumbers.PhoneNumberType.FIXED_LINE
    )
    text = list(
        phonenumbers.format_number(phonenumbers.example_number_for_type(region, kind), style)
    )
    for place, digit in digits:
        if place < len(text) and text[place].isdigit():
            text[place] = str(digit)
    text = "".join(text)
    if text.startswith("00"):
        return
    assert phone_number(text, region) == parsed(text, region)
