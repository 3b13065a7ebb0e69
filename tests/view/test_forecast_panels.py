"""Panels about the forecast."""

from contextlib import nullcontext

import pandas as pd
import pytest

from retention import Check, Total
from retention.view import forecast_panels, widgets
from retention.view.session.choices import Plan

TOTAL = Total(expected=40.0, low=31.5, high=48.2, chance=5.0, parameters=3.0)
SCORES = pd.DataFrame(
    {"cltv": [10.0, 30.0], "p_purchase": [0.2, 0.8], "expected_orders": [0.5, 2.5]}
)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(margin=1.0), "Before margin, discounted 10% a year"),
        (Plan(), "At 40% margin, discounted 10% a year"),
        (Plan(margin=0.4, annual_discount_rate=0), "At 40% margin, not discounted"),
        (Plan(margin=1.0, annual_discount_rate=0), "Before margin, not discounted"),
    ],
)
def test_a_value_says_what_it_is_net_of(plan, words):
    assert forecast_panels.terms(plan) == words


def test_a_value_stands_with_its_range():
    value, _, _ = forecast_panels.forecast_metrics(
        SCORES, TOTAL, "EUR", label="Value", about="cltv"
    )
    assert value == widgets.Metric("Value", "€40.00", "cltv", "80% range: €31.50 to €48.20")


def test_a_forecast_adds_everybody_up():
    _, returning, orders = forecast_panels.forecast_metrics(
        SCORES, TOTAL, None, label="Value", about="cltv"
    )
    assert (returning.value, returning.note) == ("50%", "About 1 of 2")
    assert (orders.value, orders.note) == ("3", "1.50 per customer")


def test_checks_are_listed_from_the_worst_to_the_good_ones(monkeypatch):
    said = []
    monkeypatch.setattr(widgets.st, "container", lambda **_options: nullcontext())
    monkeypatch.setattr(widgets.st, "markdown", said.append)
    unknown = Check(
        name="Rhythm",
        status="unknown",
        finding="There are too few waits.",
        advice="Load a longer period.",
    )
    forecast_panels.check_list(
        [
            Check(name="History", status="good", finding="Long enough."),
            unknown,
            Check(name="Drift", status="bad", finding="Down.", advice="Look."),
        ]
    )
    said = [line.replace("\\", "") for line in said]
    assert said[0].startswith(":red[")
    assert "Drift" in said[0]
    assert said[3] == ":gray[:material/help: **Cannot be told yet:** Rhythm]"
    assert "Load a longer period." in said[5]
    assert said[6] == ":green[:material/check_circle: **History:**] Long enough."
