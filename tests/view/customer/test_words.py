"""What is said of one customer: names, signals, and what silence brings."""

from datetime import date

import pandas as pd
import pytest

from retention.segments.lifecycle import stage_path, stages_ahead
from retention.segments.rules import STAGES
from retention.view.customer import words

PATH = stage_path(pd.Series(pd.to_datetime(["2024-01-01"])), date(2024, 1, 10))


def test_names_and_places_are_what_is_known():
    assert words.full_name({"first_name": "Ann ", "last_name": "Lee"}) == "Ann Lee"
    assert words.full_name({"email": "a@x.com"}) == ""
    assert words.place({"city": "Berlin", "country": "DE"}) == "Berlin, DE"


def test_what_silence_brings_has_its_days():
    ahead = stages_ahead(2, 10, date(2024, 6, 30))
    assert words.what_silence_brings("repeat", ahead, PATH) == (
        "At risk from 19 Aug 2024 and lapsed from 19 Oct 2024 if nothing comes."
    )
    gone = stages_ahead(1, 200, date(2024, 6, 30))
    assert words.what_silence_brings("lapsed", gone, PATH) == "Lapsed since 1 Jan 2024."


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_its_reason(stage):
    assert "waits" not in words.stage_reason(stage, 3, 0, (20, 20), PATH)
    reason = words.stage_reason(stage, 4, 12, (5, 20, 9), PATH)
    assert reason.endswith("were 9 days or shorter; this silence is longer than 2 of 3.")
    assert words.stage_reason(stage, 4, 5, (5, 20, 9), PATH).endswith("9 days or shorter.")


def test_signals_have_a_mood():
    signals = {
        "last_rating": 2.0,
        "rated_on": pd.Timestamp("2024-06-01"),
        "subscribed": True,
        "subscribed_products": ("Tea", "Cup"),
        "complained_on": pd.Timestamp("2024-06-02"),
        "cart_abandoned_on": pd.Timestamp("2024-06-03"),
    }
    rows = words.signal_rows(signals, {"consent": True}, 5.0, {"consent"})
    assert rows == [
        ("good", "Consent", "May be written to"),
        ("bad", "Review", "2 of 5 on 1 Jun 2024"),
        ("good", "Subscription", "Tea, Cup"),
        ("bad", "Complaint", "Open since 2 Jun 2024"),
        ("", "Cart", "Left behind on 3 Jun 2024"),
    ]
    assert words.signal_rows({}, {}, 5.0, {"consent"})[0][2] == "Not known: ask before writing"
    assert words.signal_rows({}, {}, 5.0, set()) == []


def test_what_the_orders_lack_is_named():
    assert words.unknown_signals({"last_rating", "subscribed", "complained_on", "consent"}) == (
        "Not in these orders: carts left behind."
    )
    assert words.unknown_signals({*words.SIGNAL_NAMES, "consent"}) == ""


def test_signals_of_further_files_have_a_mood():
    signals = {
        "nps_score": 3.0,
        "nps_group": "Detractor",
        "nps_on": pd.Timestamp("2024-06-01"),
        "csat_score": 5.0,
        "csat_group": "Satisfied",
        "subscribed": False,
        "subscription_status": "paused",
        "loyalty_points": 1250.0,
        "loyalty_tier": "Gold",
        "email_opened_on": pd.Timestamp("2024-06-04"),
        "unsubscribed": True,
        "cart_abandoned_on": pd.Timestamp("2024-06-03"),
        "cart_value": 1059.9,
    }
    assert words.signal_rows(signals, {}, 5.0, set()) == [
        ("bad", "Would recommend", "3 of 10, detractor, on 1 Jun 2024"),
        ("good", "Satisfaction", "Satisfied (5)"),
        ("", "Subscription", "Paused"),
        ("", "Cart", "Left behind on 3 Jun 2024, worth 1,059.90"),
        ("", "Loyalty points", "1,250, Gold"),
        ("bad", "E-mails", "Unsubscribed, last opened on 4 Jun 2024"),
    ]
    running = {"subscribed": True, "next_charge_on": pd.Timestamp("2024-07-01")}
    assert words.signal_rows(running, {}, 5.0, set()) == [
        ("good", "Subscription", "Running, charged on 1 Jul 2024")
    ]
    opened = {"email_opened_on": pd.Timestamp("2024-06-04"), "unsubscribed": False}
    assert words.signal_rows(opened, {}, 5.0, set()) == [
        ("", "E-mails", "Last opened on 4 Jun 2024")
    ]
