"""Work outlives the page: as a file, and on the computer that the app runs on. Nowhere else."""

import re
import time
from pathlib import Path

import pytest

from retention.kept_work.work_file import work_of_bytes
from tests.browser.conftest import DESKTOP, running_app
from tests.browser.steps import (
    WAIT_SECONDS,
    at_rest,
    button,
    download,
    expect,
    go_to_segments,
    metric,
    open_cdnow,
    press,
    sees,
    small_shop,
    thumb,
    upload_all,
    use_upload,
)

pytestmark = pytest.mark.browser
FRONT = "Know who will come back"


def open_dialog(page):
    at_rest(page)
    button(page, "Save my work").first.click()  # on the store settings stands a second one
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def close_dialog(page) -> None:
    at_rest(page)
    # Escape closes it only while the focus is inside, which a download may take away.
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    at_rest(page)


def switch(page, label: str) -> None:
    page.get_by_role("dialog").get_by_text(label, exact=True).click()
    at_rest(page)


def raise_margin(page) -> None:
    """Set the margin to 41%, a step above where it begins."""
    page.get_by_role("link", name="Store settings", exact=True).click()
    sees(page, "Store settings")
    at_rest(page)
    press(thumb(page, "Margin"), "ArrowRight", start="40%", until="41%")
    at_rest(page)


def sees_margin(page, percent: str) -> None:
    page.get_by_role("link", name="Store settings", exact=True).click()
    sees(page, "Store settings")
    expect(thumb(page, "Margin")).to_have_attribute("aria-valuetext", percent)
    at_rest(page)


def offer(page):
    return page.locator(".st-key-kept-work")


def wait_for(condition) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_saved_with_its_orders_all_comes_back_from_one_file(visit, requests):
    page = visit()
    use_upload(page, small_shop(30, "anna"), "anna.csv")
    raise_margin(page)
    dialog = open_dialog(page)
    switch(page, "With the orders themselves")
    expect(dialog).to_contain_text("personal data")
    name, content = download(page, re.compile("^Save the file$"))
    assert name == "anna.retention"
    work = work_of_bytes(content)
    assert (work.source.customers, work.settings.margin) == (30, 0.41)

    page.reload()
    sees(page, "Store settings")  # a page that works without data
    page.get_by_role("link", name="This week", exact=True).click()
    sees(page, FRONT)
    page.get_by_text("Open my work", exact=True).click()
    at_rest(page)
    page.locator("input[type=file]").last.set_input_files(
        [{"name": name, "mimeType": "application/zip", "buffer": content}]
    )
    # The page that was open comes back with the orders.
    sees(page, "Store settings")
    sees_margin(page, "41%")
    page.get_by_role("link", name="This week", exact=True).click()
    sees(page, "anna.csv")
    expect(metric(page, "Customers")).to_have_text("30")
    assert not any("anna" in address for address in [page.url, *requests])


def test_without_its_orders_the_work_asks_for_the_export_or_takes_one_beside_it(visit):
    page = visit()
    use_upload(page, small_shop(30), "shop.csv")
    raise_margin(page)
    open_dialog(page)
    name, content = download(page, re.compile("^Save the file$"))
    assert work_of_bytes(content).orders is None
    close_dialog(page)

    other = visit()
    sees(other, FRONT)
    upload_all(other, {name: content})  # the field for orders takes it too
    expect(other.get_by_text("its orders are not in the file")).to_be_visible()
    use_upload_anew(other, small_shop(30), "shop.csv")
    sees(other, "Store settings")
    sees_margin(other, "41%")

    third = visit()
    sees(third, FRONT)
    upload_all(third, {name: content, "newer.csv": small_shop(43)})
    sees(third, "Check the columns")
    button(third, "Use these orders").click()
    sees(third, "Store settings")
    sees_margin(third, "41%")


def use_upload_anew(page, content: bytes, name: str) -> None:
    at_rest(page)
    upload_all(page, {name: content})
    button(page, "Use these orders").click()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"Order,Email\n1,a@example.com\n", "holds no saved work"),
        (b"PK\x03\x04" + bytes(200), "ends too early or is damaged"),
    ],
)
def test_a_hostile_file_gets_words(visit, content, says):
    page = visit()
    sees(page, FRONT)
    upload_all(page, {"work.retention": content})
    expect(page.get_by_role("alert").filter(has_text=says)).to_be_visible()
    open_cdnow(page)


