"""From a plan to its verdict: keep it, take both files, load the later orders, read the result."""

import re
from datetime import timedelta

import pytest

from tests.browser.campaigns.shop import TODAY, history, menu
from tests.browser.steps import (
    at_rest,
    button,
    download,
    expect,
    metric,
    open_other_orders,
    order_file,
    rows_of,
    sees,
    upload,
    use_upload,
)

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 300, "height": 640}


def later_orders(addressed: list[str], held_out: list[str]) -> list[str]:
    """Orders of the weeks to come: two in three of those addressed buy, and hardly anybody else."""
    buyers = [email for place, email in enumerate(addressed) if place % 3]
    buyers += held_out[: max(len(held_out) // 20, 1)]
    rows = [
        f"later-{place},{email},{TODAY + timedelta(days=2 + place % 20)},50.00"
        for place, email in enumerate(buyers)
    ]
    return [*rows, f"last,somebody@example.com,{TODAY + timedelta(days=130)},20.00"]


def emails(content: bytes) -> list[str]:
    """The addresses in an audience file."""
    rows = rows_of(content) if content.startswith(b"\xef\xbb\xbf") else None
    text = content.decode("utf-8-sig")
    assert rows is None or rows
    return sorted(set(re.findall(r"c\d{4}@example\.com", text)))


def test_a_campaign_is_planned_kept_sent_and_measured(visit):
    before = history()
    page = visit("/")
    use_upload(page, order_file(before))
    menu(page, "Plan")
    expect(page.get_by_text("customers addressed: the plan").first).to_be_visible()
    at_rest(page)
    button(page, "Keep this campaign").click()
    expect(button(page, "Keep the changes")).to_be_visible()
    at_rest(page)

    page.get_by_role("radio", name="Audience files").click()
    _, addressed = download(page, re.compile(r"^Download [\d,]+ addressed"))
    expect(page.get_by_text("Both groups were kept")).to_be_visible()
    _, held_out = download(page, re.compile(r"^Download [\d,]+ held out"))
    at_rest(page)
    groups = emails(addressed), emails(held_out)
    assert not set(groups[0]) & set(groups[1])

    menu(page, "Results")
    expect(page.get_by_text("newer orders then hold every day of it").first).to_be_visible()

    open_other_orders(page)
    upload(page, order_file([*before, *later_orders(*groups)]), "later.csv")
    button(page, "Use these orders").click()
    sees(page, "later.csv")
    button(page, "Read the result").click()
    sees(page, "Results")
    expect(page.get_by_text("that would not have come").first).to_be_visible()
    assert metric(page, "Extra orders").text_content().startswith("+")
    name, report = download(page, re.compile("^Report"))
    assert name.endswith("-result.html")
    text = report.decode()
    assert "<svg" in text
    assert not re.search(r"(?:src|href)=.https?:", text)


def test_the_sample_store_tells_its_story_on_a_phone(visit):
    page = visit("/results", viewport=PHONE)
    button(page, "Load the sample store").click()
    expect(page.get_by_text("did not work").first).to_be_visible()
    at_rest(page)
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 1
    for head in ("Difference", "95% range"):
        box = page.locator(f'.result-table td[data-head="{head}"]').first.bounding_box()
        assert box["x"] >= 0, head
        assert box["x"] + box["width"] <= PHONE["width"], head
    before = page.locator(".result-table").text_content()
    page.get_by_text("Without the forecast").first.click()
    expect(page.locator(".result-table")).not_to_have_text(before)
    page.get_by_role("radio", name="By segment").click()
    expect(page.get_by_text("no more than chance").first).to_be_visible()
    page.get_by_role("radio", name="Checks").click()
    expect(page.get_by_text("Sizes of the groups").first).to_be_visible()


def test_the_calendar_links_to_results_with_all_of_its_words_on_a_phone(visit):
    page = visit("/campaigns")
    button(page, "Load the sample store").click()
    button(page, "Keep this campaign").click()
    expect(button(page, "Keep the changes")).to_be_visible()
    at_rest(page)
    menu(page, "Calendar")
    button(page, "It goes out").click()
    link = page.get_by_role("link", name=re.compile("both groups are kept"))
    expect(link).to_be_visible()
    page.set_viewport_size(SMALL_PHONE)
    at_rest(page)
    cut = link.evaluate(
        "a => [a, ...a.querySelectorAll('*')].some(e => e.scrollWidth > e.clientWidth + 1 "
        "&& getComputedStyle(e).overflowX !== 'visible' && e.clientWidth > 0)"
    )
    assert not cut
    box = link.bounding_box()
    assert box["x"] + box["width"] <= SMALL_PHONE["width"]
    assert box["height"] > 40  # two lines
