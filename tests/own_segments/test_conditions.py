"""Conditions: whom they match by hand, missing values, identities, counts, words and the file's form."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention import Bought, Condition, DataError, Group, features, matches, summarise_customers
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.conditions import (
    MAX_DEPTH,
    conditions_of,
    count_each,
    totals,
    unavailable,
)
from retention.own_segments.rule_files import rule_from_dict, rule_to_dict
from retention.own_segments.values import BY_KIND
from retention.own_segments.words import describe
from tests.support.orders_stub import orders_of

END = "2024-12-31"
ROWS = [
    # customer, day, revenue, product, channel
    ("a", "2024-01-01", 10.0, "Tea", "Mail"),
    ("a", "2024-12-01", 30.0, "Pot", "Ads"),
    ("a", "2024-12-30", 20.0, "Tea", "Mail"),
    ("b", "2024-06-01", 100.0, "Cup", "Ads"),
    ("c", "2024-02-01", 5.0, None, None),
    ("c", "2024-03-01", 5.0, None, "Mail"),
    ("d", "2024-12-15", 50.0, "Tea", "Ads"),
]


def small_features(**extra):
    frame = pd.DataFrame(
        ROWS, columns=["customer_id", "ordered_at", "revenue", "product", "channel"]
    )
    orders = orders_of(frame, end=END)
    customers = summarise_customers(orders)
    return features(customers, as_of=orders.end, orders=orders, **extra)


SIGNALS = pd.DataFrame(
    {
        "last_rating": [5.0, 2.0, np.nan],
        "complained_on": pd.to_datetime([None, "2024-12-20", None]),
        "subscribed": pd.array([True, False, None], dtype="boolean"),
        "last_channel": ["Mail", "Ads", None],
    },
    index=pd.Index(["a", "b", "c"], name="customer_id"),  # of d the file says nothing
)


@pytest.fixture(scope="module")
def known():
    return small_features(signals=SIGNALS)


def who(rule, features):
    return "".join(features.index[matches(rule, features)])


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
    # Known to be in by another part, or out by another part: then it does not matter what is unknown.
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


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Condition("orders", "is", 1), "Bought once"),
        (Condition("orders", "at_least", 1), "Bought 1 or more times"),
        (Condition("days_since_last_order", "at_most", 1), "Last ordered at most 1 day ago"),
        (Condition("revenue", "top", 10), "Revenue so far in the top 10%"),
        (Condition("revenue", "at_least", 1234.5), "Has spent 1,234.50 or more"),
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


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "nothing"),
        ([], "a list"),
        ({"rule": {"all": []}}, "no version"),
        ({"version": 2, "rule": {"all": []}}, "version 2"),
        ({"version": 1}, "'version' and 'rule'"),
        ({"version": 1, "rule": {"all": []}, "more": 1}, "'version' and 'rule'"),
        ({"version": 1, "rule": []}, "found a list"),
        ({"version": 1, "rule": {}}, "found nothing"),
        ({"version": 1, "rule": {"some": []}}, "'some'"),
        ({"version": 1, "rule": {"all": {}}}, "list of conditions"),
        ({"version": 1, "rule": {"all": [], "any": []}}, "A group is one of"),
        (
            {"version": 1, "rule": {"feature": "orders", "operator": "is", "value": 1, "x": 1}},
            "'x'",
        ),
        ({"version": 1, "rule": {"feature": 1, "operator": "is"}}, "text"),
        ({"version": 1, "rule": {"feature": "nope", "operator": "is"}}, "no feature 'nope'"),
        ({"version": 1, "rule": {"feature": "orders", "operator": "near", "value": 1}}, "'near'"),
        (
            {"version": 1, "rule": {"feature": "orders", "operator": "is", "value": {}}},
            "not an object",
        ),
        (
            {"version": 1, "rule": {"feature": "product", "operator": "bought", "value": ["Tea"]}},
            "'values'",
        ),
        (
            {
                "version": 1,
                "rule": {"feature": "product", "operator": "bought", "value": {"values": [1]}},
            },
            "name",
        ),
        (
            {"version": 1, "rule": {"feature": "stage", "operator": "one_of", "value": [["x"]]}},
            "name",
        ),
        (
            {
                "version": 1,
                "rule": {"all": [{"feature": "orders", "operator": "is", "value": 1}] * 1001},
            },
            "1,001",
        ),
    ],
)
def test_data_that_is_no_rule_says_where(data, says):
    with pytest.raises(DataError, match=says):
        rule_from_dict(data)


def test_data_without_end_is_refused():
    data = {"feature": "orders", "operator": "is", "value": 1}
    for _ in range(5_000):
        data = {"all": [data]}
    with pytest.raises(DataError, match="deep"):
        rule_from_dict({"version": 1, "rule": data})


# Properties ---------------------------------------------------------------------------------------------------------

NAMES = st.text(min_size=1, max_size=8)
NUMBERS = st.floats(-1e6, 1e6)
DAYS = st.integers(0, 400)
DATES = st.dates(date(2023, 1, 1), date(2025, 12, 31))
CHANNELS = st.sampled_from(["Mail", "Ads", "Radio"])


def value_of(kind, operator, whole):
    if operator in ("known", "unknown"):
        return st.none()
    if operator == "top":
        return st.floats(0.1, 99.9)
    if operator in ("within", "ago", "ahead"):
        return DAYS
    if kind == "flag":
        return st.booleans()
    if kind == "products":
        return st.builds(
            Bought,
            st.lists(st.sampled_from(["Tea", "Pot", "x"]), min_size=1, max_size=3).map(tuple),
            st.none() | DAYS,
        )
    if kind == "category":
        one = CHANNELS | NAMES
        return (
            one
            if operator in ("is", "is_not")
            else st.lists(one, min_size=1, max_size=3).map(tuple)
        )
    amounts = {"share": st.floats(0, 1), "date": DATES}.get(kind, DAYS if whole else NUMBERS)
    return (
        st.tuples(amounts, amounts).map(lambda pair: tuple(sorted(pair)))
        if operator == "between"
        else amounts
    )


@st.composite
def conditions(draw, keys=tuple(FEATURES)):
    feature = FEATURES[draw(st.sampled_from(keys))]
    operator = draw(st.sampled_from(BY_KIND[feature.kind]))
    return Condition(feature.key, operator, draw(value_of(feature.kind, operator, feature.whole)))


def rules(keys=tuple(FEATURES)):
    kinds = st.sampled_from(["all", "any", "not"])

    def grouped(parts):
        return st.builds(Group, kinds, st.lists(parts, max_size=3).map(tuple))

    one = conditions(keys)
    return st.one_of(one, grouped(one), grouped(grouped(one) | one))


ASKED = (
    "orders",
    "revenue",
    "last_order",
    "first_channel",
    "product",
    "last_rating",
    "subscribed",
    "complained_on",
)


@settings(max_examples=200)
@given(rules())
def test_a_rule_survives_its_file(rule):
    assert rule_from_dict(json.loads(json.dumps(rule_to_dict(rule)))) == rule


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


@settings(max_examples=100)
@given(rule=rules())
def test_every_rule_has_words(known, rule):
    assert describe(rule).strip()
    assert "{" not in describe(Group("all", (rule,)), known) or any(
        "{" in str(c.value) for c in conditions_of(rule)
    )
