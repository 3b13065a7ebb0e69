"""Files that are no orders: the page says what it found, and nothing is lost."""

import pytest

from tests.browser.steps import (
    button,
    expect,
    metric,
    open_cdnow,
    open_other_orders,
    order_file,
    sees,
    small_shop,
    upload,
)
from tests.support.order_files import STORE
from tests.support.order_layouts import amazon, layout_file

pytestmark = pytest.mark.browser

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
# What is uploaded, what the message must say about it, and the button that leaves it.
WRONG = {
    "photo.csv": (PNG, "'photo.csv' is a PNG image", "Back to CDNOW"),
    "empty.csv": (b"", "'empty.csv' is empty", "Back to CDNOW"),
    "all-orders.txt": (
        layout_file("amazon_all_orders_flat_file", amazon(STORE)),
        "Amazon's all-orders report names no buyer",
        "Cancel",
    ),
}

# What a screen reader would spell out: an escape for Markdown in an attribute, where nothing takes
# it away again.
ESCAPED = """() => [...document.querySelectorAll('*')]
  .flatMap(one => [...one.attributes].map(a => `${one.tagName} ${a.name}: ${a.value}`))
  .filter(words => words.includes('\\\\'))"""


def test_a_wrong_file_gets_its_reason_and_the_loaded_orders_stay(visit):
    page = visit()
    open_cdnow(page)
    for name, (content, message, back) in WRONG.items():
        open_other_orders(page)
        upload(page, content, name)
        alert = page.get_by_role("alert").filter(has_text=message)
        expect(alert).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_role("main")).not_to_contain_text("Traceback")
        page.get_by_role("button", name=back).click()
        sees(page, "CDNOW, real orders")
        expect(metric(page, "Customers")).to_have_text("2,357")


def test_after_a_wrong_file_the_right_one_is_read(visit):
    page = visit()
    upload(page, PNG, "photo.csv")
    expect(page.get_by_role("alert").filter(has_text="PNG image")).to_be_visible()
    upload(page, small_shop(30))
    sees(page, "Check the columns")
    expect(metric(page, "Customers")).to_have_text("30")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_names_from_a_file_are_shown_letter_by_letter(visit):
    name = "<img src=x onerror=alert(1)> **b** $x$ :smile:.csv"
    header = "Order,Email,**Date** [$x$](y),Total,<b>Region</b>"
    rows = [
        f"{i},buyer{i % 9}@example.com,0{1 + i % 9}/0{1 + i % 7}/2024,10,<i>north</i>"
        for i in range(60)
    ]
    page = visit()
    opened = []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    upload(page, order_file(rows, header), name)
    sees(page, "Check the columns")
    expect(page.get_by_role("radiogroup", name="Day or month first", exact=True)).to_be_visible()
    expect(page.get_by_text("In '**Date** [$x$](y)', is '")).to_be_visible()
    expect(metric(page, "Customers")).to_have_text("9")
    assert page.evaluate(ESCAPED) == []
    button(page, "Use these orders").click()
    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text("<img src=x onerror=alert(1)>")
    assert title.inner_text().replace("\u2060", "") == name
    assert page.evaluate(ESCAPED) == []
    open_other_orders(page)
    expect(
        page.get_by_role("button", name="Back to <img src=x onerror=alert(1)> **b**")
    ).to_be_visible()
    assert page.evaluate(ESCAPED) == []
    expect(page.locator("img[src='x']")).to_have_count(0)
    assert opened == []
