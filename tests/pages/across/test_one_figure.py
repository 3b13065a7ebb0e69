"""One number has one rounding, whichever page shows it, and one way to its words."""

import pytest

from retention.view import page_table
from tests.pages.steps import button, metrics, open_app

VALUE, EACH, BACK = "Expected value", "Value per customer", "Will order again"


@pytest.fixture
def store():
    return button(open_app().run(), "Open the sample store").click().run()


def test_a_figure_reads_alike_on_every_page(store):
    at = store
    front = metrics(at)
    read = {}
    for name in ("lifetime_value", "settings", "scorecard"):
        at = at.switch_page(f"pages/{name}.py").run()
        assert not at.exception
        read[name] = metrics(at)
    assert {page[VALUE] for page in read.values()} == {front[VALUE]}
    assert read["lifetime_value"][EACH] == read["settings"][EACH]
    assert read["lifetime_value"][BACK] == front[BACK]


def test_every_page_links_to_its_words(store):
    at = store
    for page in page_table.pages():
        if page.path == page_table.GLOSSARY_PAGE:
            continue
        at = at.switch_page(page.path).run()
        labels = [link.proto.label for link in at.get("page_link")]
        assert labels.count("Words on this page") == 1, page.path
