"""A file of survey scores beside the orders: from the template to a group that comes back."""

import re

import pytest

from tests.browser.steps import button, download, expect, order_file, small_shop, use_upload

pytestmark = pytest.mark.browser

ANSWERS = order_file(
    [f" Buyer{n}@Example.com ,{(2, 10)[n % 2]},2024-06-{1 + n % 28:02}" for n in range(70)],
    "Email,How likely are you to recommend us?,Date",
)


@pytest.mark.parametrize("width", [1440, 390])
def test_survey_scores_are_added_and_removed(visit, width):
    page = visit(viewport={"width": width, "height": 900})
    use_upload(page, small_shop(60), "shop.csv")
    section = page.locator(".st-key-elsewhere")
    section.get_by_text("Add what you know elsewhere").click()
    name, _ = download(page, re.compile("^Template to fill in$"))
    assert name == "nps-template.csv"
    uploader = section.locator("input[type=file]")
    expect(uploader).to_have_count(1)
    file = {"name": "nps.csv", "mimeType": "text/csv", "buffer": ANSWERS}
    uploader.set_input_files([file])
    expect(section.get_by_text("60 customers matched.")).to_be_visible()
    expect(section.get_by_text("10 of customers without orders")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 1
    button(page, "Add to 60 customers").click()
    expect(section.get_by_text("Added to these orders: Recommendation (NPS).")).to_be_visible()
    # The section stays open: the file stands in it, with the button that takes it away.
    button(page, "Remove").click()
    expect(section.get_by_text("“nps.csv” was removed.")).to_be_visible()
    expect(section.get_by_text("Added to these orders")).to_have_count(0)
