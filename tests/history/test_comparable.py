"""Stores in which nothing ever changes: a scorecard must not say that they got better or worse."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from retention import Period
from retention.history.changes import not_comparable, reach_needed
from retention.history.metrics import METRICS
from retention.history.order_history import order_history
from retention.reports.scorecard import scorecard_of
from tests.support.orders_stub import orders_of

STORES = 20
LOOKING_BACK = [name for name, metric in METRICS.items() if metric.needs == "past"]
#: These truly grow in a store that opened lately, as customers gather who may come back.
GROWING = ["returning_customers", "returning_revenue_share", "customers", "orders", "revenue"]


def unchanging(seed: int, days: int, older: int) -> pd.DataFrame:
    """Orders of the last `days` days of a store that was `older` days old then; four customers come a day, all alike
    drawn from one crowd, and a third of them leave after each order."""
    rng = np.random.default_rng(seed)
    customers = rng.poisson(4.2 * (days + older))
    pace, spend = rng.gamma(1.2, 1 / 70, customers), rng.gamma(3, 15, customers)
    who, day = np.arange(customers), rng.uniform(0, days + older, customers)
    placed = [(who, day)]
    while len(who):
        stays = rng.random(len(who)) >= 0.35
        who = who[stays]
        day = day[stays] + rng.exponential(size=len(who)) / pace[who]
        who, day = who[day < days + older], day[day < days + older]
        placed.append((who, day))
    who, day = (np.concatenate(parts) for parts in zip(*placed, strict=True))
    seen = day >= older
    who, day = who[seen], (day[seen] - older).astype(int)
    return pd.DataFrame(
        {
            "customer_id": who.astype(str),
            "ordered_at": pd.Timestamp("2022-01-01") + pd.to_timedelta(day, unit="D"),
            "revenue": spend[who] * rng.gamma(4, 0.25, len(who)),
        }
    )


def verdicts(days: int, older: int, against: str, stores: int = STORES) -> pd.DataFrame:
    """The verdicts on the last 90 days of each store, a row a store and a column a metric."""
    rows = []
    for seed in range(stores):
        history = order_history(orders_of(unchanging(seed, days, older)))
        end = history.end + timedelta(days=1)
        card = scorecard_of(history, Period(end - timedelta(days=90), end))
        rows.append(getattr(card, against)["verdict"])
        history.release()
    return pd.DataFrame(rows)


@pytest.mark.parametrize("older", [0, 1_500], ids=["new store", "file of an old store"])
@pytest.mark.parametrize(
    ("days", "against"),
    [(730, "against_previous"), (1_560, "against_year")],
    ids=["period before", "year before"],
)
def test_where_the_orders_reach_back_far_enough_one_verdict_in_twenty_is_wrong(
    days, against, older
):
    wrong = verdicts(days, older, against).isin(["up", "down"])
    judged = wrong.drop(columns=[*(GROWING if not older else []), "days_since_last_order"])
    assert judged.to_numpy().mean() < 0.08
    # Of 20 stores five or more are wrong once in 400 times, where it is one in twenty on average.
    assert judged.sum().max() <= 4, judged.sum()


@pytest.mark.parametrize("older", [0, 1_500], ids=["new store", "file of an old store"])
def test_where_they_do_not_nothing_that_looks_back_is_judged(older):
    """600 days and the year before: compared all the same, retention is worse in each of these stores."""
    found = verdicts(600, older, "against_year", stores=2)
    assert (found[LOOKING_BACK] == "cannot be compared").all(axis=None)
    assert not found["average_order_value"].isin(["cannot be compared"]).any()


def test_the_days_that_it_takes_by_hand():
    start, now = date(2024, 1, 1), Period(date(2026, 1, 1), date(2026, 4, 1))
    year, quarter = now.year_before(), now.previous()
    assert reach_needed(now, quarter, 365) == 365 + 2 * 90
    assert reach_needed(now, year, 365) == 365 + 2 * 365
    assert reach_needed(now, quarter, 30) == 180 + 2 * 90
    assert set(not_comparable(start, now, quarter, 365)) == {"days_since_last_order"}
    found = not_comparable(start, now, year, 365)
    assert set(found) == {*LOOKING_BACK, "days_since_last_order"}
    assert found["churn_rate"] == (
        "Cannot be compared: the orders reach back 366 days before that period, of 1,095 that it takes."
    )
    assert "grows with the age of the orders" in found["days_since_last_order"]


def test_no_gap_comes_of_a_period_that_cannot_be_compared():
    from retention.reports.scorecard_verdict import read_scorecard

    history = order_history(orders_of(unchanging(1, 600, 0)))
    end = history.end + timedelta(days=1)
    card = scorecard_of(history, Period(end - timedelta(days=90), end))
    assert card.against_year.loc["customer_retention_rate", "value"] > 0.9
    assert np.isnan(card.against_year.loc["customer_retention_rate", "change"])
    assert all(gap.metric not in LOOKING_BACK for gap in read_scorecard(card).gaps)
