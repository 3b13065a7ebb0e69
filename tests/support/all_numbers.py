"""Everything that the analysis computes over orders, to compare one way of reading with another."""

from collections.abc import Callable
from datetime import timedelta

import pandas as pd
import pytest

import retention
from retention import Orders, Period
from retention.history.order_history import order_history
from retention.history.period_counts import base_bridge
from retention.history.revenue import revenue_history
from retention.own_segments.products import value_query
from retention.products.due import DUE_WEEKS
from retention.segments.presets import reorder_gaps


def orders_table(orders: Orders) -> pd.DataFrame:
    table = orders.table.order_by("order_id").to_pandas()
    return table.reindex(columns=sorted(table))


def model_parameters(orders: Orders) -> pd.DataFrame:
    model = retention.fit_cltv(retention.summarise_customers(orders))
    names = ("r", "alpha", "a", "b", "p", "q", "v")
    return pd.DataFrame([{name: getattr(model, name) for name in names}])


def scores(orders: Orders) -> pd.DataFrame:
    customers = retention.summarise_customers(orders)
    return retention.predict_cltv(retention.fit_cltv(customers), customers)


def features(orders: Orders) -> pd.DataFrame:
    customers = retention.summarise_customers(orders)
    known = retention.features(
        customers,
        as_of=orders.end,
        signals=retention.signals(orders),
        contacts=retention.contacts(orders),
        orders=orders,
    )
    assert known.purchases is not None
    product = known.purchases.values("product")[0]
    places, days = known.purchases.days_since("product", product)
    bought = pd.DataFrame({"place": places, "days": days, "product": product})
    return bought.sort_values("place", ignore_index=True)


def bridge(orders: Orders) -> pd.DataFrame:
    history = order_history(orders)
    frame = base_bridge(history, Period(orders.end - timedelta(days=200), orders.end), 60)
    history.release()
    return frame


def movement(orders: Orders) -> pd.DataFrame:
    model = retention.fit_cltv(retention.summarise_customers(orders))
    start, end = orders.end - timedelta(days=120), orders.end
    return retention.movement(orders, start, end, model=model)


def breakdown(dimension: str, attribution: str) -> Callable[[Orders], pd.DataFrame]:
    return lambda orders: retention.breakdown(orders, dimension, None, attribution, most=2).values


NUMBERS: dict[str, Callable[[Orders], pd.DataFrame]] = {
    "orders": orders_table,
    "customers": retention.summarise_customers,
    "histories": retention.summarise_histories,
    "histories earlier": lambda orders: retention.summarise_histories(
        orders, orders.end - timedelta(days=100)
    ),
    "customers earlier": lambda orders: retention.summarise_customers(
        orders, orders.end - timedelta(days=100)
    ),
    "contacts": retention.contacts,
    "signals": retention.signals,
    "parameters": model_parameters,
    "scores": scores,
    "scorecard": lambda orders: retention.scorecard(orders).metrics,
    "monthly trend": retention.monthly_trend,
    "cohorts": retention.cohort_table,
    "cohorts by week": lambda orders: retention.cohort_table(orders, "week"),
    "cohorts by channel": lambda orders: retention.cohort_table(orders, by="channel"),
    "second orders": retention.second_orders,
    "second orders by region": lambda orders: retention.second_orders(orders, by="region"),
    "channels": breakdown("channel", "first_order"),
    "products": breakdown("product", "all_orders"),
    "reorder gaps": reorder_gaps,
    "revenue": revenue_history,
    "bridge": bridge,
    "movement": movement,
    "backtest": lambda orders: retention.backtest(orders, 90).models,
    "backtest by week": lambda orders: retention.backtest(orders, 90).tracking,
    "bought": features,
    "product table": retention.product_table,
    "categories": lambda orders: retention.product_table(orders, "category"),
    "together": lambda orders: retention.bought_together(
        orders, "category", fewest_orders=1, false_share=1.0
    ),
    "next": lambda orders: retention.bought_next(orders, fewest_orders=1, false_share=1.0),
    "journey": retention.order_journey,
    "due": lambda orders: retention.reorders_due(orders, weeks=DUE_WEEKS),
    "likely next": retention.likely_next,
    "likely next before": lambda orders: retention.next_products_backtest(orders, 120).table,
    "whom products bring": lambda orders: (
        retention.product_value(orders, retention.summarise_customers(orders)).values
    ),
    "product values": lambda orders: value_query(orders.table, "product", orders.end).to_pandas(),
}


def assert_equal_numbers(expected: pd.DataFrame, actual: pd.DataFrame) -> None:
    """Compare two frames: texts, days and counts exactly, money to the cent, the rest closely."""
    pd.testing.assert_frame_equal(
        expected, actual, check_dtype=False, rtol=1e-6, atol=1e-6, check_freq=False
    )


def assert_equal_readings(from_file: Orders, from_table: Orders) -> None:
    """Compare orders, items, carts and the report, to the cent."""
    columns = sorted(set(from_file.table.columns) - {"order_id"})
    if all(number.startswith("A") for number in from_file.table.order_id.to_pandas()):
        columns.append("order_id")
    frames = [
        orders.table.select(*columns).order_by(columns).to_pandas()
        for orders in (from_file, from_table)
    ]
    assert_equal_numbers(*frames)
    assert set(from_table.table.columns) == set(from_file.table.columns)
    for name in ("items", "carts"):
        tables = [getattr(orders, name) for orders in (from_file, from_table)]
        assert (tables[0] is None) == (tables[1] is None)
        if tables[0] is not None:
            keys = sorted(tables[0].columns)
            assert_equal_numbers(
                *(table.select(keys).order_by(keys).to_pandas() for table in tables)
            )
    expected, report = from_file.report, from_table.report
    assert report.dropped == expected.dropped
    assert report.rows_read == expected.rows_read
    assert report.rows_kept == expected.rows_kept
    money = [{entry.reason: entry.revenue for entry in r.reasons} for r in (expected, report)]
    assert money[1] == pytest.approx(money[0], abs=0.001)
    assert report.refunded == pytest.approx(expected.refunded, abs=0.001)
    assert report.unplaced_refunds == pytest.approx(expected.unplaced_refunds, abs=0.001)
    # Of rows that stand twice a table has a warning alone.
    assert report.notes == tuple(note for note in expected.notes if note in report.notes)
    warnings = [text for text in report.warnings if "table.distinct()" not in text]
    assert warnings == list(expected.warnings)
    assert (from_table.start, from_table.end) == (from_file.start, from_file.end)
    assert from_table.currency == from_file.currency
    assert len(from_table.dropped_rows()) == len(from_file.dropped_rows())
    reasons = [orders.dropped_rows()["reason"].value_counts() for orders in (from_file, from_table)]
    pd.testing.assert_series_equal(*(counts.sort_index() for counts in reasons))
