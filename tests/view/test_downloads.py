"""A download is the visitor's own file, however much it is like another one."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from retention.view import widgets

ROOT = Path(__file__).parents[2]


def list_of_50_000(one_cell: str) -> bytes:
    """A list of customers that differs from another one in a cell far from ends and middle."""
    rows = [f"customer{i:05}@example.com,yes,{i % 97:04}" for i in range(50_000)]
    rows[12_345] = one_cell
    return "\n".join(rows).encode()


ANNA = list_of_50_000("anna.secret0@example.com,yes,0001")
BEN = list_of_50_000("ben.private0@example.com,yes,0001")


@pytest.fixture
def handed_out(monkeypatch):
    """Draw a button as a visitor of its own, and return what Streamlit's server then hands out."""
    server = MemoryMediaFileStorage("/media")

    def hand_out(data, visitor: dict) -> bytes:
        monkeypatch.setattr(st, "session_state", visitor)
        number = None

        def keep(label, data, *, file_name, mime, **_):
            nonlocal number
            content = data() if callable(data) else data
            number = server.load_and_get_id(content, mime, MediaFileKind.DOWNLOADABLE, file_name)

        monkeypatch.setattr(st, "download_button", keep)
        widgets.download_button("Download", data, file_name="a.csv", mime="text/csv", key="a")
        return server.get_file(number).content

    return hand_out


def test_streamlit_itself_takes_both_lists_for_one():
    assert len(ANNA) == len(BEN)
    server = MemoryMediaFileStorage("/media")
    kind = MediaFileKind.DOWNLOADABLE
    first = server.load_and_get_id(ANNA, "text/csv", kind, "a.csv")
    assert server.load_and_get_id(BEN, "text/csv", kind, "a.csv") == first
    assert server.get_file(first).content == ANNA


@pytest.mark.parametrize("made", [lambda content: content, lambda content: lambda: content])
def test_two_visitors_get_their_own_lists(made, handed_out):
    assert handed_out(made(ANNA), {}) == ANNA
    assert handed_out(made(BEN), {}) == BEN


@pytest.mark.parametrize("made", [lambda content: content, lambda content: lambda: content])
def test_one_visitor_gets_the_list_as_it_is_now(made, handed_out):
    visitor = {}
    assert handed_out(made(ANNA), visitor) == ANNA
    assert handed_out(made(BEN), visitor) == BEN


def test_an_unchanged_file_keeps_its_address(monkeypatch):
    types = []
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "download_button", lambda *_, mime, **__: types.append(mime))
    for content in (ANNA, ANNA, BEN):
        widgets.download_button("Download", content, file_name="a.csv", mime="text/csv", key="a")
    assert types[0] == types[1] != types[2]
    assert all(kind.startswith("text/csv;") for kind in types)


def test_every_download_of_the_app_goes_this_way():
    scripts = [*(ROOT / "retention/view").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    direct = [path.name for path in scripts if "st.download_button(" in path.read_text("utf-8")]
    assert direct == ["widgets.py"]
