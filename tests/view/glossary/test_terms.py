"""The words of the glossary: each defined once, in short, and used where it says."""

import re
from functools import cache
from pathlib import Path

import pytest

import retention
from retention.view import page_table, text
from retention.view.glossary.terms import FRONT, GROUPS, Term, all_terms, terms_of

ROOT = Path(retention.__file__).parent
#: The package of a page whose file has another name.
PACKAGES = {
    FRONT: "front",
    "lifetime_value": "value",
    "ready_made": "own_segments",
    "campaign_calendar": "campaigns",
}
#: What several pages show, and where their labels come from.
SHARED = (
    *("view/widgets.py", "view/forecast_panels.py", "view/customer_lists.py"),
    *("view/session/store_settings.py", "models/checks.py", "evaluation/backtest.py"),
    *("history/metrics.py", "segments/labels.py", "segments/rules.py", "actions/sentences.py"),
)


@cache
def source_of(page: str) -> str:
    """What a page may show, in lower case: its package's code, and what it shares."""
    package = ROOT / "view" / PACKAGES.get(page, page)
    files = [*package.glob("*.py"), *(ROOT / name for name in SHARED if (ROOT / name).exists())]
    return "\n".join(file.read_text(encoding="utf-8") for file in files).lower()


def test_no_word_is_defined_twice():
    for column in (
        [term.word for term in all_terms()],
        [term.anchor for term in all_terms()],
        [term.meaning for term in all_terms()],
    ):
        assert len(set(column)) == len(column)
    assert len(all_terms()) > 50


@pytest.mark.parametrize("term", all_terms(), ids=lambda term: term.anchor)
def test_a_meaning_is_one_to_three_sentences(term: Term):
    assert 1 <= len(re.split(r"(?<=[.)]) (?=[A-Z“(])", term.meaning)) <= 3
    assert term.meaning.endswith(".")


@pytest.mark.parametrize("term", all_terms(), ids=lambda term: term.anchor)
def test_every_word_is_used_on_the_pages_that_it_names(term: Term):
    assert term.pages
    # "Bought again, of a product" is "Bought again" on its page.
    words = [word.lower().partition(", ")[0] for word in (term.word, *term.also)]
    for page in term.pages:
        assert any(word in source_of(page) for word in words), page


def test_a_number_without_a_mark_is_explained_on_the_glossary():
    assert {term.about for term in all_terms() if term.about} - {"cltv"} == text.ON_GLOSSARY


def test_the_pages_of_a_word_exist():
    stems = {FRONT, *(page.stem for page in page_table.pages())}
    assert {page for term in all_terms() for page in term.pages} <= stems


def test_every_page_has_words_of_its_own():
    for page in page_table.pages():
        stem = FRONT if page.path == page_table.FRONT_PAGE else page.stem
        if page.path != page_table.GLOSSARY_PAGE:
            assert terms_of(stem), page.path


def test_the_terms_that_a_marketer_asks_for_are_there():
    words = {term.word for terms in GROUPS.values() for term in terms}
    assert words >= {
        *("Lift", "Holdout", "80% range", "BG/NBD", "Gamma-Gamma", "Churn rate", "Cohort", "RFM"),
        *("Repeat purchase rate", "Margin", "Discount rate", "Expected value", "At risk"),
        *("Left out", "Consent", "Gain", "No clear change", "Season", "Backtest"),
    }
