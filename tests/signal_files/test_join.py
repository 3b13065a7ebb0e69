"""Signals of files beside those of the orders: which of two counts, and where they are used."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import retention
from retention.errors import DataError
from retention.own_segments.catalogue import FEATURES
from tests.signal_files.examples import csv_file

DAYS = {
    "ann@example.com": "2026-03-01",
    "ben@example.com": "2026-02-01",
    "cem@example.com": "2026-01-01",
}
ANN, BEN, CEM = DAYS
COLUMNS = ["Order", "Email", "Date", "Total", "Rating", "Accepts Marketing", "Subscription"]


@pytest.fixture(scope="module")
def orders():
    """Two orders each; the last one has a rating, a consent, and no subscription."""
    rows = [
        (f"{n}{half}", who, f"2025-0{n + 1}-01" if half == "a" else day, 10 * (n + 1), 4, yes, "no")
        for n, ((who, day), yes) in enumerate(zip(DAYS.items(), ("yes", "no", ""), strict=True))
        for half in "ab"
    ]
    return retention.read_orders(csv_file(COLUMNS, *rows), name="orders.csv")


def read(orders, kind, *rows):
    return retention.read_signals(csv_file(*rows), kind, retention.contacts(orders))


def joined(orders, *files):
    customers = retention.summarise_customers(orders)
    return retention.join_signals(retention.signals(orders), files, customers)


def test_the_later_rating_counts_and_scales_are_made_alike(orders):
    reviews = read(
        orders,
        "reviews",
        ("email", "rating", "review_date"),
        (ANN, 2, "2026-03-20"),
        (BEN, 10, "2025-01-01"),
    )
    signals = joined(orders, reviews)
    assert signals["last_rating"].tolist() == [1, 4, 4]
    assert signals["rated_on"].tolist()[0] == pd.Timestamp("2026-03-20")
    assert signals["rated_on"].tolist()[1] == pd.Timestamp("2026-02-01")


def test_a_cart_that_an_order_followed_is_done_with(orders):
    carts = read(
        orders,
        "carts",
        ("email", "created_at", "total"),
        (ANN, "2026-03-02", 50),
        (BEN, "2026-01-31", 9),
    )
    signals = joined(orders, carts)
    assert signals["cart_value"].isna().tolist() == [False, True, True]
    assert signals["cart_abandoned_on"].isna().tolist() == [False, True, True]


def test_a_file_says_who_is_subscribed_and_others_are_as_in_the_orders(orders):
    subscriptions = read(
        orders,
        "subscriptions",
        ("email", "status", "product"),
        (ANN, "active", "Tea"),
        (BEN, "paused", "Tea"),
    )
    signals = joined(orders, subscriptions)
    assert signals["subscribed"].tolist() == [True, False, False]
    assert signals["subscribed_products"].tolist() == [("Tea",), (), ()]


def test_a_refusal_outweighs_the_orders_and_a_consent_fills_what_is_not_known(orders):
    rows = [("email", "email marketing consent")]
    rows += [(ANN, "unsubscribed"), (BEN, "subscribed"), (CEM, "subscribed")]
    engagement = read(orders, "engagement", *rows)
    contacts = retention.contacts(orders)
    assert contacts["consent"].fillna(False).tolist() == [True, False, False]
    after = retention.join_contacts(contacts, [engagement])
    assert after["consent"].tolist() == [False, False, True]
    assert contacts["consent"].iloc[0]  # the frame that was given stays
    assert joined(orders, engagement)["unsubscribed"].tolist() == [True, False, False]


def test_two_files_of_a_kind_are_refused(orders):
    file = read(orders, "points", ("email", "points"), (ANN, 5))
    with pytest.raises(DataError, match="two files of kind 'points'"):
        joined(orders, file, file)


@pytest.fixture(scope="module")
def all_known(orders):
    """Everything that files can bring of the three customers."""
    files = [
        read(orders, "nps", ("email", "score", "date"), (ANN, 9, "2026-02-01"),
             (BEN, 2, "2026-02-01"), (CEM, 3, "2025-01-01")),
        read(orders, "csat", ("email", "satisfaction"), (ANN, 5), (CEM, 1)),
        read(orders, "points", ("email", "points", "tier"), (ANN, 900, "Gold"), (BEN, 10, "")),
        read(orders, "subscriptions", ("email", "status", "next charge date"),
             (ANN, "active", "2026-03-04"), (BEN, "paused", "")),
        read(orders, "engagement",
             ("email", "last open", "opens", "last click", "clicks", "unsubscribed"),
             (ANN, "2026-03-20", 12, "2026-03-20", 2, "no"), (BEN, "2025-01-01", 1, "", "", "yes")),
        read(orders, "carts", ("email", "created at", "total"), (ANN, "2026-03-05", 59.9)),
    ]  # fmt: skip
    return joined(orders, *files)


def matching(orders, signals, feature, operator, value=None):
    customers = retention.summarise_customers(orders)
    known = retention.features(
        customers, as_of=orders.end, signals=signals, contacts=retention.contacts(orders)
    )
    rule = retention.Condition(feature, operator, value)
    return [who for who, yes in zip(DAYS, retention.matches(rule, known), strict=True) if yes]


@pytest.mark.parametrize(
    ("feature", "operator", "value", "expected"),
    [
        ("nps_group", "one_of", ("Detractor",), [BEN, CEM]),
        ("nps_group", "none_of", ("Detractor",), [ANN]),
        ("nps_score", "at_least", 3, [ANN, CEM]),
        ("nps_on", "within", 90, [ANN, BEN]),
        ("csat_group", "is", "Satisfied", [ANN]),
        ("csat_score", "at_most", 2, [CEM]),
        ("loyalty_points", "at_least", 500, [ANN]),
        ("loyalty_tier", "is", "Gold", [ANN]),
        ("subscription_status", "is", "paused", [BEN]),
        ("next_charge_on", "ahead", 7, [ANN]),
        # Opened after the last order of the file: as of that day.
        ("email_opened_on", "within", 30, [ANN]),
        ("email_opened_on", "ago", 90, [BEN]),
        ("email_opened_on", "unknown", None, [CEM]),
        ("email_clicked_on", "known", None, [ANN]),
        ("email_opens", "at_least", 5, [ANN]),
        ("email_clicks", "at_least", 1, [ANN]),
        ("unsubscribed", "is", True, [BEN]),
        ("unsubscribed", "is", False, [ANN, CEM]),
        ("cart_value", "at_least", 50, [ANN]),
        ("cart_abandoned_on", "within", 7, [ANN]),
        ("cart_abandoned", "is", True, [ANN]),
    ],
)
def test_what_files_say_can_be_asked_in_own_segments(
    orders, all_known, feature, operator, value, expected
):
    assert matching(orders, all_known, feature, operator, value) == expected


def test_what_no_file_brought_says_where_to_add_it(orders):
    customers = retention.summarise_customers(orders)
    known = retention.features(customers, as_of=orders.end, signals=retention.signals(orders))
    assert "survey scores (NPS)" in known.missing("nps_group")
    assert "Add what you know elsewhere" in known.missing("nps_group")
    assert "loyalty_points" in FEATURES
    assert not known.missing("last_rating")


def left_out(orders, signals, **settings):
    campaign = retention.usual_campaign(settings.pop("strategy", "deals"))
    reasons = retention.suppressions(
        campaign, retention.summarise_customers(orders), as_of=orders.end, signals=signals
    )
    return {
        reason: [w for w, out in zip(DAYS, mask, strict=True) if out]
        for reason, mask in reasons.items()
    }


def test_unhappy_unsubscribed_and_soon_charged_customers_are_left_out(orders, all_known):
    reasons = left_out(orders, all_known)
    assert reasons["Unsubscribed from e-mails"] == [BEN]
    # Cem's low NPS answer is old; the low satisfaction has no day and may be recent.
    assert reasons["Low survey score lately"] == [BEN, CEM]
    assert reasons["Subscription charged within 7 days"] == [ANN]
    assert reasons["Subscribed"] == [ANN]


def test_service_for_unhappy_customers_is_not_kept_from_them(orders, all_known):
    reasons = left_out(orders, all_known, strategy="service_recovery")
    assert "Low survey score lately" not in reasons
    assert "Subscription charged within 7 days" not in reasons


def test_rules_without_their_signal_are_named(orders, all_known):
    campaign = retention.usual_campaign("deals")
    from retention.campaigns.suppression import without_signal

    bare = {rule.key for rule in without_signal(campaign, None, None)}
    assert {"unhappy", "subscribed", "opted_out"} <= bare
    known = {rule.key for rule in without_signal(campaign, all_known, None)}
    assert not {"unhappy", "subscribed", "opted_out"} & known


def test_next_actions_take_files(orders):
    engagement = read(orders, "engagement", ("email", "unsubscribed"), (ANN, "yes"))
    actions = retention.next_actions(orders, signal_files=[engagement])
    assert actions.actions == ()


def groups_of(n_customers, coming_back):
    index = pd.Index([f"c{n}" for n in range(n_customers)], name="customer_id")
    return pd.DataFrame({"frequency": np.arange(n_customers) < coming_back}, index=index).astype(
        int
    )


def test_groups_are_compared_with_their_ranges():
    customers = groups_of(400, 0)
    customers.iloc[:60, 0] = 1  # promoters who came back
    customers.iloc[200:220, 0] = 1  # detractors who did
    groups = pd.Series("Promoter", index=customers.index[:200])
    groups = pd.concat([groups, pd.Series("Detractor", index=customers.index[200:350])])
    table = retention.signal_groups(customers, groups)
    assert table.index.tolist() == ["Detractor", "Promoter", "No answer"]
    assert table["customers"].tolist() == [150, 200, 50]
    assert table["repeat_purchase_rate"].round(3).tolist() == [0.133, 0.3, 0.0]
    assert table["verdict"].tolist() == ["less", "more", ""]
    low, high = table.loc["Promoter", ["repeat_purchase_rate_low", "repeat_purchase_rate_high"]]
    assert low < 0.3 < high
    few = retention.signal_groups(customers.iloc[195:220], groups)
    assert set(few["verdict"]) == {"too little data"}


def test_no_answer_at_all_is_refused():
    customers = groups_of(5, 2)
    with pytest.raises(DataError, match="No customer has an answer"):
        retention.signal_groups(customers, pd.Series(index=customers.index, dtype=object))


def test_what_was_ordered_after_the_answer_counts_apart(orders):
    customers = retention.summarise_customers(orders)
    groups = pd.Series(["High", "High", "Low"], index=customers.index)
    # Ann ordered on 1 March 2026, the last day; Ben on 1 February; Cem on 1 January.
    days = pd.to_datetime(
        pd.Series(["2025-12-15", "2025-11-20", "2025-11-20"], index=customers.index)
    )
    table = retention.signal_groups(
        customers, groups, answered_on=days, orders=orders, after_days=60
    )
    assert table.loc["High", ["asked", "ordered_after_rate"]].tolist() == [2, 0.0]
    assert table.loc["Low", ["asked", "ordered_after_rate"]].tolist() == [1, 1.0]
    late = pd.Series(pd.Timestamp(date(2026, 2, 28)), index=customers.index)
    none = retention.signal_groups(customers, groups, answered_on=late, orders=orders)
    assert none["asked"].sum() == 0
