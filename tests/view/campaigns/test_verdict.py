"""The headline numbers of a plan."""

import pytest

from retention import wording
from retention.view.campaigns.verdict import plan_metrics
from retention.view.campaigns.words import DEFINITIONS


@pytest.fixture
def metrics(plan):
    return {metric.label: metric for metric in plan_metrics(plan, "USD")}


def test_every_number_has_a_definition(metrics):
    assert all(metric.about in DEFINITIONS for metric in metrics.values())


def test_the_numbers_are_those_of_the_plan(plan, metrics):
    figures = plan.economics
    assert metrics["Reach"].value == wording.count(figures.customers)
    assert metrics["Reach"].note == f"0 left out, 0 below the cut, {plan.held} held out"
    assert metrics["Cost"].value == wording.money(figures.cost, "USD", short=True)
    assert metrics["Cost"].note.startswith(wording.money(figures.cost / figures.customers, "USD"))
    assert float(metrics["Return"].value) == pytest.approx(figures.return_on_cost, abs=0.005)
    assert metrics["Largest offer"].note == "10% off"
    assert metrics["Break-even lift"].note.startswith("Shown by the holdout from ")


def test_without_customers_what_cannot_be_said_is_missing(plan_for_nobody):
    metrics = {metric.label: metric for metric in plan_metrics(plan_for_nobody, None)}
    assert metrics["Reach"].value == "0"
    assert metrics["Return"].value == wording.MISSING
    assert metrics["Largest offer"].value == wording.MISSING
    assert metrics["Break-even lift"].note == "No holdout that could show it"
