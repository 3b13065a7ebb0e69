"""Money as files print it -> plain numbers, and the currency that stands beside them.

Which mark is the decimal one is decided from the whole column (`find_money_style`), then every cell is read
that way (`read_money`); a cell that shows both marks tells for itself.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

PLAIN = r"^\s*[+-]?(?:\d{1,15}(?:\.\d*)?|\.\d+)\s*$"
SCIENTIFIC = r"^[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,3}$"
SPACES = r"\s\x{00a0}\x{202f}\x{2009}'’"
# One run of digits, points and commas, with at most a short currency, sign or bracket on either side.
DRESSED = rf"^[^\d,.]{{0,6}}\.?\s?[^\d,.]{{0,2}}\d[\d.,{SPACES}]*(?:[^\d.,]{{1,8}}\.?)?$|^[^\d,.]{{0,6}}\.\d+$"
MONEY_LIKE = r"[^\w\s]{0,3}\s?(?:[A-Za-z]{1,3}\.?\s?|[฿₱₫₹€£¥]\s?)?[^\w\s]{0,2}\d[\d.,\s'’]*\s?(?:[A-Za-z]{1,3}|[฿₱₫₹€£¥%])?\)?-?"

# What shops print beside an amount. "$" and "kr" stand for several currencies; the commonest is named and a
# currency column, where there is one, decides.
SYMBOLS = {
    "$": "USD", "us$": "USD", "usd$": "USD", "€": "EUR", "£": "GBP", "฿": "THB", "บาท": "THB", "baht": "THB",
    "₱": "PHP", "php": "PHP", "p": "PHP", "rm": "MYR", "s$": "SGD", "a$": "AUD", "au$": "AUD", "c$": "CAD",
    "ca$": "CAD", "nz$": "NZD", "hk$": "HKD", "nt$": "TWD", "r$": "BRL", "mx$": "MXN", "¥": "JPY", "円": "JPY",
    "元": "CNY", "₫": "VND", "đ": "VND", "rp": "IDR", "₹": "INR", "rs": "INR", "₩": "KRW", "원": "KRW", "kr": "SEK",
    "zł": "PLN", "kč": "CZK", "ft": "HUF", "lei": "RON", "chf": "CHF", "fr": "CHF", "₺": "TRY", "₴": "UAH", "₽": "RUB",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MoneyStyle:
    """plain: every cell is a bare number; decimal: the mark before the cents; mixed: cells contradict each other;
    assumed: no cell told thousands from decimals; symbols: whether a currency stands in the cells."""

    plain: bool = True
    decimal: str = "."
    mixed: bool = False
    assumed: bool = False
    symbols: bool = False


def find_money_style(table: ir.Table, column: str, decimal: str | None = None) -> MoneyStyle:
    """Look at every cell of a text column and decide how its amounts are written.

    decimal: the marketer's own answer, "." or ","; it is taken where the column allows both.
    """
    raw = table[column]
    facts = table.aggregate(
        rows=raw.re_search(r"\S").sum(),
        plain=raw.re_search(PLAIN).sum(),
        dotted=raw.contains(".").sum(),
        by_three=raw.re_search(r"^[+-]?\d{1,3}\.\d{3}$").sum(),
    ).execute().iloc[0]
    # A bare 1.234 may still be a thousand: only numbers that cannot be read two ways are taken as they are.
    all_by_three = facts.dotted > 0 and facts.dotted == facts.by_three
    if facts["rows"] == facts.plain and not all_by_three:
        return MoneyStyle()
    cell = raw.strip()
    filled = cell.notnull() & (cell != "")
    core = _core(cell)
    evidence = {
        "comma_decimal": core.re_search(r",\d{1,2}$") | core.re_search(r"\.\d{3},\d") | core.re_search(r"^0?,\d+$"),
        "dot_decimal": core.re_search(r"\.\d{1,2}$") | core.re_search(r",\d{3}\.\d") | core.re_search(r"\.\d{4,}$"),
        "dot_thousand": core.re_search(r"^\d{1,3}\.\d{3}(?:\.\d{3})+"),
        "comma_three": core.re_search(r"^\d{1,3},\d{3}$"),
        "dot_three": core.re_search(r"^[1-9]\d{0,2}\.\d{3}$"),
        "symbols": filled & cell.re_search(r"[^\d\s.,'’()+−-]"),
    }
    counts = table.aggregate(**{k: v.sum() for k, v in evidence.items()}).execute().iloc[0].fillna(0).astype(int)
    comma, dot = counts.comma_decimal, counts.dot_decimal
    if comma or dot:
        return MoneyStyle(False, "," if comma > dot else ".", bool(comma and dot), False, bool(counts.symbols))
    if counts.dot_three or counts.dot_thousand:
        # Only 1.234 and the like: thousands, since money has two decimals or none.
        assumed = not counts.dot_thousand
        return MoneyStyle(False, decimal if decimal and assumed else ",", False, assumed, bool(counts.symbols))
    assumed = bool(counts.comma_three)
    return MoneyStyle(False, decimal if decimal and assumed else ".", False, assumed, bool(counts.symbols))


def _core(cell: ir.StringValue) -> ir.StringValue:
    """Digits, points and commas alone."""
    return cell.re_replace(r"[^\d.,]", "").re_replace(r"^[.,]+(\d{3,}|\d*[.,])", r"\1").re_replace(r"[.,]+$", "")


def read_money(table: ir.Table, column: str, style: MoneyStyle) -> ir.FloatingValue:
    """A number for every cell that is an amount in the given style, NULL for the others (text, NaN, infinity)."""
    if style.plain:
        return table[column].try_cast("float64")
    cell = table[column].strip()
    core = _core(cell)
    # Two marks: the last one is the decimal one. One mark: the column decides.
    comma_last = core.re_search(r"\.[\d.]*,\d*$")
    dot_last = core.re_search(r",[\d,]*\.\d*$")
    several = core.re_search(r",\d*,") & ~core.contains(".")
    several_dots = core.re_search(r"\.\d*\.") & ~core.contains(",")
    comma_is_decimal = ibis.cases(
        (comma_last, True), (dot_last, False), (several, False), (several_dots, True), else_=style.decimal == ","
    )
    number = ibis.ifelse(
        comma_is_decimal, core.replace(".", "").replace(",", "."), core.replace(",", "")
    ).try_cast("float64")
    if style.mixed:
        # The column holds both 12,50 and 12.50: one mark with one or two digits behind it ends an amount.
        alone = core.re_search(r"^\d+[.,]\d{1,2}$")
        number = ibis.ifelse(alone, core.replace(",", ".").try_cast("float64"), number)
    negative = cell.re_search(r"^\s*\(.*\)\s*$") | cell.re_search(r"^[^\d]*[-−–]") | cell.re_search(r"\d[^\d]*[-−–]\s*$")
    number = ibis.ifelse(negative, -number, number)
    scientific = ibis.ifelse(cell.re_search(SCIENTIFIC), cell.try_cast("float64"), ibis.null("float64"))
    return _finite(ibis.ifelse(cell.re_search(DRESSED), ibis.coalesce(scientific, number), scientific))


def _finite(number: ir.FloatingValue) -> ir.FloatingValue:
    return ibis.ifelse(number.abs() < 1e15, number, ibis.null("float64"))


def read_currency(table: ir.Table, column: str) -> ir.StringValue:
    """The currency code that a cell names, by code or symbol; NULL where it names none."""
    cell = table[column]
    word = ibis.ifelse(cell.re_search(r"\d"), cell, "").re_replace(rf"[\d.,()+−–{SPACES}-]", "").lower()
    known = ibis.cases(*[(word == symbol, code) for symbol, code in SYMBOLS.items()], else_=ibis.null("string"))
    code = ibis.ifelse(word.re_search("^[a-z]{3}$"), word.upper(), ibis.null("string"))
    return ibis.coalesce(known, code)
