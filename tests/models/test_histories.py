"""Distinct purchase histories: grouping and back, and tables that are refused."""

import numpy as np
import pandas as pd
import pytest

import retention
from retention import DataError
from retention.models.histories import group_histories
from retention.models.spend import fit_spend
from tests.support.histories import cdnow, handmade


def test_the_histories_of_customers_are_the_customers_again():
    customers = cdnow()
    histories = group_histories(customers)
    for name in ("frequency", "recency", "T"):
        assert (getattr(histories, name)[histories.codes] == customers[name]).all()
    rows = np.stack([histories.frequency, histories.recency, histories.T], axis=1)
    assert len(np.unique(rows, axis=0)) == len(rows)
    assert histories.counts.sum() == len(customers)
    assert (np.bincount(histories.codes) == histories.counts).all()


def test_equal_histories_are_counted_once_in_the_order_of_the_customers():
    histories = group_histories(
        handmade([(2, 10, 20, 5.0), (0, 0, 20, 0.0), (2, 10, 20, 9.0), (2, 10, 21, 5.0)])
    )
    assert histories.frequency.tolist() == [2, 0, 2]
    assert histories.counts.tolist() == [2, 1, 1]
    assert histories.codes.tolist() == [0, 1, 0, 2]


def test_fractions_of_days_are_histories_of_their_own():
    customers = handmade([(1, 5, 20, 5.0), (1, 5, 20, 5.0)]).astype({"T": float})
    customers["T"] = [20.0, 20.5]
    assert group_histories(customers).counts.tolist() == [1, 1]


def test_pairs_leave_the_recency_out():
    histories = group_histories(
        handmade([(2, 10, 20, 5.0), (2, 12, 20, 5.0), (1, 3, 20, 5.0), (2, 4, 9, 5.0)])
    )
    pairs, frequency, age = histories.without_recency()
    assert pairs.tolist() == [0, 0, 1, 2]
    assert frequency.tolist() == [2, 1, 2]
    assert age.tolist() == [20, 20, 9]


def test_no_customers_have_no_histories():
    histories = group_histories(handmade([(1, 5, 20, 5.0)]).iloc[:0])
    assert len(histories.frequency) == len(histories.codes) == 0


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((-1, 0, 20, 5.0), "1 of 2 customers have an impossible history"),
        ((1, 21, 20, 5.0), "impossible history"),
        ((1, 0, 20, 5.0), "impossible history"),
        ((0, 3, 20, 5.0), "impossible history"),
        ((1, 3, 20, -5.0), "spend must not be negative"),
        ((1.5, 3, 20, 5.0), "not a whole number"),
        ((1, 3, 20, float("nan")), "empty or infinite"),
    ],
)
def test_an_impossible_history_is_refused(row, message):
    with pytest.raises(DataError, match=message):
        group_histories(handmade([(2, 10, 20, 5.0), row]))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (None, "no table"),
        (pd.DataFrame({"T": [1]}), "no column 'frequency', 'recency', 'monetary_value'"),
        (handmade([(0, 0, 1, 0.0)]).astype({"T": str}), "'T' of the customer table holds no"),
    ],
)
def test_a_table_of_something_else_is_refused(table, message):
    with pytest.raises(DataError, match=message):
        group_histories(table)


def counted(customers: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each distinct history, as `summarise_histories` does."""
    names = ["frequency", "recency", "T", "monetary_value"]
    groups = customers.assign(revenue=1.0).groupby(names)["revenue"]
    return groups.agg(customers="count", revenue="sum").reset_index()


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd", "auto"])
def test_a_model_of_histories_is_that_of_their_customers(kind):
    customers = cdnow()
    model, same = (retention.fit_cltv(table, kind) for table in (customers, counted(customers)))
    for name in ("r", "alpha", "a", "b", "p", "q", "v"):
        assert getattr(same, name) == pytest.approx(getattr(model, name), rel=1e-8)
    assert (same.customers, same.repeaters) == (model.customers, model.repeaters)
    assert same.checks == model.checks
    scores = [retention.predict_cltv(fitted, customers) for fitted in (model, same)]
    pd.testing.assert_frame_equal(*scores, rtol=1e-8)


def test_a_store_average_of_histories_is_that_of_their_customers():
    customers = cdnow()
    for alike in (
        customers.assign(
            monetary_value=customers["monetary_value"].where(np.arange(len(customers)) < 12, 0)
        ),
        customers.assign(monetary_value=0.0),
    ):
        table = alike.assign(revenue=alike["monetary_value"] + 1)
        names = ["frequency", "recency", "T", "monetary_value"]
        groups = table.groupby(names)["revenue"]
        rows = groups.agg(customers="count", revenue="sum").reset_index()
        spend, same = (fit_spend(customers) for customers in (table, rows))
        assert (same.kind, same.reason, same.customers) == (
            spend.kind, spend.reason, spend.customers,
        )  # fmt: skip
        assert same.mean == pytest.approx(spend.mean)
        assert same.covariance[0][0] == pytest.approx(spend.covariance[0][0])


def test_histories_serve_to_fit_a_model_only():
    histories = counted(cdnow())
    model = retention.fit_cltv(histories)
    with pytest.raises(DataError, match="row for each customer is needed"):
        retention.predict_cltv(model, histories)
    for wrong in (0, 1.5):
        with pytest.raises(DataError, match="summarise_histories"):
            retention.fit_cltv(histories.assign(customers=wrong))
