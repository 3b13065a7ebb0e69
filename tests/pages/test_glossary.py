"""The glossary page: every word, those of the page that leads there first."""

from retention.view import page_table
from retention.view.glossary.terms import all_terms, terms_of
from tests.pages.steps import open_page

PAGE = "pages/glossary.py"


def drawn(at) -> str:
    return "\n".join(html.proto.body for html in at.get("html"))


def test_every_word_stands_on_the_page_without_data():
    at = open_page(PAGE)
    assert not at.exception
    body = drawn(at)
    assert all(f"id={term.anchor}>" in body for term in all_terms())
    assert body.count("<dt ") == len(all_terms())


def test_the_words_of_the_page_that_leads_there_come_first():
    at = open_page(PAGE, **{page_table.WORDS_OF: "campaigns"})
    assert [heading.value for heading in at.subheader] == ["On the page Plan"]
    body = drawn(at)
    assert body.count("<dt ") == len(all_terms())
    last = max(body.index(f"id={term.anchor}>") for term in terms_of("campaigns"))
    others = [term for term in all_terms() if "campaigns" not in term.pages]
    assert last < min(body.index(f"id={term.anchor}>") for term in others)


def test_an_unknown_page_in_the_address_changes_nothing():
    at = open_page(PAGE, **{page_table.WORDS_OF: "<b>"})
    assert not at.exception
    assert drawn(at).count("<dt ") == len(all_terms())
