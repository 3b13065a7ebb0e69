"""Files that are large enough to meet a fault, and the faults that tests make."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retention.file_worker import process
from tests.pages.conftest import cdnow, front

__all__ = ["cdnow", "front"]  # fixtures, which the pages' tests start from too

ROWS = 20_000


def order_rows(rows: int = ROWS) -> bytes:
    """A CSV file of so many orders of one row each."""
    lines = (
        f"{i},a{i % 4_000}@example.com,2024-{1 + i % 12:02}-{1 + i % 28:02},{i % 90}.50"
        for i in range(rows)
    )
    return "\n".join(["Order,Email,Date,Total", *lines]).encode()


@pytest.fixture
def largest_file() -> Iterator[Callable[[int], None]]:
    """Let no process write a file of more bytes than given: for it, each disk is full then."""
    if sys.platform == "win32":
        pytest.skip("Windows knows no such limit.")
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    process.end_all()  # a worker that waits has no limit

    def limit(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    process.end_all()


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """An empty folder in which temporary folders are made."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place
