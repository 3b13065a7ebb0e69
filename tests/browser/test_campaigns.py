"""From a segment to a file for the mailing tool, in a real browser: build, plan, drag, export, save and reload."""

import csv
import io
import json
import re

import pytest

from tests.browser.steps import button, download, expect, metric, sees

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def open_planner(visit, **options):
    page = visit("/campaigns", **options)
    button(page, "Load the sample store").click()
    expect(page.get_by_text("customers addressed: the plan")).to_be_visible()
    at_rest(page)
    return page


def at_rest(page):
    page.wait_for_timeout(400)
    page.wait_for_function("() => !document.querySelector('[data-stale=true], [data-testid=stStatusWidget]')")
    page.wait_for_timeout(300)


def press(page, label, key, times):
    handle = page.get_by_role("slider", name=label)
    handle.first.scroll_into_view_if_needed()
    handle.first.focus()
    for _ in range(times):
        page.keyboard.press(key)
    at_rest(page)


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def number(text):
    return int(re.sub(r"\D", "", text))


def choose_platform(page, name):
    box = page.get_by_role("combobox", name=re.compile("For$"))
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box.click()
    page.get_by_role("option", name=name, exact=False).first.click()
    at_rest(page)


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["1440", "390"])
def test_a_reactivation_is_planned_exported_kept_and_loaded_again(visit, viewport):
    page = open_planner(visit, **({"viewport": viewport} if viewport else {}))
    before = metric(page, "Reach").text_content()
    press(page, re.compile("^Lift"), "ArrowRight", 30)
    expect(metric(page, "Reach")).not_to_have_text(before)
    reach = number(metric(page, "Reach").text_content())
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 1

    name, klaviyo = download(page, re.compile(r"^Download [\d,]+ addressed"))
    found = rows(klaviyo)
    assert name.startswith("reactivation-at-risk")
    assert next(iter(found[0])) == "Email"
    assert len(found) == reach
    choose_platform(page, "Google")
    page.get_by_role("radio", name="Hashed upload").click()
    at_rest(page)
    _, google = download(page, re.compile(r"^Download [\d,]+ addressed"))
    assert google.decode().splitlines()[0].startswith("Email,Phone,First Name,Last Name,Country,Zip")
    assert len(rows(google)) == reach
    assert re.fullmatch("[0-9a-f]{64}", rows(google)[0]["Email"])
    _, held = download(page, re.compile(r"^Download [\d,]+ held out"))
    assert not {row["customer_id"] for row in rows(held)} & {row["Email"] for row in found}

    button(page, "Keep this campaign").click()
    expect(button(page, "Keep the changes")).to_be_visible()
    page.get_by_role("tab", name="All campaigns").click()
    expect(page.get_by_text("1. Reactivation: At risk")).to_be_visible()
    gain = page.locator(".plan-budget").text_content()
    press(page, re.compile("^Budget"), "ArrowRight", 20)
    expect(page.locator(".plan-budget")).not_to_have_text(gain)
    _, saved = download(page, re.compile("^Save the plan"))
    assert json.loads(saved)["campaigns"][0]["terms"]["lift"] == pytest.approx(0.08)

    button(page, "Delete").click()
    expect(page.get_by_text("No campaign is kept yet")).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        {"name": "campaigns.json", "mimeType": "application/json", "buffer": saved}
    )
    expect(page.get_by_text("1. Reactivation: At risk")).to_be_visible()
    button(page, "Change").click()
    expect(page.get_by_text("customers addressed: the plan")).to_be_visible()
    assert number(metric(page, "Reach").text_content()) == reach


def test_the_brief_is_one_file_without_a_network(visit):
    page = open_planner(visit)
    name, brief = download(page, re.compile("^Brief"))
    assert name == "reactivation-at-risk.html"
    text = brief.decode()
    assert "<svg" in text
    assert not re.search(r"(?:src|href)=.https?:", text)
    assert "Reactivation: At risk" in text


def test_an_own_segment_is_planned_for(visit):
    page = open_planner(visit)
    page.get_by_role("link", name="Own segments", exact=True).click()
    sees(page, "Own segments")
    page.get_by_role("tab", name=re.compile("Ready-made")).click()
    at_rest(page)
    assert page.get_by_text("Big spenders").first.is_visible()
