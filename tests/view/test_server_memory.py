"""Free memory goes back to the system while the server still runs."""

import gc
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from retention.view import server_memory, shell
from tests.pages.steps import open_app

ROOT = Path(__file__).parents[2]
on_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="Linux alone places memory this way."
)


#: How each script begins: with pieces placed, or as the libraries do it.
BEGIN = """
import ctypes, sys, threading
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from retention.view import server_memory

def megabytes():
    status = open("/proc/self/status").read()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024

if sys.argv[1] == "placed":
    server_memory.place_pieces()
"""


def printed(script: str, *arguments: str) -> int:
    """The number that a script prints in a process of its own."""
    command = [sys.executable, "-c", BEGIN + script, *arguments]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(outcome.stdout)


#: Prints how many pools of memory the threads of a process have made.
POOLS = """
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


@on_linux
def test_all_threads_take_their_memory_from_few_pools(tmp_path):
    most = server_memory.POOLS + 1  # one may be there before
    assert printed(POOLS, "placed", str(tmp_path / "placed")) <= most
    assert printed(POOLS, "usual", str(tmp_path / "usual")) > most


#: Prints the megabytes that are left of 100 arrays between small pieces, once the arrays are free.
LEFT = """
np.ones(2_000_000)  # the usual library learns from its end to keep arrays of this size
before = megabytes()
small, large = [], []
for _ in range(100):
    large.append(np.ones(200_000))
    small.append(np.ones(1_000))
del large
print(megabytes() - before)
"""


@on_linux
def test_a_large_piece_goes_back_as_soon_as_it_is_free():
    assert printed(LEFT, "placed") < 20
    assert printed(LEFT, "usual") > 100


#: Prints the megabytes that are left of what threads took from Arrow, once they have ended and a
#: tenth of it is still needed.
LEFT_BY_ARROW = """
before = megabytes()
needed = []
def take():
    texts = pa.array([f"text {n}" for n in range(20_000)])
    needed.extend([pc.utf8_upper(texts) for _ in range(400)][::40])
threads = [threading.Thread(target=take) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
server_memory.give_back()
print(megabytes() - before)
"""


@on_linux
def test_what_arrow_took_goes_back_once_its_thread_has_ended():
    assert printed(LEFT_BY_ARROW, "placed") < 100
    assert printed(LEFT_BY_ARROW, "usual") > 150


class Loop:
    """Something that refers to itself, as sessions do."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def passed_over() -> Iterator[weakref.ref[Loop]]:
    """Something that nobody refers to, and that the collector passes over."""
    loop = Loop()
    server_memory.pass_over_what_stays()
    held = weakref.ref(loop)
    del loop
    gc.collect()
    assert held() is not None
    yield held
    gc.unfreeze()


def work() -> None:
    """Work for as long as pages do before memory goes back."""
    until = time.process_time() + 1.5 * server_memory.WORKED_SECONDS
    while time.process_time() < until:
        sum(range(1_000))


def test_what_the_collector_passes_over_goes_with_the_end_of_a_session(passed_over):
    server_memory.give_back_ended()
    assert passed_over() is None


def test_after_the_end_of_a_session_the_collector_passes_over_the_rest_once_pages_worked(
    passed_over, monkeypatch
):
    monkeypatch.setattr(server_memory, "EVERY_SECONDS", 0.05)
    server_memory.give_back_ended()
    sees_all = gc.get_freeze_count()
    loop = Loop()
    ended = server_memory.give_back_after_work()
    try:
        work()
        until = time.monotonic() + 30
        while gc.get_freeze_count() == sees_all and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        ended.set()
    held = weakref.ref(loop)
    del loop
    gc.collect()
    assert held() is not None
    server_memory.give_back_ended()
    assert held() is None


def test_memory_goes_back_after_work_and_not_while_nobody_works(monkeypatch):
    # Other tests of this process may leave threads that work, so the clock is the test's own.
    worked, times = [7.0], []
    monkeypatch.setattr(server_memory, "EVERY_SECONDS", 0.05)
    monkeypatch.setattr(server_memory, "give_back", lambda: times.append(time.monotonic()))
    monkeypatch.setattr(server_memory, "time", SimpleNamespace(process_time=lambda: worked[0]))
    ended = server_memory.give_back_after_work()
    try:
        time.sleep(0.5)
        assert times == []
        worked[0] += 1.5 * server_memory.WORKED_SECONDS
        time.sleep(0.5)
        assert len(times) == 1
    finally:
        ended.set()
        gc.unfreeze()


def test_a_page_that_a_test_runs_gives_no_memory_back(monkeypatch):
    """The thread would look through all that the tests hold, every 15 seconds."""
    started = []
    monkeypatch.setattr(server_memory, "place_pieces", lambda: started.append("pieces"))
    monkeypatch.setattr(server_memory, "give_back_after_work", lambda: started.append("thread"))
    shell._prepare_server.clear()
    assert not open_app().run().exception
    assert started == []


def test_memory_goes_back_although_the_library_is_another_one(monkeypatch):
    monkeypatch.setattr(server_memory, "_of_gnu", lambda name: None)
    server_memory.place_pieces()
    server_memory.give_back()
