"""The scores of the RFM page in words."""

import pytest

from retention import RfmRules
from retention.view.rfm.words import score_words


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
