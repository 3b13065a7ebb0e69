"""The chip that says whether to act on the forecast."""

import re

import pytest

from retention.evaluation.verdict import Verdict
from retention.view import forecast_chip, widgets
from retention.view.page_table import FRONT_PAGE, page_of, stylesheets


def test_a_good_forecast_says_that_nothing_doubts_it():
    assert forecast_chip.hover_words(Verdict("good")).startswith("No check doubts this forecast.")


@pytest.mark.parametrize(
    ("more", "words"), [(0, "Few orders\\. A click"), (1, "1 more doubt."), (3, "3 more doubts.")]
)
def test_the_worst_finding_is_one_hover_away(more, words):
    verdict = Verdict("caution", "Few orders.", more)
    said = forecast_chip.hover_words(verdict)
    assert words.replace("\\", "") in said.replace("\\", "")


def test_every_verdict_has_a_word_and_a_colour():
    style = stylesheets(page_of(FRONT_PAGE))[0].read_text(encoding="utf-8")
    for status in forecast_chip.WORDS:
        assert f".st-key-forecast-chip-{status} a" in style


def test_numbers_of_a_forecast_are_greyed_where_it_is_not_to_be_used():
    rules = forecast_chip.GREYED.read_text(encoding="utf-8")
    assert '[class*="st-key-expected-"]' in rules
    assert "cltv" in widgets.FORECAST_NUMBERS
    assert not widgets.FORECAST_NUMBERS & {"customers", "orders", "revenue"}
    assert re.search(r"opacity: 0\.\d+", rules)
