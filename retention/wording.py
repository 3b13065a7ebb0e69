"""Numbers, money and days as text, the same everywhere: values in, strings out.

Numbers are written in the present notation of `retention.notation`, which is English by default.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from retention.notation import around_amount, around_percentage, current, has_cents
from retention.periods import DAYS_PER_MONTH, DAYS_PER_YEAR, Period

MISSING = "–"
#: Said once wherever money would stand.
NO_AMOUNTS = "The file has no amounts, so everything in money is left out."

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: A prediction this many times too high is named as a multiple, not in percent.
_MULTIPLE = 4
#: Below this number of actual orders the expected ones have a decimal.
_FEW_ORDERS = 100


def count(n: float, *, short: bool = False) -> str:
    """Return a whole number with thousands separators.

    Args:
        n: The number.
        short: Whether to keep three digits of large numbers.

    Returns:
        The number as text.

    >>> count(12034), count(12034, short=True), count(2_724_000, short=True)
    ('12,034', '12k', '2.72M')
    """
    if _missing(n):
        return MISSING
    return _short(n) if short else _sign(n) + _digits(f"{abs(round(n)):,}")


def money(
    x: float, currency: str | None = None, *, short: bool = False, whole: bool = False
) -> str:
    """Return an amount with its currency's symbol: cents below 100 only, never a false 0.

    The `$` that it may return starts a formula in Markdown: pass the result through `plain` there.

    Args:
        x: The amount.
        currency: Its ISO code.
        short: Whether to keep three digits of large amounts.
        whole: Whether to leave out the cents of small amounts too.

    Returns:
        The amount as text.

    >>> money(1234.4, "USD"), money(9.5, "EUR"), money(88_123, "THB", short=True)
    ('$1,234', '€9.50', '฿88.1k')
    >>> money(-3), money(0.002, "USD")
    ('−3.00', '<$0.01')
    """
    if _missing(x):
        return MISSING
    before, after = around_amount(currency)
    whole = whole or (currency is not None and not has_cents(currency))
    # Half a unit is rounded to 0, which is even.
    if 0 < abs(x) <= 0.5 if whole else 0 < abs(x) < 0.005:
        least = "1" if whole else _digits("0.01")
        return f"{'>−' if x < 0 else '<'}{before}{least}{after}"
    if short and abs(x) >= 10_000:
        digits = _short(abs(x))
    else:
        cents = abs(x) < 99.995 and x != 0 and not whole
        digits = _digits(f"{abs(x):,.2f}" if cents else f"{abs(x):,.0f}")
    return f"{_sign(x)}{before}{digits}{after}"


def money_range(low: float, high: float, currency: str | None = None) -> str:
    """Return two amounts as a range, shortened alike.

    Args:
        low: The smaller amount.
        high: The larger amount.
        currency: The ISO code of both.

    Returns:
        Both amounts as text.

    >>> money_range(88_123, 104_000, "USD"), money_range(3, 11.5)
    ('$88.1k to $104k', '3.00 to 11.50')
    """
    return f"{money(low, currency, short=True)} to {money(high, currency, short=True)}"


def symbol(currency: str | None) -> str:
    r"""Return what stands before an amount: the symbol, the code, or nothing.

    Args:
        currency: An ISO code; None where the file names none.

    Returns:
        The symbol, with a blank that does not break behind a code.

    >>> symbol("MYR"), symbol("XOF"), symbol(None)
    ('RM\xa0', 'XOF\xa0', '')
    """
    return around_amount(currency)[0]


def percent(x: float, digits: int | None = None) -> str:
    """Return a fraction as a percentage, never as a false 0% or 100%.

    It has one decimal below 10% and none above, unless `digits` says how many.

    Args:
        x: The fraction.
        digits: How many decimals to show.

    Returns:
        The percentage as text.

    >>> percent(0.237), percent(0.041), percent(0.01)
    ('24%', '4.1%', '1%')
    >>> percent(0.0004), percent(0.9996), percent(1)
    ('<0.1%', '>99.9%', '100%')
    """
    if _missing(x):
        return MISSING
    if digits is None:
        if 0 < x < 0.001:
            return "<" + _percentage("0.1")
        if 0.995 <= x < 1:
            return (">" if x >= 0.9995 else "") + _percentage(f"{min(x * 100, 99.9):.1f}")
        digits = 1 if 0 < abs(x) < 0.0995 else 0
        return _sign(x) + _percentage(f"{abs(x) * 100:,.{digits}f}".removesuffix(".0"))
    return _sign(x) + _percentage(f"{abs(x) * 100:,.{digits}f}")


def signed(value: float, digits: int = 0) -> str:
    """Return a number with its sign, a true minus; without one where it rounds to 0.

    Args:
        value: The number.
        digits: How many decimals to show.

    Returns:
        The number as text.

    >>> signed(12.3), signed(-0.04, 1), signed(-1234.5, 1)
    ('+12', '0.0', '−1,234.5')
    """
    if not math.isfinite(value):
        return MISSING
    rounded = round(value, digits)
    return _plus_or_minus(rounded) + _digits(f"{abs(rounded):,.{digits}f}")


def decimal(value: float, digits: int) -> str:
    """Return a number with its decimals and a true minus.

    Args:
        value: The number.
        digits: How many decimals to show.

    Returns:
        The number as text.

    >>> decimal(-0.314, 2), decimal(1234.5, 1), decimal(-0.001, 2)
    ('−0.31', '1,234.5', '0.00')
    """
    return signed(value, digits).removeprefix("+")


def signed_percent(share: float, digits: int = 0) -> str:
    """Return a fraction as a percentage with its sign; without one where it rounds to 0.

    Args:
        share: The fraction.
        digits: How many decimals to show.

    Returns:
        The percentage as text.

    >>> signed_percent(0.123), signed_percent(-0.4), signed_percent(0.0123, 1)
    ('+12%', '−40%', '+1.2%')
    >>> signed_percent(-0.002)
    '0%'
    """
    if not math.isfinite(share):
        return "not to be said"
    rounded = round(100 * share, digits)
    return _plus_or_minus(rounded) + _percentage(f"{abs(rounded):,.{digits}f}")


def general(value: float, digits: int = 10) -> str:
    """Return a number with as many decimals as it has, and a true minus.

    Args:
        value: The number.
        digits: How many digits to keep at most.

    Returns:
        The number as text.

    >>> general(1234.5), general(3.0), general(-0.12345, 3)
    ('1,234.5', '3', '−0.123')
    """
    return _sign(value) + _digits(f"{abs(value):,.{digits}g}") if math.isfinite(value) else MISSING


def general_percent(share: float, digits: int = 10) -> str:
    """Return a fraction as a percentage with as many decimals as it has.

    Args:
        share: The fraction.
        digits: How many digits to keep at most.

    Returns:
        The percentage as text.

    >>> general_percent(0.125), general_percent(0.3)
    ('12.5%', '30%')
    """
    return _sign(share) + _percentage(f"{abs(100 * share):,.{digits}g}")


def general_amount(amount: float, currency: str | None, digits: int) -> str:
    """Return an amount with as many decimals as it has, such as the cost of a message.

    Args:
        amount: The amount.
        currency: Its ISO code.
        digits: How many digits to keep at most.

    Returns:
        The amount as text.

    >>> general_amount(0.008, "EUR", 4)
    '€0.008'
    """
    before, after = around_amount(currency)
    return f"{_sign(amount)}{before}{_digits(f'{abs(amount):,.{digits}g}')}{after}"


def rounded_orders(orders: float, actual: float) -> str:
    """Return expected orders as text, with one decimal where few orders came.

    Args:
        orders: The expected orders.
        actual: The orders that came.

    Returns:
        The expected orders as text.

    >>> rounded_orders(12.34, 15), rounded_orders(1653.4, 1882)
    ('12.3', '1,653')
    """
    return decimal(orders, 1 if actual < _FEW_ORDERS else 0)


def deviation_words(bias: float, more: str = "many", less: str = "few") -> str:
    """Return how far a total was off, as a part of a sentence.

    Args:
        bias: Predicted / actual - 1.
        more: The word for too much, such as "many" or "high".
        less: The word for too little, such as "few" or "low".

    Returns:
        The part of a sentence.

    >>> deviation_words(-0.121), deviation_words(0.001), deviation_words(4.0, "high")
    ('12% too few', 'right to a percent', '5 times as high')
    """
    if not math.isfinite(bias):
        return "not to be compared"
    if abs(bias) < 0.005:
        return "right to a percent"
    if bias >= _MULTIPLE - 1:
        return f"{decimal(bias + 1, 0)} times as {more}"
    return f"{percent(abs(bias), 0)} too {more if bias > 0 else less}"


def deviation_figure(bias: float, more: str, less: str) -> str:
    """Return how far a prediction was off, exactly enough for a figure on its own.

    Args:
        bias: Predicted / actual - 1.
        more: The words for too much, such as "too many".
        less: The words for too little, such as "too few".

    Returns:
        Words such as "5.3% too many".

    >>> deviation_figure(0.053, "too many", "too few"), deviation_figure(0.001, "", "")
    ('5.3% too many', 'right')
    >>> deviation_figure(-0.12, "too high", "too low")
    '12% too low'
    """
    if _missing(bias):
        return MISSING
    return "right" if abs(bias) < 0.005 else f"{percent(abs(bias))} {more if bias > 0 else less}"


def days(n: float) -> str:
    """Return a number of days in the unit that a reader would use.

    Args:
        n: The number of days.

    Returns:
        The number with its unit.

    >>> days(1), days(48.2), days(400), days(0.4)
    ('1 day', '48 days', '13 months', 'less than a day')
    """
    if _missing(n):
        return MISSING
    if n < 0.5:
        return "less than a day"
    if n < 120:
        return plural(round(n), "day")
    if n < DAYS_PER_YEAR * 3:
        return plural(round(n / DAYS_PER_MONTH), "month")
    return plural(round(n / DAYS_PER_YEAR), "year")


def day(d: date) -> str:
    """Return a date as 1 Dec 2010, whatever the machine's language.

    Args:
        d: The date.

    Returns:
        The date in English.

    >>> day(date(2010, 12, 1))
    '1 Dec 2010'
    """
    return f"{d.day} {_MONTHS[d.month - 1]} {d.year}"


def span(period: Period) -> str:
    """Return a period's first and last day.

    Args:
        period: The period.

    Returns:
        Both days in English.

    >>> span(Period(date(2010, 12, 1), date(2011, 1, 1)))
    '1 Dec 2010 to 31 Dec 2010'
    """
    return f"{day(period.start)} to {day(period.last)}"


def quoted(name: str, longest: int = 100) -> str:
    """Return a name of a file in quotation marks, cut where it is long.

    Files in a wrong encoding have column names of thousands of letters.

    Args:
        name: A column's name.
        longest: Letters of the result, at most.

    Returns:
        The part of a sentence.

    >>> quoted("Email"), quoted("a" * 99, 8)
    ("'Email'", "'aaaaa…'")
    """
    whole = repr(name)
    return whole if len(whole) <= longest else f"{whole[: longest - 2]}…{whole[-1]}"


def first_words(words: Sequence[str], most: int) -> str:
    """Return the first words of a list, and how many more there are.

    Args:
        words: The words, as they are to be shown.
        most: How many of them are shown.

    Returns:
        The part of a sentence.

    >>> first_words(["'a'", "'b'", "'c'"], 2), first_words(["'a'", "'b'"], 2)
    ("'a', 'b' and 1 more", "'a', 'b'")
    """
    more = len(words) - most
    return ", ".join(words[:most]) + (f" and {count(more)} more" if more > 0 else "")


def plural(n: float, one: str, many: str | None = None) -> str:
    """Return a count with its noun.

    Args:
        n: The count.
        one: The noun for one.
        many: The noun for other counts; `one` with an s unless given.

    Returns:
        The count as `count` writes it, and the noun.

    >>> plural(1, "order"), plural(1204, "order"), plural(2, "country", "countries")
    ('1 order', '1,204 orders', '2 countries')
    """
    return f"{count(n)} {one if n == 1 else many or one + 's'}"


def _digits(english: str) -> str:
    """A number without sign in the present notation."""
    notation = current()
    return english if notation is None else notation.digits(english)


def _percentage(english: str) -> str:
    before, after = around_percentage()
    return f"{before}{_digits(english)}{after}"


def _short(n: float) -> str:
    size = abs(n)
    for limit, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= limit * 0.9995 and size >= 999.5:
            scaled = size / limit
            digits = 0 if scaled >= 99.95 else 1 if scaled >= 9.995 else 2
            whole, _, decimals = f"{scaled:.{digits}f}".partition(".")
            decimals = decimals.rstrip("0")
            return _sign(n) + _digits(whole + ("." + decimals if decimals else "")) + unit
    return _sign(n) + _digits(f"{round(size):,}")


def _plus_or_minus(x: float) -> str:
    return "+" if x > 0 else _sign(x)


def _sign(x: float) -> str:
    return "−" if x < 0 else ""


def _missing(x: float | None) -> bool:
    return x is None or (isinstance(x, float) and not math.isfinite(x)) or x != x
