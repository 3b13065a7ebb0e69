"""Signals: reviews, complaints, subscriptions and carts, the latest of each customer."""

import pandas as pd
import pytest

from retention import DataError, contacts, signals
from retention.orders.rows import ABANDONED
from tests.support.contact_orders import HEADER, column_of, read_with, store
from tests.support.order_files import read_rows
from tests.support.orders_stub import orders_of


def test_a_rating_is_the_latest_one_given():
    found = signals(orders_of(store(rating=[2.0, None, None, 5.0, None])))
    assert found.loc["b", "last_rating"] == 2.0
    assert found.loc["b", "rated_on"] == pd.Timestamp("2024-01-10")
    assert pd.isna(found.loc["c", "last_rating"])
    assert pd.isna(found.loc["c", "rated_on"])


def test_an_open_complaint_has_the_day_of_its_order():
    found = signals(orders_of(store(complaint=[True, False, None, None, False])))
    assert found["complained_on"].tolist()[1] == pd.Timestamp("2024-01-10")
    assert found["complained_on"].isna().tolist() == [True, False, True]


def test_values_of_the_latest_order_are_told_even_where_it_has_none():
    frame = store(coupon=["X", "Y", None, "Z", None], channel=["web", "app", "shop", "web", "web"])
    found = signals(orders_of(frame))
    assert list(found.columns) == ["last_channel", "last_coupon"]
    assert found["last_channel"].tolist() == ["web", "shop", "web"]
    assert found["last_coupon"].isna().tolist() == [False, True, True]


def test_orders_after_the_day_asked_for_are_not_seen():
    orders = orders_of(store(rating=[2.0, 4.0, None, 5.0, 1.0]))
    found = signals(orders, "2024-02-01")
    assert list(found.index) == ["a", "b"]
    assert found.loc["b", "last_rating"] == 2.0
    with pytest.raises(DataError, match="no order up to"):
        signals(orders, "2023-12-31")


def subscriber(*days: str, as_of: str) -> bool:
    frame = pd.DataFrame(
        {"customer_id": "a", "ordered_at": list(days), "revenue": 1.0, "product": "Tea"}
    )
    frame["subscription"] = pd.array([True] * len(days), dtype="boolean")
    return bool(signals(orders_of(frame, end=as_of), as_of).loc["a", "subscribed"])


def test_a_subscription_runs_on_as_long_as_its_own_beat_allows():
    assert subscriber("2024-01-01", as_of="2024-03-01")  # 60 days after the only delivery
    assert not subscriber("2024-01-01", as_of="2024-03-02")
    # Quarterly: a mean wait of 91 days, times 1.5, is 136.5 days.
    assert subscriber("2024-01-01", "2024-04-01", as_of="2024-08-15")
    assert not subscriber("2024-01-01", "2024-04-01", as_of="2024-08-16")
    # Two deliveries years apart are no yearly subscription: 183 days at most.
    assert subscriber("2020-01-01", "2024-01-01", as_of="2024-07-02")
    assert not subscriber("2020-01-01", "2024-01-01", as_of="2024-07-03")


def test_subscribers_have_the_products_of_their_recent_deliveries():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "a", "b", "c"],
            "ordered_at": [
                "2023-01-01",
                "2024-05-01",
                "2024-06-01",
                "2024-06-02",
                "2024-06-01",
                "2023-01-01",
            ],
            "revenue": 1.0,
            "product": ["Old", "Tea", "Coffee", "Mug", "Mug", "Tea"],
            "subscription": pd.array([True, True, True, False, None, True], dtype="boolean"),
        }
    )
    found = signals(orders_of(frame))
    assert found["subscribed"].tolist() == [True, False, False]
    assert found["subscribed_products"].tolist() == [("Coffee", "Tea"), (), ()]


def test_a_cart_counts_until_an_order_follows():
    days = ["2024-02-01", "2024-02-01", "2024-02-01", "2024-03-01"]
    frame = pd.DataFrame({"customer_id": ["a", "b", "c", "c"], "ordered_at": days, "revenue": 1.0})
    frame["abandoned"] = pd.to_datetime(["2024-02-20 13:00", None, "2024-02-20 09:00", None])
    found = signals(orders_of(frame))
    assert found["cart_abandoned_on"].tolist()[0] == pd.Timestamp("2024-02-20")
    assert found["cart_abandoned_on"].isna().tolist() == [False, True, True]


def test_a_cart_is_left_on_its_day_or_beside_the_order():
    day = column_of(
        read_with("Abandoned cart at", "2024-03-20 10:00", "", "2024-03-05"), "abandoned"
    )
    assert day == [pd.Timestamp("2024-03-20 10:00"), None, pd.Timestamp("2024-03-05")]
    beside = read_with("Abandoned cart", "yes", "no", "")
    assert signals(read_with("Abandoned cart at", "2024-03-20", ""))[
        "cart_abandoned_on"
    ].notna().tolist() == [
        True,
        False,
    ]
    assert column_of(beside, "abandoned") == [pd.Timestamp("2024-03-01"), None, None]
    assert signals(beside)["cart_abandoned_on"].notna().tolist() == [True, False, False]


def test_rows_whose_status_is_a_cart_are_no_orders_but_tell_of_the_customer():
    rows = [
        ("1", "a@example.com", "2024-03-01", "10", "completed"),
        ("2", "a@example.com", "2024-03-09 12:00", "20", "Abandoned"),
        ("3", "a@example.com", "2024-03-05", "20", "checkout-draft"),
        ("4", "b@example.com", "2024-03-01", "20", "abandoned checkout"),
        ("5", "b@example.com", "2024-03-10", "20", "completed"),
        ("6", "new@example.com", "2024-03-10", "20", "abandoned"),
        ("7", "a@example.com", "2024-03-11", "20", "pending"),
    ]
    orders = read_rows((*HEADER, "Status"), *rows)
    assert orders.report.dropped == {ABANDONED: 4, "Not paid yet (pending)": 1}
    found = signals(orders)
    # b came back and ordered; the new one never did and is no customer yet.
    assert list(found.index) == ["a@example.com", "b@example.com"]
    assert found["cart_abandoned_on"].tolist()[0] == pd.Timestamp("2024-03-09")
    assert found["cart_abandoned_on"].isna().tolist() == [False, True]
    assert signals(orders, "2024-03-06").loc["a@example.com", "cart_abandoned_on"] == pd.Timestamp(
        "2024-03-05"
    )


def test_orders_without_signals_bring_none():
    assert signals(orders_of(store())).columns.empty
    assert contacts(orders_of(store())).columns.empty
