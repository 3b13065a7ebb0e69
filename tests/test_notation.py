"""Numbers follow a language where one is set, and English everywhere else."""

import ast
import threading
from pathlib import Path

import pytest
from babel.numbers import format_currency, format_decimal, format_percent, parse_decimal
from hypothesis import given, strategies as st

import retention
from retention import notation, wording

LANGUAGES = ("en-US", "de-DE", "fr-FR", "en-IN", "hi", "th-TH", "de-CH", "en-PH", "pt-BR", "sv-SE")
THIN, WIDE = "\u202f", "\u00a0"


@pytest.fixture(autouse=True)
def _before_and_after():
    source = notation.use_notation()
    yield
    notation.use_notation(source)


def use(language: str | None) -> None:
    notation.use_notation(lambda: language)


@pytest.mark.parametrize(
    ("language", "usd", "eur", "jpy", "thb"),
    [
        ("en-US", "$1,235", "€12.50", "¥1,235", "฿1,235"),
        ("de-DE", "1.235_$", "12,50_€", "1.235_¥", "1.235_฿"),
        ("fr-FR", "1~235_$US", "12,50_€", "1~235_JPY", "1~235_฿"),
        ("en-IN", "$1,235", "€12.50", "JP¥1,235", "฿1,235"),
        ("th-TH", "US$1,235", "€12.50", "¥1,235", "฿1,235"),
        ("de-CH", "$_1'235", "EUR_12.50", "¥_1'235", "฿_1'235"),
    ],
)
def test_amounts_are_written_as_the_language_has_them(language, usd, eur, jpy, thb):
    use(language)
    written = [
        wording.money(1234.5001, "USD"),
        wording.money(12.5, "EUR"),
        wording.money(1234.5001, "JPY"),
        wording.money(1234.5001, "THB"),
    ]
    expected = [text.replace("~", THIN).replace("_", WIDE) for text in (usd, eur, jpy, thb)]
    if language == "fr-FR":  # Babel's editions differ in how a Frenchman writes the yen
        written.pop(2), expected.pop(2)
    assert written == expected


@pytest.mark.parametrize(
    ("language", "share", "number", "large"),
    [
        ("en-US", "12.3%", "−1,234.5", "1,234,567"),
        ("de-DE", "12,3_%", "−1.234,5", "1.234.567"),
        ("fr-FR", "12,3_%", "−1~234,5", "1~234~567"),
        ("en-IN", "12.3%", "−1,234.5", "12,34,567"),
        ("hi", "12.3%", "−1,234.5", "12,34,567"),
        ("th-TH", "12.3%", "−1,234.5", "1,234,567"),
        ("de-CH", "12.3%", "−1'234.5", "1'234'567"),
        ("tr-TR", "%12,3", "−1.234,5", "1.234.567"),
    ],
)
def test_shares_and_counts_are_written_as_the_language_has_them(language, share, number, large):
    use(language)
    written = (wording.percent(0.123, 1), wording.decimal(-1234.5, 1), wording.count(1_234_567))
    expected = (share, number, large)
    plain = [text.replace(THIN, WIDE) for text in written]
    assert plain == [text.replace("~", WIDE).replace("_", WIDE) for text in expected]


def test_the_rules_of_amounts_hold_in_every_notation():
    use("de-DE")
    assert wording.money(0.002, "EUR") == f"<0,01{WIDE}€"
    assert wording.money(88_123, "EUR", short=True) == f"88,1k{WIDE}€"
    assert wording.money_range(88_123, 104_000, "USD") == f"88,1k{WIDE}$ to 104k{WIDE}$"
    assert wording.money(-3, "EUR") == f"−3,00{WIDE}€"
    assert wording.money(12, "EUR", whole=True) == f"12{WIDE}€"
    assert wording.percent(0.0004) == f"<0,1{WIDE}%"
    assert wording.percent(0.9996) == f">99,9{WIDE}%"
    assert wording.signed_percent(0.0123, 1) == f"+1,2{WIDE}%"
    assert wording.general_amount(0.008, "EUR", 4) == f"0,008{WIDE}€"
    assert wording.plural(1204, "order") == "1.204 orders"


