from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from retention import (
    ModelError,
    backtest,
    fit_cltv,
    orders_uncertainty,
    past_misses,
    summarise_customers,
    value_uncertainty,
)
from retention.evaluation import past_misses as module
from retention.samples.simulator import simulate_orders
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample

STEADY = {"r": 0.8, "alpha": 40.0, "a": 0.5, "b": 4.0, "p": 6.25, "q": 3.74, "v": 15.44}


def store(days: int, seed: int = 1, customers: int = 1_200):
    frame = simulate_orders(customers, days, seed=seed, start="2022-03-01", **STEADY)
    return orders_of(frame.assign(customer_id="C" + frame["customer_id"].astype(str)))


def assert_same(one, other):
    """The same misses, but for the last digits of sums that an engine adds up in any order."""
    pd.testing.assert_frame_equal(pd.DataFrame(one.tests), pd.DataFrame(other.tests), rtol=1e-9)
    assert one.orders.chances == pytest.approx(other.orders.chances)
    assert one.is_short == other.is_short


@pytest.fixture(scope="module")
def steady():
    return store(900)


def test_every_cut_foresees_all_horizons_up_to_its_end(steady):
    tests = past_misses(steady).tests
    assert [(test.hidden_days, test.days) for test in tests] == [
        (hidden, days)
        for hidden in module.HIDDEN_DAYS
        for days in module.HIDDEN_DAYS
        if days <= hidden
    ]


def test_misses_are_those_of_the_backtests(steady):
    """The same cut and the same days, counted another way."""
    by_days = {test.days: test for test in past_misses(steady).tests if test.hidden_days == 90}
    result = backtest(steady, 90, misses=None)
    figures = result.figures
    assert by_days[90].orders == pytest.approx(
        np.log((figures["actual_orders"] + 0.5) / (figures["orders"] + 0.5)), abs=1e-6
    )
    assert by_days[90].revenue == pytest.approx(-np.log1p(figures["revenue_bias"]), abs=1e-6)
    total = result.orders
    own = (total.chance**2 + total.parameters**2 + total.store**2) ** 0.5 / total.expected
    assert by_days[90].orders_deviation == pytest.approx(own, rel=0.15)


def test_nothing_after_the_end_is_seen(steady):
    cut = steady.end - timedelta(days=200)
    frame = steady.table.to_pandas()
    before = orders_of(frame[frame["ordered_at"].dt.date <= cut], end=str(cut))
    assert_same(past_misses(steady, end=cut), past_misses(before))


def test_a_short_history_says_so_and_tests_what_it_can():
    misses = past_misses(store(160))
    assert misses.is_short
    assert {test.hidden_days for test in misses.tests} == {30, 60}
    assert not past_misses(store(100)).tests


def test_a_large_store_is_tested_on_some_of_its_customers(steady, monkeypatch):
    whole = past_misses(steady)
    monkeypatch.setattr(module, "MOST_CUSTOMERS", 500)
    some = past_misses(steady)
    assert len(some.tests) == len(whole.tests)
    assert some != whole
    # Fewer customers leave more to chance.
    assert some.tests[0].orders_deviation > whole.tests[0].orders_deviation


def test_an_unknown_model_is_refused(steady):
    with pytest.raises(ModelError, match="purchase model"):
        past_misses(steady, "pareto")


def test_ranges_of_totals_give_the_model_alone_and_the_joined_one():
    orders = shared_sample("cdnow")
    customers = summarise_customers(orders)
    plain, joined = fit_cltv(customers), fit_cltv(customers, misses=past_misses(orders))
    for measure in (orders_uncertainty, value_uncertainty):
        alone, with_misses = measure(plain, customers), measure(joined, customers)
        assert with_misses.model_only.total() == alone.model_only.total()
        total = with_misses.total()
        assert total.missed > 0
        assert total.high - total.low > 1.1 * (alone.total().high - alone.total().low)
        assert total.expected == alone.total().expected


def test_a_backtest_knows_the_misses_before_its_cut():
    orders = shared_sample("cdnow")
    alone, joined = (backtest(orders, 90, misses=way) for way in (None, "auto"))
    assert alone.orders.missed == 0
    assert joined.orders.missed > 0
    assert_same(joined.model.misses, past_misses(orders, end=joined.cut))
    weeks = [
        pd.Series(result.tracking["high"] - result.tracking["low"]).sum()
        for result in (alone, joined)
    ]
    assert weeks[1] > weeks[0]
    with pytest.raises(ModelError, match="misses of a backtest"):
        backtest(orders, 90, misses="all")


def test_a_store_whose_model_is_true_keeps_nearly_its_own_range():
    """Misses of simulated stores lie within what their models allow for."""
    added = []
    for seed in range(4):
        misses = past_misses(store(900, seed=seed))
        own = misses.tests[-1].orders_deviation
        added.append(misses.variance("orders", own**2) ** 0.5 / own)
    assert np.median(added) < 0.7
