"""Two sessions of one process never meet, however much their orders are like each other.

Sessions of AppTest share their name, and with it all caches of sessions: only the keys keep them
apart here. tests/browser/test_sessions.py has two visitors of a real server.
"""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.steps import button, metrics, open_app, open_page, select, upload, words

#: More rows than Streamlit looks at: of 50,000 and more it hashes 10,000.
ROWS = 50_001
CELL = 31_415


def frame(cell: str) -> pd.DataFrame:
    """The rows of a large file, of which one amount is given."""
    frame = pd.DataFrame({"n": range(ROWS)})
    frame["Order"] = frame["n"].astype(str)
    frame["Email"] = "c" + (frame["n"] % 9_000).astype(str) + "@example.com"
    days = pd.to_datetime("2024-01-01") + pd.to_timedelta(frame["n"] % 700, "D")
    frame["Date"] = days.dt.strftime("%Y-%m-%d")
    frame["Total"] = "10.00"
    frame.loc[CELL, "Total"] = cell
    frame["Margin"] = "4.00"
    return frame.drop(columns="n")


@pytest.fixture(scope="module")
def files() -> tuple[bytes, bytes]:
    return tuple(frame(cell).to_csv(index=False).encode() for cell in ("90.00", "99.00"))


def used(content: bytes) -> AppTest:
    return button(upload(open_app().run(), content, "orders.csv"), "Use these orders").click().run()


def revenue(at: AppTest) -> float:
    assert not at.exception
    return float(at.session_state["loaded_orders"].orders.table.revenue.sum().execute())


def test_one_cell_that_streamlit_does_not_look_at_is_seen(files):
    one, other = (frame(cell) for cell in ("90.00", "99.00"))
    sampled = [rows.sample(n=10_000, random_state=0) for rows in (one, other)]
    assert sampled[0].equals(sampled[1]), "the cell is in Streamlit's sample"
    assert len(files[0]) == len(files[1])
    anna, ben = used(files[0]), used(files[1])
    assert revenue(ben) - revenue(anna) == pytest.approx(9)
    assert metrics(anna)["Customers"] == metrics(ben)["Customers"] == "9,000"
    # The other way round, and again: nothing of the one is kept for the other.
    assert revenue(used(files[0])) == revenue(anna)
    shown = [values(at) for at in (anna, ben)]
    assert shown[0] != shown[1]


def values(at: AppTest) -> list[float]:
    """What the customers of a session have spent, as a page's table has it."""
    return sorted(at.session_state["loaded_orders"].customers["revenue"].tolist())


def test_one_file_read_in_two_ways_stays_two_results(files):
    anna = used(files[0])
    ben = upload(open_app().run(), files[0], "orders.csv")
    ben = select(ben, "Amount paid").set_value("Margin").run()
    ben = button(ben, "Use these orders").click().run()
    assert revenue(anna) == pytest.approx(10 * ROWS + 80)
    assert revenue(ben) == pytest.approx(4 * ROWS)
    digests = {at.session_state["loaded_orders"].orders.digest for at in (anna, ben)}
    assert len(digests) == 2


def test_a_new_session_has_nothing_of_another(files):
    used(files[0])
    for path in ("pages/segments.py", "pages/customer.py"):
        at = open_page(path)
        assert "loaded_orders" not in at.session_state
        assert "example.com" not in words(at)
        assert "orders.csv" not in words(at)
