"""Which ready-made group stands out."""

from dataclasses import replace

import numpy as np

from retention.own_segments.conditions import Totals
from retention.view.own_segments.gallery import standing_out
from tests.own_segments.examples import small_features

FEATURES = replace(small_features(), value=np.array([60.0, 30.0, 5.0, 5.0]))


def test_the_group_with_the_most_beyond_its_number_stands_out():
    sums = {
        "Nearly all": Totals(customers=3, revenue=200.0, expected_value=95.0),
        "Best": Totals(customers=1, revenue=60.0, expected_value=60.0),
        "Half": Totals(customers=2, revenue=70.0, expected_value=65.0),
    }
    assert standing_out(sums, FEATURES) == ("Best", 1, 0.6, "expected value")


def test_no_group_stands_out_by_its_number_alone():
    sums = {
        "Nearly all": Totals(customers=3, revenue=200.0, expected_value=95.0),
        "Plain": Totals(customers=1, revenue=10.0, expected_value=5.0),
        "None": Totals(customers=0, revenue=0.0, expected_value=0.0),
    }
    assert standing_out(sums, FEATURES) is None


def test_without_a_forecast_revenue_so_far_counts():
    features = replace(FEATURES, value=None)
    sums = {"Big": Totals(customers=1, revenue=110.0, expected_value=float("nan"))}
    assert standing_out(sums, features) == ("Big", 1, 0.5, "revenue so far")
