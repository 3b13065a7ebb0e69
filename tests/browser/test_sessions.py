"""Two visitors of one server at the same time: neither ever sees the other's orders."""

import re

import pytest

from tests.browser.steps import (
    STAGES,
    button,
    choose_segment,
    download,
    expect,
    go_to_segments,
    metric,
    rows_of,
    sees,
    small_shop,
    stage_counts,
    upload,
    use_upload,
)

pytestmark = pytest.mark.browser


def test_two_visitors_with_different_files_never_see_each_others_numbers(visit):
    # The same file name on purpose, and every step of the one between two steps of the other.
    anna, ben = visit(), visit()
    upload(anna, small_shop(30, "anna"))
    upload(ben, small_shop(43, "ben"))
    for page, customers in ((anna, "30"), (ben, "43")):
        sees(page, "Check the columns")
        expect(metric(page, "Customers")).to_have_text(customers)
    for page in (anna, ben):
        button(page, "Use these orders").click()
    for page, customers in ((anna, "30"), (ben, "43")):
        sees(page, "orders.csv")
        expect(metric(page, "Customers")).to_have_text(customers)
    for page in (anna, ben):
        go_to_segments(page)
    assert sum(stage_counts(anna).values()) == 30
    assert sum(stage_counts(ben).values()) == 43
    for page, name in ((anna, "anna"), (ben, "ben")):
        counts = stage_counts(page)
        largest = max(STAGES, key=counts.get)
        choose_segment(page, largest)
        _, content = download(page, re.compile(rf"^Download {counts[largest]} customers?$"))
        found = rows_of(content)
        assert len(found) == counts[largest]
        assert all(re.fullmatch(rf"{name}\d+@example\.com", row["customer_id"]) for row in found)


def test_a_new_visitor_and_a_reloaded_page_start_with_nothing(visit):
    page = visit()
    use_upload(page, small_shop(30))
    expect(metric(page, "Customers")).to_have_text("30")
    newcomer = visit("/segments")
    expect(button(newcomer, "Load the sample store")).to_be_visible()
    expect(newcomer.get_by_text("orders.csv")).to_have_count(0)
    page.reload()
    expect(button(page, "Open CDNOW")).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(0)
    # Its own browser alone still knows the name, to say what is gone.
    expect(page.get_by_text("orders.csv")).to_have_text("orders.csv is no longer loaded.")
