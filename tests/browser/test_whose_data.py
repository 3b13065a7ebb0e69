"""A whole visit: nobody of the file is named in the log, an address, or what lies on the disk."""

import stat
import sys

import pytest

from tests.browser.conftest import running_app
from tests.browser.steps import (
    at_rest,
    expect,
    go_to_segments,
    metric,
    order_file,
    sees,
    small_shop,
    upload,
    use_upload,
)

pytestmark = pytest.mark.browser
#: A name that stands in the customers of the file and nowhere else.
MARK = "canaryperson"


def visit_with(page, address: str) -> None:
    """A file that is refused, one that is used, and the pages on which customers are named."""
    page.goto(address)
    upload(page, "\n".join(f"{MARK}{i}@example.com" for i in range(50)).encode(), "list.csv")
    expect(page.get_by_text("This file cannot be used")).to_be_visible()
    expect(page.get_by_text(MARK)).to_have_count(0)
    use_upload(page, small_shop(300, MARK))
    expect(metric(page, "Customers")).to_have_text("300")
    go_to_segments(page)
    page.get_by_role("link", name="Customers", exact=True).click()
    sees(page, "Customers")
    page.get_by_role("textbox", name="Find a customer").fill(f"{MARK}17@")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{MARK}17@example.com").first).to_be_visible()
    at_rest(page)


def test_a_visit_leaves_no_customer_in_log_addresses_or_folders(browser, tmp_path, monkeypatch):
    temporary, log, asked = tmp_path / "temporary", tmp_path / "server.log", []
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with running_app(log) as address:
        page = browser.new_context().new_page()
        page.on("request", lambda sent: asked.append(sent.url))
        page.on("framenavigated", lambda frame: asked.append(frame.url))
        visit_with(page, address)
        assert asked
        assert [url for url in asked if MARK in url] == []
        left = [path for path in temporary.rglob("*") if path.is_file()]
        assert [path for path in left if MARK.encode() in path.read_bytes()] == []
        if sys.platform != "win32":
            own = [path for path in temporary.iterdir() if path.name.startswith("orders-")]
            modes = {
                is_folder: {
                    stat.S_IMODE(path.stat().st_mode) for path in own if path.is_dir() == is_folder
                }
                for is_folder in (True, False)
            }
            assert modes[True] == {0o700}, "the engine of the loaded orders has one"
            assert modes[False] == {0o600}, "a file says that the server runs"
        page.context.close()
    assert MARK not in log.read_text(encoding="utf-8", errors="replace")
    assert not (tmp_path / "kept").exists(), "nothing is kept that nobody asked to keep"
    assert [path.name for path in temporary.iterdir() if path.name.startswith("orders-")] == []


def test_two_downloads_that_differ_in_one_cell_stay_apart(visit):
    # Of one length, alike at both ends and in the middle: to Streamlit alone they are one file.
    anna, ben = visit(), visit()
    lists = []
    for page, name in ((anna, "anna"), (ben, "bens")):
        rows = [f"{i},c{i:05}@example.com,2024-01-05,20.50" for i in range(20_000)]
        rows[3_000] = f"3000,c03000{name}@shop.net,2024-01-05,20.50"
        use_upload(page, order_file(rows))
        go_to_segments(page)
        at_rest(page)
    # One click after the other: a run of either page would let go of the first file.
    for page in (anna, ben):
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Download 20,000 customers").click()
        lists.append(waiting.value.path().read_bytes())
    assert len(lists[0]) == len(lists[1]) > 1 << 20
    assert b"c03000anna@shop.net" in lists[0]
    assert b"c03000bens@shop.net" in lists[1]
    assert b"anna" not in lists[1]
