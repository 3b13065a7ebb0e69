"""What a crowd on one server costs: its errors, lost sessions, waits and memory.

It starts the app as the README says, on a free port of this computer. Visitors speak to it as
browsers do, over its websocket and its upload address. No browser draws what they get: they share
the processor with the server, and with each other alone.

    python -m benchmarks.bench_crowd [--sessions 20] [--own 5] [--orders 1000000]

One visitor comes first and goes through all pages twice, so that all modules are loaded. The memory
a minute after that visitor has left is the start that every figure is compared with. Then come, one
after the other and each with a minute behind it:

- a crowd that opens the sample store and goes through all pages, with sliders
- a smaller one, each with a file of about 40,000 orders of its own
- three that load a large file at once
- one that loads ten files of 40,000 orders one after the other

What a session holds is measured twice: as soon as all have done, and once they have read a while.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.bench_crowd.order_files import needed_megabytes, order_file
from benchmarks.bench_crowd.server import Server, running_app
from benchmarks.bench_crowd.visitor import Visitor
from benchmarks.bench_crowd.walks import (
    Crowd,
    crowd,
    large_walk,
    own_walk,
    sample_walk,
    through_pages,
    upload_walk,
)

#: Orders of an own file: about as many as the sample store has.
OWN_ORDERS = 40_000
#: Visitors that load a large file at once, and files that one visitor loads in turn.
AT_ONCE, IN_TURN = 3, 10
HEAD = (
    "| visit | errors | lost | slider, ratio | MB a session | while reading | MB after it left "
    "| of the start |"
)
#: Seconds for which all read their last page before they leave.
READING = 20.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--own", type=int, default=5, help="sessions with files of their own")
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between two steps")
    parser.add_argument("--rest", type=float, default=60.0, help="seconds after all have left")
    parser.add_argument("--log", type=Path, help="where the server's log is kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = [order_file(OWN_ORDERS, n, folder) for n in range(max(options.own, IN_TURN))]
        large = [order_file(options.orders, n, folder) for n in range(AT_ONCE)]
        needs = {"own": needed_megabytes(own[0]), "large": needed_megabytes(large[0])}
        print(f"orders need {needs['own']:.0f} MB of {OWN_ORDERS:,}, ", end="")
        print(f"{needs['large']:.0f} MB of {options.orders:,}", flush=True)
        with running_app(options.log or folder / "server.log") as server:
            _measure(server, options, own, large, needs)


def _measure(
    server: Server,
    options: argparse.Namespace,
    own: Sequence[bytes],
    large: Sequence[bytes],
    needs: dict[str, float],
) -> None:
    empty = server.megabytes()
    alone = _first_visit(server, options.pause)
    time.sleep(options.rest)
    start = server.megabytes()
    print(f"the server holds {empty:.0f} MB empty, and {start:.0f} MB after one visitor\n")
    print(f"{HEAD}\n{'|---' * 8}|", flush=True)
    steps: list[float] = []
    sessions = options.sessions
    visits: list[tuple[str, list[Callable[[Visitor], None]], float]] = [
        (f"{sessions} on the sample store", [sample_walk(options.pause)] * sessions, 0.0),
        (
            f"{options.own} with own {OWN_ORDERS:,} orders",
            [own_walk(content, options.pause) for content in own[: options.own]],
            needs["own"],
        ),
        (
            f"{AT_ONCE} with {options.orders:,} orders at once",
            [large_walk(content) for content in large],
            needs["large"],
        ),
        (
            f"1 that loads {IN_TURN} files",
            [upload_walk(own[:IN_TURN], lambda: steps.append(server.megabytes()))],
            needs["own"],
        ),
    ]
    before = start
    for name, walks, need in visits:
        faults = len(server.faults())
        met = crowd(server.address, walks, server.megabytes, READING)
        time.sleep(options.rest)
        after = server.megabytes()
        each, reading = (
            (held - before) / met.sessions - need for held in (met.held, met.held_later)
        )
        met_faults = len(server.faults()) - faults
        print(_row(name, met, met_faults, alone, each, reading, after, start), flush=True)
        for problem in [*met.errors, *met.lost][:5]:
            print(f"    {problem}", flush=True)
        before = after
    print(f"\nMB after each of the {IN_TURN} files: {', '.join(f'{mb:.0f}' for mb in steps)}")
    print(f"most memory at any time: {server.peak_megabytes():.0f} MB")
    for line in server.faults()[:20]:
        print(line)


def _first_visit(server: Server, pause: float) -> list[float]:
    """Let one visitor go through all pages twice; return the sliders' seconds of the second."""
    with Visitor(server.address) as visitor:
        visitor.open()
        sample_walk(0)(visitor)
        first = len(visitor.took)
        through_pages(visitor, min(pause, 0.5))
        if visitor.errors:
            raise RuntimeError(f"One visitor alone meets errors: {set(visitor.errors)}")
        return [seconds for what, seconds in visitor.took[first:] if what == "slider"]


def _row(
    name: str,
    met: Crowd,
    faults: int,
    alone: Sequence[float],
    each: float,
    reading: float,
    after: float,
    start: float,
) -> str:
    moved = met.seconds("slider")
    ratio = "none moved"
    if moved:
        slow, usual = (float(np.percentile(seconds, 95)) for seconds in (moved, alone))
        ratio = f"{slow:.2f} s, {slow / usual:.1f} times"
    return (
        f"| {name} | {faults + len(met.errors)} | {len(met.lost)} | {ratio} | {each:.0f} | "
        f"{reading:.0f} | {after:.0f} | {after / start:.0%} |"
    )


if __name__ == "__main__":
    main()
