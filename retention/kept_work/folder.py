"""Saved work in a folder of this computer, whole at any moment and for its owner alone.

The orders are in a file of their own, since they are large and seldom change.
"""

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock

from retention.errors import DataError
from retention.kept_work.archive import SUFFIX
from retention.kept_work.work import Work
from retention.kept_work.work_file import work_of_bytes, work_to_bytes

#: The environment variable that names the folder.
HOME = "RETENTION_HOME"
_WORK = f"work{SUFFIX}"
_ORDERS = "orders-"
#: How the names of files begin that are being written, and seconds after which one is left over.
_NEW, _LEFT_OVER = ".new-", 600
_TURN = Lock()
_HOMELESS = (
    "The account that runs the app has no home folder to keep work in. Name a folder in the "
    f"variable {HOME}, and start the app again."
)
_FORGET = "Forget it, or move the folder's files elsewhere."


def folder() -> Path:
    """Return the folder of kept work, whether it is there or not.

    Raises:
        DataError: The account that runs the app has no home folder, and no other one is named.
    """
    given = os.environ.get(HOME, "").strip()
    # Only computers that keep work need it.
    from platformdirs import user_data_path

    try:
        place = Path(given) if given else user_data_path("retention", appauthor=False)
        return place.expanduser()
    except RuntimeError as error:
        raise DataError(_HOMELESS) from error


def is_there() -> bool:
    """Return whether some work is kept, as far as can be seen."""
    try:
        return (folder() / _WORK).is_file()
    except (DataError, OSError):  # who wants to keep something is told then
        return False


def write(work: Work) -> None:
    """Keep this work in the place of what was kept before.

    A crash at any moment leaves the work before, or this one. Orders that are kept already are not
    written again.

    Args:
        work: With the orders, where they are to be kept.

    Raises:
        DataError: The folder cannot be written to.
    """
    place = folder()
    with _TURN:
        try:
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.chmod(0o700)
            keeps = _orders_name(work)
            if work.orders is not None and not (place / keeps).is_file():
                alone = Work(saved_at=work.saved_at, source=work.source, orders=work.orders)
                _write_whole(place / keeps, work_to_bytes(alone))
            _write_whole(place / _WORK, work_to_bytes(replace(work, orders=None)))
            _clear(place, but={_WORK, keeps})
        except OSError as error:
            raise DataError(
                f"The work cannot be kept in '{place}': {error.strerror or type(error).__name__}. "
                "Free some room there, or let the app write there. What was kept before is whole."
            ) from error


def read(*, with_orders: bool = True) -> Work:
    """Return the kept work.

    Args:
        with_orders: Whether to read the orders too, where they are kept.

    Raises:
        DataError: There is none, or it is damaged. The message says what to do.
    """
    place = folder()
    try:
        work = work_of_bytes((place / _WORK).read_bytes())
        orders = place / _orders_name(work)
        if not with_orders or not orders.is_file():
            return work
        kept = work_of_bytes(orders.read_bytes())
    except FileNotFoundError as error:
        raise DataError("Nothing is kept on this computer.") from error
    except OSError as error:
        raise DataError(
            f"The kept work cannot be read: {error.strerror or type(error).__name__}. {_FORGET}"
        ) from error
    if _digest(kept) != _digest(work):
        raise DataError(f"The kept orders are others than the kept work was done on. {_FORGET}")
    return replace(work, orders=kept.orders)


def forget() -> None:
    """Delete what is kept.

    Raises:
        DataError: It cannot be deleted.
    """
    with _TURN:
        place = folder()
        try:
            for path in _own_files(place):
                path.unlink(missing_ok=True)
            with suppress(OSError):  # something of the owner's is in it
                place.rmdir()
        except OSError as error:
            raise DataError(
                f"The kept work cannot be deleted from '{place}': "
                f"{error.strerror or type(error).__name__}. Delete the files in it by hand."
            ) from error


def _digest(work: Work) -> str:
    """What tells the orders of the work apart; empty where it has none."""
    return "" if work.source is None else work.source.digest


def _orders_name(work: Work) -> str:
    """The name of the file of the orders. What the work says of them is no part of a path."""
    return f"{_ORDERS}{hashlib.sha256(_digest(work).encode()).hexdigest()[:32]}{SUFFIX}"


def _own_files(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    return [
        path
        for path in place.iterdir()
        if path.name == _WORK
        or path.name.startswith(_NEW)
        or (path.name.startswith(_ORDERS) and path.name.endswith(SUFFIX))
    ]


def _clear(place: Path, but: set[str]) -> None:
    """Delete orders that no kept work has any more, and what a crash left half written."""
    for path in _own_files(place):
        is_old = path.name.startswith(_ORDERS) and path.name not in but
        with suppress(OSError):
            if is_old or (
                path.name.startswith(_NEW) and path.stat().st_mtime < time.time() - _LEFT_OVER
            ):
                path.unlink()


def _write_whole(path: Path, content: bytes) -> None:
    """Write a new file beside the old one, put it on the disk, and only then take its place."""
    number, name = tempfile.mkstemp(prefix=_NEW, dir=path.parent)  # readable by the owner alone
    try:
        with os.fdopen(number, "wb") as new:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    if os.name == "posix":
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
