"""Good files, spoilt in every way: each is read or refused in words, and no row gets lost.

More of them, and files that take the process down, are read by hand:

    python -m tests.fuzz --files 10000 --seed 7

Each kind that was found so has a test of its own in `tests/orders/test_broken.py`.

A failing test names its seed: FUZZ_SEED=<that number> FUZZ_ROUNDS=1 makes the same file again.
"""

import os

import pytest

from tests.orders.whole_files.mutations import CONTAINERS
from tests.orders.whole_files.spoiling import ANY_COLUMNS, read_spoilt

SEED = int(os.environ.get("FUZZ_SEED", "20261129"))
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "12"))
SEEDS = range(SEED, SEED + ROUNDS)


@pytest.mark.parametrize("kind", [*CONTAINERS, ANY_COLUMNS])
def test_a_spoilt_file_is_read_or_refused(kind):
    for seed in SEEDS if kind in CONTAINERS else SEEDS[::2]:
        try:
            read_spoilt(str(seed), kind)
        except BaseException as error:
            error.add_note(f"FUZZ_SEED={seed} FUZZ_ROUNDS=1, a file of the kind {kind!r}")
            raise
