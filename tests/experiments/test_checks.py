"""What can spoil a test: sizes, unlike groups, missing days, mail to those held out, few buyers."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from retention import Campaign, CampaignTest
from retention.experiments.checks import (
    check_addressed,
    check_alike,
    check_buyers,
    check_days,
    check_sizes,
)
from tests.experiments.examples import END, START, orders_of


@pytest.mark.parametrize(
    ("addressed", "held_out", "share", "status"),
    [
        (900, 100, 0.1, "good"),
        (700, 300, 0.3, "good"),
        (900, 100, 0.3, "bad"),
        (900, 100, None, "unknown"),
        (60, 20, 0.5, "bad"),
    ],
)
def test_sizes_of_the_draw(addressed, held_out, share, status):
    check = check_sizes(addressed, held_out, share)
    assert check.status == status
    assert bool(check.advice) == (status != "good")


def test_a_draw_is_rarely_called_unlike_and_a_choice_is():
    rng = np.random.default_rng(1)
    flagged = 0
    for _ in range(60):
        frame = pd.DataFrame(
            {
                "is_addressed": rng.random(800) < 0.7,
                "orders_before": rng.poisson(3, 800).astype(float),
                "revenue_before": rng.lognormal(4, 1, 800),
                "days_since": rng.integers(0, 300, 800).astype(float),
            }
        )
        flagged += check_alike(frame).status == "bad"
    assert flagged <= 3
    chosen = frame.assign(is_addressed=frame["orders_before"] > 3)
    check = check_alike(chosen)
    assert check.status == "bad"
    assert check.finding.startswith("Orders before the start")


def test_nothing_known_before_is_said():
    frame = pd.DataFrame({"is_addressed": [True, False] * 4, "orders_before": [np.nan] * 8})
    assert check_alike(frame).status == "unknown"


def test_days_outside_the_orders():
    orders = orders_of([("a", dt.date(2026, 1, 1), 5.0), ("b", dt.date(2026, 3, 10), 5.0)])
    assert check_days(orders, dt.date(2025, 12, 1), END).status == "bad"
    assert check_days(orders, START, END).status == "caution"
    assert check_days(orders, START, dt.date(2026, 3, 9)).status == "good"


def test_a_last_day_that_may_be_cut_is_said_with_the_day_to_load_again():
    orders = orders_of([("a", dt.date(2026, 1, 1), 5.0), ("b", END, 5.0)])
    check = check_days(orders, START, END)
    assert check.status == "caution"
    assert "Only an order of a later day shows that they hold it whole." in check.finding
    assert check.advice == "Load an export of 29 Mar 2026 or later."


def test_mail_to_those_held_out_and_other_campaigns():
    groups = pd.DataFrame(
        {"customer_id": list("abcdef"), "group": ["addressed"] * 3 + ["held_out"] * 3}
    )
    assert check_addressed(groups, START, END).status == "good"
    sent = check_addressed(groups, START, END, sent=["a", "b", "d"])
    assert sent.status == "caution"
    assert "1 customer held out got the campaign" in sent.finding
    assert "1 customer addressed did not get it" in sent.finding
    other = CampaignTest(
        Campaign("Spring <b>"),
        pd.DataFrame({"customer_id": ["e", "f"], "group": ["addressed", "held_out"]}),
        END,
        END + dt.timedelta(days=9),
    )
    overlap = check_addressed(groups, START, END, others=[other])
    assert "1 customer held out got “Spring <b>”" in overlap.finding
    later = CampaignTest(other.campaign, other.groups, dt.date(2026, 6, 1), dt.date(2026, 6, 9))
    assert check_addressed(groups, START, END, others=[later]).status == "good"


def test_few_buyers_are_told_with_what_could_be_seen():
    frame = pd.DataFrame({"is_addressed": [True] * 540 + [False] * 61, "bought": 0.0})
    frame.loc[595:, "bought"] = 1.0
    check = check_buyers(frame)
    assert check.status == "caution"
    assert "6 of 61 customers held out bought: nothing below +" in check.finding
    frame["bought"] = 0.0
    assert "points can be seen" in check_buyers(frame).finding


@pytest.mark.parametrize(
    ("customers", "usual", "status"),
    [(300, 0.05, "caution"), (20_000, 0.05, "good"), (20_000, 0.008, "caution")],
)
def test_a_test_is_in_order_only_where_it_could_see_a_usual_lift(customers, usual, status):
    place = np.arange(customers)
    frame = pd.DataFrame({"is_addressed": place % 3 > 0, "bought": (place % 10 == 0).astype(float)})
    check = check_buyers(frame, usual)
    assert check.status == status
    assert bool(check.advice) == (status == "caution")
    # Of the 9 in 10 who would not order, a lift wins its share: 5 in 100 of 90 is 45% of 10.
    assert ("+45% is usual" in check.finding) == (status == "caution" and usual == 0.05)
