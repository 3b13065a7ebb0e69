"""The connection or the server ends while orders are read: what was kept is whole."""

import signal
import sys

import pytest

from retention.kept_work import folder
from tests.browser.conftest import started_app
from tests.browser.steps import WAIT_SECONDS, button, expect, metric, sees, small_shop, upload
from tests.kept_work.examples import some_work

pytestmark = pytest.mark.browser
#: Lets a test close the connections of a page.
LISTEN = """
window.connections = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) { super(...given); window.connections.push(this); }
};
"""


def reading(page):
    """The line of steps while orders are read."""
    return page.locator(".st-key-loading-orders [data-testid=stExpander]").first


def test_a_connection_that_is_lost_while_orders_are_read_loses_nothing(visit):
    page = visit()
    page.add_init_script(LISTEN)
    page.reload()
    sees(page, "Know who will come back")
    upload(page, small_shop(60_000))
    expect(reading(page)).to_be_visible()
    page.evaluate("window.connections.forEach(one => one.close())")
    sees(page, "Check the columns")
    expect(metric(page, "Customers")).to_have_text("60,000")
    assert page.evaluate("window.connections.length") > 1, "the connection was not lost"
    expect(button(page, "Use these orders")).to_be_enabled()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal.")
def test_a_server_that_is_ended_while_orders_are_read_leaves_all_in_order(
    browser, tmp_path, monkeypatch
):
    temporary, kept = tmp_path / "temporary", tmp_path / "kept"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("RETENTION_HOME", str(kept))
    folder.write(some_work())
    before = {path.name: path.read_bytes() for path in kept.iterdir()}
    with started_app(tmp_path / "server.log", kept=kept) as (process, address):
        page = browser.new_context().new_page()
        page.goto(address)
        upload(page, small_shop(120_000))
        expect(reading(page)).to_be_visible()
        process.send_signal(signal.SIGTERM)
        process.wait(WAIT_SECONDS)
        expect(page.get_by_text("Is Streamlit still running?")).to_be_visible()
        page.context.close()
    assert [path.name for path in temporary.iterdir() if path.name.startswith("orders-")] == []
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == before
    with started_app(tmp_path / "again.log", kept=kept) as (_, address):
        page = browser.new_context().new_page()
        page.goto(address)
        button(page, "Go on").click()
        loaded = page.get_by_test_id("stSidebar").get_by_text("orders.csv + 2 newer files")
        expect(loaded).to_be_visible()
        page.context.close()
