"""The memory of the server: how its pieces are placed, and when free ones go back to the system.

All sessions share a process. What a page took to draw itself is free once it is drawn, and other
programs should have it while the visitor reads.
"""

import ctypes
import gc
import threading
import time
from collections.abc import Callable
from functools import cache

import pyarrow as pa

#: Pools in which the GNU C library keeps the memory of all threads, and the number by which
#: `mallopt` knows this setting (malloc.h). It makes eight a core, and each keeps gaps of its own.
POOLS, _M_ARENA_MAX = 2, -8
#: Bytes from which a piece stands alone, outside the pools: it goes back as soon as it is free.
#: The library goes up to 32 MB as such pieces are freed. Smaller ones are what a slider takes.
STANDS_ALONE, _M_MMAP_THRESHOLD = 1024 * 1024, -3
#: Free bytes at the end of a pool that stay for the next answer, until `give_back`.
STAYS, _M_TRIM_THRESHOLD = 32 * 1024 * 1024, -1
#: Seconds between two looks at whether pages have worked.
EVERY_SECONDS = 15.0
#: Seconds of a processor by which they have worked enough to look for free memory.
WORKED_SECONDS = 0.5
#: Between the collecting of garbage and the passing over of the rest no session may end.
_ONE_AT_A_TIME = threading.Lock()
#: Whether a session has ended since the collector was last told to pass over what stays.
_SEES_ALL = threading.Event()


def place_pieces() -> None:
    """Let all threads take small pieces from few pools, and large ones from the system.

    A page runs in a thread of its own. What it frees between pieces that stay is used again by the
    next page only where that one takes from the same pool. Arrow's own pool keeps what a thread
    frees for that thread, which is gone by then.
    """
    set_option = _of_gnu("mallopt")
    if set_option is not None:
        set_option(_M_ARENA_MAX, POOLS)
        set_option(_M_MMAP_THRESHOLD, STANDS_ALONE)
        set_option(_M_TRIM_THRESHOLD, STAYS)
        pa.set_memory_pool(pa.system_memory_pool())


def pass_over_what_stays() -> None:
    """Collect all garbage, and let Python's collector pass over what is there now.

    What has been imported stays, and the collector need not look at it after each run of a page.
    Sessions that are there are passed over as well, so the end of one undoes this with
    `give_back_ended`: nothing else would ever find what refers to itself in it.
    """
    with _ONE_AT_A_TIME:
        gc.collect()
        gc.freeze()


def give_back() -> None:
    """Give memory that nobody uses back to the system, as far as its libraries can."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    trim = _of_gnu("malloc_trim")
    if trim is not None:
        trim(0)


def give_back_ended() -> None:
    """Give back what an ended session held, even where the collector passed over it."""
    with _ONE_AT_A_TIME:
        gc.unfreeze()
        _SEES_ALL.set()
        give_back()


def give_back_after_work() -> threading.Event:
    """Give free memory back from now on, each time that pages have worked.

    From then on the collector passes over what stays again, if the end of a session undid that.

    Returns:
        What ends it once it is set.
    """
    ended = threading.Event()

    def look_again() -> None:
        worked = time.process_time()
        while not ended.wait(EVERY_SECONDS):
            if time.process_time() - worked >= WORKED_SECONDS:
                with _ONE_AT_A_TIME:
                    give_back()
                    if _SEES_ALL.is_set():
                        gc.freeze()
                        _SEES_ALL.clear()
                worked = time.process_time()

    threading.Thread(target=look_again, name="memory goes back", daemon=True).start()
    return ended


@cache
def _of_gnu(name: str) -> Callable[..., int] | None:
    """A function of the GNU C library by its name; None where there is another library."""
    try:
        function: Callable[..., int] = getattr(ctypes.CDLL("libc.so.6"), name)
    except (OSError, AttributeError):
        return None
    return function
