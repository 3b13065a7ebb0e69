from datetime import date

import pandas as pd

from retention.history import order_history as module
from retention.history.order_history import NEVER, gaps_of, history_of, order_history
from tests.support.messy_store import messy_store
from tests.support.orders_stub import orders_of

ROWS = [
    ("a", "2024-01-01 10:00", 10.0),
    ("a", "2024-01-01 12:00", 5.0),
    ("a", "2024-01-04 09:00", 20.0),
    ("b", "2024-01-02 08:00", 30.0),
]


def by_hand():
    frame = pd.DataFrame(ROWS, columns=["customer_id", "ordered_at", "revenue"])
    return order_history(orders_of(frame))


def test_orders_are_counted_by_their_day_the_next_one_and_their_stage():
    moves = by_hand().moves[["day", "next_day", "stage", "orders"]]
    assert moves.to_numpy().tolist() == [
        [0, 0, 0, 1],  # the first order of a, followed on the same day
        [0, 3, 1, 1],
        [1, NEVER, 0, 1],
        [3, NEVER, 2, 1],
    ]


def test_revenue_is_added_up_by_first_day_and_day():
    daily = by_hand().daily[["first_day", "day", "orders", "revenue"]]
    assert daily.to_numpy().tolist() == [[0, 0, 2, 15.0], [0, 3, 1, 20.0], [1, 1, 1, 30.0]]


def test_days_are_numbered_from_the_first_order():
    history = by_hand()
    assert (history.start, history.end, history.length) == (date(2024, 1, 1), date(2024, 1, 4), 4)
    assert history.number(date(2024, 1, 3)) == 2


def test_a_large_store_is_sampled_by_whole_customers(monkeypatch):
    orders = messy_store()
    whole = order_history(orders).sample
    monkeypatch.setattr(module, "SAMPLED_CUSTOMERS", 100)
    part = order_history(orders).sample
    assert 0 < part["customer"].nunique() < whole["customer"].nunique() / 3
    sizes, of_all = part.groupby("customer").size(), whole.groupby("customer").size()
    assert sizes.value_counts().le(of_all.value_counts().reindex(sizes.unique())).all()


def test_a_stretch_without_orders_is_a_gap():
    days = [*pd.date_range("2024-01-01", periods=40), *pd.date_range("2024-04-01", periods=40)]
    frame = pd.DataFrame({"customer_id": "a", "ordered_at": days, "revenue": 1.0})
    (gap,) = gaps_of(order_history(orders_of(frame)))
    assert (gap.first, gap.last) == (date(2024, 2, 10), date(2024, 3, 31))
    assert gaps_of(by_hand()) == ()


def tables(orders) -> list[tuple[str]]:
    database = orders.table.get_backend().con
    return database.execute("SELECT table_name FROM duckdb_tables()").fetchall()


def test_a_history_let_go_leaves_nothing_in_the_database():
    orders = messy_store()
    before = tables(orders)
    history = order_history(orders)
    assert len(tables(orders)) == len(before) + 1
    history.release()
    assert tables(orders) == before


def test_a_history_made_here_is_released_and_a_given_one_stays():
    orders = messy_store()
    before = tables(orders)
    with history_of(orders) as history:
        assert len(tables(orders)) == len(before) + 1
        with history_of(history) as same:
            assert same is history
        assert len(tables(orders)) == len(before) + 1
    assert tables(orders) == before
