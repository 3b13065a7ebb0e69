"""The engine's memory is small: it goes on from the disk, and says so in words where that ends."""

from contextlib import suppress

import pytest

from retention.errors import NoRoomError
from retention.orders.orders import read_orders
from retention.sheets import sheet
from tests.faults.conftest import order_rows
from tests.pages.steps import button, upload, words

ROWS = 300_000
#: Memory that reading so many rows does not fit into.
SMALL = "30MB"
WORDS = "There is not enough memory, or room on the disk, where the app runs."


@pytest.fixture
def small_engine(monkeypatch):
    """Give the engines that are made next so much memory, and so much room on the disk."""
    connect = sheet.connect

    def limit(memory: str, disk: str) -> None:
        def small(**settings):
            con = connect(**settings)
            con.raw_sql(f"SET memory_limit = '{memory}'")
            con.raw_sql(f"SET max_temp_directory_size = '{disk}'")
            con.raw_sql("SET threads = 1")
            return con

        monkeypatch.setattr(sheet, "connect", small)

    return limit


def test_what_does_not_fit_in_memory_goes_to_the_disk_and_changes_no_number(small_engine):
    content = order_rows(ROWS)
    usual = read_orders(content)
    small_engine(SMALL, "2GB")
    orders = read_orders(content)
    assert orders.report == usual.report
    assert orders.table.revenue.sum().execute() == usual.table.revenue.sum().execute()


def test_where_the_disk_has_no_room_either_words_say_so(small_engine):
    small_engine(SMALL, "1MB")
    with pytest.raises(NoRoomError, match=WORDS):
        read_orders(order_rows(ROWS))


def test_an_upload_that_takes_too_much_memory_is_refused_in_words(front, small_engine):
    small_engine(SMALL, "1MB")
    at = upload(front, order_rows(ROWS))
    assert not at.exception
    assert WORDS in words(at)


def leave_no_memory(con) -> None:
    """Let an engine take hardly more memory than it has."""
    with suppress(NoRoomError):
        for megabytes in range(40, 0, -1):
            con.raw_sql(f"SET memory_limit = '{megabytes}MB'")


def test_a_page_that_takes_too_much_memory_says_so(front):
    at = button(upload(front, order_rows(20_000)), "Use these orders").click().run()
    con = at.session_state["loaded_orders"].orders.table.get_backend()
    con.raw_sql("SET max_temp_directory_size = '0KB'")
    con.raw_sql("SET threads = 1")
    leave_no_memory(con)
    for page in ("pages/cohorts.py", "pages/scorecard.py"):
        at = at.switch_page(page).run()
        assert not at.exception, page
        assert WORDS in words(at), page
    con.raw_sql("SET memory_limit = '1GB'")
    at = at.switch_page("pages/cohorts.py").run()
    assert WORDS not in words(at)
    assert not at.exception
