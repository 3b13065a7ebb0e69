"""The way of a marketer through the app, in a real browser: load, segment, share, take away."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.steps import (
    STAGES,
    button,
    choose_segment,
    download,
    expect,
    go_to_segments,
    load_store,
    metric,
    open_cdnow,
    open_other_orders,
    order_file,
    press,
    rows_of,
    sees,
    small_shop,
    stage_counts,
    stages,
    thumb,
    upload,
    use_upload,
)

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
FORMULA = "=hyperlink(evil)@example.com"

# How far the page, or anything around its title, scrolls to the side.
SIDEWAYS = """() => {
  let most = document.documentElement.scrollWidth - window.innerWidth
  for (let box = document.querySelector('h1'); box; box = box.parentElement)
    most = Math.max(most, box.scrollWidth - box.clientWidth)
  return most
}"""


def thresholds_in(url):
    return parse_qs(urlsplit(url).query)


def centre(handle):
    box = handle.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_cdnow_is_one_click_away_with_its_known_number_of_customers(visit):
    page = visit()
    open_cdnow(page)
    expect(metric(page, "Orders")).to_have_text("6,919")
    expect(metric(page, "Expected value")).to_have_text(re.compile(r"\d"))


def test_segments_opened_by_its_own_address_on_a_cold_server_offers_the_sample_store(visit):
    page = visit("/segments", cold=True)
    sees(page, "Segments")
    expect(button(page, "Load the sample store")).to_be_visible()
    expect(stages(page)).to_have_count(0)
    load_store(page)
    assert urlsplit(page.url).path == "/segments"
    found = stage_counts(page)
    assert list(found) == STAGES
    assert sum(found.values()) == 12_000


def test_an_arrow_key_moves_a_threshold_and_everything_follows(visit):
    page = visit()
    open_cdnow(page)
    go_to_segments(page)
    before = stage_counts(page)
    press(thumb(page, "Loyal from this many orders"), "ArrowRight", start="4", until="5")
    # The definitions change with the counts: once they name the new number, so do the counts.
    expect(page.get_by_role("listitem", name="5 orders or more, the last one")).to_be_visible()
    after = stage_counts(page)
    assert after["Repeat"] > before["Repeat"]
    assert after["Loyal"] < before["Loyal"]
    assert sum(after.values()) == sum(before.values()) == 2_357
    assert thresholds_in(page.url) == {"loyal_orders": ["5"]}
    # So do the table, and the segment that is looked at.
    expect(page.get_by_role("row", name=f"Loyal {after['Loyal']:,} ")).to_be_visible()
    choose_segment(page, "Loyal")
    expect(metric(page, "Customers")).to_have_text(f"{after['Loyal']:,}")

    press(thumb(page, "Loyal from this many orders"), "ArrowLeft", start="5", until="4")
    expect(page.get_by_role("listitem", name="4 orders or more, the last one")).to_be_visible()
    assert stage_counts(page) == before


def test_a_key_held_down_counts_every_step_there_and_back(visit):
    page = visit()
    open_cdnow(page)
    go_to_segments(page)
    handle, before = thumb(page, "Repeat customers", "end"), stage_counts(page)
    for key, start, days in (
        ("ArrowRight", 120, 130),
        ("ArrowLeft", 130, 120),
        ("ArrowRight", 120, 130),
        ("ArrowLeft", 130, 120),
    ):
        press(handle, key, start=str(start), until=str(days), times=10)
        expect(
            page.get_by_role("listitem", name=f"60 to {days} days since the last")
        ).to_be_visible()
        after = stage_counts(page)
        assert after["At risk"] - before["At risk"] == before["Lapsed"] - after["Lapsed"]
        assert (after["At risk"] > before["At risk"]) == (days == 130)
    assert after == before


def test_a_link_shows_a_colleague_the_same_thresholds_and_the_same_counts(visit):
    page = visit("/segments")
    load_store(page)
    standard = stage_counts(page)
    press(thumb(page, "Loyal from this many orders"), "ArrowRight", start="4", until="5")
    expect(page.get_by_role("listitem", name="5 orders or more, the last one")).to_be_visible()
    press(thumb(page, "Bought once", "start"), "ArrowRight", start="30", until="31")
    expect(page.get_by_role("listitem", name="One order, less than 31 days ago.")).to_be_visible()
    moved, sent = stage_counts(page), urlsplit(page.url)
    assert moved != standard
    assert thresholds_in(page.url) == {"loyal_orders": ["5"], "one": ["31", "90"]}

    colleague = visit(f"{sent.path}?{sent.query}")
    load_store(colleague)
    expect(thumb(colleague, "Loyal from this many orders")).to_have_attribute("aria-valuetext", "5")
    expect(thumb(colleague, "Bought once", "start")).to_have_attribute("aria-valuetext", "31")
    assert stage_counts(colleague) == moved
    assert thresholds_in(colleague.url) == thresholds_in(page.url)


def test_a_link_keeps_its_thresholds_until_the_colleague_has_loaded_other_orders(visit):
    page = visit("/segments?repeat=60&repeat=130")
    page.get_by_role("link", name="Use your own orders").click()
    button(page, "Open CDNOW").click()
    expect(thumb(page, "Repeat customers", "end")).to_have_attribute("aria-valuetext", "130")
    page.wait_for_url(re.compile(r"/segments\?repeat=60&repeat=130$"))


def test_a_link_keeps_its_thresholds_while_the_colleague_checks_the_columns_of_a_file(visit):
    days = ["01/04/2024", "02/05/2024", "03/06/2024", "01/07/2024", "02/08/2024", "03/09/2024"]
    rows = [f"{i},buyer{i % 7}@example.com,{days[i % 6]},10" for i in range(60)]
    page = visit("/segments?repeat=40&repeat=130&loyal_orders=7&segment=Lapsed", cold=True)
    page.get_by_role("link", name="Use your own orders").click()
    upload(page, order_file(rows))
    sees(page, "Check the columns")
    expect(page.get_by_text("Over 5 months")).to_be_visible()
    page.get_by_text("Month first", exact=True).click()
    expect(page.get_by_text("Over 66 days")).to_be_visible()
    button(page, "Use these orders").click()
    sees(page, "Segments")
    expect(thumb(page, "Repeat customers", "start")).to_have_attribute("aria-valuetext", "40")
    expect(thumb(page, "Repeat customers", "end")).to_have_attribute("aria-valuetext", "130")
    expect(thumb(page, "Loyal from this many orders")).to_have_attribute("aria-valuetext", "7")
    expect(page.get_by_role("radio", name="Lapsed", exact=True)).to_be_checked()
    expected = {"repeat": ["40", "130"], "loyal_orders": ["7"], "segment": ["Lapsed"]}
    page.wait_for_url(lambda url: thresholds_in(url) == expected)
    # The orders stay where the colleague goes next, and the link is not followed a second time.
    page.get_by_role("link", name="This week", exact=True).click()
    sees(page, "orders.csv")
    expect(metric(page, "Customers")).to_have_text("7")


def test_a_segment_is_taken_away_with_as_many_customers_as_shown(visit):
    page = visit()
    open_cdnow(page)
    go_to_segments(page)
    shown = stage_counts(page)
    choose_segment(page, "VIP")
    name, content = download(page, re.compile(f"^Download {shown['VIP']:,} customers$"))
    assert name == "vip.csv"
    rows = rows_of(content)
    assert len(rows) == shown["VIP"]
    assert len({row["customer_id"] for row in rows}) == len(rows)
    assert {row["stage"] for row in rows} == {"vip"}
    values = [float(row["cltv"]) for row in rows]
    assert values == sorted(values, reverse=True)
    assert min(values) > 0


def test_an_own_file_is_checked_used_and_leaves_no_formula_in_a_download(visit):
    once = [f"{i},old{i}@example.com,2024-01-{1 + i % 28:02},{10 + i}.00" for i in range(40)]
    rows = [*once, f"40,{FORMULA},2024-01-05,99.00", "41,late@example.com,2024-12-20,15.00"]
    page = visit()
    upload(page, order_file(rows), "my shop.csv")
    sees(page, "Check the columns")
    for label, column in {
        "Customer": "Email",
        "Order date": "Date",
        "Amount paid": "Total",
        "Order number": "Order",
    }.items():
        expect(page.get_by_role("combobox", name=label, exact=True)).to_have_value(column)
    expect(metric(page, "Customers")).to_have_text("42")
    expect(metric(page, "Rows left out")).to_have_text("0%")
    expect(page.get_by_role("heading", name="What comes out")).to_be_visible()
    button(page, "Use these orders").click()
    sees(page, "my shop.csv")
    expect(metric(page, "Customers")).to_have_text("42")
    expect(metric(page, "Orders")).to_have_text("42")

    go_to_segments(page)
    # Nobody came back, so nothing can be expected of anybody, and VIP has no number.
    counted = [stage for stage in STAGES if stage != "VIP"]
    assert stage_counts(page) == dict.fromkeys(counted, 0) | {"New": 1, "Lapsed": 41}
    choose_segment(page, "Lapsed")
    _, content = download(page, re.compile("^Download 41 customers$"))
    found = rows_of(content)
    assert len(found) == 41
    names = {row["customer_id"] for row in found}
    assert f"'{FORMULA}" in names
    assert FORMULA not in names


def test_the_answer_to_day_or_month_first_counts(visit):
    days = ["01/04/2024", "02/05/2024", "03/06/2024", "01/07/2024", "02/08/2024", "03/09/2024"]
    rows = [f"{i},buyer{i % 7}@example.com,{days[i % 6]},10" for i in range(60)]
    page = visit()
    upload(page, order_file(rows))
    expect(page.get_by_text("Please confirm")).to_be_visible()
    expect(
        page.get_by_text("is '03/09/2024' written with the day or the month first?")
    ).to_be_visible()
    expect(page.get_by_role("radiogroup", name="Day or month first", exact=True)).to_be_visible()
    expect(page.get_by_role("radio", name="Day first")).to_be_checked()
    expect(page.get_by_text("Over 5 months")).to_be_visible()
    page.get_by_text("Month first", exact=True).click()
    expect(page.get_by_text("Over 66 days")).to_be_visible()
    button(page, "Use these orders").click()
    expect(page.get_by_text("Orders from 4 Jan 2024 to 9 Mar 2024")).to_be_visible()


def test_other_orders_replace_the_ones_before(visit):
    page = visit()
    open_cdnow(page)
    open_other_orders(page)
    use_upload(page, small_shop(30))
    expect(metric(page, "Customers")).to_have_text("30")
    go_to_segments(page)
    assert sum(stage_counts(page).values()) == 30


def test_on_a_phone_nothing_scrolls_sideways_and_the_sliders_work(visit):
    page = visit(viewport=PHONE)
    expect(button(page, "Open CDNOW")).to_be_visible()
    assert page.evaluate(SIDEWAYS) <= 1
    open_cdnow(page)
    expect(page.get_by_text("What was read")).to_be_visible()
    assert page.evaluate(SIDEWAYS) <= 1

    page.get_by_role("main").locator("a[href='segments'], a[href$='/segments']").first.click()
    expect(stages(page)).to_have_count(len(STAGES))
    expect(page.get_by_role("table")).to_be_visible()
    assert page.evaluate(SIDEWAYS) <= 1
    before = stage_counts(page)
    for label in ("Bought once", "Repeat customers", "Loyal customers", "Loyal from"):
        expect(thumb(page, label)).not_to_have_count(0)
        for handle in thumb(page, label).all():
            x, _ = centre(handle)
            assert 0 < x < PHONE["width"]

    # Dragged: whatever lay on top of the handle would be dragged instead.
    handle = thumb(page, "Loyal from this many orders")
    handle.evaluate("handle => handle.scrollIntoView({ block: 'center' })")
    x, y = centre(handle)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=3)
    page.mouse.up()
    expect(handle).not_to_have_attribute("aria-valuetext", "4")
    orders = handle.get_attribute("aria-valuetext")
    expect(
        page.get_by_role("listitem", name=f"{orders} orders or more, the last one")
    ).to_be_visible()
    assert stage_counts(page)["Repeat"] > before["Repeat"]


def test_no_page_makes_the_browser_complain(visit, complaints):
    for path in ("/", "/lifetime_value", "/segments"):
        expect(visit(path).get_by_role("heading", level=1)).to_be_visible()
    page = visit()
    open_cdnow(page)
    page.get_by_role("link", name="Forecast", exact=True).click()
    sees(page, "Forecast")
    expect(
        page.get_by_text("Can I trust it?").or_(metric(page, "Expected value"))
    ).not_to_have_count(0)
    go_to_segments(page)
    for part in ("Value", "Discounts", "Next order", "Last order"):
        page.get_by_role("radio", name=part, exact=True).click()
        expect(page.get_by_role("radio", name=part, exact=True)).to_be_checked()
        expect(page.get_by_role("slider").locator("visible=true")).not_to_have_count(0)
    assert complaints == []


def test_the_browser_asks_nobody_but_this_app(visit, address, requests):
    page = visit()
    open_cdnow(page)
    go_to_segments(page)
    page.wait_for_load_state("networkidle")
    others = {
        url
        for url in requests
        if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
    }
    assert others == set()


def test_on_a_phone_the_menu_closes_once_a_page_is_chosen(visit):
    page = visit(viewport=PHONE)
    open_cdnow(page)
    menu = page.get_by_test_id("stSidebar")
    for title in ("Forecast", "Segments"):
        page.get_by_test_id("stExpandSidebarButton").click()
        menu.get_by_role("link", name=title, exact=True).click()
        sees(page, title)
        expect(menu).to_have_attribute("data-collapsed", "true")
