"""Countries as ISO 3166 codes, by name, code and language; states of the United States."""

from __future__ import annotations

import gettext
from functools import cache
from itertools import product
from typing import Any

from retention.customers.contact_values import clean_text
from retention.errors import DataError

# Languages in which shops of the app's markets write countries.
_LANGUAGES = ("th", "fil", "de", "es", "fr", "it", "nl", "pt")
# Names in use that ISO 3166 does not list.
_ALSO_KNOWN_AS = {
    "AE": ("uae",),
    "BN": ("brunei",),
    "CI": ("ivory coast",),
    "CV": ("cape verde",),
    "GB": ("uk", "great britain", "britain", "england", "scotland", "wales", "northern ireland"),
    "HK": ("hong kong sar",),
    "KR": ("korea",),
    "LA": ("laos",),
    "MK": ("macedonia",),
    "MM": ("burma",),
    "MO": ("macau",),
    "NL": ("holland", "the netherlands"),
    "PH": ("pilipinas", "the philippines"),
    "RU": ("russia",),
    "SZ": ("swaziland",),
    "TH": ("ไทย", "ประเทศไทย"),
    "TR": ("turkey",),
    "US": (
        "u.s.",
        "u.s.a.",
        "usa",
        "america",
        "united states of america",
        "estados unidos de america",
    ),
    "VN": ("viet nam",),
}
_LONGEST_NAME = 100


def country_code(text: str) -> str:
    """Return the code of a country given by code or name.

    Args:
        text: The code or the name, in any case.

    Returns:
        The ISO 3166 alpha-2 code, "" where the text names no country.

    >>> [country_code(text) for text in ("Thailand", "th", "DEU", "UK", "Deutschland", "Atlantis")]
    ['TH', 'TH', 'DE', 'GB', 'DE', '']
    """
    return _countries().get(_key(text), "") if len(text) < _LONGEST_NAME else ""


@cache
def country_names() -> dict[str, str]:
    """Return the countries that there are.

    Returns:
        Their English names in common use by ISO 3166 alpha-2 code, sorted by name.
    """
    import pycountry

    names = {country.alpha_2: _names(country) for country in pycountry.countries}
    common = {code: given[1] if len(given) > 2 else given[0] for code, given in names.items()}
    return dict(sorted(common.items(), key=lambda pair: pair[1].casefold()))


def _key(text: str) -> str:
    return clean_text(text).casefold()


@cache
def _countries() -> dict[str, str]:
    import pycountry

    translations = [
        gettext.translation(
            "iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True
        ).gettext
        for language in _LANGUAGES
    ]
    countries = {country: _names(country) for country in pycountry.countries}
    codes: dict[str, str] = {}
    for country, names in countries.items():
        for name, translate in product(names, translations):
            codes.setdefault(_key(translate(name)), country.alpha_2)
    # English names and codes go before words of other languages.
    for country, names in countries.items():
        for name in (*names, country.alpha_3, country.alpha_2):
            codes[_key(name)] = country.alpha_2
    for code, other_names in _ALSO_KNOWN_AS.items():
        codes |= {_key(name): code for name in other_names}
    return codes


def _names(country: Any) -> list[str]:
    names = (getattr(country, name, None) for name in ("name", "common_name", "official_name"))
    return [name for name in names if name]


@cache
def _states() -> dict[str, str]:
    import pycountry

    subdivisions: Any = pycountry.subdivisions
    states = subdivisions.get(country_code="US")
    codes = {state.code.removeprefix("US-"): state for state in states}
    return {_key(code): code for code in codes} | {
        _key(state.name): code for code, state in codes.items()
    }


def given_country(country: str | None) -> str:
    """Return the code of a country that a marketer names.

    Args:
        country: The code or the name.

    Returns:
        The ISO 3166 alpha-2 code, "" where nothing is given.

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
    """Return the code of a US state given by code or name.

    Args:
        text: The code or the name, in any case.

    Returns:
        Two letters, "" where the text names no state.

    >>> us_state_code("Massachusetts"), us_state_code("ma"), us_state_code("Bavaria")
    ('MA', 'MA', '')
    """
    return _states().get(_key(text), "") if len(text) < _LONGEST_NAME else ""
