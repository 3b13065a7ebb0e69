"""Rules in words."""

from datetime import date

import pytest
from hypothesis import given, settings

from retention import Bought, Condition, Group
from retention.own_segments.conditions import (
    conditions_of,
)
from retention.own_segments.words import describe
from tests.own_segments.examples import (
    SIGNALS,
    rules,
    small_features,
)


@pytest.fixture(scope="module")
def known():
    return small_features(signals=SIGNALS)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Condition("orders", "is", 1), "Bought once"),
        (Condition("orders", "at_least", 1), "Bought 1 or more times"),
        (Condition("days_since_last_order", "at_most", 1), "Last ordered at most 1 day ago"),
        (Condition("revenue", "top", 10), "Revenue so far in the top 10%"),
        (Condition("revenue", "at_least", 1234.5), "Has spent 1,234 or more"),
        (
            Condition("p_purchase_30d", "at_least", 0.3),
            "Is 30% or more likely to order within 30 days",
        ),
        (Condition("last_order", "ago", 0), "Last ordered before today"),
        (Condition("due", "ahead", 14), "Next order due in the next 14 days"),
        (Condition("first_order", "before", date(2024, 3, 1)), "First ordered before 1 Mar 2024"),
        (Condition("first_channel", "one_of", ("A", "B", "C")), "First came by A, B or C"),
        (Condition("first_channel", "is_not", "A"), "Did not come by A first"),
        (Condition("product", "bought", Bought(("Tea",), 90)), "Bought Tea in the last 90 days"),
        (
            Condition("product", "not_bought", Bought(tuple("abcdef"))),
            "Did not buy a, b, c, d or 2 others",
        ),
        (Condition("subscribed", "is", False), "Is not subscribed"),
        (Condition("last_rating", "unknown"), "Latest rating is unknown"),
        (Condition("stage", "one_of", ("at_risk", "vip")), "Is at risk or VIP"),
        (Group("all"), "Everybody"),
        (
            Group("not", (Condition("orders", "is", 1), Condition("subscribed", "is", True))),
            "None of: bought once; is subscribed",
        ),
        (
            Group(
                "all",
                (
                    Condition("orders", "is", 1),
                    Group(
                        "any",
                        (
                            Condition("complained", "is", True),
                            Condition("last_rating", "at_most", 2),
                        ),
                    ),
                ),
            ),
            "Bought once, and (complained, or last rated at most 2)",
        ),
    ],
)
def test_rules_in_words(rule, words):
    assert describe(rule) == words


def test_words_say_what_the_top_comes_to(known):
    assert (
        describe(Condition("revenue", "top", 25), known)
        == "Revenue so far in the top 25% (100 or more)"
    )


@settings(max_examples=100)
@given(rule=rules())
def test_every_rule_has_words(known, rule):
    assert describe(rule).strip()
    assert "{" not in describe(Group("all", (rule,)), known) or any(
        "{" in str(c.value) for c in conditions_of(rule)
    )
