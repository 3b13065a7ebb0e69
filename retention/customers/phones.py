"""Phones in E.164, where they are numbers that can be called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd

from retention.customers.contact_values import clean_text, per_value

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST_PHONE = 40


def phone_numbers(phones: Iterable[object], countries: np.ndarray) -> np.ndarray:
    """Return phones in E.164.

    Args:
        phones: The numbers as they stand.
        countries: The ISO alpha-2 code of each number's country, "" where it is not known. A number
            without a country code is read by it, and not guessed at without it.

    Returns:
        The numbers, "" where one cannot be called.
    """
    numbers = pd.Series(phones, dtype=object)
    known = numbers.notna().to_numpy()
    with_country = np.full(len(numbers), None, dtype=object)
    with_country[known] = [
        f"{code}\n{phone}" for code, phone in zip(countries[known], numbers[known], strict=True)
    ]
    return per_value(with_country, _read_with_country)


def _read_with_country(key: str) -> str:
    code, _, text = key.partition("\n")
    return phone_number(text, code)


def phone_number(text: str, country: str = "") -> str:
    """Return one phone in E.164.

    Args:
        text: The number as it stands.
        country: The ISO alpha-2 code of its country, "" where it is not known.

    Returns:
        The number, "" where it cannot be called.

    >>> phone_number("(617) 555-0100", "US"), phone_number("0044 20 7946 0000")
    ('+16175550100', '+442079460000')
    >>> phone_number("617 555 0100")
    ''
    """
    import phonenumbers

    text = clean_text(text)
    if len(text) > _LONGEST_PHONE:
        return ""
    if text.startswith("00"):
        text = f"+{text[2:]}"
    quick = _read_quickly(text, country)
    if quick:
        return quick
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if number.extension or not phonenumbers.is_valid_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _read_quickly(text: str, country: str) -> str:
    """Read the commonest ways to write a valid number; "" for the others.

    It takes a fraction of the time that parsing takes.
    """
    import phonenumbers

    if _E164.fullmatch(text):
        code, region, rest = _of_international(text)
    else:
        region, rest = country, re.sub(r"[\s().-]", "", text)
        code = phonenumbers.country_code_for_region(region) if region else 0
    prefix = _trunk_prefix(region)
    digits_only = rest.isdecimal() and rest.isascii()
    # The parser has to judge a number with signs, and one that begins with zero or a trunk prefix.
    if prefix is None or not digits_only or rest[0] == "0" or prefix.match(rest):
        return ""
    number = phonenumbers.PhoneNumber(country_code=code, national_number=int(rest))
    return f"+{code}{rest}" if len(rest) <= 14 and phonenumbers.is_valid_number(number) else ""


def _of_international(text: str) -> tuple[int, str, str]:
    """The calling code of a number in E.164, the code's first region, and the other digits."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    code = _calling_code(text[1:4])
    if not code:
        return 0, "", ""
    regions = COUNTRY_CODE_TO_REGION_CODE[code]
    return code, regions[0] if regions else "", text[1 + len(str(code)) :]


@cache
def _calling_code(digits: str) -> int:
    """The shortest calling code that these digits begin with; 0 if there is none."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    codes = (int(digits[:size]) for size in (1, 2, 3))
    return next((code for code in codes if code in COUNTRY_CODE_TO_REGION_CODE), 0)


@cache
def _trunk_prefix(region: str) -> re.Pattern[str] | None:
    """The prefix of calls within the country; None where a region is not known by itself."""
    import phonenumbers

    known = phonenumbers.PhoneMetadata.metadata_for_region(region, None) if region else None
    return None if known is None else re.compile(known.national_prefix_for_parsing or "$.")
