"""The server forgets an uploaded file once it has been read."""

import re
from collections.abc import Iterator

import pytest
import requests

from benchmarks.bench_crowd.server import Server, running_app
from benchmarks.bench_crowd.visitor import Visitor
from tests.view.watched_sessions import ORDERS


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with running_app(tmp_path_factory.mktemp("app") / "server.log") as started:
        yield started
        assert started.faults() == []


def uploaded_bytes(server: Server) -> int:
    """Bytes of uploaded files that the server holds, as it says itself."""
    text = requests.get(f"{server.address}/_stcore/metrics", timeout=30).text
    lines = [line for line in text.splitlines() if "UploadedFileManager" in line]
    return sum(int(re.split(r"\s+", line)[1]) for line in lines)


def test_a_file_that_was_read_is_forgotten(server):
    with Visitor(server.address) as visitor:
        visitor.open()
        visitor.upload("orders.csv", ORDERS)
        assert visitor.has_button("Use these orders")
        assert uploaded_bytes(server) == 0
        visitor.click("Use these orders")
        assert visitor.has_button("Load other orders")
        assert visitor.errors == []


def test_a_file_that_was_refused_is_forgotten(server):
    with Visitor(server.address) as visitor:
        visitor.open()
        visitor.upload("orders.csv", b"%PDF-1.7 no orders")
        assert any("cannot be used" in error for error in visitor.errors)
        assert uploaded_bytes(server) == 0
