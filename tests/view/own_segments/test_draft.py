"""The draft of a segment: a rule becomes nodes and comes back, and what the controls change."""

from datetime import date

import pandas as pd
import pytest
import streamlit

from retention import Bought, Condition, Group, features, summarise_customers
from retention.view.own_segments import draft as drafts
from tests.support.orders_stub import orders_of


@pytest.fixture(autouse=True)
def state(monkeypatch):
    """The session's state, as a plain dictionary."""
    state: dict[str, object] = {}
    monkeypatch.setattr(streamlit, "session_state", state)
    return state


@pytest.fixture(scope="module")
def known():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "c"],
            "ordered_at": ["2024-01-01", "2024-12-01", "2024-06-01", "2024-12-15"],
            "revenue": [10.0, 30.0, 100.0, 50.0],
            "channel": ["Mail", "Ads", "Ads", "Ads"],
        }
    )
    orders = orders_of(frame, end="2024-12-31")
    return features(summarise_customers(orders), as_of=orders.end, orders=orders)


@pytest.mark.parametrize(
    "condition",
    [
        Condition("orders", "at_least", 2),
        Condition("days_since_last_order", "between", (60, 120)),
        Condition("discount_share", "between", (0.15, 0.305)),
        Condition("revenue", "top", 12.5),
        Condition("first_order", "before", date(2024, 5, 1)),
        Condition("first_channel", "one_of", ("Mail", "Ads")),
        Condition("product", "bought", Bought(("Tea",), 90)),
        Condition("last_rating", "unknown", None),
    ],
)
def test_a_rule_comes_back_from_its_node(condition):
    rule = Group("all", (condition, Group("any", (condition,))))
    assert drafts.rule_of(drafts.node_of(rule)) == rule


def test_the_controls_have_shares_in_percent_and_names_as_a_list():
    share = drafts.node_of(Condition("discount_share", "at_least", 0.15))
    assert share["value"] == 15
    single = drafts.node_of(Condition("first_channel", "is_not", "Mail"))
    assert (single["operator"], single["value"]) == ("none_of", ["Mail"])


def test_the_draft_begins_with_regulars_who_have_gone_quiet():
    assert [part["feature"] for part in drafts.draft()["parts"]] == [
        "orders",
        "days_since_last_order",
    ]
    drafts.start(Condition("orders", "at_least", 5), editing="Regulars")
    assert drafts.editing() == "Regulars"
    assert drafts.rule_of(drafts.draft()) == Group("all", (Condition("orders", "at_least", 5),))


def test_an_unfinished_condition_is_not_in_the_rule():
    finished = Condition("orders", "at_least", 2)
    tree = drafts.node_of(Group("all", (finished, Condition("first_channel", "is", "Mail"))))
    tree["parts"][1]["value"] = []
    assert drafts.unfinished(tree["parts"][1]) == "Choose at least one."
    assert drafts.unfinished(tree["parts"][0]) == ""
    assert drafts.rule_of(tree) == Group("all", (finished,))


def test_conditions_and_groups_are_added_and_removed(known):
    outermost = drafts.draft()
    drafts.add_condition(outermost["id"], known)
    # The first usual feature that the group does not have yet.
    assert outermost["parts"][-1]["feature"] == "revenue"
    drafts.add_group(outermost["id"], known)
    inner = outermost["parts"][-1]
    assert (inner["kind"], len(inner["parts"])) == ("any", 1)
    drafts.remove(inner["parts"][0]["id"])
    assert inner["parts"] == []
    drafts.remove(inner["id"])
    assert len(outermost["parts"]) == 3


@pytest.mark.parametrize(
    ("before", "operator", "value"),
    [
        (Condition("orders", "at_least", 4), "at_most", 4),
        (Condition("orders", "at_least", 4), "between", [4, 4]),
        (Condition("orders", "between", (2, 7)), "is", 2),
        (Condition("revenue", "at_least", 20.0), "top", 10.0),
        (Condition("orders", "at_least", 4), "known", None),
        (Condition("first_order", "within", 90), "ago", 90),
        (Condition("first_order", "within", 90), "before", date(2024, 12, 31)),
    ],
)
def test_another_operator_keeps_the_value_where_it_can(known, state, before, operator, value):
    drafts.start(before)
    node = drafts.draft()["parts"][0]
    state["chosen"] = operator
    drafts.choose_operator(node["id"], "chosen", known)
    assert (node["operator"], node["value"]) == (operator, value)


def test_another_feature_is_asked_its_usual_question(known, state):
    node = drafts.draft()["parts"][0]
    state["chosen"] = "first_channel"
    drafts.choose_feature(node["id"], "chosen", known)
    assert (node["operator"], node["value"]) == ("one_of", ["Ads"])
    state["chosen"] = "days_since_last_order"
    drafts.choose_feature(node["id"], "chosen", known)
    assert (node["operator"], node["value"]) == ("between", [60, 120])
