"""A closed tab leaves nothing behind, and a lost connection loses nothing."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.bench_crowd.server import Server, running_app
from benchmarks.bench_crowd.visitor import Visitor
from retention.view import session_end
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


#: Prints how many pools of memory the threads of a process have made.
POOLS = """
import ctypes, sys, threading
from retention.view import session_end

if sys.argv[1] == "shared":
    session_end.share_memory_pools()
together = threading.Barrier(12)
def take():
    together.wait()
    held = [bytes(20_000 + n) for n in range(500)]
    together.wait()
    return held
threads = [threading.Thread(target=take) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL("libc.so.6")
libc.fopen.restype = ctypes.c_void_p
told = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, ctypes.c_void_p(told))
libc.fclose(ctypes.c_void_p(told))
print(open(sys.argv[2]).read().count("<heap nr"))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone has these pools.")
def test_all_threads_take_their_memory_from_few_pools(tmp_path):
    def pools(which: str) -> int:
        command = [sys.executable, "-c", POOLS, which, str(tmp_path / which)]
        outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return int(outcome.stdout)

    assert pools("shared") <= session_end.MEMORY_POOLS + 1  # one may be there before
    assert pools("apart") > session_end.MEMORY_POOLS + 1
