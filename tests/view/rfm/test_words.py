"""The scores of the RFM page in words."""

import pandas as pd
import pytest

from retention import RfmRules
from retention.view.rfm.words import (
    ADVICE,
    GONE,
    advice_for,
    is_gone,
    reservation,
    score_words,
)


@pytest.mark.parametrize(
    ("name", "score", "words"),
    [
        ("days", 5, "up to 30 days"),
        ("days", 4, "31 to 60 days"),
        ("days", 3, "Nobody"),
        ("days", 1, "241 days or more"),
        ("orders", 1, "1"),
        ("orders", 3, "Nobody"),
        ("orders", 4, "3 to 5"),
        ("orders", 5, "6 or more"),
        ("revenue", 1, "below €25.00"),
        ("revenue", 2, "€25.00 to €50.00"),
        ("revenue", 5, "Nobody"),
    ],
)
def test_scores_in_words(name, score, words):
    cuts = RfmRules((30, 60, 60, 240), (2, 3, 3, 6), (25, 50, 100, float("inf")))
    assert score_words(name, cuts, score, "EUR") == words


def groups_of(**changed: float) -> pd.DataFrame:
    """Two groups; the second one as it is given."""
    usual = {"customers": 1_000, "expected_value": 50_000.0, "median_days": 40.0}
    return pd.DataFrame([usual, usual | {"customers": 311} | changed], ["Champions", "Other"])


def test_a_group_of_whom_nothing_is_expected_gets_no_offer():
    groups = groups_of(expected_value=3.65, median_days=880.0)
    lost = groups.loc["Other"]
    assert advice_for("Cannot lose them", lost, groups) is GONE
    assert "bring $3.65 in all within 12 months" in reservation(
        "Cannot lose them", lost, groups, "USD"
    )
    groups = groups_of(expected_value=9_000.0, median_days=200.0)
    assert advice_for("Cannot lose them", groups.loc["Other"], groups) is ADVICE["Cannot lose them"]
    assert reservation("Cannot lose them", groups.loc["Other"], groups, "USD") == ""


def test_recent_says_how_long_ago_where_that_is_long():
    groups = groups_of(median_days=237.0)
    assert "half of these ordered 8 months ago" in reservation(
        "Recent and frequent", groups.loc["Other"], groups, "USD"
    )
    assert reservation("Champions", groups.loc["Champions"], groups, "USD") == ""


def test_without_a_model_years_of_silence_decide():
    groups = groups_of(median_days=900.0).assign(expected_value=float("nan"))
    assert is_gone(groups.loc["Other"], groups)
    assert not is_gone(groups.loc["Champions"], groups)
    assert reservation("Lost", groups.loc["Other"], groups, None).startswith("Half of them have")
