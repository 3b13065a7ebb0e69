"""One campaign has the same first day, last day and day of the verdict wherever it is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import streamlit as st

from retention import Campaign, Terms, wording
from retention.view.campaigns.calendar import page
from tests.experiments.tested_shop import HEADER, order_csv
from tests.pages.steps import button, conclusion, loaded_app, use_upload, words

DAY = timedelta(days=1)
FIRST = date.today() + 9 * DAY
LAST = FIRST + 29 * DAY
LOOK = FIRST + 30 * DAY
MAIL = Campaign(
    "Spring mail",
    segments=("Lapsed",),
    terms=Terms(lift=0.2, contact_cost=0.1),
    holdout_share=0.3,
    starts_on=FIRST,
)
#: A moment at noon of a day.
NOON = "{}T12:00:00"


@pytest.fixture
def files(monkeypatch) -> dict[str, Callable[[], bytes]]:
    """What download buttons hand out, by their keys."""
    handed: dict[str, Callable[[], bytes]] = {}
    draw = st.download_button

    def listen(label, data, *args, key=None, **settings):
        handed[key] = data
        return draw(label, data, *args, key=key, **settings)

    monkeypatch.setattr(st, "download_button", listen)
    return handed


@pytest.fixture
def bars(monkeypatch) -> dict[str, dict]:
    """The bars of the calendar as they were drawn, by campaign."""
    drawn: dict[str, dict] = {}
    draw = page.live_chart

    def listen(spec, rows, **settings):
        drawn.update(rows["bars"].set_index("campaign").to_dict("index"))
        draw(spec, rows, **settings)

    monkeypatch.setattr(page, "live_chart", listen)
    return drawn


@pytest.fixture
def shop():
    return loaded_app(order_csv(date(2026, 3, 12)))


def orders_until(at, *moments):
    """The session with newer orders: one of a stranger at each of these moments."""
    rows = [f"late{n},late@example.com,{moment},20.00" for n, moment in enumerate(moments)]
    content = order_csv(date(2026, 3, 12)).decode().replace(HEADER, "")
    at.query_params["load"] = "other"
    at = at.switch_page("app.py").run()
    at = use_upload(at, "\n".join([HEADER, *rows]).encode() + content.encode())
    at.query_params.clear()
    assert not at.exception
    return at


def opened(at, path):
    at = at.switch_page(f"pages/{path}.py").run()
    assert not at.exception
    return at


def test_every_place_names_the_same_days(shop, files, bars):
    first, last, look = map(wording.day, (FIRST, LAST, LOOK))
    whole = f"from {first} to {last}, 30 days: look on {look}"
    bar = {"first": str(FIRST), "last": str(LOOK), "said": f"Orders count {whole}"}
    shop.session_state["campaigns_kept"] = (MAIL,)
    shop.session_state["campaign_on_table"] = MAIL

    at = opened(shop, "campaigns")
    assert f"Look on {look}." in words(at)
    brief = files["plan_brief"]().decode()
    assert whole in brief
    assert f"Look on {look}." in brief

    at = opened(at, "campaign_calendar")
    assert f"1 message in 30 days, from {first}. Look on {look}." in words(at)
    assert f"The first message goes out on {first}." in conclusion(at)
    assert {**bars["Spring mail"], **bar} == bars["Spring mail"]
    at = button(at, "It goes out").click().run()
    (test,) = at.session_state["campaign_tests"]
    assert (test.start, test.end, test.window.look_on) == (FIRST, LAST, LOOK)

    at = opened(at, "results")
    assert f"counts orders from {first} to {last}. Look on {look}" in conclusion(at)
    assert f"from {first} to {last}, 30 days. Look on {look}." in words(at)
    row = at.dataframe[0].value.iloc[0]
    assert (row["first"], row["last"], row["look_on"]) == (FIRST, LAST, LOOK)

    at = orders_until(at, NOON.format(FIRST + 5 * DAY), NOON.format(FIRST + 6 * DAY))
    at = opened(at, "results")
    assert f"Its verdict comes on {look}, and not before." in conclusion(at)
    (progress,) = at.get("progress")
    assert f"Day 7 of 30. Look on {look}" in progress.proto.text
    assert f"Day 7 of 30: look on {look}" in files["results_report"]().decode()
    at = opened(at, "campaign_calendar")
    assert f"{first} to {last}, 30 days." in words(at)
    assert f"Running: day 7 of 30. Look on {look}" in words(at)
    assert {**bars["Spring mail"], **bar} == bars["Spring mail"]


def test_half_of_the_last_day_brings_no_verdict_and_the_day_after_does(shop):
    shop.session_state["campaigns_kept"] = (MAIL,)
    at = button(opened(shop, "campaign_calendar"), "It goes out").click().run()

    at = orders_until(at, NOON.format(FIRST), NOON.format(LAST))
    assert "Your campaign is over" not in words(at)
    at = opened(at, "campaign_calendar")
    assert f"Running: day 30 of 30. Look on {wording.day(LOOK)}" in words(at)
    at = opened(at, "results")
    assert at.dataframe[0].value["state"].tolist() == ["Day 30 of 30"]
    assert "measured_lifts" not in at.session_state

    at = orders_until(at, NOON.format(FIRST), NOON.format(LAST), NOON.format(LOOK))
    assert "Your campaign is over: “Spring mail”." in words(at)
    at = opened(at, "campaign_calendar")
    assert "Finished: " in words(at)
    assert "Look on" not in words(at)
    at = opened(at, "results")
    assert at.dataframe[0].value["state"].tolist() == ["Cannot be told"]
    assert replace(MAIL, starts_on=FIRST) == at.session_state["campaign_tests"][0].campaign
