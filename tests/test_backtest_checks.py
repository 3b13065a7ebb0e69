import dataclasses

import numpy as np
import pandas as pd
import pytest

from retention.backtest import backtest
from retention.backtest_checks import all_checks, backtest_checks, fitted_blocks
from retention.checks import Check
from retention.samples import sample_orders


@pytest.fixture(scope="module")
def result():
    return backtest(sample_orders("cdnow"), 273)


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
    return next(check for check in backtest_checks(dataclasses.replace(result, **changes)) if check.name == name)


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
    assert "-30%" in check.finding
    assert "fewer" in check.advice


def test_a_short_history_is_said_to_be_too_short(result):
    for name in ("Seasons", "Drift"):
        check = named(result, name, tracking=tracking([1.0] * 16))
        assert check.status == "caution"
        assert "too few to tell" in check.finding


def test_cdnow_foresees_too_little_by_more_than_chance(result):
    check = named(result, "Hidden orders")
    assert check.status == "caution"
    assert "In the last 273 days, hidden from it, the model foresaw 1,653 orders; 1,882 came (it was -12% off)" in (
        check.finding
    )
    assert "outside its 80% range of 1,524 to 1,785" in check.finding


def test_a_small_miss_outside_the_range_is_said_and_no_doubt(result):
    models = result.models.copy()
    models.loc["bg_nbd", ["bias", "actual_orders"]] = [-0.08, 1_800.0]
    check = named(result, "Hidden orders", models=models)
    assert (check.status, "A small miss, though outside" in check.finding) == ("good", True)


def test_a_total_within_the_range_is_good(result):
    models = result.models.copy()
    models.loc["bg_nbd", ["bias", "actual_orders"]] = [-0.03, 1_700.0]
    assert named(result, "Hidden orders", models=models).status == "good"


@pytest.mark.parametrize(("bias", "status"), [(0.25, "caution"), (-0.25, "caution"), (0.7, "bad")])
def test_a_total_far_off_is_a_doubt(result, bias, status):
    models = result.models.copy()
    models.loc["bg_nbd", "bias"] = bias
    check = named(result, "Hidden orders", models=models)
    assert check.status == status
    assert ("less" if bias > 0 else "more") in check.advice


def test_nobody_coming_back_is_bad(result):
    models = result.models.copy()
    models.loc[:, "actual_orders"] = 0.0
    check = named(result, "Hidden orders", models=models)
    assert check.status == "bad"
    assert "none of the 2,357 customers ordered again" in check.finding


DRIFTS = {"tracking": tracking(np.repeat([1.0, 0.6], 52))}
HIGH, LOW, RIGHT = 1.3, 0.7, 1.0


@pytest.mark.parametrize(
    ("foreseen", "words"),
    [(LOW, "went the other way"), (HIGH, "say the same"), (RIGHT, "correct no totals")],
)
def test_checks_that_only_have_a_reason_defer_to_the_hidden_orders(result, foreseen, words):
    """The newest customers and a drift say that the forecast is high; the hidden orders were counted."""
    models = result.models.copy()
    actual = models.loc["bg_nbd", "actual_orders"]
    models.loc["bg_nbd", ["orders", "bias"]] = actual * foreseen, foreseen - 1
    total = dataclasses.replace(
        result.orders, expected=actual * foreseen, low=actual * foreseen * 0.95, high=actual * foreseen * 1.05
    )
    changed = dataclasses.replace(result, models=models, orders=total, **DRIFTS)
    newest = Check("Newest customers", "caution", "They come back less.", "Take it as high.", leans="high")
    steady = Check("Customers", "good", "There are enough.")
    found = {check.name: check for check in all_checks((newest, steady), changed)}
    assert found["Customers"] == steady
    for name in ("Newest customers", "Drift"):
        assert words in found[name].advice
    assert not any(part in found["Hidden orders"].advice for part in ("went the other way", "say the same"))
    assert found["Hidden orders"].leans == {LOW: "low", HIGH: "high", RIGHT: ""}[foreseen]
