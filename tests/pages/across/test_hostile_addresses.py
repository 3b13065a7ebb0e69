"""Whatever stands in a page's address: no file, no other address and no SQL of it is opened."""

import sys
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from retention.view.page_table import PAGES
from tests.pages.steps import open_app, words

#: A word that no path or address of the app's own holds.
MARK = "canary-of-an-address"
#: What the pages read from their addresses, and names that they do not know.
PARAMETERS = (
    *("load", "add", "customer", "group", "segment", "measure", "look", "words_of", "period"),
    *("margin", "discount_rate", "purchase_model", "line", "recency", "horizon", "unit", "rows"),
    *("cohorts", "dimension", "growth_of", "movement_rules", "rfm_cut", "target_retention"),
    *("path", "file", "url", "source", "table", "connection", "sql"),
)
HOSTILE = {
    "a file": f"/etc/{MARK}",
    "a file above": f"../../{MARK}",
    "a file by its address": f"file:///etc/{MARK}",
    "another server": f"http://127.0.0.1:9/{MARK}",
    "SQL": f"'; ATTACH '/tmp/{MARK}.db'; SELECT * FROM read_csv('/etc/{MARK}'); --",
    "a script": f"<img src=x onerror=alert('{MARK}')>",
    "much": MARK * 5_000,
    "no text": f"\x00\ud800{MARK}".encode("utf-8", "replace").decode(),
}
_opened: list[str] = []
_listening: list[bool] = []


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if not _listening:
        return
    if event in ("open", "os.listdir", "os.scandir", "subprocess.Popen"):
        _opened.extend(str(argument) for argument in arguments)
    elif event in ("socket.connect", "socket.getaddrinfo"):
        _opened.append(f"{event} {arguments[1:]}")


sys.addaudithook(_listen)  # a hook stays as long as the process: it listens when asked to


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Files, folders and addresses that Python opens, from here on."""
    _opened.clear()
    _listening.append(True)
    yield _opened
    _listening.clear()


def visited(at: AppTest, path: str, value: str) -> AppTest:
    for name in PARAMETERS:
        at.query_params[name] = value
    return at.switch_page(path).run() if path != "app.py" else at.run()


@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_of_an_address_is_opened(kind, cdnow, opened):
    at = cdnow
    for page in PAGES:
        at = visited(at, page.path, HOSTILE[kind])
        assert not at.exception, page.path
    assert [name for name in opened if MARK in name] == []
    assert [name for name in opened if name.startswith("socket.connect")] == []


@pytest.mark.parametrize("kind", ["a file", "SQL", "a script"])
def test_nothing_of_an_address_is_opened_by_a_page_without_orders(kind, opened):
    for page in PAGES:
        at = visited(open_app(), page.path, HOSTILE[kind])
        assert not at.exception, page.path
        assert "<img" not in words(at)
    assert [name for name in opened if MARK in name] == []


def test_the_hook_hears_what_is_opened(opened, tmp_path):
    (tmp_path / MARK).write_text("heard")
    assert any(MARK in name for name in opened)
