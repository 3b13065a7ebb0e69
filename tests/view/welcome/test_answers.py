"""The sentences of the invitation are those that the sample store gives."""

from pathlib import Path

from retention.view import page_table
from retention.view.welcome.answers import answers
from retention.view.welcome.sample_answers import compute


def test_every_page_without_data_has_an_answer():
    pages = {
        Path(page.path).stem for page in page_table.PAGES if page.path != page_table.FRONT_PAGE
    }
    # The settings and the glossary need no orders.
    assert pages - {"settings", "glossary"} == set(answers())


def test_the_written_answers_are_those_of_the_sample_store():
    # Where this fails, a page's numbers have changed:
    # `python -m retention.view.welcome.sample_answers` writes the sentences anew.
    assert answers() == compute()