@pytest.fixture
def at_home(browser, tmp_path):
    """A server of this computer alone, with a folder of its own for kept work."""
    with running_app(tmp_path / "server.log", kept=tmp_path / "kept") as address:
        yield address, tmp_path / "kept"


def opened(browser, address: str):
    page = browser.new_context(viewport=DESKTOP, accept_downloads=True).new_page()
    page.set_default_timeout(WAIT_SECONDS * 1000)
    page.goto(address)
    return page


def test_kept_on_this_computer_one_click_goes_on(browser, at_home):
    address, kept = at_home
    page = opened(browser, address)
    sees(page, FRONT)
    expect(offer(page)).to_have_count(0)
    use_upload(page, small_shop(30, "anna"), "Lane <b>x</b>.csv")
    assert not kept.exists()
    open_dialog(page)
    switch(page, "Keep on this computer")
    close_dialog(page)
    wait_for((kept / "work.retention").exists)
    raise_margin(page)
    wait_for(lambda: _kept(kept).settings.margin == 0.41)
    go_to_segments(page)
    wait_for(lambda: _kept(kept).page.path == "pages/segments.py")
    assert {path.stat().st_mode & 0o777 for path in kept.iterdir()} == {0o600}

    page.reload()
    expect(offer(page)).to_contain_text("Go on with Lane <b>x</b>.csv, orders up to ")
    expect(offer(page)).to_contain_text(", 30 customers, kept")
    expect(page.get_by_text("is no longer loaded")).to_have_count(0)
    page.goto(address)
    sees(page, FRONT)
    expect(offer(page)).to_contain_text("30 customers")
    button(page, "Go on").click()
    sees(page, "Segments")
    at_rest(page)
    sees_margin(page, "41%")
    page.get_by_role("link", name="This week", exact=True).click()
    sees(page, "Lane <b>x</b>.csv")

    # It is kept further, and forgotten at a click.
    open_dialog(page)
    expect(page.get_by_role("dialog")).to_contain_text("Kept on this computer")
    close_dialog(page)
    page.goto(address)
    sees(page, FRONT)
    button(page, "Forget it").click()
    button(page, "Delete what is kept").click()
    expect(page.get_by_text("Nothing is kept on this computer any longer.")).to_be_visible()
    assert not kept.exists()
    page.context.close()


def test_damaged_kept_work_gets_words_and_can_be_forgotten(browser, at_home):
    address, kept = at_home
    kept.mkdir()
    (kept / "work.retention").write_bytes(b"PK\x03\x04 no zip file")
    page = opened(browser, address)
    sees(page, FRONT)
    expect(page.get_by_role("alert").filter(has_text="damaged")).to_be_visible()
    button(page, "Forget it").click()
    button(page, "Delete what is kept").click()
    expect(page.get_by_text("Nothing is kept on this computer any longer.")).to_be_visible()
    assert not kept.exists()
    page.context.close()


def test_on_a_public_address_nothing_is_kept_and_nobody_sees_anything(browser, at_home, tmp_path):
    home, kept = at_home
    page = opened(browser, home)
    sees(page, FRONT)
    use_upload(page, small_shop(30, "anna"), "anna.csv")
    open_dialog(page)
    switch(page, "Keep on this computer")
    wait_for((kept / "work.retention").exists)
    page.context.close()
    before = {path.name: path.stat().st_mtime_ns for path in kept.iterdir()}

    log = tmp_path / "public.log"
    with running_app(log, listens_on="0.0.0.0", kept=kept) as address:
        anna, ben = opened(browser, address), opened(browser, address)
        for visitor in (anna, ben):
            sees(visitor, FRONT)
            at_rest(visitor)
            expect(offer(visitor)).to_have_count(0)
            expect(visitor.get_by_text("anna.csv")).to_have_count(0)
        use_upload(anna, small_shop(43, "carl"), "carl.csv")
        expect(open_dialog(anna)).to_contain_text("One file brings everything back")
        expect(anna.get_by_text("Keep on this computer")).to_have_count(0)
        anna.reload()
        ben.reload()
        for visitor in (anna, ben):
            sees(visitor, FRONT)
            at_rest(visitor)
            expect(offer(visitor)).to_have_count(0)
        expect(ben.get_by_text("carl.csv")).to_have_count(0)
        for visitor in (anna, ben):
            visitor.context.close()
    assert {path.name: path.stat().st_mtime_ns for path in kept.iterdir()} == before
    said = log.read_text(encoding="utf-8", errors="replace")
    assert "anna" not in said
    assert "carl" not in said


def _kept(kept: Path):
    return work_of_bytes((kept / "work.retention").read_bytes())
