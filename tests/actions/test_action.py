"""The sentences of an action."""

from dataclasses import replace

import pandas as pd
import pytest

from retention import Campaign, NextAction, Range
from retention.actions.action import DEEDS
from retention.playbook import strategies


@pytest.fixture
def action():
    return NextAction(
        key="quiet_loyal",
        name="At risk since this month, 4 orders or more",
        reason="62 loyal customers went quiet this month.",
        customers=pd.Index([f"c{n}" for n in range(62)]),
        worth=Range(expected=9_400.0, low=8_000.0, high=11_000.0),
        gain=Range(expected=310.0, low=90.0, high=540.0),
        campaign=Campaign("Win back", strategy="reactivation"),
        left_out={"Opted out": 5, "Consent not known": 2},
        addressed=50,
        held_out=5,
        below_cut=0,
        shown_lift=0.05,
        reach="consent known",
        currency="USD",
    )


def test_the_sentence_says_who_why_and_what_it_brings(action):
    assert action.sentence == (
        "62 loyal customers went quiet this month. They are worth $9,400 a year; a win-back "
        "sequence should bring $310 (80% range $90 to $540)."
    )


def test_how_many_may_be_written_to_stands_beside_it(action):
    assert (action.number, action.reachable) == (62, 55)
    assert action.contactability == (
        "55 of 62 customers may be written to (5: opted out). "
        "The campaign writes to 50 and holds out 5."
    )
    weak = replace(action, shown_lift=0.4)
    none = replace(action, shown_lift=float("nan"))
    for too_few in (weak, none):
        assert too_few.contactability.endswith("holds out 5, too few to prove 5 in 100.")
    assert "(" not in replace(action, left_out={}).contactability
    cut = replace(action, below_cut=7)
    assert cut.contactability.endswith("holds out 5; for 7 it would not pay.")


def test_nobody_may_be_written_to_whose_consent_or_address_is_not_known(action):
    unknown = replace(action, reach="consent unknown", left_out={})
    assert "may be written to" not in unknown.contactability
    assert "does not say who agreed" in unknown.contactability
    nowhere = replace(action, reach="no contact", left_out={})
    assert "may be written to" not in nowhere.contactability
    assert "no address to write to" in nowhere.contactability


def test_every_strategy_has_its_deed():
    assert set(DEEDS) == {strategy.key for strategy in strategies()}


def test_amounts_have_cents_where_they_are_small(action):
    small = replace(action, gain=Range(expected=7.33, low=-0.18, high=22.0))
    assert "should bring $7 (80% range $0 to $22)" in small.sentence
    tiny = replace(action, gain=Range(expected=2.5, low=-1.25, high=4.0))
    assert "should bring $2.50 (80% range −$1.25 to $4.00)" in tiny.sentence
