from datetime import date

import numpy as np
import pandas as pd
import pytest

from retention import Period
from retention.history.metrics import METRICS, measure, metric_values
from retention.history.order_history import order_history
from retention.history.period_counts import count_period
from retention.samples.simulator import simulate_orders
from tests.history.test_period_counts import MARCH, by_hand, store
from tests.support.orders_stub import orders_of

__all__ = ["by_hand"]  # a fixture


def test_every_metric_by_hand(by_hand):
    history = order_history(by_hand)
    values = metric_values(count_period(history, MARCH, 60))
    assert set(values) == set(METRICS)
    expected = {
        "customer_retention_rate": (4 - 1) / 3,
        "retained_share": 2 / 3,
        "churn_rate": 1 / 3,
        "repeat_purchase_rate": 3 / 3,
        "average_order_value": 150 / 4,
        "orders_per_customer": 4 / 3,
        "revenue_per_customer": 150 / 3,
        "days_to_second_order": 29,
        "days_between_orders": 29,
        "days_since_last_order": 30,
        "revenue": 150,
        "orders": 4,
        "customers": 3,
        "new_customers": 1,
        "returning_customers": 2,
        "returning_revenue_share": 80 / 150,
        "new_order_value": 70 / 2,
        "returning_order_value": 80 / 2,
    }
    for name, value in expected.items():
        assert values[name] == pytest.approx(value), name
    assert np.isnan(values["discount_share"])
    assert np.isnan(values["refund_share"])


def test_who_came_and_left_within_the_period_is_in_no_rate():
    """March with `active_days` 10: of the four at the start one stays, two came and left, and one
    came and is there.
    """
    start = [(name, "2024-02-25", 1.0) for name in ("stays", "b", "c", "d")]
    came = [("e", "2024-03-03", 1.0), ("f", "2024-03-04", 1.0), ("new", "2024-03-28", 1.0)]
    history = order_history(
        store([*start, ("stays", "2024-03-25", 1.0), *came, ("later", "2024-05-01", 1.0)])
    )
    counts = count_period(history, MARCH, 10)
    assert (counts.start, counts.end, counts.new, counts.new_at_end) == (4, 2, 3, 1)
    values = metric_values(counts)
    assert values["customer_retention_rate"] == values["retained_share"] == 1 / 4
    found = measure(history, counts).loc["customer_retention_rate"]
    assert 0 <= found["low"] <= 0.25 <= found["high"] <= 1


def test_shares_of_discounts_and_refunds_by_hand():
    rows = [("a", "2024-03-05", 60.0, 20.0, 40.0), ("b", "2024-03-31", 20.0, 0.0, 0.0)]
    frame = pd.DataFrame(
        rows, columns=["customer_id", "ordered_at", "revenue", "discount", "refunded"]
    )
    values = metric_values(count_period(order_history(orders_of(frame)), MARCH, 365))
    assert values["discount_share"] == pytest.approx(20 / 100)
    assert values["refund_share"] == pytest.approx(40 / 120)


def test_a_period_without_an_order_has_no_rates_and_no_warning():
    history = order_history(store([("a", "2024-01-01", 1.0), ("b", "2024-06-01", 1.0)]))
    found = measure(history, count_period(history, MARCH, 30))
    assert found.loc["revenue", "value"] == 0
    assert (
        found.loc[
            ["customer_retention_rate", "average_order_value", "days_to_second_order"], "value"
        ]
        .isna()
        .all()
    )


def test_wilsons_interval_of_the_share_who_stayed():
    """10 customers, 8 of them still there: Wilson's interval as published in Newcombe (1998) style
    examples.
    """
    rows = [(f"c{n}", "2024-02-20", 1.0) for n in range(10)] + [
        (f"c{n}", "2024-03-20", 1.0) for n in range(8)
    ]
    history = order_history(store(rows))
    row = measure(history, count_period(history, MARCH, 31)).loc["retained_share"]
    z = 1.959964
    centre, width = (
        (0.8 + z**2 / 20) / (1 + z**2 / 10),
        z * np.sqrt(0.8 * 0.2 / 10 + z**2 / 400) / (1 + z**2 / 10),
    )
    assert row["value"] == 0.8
    assert [row["low"], row["high"]] == pytest.approx([centre - width, centre + width], rel=1e-5)
    assert row["n"] == 10


@pytest.fixture(scope="module")
def population() -> pd.DataFrame:
    frame = simulate_orders(20_000, 400, r=0.6, alpha=40, a=0.8, b=2.5, p=6, q=4, v=15, seed=11)
    return frame.assign(customer_id=frame["customer_id"].astype(str))


def test_nineteen_in_twenty_intervals_hold_the_value_of_the_customers_they_were_drawn_from(
    population,
):
    """150 stores of 1,500 of the 20,000 customers each; refunds and discounts are not in them."""
    period, active_days, size = Period(date(2024, 9, 1), date(2024, 12, 1)), 120, 1_500

    def figures(frame: pd.DataFrame) -> pd.DataFrame:
        history = order_history(orders_of(frame, end="2025-02-03"))
        return measure(history, count_period(history, period, active_days))

    truth = figures(population)["value"]
    totals = ["revenue", "orders", "customers", "new_customers", "returning_customers"]
    truth[totals] *= size / 20_000
    ids = population["customer_id"].unique()
    rng = np.random.default_rng(3)
    held = []
    for _ in range(150):
        some = figures(
            population[population["customer_id"].isin(rng.choice(ids, size, replace=False))]
        )
        held.append((some["low"] <= truth) & (truth <= some["high"]))
    share = pd.DataFrame(held).mean().drop(["discount_share", "refund_share"])
    # Chance alone moves a share of 150 by 3.5 points in 19 of 20 cases. Totals are wider, since a
    # population of so many
    # customers is drawn from here, where a Poisson number is assumed; medians are whole days.
    assert (share >= 0.90).all(), share
    assert (
        share[
            ["retained_share", "repeat_purchase_rate", "average_order_value", "new_order_value"]
        ].max()
        <= 0.99
    )


def test_a_sample_of_a_large_store_gives_about_the_same_interval(population, monkeypatch):
    from retention.history import order_history as module

    period = Period(date(2024, 9, 1), date(2024, 12, 1))
    whole = module.order_history(orders_of(population))
    monkeypatch.setattr(module, "SAMPLED_CUSTOMERS", 4_000)
    some = module.order_history(orders_of(population))
    assert some.sample["customer"].nunique() == pytest.approx(4_000, rel=0.1)
    one, other = (measure(history, count_period(history, period, 365)) for history in (whole, some))
    assert other["value"].to_numpy() == pytest.approx(
        one["value"].to_numpy(), rel=1e-9, nan_ok=True
    )
    money = ["average_order_value", "revenue", "orders_per_customer", "returning_revenue_share"]
    width = (one["high"] - one["low"])[money]
    assert ((other["high"] - other["low"])[money] / width).to_numpy() == pytest.approx(1, abs=0.15)