@given(
    language=st.sampled_from(LANGUAGES),
    value=st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False),
)
def test_a_number_parses_back_in_its_language(language, value):
    notation.use_notation(lambda: language)
    locale = language.replace("-", "_")
    number = float(value)
    written = wording.decimal(number, 2)
    # Babel reads the narrow blank as a wide one in some editions.
    assert float(parse_decimal(written, locale=locale)) == pytest.approx(number, abs=0.006)
    assert int(parse_decimal(wording.count(number), locale=locale)) == round(number)


@given(
    # Babel writes no groups where the apostrophe parts them: "de-CH" has 1'234 and 1234567.
    language=st.sampled_from([name for name in LANGUAGES if name not in ("en-US", "de-CH")]),
    currency=st.sampled_from(["USD", "EUR", "JPY", "THB", "GBP", "PHP"]),
    value=st.integers(min_value=100, max_value=10**9),
)
def test_what_stands_around_a_number_is_babels(language, currency, value):
    notation.use_notation(lambda: language)
    locale = language.replace("-", "_")
    assert wording.count(value) == format_decimal(value, locale=locale)
    babels = format_currency(value, currency, locale=locale, currency_digits=False)
    babels = babels.replace(format_decimal(0.5, locale=locale)[1] + "00", "")
    if currency not in babels:
        assert wording.money(value, currency) == babels
    assert wording.percent(value / 100) == format_percent(value / 100, locale=locale)


@pytest.mark.parametrize(
    "language", [None, "", "en", "en-US", "C", "xx", "klingon-xx-yy", "../..", "9" * 999]
)
def test_what_is_no_known_language_is_english(language):
    use(language)
    assert wording.money(1234.5, "USD") == "$1,234"
    assert wording.percent(0.123, 1) == "12.3%"
    assert notation.language() == "en"


def test_each_thread_has_the_language_of_its_visitor():
    languages = threading.local()
    notation.use_notation(lambda: getattr(languages, "name", None))
    written: dict[str, str] = {}

    def visit(language: str) -> None:
        languages.name = language
        for _ in range(200):
            written[language] = wording.count(1_234_567)

    visits = [threading.Thread(target=visit, args=(name,)) for name in ("de-DE", "en-IN", "en-US")]
    for thread in visits:
        thread.start()
    for thread in visits:
        thread.join()
    assert written == {"de-DE": "1.234.567", "en-IN": "12,34,567", "en-US": "1,234,567"}
    assert wording.count(1_234_567) == "1,234,567"


def test_shared_texts_are_english_for_everybody():
    use("de-DE")
    with notation.english():
        assert wording.count(1_234_567) == "1,234,567"
    assert wording.count(1_234_567) == "1.234.567"


def test_kept_english_sentences_get_the_notation():
    kept = "1,005 customers, 61% of all, spent $36.01 or $423k in the 12 months of 2024."
    assert notation.rewritten(kept) == kept
    use("de-DE")
    expected = "1.005 customers, 61_% of all, spent 36,01_$ or 423k_$ in the 12 months of 2024."
    assert notation.rewritten(kept) == expected.replace("_", WIDE)


def _written_while_loading(node: ast.AST) -> list[int]:
    """Lines that write a number when the module is imported: in one visitor's notation for all."""
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        return []
    lines = []
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        if name.removeprefix("wording.") in _WRITERS and name != "count":
            lines.append(node.lineno)
    return lines + [
        line for child in ast.iter_child_nodes(node) for line in _written_while_loading(child)
    ]


_WRITERS = {"count", "money", "percent", "decimal", "signed", "signed_percent", "plural", "general"}


def test_no_module_writes_a_number_while_it_is_imported():
    found = {
        str(path): lines
        for path in Path(retention.__file__).parent.rglob("*.py")
        if (lines := _written_while_loading(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert not found
