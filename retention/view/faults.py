"""What a fault says: on the page a sentence, in the log where it happened and no customer.

The words of an error may quote a cell of an order file. So the log has the kinds of errors and the
lines of code that they came through. Their words are left out.
"""

import logging
import os
import traceback
from collections.abc import Iterator
from typing import Any

import streamlit as st
from starlette.formparsers import MultiPartParser
from streamlit.runtime.scriptrunner import get_script_run_ctx

from retention.errors import NoRoomError
from retention.view import text

#: What the log has in the place of an error's words.
LEFT_OUT = "(its words are left out: they may name a customer)"
_make_record = logging.getLogRecordFactory()


def keep_customers_out_of_the_log() -> None:
    """Leave the words of errors out of everything that this process logs from now on."""
    logging.setLogRecordFactory(_record)


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = _make_record(*args, **kwargs)
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.exc_info, record.exc_text = None, where(error)
    return record


def where(error: BaseException) -> str:
    """Return the lines of code that an error and its causes came through, without their words.

    Args:
        error: The error.
    """
    parts = [
        "Traceback (most recent call last):\n"
        + "".join(traceback.format_tb(link.__traceback__))
        + f"{type(link).__module__}.{type(link).__qualname__}: {_of_system(link)}{LEFT_OUT}"
        for link in _chain(error)
    ]
    return "\n\nThen:\n\n".join(reversed(parts))


def _of_system(error: BaseException) -> str:
    """What the system calls the error, which is no word of a file."""
    number = error.errno if isinstance(error, OSError) else None
    return "" if number is None else f"{os.strerror(number)} "


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def keep_uploads_off_the_disk() -> None:
    """Let what browsers send stay in memory, where Streamlit keeps it anyway.

    The server would put what is larger than 1 MiB into the temporary folder first. A full one ended
    an upload in the words "Request failed with status code 500".
    """
    MultiPartParser.spool_max_size = st.get_option("server.maxUploadSize") << 20


def explain_on_page() -> None:
    """Let the run of a page say in words that memory or room is lacking, wherever that is met.

    Any other error is a bug: Streamlit says that there was one, and the log where.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        context.on_script_error = _say


def _say(error: Exception) -> bool:
    if not isinstance(error, NoRoomError | MemoryError):
        return False
    say_lack(error)
    return True


def say_lack(error: NoRoomError | MemoryError) -> None:
    """Draw a panel that says what is lacking, and what to do.

    Args:
        error: What was met; that of Python itself has no words.
    """
    words = str(error) if isinstance(error, NoRoomError) else _NO_MEMORY
    st.error(
        f"**This cannot be worked out now**  \n{text.plain(words, limit=1000)}",
        icon=":material/error:",
    )


_NO_MEMORY = (
    "There is not enough memory where the app runs. Close other programs or tabs of the app, or "
    "load a shorter time. Nothing that is loaded or kept is lost."
)
