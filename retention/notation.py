"""How a language writes numbers: separators, the place of the percent sign and of a currency.

The words of all texts are English. Digits follow a notation: English, unless a source is set, as
the app does with the language of the visitor's browser. The forms come from Babel's locale data.
Dates need none: a day whose month is an English word reads the same to everybody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache, partial

#: The notation of a notebook, and of every language that is not known.
ENGLISH = "en"
#: Notations that are kept at once. Browsers name them, so their number needs an end.
_KEPT = 256
#: Letters of a language's name, such as "zh-Hant-TW", after which it is no name.
_LONGEST_NAME = 35
#: Symbols that Unicode's English names lack, or that the app writes shorter.
_OWN_SYMBOLS = {
    "CAD": "C$",
    "CZK": "Kč ",
    "DKK": "kr ",
    "IDR": "Rp ",
    "MYR": "RM ",
    "NOK": "kr ",
    "PLN": "zł ",
    "SEK": "kr ",
    "SGD": "S$",
    "THB": "฿",
    "TRY": "₺",
    "ZAR": "R ",
}
#: A number in an English text: a dollar sign, its digits, a letter such as k, a percent sign.
_NUMBER = re.compile(r"(\$?)(\d[\d,]*(?:\.\d+)?)([kMB]?)\b(%?)")
_NO_BREAK = "\u00a0"
#: Marks of the writing direction, which would split a number from its sign in English text.
_DIRECTIONS = str.maketrans("", "", "\u200e\u200f\u061c")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """How a language other than English writes numbers.

    Attributes:
        locale: Its name as Babel writes it, such as "de_DE".
        decimal: What stands before the decimals.
        group: What stands between groups of digits.
        groups: How many digits the last group has, and how many every other has.
        percent: What stands before a percentage and behind it.
        money: What stands before an amount and behind it, with "¤" for the currency.
    """

    locale: str
    decimal: str
    group: str
    groups: tuple[int, int]
    percent: tuple[str, str]
    money: tuple[str, str]

    def digits(self, english: str) -> str:
        """Return a number without sign in this notation.

        Args:
            english: The number with commas between thousands and a decimal point, or without.
        """
        whole, point, decimals = english.partition(".")
        last, others = self.groups
        if "," in whole and (last, others) != (3, 3):
            whole = whole.replace(",", "")
            head, parts = whole[:-last], [whole[-last:]]
            while head:
                head, part = head[:-others], head[-others:]
                parts.insert(0, part)
            whole = ",".join(parts)
        return whole.replace(",", self.group) + (self.decimal + decimals if point else "")


_english_alone: ContextVar[bool] = ContextVar("english_alone", default=False)
_source: Callable[[], str | None] | None = None


def use_notation(
    source: Callable[[], str | None] | None = None,
) -> Callable[[], str | None] | None:
    """Write numbers from now on in the notation of the language that `source` names.

    Args:
        source: Is asked at each number, and returns the name of a language such as "de-DE". None,
            and names that are not known, mean English. Without it everything is English again.

    Returns:
        The source before.
    """
    global _source
    before, _source = _source, source
    return before


@contextmanager
def english() -> Iterator[None]:
    """Write English numbers meanwhile, in texts that visitors of all languages share."""
    token = _english_alone.set(True)
    try:
        yield
    finally:
        _english_alone.reset(token)


def current() -> Notation | None:
    """Return the present notation; None for English."""
    if _english_alone.get():
        return None
    name = None if _source is None else _source()
    return None if name is None or name in ("en-US", ENGLISH) else _notation_of(name)


def language() -> str:
    """Return the name of the present notation, which belongs to the key of every kept text."""
    notation = current()
    return ENGLISH if notation is None else notation.locale


def around_amount(currency: str | None) -> tuple[str, str]:
    r"""Return what stands before an amount of a currency and behind it, in the present notation.

    Args:
        currency: An ISO code; None where the file names none.

    >>> around_amount("EUR"), around_amount("XOF"), around_amount(None)
    (('€', ''), ('XOF\xa0', ''), ('', ''))
    """
    if not currency:
        return "", ""
    notation = current()
    return (
        (_english_symbol(currency), "") if notation is None else _around(notation.locale, currency)
    )


def around_percentage() -> tuple[str, str]:
    """Return what stands before a percentage and behind it, in the present notation."""
    notation = current()
    return ("", "%") if notation is None else notation.percent


def rewritten(sentence: str) -> str:
    """Return a sentence that was kept in English with its numbers in the present notation.

    Args:
        sentence: Of the app itself. Its amounts are in dollars.

    >>> rewritten("1,005 customers spent $423k, 61% of it.")
    '1,005 customers spent $423k, 61% of it.'
    """
    notation = current()
    return sentence if notation is None else _NUMBER.sub(partial(_rewritten, notation), sentence)


def _rewritten(notation: Notation, number: re.Match[str]) -> str:
    dollar, digits, unit, percent = number.groups()
    text = notation.digits(digits) + unit
    if dollar:
        text = text.join(_around(notation.locale, "USD"))
    return text.join(notation.percent) if percent else text


@cache
def has_cents(currency: str) -> bool:
    """Say whether a currency has a smaller coin.

    Args:
        currency: An ISO code.
    """
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency) > 0


@lru_cache(_KEPT)
def _notation_of(name: str) -> Notation | None:
    """The notation of a language; None for one that is not known, and for American English."""
    from babel import Locale, UnknownLocaleError  # loads 0.2 s of tables

    if len(name) > _LONGEST_NAME:
        return None
    try:
        locale = Locale.parse(name.replace("-", "_"))
        symbols = locale.number_symbols["latn"]
        decimal, group = symbols["decimal"], symbols["group"]
        percent, money = locale.percent_formats[None], locale.currency_formats["standard"]
        groups = locale.decimal_formats[None].grouping
    except (UnknownLocaleError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if str(locale) in (ENGLISH, "en_US", "en_US_POSIX"):
        return None
    return Notation(
        locale=str(locale),
        decimal=decimal,
        group=group,
        groups=groups,
        percent=(_cleaned(percent.prefix[0]), _cleaned(percent.suffix[0])),
        money=(_cleaned(money.prefix[0]), _cleaned(money.suffix[0])),
    )


def _cleaned(text: str) -> str:
    return text.translate(_DIRECTIONS)


@lru_cache(_KEPT)
def _around(locale: str, currency: str) -> tuple[str, str]:
    from babel.numbers import get_currency_symbol

    notation = _notation_of(locale)
    if notation is None:
        return _english_symbol(currency), ""
    symbol = _cleaned(get_currency_symbol(currency, locale))
    # Letters alone, such as "F CFA", say less than the code to whoever writes English.
    if symbol == currency or (locale.startswith("en_") and not _has_sign(symbol)):
        symbol = _OWN_SYMBOLS.get(currency, currency).strip()
    before, after = (part.replace("¤", symbol) for part in notation.money)
    if before and before[-1].isalpha():
        before += _NO_BREAK
    return before, after


@cache
def _english_symbol(currency: str) -> str:
    if currency in _OWN_SYMBOLS:
        return _OWN_SYMBOLS[currency].replace(" ", _NO_BREAK)
    from babel.numbers import get_currency_symbol  # loads 0.2 s of tables

    known = get_currency_symbol(currency, "en")
    # Letters alone, such as "F CFA", say less than the code.
    return known if _has_sign(known) else currency + _NO_BREAK


def _has_sign(symbol: str) -> bool:
    return any(unicodedata.category(letter) == "Sc" for letter in symbol)
