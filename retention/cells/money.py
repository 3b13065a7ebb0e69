"""Money as files print it -> plain numbers, and the currency that stands beside them.

Which mark is the decimal one is decided from the whole column (`find_money_style`). Then every
cell is read that way (`read_money`), unless it shows both marks.
"""

import re
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from babel.numbers import get_currency_symbol

LARGEST = 1e15
MAX_WORDS = 10_000
SCIENTIFIC = r"^[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,3}$"
SPACES = r"\s\x{00a0}\x{202f}\x{2009}'’"
_PY_SPACES = r"\s'’"
# The number inside a cell: grouped by three (or the Indian way) or not at all, with at most one
# decimal mark.
_NUMBER = (
    rf"(?:\d{{1,3}}(?:[.,{SPACES}]\d{{3}})+(?:[.,]\d*)?|\d{{1,2}}(?:,\d{{2}})*,\d{{3}}(?:\.\d*)?"
    r"|\d+(?:[.,]\d*)?|[.,]\d+)"
)
# What may stand before and behind it: a currency, a sign, brackets, quotes; no other digits.
_BEFORE = r"(?:[A-Za-z]{1,4}\.|[^\d.,]){0,8}"
DRESSED = rf"^{_BEFORE}({_NUMBER})(?:[^\d]{{0,8}})$"

# The currencies that are read.
_CODES = (
    "AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK "
    "JOD JPY KES KHR KRW KWD LAK LKR MAD MMK MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD "
    "RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR GEL HRK KZT MKD"
)
CODES = frozenset(_CODES.split(" "))
#: Currencies whose amounts have no cents: 12.500 is twelve thousand and five hundred.
WITHOUT_CENTS = frozenset({"IDR", "VND", "KRW", "JPY", "CLP", "COP", "LAK", "KHR", "MMK"})
# What shops print beside an amount, beyond the signs that Babel knows. "$" and "kr" stand for
# several currencies. The commonest is named, and a currency column, where there is one, decides.
_PRINTED = {
    "us$": "USD", "usd$": "USD", "฿": "THB", "บาท": "THB", "baht": "THB", "p": "PHP", "rm": "MYR",
    "s$": "SGD", "au$": "AUD", "c$": "CAD", "円": "JPY", "元": "CNY", "đ": "VND", "rp": "IDR",
    "rs": "INR", "원": "KRW", "kr": "SEK", "zł": "PLN", "kč": "CZK", "ft": "HUF", "lei": "RON",
    "fr": "CHF", "₺": "TRY", "₴": "UAH", "₽": "RUB", "грн": "UAH", "руб": "RUB", "р": "RUB",
    "лв": "BGN", "tl": "TRY", "kn": "HRK", "din": "RSD", "дин": "RSD", "ден": "MKD", "nt$": "TWD",
    "hk$": "HKD", "r$": "BRL", "mex$": "MXN", "nok": "NOK", "ر.س": "SAR", "ريال": "SAR",
    "د.إ": "AED", "درهم": "AED", "ج.م": "EGP", "جنيه": "EGP", "د.ك": "KWD", "ر.ق": "QAR",
    "د.ب": "BHD", "ر.ع": "OMR", "د.ا": "JOD", "د.م": "MAD", "ש״ח": "ILS", "टका": "BDT", "रु": "INR",
    "₸": "KZT", "₫": "VND", "vnđ": "VND",
}  # fmt: skip
_SIGNS = {get_currency_symbol(code, "en").lower(): code for code in sorted(CODES)}
_KNOWN = _SIGNS | _PRINTED | {code.lower(): code for code in CODES}
# "ر.س" without the point that is taken out of a cell with its digits.
_WITHOUT_POINTS = {word.replace(".", ""): code for word, code in _KNOWN.items()}
_WORDS = "|".join(re.escape(word) for word in sorted(_KNOWN, key=lambda word: (-len(word), word)))
#: No cell with more letters is looked at as an amount.
LONGEST_AMOUNT = 100
_MONEY_LIKE = re.compile(
    rf"(?i:[-−+(']?\s?(?:{_WORDS})?\.?\s?[-−+(]?\s?(?:\d[\d.,{_PY_SPACES}]*|[.,]\d+)(?:e[+-]?\d+)?"
    rf"\s?(?:{_WORDS})?\.?\s?[-−)]{{0,2}})"
)


