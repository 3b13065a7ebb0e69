"""A reload, a second tab and a click in the menu while orders are read: nothing goes unsaid."""

import re

import pytest

from tests.browser.steps import (
    at_rest,
    button,
    expect,
    go_to_segments,
    metric,
    open_cdnow,
    sees,
    small_shop,
    upload,
    use_upload,
)

pytestmark = pytest.mark.browser
FRONT = "Know who will come back"


def notice(page):
    """What the page says about orders that are not here."""
    return page.get_by_role("status").filter(has_text=re.compile("loaded"))


def test_a_reload_says_which_file_was_lost_and_keeps_its_name_to_itself(visit, requests):
    page = visit()
    sees(page, FRONT)
    page.wait_for_timeout(1000)
    expect(notice(page)).to_have_count(0)
    use_upload(page, small_shop(30), "anna <b>private</b>.csv")
    page.reload()
    sees(page, FRONT)
    expect(notice(page)).to_contain_text("anna <b>private</b>.csv is no longer loaded.")
    expect(notice(page)).to_contain_text("Choose the file again below.")
    assert not any("anna" in address for address in [page.url, *requests])
    upload(page, small_shop(30), "anna <b>private</b>.csv")
    button(page, "Use these orders").click()
    expect(metric(page, "Customers")).to_have_text("30")
    expect(notice(page)).to_have_count(0)


def test_a_sample_comes_back_with_one_click_on_any_page(visit):
    page = visit()
    open_cdnow(page)
    page.reload()
    expect(notice(page)).to_contain_text("CDNOW, real orders is no longer loaded.")
    button(page, "Load it again").click()
    expect(metric(page, "Customers")).to_have_text("2,357")
    go_to_segments(page)
    page.reload()
    expect(notice(page)).to_contain_text("CDNOW, real orders is no longer loaded.")
    button(page, "Load it again").click()
    expect(page.get_by_role("main").get_by_role("listitem").first).to_be_visible()
    # While the orders are read a click in the menu asks first.
    expect(page.locator(".st-key-loading-orders")).to_have_count(0)
    page.get_by_role("link", name="This week", exact=True).click()
    expect(metric(page, "Customers")).to_have_text("2,357")


def test_a_file_of_this_computer_is_opened_again_with_one_click(visit, tmp_path, requests):
    path = tmp_path / "private orders.csv"
    path.write_bytes(small_shop(30))
    page = visit()
    page.get_by_text("A file on this computer").click()
    at_rest(page)  # the form is drawn when its part opens, and the rest of the page after it
    page.get_by_role("textbox", name="Path of the order file").fill(str(path))
    button(page, "Open the file").click()
    button(page, "Use these orders").click()
    sees(page, "private orders.csv")
    page.reload()
    expect(notice(page)).to_contain_text("private orders.csv is no longer loaded.")
    button(page, "Open it again").click()
    sees(page, "Check the columns")
    expect(metric(page, "Customers")).to_have_text("30")
    assert not any("private" in address for address in [page.url, *requests])


def test_a_second_tab_says_that_each_has_its_own_and_claims_no_loss(visit):
    page = visit()
    use_upload(page, small_shop(30), "mine.csv")
    second = page.context.new_page()
    second.goto(page.url)
    expect(notice(second)).to_contain_text("mine.csv is loaded in another tab, which keeps it.")
    expect(notice(second)).not_to_contain_text("no longer")
    button(second, "Close this message").click()
    expect(notice(second)).to_have_count(0)
    expect(metric(page, "Customers")).to_have_text("30")
    second.close()
    # Another visitor's browser hears nothing of it.
    other = visit()
    sees(other, FRONT)
    other.wait_for_timeout(1500)
    expect(notice(other)).to_have_count(0)


def test_a_click_in_the_menu_while_orders_are_read_asks_before_it_cancels(visit):
    page, asked, answers = visit(), [], [False, True]

    def answer(dialog):
        asked.append(dialog.message)
        dialog.accept() if answers.pop(0) else dialog.dismiss()

    page.on("dialog", answer)
    reading = page.locator(".st-key-loading-orders [data-testid=stExpander]").or_(
        page.locator(".st-key-reading_orders")
    )
    menu = page.get_by_test_id("stSidebar")
    orders = small_shop(120_000)  # so many that they are still read when the click comes
    upload(page, orders)
    expect(reading.first).to_be_visible()
    menu.get_by_role("link", name="Segments", exact=True).click()
    assert asked == ["Your orders are still being read. Leave this page and stop reading them?"]
    sees(page, "Check the columns")
    expect(button(page, "Use these orders")).to_be_enabled()
    button(page, "Choose another file").click()
    sees(page, FRONT)
    upload(page, orders)
    expect(reading.first).to_be_visible()
    menu.get_by_role("link", name="Segments", exact=True).click()
    expect(button(page, "Load the sample store")).to_be_visible()
    assert len(asked) == 2
    # Where nothing is being read, nobody is asked.
    menu.get_by_role("link", name="This week", exact=True).click()
    sees(page, FRONT)
    assert len(asked) == 2
