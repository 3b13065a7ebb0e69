"""A newer export is added to loaded orders, and the front page says what it has changed."""

import re

import pytest

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
    small_shop,
    upload,
    use_upload,
)

pytestmark = pytest.mark.browser

HEADER = "Order,Email,Date,Total,Status"
ROWS = sorted(
    (f"{row},paid" for row in small_shop(40).decode().splitlines()[1:]),
    key=lambda row: row.split(",")[2],
)
OLD = order_file(ROWS[:100], HEADER)
#: The rest of the orders and some of the last ones: one was cancelled, one is not there.
NEWER = order_file(
    [ROWS[80].replace("paid", "cancelled"), *ROWS[81:90], *ROWS[91:]],
    HEADER,
)


def test_a_newer_export_is_added_to_the_loaded_orders(visit):
    page = visit()
    use_upload(page, OLD)
    expect(metric(page, "Orders")).to_have_text("100")
    at_rest(page)
    open_other_orders(page)
    upload(page, NEWER, "newer.csv")
    sees(page, "Check the columns")
    new = len(ROWS) - 100
    said = f"{new} orders are new, 1 has changed (1 cancelled), 1 is missing from the newer file."
    expect(page.get_by_text(said)).to_be_visible()
    at_rest(page)
    button(page, "Add to the loaded orders").click()
    sees(page, "orders.csv + 1 newer file")
    expect(page.get_by_text("newer.csv was added.")).to_be_visible()
    expect(page.get_by_text(said)).to_have_count(1)
    expect(metric(page, "Orders")).to_have_text(str(len(ROWS) - 1))
    at_rest(page)
    page.get_by_text("The 2 changed and missing orders").click()
    # What is folded away is built once it is opened.
    _, changes = download(page, re.compile("Download the changed and missing"))
    listed = rows_of(changes)
    assert [row["change"] for row in listed] == ["cancelled", "missing"]
    button(page, "Got it").click()
    expect(page.get_by_text(said)).to_have_count(0)
    expect(metric(page, "Orders")).to_have_text(str(len(ROWS) - 1))