def looks_like_money(text: str) -> bool:
    """Return whether a cell is written like an amount, roughly: to tell columns and headers apart.

    >>> [looks_like_money(text) for text in ("1,240.00", "฿ 12", "EUR 5", "12 Main Street")]
    [True, True, True, False]
    """
    return len(text) <= LONGEST_AMOUNT and bool(_MONEY_LIKE.fullmatch(text))


@dataclass(frozen=True, slots=True)
class MoneyStyle:
    """How a column writes its amounts.

    Attributes:
        plain: Whether every cell is a bare number.
        decimal: The mark before the cents.
        mixed: Whether cells contradict each other, so that each is judged by itself.
        assumed: Whether no cell told thousands from decimals.
        symbols: Whether a currency stands in some cell.
        negative: Whether an amount below zero stands in some cell.
        scientific: Whether a power of ten stands in some cell.
    """

    plain: bool = True
    decimal: str = "."
    mixed: bool = False
    assumed: bool = False
    symbols: bool = False
    negative: bool = True
    scientific: bool = True


def find_money_style(table: ir.Table, column: str, decimal: str | None = None) -> MoneyStyle:
    """Look at every cell of a text column and decide how its amounts are written.

    Args:
        table: The rows.
        column: The column of amounts.
        decimal: The marketer's own answer, "." or ",". It is taken where the column allows both.
    """
    raw = table[column]
    if _is_bare(table, raw):
        return MoneyStyle()
    counts = _count_evidence(table, raw)
    marks = {name: bool(counts[name]) for name in ("symbols", "negative", "scientific")}
    if counts["comma_decimal"] or counts["dot_decimal"]:
        mark, mixed = _decimal_mark(counts)
        return MoneyStyle(plain=False, decimal=mark, mixed=mixed, **marks)
    if counts["dot_three"] or counts["dot_thousand"]:
        # Only 1.234 and the like: thousands, since money has two decimals or none.
        assumed = not counts["dot_thousand"]
        mark = decimal if decimal and assumed else ","
        mixed = bool(counts["comma_thousand"])
        return MoneyStyle(plain=False, decimal=mark, mixed=mixed, assumed=assumed, **marks)
    mark = decimal if decimal and counts["comma_three"] else "."
    return MoneyStyle(plain=False, decimal=mark, **marks)


def _decimal_mark(counts: dict[str, int]) -> tuple[str, bool]:
    """Return the mark that most cells end with, and whether other cells contradict it."""
    comma, dot = counts["comma_decimal"], counts["dot_decimal"]
    mark = "," if comma > dot else "."
    grouped_alike = counts["comma_thousand" if mark == "," else "dot_thousand"]
    return mark, bool((comma and dot) or grouped_alike)


def _is_bare(table: ir.Table, raw: ir.StringValue) -> bool:
    """Return whether every cell is a number that can be read in one way only."""
    number = raw.try_cast("float64")
    dotted = raw.contains(".")
    behind_point = raw.length() - raw.find(".") - 1
    facts = table.aggregate(
        cells=raw.count(),
        plain=(number.abs() < LARGEST).sum(),
        dotted=dotted.sum(),
        by_three=(dotted & (behind_point == 3) & (number.abs() >= 1)).sum(),
    )
    # Where all cells are NULL the engine counts none of them.
    facts = facts.execute().iloc[0].fillna(0)
    # A bare 1.234 may still be a thousand.
    all_by_three = facts.dotted > 0 and facts.dotted == facts.by_three
    return bool(facts.cells == facts.plain and not all_by_three)


def _count_evidence(table: ir.Table, raw: ir.StringValue) -> dict[str, int]:
    """Return how many cells speak for each way to write amounts."""
    cells = table.select(cell=raw.strip()).filter(ibis._.cell != "")
    cores = cells.select("cell", core=_core(cells.cell)).cache()
    cell, core = cores.cell, cores.core
    evidence = {
        "comma_decimal": core.re_search(r",\d{1,2}$|\.\d{3},\d|^0?,\d+$"),
        "dot_decimal": core.re_search(r"\.\d{1,2}$|,\d{3}\.\d|\.\d{4,}$"),
        "dot_thousand": core.re_search(r"^\d{1,3}\.\d{3}(?:\.\d{3})+"),
        "comma_thousand": core.re_search(r",\d*,"),
        "comma_three": core.re_search(r"^\d{1,3},\d{3}$"),
        "dot_three": core.re_search(r"^[1-9]\d{0,2}\.\d{3}$"),
        "symbols": cell.re_search(r"[^\d\s.,'’()+−-]"),
        "negative": cell.re_search(r"[-−–(]"),
        "scientific": cell.re_search(SCIENTIFIC),
    }
    sums = cores.aggregate(**{name: matches.sum() for name, matches in evidence.items()})
    return dict(sums.execute().iloc[0].fillna(0).astype(int))


