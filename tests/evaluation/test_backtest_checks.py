import dataclasses

import numpy as np
import pandas as pd
import pytest

from retention import backtest, backtest_checks
from retention.evaluation.backtest_checks import fitted_blocks
from retention.wording import deviation_words
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def result():
    """The plain model's, whose ranges hold what the model itself leaves open."""
    return backtest(shared_sample("cdnow"), 273, season=None, misses=None)


def tracking(ratio, expected=50.0):
    """Weeks before a cut with so many orders expected, and `ratio` (one a week) of that actual."""
    ratio = np.asarray(ratio, dtype=float)
    weeks = np.arange(1 - len(ratio), 1)
    return pd.DataFrame(
        {
            "week": weeks,
            "week_end": pd.Timestamp("2025-12-31") + pd.to_timedelta(weeks * 7, unit="D"),
            "actual": ratio * expected,
            "expected": expected,
            "part": "fitted",
        }
    )


def named(result, name, **changes):
    return next(
        check
        for check in backtest_checks(dataclasses.replace(result, **changes))
        if check.name == name
    )


def test_weeks_are_added_up_in_fours_counted_back_from_the_cut():
    blocks = fitted_blocks(tracking([9.0] * 3 + [1.0] * 4 + [2.0] * 4))
    assert blocks["actual"].tolist() == [200, 400]
    assert blocks["ratio"].tolist() == [1, 2]
    assert blocks["end"].iloc[-1] == pd.Timestamp("2025-12-31")


def test_blocks_of_few_orders_are_left_out():
    assert fitted_blocks(tracking([1.0] * 8, expected=2.0)).empty


def test_a_steady_store_passes(result):
    steady = tracking(1 + 0.02 * np.sin(np.arange(104)))
    assert named(result, "Seasons", tracking=steady).status == "good"
    assert named(result, "Drift", tracking=steady).status == "good"


def test_a_season_is_seen_and_named(result):
    ratio = np.ones(104)
    ratio[40:48], ratio[92:100] = 2.2, 2.4
    check = named(result, "Seasons", tracking=tracking(ratio))
    assert check.status == "caution"
    assert "+140% (to 5 Nov 2025)" in check.finding
    assert "same month a year before" in check.advice


def test_a_decline_is_drift_and_no_season(result):
    ratio = np.r_[np.ones(72), 0.7 * np.ones(32)]
    check = named(result, "Drift", tracking=tracking(ratio))
    assert check.status == "caution"
    assert "−30%" in check.finding
    assert "fewer" in check.advice


def test_a_change_within_what_four_weeks_differ_by_anyway_cannot_be_told(result):
    ratio = np.r_[np.ones(72), np.repeat([0.3, 1.5, 0.2, 1.4, 0.4, 0.3, 1.6, 0.4], 4)]
    check = named(result, "Drift", tracking=tracking(ratio))
    assert check.status == "unknown"
    assert "differ by as much anyway" in check.finding
    assert check.advice


def test_a_gap_in_the_orders_is_no_season_and_no_drift(result):
    """Thirteen weeks are missing; a part of the weeks beside them, too."""
    ratio = np.ones(104)
    ratio[70:83] = 0
    ratio[69] = ratio[83] = 0.4
    with_gap = tracking(ratio)
    assert fitted_blocks(with_gap)["ratio"].eq(1).all()
    assert named(result, "Seasons", tracking=with_gap).status == "good"
    assert named(result, "Drift", tracking=with_gap).status == "good"


def test_a_few_weeks_without_an_order_are_chance_where_few_are_expected(result):
    ratio = np.ones(104)
    ratio[70:72] = 0
    assert fitted_blocks(tracking(ratio, expected=5.0))["ratio"].min() < 1


