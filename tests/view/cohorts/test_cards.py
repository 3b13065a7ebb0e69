"""The headline of the cohorts page."""

from types import SimpleNamespace

import pandas as pd
import pytest

from retention import cohort_table, sample_orders, second_orders
from retention.view.cohorts import frames
from retention.view.cohorts.cards import DEFINITIONS, cards_of


def intakes_of(orders, view, **options):
    return frames.cohorts_of(
        frames.keyed(cohort_table(orders, view.period, view.by)),
        frames.keyed(second_orders(orders, view.period, view.by)),
        options.get("forecast"),
        None,
        view,
        orders.start,
        1.0,
    )


@pytest.fixture(scope="module")
def store():
    return SimpleNamespace(orders=sample_orders("store", customers=2_000))


def test_the_latest_cohorts_stand_against_those_before(store):
    view = frames.CohortView(period="month", by=None, show="Share", cohorts=24, ages=12)
    intakes = intakes_of(store.orders, view)
    key = list(intakes.names)[-1]
    row = {"key": key, "month": 12, "customers": 50}
    forecast = pd.DataFrame([row | {"revenue": 40.0, "revenue_low": 30.0, "revenue_high": 55.0}])
    intakes = intakes_of(store.orders, view, forecast=forecast)
    back, change, new, expected = cards_of(store, view, intakes)
    assert [back.about, change.about, new.about, expected.about] == [
        "back",
        "change",
        "new",
        "expected",
    ]
    assert change.value.endswith(" points")
    assert "no clear change" in change.note
    assert expected.value == "$40.00"
    assert intakes.names[key] in expected.note
    assert {card.about for card in (back, change, new, expected)} <= set(DEFINITIONS)


def test_values_say_which_comes_back_most_and_how_many_are_small(store):
    view = frames.CohortView(period="month", by="channel", show="Share", cohorts=24, ages=12)
    intakes = intakes_of(store.orders, view)
    labels = [card.label for card in cards_of(store, view, intakes)]
    assert labels == ["Back within 90 days", "Most come back", "Fewest come back", "Cohorts"]


def test_few_customers_have_no_share_and_no_change(store):
    view = frames.CohortView(period="month", by=None, show="Share", cohorts=24, ages=12)
    few = SimpleNamespace(orders=sample_orders("store", customers=40))
    back, *others = cards_of(few, view, intakes_of(few.orders, view))
    assert (back.value, back.note) == ("–", "Too few customers observed so long")
    assert "change" not in [card.about for card in others]
