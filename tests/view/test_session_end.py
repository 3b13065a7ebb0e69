"""A closed tab leaves nothing behind, and a lost connection loses nothing."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.bench_crowd.server import Server, running_app
from benchmarks.bench_crowd.visitor import Visitor
from tests.view.watched_sessions import HELD, ORDERS, alive, becomes, write_app

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_app(tmp_path_factory.mktemp("watched"))


@pytest.fixture(scope="module")
def server(folder) -> Iterator[Server]:
    with running_app(folder / "server.log", folder) as started:
        yield started
        assert started.faults() == []


def shop(server: Server, folder: Path) -> Visitor:
    """A visitor who has loaded orders."""
    visitor = Visitor(server.address)
    visitor.open()
    visitor.upload("orders.csv", ORDERS)
    visitor.click("load")
    assert becomes(folder, HELD)
    return visitor


def test_the_last_who_leaves_leaves_nothing_behind(server, folder):
    shop(server, folder).leave()
    assert becomes(folder, set())


def test_who_was_there_when_the_server_was_prepared_leaves_nothing_behind(server, folder):
    visitor = shop(server, folder)
    visitor.click("prepare the server")
    assert alive(folder) >= {"customers", "engine"}
    visitor.leave()
    assert becomes(folder, set())


def test_who_leaves_beside_somebody_idle_leaves_no_orders_behind(server, folder):
    with Visitor(server.address) as other:
        other.open()
        visitor = shop(server, folder)
        other.open()
        visitor.leave()
        assert becomes(folder, set())


def test_a_lost_connection_keeps_its_orders(server, folder):
    visitor = shop(server, folder)
    visitor.lose_connection()
    # Streamlit itself empties the caches. Whoever comes back fills them again.
    time.sleep(3)  # ten times as long as a closed tab has
    assert alive(folder) >= {"customers", "engine", "upload"}
    with Visitor(server.address, visitor.session) as back:
        back.open()
        assert back.session == visitor.session
        assert becomes(folder, HELD)
    assert becomes(folder, set())