def test_a_total_foreseen_to_the_order_is_not_called_off(result):
    models = result.models.copy()
    models.loc["bg_nbd", ["orders", "actual_orders", "bias", "revenue_bias"]] = [
        8.6,
        9.0,
        -0.05,
        -0.001,
    ]
    found = dataclasses.replace(result, models=models)
    # Few orders have a decimal, so that the share beside them can be told from them.
    assert "the model foresaw 8.6 orders; 9 came (5% too few; revenue right to a percent)" in (
        named(result, "Hidden orders", models=models).finding
    )
    assert "foresaw 8.6 of 9 repeat orders, 5% too few;" in found.verdict
    models.loc["bg_nbd", ["orders", "actual_orders", "bias"]] = [900.2, 900.0, 0.0002]
    assert (
        "foresaw 900 repeat orders, as many as came;"
        in dataclasses.replace(result, models=models).verdict
    )


def test_weeks_of_a_gap_do_not_count_against_the_model(result):
    weeks = result.tracking.copy()
    hidden = weeks.index[weeks["part"] == "foreseen"]
    weeks.loc[hidden[10:14], "actual"] = 0
    lost = result.tracking.loc[hidden[10:14], "actual"].sum()
    models = result.models.copy()
    found = models.loc["bg_nbd"]
    models.loc["bg_nbd", "actual_orders"] = came = found["actual_orders"] - lost
    models.loc["bg_nbd", "bias"] = found["orders"] / came - 1
    gapped = dataclasses.replace(result, tracking=weeks, models=models)
    assert list(gapped.gap.index) == list(hidden[9:15])
    rest = hidden.difference(gapped.gap.index)
    assert gapped.bias == pytest.approx(
        (found["orders"] - gapped.gap["expected"].sum()) / (came - gapped.gap["actual"].sum()) - 1
    )
    # About what the other weeks show, and not what the missing ones make of it.
    others = weeks.loc[rest]
    assert gapped.bias == pytest.approx(
        others["expected"].sum() / others["actual"].sum() - 1, abs=0.01
    )
    said = "6 weeks in or beside a"
    assert said in gapped.verdict
    assert said in named(result, "Hidden orders", tracking=weeks, models=models).finding
    assert result.gap.empty
    assert result.bias == result.models.loc["bg_nbd", "bias"]


@pytest.mark.parametrize(
    ("bias", "words"),
    [
        (-0.122, "12% too low"),
        (0.001, "right to a percent"),
        (-0.004, "right to a percent"),
        (1.93, "193% too high"),
        (4.2, "5 times as high"),
        (np.nan, "not to be compared"),
    ],
)
def test_what_is_too_much_is_called_by_its_name(bias, words):
    assert deviation_words(bias, "high", "low") == words


def test_counts_are_too_many_or_so_many_times_as_many():
    assert (deviation_words(0.2), deviation_words(-0.2), deviation_words(3.0)) == (
        "20% too many",
        "20% too few",
        "4 times as many",
    )


def test_a_short_history_is_said_to_be_too_short(result):
    names = [
        check.name
        for check in backtest_checks(dataclasses.replace(result, tracking=tracking([1.0] * 16)))
    ]
    assert names == ["Hidden orders", "Single customers", "Ranking", "Seasons and drift"]
    check = named(result, "Seasons and drift", tracking=tracking([1.0] * 16))
    assert check.status == "unknown"
    assert check.finding.startswith(
        "4 four-week periods before the cut have 10 orders or more: too few to tell"
    )


def test_cdnow_foresees_too_little_by_more_than_chance(result):
    check = named(result, "Hidden orders")
    assert check.status == "caution"
    assert (
        "hidden from it, the model foresaw 1,653 orders; 1,882 came (12% too few; revenue 16% too "
        "low)" in check.finding
    )
    assert "outside its 80% range of 1,524 to 1,785" in check.finding


def test_a_small_miss_outside_the_range_is_never_good(result):
    models = result.models.copy()
    models.loc["bg_nbd", ["bias", "actual_orders", "revenue_bias"]] = [-0.08, 1_800.0, -0.05]
    check = named(result, "Hidden orders", models=models)
    assert (check.status, "A small miss, though outside" in check.finding) == ("caution", True)
    assert "allow for more than its range" in check.advice
    assert check.leans == ""


