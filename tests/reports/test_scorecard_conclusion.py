"""What to conclude from a scorecard, in a sentence."""

from dataclasses import replace

import pytest

from retention.reports.scorecard_conclusion import conclusion
from tests.support.scorecards import april, with_verdicts


@pytest.fixture(scope="module")
def card():
    return april()


def with_change(card, name, verdict, *, change, value, mix=0.0):
    """The card with a clear change of one metric since the year before."""
    card = with_verdicts(card, None, {name: verdict})
    metrics = card.metrics.copy()
    metrics.loc[name, "value"] = value
    year = card.against_year.assign(mix=0.0)
    year.loc[name, ["change", "mix"]] = change, mix
    return replace(card, metrics=metrics, against_year=year)


def test_a_fall_is_said_with_its_figures(card):
    card = with_change(card, "repeat_within_90_days", "down", change=-0.03, value=0.21)
    assert conclusion(card) == (
        "Fewer first-time buyers come back than a year ago: 21%, 3 points less."
    )


def test_what_ages_added_is_taken_off_and_said(card):
    card = with_change(card, "customer_retention_rate", "up", change=0.02, value=0.48, mix=0.04)
    assert conclusion(card) == (
        "More customers stay than a year ago: 48%, 2 points more for customers of the same age."
    )


def test_money_and_numbers_change_by_a_share(card):
    card = with_change(card, "orders_per_customer", "down", change=-0.2, value=2.0)
    assert conclusion(card) == "Customers order less often than a year ago: 2.00, 20% less."
    card = with_change(card, "average_order_value", "up", change=0.25, value=25.0)
    assert conclusion(card, "USD") == ("An order brings more than a year ago: $25.00, 25% more.")


def test_retention_of_a_file_in_which_nobody_could_leave_is_not_named(card):
    card = with_change(card, "customer_retention_rate", "up", change=0.22, value=1.0)
    assert "stay" not in conclusion(card)


def test_what_got_worse_comes_before_what_got_better(card):
    card = with_verdicts(
        card, None, {"repeat_within_90_days": "up", "customer_retention_rate": "down"}
    )
    first, second = conclusion(card).split(". ")
    assert first.startswith("Fewer customers stay")
    assert second.startswith("More first-time buyers come back")


def test_the_year_before_goes_first_and_a_short_period_names_its_days(card):
    both = with_verdicts(card, {"average_order_value": "up"}, {"average_order_value": "down"})
    assert "An order brings less than a year ago" in conclusion(both)
    alone = with_verdicts(card, {"average_order_value": "up"})
    assert "An order brings more than in the 30 days before" in conclusion(alone)


def test_no_change_is_said_too(card):
    assert conclusion(with_verdicts(card, None, {})).startswith(
        "Customers behave much as a year ago."
    )


def test_totals_that_changed_are_named_where_customers_behave_as_before(card):
    card = with_change(card, "new_customers", "up", change=1.088, value=1240)
    assert conclusion(card) == (
        "Customers behave much as a year ago, but new customers are up 109%."
    )


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        ("too little data", "Nothing earlier can be compared: there is too little data."),
        (
            "cannot be compared",
            "Nothing earlier can be compared: hardly any customer is as old now as customers "
            "were then.",
        ),
    ],
)
def test_where_nothing_compares_it_says_why(card, verdict, reason):
    lacking = with_verdicts(card, None, dict.fromkeys(card.metrics.index, verdict))
    assert conclusion(lacking).endswith(reason)
    assert conclusion(with_verdicts(card)).endswith(
        "The orders begin too late to compare with an earlier period."
    )
