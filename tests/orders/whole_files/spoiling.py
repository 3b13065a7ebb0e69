"""Good files, spoilt, and what may come of them: orders with every row accounted for, or words."""

import random
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from retention import Orders, RetentionError, build_orders, detect_columns, open_sheet, read_orders
from retention.columns.roles import ROLES
from tests.orders.whole_files.mutations import (
    CONTAINERS,
    TABLE_MUTATIONS,
    TABLES,
    as_parquet,
    as_text,
)
from tests.support.order_files import assert_nothing_vanished

#: What a small file may take: seconds of the processor, and bytes of memory.
MOST_SECONDS, MOST_BYTES = 20, 1 << 30
#: The kind of a file whose columns play any roles.
ANY_COLUMNS = "any columns"


class TooMuchError(AssertionError):
    """A small file takes more time or memory than it may."""


@contextmanager
def bounded() -> Iterator[None]:
    """Fail where a file takes too long, or more memory than it may.

    The time is the processor's, so that a busy machine fails no file.
    """
    start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    seconds = time.process_time() - start
    if seconds > MOST_SECONDS or kilobytes << 10 > MOST_BYTES:
        raise TooMuchError(f"{seconds:.0f} seconds, {kilobytes >> 10} MB")


def read_or_refused(read: Callable[[], Orders]) -> Orders | str:
    """Return the orders, every row accounted for, or the message that refuses the file."""
    with bounded():
        try:
            orders = read()
        except RetentionError as error:
            message = str(error)
            assert 30 < len(message) < 2000, message
            assert message.endswith((".", ")")), message
            assert not any(word in message for word in ("duckdb", "SELECT", "Traceback", "codec"))
            return message
    assert_nothing_vanished(orders)
    table = orders.table.to_pandas()
    assert len(table) > 0
    if orders.has_amounts:
        assert table["revenue"].between(0, float("inf"), inclusive="left").all()
    else:
        assert table["revenue"].isna().all()
    assert table[["order_id", "customer_id", "ordered_at"]].notna().all().all()
    return orders


def refused(data: bytes, name: str) -> str:
    """Return the message that refuses a file."""
    message = read_or_refused(lambda: read_orders(data, name=name))
    assert isinstance(message, str)
    return message


def spoilt(rng: random.Random, kind: str) -> bytes:
    """Return a good file of a kind with some mutations."""
    table = rng.choice(TABLES)()
    for mutate in rng.choices(TABLE_MUTATIONS, k=rng.choice((0, 1, 1, 2, 3))):
        mutate(rng, table)
    return CONTAINERS[kind](rng, table)


def any_columns(rng: random.Random, data: bytes, name: str) -> Orders:
    """Return the orders of a file with any columns chosen for any roles."""
    sheet = open_sheet(data, name)
    roles = rng.sample(sorted(ROLES), rng.choice((2, 5, len(ROLES))))
    needed = ["customer_id", "ordered_at", "revenue"]
    columns = {role: rng.choice(sheet.columns) for role in [*roles, *needed]}
    mapping = replace(
        detect_columns(sheet).with_columns(**columns),
        day_first=rng.choice((None, True, False)),
        decimal=rng.choice((None, ".", ",")),
        per_order=rng.choice((None, True, False)),
        repeats=rng.choice((None, "once", "keep")),
    )
    return build_orders(sheet, mapping)


def read_spoilt(seed: str, kind: str) -> Orders | str:
    """Spoil a file of a kind, and read it.

    Args:
        seed: What makes the file.
        kind: A key of `CONTAINERS`, or `ANY_COLUMNS`.

    Returns:
        The orders, or the message that refuses the file.
    """
    rng = random.Random(f"{seed} {kind}")
    if kind != ANY_COLUMNS:
        data = spoilt(rng, kind)
        return read_or_refused(lambda: read_orders(data, name=f"orders.{kind}"))
    table = rng.choice(TABLES)()
    rng.choice(TABLE_MUTATIONS)(rng, table)
    data, name = rng.choice(((as_text(rng, table), "csv"), (as_parquet(rng, table), "parquet")))
    return read_or_refused(lambda: any_columns(rng, data, name))
