"""Contact details as platforms want them: addresses that can be one, phones in E.164, countries as ISO codes."""

from __future__ import annotations

import gettext
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

import numpy as np
import pandas as pd

from retention.errors import DataError
from retention.orders.contact_cells import NO, YES

# RFC 5321: 64 characters before the @, 254 in all.
_LONGEST_LOCAL, _LONGEST_ADDRESS = 64, 254
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST_PHONE = 40
# Joiners are letters of some scripts; the other invisible marks turn a text around or hide in it.
_JOINERS = "\u200c\u200d"
# Languages in which shops of the app's markets write countries, and names in use that ISO 3166 does not list.
_LANGUAGES = ("th", "fil", "de", "es", "fr", "it", "nl", "pt")
_ALSO = {
    "uk": "GB", "great britain": "GB", "britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "u.s.": "US", "u.s.a.": "US", "america": "US", "united states of america": "US",
    "estados unidos de america": "US", "usa": "US", "korea": "KR", "russia": "RU", "turkey": "TR", "macau": "MO",
    "holland": "NL", "the netherlands": "NL", "uae": "AE", "ไทย": "TH", "ประเทศไทย": "TH", "pilipinas": "PH",
    "the philippines": "PH", "burma": "MM", "ivory coast": "CI", "swaziland": "SZ", "cape verde": "CV",
    "macedonia": "MK", "hong kong sar": "HK", "viet nam": "VN", "brunei": "BN", "laos": "LA",
}  # fmt: skip


def per_value(values: Iterable[object], read: Callable[[str], str]) -> np.ndarray:
    """`read` of every text, called once for each distinct one; "" for a missing value."""
    codes, distinct = pd.factorize(pd.Series(values, dtype=object))
    found = np.array([*(read(str(value)) for value in distinct), ""], dtype=object)
    return found[codes]


def clean_text(text: str) -> str:
    """One line of `text`: no control characters, no marks that turn it around, single blanks.

    >>> clean_text("  Ann\\r\\n Lee\\u202e ")
    'Ann Lee'
    """
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", text)
        text = "".join(_letter(letter) for letter in text)
    return " ".join(text.split())


