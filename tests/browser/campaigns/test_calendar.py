"""A campaign goes out, newer orders come, and the Calendar keeps it as history."""

import re
from datetime import timedelta

import pytest

from tests.browser.campaigns.shop import TODAY, history, menu
from tests.browser.steps import (
    at_rest,
    button,
    expect,
    open_other_orders,
    order_file,
    sees,
    upload,
    use_upload,
)

pytestmark = pytest.mark.browser

#: The copy in the list; a name from a visitor holds a joiner, so that no emoji is read in it.
SECOND = re.compile("1. Reactivation:.? At risk 2")
PHONE = {"width": 390, "height": 844}


def newer(before: list[str]) -> bytes:
    """The same shop twelve days later: some have ordered again."""
    rows = [
        f"later-{place},c{place * 7:04}@example.com,{TODAY + timedelta(days=place % 12)},44.00"
        for place in range(60)
    ]
    return order_file([*before, *rows])


def test_what_has_gone_out_stays_as_it_was_when_newer_orders_come(visit):
    before = history()
    page = visit("/")
    use_upload(page, order_file(before))
    menu(page, "Plan")
    at_rest(page)
    button(page, "Keep this campaign").click()
    expect(button(page, "Keep the changes")).to_be_visible()
    at_rest(page)
    menu(page, "Calendar")
    button(page, "It goes out").click()
    expect(page.get_by_text("both groups are kept")).to_be_visible()
    at_rest(page)
    planned = page.get_by_text(re.compile(r"^1 campaign addresses \d+ customers")).text_content()
    addressed = re.search(r"(\d+) customers", planned).group(1)

    open_other_orders(page)
    upload(page, newer(before), "later.csv")
    button(page, "Use these orders").click()
    sees(page, "later.csv")
    menu(page, "Calendar")
    expect(page.get_by_text("No campaign is planned, and 1 has gone out.")).to_be_visible()
    expect(page.get_by_text("day 12 of 60. Look on")).to_be_visible()
    expect(page.get_by_text(re.compile(rf"60 days\. {addressed} addressed, "))).to_be_visible()
    expect(page.get_by_role("heading", name="In order of priority")).to_have_count(0)

    # A copy of it leaves its customers alone while it runs.
    button(page, "Plan it again").click()
    sees(page, "Plan")
    at_rest(page)
    page.get_by_role("radio", name="Left out").click()
    expect(page.get_by_text(re.compile("Still in “Reactivation:.? At risk” until"))).to_be_visible()
    at_rest(page)
    button(page, "Keep this campaign").click()
    expect(button(page, "Keep the changes")).to_be_visible()
    at_rest(page)
    menu(page, "Calendar")
    expect(page.get_by_text(SECOND)).to_be_visible()
    at_rest(page)
    page.set_viewport_size(PHONE)
    at_rest(page)
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 1

    # Its deletion asks first.
    button(page, "Delete").last.click()
    expect(page.get_by_text("will be deleted, with its groups, its result")).to_be_visible()
    button(page, "Delete it and its result").click()
    expect(page.get_by_role("heading", name="Gone out")).to_have_count(0)
    expect(page.get_by_text(SECOND)).to_be_visible()
