"""Own segments in a real browser: build one, see it count, save it, and load its file."""

import json
import re

import pytest

from tests.browser.steps import (
    button,
    download,
    expect,
    order_file,
    rows_of,
    use_upload,
)

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


def open_builder(visit, **options):
    page = visit("/own_segments", **options)
    button(page, "Load the sample store").click()
    expect(found(page)).not_to_be_empty()
    return page


def found(page):
    """The number of customers in the segment."""
    return page.locator(".hero .found")


def tab(page, name):
    page.get_by_role("radio", name=name).click()


def number(page, label):
    return page.get_by_role("spinbutton", name=label, exact=True)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1440", "390"])
def test_a_segment_is_built_saved_and_brought_back_from_its_file(visit, tmp_path, viewport):
    page = open_builder(visit, viewport=viewport)
    start = found(page).text_content()
    number(page, "Condition on number of orders: value").fill("4")
    number(page, "Condition on number of orders: value").press("Enter")
    expect(found(page)).not_to_have_text(start)
    expect(
        page.get_by_text("Bought 4 or more times, and last ordered 60 to 120 days ago")
    ).to_be_visible()
    fewer = found(page).text_content()
    assert int(fewer.replace(",", "")) < int(start.replace(",", ""))
    # What each condition finds by itself, and what is left after it.
    expect(page.locator(".cond")).to_have_count(2)
    expect(page.locator(".cond .left").nth(1)).to_have_text(f"{fewer} left")
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 1

    name, customers = download(page, re.compile("^Download .* customers"))
    assert name == "segment.csv"
    assert len(rows_of(customers)) == int(fewer.replace(",", ""))

    page.get_by_label("Name of the segment").fill("Quiet regulars")
    button(page, "Save segment").click()
    expect(page.get_by_text("Saved “Quiet regulars”.")).to_be_visible()
    tab(page, "Saved")
    expect(page.locator(".own", has_text="Quiet regulars")).to_contain_text(f"{fewer} customers")
    name, content = download(page, re.compile("^Save to a file"))
    assert name == "own-segments.json"
    assert json.loads(content)["segments"][0]["name"] == "Quiet regulars"

    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No segment is saved yet.")).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        {"name": "own-segments.json", "mimeType": "application/json", "buffer": content}
    )
    expect(page.get_by_text("1 segment loaded.")).to_be_visible()
    expect(page.locator(".own", has_text="Quiet regulars")).to_contain_text(f"{fewer} customers")
    page.get_by_role("button", name="Edit").click()
    expect(found(page)).to_have_text(fewer)
    expect(number(page, "Condition on number of orders: value")).to_have_value("4")
    expect(page.get_by_label("Name of the segment")).to_have_value("Quiet regulars")


def test_keys_pressed_fast_all_count(visit):
    page = open_builder(visit)
    box = number(page, "Condition on number of orders: value")
    for _ in range(5):
        box.press("ArrowUp")
    expect(page.get_by_text("Bought 7 or more times")).to_be_visible()
    expect(box).to_have_value("7")


def test_a_ready_made_one_is_a_start_and_missing_signals_say_what_brings_them(visit):
    page = open_builder(visit)
    page.get_by_role("main").get_by_role("link", name="Ready-made").click()
    page.get_by_text(re.compile("more groups? with more columns")).click()
    expect(page.locator(".own .off", has_text="column of abandoned carts")).to_be_visible()
    card = page.get_by_test_id("stVerticalBlock").filter(has_text="One-time buyers").last
    card.get_by_role("button", name="Start from this").click()
    expect(page.get_by_text("Bought once", exact=True)).to_be_visible()
    expect(page.get_by_label("Name of the segment")).to_have_value("One-time buyers")


def test_names_from_the_file_are_text_in_every_control(visit):
    channel = "<img src=x onerror=alert(1)> **b** :red[c] $x$"
    header = "Order,Email,Date,Total,Channel"
    rows = [
        f"{n}-{k},c{n}@example.com,2024-{1 + (n + 3 * k) % 12:02}-{1 + (7 * n + k) % 28:02},"
        f"{10 + n}.00,{channel}"
        for n in range(60)
        for k in range(1 + n % 3)
    ]
    page = visit()
    use_upload(page, order_file(rows, header))
    page.get_by_role("link", name="Segments", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Mine").click()
    expect(page.locator(".hero p")).to_be_visible()
    page.get_by_role("combobox", name=re.compile("number of orders: what to ask")).click()
    page.keyboard.type("First channel")
    page.get_by_role("option", name=re.compile("^First channel")).click()
    expect(page.locator(".hero p")).to_contain_text(f"First came by {channel}")
    assert page.locator("main img[src=x]").count() == 0