def _letter(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Cf":
        return letter if letter in _JOINERS else ""
    if kind == "Cc":
        return " "
    return "\ufffd" if kind == "Cs" else letter


def email_address(text: str) -> str:
    """The address in lower case without blanks around it, or "" where it cannot be one.

    >>> email_address(" Ann@Example.com "), email_address("ann@example"), email_address("a..b@example.com")
    ('ann@example.com', '', '')
    """
    if len(text) > 2 * _LONGEST_ADDRESS:
        return ""
    address = clean_text(text).lower()
    local, _, _ = address.partition("@")
    fits = len(address) <= _LONGEST_ADDRESS and len(local) <= _LONGEST_LOCAL
    return address if fits and _ADDRESS.fullmatch(address) else ""


def country_code(text: str) -> str:
    """The ISO 3166 alpha-2 code of a country given by code or name, "" where it is none.

    >>> [country_code(text) for text in ("Thailand", "th", "DEU", "UK", "Deutschland", "Atlantis")]
    ['TH', 'TH', 'DE', 'GB', 'DE', '']
    """
    return _countries().get(_key(text), "") if len(text) < 100 else ""


def _key(text: str) -> str:
    return clean_text(text).casefold()


@cache
def _countries() -> dict[str, str]:
    import pycountry

    found: dict[str, str] = {}
    translations = [
        gettext.translation(
            "iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True
        ).gettext
        for language in _LANGUAGES
    ]
    countries = list(pycountry.countries)
    for country in countries:
        names = [getattr(country, name, None) for name in ("name", "common_name", "official_name")]
        for name in filter(None, names):
            for translate in translations:
                found.setdefault(_key(translate(name)), country.alpha_2)
    for country in countries:
        names = [getattr(country, name, None) for name in ("name", "common_name", "official_name")]
        found |= {
            _key(name): country.alpha_2
            for name in (*filter(None, names), country.alpha_3, country.alpha_2)
        }
    return found | {_key(name): code for name, code in _ALSO.items()}


@cache
def _states() -> dict[str, str]:
    import pycountry

    states = pycountry.subdivisions.get(country_code="US")
    codes = {state.code.removeprefix("US-"): state for state in states}
    return {_key(code): code for code in codes} | {
        _key(state.name): code for code, state in codes.items()
    }


def given_country(country: str | None) -> str:
    """The ISO code of a country that a marketer names, "" where none is named.

    Raises:
        DataError: There is no such country.
    """
    code = country_code(country) if country else ""
    if country and not code:
        raise DataError(
            f"{country!r} is not a country. Give its name or ISO code, such as Thailand or TH."
        )
    return code


def us_state_code(text: str) -> str:
    """The two letters of a state of the United States given by code or name, "" where it is none.

    >>> us_state_code("Massachusetts"), us_state_code("ma"), us_state_code("Bavaria")
    ('MA', 'MA', '')
    """
    return _states().get(_key(text), "") if len(text) < 100 else ""


def phone_numbers(phones: Iterable[object], countries: np.ndarray) -> np.ndarray:
    """Phones in E.164, "" where a number is none that can be called.

    Args:
        phones: The numbers as they stand.
        countries: ISO alpha-2 codes to read numbers without a country code by, "" where it is not known: such numbers
            are then not guessed at.
    """
    keys = pd.Series(phones, dtype=object)
    known = keys.notna().to_numpy()
    joined = np.full(len(keys), None, dtype=object)
    joined[known] = [
        f"{code}\n{phone}" for code, phone in zip(countries[known], keys[known], strict=True)
    ]
    return per_value(joined, _phone_of)


def _phone_of(key: str) -> str:
    code, _, text = key.partition("\n")
    return phone_number(text, code)


def phone_number(text: str, country: str = "") -> str:
    """One phone in E.164, or "".

    >>> phone_number("(617) 555-0100", "US"), phone_number("0044 20 7946 0000"), phone_number("617 555 0100")
    ('+16175550100', '+442079460000', '')
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
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _read_quickly(text: str, country: str) -> str:
    """The commonest ways to write a valid number, in a fraction of the time that parsing takes; "" for the others."""
    import phonenumbers

    if _E164.fullmatch(text):
        code, rest = next(
            ((c, text[1 + len(str(c)) :]) for c in _calling_codes(text[1:4])), (0, "")
        )
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
        region = regions[0] if regions else ""
    else:
        region, rest = country, re.sub(r"[\s().-]", "", text)
        code = phonenumbers.country_code_for_region(region) if region else 0
    prefix = _trunk_prefix(region)
    # A number that begins like a trunk prefix, with zero or with signs is for the parser to judge.
    if (
        prefix is None
        or not rest.isdecimal()
        or not rest.isascii()
        or rest[0] == "0"
        or prefix.match(rest)
    ):
        return ""
    number = phonenumbers.PhoneNumber(country_code=code, national_number=int(rest))
    return f"+{code}{rest}" if len(rest) <= 14 and phonenumbers.is_valid_number(number) else ""


@cache
def _calling_codes(digits: str) -> tuple[int, ...]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return tuple(
        c for c in (int(digits[:size]) for size in (1, 2, 3)) if c in COUNTRY_CODE_TO_REGION_CODE
    )


@cache
def _trunk_prefix(region: str) -> re.Pattern | None:
    """What stands before a number called from within the country; None where a region is not known by itself."""
    import phonenumbers

    known = phonenumbers.PhoneMetadata.metadata_for_region(region, None) if region else None
    return None if known is None else re.compile(known.national_prefix_for_parsing or "$.")


def hashed(text: str) -> str:
    """SHA-256 of the UTF-8 text in hex; nothing stays nothing.

    >>> hashed("test@example.com")[:16], hashed("")
    ('973dfe463ec85785', '')
    """
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest() if text else ""


def consent_values(consent: pd.Series) -> pd.Series:
    """Return who has agreed: True, False, or missing where it is not known.

    Booleans, 1 and 0, and the words of `YES` and `NO` count, in any case.

    Raises:
        DataError: Another word stands there: who has declined must not be taken for one of whom nothing is known.

    >>> consent_values(pd.Series([True, "Yes", 0, "FALSE", None])).tolist()
    [True, True, False, False, <NA>]
    """
    if pd.api.types.is_bool_dtype(consent):
        return consent.astype("boolean")
    known = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    words = consent.map(
        lambda value: re.sub(r"[_\s-]+", " ", str(value)).strip().lower(), na_action="ignore"
    )
    words = words.where(words != "")
    strange = sorted(set(words.dropna()) - set(known))
    if strange:
        raise DataError(
            f"The contacts' consent holds {strange[0]!r}, of which nobody can tell whether it means yes. Give True or "
            "False, and nothing where it is not known."
        )
    return words.map(known).astype("boolean")
