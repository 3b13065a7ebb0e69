"""What the front page says of the week's actions."""

from types import SimpleNamespace

import pytest

from retention import Terms
from retention.actions.action import NextActions
from retention.view.front.to_do import conclusion_of, lift_words


@pytest.mark.parametrize(
    ("planned", "lead"),
    [
        (0, "**2 things to do this week** for 30 customers: together"),
        (1, "**2 things to do this week** for 30 customers, of which 1 is planned; together"),
        (2, "**All is planned for this week**: 2 things for 30 customers; together"),
    ],
)
def test_it_says_what_is_planned(planned, lead):
    action = SimpleNamespace(number=15, gain=SimpleNamespace(expected=50.0), currency="EUR")
    found = NextActions(actions=(action, action), missing=())
    words = conclusion_of(found, planned)
    assert words == f"{lead} they should bring **€100** after their cost."


def test_it_says_what_the_lifts_rest_on():
    def actions(*tests):
        each = (SimpleNamespace(campaign=SimpleNamespace(terms=Terms(lift_tests=n))) for n in tests)
        return NextActions(actions=tuple(each), missing=())

    assert "an assumed lift, which you can change" in lift_words(actions(0, 0))
    assert lift_words(actions(2, 0, 0)).startswith("For 1 of 3, what a campaign brings rests on")
    assert "your tests have measured" in lift_words(actions(1, 2))
