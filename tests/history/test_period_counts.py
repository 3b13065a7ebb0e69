from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from retention import Orders, Period, preset_period, read_orders
from retention.history.order_history import order_history
from retention.history.period_counts import base_bridge, count_period, customer_bridge, quartiles
from tests.support.messy_store import messy_store
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample
from tests.support.scorecard_in_pandas import counts_of, orders_frame


def store(rows: list[tuple]) -> Orders:
    """Orders from (customer, moment, revenue)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])
    return orders_of(frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"], format="mixed")))


@pytest.fixture(scope="module")
def by_hand() -> Orders:
    """March 2024 with `active_days` 60: active from 1 January at its start, from 1 February at its
    end (1 April).
    """
    return store(
        [
            ("stays", "2024-02-10", 10.0),
            ("stays", "2024-03-10", 20.0),
            ("silent, active", "2024-02-05", 30.0),
            ("lapses", "2024-01-15", 40.0),
            ("gone", "2023-11-01", 5.0),
            ("won back", "2023-10-01", 50.0),
            ("won back", "2024-03-31 23:59:59", 60.0),
            ("new", "2024-03-01 00:00:00", 70.0),
            ("new", "2024-03-01 18:00:00", 0.0),
            ("next month", "2024-04-01 00:00:00", 80.0),
        ]
    )


MARCH = Period(date(2024, 3, 1), date(2024, 4, 1))


def test_a_month_by_hand(by_hand):
    found = count_period(order_history(by_hand), MARCH, 60)
    assert (found.start, found.end, found.kept) == (3, 4, 2)
    assert (found.new, found.won_back, found.lapsed) == (1, 1, 1)
    assert (found.customers, found.returning, found.orders) == (3, 2, 4)
    assert (found.revenue, found.new_revenue, found.new_orders) == (150.0, 70.0, 2)
    # "new" ordered twice, though on one day; "won back" and "stays" on two.
    assert (found.repeat, found.repeat_days) == (3, 2)
    assert found.ever == 6
    assert np.isnan(found.discount)
    assert np.isnan(found.refunded)


def test_waits_and_silences_by_hand(by_hand):
    found = count_period(order_history(by_hand), MARCH, 60)
    assert dict(found.second_waits.to_numpy()) == {0: 1, 29: 1, 182: 1}
    assert found.waits.equals(found.second_waits)
    # To 31 March: new 30, stays 21, silent 55, lapses 76, gone 151, won back 0.
    assert dict(found.silences.to_numpy()) == {0: 1, 21: 1, 30: 1, 55: 1, 76: 1, 151: 1}
    assert quartiles(found.silences).tolist() == [21, 30, 76]


def test_the_bridge_by_hand(by_hand):
    history = order_history(by_hand)
    bridge = base_bridge(history, MARCH, 60).set_index("step")
    assert bridge["customers"].to_dict() == {
        "start": 3,
        "new": 1,
        "won_back": 1,
        "retained": 0,
        "lapsed": -1,
        "end": 4,
    }
    # At the end "stays" had brought 30 in 60 days instead of 10, "silent, active" 30 as before;
    # "lapses" had 40.
    assert bridge["revenue"].to_dict() == {
        "start": 80.0,
        "new": 70.0,
        "won_back": 60.0,
        "retained": 20.0,
        "lapsed": -40.0,
        "end": 190.0,
    }


@pytest.mark.parametrize("moment", ["2024-03-01 00:00:00", "2024-03-31 23:59:59"])
def test_the_first_moment_belongs_to_the_period_and_so_does_its_last_day(moment):
    history = order_history(
        store([("a", moment, 1.0), ("b", "2024-02-01", 1.0), ("b", "2024-05-01", 1.0)])
    )
    found = count_period(history, MARCH, 365)
    assert (found.orders, found.new, found.start, found.end) == (1, 1, 1, 2)


@pytest.mark.parametrize("moment", ["2024-02-29 23:59:59", "2024-04-01 00:00:00"])
def test_the_moments_around_it_do_not(moment):
    history = order_history(
        store([("a", moment, 1.0), ("b", "2024-02-01", 1.0), ("b", "2024-05-01", 1.0)])
    )
    assert count_period(history, MARCH, 365).orders == 0


def test_an_order_counts_as_active_for_so_many_days_and_not_one_more():
    history = order_history(store([("a", "2024-03-01", 1.0), ("b", "2024-06-01", 1.0)]))
    for start, active in (
        (date(2024, 3, 1), 0),
        (date(2024, 3, 2), 1),
        (date(2024, 3, 31), 1),
        (date(2024, 4, 1), 0),
    ):
        assert count_period(history, Period(start, date(2024, 6, 30)), 30).start == active


PERIODS = [
    (date(2024, 2, 1), date(2024, 3, 1), 60),
    (date(2024, 5, 17), date(2024, 8, 27), 90),
    (date(2024, 3, 1), date(2024, 10, 27), 30),
    (date(2024, 1, 1), date(2024, 10, 27), 365),
    (date(2024, 10, 1), date(2025, 1, 1), 100),
]


def assert_same(found, expected):
    for name, value in expected.items():
        if isinstance(value, list):
            spread = getattr(found, name)
            assert np.repeat(spread["days"], spread.iloc[:, 1]).tolist() == value, name
        else:
            assert getattr(found, name) == pytest.approx(value), name


@pytest.mark.parametrize(("start", "end", "active_days"), PERIODS)
def test_a_messy_store_against_sets_of_customers(start, end, active_days):
    orders = messy_store()
    found = count_period(order_history(orders), Period(start, end), active_days)
    assert_same(found, counts_of(orders_frame(orders), start, end, active_days))


@pytest.mark.parametrize("active_days", [45, 365])
def test_cdnow_against_sets_of_customers(active_days):
    orders = shared_sample("cdnow")
    period = Period(date(1997, 7, 1), date(1997, 10, 1))
    found = count_period(order_history(orders), period, active_days)
    assert_same(found, counts_of(orders_frame(orders), period.start, period.end, active_days))


def test_online_retail_as_published_and_against_sets_of_customers(online_retail):
    orders = online_retail
    history, frame = order_history(orders), orders_frame(orders)
    whole = count_period(history, preset_period("all", orders.start, orders.end), 365)
    assert (whole.customers, whole.orders) == (4_338, 18_532)
    assert whole.repeat / whole.customers == pytest.approx(0.656, abs=5e-4)
    assert quartiles(whole.second_waits)[1] == 50
    period = Period(date(2011, 6, 1), date(2011, 9, 1))
    assert_same(count_period(history, period, 90), counts_of(frame, period.start, period.end, 90))


def test_refunds_and_discounts_are_those_of_the_period():
    rows = [
        ("a", "2024-03-05", 10.0, 1.0, 2.0),
        ("a", "2024-04-05", 10.0, 5.0, 0.0),
        ("b", "2024-03-31", 0.0, 0.0, 8.0),
    ]
    frame = pd.DataFrame(
        rows, columns=["customer_id", "ordered_at", "revenue", "discount", "refunded"]
    )
    found = count_period(order_history(orders_of(frame)), MARCH, 365)
    assert (found.revenue, found.discount, found.refunded) == (10.0, 1.0, 10.0)


def test_what_came_off_the_orders_of_a_file_is_kept():
    text = "Order,Email,Date,Total,Refunded\n1,a@x.com,2024-03-05,10,4\n2,b@x.com,2024-03-06,20,0\n"
    orders = read_orders(text.encode(), name="orders.csv", columns={"refund": "Refunded"})
    found = count_period(order_history(orders), MARCH, 365)
    assert (found.revenue, found.refunded) == (26.0, 4.0)
    without = read_orders(
        text.replace(",4\n", ",0\n").encode(), name="orders.csv", columns={"refund": "Refunded"}
    )
    assert "refunded" not in without.table.columns


days = st.integers(0, 90)


@settings(max_examples=40)
@given(
    rows=st.lists(st.tuples(st.integers(0, 8), days), min_size=2, max_size=60),
    start=st.integers(0, 80),
    length=st.integers(1, 60),
    active_days=st.integers(1, 120),
)
def test_any_store_and_period_against_sets_of_customers_and_the_bridge_adds_up(
    rows, start, length, active_days
):
    first = pd.Timestamp("2024-01-01")
    orders = store([(f"c{who}", first + pd.Timedelta(days=day), float(day)) for who, day in rows])
    begin = (first + pd.Timedelta(days=start)).date()
    period = Period(begin, (first + pd.Timedelta(days=start + length)).date())
    history = order_history(orders)
    found = count_period(history, period, active_days)
    assert_same(found, counts_of(orders_frame(orders), period.start, period.end, active_days))
    bridge = base_bridge(history, period, active_days).set_index("step")
    steps = bridge.loc[["start", "new", "won_back", "retained", "lapsed"]].sum()
    assert steps["customers"] == bridge.loc["end", "customers"] == found.end
    assert steps["revenue"] == pytest.approx(bridge.loc["end", "revenue"])
    assert (
        bridge["customers"].to_dict()
        == customer_bridge(found).set_index("step")["customers"].to_dict()
    )
