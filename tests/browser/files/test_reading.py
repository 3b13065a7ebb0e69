"""What a file leaves open is asked, and a file of this computer is read by its path."""

import pytest

from tests.browser.steps import (
    at_rest,
    button,
    expect,
    metric,
    order_file,
    sees,
    small_shop,
    upload,
)

pytestmark = pytest.mark.browser

STATUSES = ("Paid", "Paid", "Zephyr", "Canceled")
ROWS = [
    f"{n},c{n % 30}@x.com,2024-{1 + n % 12:02}-{1 + n % 28:02},10.50,{STATUSES[n % 4]}"
    for n in range(200)
]


def test_what_an_unknown_status_means_is_asked_and_the_answer_counts(visit):
    page = visit()
    upload(page, order_file(ROWS, "Order,Email,Date,Total,Status"))
    sees(page, "Check the columns")
    expect(metric(page, "Orders")).to_have_text("150")
    expect(page.get_by_text("What does the status 'Zephyr' mean? 50 rows have it.")).to_be_visible()
    page.get_by_role("combobox", name="Meaning of unknown status 1").click()
    page.get_by_role("option", name="Cancelled", exact=True).click()
    expect(metric(page, "Orders")).to_have_text("100")
    button(page, "Use these orders").click()
    sees(page, "orders.csv")
    expect(metric(page, "Orders")).to_have_text("100")
    # Of the status nothing is said any more; that a third of the rows is left out is.
    alert = page.get_by_role("alert")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("Cancelled or voided")


def test_a_file_of_this_computer_is_read_by_its_path(visit, tmp_path):
    path = tmp_path / "my orders.csv"
    path.write_bytes(small_shop(30))
    page = visit()
    page.get_by_text("A file on this computer").click()
    at_rest(page)  # the form is drawn when its part opens, and the rest of the page after it
    page.get_by_role("textbox", name="Path of the order file").fill(str(path))
    button(page, "Open the file").click()
    sees(page, "Check the columns")
    expect(metric(page, "Customers")).to_have_text("30")
    button(page, "Use these orders").click()
    sees(page, "my orders.csv")


def test_a_path_without_a_file_says_so(visit, tmp_path):
    page = visit()
    page.get_by_text("A file on this computer").click()
    at_rest(page)  # the form is drawn when its part opens, and the rest of the page after it
    page.get_by_role("textbox", name="Path of the order file").fill(str(tmp_path / "nothing.csv"))
    button(page, "Open the file").click()
    expect(page.get_by_role("alert").filter(has_text="There is no file at")).to_be_visible()
