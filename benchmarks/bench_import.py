"""Seconds to import the package beside those to import pandas, in fresh processes that take turns.

    python -m benchmarks.bench_import [--rounds 7]

`import retention` resolves no public name; the second row resolves all of them, as `from retention
import *` does. The third one is what the app loads before it draws its first page.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: What each row imports; the first one is what the others are compared with.
STATEMENTS = {
    "import pandas": "import pandas",
    "import retention": "import retention",
    "every public name": (
        "import retention\nfor name in retention.__all__:\n    getattr(retention, name)"
    ),
    "the app's shell": "import retention.view.shell",
}


def seconds_of(statement: str) -> float:
    """Return the seconds that a fresh process takes to run a statement, without its own start."""
    code = (
        f"import time\nstart = time.perf_counter()\n{statement}\nprint(time.perf_counter() - start)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(finished.stdout)


def main() -> None:
    """Print the median seconds of each row and their ratio to those of pandas."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    for statement in STATEMENTS.values():
        seconds_of(statement)  # compiles what has no bytecode yet
    seconds: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in range(rounds):
        for name, statement in STATEMENTS.items():
            seconds[name].append(seconds_of(statement))
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    first = next(iter(medians.values()))
    for name, median in medians.items():
        print(f"{name:20}{median:7.3f} s{median / first:7.2f} x pandas")


if __name__ == "__main__":
    main()
