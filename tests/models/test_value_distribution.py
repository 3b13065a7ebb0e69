"""Distribution, concentration and a model in plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from retention.models.value_distribution import (
    concentration,
    nice_edges,
    top_shares,
    typical_customer,
    value_histogram,
)

VALUES = hnp.arrays(float, st.integers(1, 60), elements=st.floats(0, 1e7, allow_subnormal=False))


@dataclass
class Parameters:
    r: float = 0.2426
    alpha: float = 4.4136 * 7
    a: float = 0.7929
    b: float = 2.4259


def frames(value, frequency=None):
    index = pd.Index([f"c{i}" for i in range(len(value))], name="customer_id")
    frequency = np.zeros(len(value), int) if frequency is None else frequency
    return pd.DataFrame({"frequency": frequency}, index=index), pd.DataFrame(
        {"cltv": value}, index=index
    )


def test_published_cdnow_parameters_read_as_a_customer():
    found = typical_customer(Parameters())
    assert found.leave_share == pytest.approx(0.2463, abs=1e-4)
    assert found.days_between_orders == pytest.approx(127.35, abs=0.01)
    assert found.median_days_between_orders > found.days_between_orders


def test_a_rate_too_small_for_a_number_is_none():
    assert typical_customer(Parameters(r=1e-4)).median_days_between_orders is None


@given(VALUES, st.data())
def test_every_customer_falls_in_one_bin(value, data):
    frequency = np.array(
        data.draw(st.lists(st.integers(0, 3), min_size=len(value), max_size=len(value)))
    )
    frame = value_histogram(*frames(value, frequency))
    if not (value > 0).any():
        assert frame.empty
        return
    assert frame["customers"].sum() == len(value)
    assert frame["expected_value"].sum() == pytest.approx(value.sum())
    counts = frame.groupby("buyers")["customers"].sum()
    assert counts["repeat"] == (frequency > 0).sum()
    assert len(frame) < 70


@given(VALUES)
def test_bin_bounds_rise_and_hold_the_highest_value(value):
    if not (value > 0).any():
        return
    edges = nice_edges(value)
    assert (np.diff(edges) > 0).all()
    assert edges[0] <= max(value[value > 0].min(), value.max() / 1e4) * (1 + 1e-9)
    assert edges[-1] > value.max() >= edges[-2] * (1 - 1e-9)


def test_equal_values_make_one_bin():
    frame = value_histogram(*frames(np.full(5, 12.0)))
    assert frame["customers"].tolist() == [5, 0]
    assert (frame["low"].iloc[0], frame["high"].iloc[0]) == (10, 15)


@given(VALUES)
def test_the_best_customers_hold_at_least_their_share(value):
    curve, top = concentration(value), top_shares(value)
    if value.sum() <= 0:
        assert curve.empty
        assert top.empty
        return
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == pytest.approx([1, 1])
    assert (curve["value_share"] >= curve["customers_share"] - 1e-9).all()
    assert curve["value_share"].is_monotonic_increasing
    assert (top["value_share"] >= top["customers_share"] - 1e-9).all()
    assert len(curve) <= 101


def test_top_shares_of_ten_customers():
    top = top_shares(np.arange(1.0, 11.0))
    assert top["customers"].tolist() == [1, 2]
    assert top["customers_share"].tolist() == [0.1, 0.2]
    assert top["value"].tolist() == [10, 19]
    assert top["at_least"].tolist() == [10, 9]
    assert top["value_share"].tolist() == pytest.approx([10 / 55, 19 / 55])


@pytest.mark.parametrize(
    ("customers", "shares"), [(4, []), (39, [0.1, 0.2]), (99, [0.1, 0.2]), (100, [0.01, 0.1, 0.2])]
)
def test_a_share_is_named_from_one_whole_customer_on(customers, shares):
    assert top_shares(np.ones(customers))["share"].tolist() == shares
