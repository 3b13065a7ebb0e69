"""Reading the controls of a condition's value into the draft."""

import pytest
import streamlit

from retention import Bought, Condition, Group
from retention.view.own_segments import draft as drafts
from retention.view.own_segments.values import EVER, read_controls


@pytest.fixture(autouse=True)
def state(monkeypatch):
    """The session's state, as a plain dictionary."""
    state: dict[str, object] = {}
    monkeypatch.setattr(streamlit, "session_state", state)
    return state


def tree_of(condition: Condition) -> tuple[drafts.Node, drafts.Node]:
    tree = drafts.node_of(Group("all", (condition,)))
    return tree, tree["parts"][0]


def test_one_number_two_numbers_and_names_are_taken_over(state):
    tree, node = tree_of(Condition("orders", "at_least", 2))
    state[f"value_{node['id']}_orders_at_least"] = 5
    state[f"kind_{tree['id']}"] = "any"
    read_controls(tree)
    assert (tree["kind"], node["value"]) == ("any", 5)
    tree, node = tree_of(Condition("orders", "between", (2, 4)))
    key = f"value_{node['id']}_orders_between"
    state |= {key: 3, f"{key}_to": 9}
    read_controls(tree)
    assert node["value"] == [3, 9]
    tree, node = tree_of(Condition("first_channel", "one_of", ("Mail",)))
    state[f"names_{node['id']}_first_channel_one_of"] = ["Ads", "Mail"]
    read_controls(tree)
    assert node["value"] == ["Ads", "Mail"]


def test_names_and_days_of_a_purchase_are_taken_over(state):
    tree, node = tree_of(Condition("product", "bought", Bought(("Tea",), 90)))
    what = f"{node['id']}_product_bought"
    state |= {f"names_{what}": ["Pot"], f"within_{what}": EVER}
    read_controls(tree)
    assert node["value"] == {"values": ["Pot"], "days": None}


def test_how_often_something_was_bought_is_taken_over_and_kept(state):
    tree, node = tree_of(Condition("product", "bought", Bought(("Tea",), 90, 3)))
    what = f"{node['id']}_product_bought"
    state |= {f"names_{what}": ["Pot"], f"within_{what}": EVER}
    read_controls(tree)
    assert node["value"] == {"values": ["Pot"], "days": None, "times": 3}
    state[f"times_{what}"] = 5
    read_controls(tree)
    assert drafts.rule_of(tree).parts[0].value == Bought(("Pot",), None, 5)
    state[f"times_{what}"] = 1
    read_controls(tree)
    assert drafts.rule_of(tree).parts[0].value == Bought(("Pot",))


def test_lists_take_names(state):
    tree, node = tree_of(Condition("due_this_week", "includes", ("Tea",)))
    state[f"names_{node['id']}_due_this_week_includes"] = ["Pot", "Cup"]
    read_controls(tree)
    assert drafts.rule_of(tree).parts[0].value == ("Pot", "Cup")


def test_controls_that_are_not_there_or_empty_change_nothing(state):
    tree, node = tree_of(Condition("orders", "between", (2, 4)))
    state[f"value_{node['id']}_orders_between"] = 3
    read_controls(tree)
    assert node["value"] == [2, 4]
    tree, node = tree_of(Condition("orders", "at_least", 2))
    state[f"value_{node['id']}_orders_at_least"] = None
    read_controls(tree)
    assert node["value"] == 2
