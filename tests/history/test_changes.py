from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retention.history.changes import changes
from retention.history.metrics import METRICS


def measured(**rows: tuple[float, float, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(np.nan, index=list(METRICS), columns=["value", "low", "high", "n"])
    for name, row in rows.items():
        frame.loc[name] = row
    return frame


def one(name: str, now, before) -> pd.Series:
    return changes(measured(**{name: now}), measured(**{name: before})).loc[name]


def test_the_difference_of_two_shares_as_published():
    """Newcombe (1998), Statistics in Medicine 17, table II, method 10: 56/70 against 48/80."""
    from scipy.stats import binomtest

    shares = []
    for some, of in ((56, 70), (48, 80)):
        found = binomtest(some, of).proportion_ci(0.95, method="wilson")
        shares.append((some / of, found.low, found.high, of))
    found = one("repeat_purchase_rate", *shares)
    assert found["change"] == pytest.approx(0.2)
    assert [found["low"], found["high"]] == pytest.approx([0.0524, 0.3339], abs=5e-5)
    assert found["verdict"] == "up"


def test_a_point_less_of_three_hundred_customers_is_noise():
    found = one("repeat_purchase_rate", (0.30, 0.251, 0.354, 300), (0.31, 0.260, 0.365, 300))
    assert found["verdict"] == "no clear change"
    assert found["low"] < 0 < found["high"]


def test_money_changes_by_a_share_of_what_it_was():
    found = one("average_order_value", (55.0, 54.0, 56.02, 900), (50.0, 49.0, 51.02, 900))
    assert found["change"] == pytest.approx(0.1)
    width = np.hypot(np.log(55 / 54), np.log(51.02 / 50))
    assert found["low"] == pytest.approx(1.1 * np.exp(-width) - 1)
    assert found["verdict"] == "up"


def test_waits_change_by_days():
    found = one("days_to_second_order", (40.0, 37.0, 44.0, 200), (50.0, 46.0, 55.0, 200))
    assert (found["change"], found["low"], found["high"]) == (
        -10.0,
        -10 - np.hypot(3, 5),
        -10 + np.hypot(4, 4),
    )
    assert found["verdict"] == "down"


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ((0.5, 0.2, 0.8, 29), (0.1, 0.0, 0.2, 400)),
        ((0.5, 0.4, 0.6, 400), (0.1, 0.0, 0.2, 29)),
        ((np.nan, np.nan, np.nan, 0), (0.1, 0.0, 0.2, 400)),
    ],
)
def test_below_thirty_customers_nothing_is_said(now, before):
    found = one("retained_share", now, before)
    assert found["verdict"] == "too little data"
    period = "in this period" if now[3] < 30 else "in the earlier period"
    assert (
        found["why"]
        == f"Too little data: {min(now[3], before[3])} customers or waits {period}, of 30 that it takes."
    )


def test_what_cannot_be_compared_has_no_change_and_says_why():
    rates = (0.5, 0.4, 0.6, 400), (0.1, 0.05, 0.2, 400)
    frames = (measured(retained_share=row, churn_rate=row) for row in rates)
    found = changes(*frames, {"retained_share": "Because."})
    assert found.loc["retained_share", ["verdict", "why"]].tolist() == [
        "cannot be compared",
        "Because.",
    ]
    assert found.loc["retained_share", ["change", "low", "high"]].isna().all()
    assert found.loc["churn_rate", ["verdict", "why"]].tolist() == ["up", ""]


def test_nothing_before_is_no_growth_of_a_share():
    assert (
        one("revenue", (10.0, 8.0, 12.0, 100), (0.0, np.nan, np.nan, 0))["verdict"]
        == "too little data"
    )


def test_turned_around_the_change_is_its_opposite():
    now, before = (0.4, 0.35, 0.46, 300), (0.5, 0.44, 0.56, 300)
    there, back = one("retained_share", now, before), one("retained_share", before, now)
    assert there["change"] == -back["change"]
    assert (there["low"], there["high"]) == pytest.approx((-back["high"], -back["low"]))


def test_every_metric_has_a_kind_a_direction_and_a_definition():
    for metric in METRICS.values():
        assert metric.kind in ("rate", "money", "number", "count", "days")
        assert metric.better in (-1, 0, 1)
        assert metric.needs in ("period", "past", "age")
        assert metric.definition.endswith(".")
        assert replace(metric) == metric
