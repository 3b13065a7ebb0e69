"""The names of months in the languages whose exports are read, from Unicode's CLDR."""

import unicodedata
from collections import Counter
from functools import cache

#: The languages of the columns that are recognised; Austria and Great Britain have their own names.
LANGUAGES = (
    *("en", "en_GB", "th", "fil", "de", "de_AT", "es", "fr", "it", "pt", "id", "nl"),
    *(
        "sv",
        "da",
        "nb",
        "fi",
        "pl",
        "cs",
        "sk",
        "hu",
        "ro",
        "tr",
        "ru",
        "uk",
        "bg",
        "el",
        "ms",
        "vi",
    ),
    *("ko", "ar", "he", "hi"),
)
# Short names that are words elsewhere, as in "iPhone 12 Pro 2021".
_WORDS = frozenset({"pro", "led", "uno", "úno", "elo", "sub", "rij", "bre", "bře", "zar", "zář"})
#: What files print besides, by the month's number.
_ALSO_PRINTED = {
    2: ("fév",),
    3: ("mrz", "maerz", "mär", "бер"),
    8: ("agt",),
    9: ("sept", "sep", "set"),
    10: ("okt",),
}
# A Latin name must stand alone: "mar" is not the start of "marketing".
_LETTER = r"\p{L}\p{M}ก-๛"


@cache
def month_names() -> tuple[tuple[str, ...], ...]:
    """Return the names of each month in lower case.

    Names with accents are there without them too. A name that languages give to different months is
    left out.

    Returns:
        The names of the 12 months, the longest first; January is the first month.
    """
    months = [
        {form for name in _printed(number) for form in _forms(name)} for number in range(1, 13)
    ]
    uses = Counter(name for names in months for name in names)
    return tuple(
        tuple(sorted((name for name in names if uses[name] == 1), key=_longest_first))
        for names in months
    )


def _printed(month: int) -> set[str]:
    from babel import Locale

    calendars = [Locale.parse(language).months for language in LANGUAGES]
    widths = [calendar[use] for calendar in calendars for use in ("format", "stand-alone")]
    names = {names[width][month] for names in widths for width in ("wide", "abbreviated")}
    return (names - _WORDS) | set(_ALSO_PRINTED.get(month, ()))


@cache
def month_patterns() -> tuple[str, ...]:
    """Return a pattern of each month's names, with what stands before and behind as its groups.

    Returns:
        12 regular expressions; January is the first.
    """
    return tuple(
        rf"(^|[^{_LETTER}])(?:{'|'.join(map(_pattern, names))})([^{_LETTER}]|$)"
        for names in month_names()
    )


def _forms(name: str) -> set[str]:
    """Return a name as files print it: with or without its accents and its last point."""
    lower = unicodedata.normalize("NFC", name.lower())
    if not _is_latin(lower):
        return {lower}
    composed = lower.rstrip(".")
    letters = unicodedata.normalize("NFKD", composed)
    return {composed, "".join(c for c in letters if not unicodedata.combining(c))}


def _is_latin(name: str) -> bool:
    return unicodedata.name(name[0]).startswith("LATIN")


def _longest_first(name: str) -> tuple[int, str]:
    return -len(name), name


def _pattern(name: str) -> str:
    return name.replace(".", r"\.?\s?")
