"""What does not fit a feature and an operator is refused."""

import pytest

from retention import Bought, Condition, DataError


@pytest.mark.parametrize(
    ("feature", "operator", "value", "says"),
    [
        ("spend", "is", 1, "no feature 'spend'"),
        ("orders", "bought", 1, "cannot be asked 'bought'"),
        ("orders", "at_least", 1.5, "whole number"),
        ("orders", "at_least", True, "whole number"),
        ("orders", "at_least", "2", "whole number"),
        ("orders", "between", (3, 2), "above the second"),
        ("orders", "between", (1, 2, 3), "two values"),
        ("orders", "top", 0, "percentage"),
        ("orders", "top", 100, "percentage"),
        ("orders", "known", 1, "no value"),
        ("revenue", "at_least", float("nan"), "a number"),
        ("revenue", "at_least", float("inf"), "a number"),
        ("p_alive", "at_least", 50, "fraction from 0 to 1"),
        ("last_order", "within", -1, "days from 0"),
        ("last_order", "before", "yesterday", "year-month-day"),
        ("last_order", "before", None, "year-month-day"),
        ("first_channel", "one_of", (), "names"),
        ("first_channel", "one_of", "Ads", "list of names"),
        ("first_channel", "one_of", (7,), "name"),
        ("first_channel", "is", "", "name"),
        ("subscribed", "is", 1, "yes or no"),
        ("product", "bought", ("Tea",), "what was bought"),
        ("product", "bought", Bought(()), "names"),
        ("product", "bought", Bought(("Tea",), 1.5), "days"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_a_reason(feature, operator, value, says):
    with pytest.raises(DataError, match=says):
        Condition(feature, operator, value)
