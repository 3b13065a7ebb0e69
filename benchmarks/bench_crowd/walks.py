"""What visitors do: walk through the pages, load their own orders, upload again and again."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier

from benchmarks.bench_crowd.visitor import LostSessionError, Visitor

#: Sliders of a page that are moved, and how often each.
SLIDERS, MOVES = 2, 3
#: The page that every visitor of large orders opens beside the front page.
SEGMENTS = "segments"


@dataclass(slots=True)
class Crowd:
    """What a crowd met.

    Attributes:
        sessions: How many came.
        lost: Why sessions were lost.
        errors: What pages showed in place of an answer.
        took: Seconds of each answer, with what was asked for.
        held: What was measured as soon as all had done.
        held_later: What was measured some seconds after that, while all were still there.
    """

    sessions: int
    lost: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    took: list[tuple[str, float]] = field(default_factory=list)
    held: float = 0.0
    held_later: float = 0.0

    def seconds(self, what: str) -> list[float]:
        """Return the seconds of the answers of one kind."""
        return [seconds for asked, seconds in self.took if asked.startswith(what)]


def crowd(
    address: str,
    walks: Sequence[Callable[[Visitor], None]],
    measure: Callable[[], float],
    reading: float,
) -> Crowd:
    """Let visitors come at once, one for each walk, and leave together once all have done.

    Args:
        address: Of the app.
        walks: What each of them does.
        measure: Is called twice before they leave: once all have done, and once they have read.
        reading: Seconds for which they read their last page.
    """
    met = Crowd(len(walks))
    done = Barrier(len(walks) + 1)
    gone = Barrier(len(walks) + 1)

    def visit(walk: Callable[[Visitor], None]) -> None:
        visitor = None
        try:
            visitor = Visitor(address)
            visitor.open()
            walk(visitor)
        except (LostSessionError, OSError, LookupError) as error:
            met.lost.append(f"{type(error).__name__}: {error}")
        finally:
            done.wait()
            gone.wait()
            if visitor is not None:
                visitor.leave()
                met.errors += visitor.errors
                met.took += visitor.took

    with ThreadPoolExecutor(len(walks)) as pool:
        futures = [pool.submit(visit, walk) for walk in walks]
        done.wait()
        met.held = measure()
        time.sleep(reading)
        met.held_later = measure()
        gone.wait()
        for future in futures:
            future.result()
    return met


def sample_walk(pause: float) -> Callable[[Visitor], None]:
    """Return a walk that opens the sample store and goes through all pages of the menu.

    Args:
        pause: Seconds between two steps.
    """

    def walk(visitor: Visitor) -> None:
        visitor.click("Open the sample store")
        through_pages(visitor, pause)

    return walk


def own_walk(content: bytes, pause: float) -> Callable[[Visitor], None]:
    """Return a walk that loads a file and goes through all pages of the menu."""

    def walk(visitor: Visitor) -> None:
        load(visitor, content)
        through_pages(visitor, pause)

    return walk


def large_walk(content: bytes) -> Callable[[Visitor], None]:
    """Return a walk that loads a file, and moves sliders of its segments."""

    def walk(visitor: Visitor) -> None:
        load(visitor, content)
        visitor.open(SEGMENTS)
        move_sliders(visitor, 0)

    return walk


def upload_walk(
    contents: Sequence[bytes], after_each: Callable[[], None]
) -> Callable[[Visitor], None]:
    """Return a walk that loads one file after the other, each in place of the last one.

    Args:
        contents: The files.
        after_each: Is called once a file is loaded.
    """

    def walk(visitor: Visitor) -> None:
        for number, content in enumerate(contents):
            if number:
                visitor.click("Load other orders")
            load(visitor, content)
            after_each()

    return walk


def load(visitor: Visitor, content: bytes) -> None:
    """Upload a file, and use its orders once they are read."""
    visitor.upload("orders.csv", content)
    visitor.click("Use these orders")
    if not visitor.has_button("Load other orders"):
        raise LookupError("The orders are not loaded.")


def through_pages(visitor: Visitor, pause: float) -> None:
    """Open every page of the menu, and move the first sliders of each."""
    for page in list(visitor.pages):
        time.sleep(pause)
        visitor.open(page)
        if not visitor.has_button("Load other orders"):
            raise LookupError(f"The page {page!r} no longer has the orders.")
        move_sliders(visitor, pause)


def move_sliders(visitor: Visitor, pause: float) -> None:
    """Move the first sliders of the open page a few times each."""
    for slider in visitor.sliders()[:SLIDERS]:
        for _ in range(MOVES):
            time.sleep(pause)
            if slider in visitor.sliders():
                visitor.move(slider)
