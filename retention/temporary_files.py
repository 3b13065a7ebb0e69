"""Temporary files: in folders for their owner alone, under names that nobody can guess.

What cannot be written there is said in words. Where the folder lies goes to the log alone.
"""

import errno
import logging
import os
import secrets
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retention.errors import NoRoomError
from retention.left_over_files import process_prefix

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_TRIES = 5
_SAFE = "Nothing that is loaded or kept is lost."
_LOG = logging.getLogger(__name__)


class _Use:
    """The use of a folder, as long as it lasts."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Provide a folder for files that nobody needs afterwards. It goes with all that is in it.

    It also goes where the process ends meanwhile, unless that is killed.

    Yields:
        The folder, which its owner alone can look into.

    Raises:
        NoRoomError: Temporary files cannot be written; or a file in it could not be.
    """
    folder = new_folder()
    use = _Use()
    # A server that is ended does not wait for the threads of its pages.
    end = weakref.finalize(use, _remove, folder)
    try:
        yield folder
    except OSError as error:
        refuse_lack_of_room(error, folder)
        raise
    finally:
        end()


def new_folder() -> Path:
    """Return a new, empty folder of mode 700. Whoever asks for it removes it, or lets it go.

    Raises:
        NoRoomError: Temporary files cannot be written.
    """
    try:
        return Path(tempfile.mkdtemp(prefix=f"{process_prefix()}{secrets.token_hex(16)}-"))
    except OSError as error:
        raise _no_room(error) from error


def remove_with(owner: object, folder: Path) -> None:
    """Let a folder and all that is in it go with an object, or with the process.

    Args:
        owner: What the files are of.
        folder: The folder.
    """
    weakref.finalize(owner, _remove, folder)


def new_file(path: Path) -> Path:
    """Make an empty file that its owner alone can read, of mode 600, and return its path.

    Args:
        path: Where it is to be.
    """
    os.close(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    return path


def refuse_lack_of_room(error: OSError, folder: Path) -> None:
    """Raise an error in words where another one says that a folder cannot be written to.

    Args:
        error: What the system said.
        folder: A temporary folder.

    Raises:
        NoRoomError: It is full, closed or gone. Any other error is left to the caller.
    """
    is_inside = str(error.filename or "").startswith(str(folder))
    if error.errno in _FULL or is_inside or not folder.is_dir():
        raise _no_room(error) from error


def _no_room(error: OSError) -> NoRoomError:
    """The words for what the system said, which also goes to the log, with the place."""
    place = tempfile.tempdir or "any of the usual folders"
    _LOG.warning("No temporary files can be written in %s: %s", place, error.strerror or error)
    if error.errno in _FULL:
        return NoRoomError(
            "The folder for temporary files is full where the app runs. Free some room on its "
            f"disk, then try again. {_SAFE}"
        )
    if error.errno in _CLOSED:
        return NoRoomError(
            "The folder for temporary files cannot be written to where the app runs. Allow it, or "
            f"name another folder in TMPDIR and start the app again. {_SAFE}"
        )
    return NoRoomError(
        "The folder for temporary files is gone where the app runs. Make it again, or name another "
        f"one in TMPDIR and start the app again. {_SAFE}"
    )


def _remove(folder: Path) -> None:
    for _ in range(_TRIES):  # a thread that goes on may still write into it
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
