"""What moved, in a sentence and below each number."""

import pandas as pd
import pytest

from retention.view.movement import words

NAN = float("nan")


def turns_of(value: float = 1.0, second: int = 3) -> pd.DataFrame:
    customers = {"came": 9, "second_order": second, "came_back": 2, "fell": 1, "lapsed": 0}
    frame = pd.DataFrame({"customers": customers})
    return frame.assign(revenue_between=50.0, value_before=200.0 * value, value_after=100.0 * value)


def test_a_movement_is_worth_what_was_expected():
    assert words.sentence(turns_of(), "EUR") == (
        "1 customer worth €200 fell from active to at risk; 2 worth €100 came back; 0 lapsed. "
        "Of those with one order who had not lapsed, 3 placed a second one."
    )
    assert words.notes(turns_of(), "EUR")["came_back"] == "Worth €100 now, €200 then"


def test_without_a_model_nothing_is_worth_anything():
    assert words.sentence(turns_of(NAN, second=0), None) == (
        "1 customer fell from active to at risk; 2 came back; 0 lapsed."
    )
    assert words.notes(turns_of(NAN), None)["fell"] == "Brought 50.00 in the period"


@pytest.mark.parametrize("name", words.TITLES)
def test_every_number_has_a_definition(name):
    assert words.DEFINITIONS[name]
