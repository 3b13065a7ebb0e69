"""Conditions on first orders, most bought products, reorders due, and how often."""

import numpy as np
import pandas as pd
import pytest

import retention
from retention import Bought, Condition, DataError, Group, features, matches
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.library import OwnSegment
from retention.own_segments.rule_files import rule_data, rule_of_data
from retention.own_segments.words import describe
from tests.own_segments.examples import small_features
from tests.products.examples import small_orders, store_of
from tests.support.sample_store import shared_sample


def asked_of(orders):
    customers = retention.summarise_customers(orders)
    return features(customers, as_of=orders.end, orders=orders)


def who(found, *condition):
    return "".join(name[0] for name in found.index[matches(Condition(*condition), found)])


def test_everything_in_the_first_order_counts():
    found = asked_of(small_orders())
    assert found.choices("first_products") == ("Tea", "Cup", "Pot")
    assert who(found, "first_products", "includes", ("Cup",)) == "ac"
    assert who(found, "first_products", "includes", ("Cup", "Pot")) == "acd"
    assert who(found, "first_products", "excludes", ("Tea",)) == "c"
    assert who(found, "first_categories", "includes", ("Kitchen",)) == "acd"
    # The column of the orders has the first line alone.
    assert who(found, "first_product", "is", "Cup") == "c"


def test_customers_whose_first_order_names_nothing_are_unknown():
    found = small_features()
    assert found.index[~found.listed("first_products").known].tolist() == ["c"]
    assert who(found, "first_products", "excludes", ("Cup",)) == "ad"
    everybody = Group("not", (Condition("first_products", "includes", ("Cup",)),))
    assert found.index[matches(everybody, found)].tolist() == ["a", "d"]


def test_what_is_bought_on_the_most_days_and_how_often():
    found = asked_of(small_orders())
    # Of cid and dee one day each; of dee two products, and Tea has more customers.
    assert who(found, "most_bought_product", "is", "Tea") == "abd"
    assert who(found, "most_bought_category", "is", "Kitchen") == "cd"
    assert who(found, "product", "bought", Bought(("Tea",), None, 2)) == "ab"
    assert who(found, "product", "bought", Bought(("Tea",), None, 3)) == "a"
    assert who(found, "product", "bought", Bought(("Tea", "Pot"), 20, 2)) == "a"
    assert who(found, "product", "not_bought", Bought(("Tea",), None, 2)) == "cd"


def test_what_is_due_late_and_passed():
    sold = [(f"r{n}", day, ["Tea"]) for n in range(30) for day in (0, 20)]
    sold += [("late", 75, ["Tea"]), ("now", 85, ["Tea"]), ("soon", 92, ["Tea"]), ("x", 99, ["Cup"])]
    found = asked_of(store_of(sold, 100))

    def names(*condition):
        return found.index[matches(Condition(*condition), found)].tolist()

    assert names("due_this_week", "includes", ("Tea",)) == ["now"]
    assert names("due_next_week", "includes", ("Tea",)) == ["soon"]
    assert names("late_products", "includes", ("Tea",)) == ["late"]
    assert names("reorder_due", "is", True) == ["now"]
    assert len(names("reorder_due", "is", False)) == len(found) - 1
    assert len(names("due_this_week", "excludes", ("Tea",))) == len(found) - 1
    assert names("due_this_week", "includes", ("Cup", "x'; --")) == []
    # One answer serves all four questions.
    due = retention.reorders_due(store_of(sold, 100), weeks=["this week"])
    assert due["customer_id"].tolist() == ["now"]


def test_what_is_due_by_the_own_interval_alone():
    sold = [(f"r{n}", day, ["Tea"]) for n in range(30) for day in (0, 20)]
    sold += [("product", 85, ["Tea"])]
    sold += [("own", day, ["Cup"]) for day in (5, 35, 65, 74)] + [("x", 99, ["Pot"])]
    found = asked_of(store_of(sold, 100))

    def names(*condition):
        return found.index[matches(Condition(*condition), found)].tolist()

    assert names("reorder_due", "is", True) == ["own", "product"]
    assert names("reorder_due_by_own_interval", "is", True) == ["own"]
    assert names("due_by_own_interval", "includes", ("Cup",)) == ["own"]
    assert names("due_by_own_interval", "includes", ("Tea",)) == []


