"""The menu in a real browser: old addresses, the views of Segments, and the length of pages."""

import pytest

from tests.browser.steps import button, expect, metric, sees

#: Pixels of the longest page when it is opened on a screen 1,440 pixels wide.
LONGEST = 2_500
#: It has a length of its own.


def current(links):
    """The entries that are marked as the open one."""
    return links.locator("a[aria-current=page]")


@pytest.mark.parametrize(
    ("path", "title", "view"),
    [
        ("/rfm?rfm_group=Lost", "Segments", "RFM"),
        ("/movement?movement_period=Last+30+days", "Segments", "Moves"),
        ("/own_segments", "Segments", "Mine"),
        ("/segments?loyal_orders=7", "Segments", "Lifecycle"),
        ("/lifetime_value?horizon=2+years", "Forecast", None),
    ],
)
def test_an_old_address_opens_its_page_with_its_settings(visit, path, title, view):
    page = visit(path)
    sees(page, title)
    button(page, "Load the sample store").click()
    menu = page.get_by_test_id("stSidebar")
    expect(current(menu)).to_have_count(1)
    expect(current(menu)).to_contain_text(title)
    if view:
        expect(current(page.locator(".st-key-views"))).to_contain_text(view)
    if view == "RFM":
        expect(page.get_by_role("heading", name="Lost", exact=True)).to_be_visible()
    elif view == "Moves":
        expect(page.get_by_text("30 days in between")).to_be_visible()
    elif view == "Lifecycle":
        handle = page.get_by_role("slider", name="Loyal from this many orders")
        expect(handle).to_have_attribute("aria-valuetext", "7")
    elif title == "Forecast":
        expect(metric(page, "Expected value over 2 years")).to_be_visible()


def test_the_views_of_segments_are_reached_by_the_keyboard(visit):
    page = visit("/rfm")
    views = page.locator(".st-key-views")
    expect(views.get_by_role("link")).to_have_count(5)
    views.get_by_role("link", name="RFM").focus()
    page.keyboard.press("Tab")
    expect(views.get_by_role("link", name="Moves")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/movement")
    expect(current(views)).to_contain_text("Moves")
    expect(current(page.get_by_test_id("stSidebar"))).to_contain_text("Segments")


def test_no_page_is_long_when_it_is_opened(visit):
    page = visit("/segments")
    button(page, "Load the sample store").click()
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(7)
    names = page.locator(
        "[data-testid=stSidebar] a[data-testid=stPageLink-NavLink], .st-key-views a"
    ).evaluate_all("links => [...new Set(links.map(link => link.getAttribute('href')))]")
    lengths = {}
    for name in names:
        link = page.locator(f"a[data-testid=stPageLink-NavLink][href='{name}']").first
        if not link.count():  # a view: its row stands on the other views
            page.locator("[data-testid=stSidebar] a", has_text="Segments").first.click()
        link.click()
        expect(current(page.get_by_test_id("stSidebar"))).to_have_count(1)
        if name not in ("settings", "glossary"):  # which need no orders, and conclude nothing
            expect(page.locator(".st-key-conclusion p, .st-key-conclusion b").first).to_be_visible()
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
        page.wait_for_timeout(500)
        lengths[name] = page.get_by_test_id("stMainBlockContainer").evaluate(
            "block => Math.round(block.getBoundingClientRect().height)"
        )
    assert len(lengths) == 17
    too_long = {name: pixels for name, pixels in lengths.items() if pixels > LONGEST}
    assert not too_long, lengths
