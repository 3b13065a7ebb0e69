"""The last net below the reading of files: errors of the engine become words."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import duckdb
import pyarrow as pa

from retention.errors import DataError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def refuse_engine_errors(read: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return a reading function that raises a DataError where the engine gives up.

    Whatever is known to go wrong in files is refused where it arises. This is for the rest.
    """

    @wraps(read)
    def reading(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return read(*args, **kwargs)
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            raise DataError(
                "There is not enough memory or room on the disk to read the orders. Free some, or "
                "export a shorter time."
            ) from error
        except (duckdb.Error, pa.ArrowException) as error:
            raise DataError(
                "The orders hold a cell that cannot be worked with. Check the columns chosen for "
                "dates and amounts, or save the order columns alone as CSV in UTF-8."
            ) from error

    return reading
