"""The headline numbers of a plan."""

from types import SimpleNamespace

import pytest

from retention import wording
from retention.view.campaigns.verdict import _risk, plan_metrics
from retention.view.campaigns.words import DEFINITIONS


def of_gain(expected, low, loss_chance):
    """A plan as far as its risk is told."""
    gain = SimpleNamespace(expected=expected, low=low)
    return SimpleNamespace(economics=SimpleNamespace(gain=gain, loss_chance=loss_chance))


def test_a_likely_loss_of_cents_is_no_warning():
    small = _risk(of_gain(3.29, -0.04, 0.81), "EUR")
    assert "then it loses €0.04" in small
    assert "Do not count on it" not in small
    assert "Do not count on it" in _risk(of_gain(3.29, -4.0, 0.81), "EUR")
    assert "a gamble" in _risk(of_gain(3.29, -4.0, 0.3), "EUR")
    assert "do not send it" in _risk(of_gain(-1.0, -4.0, 0.9), "EUR")


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
