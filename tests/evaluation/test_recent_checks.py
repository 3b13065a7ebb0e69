from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from retention import Orders, fit_cltv, summarise_customers
from retention.evaluation.recent_checks import recent_checks
from retention.history.order_history import order_history
from retention.samples.simulator import simulate_orders
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample


def checks(orders: Orders) -> dict:
    customers = summarise_customers(orders)
    found = recent_checks(fit_cltv(customers), customers, order_history(orders))
    return {check.name: check for check in found}


@pytest.fixture(scope="module")
def steady() -> pd.DataFrame:
    frame = simulate_orders(1_500, 700, r=0.8, alpha=40, a=0.5, b=3, p=5, q=4, v=20, seed=2)
    return frame.assign(customer_id=frame["customer_id"].astype(str))


def repeat_days(frame: pd.DataFrame, last: int) -> int:
    days = frame.assign(day=frame["ordered_at"].dt.normalize()).drop_duplicates(
        ["customer_id", "day"]
    )
    days = days[days.duplicated("customer_id") | ~days["customer_id"].duplicated()]
    first = days.groupby("customer_id")["day"].transform("min")
    end = frame["ordered_at"].max().normalize()
    return int(((days["day"] > first) & (days["day"] > end - pd.Timedelta(days=last))).sum())


def test_a_store_that_goes_on_as_before_passes(steady):
    found = checks(orders_of(steady))["Latest orders"]
    assert found.status == "good"
    assert f"In the last 30 days {repeat_days(steady, 30):,} repeat orders came" in found.finding


def test_a_store_that_has_gone_quiet_is_bad_news(steady):
    end = steady["ordered_at"].max()
    late = steady["ordered_at"] > end - timedelta(days=100)
    quiet = steady[~late | (np.arange(len(steady)) % 40 == 0)]
    found = checks(orders_of(quiet, end=str(end.date())))["Latest orders"]
    assert (found.status, found.leans) == ("bad", "high")
    assert "Expect fewer orders" in found.advice


def test_a_burst_at_the_end_is_said_too(steady):
    end = steady["ordered_at"].max()
    late = steady[steady["ordered_at"] > end - timedelta(days=30)]
    extra = late.assign(ordered_at=late["ordered_at"] - pd.Timedelta(days=3))
    more = pd.concat([steady, extra[extra["ordered_at"] > end - timedelta(days=30)]])
    found = checks(orders_of(more))["Latest orders"]
    assert (found.status, found.leans) == ("caution", "low")


def test_orders_at_random_moments_have_no_beat(steady):
    found = checks(orders_of(steady))["Rhythm"]
    assert found.status == "good"
    assert 0.45 < float(found.finding.split("differ by ")[1].split("%")[0]) / 100 < 0.55


def test_orders_of_every_month_have_one():
    rng = np.random.default_rng(1)
    rows = [
        (
            f"c{who}",
            pd.Timestamp("2024-01-01")
            + pd.Timedelta(days=int(start + 30 * turn + rng.integers(-1, 2))),
            10.0,
        )
        for who, start in enumerate(rng.integers(0, 200, 120))
        for turn in range(rng.integers(2, 14))
    ]
    found = checks(orders_of(pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])))[
        "Rhythm"
    ]
    assert found.status == "caution"
    assert "steady beat" in found.finding


def test_too_little_says_so():
    frame = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "b", "c", "d"],
            "ordered_at": [
                "2024-01-01",
                "2024-01-20",
                "2024-01-05",
                "2024-02-09",
                "2024-02-01",
                "2024-02-10",
            ],
            "revenue": 1.0,
        }
    )
    found = checks(orders_of(frame))
    assert "too few repeat orders" in found["Latest orders"].finding
    assert "too few to tell a beat" in found["Rhythm"].finding
    # Neither is good news: it is none.
    for name in ("Latest orders", "Rhythm"):
        assert found[name].status == "unknown"
        assert found[name].advice


def test_three_months_without_an_order_are_asked_about(steady):
    first = steady["ordered_at"].min()
    begin, end = first + pd.Timedelta(days=300), first + pd.Timedelta(days=400)
    missing = steady[~steady["ordered_at"].between(begin.normalize(), end.normalize())]
    found = checks(orders_of(missing))["Gaps"]
    assert found.status == "caution"
    assert "is part of the file missing?" in found.finding
    assert f"{begin.day} {begin:%b %Y}" in found.finding
    assert checks(orders_of(steady))["Gaps"].status == "good"


def test_cdnow_has_both():
    found = checks(shared_sample("cdnow"))
    assert found["Latest orders"].finding.startswith("In the last ")
    assert found["Rhythm"].status == "good"
