"""Conditions: whom they match by hand, missing values, identities and counts."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from retention import Bought, Condition, DataError, Group, features, matches, summarise_customers
from retention.own_segments.conditions import (
    MAX_DEPTH,
    conditions_of,
    count_each,
    totals,
    unavailable,
)
from retention.own_segments.words import describe
from tests.own_segments.examples import (
    ASKED,
    SIGNALS,
    rules,
    small_features,
    who,
)
from tests.support.orders_stub import orders_of


@pytest.fixture(scope="module")
def known():
    return small_features(signals=SIGNALS)


@pytest.mark.parametrize(
    ("feature", "operator", "value", "found"),
    [
        ("orders", "at_least", 2, "ac"),
        ("orders", "at_most", 2, "bcd"),
        ("orders", "is", 1, "bd"),
        ("orders", "between", (2, 3), "ac"),
        ("purchase_days", "is", 3, "a"),
        ("revenue", "at_least", 60, "ab"),
        ("revenue", "top", 25, "b"),
        ("average_order_value", "at_most", 20, "ac"),
        ("days_since_last_order", "at_most", 16, "ad"),
        ("days_since_first_order", "between", (16, 213), "bd"),
        ("last_order", "within", 16, "ad"),
        ("last_order", "within", 15, "a"),
        ("last_order", "ago", 16, "bc"),
        ("first_order", "before", date(2024, 2, 1), "a"),
        ("first_order", "after", date(2024, 2, 1), "bd"),
        ("first_order", "between", (date(2024, 2, 1), date(2024, 6, 1)), "bc"),
        ("first_channel", "is", "Ads", "bd"),
        ("first_channel", "one_of", ("Mail", "Radio"), "a"),
        ("first_channel", "is_not", "Ads", "a"),
        ("first_channel", "none_of", ("Mail",), "bd"),
        ("first_channel", "unknown", None, "c"),
        ("first_channel", "known", None, "abd"),
        ("product", "bought", Bought(("Tea",)), "ad"),
        ("product", "bought", Bought(("Pot", "Cup")), "ab"),
        ("product", "bought", Bought(("Pot",), 29), ""),
        ("product", "bought", Bought(("Pot",), 30), "a"),
        ("product", "not_bought", Bought(("Tea",)), "b"),
        ("product", "not_bought", Bought(("Pot",), 29), "abd"),
        ("product", "bought", Bought(("Nothing like it",)), ""),
        ("last_rating", "at_least", 2, "ab"),
        ("last_rating", "at_most", 3, "b"),
        ("last_rating", "unknown", None, "cd"),
        ("subscribed", "is", True, "a"),
        ("subscribed", "is", False, "b"),
        ("subscribed", "unknown", None, "cd"),
        ("complained", "is", True, "b"),
        ("complained_on", "within", 30, "b"),
        ("complained_on", "ago", 5, "b"),
        ("last_channel", "is", "Ads", "b"),
    ],
)
def test_each_operator_by_hand(known, feature, operator, value, found):
    assert who(Condition(feature, operator, value), known) == found


def test_all_any_and_none_by_hand(known):
    again, late = (
        Condition("orders", "at_least", 2),
        Condition("days_since_last_order", "at_least", 100),
    )
    assert who(Group("all", (again, late)), known) == "c"
    assert who(Group("any", (again, late)), known) == "abc"
    assert who(Group("not", (again, late)), known) == "d"
    assert who(Group("all"), known) == who(Group("not"), known) == "abcd"
    assert who(Group("any"), known) == ""


def test_who_is_unknown_satisfies_neither_a_condition_nor_its_opposite(known):
    low = Condition("last_rating", "at_most", 3)
    assert who(low, known) == "b"
    assert who(Group("not", (low,)), known) == "a"
    assert who(Group("not", (Group("not", (low,)),)), known) == "b"
    # Known to be in by another part, or out by another part: then it does not matter what is
    # unknown.
    once = Condition("orders", "is", 1)
    assert who(Group("any", (low, once)), known) == "bd"
    assert who(Group("not", (Group("all", (low, Condition("orders", "is", 2))),)), known) == "abd"


def test_top_lets_nobody_in_who_ties_across_the_edge():
    frame = pd.DataFrame(
        {"customer_id": list("abcde"), "ordered_at": "2024-01-01", "revenue": [1.0, 5, 5, 5, 9]}
    )
    orders = orders_of(frame)
    found = features(summarise_customers(orders), as_of=orders.end, orders=orders)
    assert who(Condition("revenue", "top", 20), found) == "e"
    assert who(Condition("revenue", "top", 40), found) == "e"
    assert who(Condition("revenue", "top", 80), found) == "bcde"
    assert who(Condition("orders", "top", 50), found) == ""
    assert (
        describe(Condition("orders", "top", 50), found)
        == "Number of orders in the top 50% (nobody stands out)"
    )


def test_what_these_orders_do_not_bring_is_said_and_not_guessed():
    found = small_features()
    rule = Group("all", (Condition("orders", "is", 1), Condition("p_alive", "at_least", 0.5)))
    ((condition, reason),) = unavailable(rule, found)
    assert condition.feature == "p_alive"
    assert "model" in reason
    with pytest.raises(DataError, match="cannot be asked"):
        matches(rule, found)
    whole, first, second = count_each(rule, found)
    assert whole.totals is None
    assert whole.problem == second.problem == reason
    assert first.totals.customers == first.left == 2
    assert second.left is None


def test_counts_beside_each_condition_add_up(known):
    again, late = (
        Condition("orders", "at_least", 2),
        Condition("days_since_last_order", "at_least", 100),
    )
    rule = Group("all", (again, Group("any", (late, Condition("revenue", "at_least", 60)))))
    counts = {count.path: count for count in count_each(rule, known)}
    assert list(counts) == [(), (0,), (1,), (1, 0), (1, 1)]
    assert [count.totals.customers for count in counts.values()] == [2, 2, 3, 2, 2]
    # What is left after each part: of "all" fewer and fewer, of "any" more and more.
    assert [count.left for count in counts.values()] == [2, 2, 2, 2, 3]
    assert counts[(0,)].totals.revenue == 70
    assert counts[()].totals.revenue == 70
    assert np.isnan(counts[()].totals.expected_value)


def test_groups_have_limits():
    once = Condition("orders", "is", 1)
    rule = once
    for _ in range(MAX_DEPTH):
        rule = Group("all", (rule,))
    with pytest.raises(DataError, match="deep"):
        Group("all", (rule,))
    with pytest.raises(DataError, match="more than 100"):
        Group("any", (once,) * 101)
    with pytest.raises(DataError, match="group is"):
        Group("some", (once,))
    with pytest.raises(DataError, match="conditions and groups"):
        Group("all", ("orders",))


@settings(max_examples=100)
@given(rule=rules(ASKED), other=rules(ASKED))
def test_all_any_and_none_keep_to_the_laws_of_logic(known, rule, other):
    def inside(*args):
        return matches(Group(*args), known)

    one, two = matches(rule, known), matches(other, known)
    assert (inside("all", (rule, other)) == (one & two)).all()
    assert (inside("any", (rule, other)) == (one | two)).all()
    not_one, not_two = inside("not", (rule,)), inside("not", (other,))
    assert not (one & not_one).any()
    assert (inside("not", (rule, other)) == (not_one & not_two)).all()
    assert (inside("not", (Group("all", (rule, other)),)) == (not_one | not_two)).all()
    assert (inside("not", (Group("not", (rule,)),)) == one).all()


@settings(max_examples=100)
@given(rule=rules(ASKED))
def test_counts_are_those_of_the_customers_who_match(known, rule):
    for count in count_each(rule, known):
        inside = matches(count.rule, known)
        assert count.totals.customers == inside.sum()
        assert count.totals.revenue == pytest.approx(known.revenue[inside].sum())
        assert count.totals == totals(count.rule, known)
    assert len(count_each(rule, known)) >= len(list(conditions_of(rule)))