def test_only_the_customers_asked_about_count():
    orders = small_orders()
    customers = retention.summarise_customers(orders).iloc[1:]
    found = features(customers, as_of=orders.end, orders=orders)
    assert who(found, "first_products", "includes", ("Cup",)) == "c"
    assert found.choices("first_products") == ("Tea", "Cup", "Pot")


def test_without_products_the_menu_says_what_brings_them():
    frame = pd.DataFrame({"Customer": ["a", "b"], "Date": "2024-01-05", "Total": 5})
    found = asked_of(retention.read_orders(frame))
    for key in ("first_products", "due_this_week", "reorder_due", "most_bought_product"):
        assert found.missing(key) == "Appears as soon as the file has a column of products."
    assert "categories" in found.missing("first_categories")
    with pytest.raises(DataError, match="column of products"):
        found.listed("due_this_week")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (("product", "bought", Bought(("Tea",), 90, 3)), "Bought Tea 3 or more times in the last"),
        (("first_products", "includes", ("Tea", "Cup")), "Had Tea or Cup in the first order"),
        (("due_this_week", "excludes", ("Tea",)), "Is not due for Tea this week"),
        (("reorder_due", "is", True), "Is due to reorder something this week"),
    ],
)
def test_words_and_files(condition, words):
    rule = Condition(*condition)
    assert describe(rule).startswith(words)
    assert rule_of_data(rule_data(rule)) == rule
    library = retention.to_json((OwnSegment("Mine", rule),))
    assert retention.from_json(library)[0].rule == rule


def test_files_of_before_have_no_times():
    assert rule_data(Condition("product", "bought", Bought(("Tea",)))) == {
        "feature": "product",
        "operator": "bought",
        "value": {"values": ["Tea"]},
    }


def test_times_and_lists_that_are_none_are_refused():
    for wrong in (0, 1.5, None, "2", True):
        with pytest.raises(DataError, match="whole number of times"):
            Condition("product", "bought", Bought(("Tea",), None, wrong))
    for wrong in ("Tea", (), None, 5):
        with pytest.raises(DataError):
            Condition("due_this_week", "includes", wrong)
    assert FEATURES["due_this_week"].kind == "list"


def test_lists_are_those_of_the_frame():
    orders = store_of([(f"c{n % 7}", n * 3, ["Tea", "Cup"][: 1 + n % 2]) for n in range(40)], 125)
    found = asked_of(orders)
    for week, key in (("this week", "due_this_week"), ("late", "late_products")):
        due = retention.reorders_due(orders, weeks=[week])
        for name in ("Tea", "Cup"):
            wanted = found.index.isin(due.loc[due["product"] == name, "customer_id"])
            np.testing.assert_array_equal(found.listed(key).includes((name,)), wanted)


def test_categories_are_due_as_the_frame_says():
    orders = shared_sample("store")
    found = asked_of(orders)
    due = retention.reorders_due(orders, "category", weeks=["this week"])
    name = due["product"].value_counts().index[0]
    own = due["basis"] == "own"
    assert 0 < own.sum() < len(due)
    for rows, one, anything in (
        (due, "categories_due_this_week", "category_reorder_due"),
        (due[own], "categories_due_by_own_interval", "category_reorder_due_by_own_interval"),
    ):
        wanted = found.index.isin(rows.loc[rows["product"] == name, "customer_id"])
        asked = matches(Condition(one, "includes", (name,)), found)
        np.testing.assert_array_equal(asked, wanted)
        wanted = found.index.isin(rows["customer_id"])
        np.testing.assert_array_equal(matches(Condition(anything, "is", True), found), wanted)
