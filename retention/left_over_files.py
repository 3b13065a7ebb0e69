"""Temporary folders that a process has left behind: found by their names, and removed.

A process that is killed cannot clear up. So the names of its folders bear a mark of its own, and it
holds a lock on a file of that mark. The system lets go of a lock when its process ends, however it
ends. Whoever can take the lock knows that nobody uses the folders any more. Unlike its number, a
lock is never another process's, and it holds between containers that share a folder.
"""

import atexit
import os
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from threading import Lock

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

#: How the names of all of them begin.
PREFIX = "orders-"
_LOCK_FILE = re.compile(rf"{PREFIX}([0-9a-f]{{32}})\.lock")
#: Bytes of randomness in a mark.
_RANDOM = 16


@dataclass(frozen=True, slots=True)
class _Mark:
    """The mark of this process in one folder for temporary files."""

    text: str
    file: Path
    descriptor: int


_MARKS: dict[str, _Mark] = {}
_MAKING_A_MARK = Lock()


def process_prefix() -> str:
    """Return how the names of this process's temporary folders begin: for `tempfile.mkdtemp`.

    Raises:
        OSError: The folder for temporary files cannot be written to.
    """
    place = tempfile.gettempdir()
    with _MAKING_A_MARK:
        if place not in _MARKS:
            _MARKS[place] = _new_mark(Path(place))
        return f"{PREFIX}{_MARKS[place].text}-"


def remove_left_overs() -> int:
    """Remove the folders of processes that no longer run, and return how many there were.

    Folders without a mark stay, and so do those of other users.
    """
    place = Path(tempfile.gettempdir())
    own = {mark.file for mark in _MARKS.values()}
    files = [file for file in place.glob(f"{PREFIX}*.lock") if file not in own]
    return sum(_remove_of(file) for file in files)


def _new_mark(place: Path) -> _Mark:
    while True:
        text = secrets.token_hex(_RANDOM)
        file = place / f"{PREFIX}{text}.lock"
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        # In between somebody may have found the file without a lock, and removed it.
        if _take(descriptor) and _is_at(file, descriptor):
            return _Mark(text, file, descriptor)
        os.close(descriptor)


def _remove_of(file: Path) -> int:
    """Remove the folders of one mark, if its process no longer runs; return how many."""
    named = _LOCK_FILE.fullmatch(file.name)
    if named is None or not _is_own(file, S_ISREG):
        return 0
    try:
        descriptor = os.open(file, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return 0  # somebody else has just removed it
    try:
        if not (_take(descriptor) and _is_at(file, descriptor)):
            return 0
        folders = _folders(file.parent, named[1])
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        if not _folders(file.parent, named[1]):
            _remove_file(file)
        return len(folders)
    finally:
        os.close(descriptor)


def _folders(place: Path, mark: str) -> list[Path]:
    return [path for path in place.glob(f"{PREFIX}{mark}-*") if _is_own(path, S_ISDIR)]


def _is_own(path: Path, is_kind: Callable[[int], bool]) -> bool:
    """Whether a path is of a kind, no link to one, and belongs to the user of this process."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return is_kind(found.st_mode) and (sys.platform == "win32" or found.st_uid == os.getuid())


def _take(descriptor: int) -> bool:
    """Lock an open file for this process alone, and return whether that was possible."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_at(file: Path, descriptor: int) -> bool:
    """Whether an open file still stands under its name."""
    try:
        return os.path.samestat(os.stat(file), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _remove_file(file: Path) -> None:
    # On Windows an open file cannot be removed: an empty one stays there.
    try:
        file.unlink(missing_ok=True)
    except PermissionError:
        return


@atexit.register
def _leave_nothing() -> None:
    """Remove the lock files of this process, unless folders of it are still there."""
    for mark in _MARKS.values():
        if not _folders(mark.file.parent, mark.text):
            _remove_file(mark.file)
