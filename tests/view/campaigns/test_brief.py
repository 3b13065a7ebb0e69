"""The brief is one page that holds the plan and every assumption in it."""

from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from retention import plan_of, wording
from retention.view.campaigns.brief import brief_html

END = date(1997, 9, 30)
HOSTILE = "<script>alert(1)</script>"


def brief_of(plan, segments=(), name="orders.csv", currency="USD") -> str:
    return brief_html(name, END, currency, plan, list(segments), made=date(2024, 3, 5)).decode()


@pytest.fixture(scope="module")
def brief(plan) -> str:
    return brief_of(plan, [("Lapsed", "Silent for long"), ("At risk", "")])


def test_it_says_what_the_plan_brings_costs_and_assumes(plan, brief):
    text = unescape(brief)
    figures = plan.economics
    for part in (
        "Win back",
        f"orders.csv, orders until {wording.day(END)}. Made on {wording.day(date(2024, 3, 5))}",
        wording.plural(figures.customers, "customer"),
        wording.money(figures.cost, "USD", short=True),
        wording.money_range(figures.gain.low, figures.gain.high, "USD"),
        "5 in 100 who would not order otherwise",
        "10% off",
        "Free delivery (costs $2.00)",
        "Lapsed + At risk",
    ):
        assert part in text, part


def test_its_figures_stand_two_beside_each_other(brief):
    assert "minmax(min(100%, 400px), 1fr)" in brief
    assert "repeat(2, 1fr)" in brief


def test_it_says_that_the_file_is_too_old_to_send_by(brief):
    assert "Your file ends on 30 Sep 1997" in brief
    assert "too old to send by" in brief


def test_messages_stand_on_their_days_with_their_offers(plan, brief):
    for day, message, offer in (
        (date(2024, 3, 5), "We have missed you", "opening offer"),
        (date(2024, 3, 8), "A reminder", "main offer"),
        (date(2024, 3, 15), "It has ended", "offer ends"),
    ):
        assert f"<td>{wording.day(day)}</td><td>{message}</td><td>{offer}</td>" in brief


def test_only_segments_with_a_definition_are_explained(brief):
    assert "Lapsed: Silent for long" in brief
    assert "At risk:" not in brief


def test_charts_are_drawn_inside_the_page(brief):
    assert brief.count("<svg") == 2
    assert "<script" not in brief


def test_every_text_of_a_file_is_escaped(plan):
    named = plan_of(plan.reachable, replace(plan.campaign, name=HOSTILE, segments=(HOSTILE,)))
    page = brief_of(named, [(HOSTILE, HOSTILE)], name=HOSTILE)
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= 4


def test_a_plan_for_nobody_has_no_charts(plan_for_nobody):
    page = brief_of(plan_for_nobody)
    assert "<svg" not in page
    assert "0 customers" in page