def test_a_total_within_the_range_is_good(result):
    models = result.models.copy()
    models.loc["bg_nbd", ["bias", "actual_orders", "revenue_bias"]] = [-0.03, 1_700.0, 0.02]
    assert named(result, "Hidden orders", models=models).status == "good"


def test_a_right_number_of_orders_at_other_prices_is_a_doubt(result):
    models = result.models.copy()
    models.loc["bg_nbd", ["bias", "actual_orders", "revenue_bias"]] = [-0.03, 1_700.0, -0.34]
    check = named(result, "Hidden orders", models=models)
    assert (check.status, check.leans) == ("caution", "")
    assert "Expect more revenue" in check.advice


def test_weeks_too_high_and_too_low_do_not_make_a_good_total(result):
    """The total is right, and single weeks are half or twice what was foreseen."""
    models = result.models.copy()
    models.loc["bg_nbd", ["bias", "actual_orders", "revenue_bias"]] = [0.0, 1_700.0, 0.0]
    after = result.tracking["part"] == "foreseen"
    swing = np.where(np.arange(len(after)) % 2, 0.5, 1.5)
    weeks = result.tracking.assign(
        actual=np.where(after, result.tracking["expected"] * swing, result.tracking["actual"])
    )
    check = named(result, "Hidden orders", models=models, tracking=weeks)
    assert check.status == "caution"
    assert "Only 0% of its weeks kept to theirs" in check.finding
    assert "single months" in check.advice


@pytest.mark.parametrize(("bias", "status"), [(0.25, "caution"), (-0.25, "caution"), (0.7, "bad")])
def test_a_total_far_off_is_a_doubt(result, bias, status):
    models = result.models.copy()
    models.loc["bg_nbd", "bias"] = bias
    check = named(result, "Hidden orders", models=models)
    assert check.status == status
    assert ("less" if bias > 0 else "more") in check.advice


def test_a_large_miss_within_a_wide_range_is_a_doubt(result):
    models = result.models.copy()
    models.loc["bg_nbd", ["bias", "actual_orders", "revenue_bias"]] = [-0.25, 2_200.0, -0.05]
    wide = dataclasses.replace(result.orders, low=1_000.0, high=2_600.0)
    check = named(result, "Hidden orders", models=models, orders=wide)
    assert (check.status, "lies within" in check.finding) == ("caution", True)
    assert "both ends of the range" in check.advice


def test_nobody_coming_back_is_bad(result):
    models = result.models.copy()
    models.loc[:, "actual_orders"] = 0.0
    check = named(result, "Hidden orders", models=models)
    assert check.status == "bad"
    assert "none of the 2,357 customers ordered again" in check.finding


@pytest.mark.parametrize(("share", "status"), [(0.82, "good"), (0.7, "good"), (0.62, "caution")])
def test_ranges_of_single_customers_that_hold_too_few_are_named(result, share, status):
    check = named(result, "Single customers", coverage=share)
    assert check.status == status
    assert f"{share:.0%} of the 2,357 customers kept to their own 80% range" in check.finding


@pytest.mark.parametrize(
    ("gini", "words"), [(0.02, "than by lot"), (0.08, "says little"), (0.4, "brought the most")]
)
def test_a_ranking_is_judged_beside_chance(result, gini, words):
    models = result.models.copy()
    models.loc["bg_nbd", ["gini", "gini_by_chance"]] = [gini, 0.05]
    check = named(result, "Ranking", models=models)
    assert words in check.finding
    assert check.status == ("good" if gini == 0.4 else "caution")
    assert "lots reach 5% once in 20 times" in check.finding


def test_without_revenue_no_ranking_is_judged(result):
    models = result.models.copy()
    models.loc["bg_nbd", "gini"] = np.nan
    checks = backtest_checks(dataclasses.replace(result, models=models))
    assert "Ranking" not in [check.name for check in checks]
