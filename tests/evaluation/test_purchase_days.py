from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from retention.customers.summary import purchase_days
from retention.daily_repeats import carried
from retention.engines import rows_by_customer
from retention.errors import DataError
from retention.evaluation.holdout import hold_out
from retention.evaluation.purchase_days import PurchaseDays
from tests.support.messy_store import messy_store

KNOWN = ["frequency", "recency", "T", "monetary_value", "initial_spend", "revenue"]


def days_of(orders) -> PurchaseDays:
    return PurchaseDays.of(rows_by_customer(purchase_days(orders.table)))


@pytest.mark.parametrize("hidden", [0, 20, 100])
def test_a_cut_in_memory_is_the_one_of_the_engine(hidden):
    orders = messy_store()
    cut = orders.end - timedelta(days=hidden)
    split, known = hold_out(orders, cut), days_of(orders).customers(cut)
    pd.testing.assert_frame_equal(
        known[KNOWN].reset_index(drop=True), split.customers[KNOWN].reset_index(drop=True)
    )
    here, there = carried(known), carried(split.customers)
    assert here.end == there.end
    assert (here.counts == there.counts).all()


@pytest.mark.parametrize("days", [1, 15, 60])
def test_what_came_after_a_cut_is_that_of_the_customers_known_at_it(days):
    orders = messy_store()
    cut = orders.end - timedelta(days=60)
    daily = hold_out(orders, cut).daily
    came = daily[daily["since"] <= days].sum()
    purchases, revenue = days_of(orders).came(cut, days)
    assert purchases == came["purchases"]
    assert revenue == pytest.approx(came["revenue"])
    first = orders.table.to_pandas().groupby("customer_id")["ordered_at"].min()
    assert (first.dt.date > cut).any()


def test_a_cut_before_all_orders_is_refused():
    orders = messy_store()
    with pytest.raises(DataError, match="no order up to"):
        days_of(orders).customers(orders.start - timedelta(days=1))


def test_orders_without_amounts_have_no_revenue():
    days = PurchaseDays(np.array([0, 0]), np.array([19_000, 19_010]), np.full(2, np.nan))
    cut = pd.Timestamp("2022-01-10").date()
    assert days.customers(cut)["monetary_value"].isna().all()
    assert np.isnan(days.came(pd.Timestamp("2022-01-08").date(), 30)[1])
