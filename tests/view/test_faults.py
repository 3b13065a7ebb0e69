"""What a fault says: words on the page, and no customer in the log."""

import errno
import io
import logging
import os
import tempfile
import tomllib
from pathlib import Path

import pytest
from starlette.formparsers import MultiPartParser
from streamlit.testing.v1 import AppTest

from retention.errors import DataError, NoRoomError
from retention.view import faults

ROOT = Path(__file__).parents[2]
CUSTOMER = "anna.secret@example.com"


@pytest.fixture
def log():
    """What a logger writes, as that of Streamlit does."""
    before = logging.getLogRecordFactory()
    faults.keep_customers_out_of_the_log()
    written, logger = io.StringIO(), logging.getLogger("a server")
    handler = logging.StreamHandler(written)
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)
    logging.setLogRecordFactory(before)


def test_streamlit_leaves_errors_to_this_log():
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert config["logger"]["enableRich"] is False
    assert config["client"]["showErrorDetails"] == "none"


def failing() -> None:
    try:
        {}[CUSTOMER]
    except KeyError as error:
        raise DataError(f"No {CUSTOMER} there.") from error


def test_the_log_has_the_place_of_an_error_and_no_customer(log):
    logger, written = log
    try:
        failing()
    except DataError as error:
        error.add_note(CUSTOMER)
        logger.exception("Uncaught app execution")
    said = written.getvalue()
    assert CUSTOMER not in said
    assert "Traceback (most recent call last)" in said
    assert "test_faults.py" in said
    assert "in failing" in said
    assert said.index("builtins.KeyError") < said.index("retention.errors.DataError")


def test_errors_that_were_met_on_the_way_are_named_too(log):
    logger, written = log
    try:
        try:
            raise ValueError(CUSTOMER)
        except ValueError:
            raise TypeError(CUSTOMER)  # noqa: B904
    except TypeError as error:
        logger.error("Uncaught app execution", exc_info=error)
    assert CUSTOMER not in written.getvalue()
    assert "builtins.ValueError" in written.getvalue()


def test_other_lines_of_the_log_stay_as_they_are(log):
    logger, written = log
    logger.warning("The connection %r is lost.", "shop")
    assert written.getvalue() == "The connection 'shop' is lost.\n"


def test_what_the_system_says_stays_in_the_log(log):
    logger, written = log
    try:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"/tmp/{CUSTOMER}")
    except OSError:
        logger.exception("Uncaught app execution")
    assert CUSTOMER not in written.getvalue()
    assert "builtins.OSError: No space left on device" in written.getvalue()


def test_an_upload_of_any_size_that_is_taken_stays_in_memory(monkeypatch, tmp_path):
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1 << 20)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    faults.keep_uploads_off_the_disk()
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert MultiPartParser.spool_max_size == config["server"]["maxUploadSize"] << 20
    sent = tempfile.SpooledTemporaryFile(max_size=MultiPartParser.spool_max_size)  # noqa: SIM115
    sent.write(b"x" * (3 << 20))


def page(error: Exception) -> AppTest:
    def script(error: Exception) -> None:
        import streamlit as st

        from retention.view import faults

        faults.explain_on_page()
        st.title("A page")
        raise error

    return AppTest.from_function(script, args=(error,)).run()


@pytest.mark.parametrize(
    ("error", "words"),
    [(NoRoomError("The folder is full."), "The folder is full"), (MemoryError(), "not enough")],
)
def test_what_is_lacking_is_said_on_the_page(error, words):
    at = page(error)
    assert not at.exception
    assert words in at.error[0].value
    assert at.error[0].value.startswith("**This cannot be worked out now**")


def test_a_bug_is_no_lack():
    at = page(KeyError(CUSTOMER))
    assert len(at.exception) == 1
    assert not at.error


def test_a_kept_result_that_lacks_memory_says_so():
    def script() -> None:
        from types import SimpleNamespace

        import streamlit as st

        from retention.errors import NoRoomError
        from retention.view.session.cache import kept

        @kept(max_entries=2)
        def counts(data: object) -> int:
            raise NoRoomError("There is not enough memory.")

        st.title("A page")
        counts(SimpleNamespace(orders=SimpleNamespace(digest="tea", engine="first")))
        st.title("Never drawn")

    at = AppTest.from_function(script).run()
    assert not at.exception
    assert [title.value for title in at.title] == ["A page"]
    assert "There is not enough memory" in at.error[0].value
