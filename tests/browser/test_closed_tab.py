"""A tab that a real browser closes or leaves takes its session's orders with it."""

import time
from collections.abc import Iterator

import pytest

from benchmarks.bench_crowd.server import Server, running_app
from tests.browser.steps import WAIT_SECONDS, Page, at_rest, button, expect
from tests.view.watched_sessions import HELD, ORDERS, write_app

pytestmark = pytest.mark.browser

ALL = "alive: " + ", ".join(HELD)


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory) -> Iterator[Server]:
    folder = write_app(tmp_path_factory.mktemp("watched"))
    with running_app(folder / "server.log", folder) as started:
        yield started


@pytest.mark.parametrize("way", ["close", "reload", "leave"])
def test_a_tab_takes_its_orders_along(browser, server, way) -> None:
    shop, other = (browser.new_context().new_page() for _ in range(2))
    for page in (shop, other):
        page.goto(server.address)
        at_rest(page)
    shop.locator("input[type=file]").set_input_files(
        {"name": "orders.csv", "mimeType": "text/csv", "buffer": ORDERS}
    )
    button(shop, "load").click()
    expect(shop.get_by_text(ALL)).to_be_visible()
    {"close": shop.close, "reload": shop.reload, "leave": lambda: shop.goto("about:blank")}[way]()
    assert is_gone(other)
    for page in (shop, other):
        page.context.close()


def is_gone(page: Page) -> bool:
    """Whether nothing of the other session is alive after a while, as the page says."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        button(page, "look").click()
        at_rest(page)
        if page.get_by_text("alive:", exact=True).count():
            return True
    return False
