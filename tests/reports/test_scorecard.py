from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from retention import DataError, Period, Scorecard, scorecard
from retention.history.order_history import order_history
from retention.reports.scorecard import bridge, scorecard_of
from tests.support.orders_stub import orders_of
from tests.support.sample_store import shared_sample
from tests.support.scorecards import april


@pytest.fixture(scope="module")
def history():
    """CDNOW: orders from 1 January 1997 to 30 June 1998."""
    return order_history(shared_sample("cdnow"))


def notes_of(history, start: date, end: date, active_days: int = 90) -> list[str]:
    return [note.name for note in scorecard_of(history, Period(start, end), active_days).notes]


@pytest.mark.parametrize(
    ("start", "end", "active_days", "names"),
    [
        (date(1998, 1, 1), date(1998, 2, 1), 90, []),
        (date(1996, 12, 1), date(1997, 2, 1), 90, ["Begin", "Start"]),
        (date(1997, 1, 1), date(1997, 2, 1), 90, ["Start"]),
        (date(1997, 2, 1), date(1997, 3, 1), 90, ["Reach"]),
        (date(1997, 4, 1), date(1997, 5, 1), 90, []),  # 90 days later
        (date(1998, 1, 1), date(1998, 5, 1), 90, ["Length"]),
        (date(1998, 6, 1), date(1998, 7, 2), 90, ["End"]),
    ],
)
def test_notes_say_what_to_bear_in_mind(history, start, end, active_days, names):
    assert notes_of(history, start, end, active_days) == names


def test_a_note_counts_the_days(history):
    (note,) = scorecard_of(history, Period(date(1997, 2, 1), date(1997, 3, 1)), 90).notes
    assert note.finding.startswith("The orders reach back 31 days before the period")
    assert note.status == "caution"


def advice(history, start: date, end: date, active_days: int) -> str:
    notes = scorecard_of(history, Period(start, end), active_days).notes
    return next(note.advice for note in notes if note.name == "Reach")


def test_a_note_advises_only_what_can_be_done(history):
    last = date(1998, 7, 1)
    # No period of these orders begins 540 days after the first one.
    assert advice(history, date(1998, 1, 1), last, 540) == (
        "Load a longer history or count customers as active for 365 days at most."
    )
    # Active days end at 30.
    assert advice(history, date(1997, 1, 11), date(1997, 4, 1), 90) == (
        "Load a longer history or pick a period that begins 80 days later or more."
    )


def peaked(times: int) -> Scorecard:
    """A store with an order a day for 200 days, and `times` as many on the last five."""
    days = [*range(200), *[day for day in range(195, 200) for _ in range(times - 1)]]
    frame = pd.DataFrame({"customer_id": [f"C{number}" for number in range(len(days))]})
    frame["ordered_at"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D")
    return scorecard(orders_of(frame.assign(revenue=20.0)), "2024-05-01", "2024-07-19")


def test_a_period_that_ends_in_a_peak_says_so():
    note = next(note for note in peaked(5).notes if note.name == "Peak")
    assert note.finding.startswith(
        "The period ends inside a peak: its last 7 days have 3.9 times the orders of a usual week."
    )
    assert "Peak" not in [note.name for note in peaked(2).notes]


@pytest.mark.parametrize("active_days", [0, -1, 3651, None, "90", True, float("nan")])
def test_active_days_that_make_no_sense_are_refused(history, active_days):
    with pytest.raises(DataError, match=r"active_days is .*\. Give a number of days from 1 to"):
        scorecard_of(history, Period(date(1998, 1, 1), date(1998, 2, 1)), active_days)


@pytest.mark.parametrize("start", [date(1996, 1, 1), date(1998, 7, 1)])
def test_a_period_outside_the_orders_is_refused(history, start):
    with pytest.raises(DataError, match="outside the orders, which run from 1997-01-01"):
        scorecard_of(history, Period(start, start + timedelta(days=30)))


def test_the_whole_of_the_orders_is_the_period_unless_given():
    orders = shared_sample("cdnow")
    card = scorecard(orders)
    assert card.period == Period(orders.start, orders.end + timedelta(days=1))
    assert (card.previous, card.year_before) == (None, None)
    assert card.against_previous.empty
    assert card.against_year.empty
    assert card.earlier == {}


def test_earlier_periods_are_named_where_the_orders_reach_back(history):
    card = scorecard_of(history, Period(date(1997, 6, 1), date(1997, 7, 1)))
    assert list(card.earlier) == ["previous"]
    card = scorecard_of(history, Period(date(1998, 6, 1), date(1998, 7, 1)))
    assert list(card.earlier) == ["previous", "year"]
    period, against = card.earlier["year"]
    assert period == Period(date(1997, 6, 1), date(1997, 7, 1))
    assert against.index.tolist() == card.metrics.index.tolist()


def test_a_year_before_that_is_the_period_before_but_for_a_leap_day_is_named_once():
    card = april()
    start = card.period.previous().start
    twins = {name: Period(start, card.period.start) for name in ("previous", "year_before")}
    assert list(replace(card, **twins).earlier) == ["previous"]
    twins["year_before"] = Period(start - timedelta(days=1), card.period.start)
    assert list(replace(card, **twins).earlier) == ["previous"]


def shares(card: Scorecard) -> float:
    return card.buyers["share"].sum()


def test_new_and_returning_customers_bring_all_revenue(history):
    card = scorecard_of(history, Period(date(1997, 3, 1), date(1997, 4, 1)), 60)
    assert shares(card) == pytest.approx(1)
    assert card.buyers["customers"].sum() == card.counts.customers
    assert card.buyers["orders"].sum() == card.counts.orders
    steps = bridge(history, card).set_index("step")["customers"]
    assert steps.drop("end").sum() == steps["end"] == card.counts.end
