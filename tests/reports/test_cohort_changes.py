import math

import pandas as pd
import pytest

from retention import second_orders
from retention.reports.cohort_changes import latest_change, share_back
from tests.support.sample_store import shared_sample


def cohorts(*rows: tuple[int, int, int]) -> pd.DataFrame:
    """Customers, those observed for 90 days, and those who were back by then."""
    return pd.DataFrame(rows, columns=["customers", "observed_90", "within_90"])


def test_the_difference_of_two_shares_as_published():
    """Newcombe (1998), Statistics in Medicine 17, table II, method 10: 56 of 70 less 48 of 80."""
    change = latest_change(cohorts((80, 80, 48), (70, 70, 56)), 1, 90)
    assert (change.latest.customers, change.before.customers) == (70, 80)
    assert change.change == pytest.approx(0.2)
    assert (change.low, change.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert change.verdict == "up"


def test_turned_around_the_change_is_its_opposite():
    rise = latest_change(cohorts((80, 80, 48), (70, 70, 56)), 1, 90)
    fall = latest_change(cohorts((70, 70, 56), (80, 80, 48)), 1, 90)
    assert (fall.change, fall.low, fall.high) == pytest.approx(
        (-rise.change, -rise.high, -rise.low)
    )
    assert fall.verdict == "down"


def test_shares_that_chance_could_have_moved_show_no_clear_change():
    change = latest_change(cohorts((100, 100, 30), (100, 100, 33)), 1, 90)
    assert change.low < 0 < change.high
    assert change.verdict == "no clear change"


def test_cohorts_are_pooled_and_those_observed_in_part_are_left_out():
    second = cohorts((10, 10, 9), (40, 40, 4), (50, 50, 6), (60, 60, 12), (40, 40, 8), (90, 20, 1))
    change = latest_change(second, 2, 90)
    assert change.latest.cohorts.index.tolist() == [3, 4]
    assert change.before.cohorts.index.tolist() == [1, 2]
    assert (change.latest.share, change.before.share) == pytest.approx((20 / 100, 10 / 90))
    assert change.latest.low < change.latest.share < change.latest.high


@pytest.mark.parametrize("sizes", [(29, 100), (100, 29)])
def test_below_thirty_customers_there_is_no_verdict(sizes):
    before, latest = sizes
    change = latest_change(cohorts((before, before, 0), (latest, latest, latest)), 1, 90)
    assert change.verdict == "too little data"


def test_nobody_observed_has_no_share_and_no_change():
    change = latest_change(cohorts((90, 20, 1)), 1, 90)
    assert change.latest.customers == change.before.customers == 0
    assert all(map(math.isnan, (change.latest.share, change.latest.low, change.change, change.low)))
    assert change.verdict == "too little data"


@pytest.mark.parametrize("days", [30, 60, 90, 180])
def test_all_customers_of_a_store_are_pooled(days):
    second = second_orders(shared_sample("cdnow"), "week")
    share = share_back(second, days)
    assert share.customers == second[f"observed_{days}"].sum()
    assert share.share == second[f"within_{days}"].sum() / share.customers
