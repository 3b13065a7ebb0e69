"""From a segment to a file for the mailing tool, in a real browser."""

import csv
import io
import json
import re

import pytest

from tests.browser.steps import at_rest, button, choose, download, expect, metric, sees

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
#: An invisible joiner stands after a colon, so that no icon is made of it.
LISTED = re.compile("1. Reactivation:.? Quiet regulars")


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


def menu(page, viewport, title):
    """Open a page from the menu, which a phone hides."""
    if viewport == PHONE:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name=title, exact=True).click()
    sees(page, title)


def build_segment(page):
    """Save the segment that the builder starts with; returns its number of customers."""
    button(page, "Load the sample store").click()
    size = page.locator(".hero .found")
    expect(size).not_to_be_empty()
    customers = number(size.text_content())
    page.get_by_label("Name of the segment").fill("Quiet regulars")
    button(page, "Save segment").click()
    expect(page.get_by_text("Saved “Quiet regulars”.")).to_be_visible()
    return customers


def address_the_segment_alone(page):
    """Plan a campaign to everybody in the own segment, in place of those at risk."""
    expect(page.get_by_text("customers addressed: the plan")).to_be_visible()
    at_rest(page)
    box = page.get_by_role("combobox", name=re.compile("Segments$"))
    box.click()
    box.press_sequentially("Quiet")
    page.get_by_role("option", name="Own: Quiet regulars").click()
    page.keyboard.press("Escape")
    at_rest(page)
    page.get_by_role(
        "button", name=re.compile("^(Delete|Remove) At risk|At risk, close|At risk")
    ).first.click()
    at_rest(page)
    page.get_by_role("radio", name="Everybody").click()
    at_rest(page)


def drag_the_lift(page):
    """Address the best size at another lift; returns the number of customers addressed."""
    page.get_by_role("radio", name="Best size").click()
    at_rest(page)
    reach = metric(page, "Reach").text_content()
    press(page, re.compile("^Lift"), "ArrowRight", 30)
    expect(metric(page, "Reach")).not_to_have_text(reach)
    return number(metric(page, "Reach").text_content())


def check_files_of_addressed(page, reach):
    """Download the audience for Klaviyo and for Google; returns the rows of the second."""
    name, klaviyo = download(page, re.compile(r"^Download [\d,]+ addressed"))
    addressed = rows(klaviyo)
    assert "quiet-regulars" in name
    assert next(iter(addressed[0])) == "Email"
    assert len(addressed) == reach
    assert {row["segment"] for row in addressed} == {"Quiet regulars"}
    assert {row["stage"] for row in addressed} <= {"Repeat", "Loyal", "VIP", "At risk", "Lapsed"}
    choose(page, "For", re.compile("Google"))
    page.get_by_role("radio", name="Hashed upload").click()
    _, google = download(page, re.compile(r"^Download [\d,]+ addressed"))
    header = google.decode().splitlines()[0]
    assert header.startswith("Email,Phone,First Name,Last Name,Country,Zip")
    assert len(rows(google)) == reach
    assert re.fullmatch("[0-9a-f]{64}", rows(google)[0]["Email"])
    return rows(google)


def check_files_of_held_out(page, addressed):
    """Download those held out, for Google and as plain numbers."""
    name, held = download(page, re.compile(r"^Download [\d,]+ held out$"))
    assert name.endswith("-holdout-audience-google-ads-hashed.csv")
    assert not {row["Email"] for row in rows(held)} & {row["Email"] for row in addressed}
    name, plain = download(
        page, re.compile(r"^Download customer numbers of all held out \([\d,]+\)$")
    )
    assert name.endswith("-holdout.csv")
    assert {row["group"] for row in rows(plain)} == {"holdout"}
    assert len({row["customer_id"] for row in rows(plain)}) >= len(rows(held)) > 0


def keep_and_save(page):
    """Keep the campaign, and save the plan; returns the file."""
    button(page, "Keep this campaign").click()
    expect(button(page, "Keep the changes")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="See its place among the others").click()
    sees(page, "Calendar")
    expect(page.get_by_text(LISTED)).to_be_visible()
    # The files were downloaded, so that both groups are kept: no budget changes them.
    expect(page.locator(".plan-budget")).to_have_count(0)
    _, saved = download(page, re.compile("^Save the plan"))
    plan = json.loads(saved)
    assert plan["campaigns"][0]["segments"] == ["Own: Quiet regulars"]
    assert plan["own_segments"]["segments"][0]["name"] == "Quiet regulars"
    return saved


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1440", "390"])
def test_a_segment_is_built_a_reactivation_planned_exported_kept_and_loaded_again(visit, viewport):
    page = visit("/own_segments", viewport=viewport)
    customers = build_segment(page)

    menu(page, viewport, "Plan")
    address_the_segment_alone(page)
    assert 0 < number(metric(page, "Reach").text_content()) < customers
    reach = drag_the_lift(page)
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 1

    page.get_by_role("radio", name="Audience files").click()
    at_rest(page)
    addressed = check_files_of_addressed(page, reach)
    check_files_of_held_out(page, addressed)

    page.get_by_role("radio", name="Plan a campaign").click()
    at_rest(page)
    saved = keep_and_save(page)

    button(page, "Delete").first.click()
    expect(page.get_by_text("No campaign is planned, and 2 have gone out.")).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        {"name": "campaigns.json", "mimeType": "application/json", "buffer": saved}
    )
    expect(page.get_by_text(LISTED)).to_be_visible()
    # The plan that was loaded has no kept groups, so that the budget is shared out again.
    gain = page.locator(".plan-budget").text_content()
    press(page, re.compile("^Budget"), "ArrowRight", 20)
    expect(page.locator(".plan-budget")).not_to_have_text(gain)
    button(page, "Change").click()
    expect(page.get_by_text("customers addressed: the plan")).to_be_visible()
    at_rest(page)
    assert number(metric(page, "Reach").text_content()) == reach


def test_the_brief_is_one_file_without_a_network(visit):
    page = visit("/campaigns")
    button(page, "Load the sample store").click()
    expect(page.get_by_text("customers addressed: the plan")).to_be_visible()
    name, brief = download(page, re.compile("^Brief"))
    assert name == "reactivation-at-risk.html"
    text = brief.decode()
    assert "<svg" in text
    assert not re.search(r"(?:src|href)=.https?:", text)
    assert "Reactivation: At risk" in text
