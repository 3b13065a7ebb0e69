"""Customers chosen one by one, in a session that is not there."""

from types import SimpleNamespace

import pandas as pd
import pytest
import streamlit as st

from retention import DataError
from retention.kept_work.made import FixedChoice
from retention.view.session import fixed_choices
from retention.view.session.fixed_choices import CHOSEN, chosen_mask, keep_choice


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


def data(digest="a"):
    customers = pd.DataFrame(index=pd.Index(["x", "y", "z"], name="customer_id"))
    return SimpleNamespace(orders=SimpleNamespace(digest=digest), customers=customers)


def choice(*ids, name="Due", digest="a"):
    return FixedChoice(name=name, about="Why.", customers=pd.Index(ids), digest=digest)


def test_a_choice_is_found_by_its_segments_name():
    segment = keep_choice(choice("z", "x"))
    assert segment == CHOSEN + "Due"
    assert chosen_mask(data(), segment).tolist() == [True, False, True]


def test_a_choice_belongs_to_the_orders_that_it_was_made_of():
    segment = keep_choice(choice("x"))
    assert fixed_choices.choices_of(data("b")) == []
    with pytest.raises(DataError, match="other orders"):
        chosen_mask(data("b"), segment)
    with pytest.raises(DataError, match="'Gone' was chosen"):
        chosen_mask(data(), CHOSEN + "Gone")


def test_the_same_name_replaces_and_changes_the_key():
    keep_choice(choice("x"))
    before = fixed_choices.signature(data())
    keep_choice(choice("y"))
    assert len(fixed_choices.choices_of(data())) == 1
    assert fixed_choices.signature(data()) != before
    keep_choice(choice("x"))
    assert fixed_choices.signature(data()) == before
