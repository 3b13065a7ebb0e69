"""A tab that a real browser closes or leaves takes its session's orders with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.bench_crowd.server import Server, running_app
from tests.browser.steps import at_rest, button
from tests.view.watched_sessions import HELD, ORDERS, becomes, write_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_app(tmp_path_factory.mktemp("watched"))


@pytest.fixture(scope="module")
def server(browser, folder) -> Iterator[Server]:
    with running_app(folder / "server.log", folder) as started:
        yield started


@pytest.mark.parametrize("way", ["close", "reload", "leave"])
def test_a_tab_takes_its_orders_along(browser, server, folder, way) -> None:
    page = browser.new_context().new_page()
    page.goto(server.address)
    at_rest(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "orders.csv", "mimeType": "text/csv", "buffer": ORDERS}
    )
    at_rest(page)
    button(page, "load").click()
    assert becomes(folder, HELD)
    {"close": page.close, "reload": page.reload, "leave": lambda: page.goto("about:blank")}[way]()
    assert becomes(folder, set())
    page.context.close()
