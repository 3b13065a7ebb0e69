"""The last net below the reading of files: errors of the engine become words."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import duckdb
import pyarrow as pa

from retention.errors import DataError, NoRoomError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
#: What is raised where memory, or room for what does not fit in it, is lacking.
_LACK = (duckdb.OutOfMemoryException, duckdb.IOException, MemoryError)


def refuse_engine_errors(read: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return a reading function that raises a DataError where the engine gives up.

    Whatever is known to go wrong in files is refused where it arises. This is for the rest.
    """

    @wraps(read)
    def reading(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return read(*args, **kwargs)
        except _LACK as error:
            raise _no_room() from error
        except (duckdb.Error, pa.ArrowException) as error:
            raise DataError(
                "The orders hold a cell that cannot be worked with. Check the columns chosen for "
                "dates and amounts, or save the order columns alone as CSV in UTF-8."
            ) from error
        except OSError as error:
            if error.errno == errno.ENOMEM:
                raise _no_room() from error
            raise DataError(
                f"The file cannot be read: {error.strerror or type(error).__name__}. Check that it "
                "is still there and that you may read it, then try again."
            ) from error

    return reading


@contextmanager
def lack_in_words() -> Iterator[None]:
    """Say in words that memory or room on the disk is lacking, where an engine of ours says so.

    What it says otherwise goes on to who asks: a file may be read in another way then.

    Raises:
        NoRoomError: Memory or room is lacking.
        DataError: The file cannot be found under its name.
    """
    try:
        yield
    except _LACK as error:
        if "No files found" in str(error):
            raise DataError(
                "The file cannot be read under its name, or is not there any more. Rename it with "
                "letters and digits alone, then try again."
            ) from error
        raise _no_room() from error


def _no_room() -> NoRoomError:
    return NoRoomError(
        "There is not enough memory, or room on the disk, where the app runs. Close other programs "
        "or free some room, or export a shorter time. Nothing that is loaded or kept is lost."
    )
