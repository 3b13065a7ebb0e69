"""Whom campaigns leave out: rules of the playbook by hand-made customers."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention import (
    Campaign,
    DataError,
    Offer,
    Terms,
    suppressions,
    usable_contacts,
    usual_campaign,
)
from retention.campaigns.suppression import unreachable, without_signal

END = date(2026, 10, 31)
IDS = pd.Index(
    ["a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example"], name="customer_id"
)
CUSTOMERS = pd.DataFrame(
    {"T": [100] * 5, "recency": [98, 90, 50, 0, 0], "frequency": [1, 1, 1, 0, 0]}, index=IDS
)
CONTACTS = pd.DataFrame(
    {
        "email": ["a@x.example", "B@X.example", None, "", "e@x.example"],
        "consent": pd.array([True, False, None, True, True], dtype="boolean"),
    },
    index=IDS,
)
SIGNALS = pd.DataFrame(
    {
        "last_rating": [5.0, 2.0, 1.0, np.nan, 2.0],
        "rated_on": pd.to_datetime(["2026-10-01", "2026-10-01", "2026-01-01", None, "2026-09-01"]),
        "complained_on": pd.to_datetime([None, None, "2026-03-20", None, None]),
        "subscribed": [False, True, False, False, False],
    },
    index=IDS,
)
WIN_BACK = usual_campaign("reactivation")


def left(campaign=WIN_BACK, **options):
    found = suppressions(
        campaign,
        CUSTOMERS,
        as_of=END,
        signals=SIGNALS,
        contacts=usable_contacts(CONTACTS),
        **options,
    )
    return {reason: list(np.flatnonzero(mask)) for reason, mask in found.items()}


@pytest.mark.parametrize(
    ("yes", "no"),
    [("Yes", "no"), ("TRUE", "FALSE"), (1, 0), (1.0, 0.0), ("subscribed", "opted-out")],
)
def test_consent_counts_however_it_is_written(yes, no):
    written = CONTACTS["consent"].astype(object).map({True: yes, False: no})
    contacts = usable_contacts(CONTACTS.assign(consent=written))
    found = suppressions(WIN_BACK, CUSTOMERS, as_of=END, contacts=contacts)
    assert list(np.flatnonzero(found["Opted out"])) == [1]
    assert list(np.flatnonzero(found["Consent not known"])) == [2]
    with pytest.raises(DataError, match="'perhaps'"):
        suppressions(WIN_BACK, CUSTOMERS, as_of=END, contacts=contacts.assign(consent="perhaps"))


def test_a_country_may_be_named_and_must_be_one():
    assert usable_contacts(CONTACTS, "Thailand").equals(usable_contacts(CONTACTS, "TH"))
    with pytest.raises(DataError, match="Atlantis"):
        usable_contacts(CONTACTS, "Atlantis")


def test_each_rule_leaves_out_whom_it_names():
    assert left() == {
        "Opted out": [1],
        "Consent not known": [2],
        "No valid e-mail address": [2, 3],
        "Poor review lately": [1, 4],
        "Open complaint": [2],
        "Subscribed": [1],
    }


def test_service_messages_go_to_the_unhappy_and_to_subscribers():
    found = left(usual_campaign("service_recovery"))
    assert "Poor review lately" not in found
    assert "Subscribed" not in found
    assert found["Opted out"] == [1]
    # An offer makes a promotion of whatever it is called.
    offer = Campaign("x", strategy="service", terms=Terms(offer=Offer("amount", 3)))
    assert left(offer)["Poor review lately"] == [1, 4]


def test_post_asks_for_no_consent_but_respects_a_refusal():
    found = left(Campaign("x", channel="post"))
    assert found["Opted out"] == [1]
    assert "Consent not known" not in found
    assert left(unknown_consent=True).get("Consent not known") is None


def test_quiet_days_and_an_own_list():
    assert left(quiet_days=10)["Ordered in the last 10 days"] == [0]
    assert left(quiet_days=11)["Ordered in the last 11 days"] == [0, 1]
    assert left(listed=frozenset({" A@x.example", "b@x.EXAMPLE"}))["On your list"] == [0, 1]


def test_without_columns_nobody_is_left_out_and_the_rules_are_named():
    found = suppressions(WIN_BACK, CUSTOMERS, as_of=END)
    assert not found
    silent = {rule.key for rule in without_signal(WIN_BACK)}
    assert silent == {"unhappy", "subscribed", "expiring", "opted_out"}
    assert {rule.key for rule in without_signal(WIN_BACK, SIGNALS, CONTACTS)} == {"expiring"}


def test_rows_may_stand_in_another_order():
    turned = suppressions(
        WIN_BACK, CUSTOMERS, as_of=END, signals=SIGNALS.iloc[::-1], contacts=CONTACTS.iloc[::-1]
    )
    assert list(np.flatnonzero(turned["Open complaint"])) == [2]


def test_addresses_and_phones_that_no_platform_takes_do_not_count():
    raw = pd.DataFrame(
        {
            "email": ["A@x.example ", "broken@", None],
            "phone": ["+1 617 555 0100", "5550100", "080-123-4567"],
            "country": ["US", "US", "TH"],
        }
    )
    found = usable_contacts(raw)
    assert found["email"].isna().tolist() == [False, True, True]
    assert found["phone"].isna().tolist() == [False, True, False]
    assert not unreachable("email", found)
    assert "no e-mail address" in unreachable("email", found.drop(columns="email"))
    assert not unreachable("ads", found.iloc[:0])


def test_phones_without_a_country_code_are_read_by_the_country_that_is_given():
    raw = pd.DataFrame(
        {"phone": ["081 234 5678", "081 234 5678"], "country": [None, "Germany"]}, index=["a", "b"]
    )
    assert usable_contacts(raw)["phone"].isna()["a"]
    found = usable_contacts(raw, "TH")["phone"]
    assert found["a"] == "+66812345678"
    assert found["b"] == usable_contacts(raw)["phone"]["b"]  # a country of their own goes first


def test_of_customers_with_one_address_the_latest_is_addressed():
    customers = pd.DataFrame(
        {"recency": [10.0, 90.0, 50.0, 20.0], "T": [100.0, 100.0, 100.0, 30.0]}, index=list("abcd")
    )
    contacts = pd.DataFrame(
        {"email": ["x@x.example", "x@x.example", None, None], "phone": [None, "+1", "+2", "+2"]},
        index=list("abcd"),
    )

    def left_of(channel):
        found = suppressions(
            Campaign("x", channel=channel), customers, as_of=END, contacts=contacts
        )
        return {
            reason: list(np.flatnonzero(mask))
            for reason, mask in found.items()
            if reason.startswith("Same")
        }

    assert left_of("email") == {"Same e-mail address as a customer with a later order": [0]}
    assert left_of("sms") == {
        "Same e-mail address as a customer with a later order": [0],
        "Same phone number as a customer with a later order": [2],
    }
