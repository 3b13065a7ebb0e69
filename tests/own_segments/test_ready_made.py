"""Ready-made segments and what they lack."""

import numpy as np
import pytest

from retention import (
    ready_made,
)
from retention.own_segments.catalogue import FEATURES
from retention.own_segments.ready_made import present_name
from retention.own_segments.rule_files import rule_of_data
from tests.own_segments.examples import (
    SIGNALS,
    small_features,
)


@pytest.mark.parametrize(("best", "poor"), [(5.0, 2), (10.0, 4), (100.0, 40)])
def test_a_poor_rating_is_one_on_the_scale_that_customers_use(best, poor):
    signals = SIGNALS.assign(last_rating=[best, poor, np.nan])
    found = small_features(signals=signals)
    unhappy = next(row for row in ready_made(found) if row.name == "Unhappy customers: low rating")
    assert unhappy.about.startswith(f"Latest rating of {poor} or less")
    assert unhappy.rule == rule_of_data(
        {"all": [{"feature": "last_rating", "operator": "at_most", "value": poor}]}
    )


def test_ready_made_ones_cover_the_playbook_and_say_what_they_lack():
    made = {row.name: row for row in ready_made(small_features())}
    for name in (
        "One order, last 90 days",
        "Two or three orders",
        "Four orders or more, last 90 days",
        "Top 10% by expected value, last 90 days",
        "Top 10% by revenue so far",
    ):
        assert name in made
    for name in (
        "Top 20% by average order",
        "Discounts of 2% or less",
        "Discounts of 15% or more",
        "Likely to order within 30 days",
        "At risk",
    ):
        assert name in made
    for name in ("One-time buyers", "About to leave", "Lapsed", "Subscribed customers"):
        assert name in made
    assert "column of abandoned carts" in made["Cart abandoners"].missing
    assert "column of ratings" in made["Unhappy customers: low rating"].missing
    assert "column of complaints" in made["Unhappy customers: complaint"].missing
    assert not made["One-time buyers"].missing
    # Where one is to be chosen, the most frequent one stands there to begin with.
    assert made["Buyers of a product"].rule.parts[0].value.values == ("Tea",)
    assert made["By place"].missing
    assert made["Buyers of a product"].title == "Buyers of Tea"
    assert made["By place"].title == "By place"
    assert all(set(FEATURES) >= {part.feature for part in row.rule.parts} for row in made.values())


def test_former_names_lead_to_the_present_ones():
    names = {row.name for row in ready_made(small_features())}
    former = ("First-time shoppers", "Loyal customers", "VIP customers", "Customers who left")
    assert {present_name(name) for name in former} <= names
    assert not names & set(former)
    assert present_name("Own: Loyal customers") == "Own: Loyal customers"
