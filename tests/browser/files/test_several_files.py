"""Several files at once: read as one, overlapping, and with one among them that does not fit."""

import pytest

from tests.browser.steps import (
    button,
    expect,
    metric,
    order_file,
    sees,
    small_shop,
    upload_all,
)

pytestmark = pytest.mark.browser

ROWS = small_shop(30).decode().splitlines()[1:]


def test_two_files_are_read_as_one(visit):
    page = visit()
    upload_all(page, {"spring.csv": order_file(ROWS[:60]), "summer.csv": order_file(ROWS[60:])})
    sees(page, "Check the columns")
    expect(metric(page, "Customers")).to_have_text("30")
    expect(metric(page, "Orders")).to_have_text(str(len(ROWS)))
    page.get_by_text("2 files or sheets read as one").click()
    expect(page.get_by_text("spring.csv: 60 rows")).to_be_visible()
    button(page, "Use these orders").click()
    sees(page, "spring.csv and 1 more file")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_overlapping_files_count_an_order_once(visit):
    page = visit()
    upload_all(page, {"spring.csv": order_file(ROWS[:70]), "summer.csv": order_file(ROWS[50:])})
    sees(page, "Check the columns")
    expect(metric(page, "Orders")).to_have_text(str(len(ROWS)))
    said = page.get_by_text("stand more than once and count once")
    expect(said).to_contain_text("20 orders")
    page.get_by_text("Rows left out, and why", exact=True).click()
    button(page, "Use these orders").click()
    sees(page, "spring.csv and 1 more file")
    expect(metric(page, "Customers")).to_have_text("30")


def test_a_file_that_does_not_fit_is_named_and_taken_out(visit):
    page = visit()
    other = order_file(["1,x,2024-01-01"], "Sale,Buyer,Day")
    upload_all(page, {"spring.csv": order_file(ROWS), "etsy.csv": other})
    alert = page.get_by_role("alert").filter(has_text="'etsy.csv' does not fit with 'spring.csv'")
    expect(alert).to_be_visible()
    page.get_by_role("button", name="Remove etsy.csv").click()
    sees(page, "Check the columns")
    expect(metric(page, "Customers")).to_have_text("30")
