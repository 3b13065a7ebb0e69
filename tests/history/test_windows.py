"""What customers did in a window, beside the counts of a period."""

from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.scorecard_verdicts import PROCESSES, Kind, unchanging
from retention import Period
from retention.history.like_for_like import alike, estimate
from retention.history.metrics import METRICS, metric_values
from retention.history.period_counts import count_period
from retention.history.windows import Window, customers_in


@pytest.fixture(scope="module")
def history():
    return unchanging(Kind("shop", 500, 2.0), PROCESSES["regular"], seed=3)


def test_a_window_over_all_orders_has_the_metrics_of_the_period(history):
    period = Period(date(2022, 9, 1), history.end + timedelta(days=1))
    window = Window(
        begin=history.number(period.start),
        end=history.number(period.end),
        look_back=history.number(period.start),
        active_days=300,
    )
    values = metric_values(count_period(history, period, 300))
    customers = customers_in(history, window)
    for name in METRICS:
        if name not in ("discount_share", "refund_share"):
            assert estimate(customers, name).value == pytest.approx(values[name]), name


def test_orders_before_the_window_do_not_count(history):
    customers = customers_in(history, Window(begin=300, end=400, look_back=50, active_days=50))
    assert customers.first.min() >= 250
    newer = customers.newer()
    assert 0 < len(newer.first) < len(customers.first)
    assert not newer.is_older.any()
    sample = history.sample.groupby("customer")["first_day"].first()
    assert (sample[newer.customer] >= 250).all()
    for name, waits in newer.spreads.items():
        whole = customers.spreads[name]
        kept = ~customers.is_older[whole.place]
        assert waits.days.tolist() == whole.days[kept].tolist()
        assert (
            newer.customer[waits.place].tolist() == customers.customer[whole.place[kept]].tolist()
        )


def test_weights_make_ages_count_alike(history):
    later, earlier = (
        customers_in(history, Window(begin=begin, end=begin + 100, look_back=150, active_days=90))
        for begin in (400, 150)
    )
    weights = alike(later, earlier)
    now, before = (
        np.bincount(bands, weights=weight)
        for bands, weight in zip(weights.bands, (weights.now, weights.before), strict=True)
    )
    size = min(len(now), len(before))
    assert now[:size] == pytest.approx(before[:size])
    assert now[size:].sum() == before[size:].sum() == 0