def _core(cell: ir.StringValue) -> ir.StringValue:
    """Return the number alone, with its points and commas; empty where there is no single one."""
    return cell.re_extract(DRESSED, 1).re_replace(rf"[{SPACES}]|[.,]$", "")


def read_money(table: ir.Table, column: str, style: MoneyStyle) -> ir.FloatingValue:
    """Return a number for every cell that is an amount in the given style, NULL for the others."""
    if style.plain:
        return table[column].try_cast("float64")
    cell = table[column].strip()
    core = _core(cell)
    if style.mixed:
        number = _judged_alone(core, style.decimal)
    elif style.decimal == ",":
        number = core.replace(".", "").replace(",", ".").try_cast("float64")
    else:
        number = core.replace(",", "").try_cast("float64")
    if style.negative:
        below_zero = cell.re_search(r"^\s*\(.*\)\s*$|^[^\d]*[-−–]|\d\s?[^\d.,\s]{0,3}\s?[-−–]\s*$")
        number = number * ibis.ifelse(below_zero, -1.0, 1.0)
    if style.scientific:
        number = ibis.ifelse(cell.re_search(SCIENTIFIC), cell.try_cast("float64"), number)
    return _finite(number)


def _judged_alone(core: ir.StringValue, decimal: str) -> ir.FloatingValue:
    """Return each number by its own marks.

    Of two kinds of marks the last is the decimal one. Of one kind repeated none is. One mark with
    one or two digits behind it is decimal; else the column decides.
    """
    comma_is_decimal = ibis.cases(
        (core.re_search(r"\.[\d.]*,\d*$"), True),
        (core.re_search(r",[\d,]*\.\d*$"), False),
        (core.re_search(r",\d*,"), False),
        (core.re_search(r"\.\d*\."), True),
        (core.re_search(r"^\d+,\d{1,2}$"), True),
        (core.re_search(r"^\d+\.\d{1,2}$"), False),
        else_=decimal == ",",
    )
    with_comma, with_point = core.replace(".", "").replace(",", "."), core.replace(",", "")
    return ibis.ifelse(comma_is_decimal, with_comma, with_point).try_cast("float64")


def _finite(number: ir.FloatingValue) -> ir.FloatingValue:
    return ibis.ifelse(number.abs() < LARGEST, number, ibis.null("float64"))


def read_currency(table: ir.Table, column: str) -> ir.StringValue:
    """Return the currency code that a cell names beside its number; NULL where it names none."""
    cell = table[column]
    word = (
        ibis.ifelse(cell.re_search(r"\d"), cell, "")
        .re_replace(rf"[\d.,()+−–{SPACES}-]+", "")
        .lower()
    )
    used = table.select(word=word).distinct().limit(MAX_WORDS).to_pandas()["word"].dropna()
    known = [(word == text, _WITHOUT_POINTS[text]) for text in used if text in _WITHOUT_POINTS]
    return ibis.cases(*known, else_=ibis.null("string")) if known else ibis.null("string")


# Codes that are words, too: they count in capitals only.
_ABBREVIATIONS = {"Rp", "RM", "Kč", "Ft"}
_ALSO_WORDS = {"cop", "lak", "mad", "pen", "ron", "try"}


def named_currency(column: str) -> str | None:
    """Return the currency that a column's name carries.

    >>> [named_currency(name) for name in ("Total (THB)", "ยอดรวม (บาท)", "Total", "Price ₪")]
    ['THB', 'THB', None, 'ILS']
    >>> named_currency("total_idr"), named_currency("pen sales")
    ('IDR', None)
    """
    words = [word.strip(".") for word in re.split(r"[\s()\[\]_/,:-]+", column)]
    codes = [
        w.upper() for w in words if w.upper() in CODES and (w.isupper() or w not in _ALSO_WORDS)
    ]
    symbols = [
        _KNOWN[w.lower()]
        for w in words
        if w.lower() in _KNOWN and (w in _ABBREVIATIONS or not (w.isascii() and w.isalpha()))
    ]
    return next(iter(codes + symbols), None)
