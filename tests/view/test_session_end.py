"""A closed tab leaves nothing behind, and a lost connection loses nothing."""

import time
from collections.abc import Iterator

import pytest

from benchmarks.bench_crowd.server import Server, running_app
from benchmarks.bench_crowd.visitor import Visitor
from tests.view.watched_sessions import HELD, ORDERS, write_app


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    folder = write_app(tmp_path_factory.mktemp("watched"))
    with running_app(folder / "server.log", folder) as started:
        yield started
        assert started.faults() == []


def shop(server: Server) -> Visitor:
    """A visitor who has loaded orders."""
    visitor = Visitor(server.address)
    visitor.open()
    visitor.upload("orders.csv", ORDERS)
    visitor.click("load")
    assert alive(visitor) == set(HELD)
    return visitor


def alive(visitor: Visitor) -> set[str]:
    visitor.click("look")
    words = next(line for line in visitor.text().splitlines() if line.startswith("alive:"))
    return {name.strip() for name in words.partition(":")[2].split(",")} - {""}


def test_what_a_session_held_is_gone_soon_after_its_tab_is_closed(server):
    with Visitor(server.address) as other:
        other.open()
        shop(server).leave()
        end = time.monotonic() + 20
        while alive(other) and time.monotonic() < end:
            time.sleep(0.2)
        assert alive(other) == set()


def test_a_lost_connection_keeps_its_orders(server):
    with Visitor(server.address) as other:
        other.open()
        visitor = shop(server)
        visitor.lose_connection()
        time.sleep(2)  # ten times as long as a closed tab has
        # Streamlit itself empties the caches: they are filled again by whoever comes back.
        assert alive(other) == set(HELD) - {"kept result"}
        with Visitor(server.address, visitor.session) as back:
            back.open()
            assert back.session == visitor.session
        end = time.monotonic() + 20
        while alive(other) and time.monotonic() < end:
            time.sleep(0.2)
        assert alive(other) == set()
