"""Read any number of spoilt files, in processes that may fall, and count what came of them.

    python -m tests.fuzz --files 10000 --seed 7

Prints each file that is not read or refused in words, with what makes it again, and at last the
counts: read, refused, crashed (an error that is not ours), killed (the process fell or never
ended) and slow (more time or memory than a small file may take).
"""

import argparse
import subprocess
import sys
import threading
from collections import Counter

from tests.orders.whole_files.mutations import CONTAINERS
from tests.orders.whole_files.spoiling import ANY_COLUMNS, TooMuchError, read_spoilt

KINDS = (*CONTAINERS, ANY_COLUMNS)
OUTCOMES = ("read", "refused", "crashed", "killed", "slow")
#: Seconds after which a file is taken to read for ever. Files may take 20 of the processor.
_FOR_EVER = 120.0


def outcome(seed: str, kind: str) -> tuple[str, str]:
    """Return what comes of a spoilt file, and why it is no good where it is none."""
    try:
        read = read_spoilt(seed, kind)
    except TooMuchError as error:
        return "slow", str(error)
    except BaseException as error:
        return "crashed", " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return ("refused", "") if isinstance(read, str) else ("read", "")


def kind_of(number: int) -> str:
    """Return the kind of a file, all of them in turn."""
    return KINDS[number % len(KINDS)]


def read_here(seed: int, first: int, files: int, step: int) -> None:
    """Read every `step`-th file from the first one on, and print a line for each."""
    for number in range(first, files, step):
        print(number, *outcome(f"{seed}-{number}", kind_of(number)), sep="\t", flush=True)


def read_apart(seed: int, first: int, files: int, step: int, counts: Counter[str]) -> None:
    """Let a process read files, and another one go on where it falls."""
    while first < files:
        command = [sys.executable, "-m", "tests.fuzz", "--seed", str(seed), "--files", str(files)]
        command += ["--from", str(first), "--step", str(step)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            while first < files:
                clock = threading.Timer(_FOR_EVER, process.kill)
                clock.start()
                line = process.stdout.readline()
                clock.cancel()
                if line:
                    _, what, why = line.rstrip("\n").split("\t")
                else:
                    what, why = "killed", f"exit code {process.wait()}"
                counts[what] += 1
                if why:
                    print(f"{what}: seed {seed}-{first}, {kind_of(first)}: {why}", flush=True)
                first += step
                if not line:
                    break


def main() -> None:
    """Read the files that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--from", dest="first", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--step", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.first is not None:
        read_here(given.seed, given.first, given.files, given.step)
        return
    counts: Counter[str] = Counter()
    threads = [
        threading.Thread(
            target=read_apart, args=(given.seed, first, given.files, given.processes, counts)
        )
        for first in range(given.processes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(", ".join(f"{counts[what]} {what}" for what in OUTCOMES))
    sys.exit(any(counts[what] for what in OUTCOMES[2:]))


if __name__ == "__main__":
    main()
